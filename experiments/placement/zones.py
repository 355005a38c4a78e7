"""Polygons a planner gives: the area of a plan, where no camera may hang, what must be seen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer

from twin.city import City
from twin.errors import Fault, InputError


@dataclass(frozen=True)
class Zone:
    """A named polygon in the city's metres."""

    name: str
    shape: shapely.Geometry


def read_zones(path: Path, city: City, asked: str) -> list[Zone]:
    """Read polygons in WGS84 from a GeoJSON file.

    Raises:
        InputError: missing, not GeoJSON, or with faults: no polygons, shapes that are not valid, shapes that do not
            touch the city; all at once.
    """
    features = _features(path, asked)
    to_city = Transformer.from_crs("EPSG:4326", city.crs, always_xy=True)
    ground = shapely.box(*city.bounds_m)
    zones, faults = [], []
    for number, feature in enumerate(features, 1):
        name = _name(feature, number)
        shape, wrong = _shape(feature, to_city)
        if shape is not None and not shape.intersects(ground):
            wrong = f"it lies outside the city; {_degrees(city)} was wanted"
        if wrong:
            faults.append(Fault(f"{name}: {wrong}"))
        elif shape is not None:
            zones.append(Zone(name, shape))
    if not features:
        faults.append(Fault("found no features; at least one Polygon was wanted"))
    if faults:
        raise InputError(asked, faults, path)
    return zones


def union_of(zones: Sequence[Zone]) -> shapely.Geometry | None:
    """Return all zones as one shape, None for none."""
    return shapely.union_all([zone.shape for zone in zones]) if zones else None


def area_of(city: City, spec: str | None) -> Zone:
    """Return the area of a plan: a district, a mahalla, a polygon file, or the whole city.

    Raises:
        InputError: there is no such district or mahalla, or the file has faults.
    """
    if spec is None:
        if len(city.districts):
            return Zone("the whole city", shapely.union_all(city.districts.geometry.to_numpy()))
        return Zone("the whole city", shapely.box(*city.bounds_m))
    if Path(spec).suffix in (".geojson", ".json"):
        zones = read_zones(Path(spec), city, f"read the area {Path(spec).name}")
        whole = union_of(zones)
        assert whole is not None
        return Zone(zones[0].name if len(zones) == 1 else Path(spec).stem, whole)
    for layer, kind in ((city.districts, "district"), (city.mahallas, "mahalla")):
        names = layer["name"].astype(str)
        rows = np.flatnonzero((names.str.casefold() == spec.casefold()).to_numpy(dtype=bool))
        if len(rows):
            found = layer.geometry.to_numpy()[rows]
            return Zone(str(names.iloc[rows[0]]), shapely.union_all(found) if kind == "mahalla" else found[0])
    raise InputError("choose the area of the plan", _unknown_area(city, spec))


def _unknown_area(city: City, spec: str) -> str:
    districts = sorted(map(str, city.districts["name"]))
    every = [*districts, *sorted(set(map(str, city.mahallas["name"])))]
    close = get_close_matches(spec, every, n=1, cutoff=0.6)
    hint = f" did you mean {close[0]!r}?" if close else ""
    return (
        f"--area {spec}: there is no such district or mahalla;{hint} districts: {', '.join(districts) or 'none'}; "
        f"{len(city.mahallas)} mahallas by name; or give a .geojson file of a polygon"
    )


def _features(path: Path, asked: str) -> list[Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as fault:
        raise InputError(asked, [Fault(f"not JSON: {fault.msg} at column {fault.colno}", fault.lineno)], path) from None
    except UnicodeDecodeError:
        raise InputError(asked, "it is not UTF-8 text; give a GeoJSON file", path) from None
    except OSError as fault:
        raise InputError(asked, f"{fault.strerror or fault}; give a GeoJSON file of polygons", path) from None
    if isinstance(content, dict) and content.get("type") in ("Polygon", "MultiPolygon"):
        return [{"properties": {}, "geometry": content}]
    if isinstance(content, dict) and content.get("type") == "Feature":
        return [content]
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        found = content.get("type", "an object") if isinstance(content, dict) else type(content).__name__
        raise InputError(asked, f"found {found}; a GeoJSON FeatureCollection of polygons was wanted", path)
    return features


def _name(feature: Any, number: int) -> str:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    name = (properties or {}).get("name") or (properties or {}).get("id")
    return f"zone {name!r}" if name else f"zone {number}"


def _shape(feature: Any, to_city: Transformer) -> tuple[shapely.Geometry | None, str]:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        return None, f"its geometry is {kind or 'missing'}; a Polygon was wanted"
    try:
        shape = shapely.from_geojson(json.dumps(geometry))
    except (shapely.errors.GEOSException, TypeError, ValueError):
        return None, "its coordinates make no polygon; rings of [longitude, latitude] were wanted"
    if not shape.is_valid:
        return None, f"it is not valid: {shapely.is_valid_reason(shape)}"
    west, south, east, north = shape.bounds if not shape.is_empty else (0.0, 0.0, 0.0, 0.0)
    if shape.is_empty or shape.area == 0.0:
        return None, "it is empty; a Polygon with some ground in it was wanted"
    if min(west, east) < -180 or max(west, east) > 180 or south < -90 or north > 90:
        return None, "its coordinates are no longitudes and latitudes in degrees (WGS84)"
    return shapely.transform(shape, to_city.transform, interleaved=False), ""


def _degrees(city: City) -> str:
    back = Transformer.from_crs(city.crs, "EPSG:4326", always_xy=True)
    west, south, east, north = back.transform_bounds(*city.bounds_m)
    return f"{west:.4f}..{east:.4f} E, {south:.4f}..{north:.4f} N"
