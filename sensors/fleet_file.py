"""Cameras as a GeoJSON file of points: read whole and checked whole, and written."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, Final

from pyproj import Transformer

from sensors.cameras import CAMERA_KINDS, Camera, CameraFleet, fleet_of
from twin.errors import Fault, InputError, unknown_name
from twin.whole_file import whole_file

WGS84: Final = "EPSG:4326"
MARGIN_M: Final = 200.0
Limits = tuple[float, bool, float, bool]

LIMITS: Final[Mapping[str, Limits]] = {  # least, itself allowed, most, itself allowed
    "height_m": (0.0, False, 500.0, True),
    "bearing_deg": (0.0, True, 360.0, True),
    "pitch_deg": (-90.0, True, 45.0, True),
    "hfov_deg": (0.0, False, 180.0, False),
    "width_px": (16, True, 20_000, True),
    "height_px": (16, True, 20_000, True),
    "range_m": (0.0, False, 20_000.0, True),
}
WHOLE: Final = ("width_px", "height_px")
OPTIONAL: Final[Mapping[str, Any]] = {"ir": False, "data_centre": ""}
KNOWN: Final = ("id", "kind", *LIMITS, *OPTIONAL)


@cache
def _between(from_crs: str, to_crs: str) -> Transformer:
    return Transformer.from_crs(from_crs, to_crs, always_xy=True)


def read_fleet(path: Path, city_crs: str, bounds: tuple[float, float, float, float]) -> CameraFleet:
    """Read cameras from GeoJSON points in WGS84; properties other than those of a camera are left aside.

    Args:
        path: the file.
        city_crs: the city's projected system, such as ``"EPSG:32642"``.
        bounds: west, south, east, north of the city in that system, metres; 200 m beyond them are allowed.

    Raises:
        InputError: missing, not GeoJSON, or with faults; all of them, each with the line its feature begins at.
    """
    asked = f"read the cameras {path.name}"
    features, lines = _features(path, asked)
    faults: list[Fault] = []
    cameras, seen = [], dict[str, int | None]()
    for feature, line in zip(features, lines, strict=True):
        camera, wrong = _camera(feature, city_crs, bounds)
        if camera is not None and camera.id in seen:
            first = f" (first at line {seen[camera.id]})" if seen[camera.id] else ""
            wrong.append(f"camera {camera.id!r}: the id is taken{first}; each camera needs its own")
        if camera is not None:
            seen.setdefault(camera.id, line)
            cameras.append(camera)
        faults += [Fault(sentence, line) for sentence in wrong]
    if faults:
        raise InputError(asked, faults, path)
    return fleet_of(cameras)


def write_fleet(fleet: CameraFleet, path: Path, crs: str, note: str = "") -> None:
    """Write cameras as GeoJSON points in WGS84, one to a line, to seven decimals (a centimetre).

    Args:
        fleet: the cameras.
        path: the file, replaced where it exists.
        crs: the system their positions are in.
        note: what is to be known of the whole fleet; stands at the head of the file.

    Raises:
        InputError: the file cannot be written.
    """
    lon, lat = _between(crs, WGS84).transform(fleet.x_m, fleet.y_m)
    rows = []
    for i in range(len(fleet)):
        camera = fleet[i]
        properties = {f.name: getattr(camera, f.name) for f in fields(Camera) if f.name not in ("x_m", "y_m")}
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


def _camera(feature: Any, city_crs: str, bounds: tuple[float, float, float, float]) -> tuple[Camera | None, list[str]]:
    """Return the camera, with what is wrong with it; None where it has not even an id."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        return None, ["found no properties; a GeoJSON Feature with the properties of a camera was wanted"]
    name = properties.get("id")
    if not isinstance(name, str | int) or isinstance(name, bool) or not str(name).strip():
        return None, [f"found id {name!r}; each camera needs a name of its own"]
    values, wrong = _numbers(properties)
    kind = properties.get("kind")
    if kind not in CAMERA_KINDS:
        wrong.append(unknown_name("camera kind", str(kind), CAMERA_KINDS) if kind is not None else "no kind")
    if not isinstance(properties.get("ir", False), bool):
        wrong.append(f"ir is {properties['ir']!r}; true or false was wanted")
    x_m, y_m, place_faults = _place(feature.get("geometry"), city_crs, bounds)
    camera = Camera(
        id=str(name), kind=str(kind), x_m=x_m, y_m=y_m, height_m=values["height_m"],
        bearing_deg=values["bearing_deg"] % 360.0, pitch_deg=values["pitch_deg"], hfov_deg=values["hfov_deg"],
        width_px=int(values["width_px"]), height_px=int(values["height_px"]), range_m=values["range_m"],
        ir=properties.get("ir", False) is True, data_centre=str(properties.get("data_centre") or ""),
    )  # fmt: skip
    return camera, [f"camera {name!r}: {sentence}" for sentence in [*wrong, *place_faults]]


def _numbers(properties: Mapping[str, Any]) -> tuple[dict[str, float], list[str]]:
    """Return the numbers of a camera, 0 where one is wrong, and what is wrong with them."""
    values: dict[str, float] = {}
    wrong = []
    for name, limits in LIMITS.items():
        found = properties.get(name)
        fault = _number_fault(name, found, limits)
        values[name] = 0.0 if fault or found is None else float(found)
        wrong += [fault] if fault else []
    return values, wrong


def _number_fault(name: str, found: Any, limits: Limits) -> str:
    least, least_allowed, most, most_allowed = limits
    wanted = _wanted(name, limits)
    if found is None:
        return f"no {name}{' (field of view)' if name == 'hfov_deg' else ''}; {wanted}"
    if not _is_number(found):
        return f"{name} is {found!r}; a number, {wanted}"
    if name in WHOLE and found != int(found):
        return f"{name} is {found}; a whole number, {wanted}"
    low = found < least or (found == least and not least_allowed)
    high = found > most or (found == most and not most_allowed)
    return f"{name} is {found}; {wanted}" if low or high else ""


def _wanted(name: str, limits: Limits) -> str:
    least, least_allowed, most, most_allowed = limits
    unit = {"m": " m", "deg": " degrees", "px": " pixels"}[name.rsplit("_", 1)[1]]
    low, high = "at least" if least_allowed else "more than", "at most" if most_allowed else "less than"
    return f"{low} {least:g} and {high} {most:g}{unit} was wanted"


def _place(geometry: Any, city_crs: str, bounds: tuple[float, float, float, float]) -> tuple[float, float, list[str]]:
    """Return the position in the city's metres, or what is wrong with it."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind != "Point":
        return 0.0, 0.0, [f"its geometry is {kind or 'missing'}; a Point was wanted"]
    place = geometry.get("coordinates")
    if not isinstance(place, list) or len(place) < 2 or not all(_is_number(part) for part in place[:2]):
        return 0.0, 0.0, [f"its coordinates are {place}; [longitude, latitude] in degrees was wanted"]
    lon, lat = place[:2]
    if abs(lon) > 180 or abs(lat) > 90:
        return 0.0, 0.0, [f"its coordinates are {place}; longitude and latitude in degrees (WGS84) were wanted"]
    x_m, y_m = (float(part) for part in _between(WGS84, city_crs).transform(lon, lat))
    west, south, east, north = bounds
    if not (west - MARGIN_M <= x_m <= east + MARGIN_M and south - MARGIN_M <= y_m <= north + MARGIN_M):
        return (
            x_m,
            y_m,
            [f"it stands at {lon}, {lat}, outside the city; {_box_in_degrees(city_crs, bounds)} was wanted"],
        )
    return x_m, y_m, []


def _is_number(part: Any) -> bool:
    if isinstance(part, int):
        return not isinstance(part, bool) and abs(part) < 1 << 53
    return isinstance(part, float) and math.isfinite(part)


def _box_in_degrees(city_crs: str, bounds: tuple[float, float, float, float]) -> str:
    west, south, east, north = _between(city_crs, WGS84).transform_bounds(*bounds)
    return f"{west:.4f}..{east:.4f} E, {south:.4f}..{north:.4f} N"
