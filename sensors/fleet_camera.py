"""One GeoJSON feature as a camera, with everything that is wrong with it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, Final

from pyproj import Transformer

from sensors.cameras import CAMERA_KINDS, CITY_MARGIN_M, Camera
from sensors.fleet_lens import lens_of
from sensors.fleet_parts import masks_of, presets_of
from sensors.numbers import LIMITS, is_number, number_of
from twin.errors import unknown_name

WGS84: Final = "EPSG:4326"
Bounds = tuple[float, float, float, float]

PLAIN: Final = ("height_m", "bearing_deg", "pitch_deg", "width_px", "height_px", "range_m")
OPTIONAL: Final = (
    "ir", "data_centre", "k1", "k2", "ir_range_m", "presets", "masks", "sensor_width_mm", "focal_length_mm",
)  # fmt: skip
LOOKS_LIKE: Final = 0.82


@cache
def between(from_crs: str, to_crs: str) -> Transformer:
    """Return the transformer from one system to another, x before y."""
    return Transformer.from_crs(from_crs, to_crs, always_xy=True)


def camera_of(feature: Any, city_crs: str, bounds: Bounds) -> tuple[Camera | None, list[str]]:
    """Return the camera, with what is wrong with it, a sentence each; None where it has not even an id.

    Args:
        feature: as read.
        city_crs: the city's projected system.
        bounds: west, south, east, north of the city in that system.
    """
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        return None, ["found no properties; a GeoJSON Feature with the properties of a camera was wanted"]
    name = properties.get("id")
    if not isinstance(name, str | int) or isinstance(name, bool) or not str(name).strip():
        return None, [f"found id {name!r}; each camera needs a name of its own"]
    wrong: list[str] = []
    values = {key: number_of(properties, key, LIMITS[key], wrong) for key in PLAIN}
    hfov_deg, k1, k2 = lens_of(properties, values["width_px"], values["height_px"], wrong)
    kind = _kind(properties, wrong)
    ir, data_centre = _flags(properties, wrong)
    ir_range_m = number_of(properties, "ir_range_m", LIMITS["ir_range_m"], wrong, 0.0)
    if ir_range_m and not ir:
        wrong.append(f'ir_range_m is {ir_range_m:g}, but it has no infrared light; say "ir": true, or leave it out')
    presets = presets_of(properties.get("presets"), kind, between(WGS84, city_crs), wrong)
    masks = masks_of(properties.get("masks"), between(WGS84, city_crs), wrong)
    wrong += _misspelt(properties)
    x_m, y_m = _place(feature.get("geometry"), city_crs, bounds, wrong)
    wrong += [
        f"preset {number}: it lies outside the city; {_box_in_degrees(city_crs, bounds)} was wanted"
        for number, preset in enumerate(presets, start=1)
        if preset.x_m is not None and preset.y_m is not None and not _near(preset.x_m, preset.y_m, bounds)
    ]
    camera = Camera(
        id=str(name), kind=kind, x_m=x_m, y_m=y_m, height_m=values["height_m"],
        bearing_deg=values["bearing_deg"] % 360.0, pitch_deg=values["pitch_deg"], hfov_deg=hfov_deg,
        width_px=int(values["width_px"]), height_px=int(values["height_px"]), range_m=values["range_m"], ir=ir,
        data_centre=data_centre, k1=k1, k2=k2, ir_range_m=ir_range_m, presets=presets, masks=masks,
    )  # fmt: skip
    return camera, [f"camera {name!r}: {sentence}" for sentence in wrong]


def _kind(properties: Mapping[str, Any], wrong: list[str]) -> str:
    kind = properties.get("kind")
    if kind not in CAMERA_KINDS:
        wrong.append(unknown_name("camera kind", str(kind), CAMERA_KINDS) if kind is not None else "no kind")
    return str(kind)


def _flags(properties: Mapping[str, Any], wrong: list[str]) -> tuple[bool, str]:
    ir, centre = properties.get("ir", False), properties.get("data_centre")
    if not isinstance(ir, bool):
        wrong.append(f"ir is {ir!r}; true or false was wanted")
    if centre is not None and not isinstance(centre, str):
        wrong.append(f"data_centre is {centre!r}; the name of a data centre was wanted")
    return ir is True, str(centre or "")


def _misspelt(properties: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each property nobody knows whose name is almost that of one that may be left out."""
    known = ("id", "kind", "hfov_deg", *PLAIN, *OPTIONAL)
    found = []
    for name in properties:
        close = get_close_matches(name, OPTIONAL, 1, LOOKS_LIKE) if name not in known else []
        found += [f"it has a property {name!r}; did you mean {close[0]!r}?"] if close else []
    return found


def _place(geometry: Any, city_crs: str, bounds: Bounds, wrong: list[str]) -> tuple[float, float]:
    """Return the position in the city's metres; what is wrong with it is added to ``wrong``."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind != "Point":
        wrong.append(f"its geometry is {kind or 'missing'}; a Point was wanted")
        return 0.0, 0.0
    place = geometry.get("coordinates")
    if not isinstance(place, list) or len(place) < 2 or not all(is_number(part) for part in place[:2]):
        wrong.append(f"its coordinates are {place}; [longitude, latitude] in degrees was wanted")
        return 0.0, 0.0
    lon, lat = place[:2]
    if abs(lon) > 180 or abs(lat) > 90:
        wrong.append(f"its coordinates are {place}; longitude and latitude in degrees (WGS84) were wanted")
        return 0.0, 0.0
    x_m, y_m = (float(part) for part in between(WGS84, city_crs).transform(lon, lat))
    if not _near(x_m, y_m, bounds):
        wrong.append(f"it stands at {lon}, {lat}, outside the city; {_box_in_degrees(city_crs, bounds)} was wanted")
    return x_m, y_m


def _near(x_m: float, y_m: float, bounds: Bounds) -> bool:
    west, south, east, north = bounds
    near = west - CITY_MARGIN_M <= x_m <= east + CITY_MARGIN_M and south - CITY_MARGIN_M <= y_m <= north + CITY_MARGIN_M
    return near and math.isfinite(x_m)


def _box_in_degrees(city_crs: str, bounds: Bounds) -> str:
    west, south, east, north = between(city_crs, WGS84).transform_bounds(*bounds)
    return f"{west:.4f}..{east:.4f} E, {south:.4f}..{north:.4f} N"
