"""A rotating camera's or a drone's presets and a camera's masks, from its properties and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import shapely
from pyproj import Transformer

from sensors.cameras import Camera, Mask, Preset
from sensors.numbers import LIMITS, is_number, number_of

MOST_PRESETS: Final = 64
PRESET_KEYS: Final = ("bearing_deg", "pitch_deg", "hfov_deg", "dwell_s")
PLACE_KEYS: Final = ("lon", "lat", "height_m")
TOURING: Final = ("ptz", "drone")


def presets_of(found: Any, kind: str, to_city: Transformer, wrong: list[str]) -> tuple[Preset, ...]:
    """Return a camera's presets: ``[{"bearing_deg": 90, "dwell_s": 20}, ...]``; faults are added to ``wrong``.

    Those of a drone are points in the air, ``{"lon": 69.2, "lat": 41.3, "height_m": 60, "bearing_deg": 90}``.
    """
    if found is None:
        return ()
    if kind not in TOURING:
        wrong.append(f"it has presets, but its kind is {kind!r}; only a ptz camera turns, and only a drone moves")
    if not isinstance(found, list) or not 0 < len(found) <= MOST_PRESETS or not all(isinstance(p, dict) for p in found):
        wrong.append(f"presets is {_short(found)}; a list of 1 to {MOST_PRESETS} objects with bearing_deg was wanted")
        return ()
    return tuple(_preset(number, part, kind, to_city, wrong) for number, part in enumerate(found, start=1))


def _preset(number: int, part: dict[str, Any], kind: str, to_city: Transformer, wrong: list[str]) -> Preset:
    known = (*PRESET_KEYS, *PLACE_KEYS) if kind == "drone" else PRESET_KEYS
    own: list[str] = [f"{name!r} is not known" for name in part if name not in known]
    bearing = number_of(part, "bearing_deg", LIMITS["bearing_deg"], own) % 360.0
    dwell_s = number_of(part, "dwell_s", LIMITS["dwell_s"], own, 1.0)
    pitch, hfov = (
        number_of(part, name, LIMITS[name], own) if part.get(name) is not None else None
        for name in ("pitch_deg", "hfov_deg")
    )
    place = _place(part, to_city, own) if kind == "drone" else (None, None, None)
    wrong += [f"preset {number}: {fault}" for fault in own]
    return Preset(bearing, dwell_s or 1.0, pitch, hfov, *place)


def _place(
    part: dict[str, Any], to_city: Transformer, own: list[str]
) -> tuple[float | None, float | None, float | None]:  # fmt: skip
    """Return where a drone stays, None for what is as the camera's own."""
    height_m = number_of(part, "height_m", LIMITS["height_m"], own) if part.get("height_m") is not None else None
    given = [name for name in ("lon", "lat") if part.get(name) is not None]
    if not given:
        return None, None, height_m
    if len(given) < 2 or not all(is_number(part[name]) for name in given):
        own.append("lon and lat go together, in degrees")
        return None, None, height_m
    if abs(part["lon"]) > 180 or abs(part["lat"]) > 90:
        own.append(f"lon {part['lon']:g}, lat {part['lat']:g} is no place in degrees (WGS84)")
        return None, None, height_m
    x_m, y_m = map(float, to_city.transform(part["lon"], part["lat"]))
    return x_m, y_m, height_m


def masks_of(found: Any, to_city: Transformer, wrong: list[str]) -> tuple[Mask, ...]:
    """Return a camera's masks: ``[{"picture": [[u, v], ...]}, {"ground": [[lon, lat], ...]}]``; faults to ``wrong``."""
    if found is None:
        return ()
    if not isinstance(found, list):
        wrong.append(f"masks is {_short(found)}; a list of polygons was wanted")
        return ()
    masks = []
    for number, part in enumerate(found, start=1):
        mask, fault = _mask(part, to_city)
        masks += [mask] if mask else []
        wrong += [f"mask {number}: {fault}"] if fault else []
    return tuple(masks)


def _mask(part: Any, to_city: Transformer) -> tuple[Mask | None, str]:
    keys = list(part) if isinstance(part, dict) else []
    if keys not in (["picture"], ["ground"]):
        return None, f"found {_short(part)}; an object with either picture or ground was wanted"
    corners = part[keys[0]]
    pairs = isinstance(corners, list) and all(
        isinstance(c, list) and len(c) == 2 and all(is_number(value) for value in c) for c in corners
    )
    if not pairs or len(corners) < 3:
        unit = "[u, v] in pixels" if keys == ["picture"] else "[longitude, latitude] in degrees"
        return None, f"its corners are {_short(corners)}; three or more {unit} were wanted"
    points = [(float(a), float(b)) for a, b in corners]
    if keys == ["ground"]:
        points = [tuple(map(float, to_city.transform(lon, lat))) for lon, lat in points]  # type: ignore[misc]
    if not shapely.Polygon(points).is_valid or shapely.Polygon(points).area == 0:
        return None, f"its corners {_short(corners)} make no plain polygon; one that does not cross itself was wanted"
    return Mask("picture" if keys == ["picture"] else "ground", tuple(points)), ""


def parts_of(camera: Camera, to_degrees: Callable[[float, float], tuple[float, float]]) -> dict[str, Any]:
    """Return a camera's presets and masks as they stand in a file; without those it has none of."""
    held: dict[str, Any] = {}
    if camera.presets:
        held["presets"] = [_preset_as_found(preset, to_degrees) for preset in camera.presets]
    if camera.masks:
        held["masks"] = [
            {
                mask.of: [
                    list(c) if mask.of == "picture" else [round(d, 7) for d in to_degrees(*c)] for c in mask.corners
                ]
            }
            for mask in camera.masks
        ]
    return held


def _preset_as_found(preset: Preset, to_degrees: Callable[[float, float], tuple[float, float]]) -> dict[str, Any]:
    held = {name: value for name in (*PRESET_KEYS, "height_m") if (value := getattr(preset, name)) is not None}
    if preset.x_m is not None and preset.y_m is not None:
        lon, lat = to_degrees(preset.x_m, preset.y_m)
        held |= {"lon": round(float(lon), 7), "lat": round(float(lat), 7)}
    return held


def _short(found: Any) -> str:
    text = repr(found)
    return text if len(text) <= 80 else text[:77] + "..."
