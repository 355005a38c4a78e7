"""Cameras as a GeoJSON file of points: read whole and checked whole, and written."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from sensors.cameras import Camera, CameraFleet, fleet_of
from sensors.fleet_camera import WGS84, Bounds, between, camera_of
from sensors.fleet_parts import parts_of
from sensors.poses import poses_of
from twin.errors import Fault, InputError
from twin.whole_file import whole_file

IN_WALL_M: Final = 0.3
"""How deep in a building a camera may stand: positions are rounded, and one on a wall is not in the house."""

ALWAYS: Final = (
    "id", "kind", "height_m", "bearing_deg", "pitch_deg", "hfov_deg", "width_px", "height_px", "range_m", "ir",
    "data_centre",
)  # fmt: skip
WHERE_NOT_0: Final = ("k1", "k2", "ir_range_m")


def read_fleet(path: Path, city_crs: str, bounds: Bounds, buildings: Any = None) -> CameraFleet:
    """Read cameras from GeoJSON points in WGS84; properties other than those of a camera are left aside.

    Args:
        path: the file.
        city_crs: the city's projected system, such as ``"EPSG:32642"``.
        bounds: west, south, east, north of the city in that system, metres; 200 m beyond them are allowed.
        buildings: the city's table of buildings; a camera inside one, below its roof, is a fault. None: not asked.

    Raises:
        InputError: missing, not GeoJSON, or with faults; all of them, each with the line its feature begins at.
    """
    asked = f"read the cameras {path.name}"
    features, lines = _features(path, asked)
    faults: list[Fault] = []
    cameras: list[Camera] = []
    numbers: list[int] = []
    seen = dict[str, int]()
    for number, feature in enumerate(features, start=1):
        camera, wrong = camera_of(feature, city_crs, bounds)
        if camera is not None and camera.id in seen:
            first = lines[seen[camera.id] - 1]
            where = f"line {first}" if first else f"feature {seen[camera.id]}"
            wrong.append(f"camera {camera.id!r}: the id is taken (first at {where}); each camera needs its own")
        if camera is not None:
            seen.setdefault(camera.id, number)
            if not wrong:
                cameras.append(camera)
                numbers.append(number)
        faults += [Fault(f"feature {number}: {sentence}", lines[number - 1]) for sentence in wrong]
    fleet = fleet_of(cameras)
    if buildings is not None:
        poses = poses_of(fleet, 1)
        for pose, sentence in inside_buildings(poses.fleet, buildings).items():
            row = int(poses.camera[pose])
            faults.append(Fault(f"feature {numbers[row]}: camera {cameras[row].id!r}: {sentence}",
                                lines[numbers[row] - 1]))  # fmt: skip
    if faults:
        raise InputError(asked, sorted(faults, key=lambda fault: fault.line or 0), path)
    return fleet


def inside_buildings(fleet: CameraFleet, buildings: Any) -> dict[int, str]:
    """Return the rows of cameras that stand inside a building below its roof, each with a sentence for the user.

    Within 0.3 m of its outer wall a camera counts as hanging on it.

    Args:
        fleet: n cameras.
        buildings: table with ``geometry`` and ``height_m``.
    """
    shapes: NDArray[np.object_] = buildings.geometry.to_numpy()
    points = shapely.points(fleet.x_m, fleet.y_m)
    camera, building = shapely.STRtree(shapes).query(points, "within")
    roof_m = buildings["height_m"].to_numpy(np.float64)[building]
    low = fleet.height_m[camera] < roof_m
    camera, building, roof_m = camera[low], building[low], roof_m[low]
    deep = shapely.distance(shapely.boundary(shapes[building]), points[camera]) > IN_WALL_M
    return {
        int(row): f"it stands {fleet.height_m[row]:g} m up inside a building {high:g} m high; "
        "a place outside its walls or above its roof was wanted"
        for row, high in zip(camera[deep].tolist(), roof_m[deep].tolist(), strict=True)
    }


def write_fleet(
    fleet: CameraFleet, path: Path, crs: str, note: str = "", beside: Sequence[Mapping[str, Any]] | None = None
) -> None:
    """Write cameras as GeoJSON points in WGS84, one to a line, to seven decimals (a centimetre).

    Args:
        fleet: the cameras.
        path: the file, replaced where it exists.
        crs: the system their positions are in.
        note: what is to be known of the whole fleet; stands at the head of the file.
        beside: (n) further properties of each camera, such as its own figures; readers leave them aside.

    Raises:
        InputError: the file cannot be written.
    """
    to_degrees = between(crs, WGS84).transform
    lon, lat = to_degrees(fleet.x_m, fleet.y_m)
    rows = []
    for i in range(len(fleet)):
        camera = fleet[i]
        properties = {name: getattr(camera, name) for name in ALWAYS}
        properties |= {name: value for name in WHERE_NOT_0 if (value := getattr(camera, name))}
        properties |= parts_of(camera, to_degrees)
        properties |= beside[i] if beside is not None else {}
        point = {"type": "Point", "coordinates": [round(float(lon[i]), 7), round(float(lat[i]), 7)]}
        rows.append(json.dumps({"type": "Feature", "properties": properties, "geometry": point}, ensure_ascii=False))
    told = f'"note": {json.dumps(note, ensure_ascii=False)}, ' if note else ""
    text = '{"type": "FeatureCollection", ' + told + '"features": [\n' + ",\n".join(rows) + "\n]}\n"
    with whole_file(path, "write the cameras") as part:
        part.write_text(text, encoding="utf-8")


def _features(path: Path, asked: str) -> tuple[list[Any], list[int | None]]:
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text)
    except json.JSONDecodeError as fault:
        raise InputError(asked, [Fault(f"not JSON: {fault.msg} at column {fault.colno}", fault.lineno)], path) from None
    except UnicodeDecodeError:
        raise InputError(asked, "it is not UTF-8 text; give a GeoJSON file", path) from None
    except OSError as fault:
        raise InputError(asked, f"{fault.strerror or fault}; give a GeoJSON file of points", path) from None
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        found = content.get("type", "an object") if isinstance(content, dict) else type(content).__name__
        raise InputError(asked, f"found {found}; a GeoJSON FeatureCollection of points was wanted", path)
    return features, _lines(text, features)


def _lines(text: str, features: list[Any]) -> list[int | None]:
    """Return the line each feature begins at, found by decoding the features again one after another."""
    decoder = json.JSONDecoder()
    for start in re.finditer(r'"features"\s*:\s*\[', text):
        at, line, counted, lines = start.end(), 1, 0, list[int | None]()
        for feature in features:
            gap = re.compile(r"[\s,]*").match(text, at)
            at = gap.end() if gap else at
            try:
                found, end = decoder.raw_decode(text, at)
            except json.JSONDecodeError:
                break
            if repr(found) != repr(feature):
                break
            line, counted = line + text.count("\n", counted, at), at
            lines.append(line)
            at = end
        if len(lines) == len(features):
            return lines
    return [None] * len(features)
