"""A rotating camera's presets and a camera's masks, from its properties and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import shapely
from pyproj import Transformer

from sensors.cameras import Camera, Mask, Preset
from sensors.numbers import LIMITS, is_number, number_of

MOST_PRESETS: Final = 64
PRESET_KEYS: Final = ("bearing_deg", "pitch_deg", "hfov_deg", "dwell_s")


def presets_of(found: Any, kind: str, wrong: list[str]) -> tuple[Preset, ...]:
    """Return a camera's presets: ``[{"bearing_deg": 90, "dwell_s": 20}, ...]``; faults are added to ``wrong``."""
    if found is None:
        return ()
    if kind != "ptz":
        wrong.append(f"it has presets, but its kind is {kind!r}; only a ptz camera turns")
    if not isinstance(found, list) or not 0 < len(found) <= MOST_PRESETS or not all(isinstance(p, dict) for p in found):
        wrong.append(f"presets is {_short(found)}; a list of 1 to {MOST_PRESETS} objects with bearing_deg was wanted")
        return ()
    return tuple(_preset(number, part, wrong) for number, part in enumerate(found, start=1))


def _preset(number: int, part: dict[str, Any], wrong: list[str]) -> Preset:
    own: list[str] = [f"{name!r} is not known" for name in part if name not in PRESET_KEYS]
    bearing = number_of(part, "bearing_deg", LIMITS["bearing_deg"], own) % 360.0
    dwell_s = number_of(part, "dwell_s", LIMITS["dwell_s"], own, 1.0)
    pitch, hfov = (
        number_of(part, name, LIMITS[name], own) if part.get(name) is not None else None
        for name in ("pitch_deg", "hfov_deg")
    )
    wrong += [f"preset {number}: {fault}" for fault in own]
    return Preset(bearing, dwell_s or 1.0, pitch, hfov)


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
        held["presets"] = [
            {name: value for name in PRESET_KEYS if (value := getattr(preset, name)) is not None}
            for preset in camera.presets
        ]
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


def _short(found: Any) -> str:
    text = repr(found)
    return text if len(text) <= 80 else text[:77] + "..."
