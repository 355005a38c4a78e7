"""Numbers in a camera's properties: their limits, and the sentence that tells a wrong one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

Limits = tuple[float, bool, float, bool]

LIMITS: Final[Mapping[str, Limits]] = {  # least, itself allowed, most, itself allowed
    "height_m": (0.0, False, 500.0, True),
    "bearing_deg": (0.0, True, 360.0, True),
    "pitch_deg": (-90.0, True, 45.0, True),
    "hfov_deg": (0.0, False, 180.0, False),
    "width_px": (16, True, 20_000, True),
    "height_px": (16, True, 20_000, True),
    "range_m": (0.0, False, 20_000.0, True),
    "ir_range_m": (0.0, False, 2_000.0, True),
    "sensor_width_mm": (0.0, False, 100.0, True),
    "focal_length_mm": (0.0, False, 2_000.0, True),
    "k1": (-2.0, True, 2.0, True),
    "k2": (-2.0, True, 2.0, True),
    "dwell_s": (0.0, False, 86_400.0, True),
}
WHOLE: Final = ("width_px", "height_px")
UNITS: Final = {"m": " m", "deg": " degrees", "px": " pixels", "mm": " mm", "s": " seconds"}
MORE: Final = {"hfov_deg": " (field of view), nor sensor_width_mm with focal_length_mm"}


def number_of(
    properties: Mapping[str, Any], name: str, limits: Limits, wrong: list[str], left_out: float | None = None
) -> float:
    """Return a property's number; what is wrong with it is added to ``wrong``, and it is 0.

    Args:
        properties: of the camera.
        name: of the property.
        limits: least, whether itself, most, whether itself.
        wrong: sentences found so far.
        left_out: the number where the property is not there; None where it must be.
    """
    found = properties.get(name)
    if found is None and left_out is not None:
        return left_out
    fault = _fault(name, found, limits)
    wrong += [fault] if fault else []
    return 0.0 if fault or found is None else float(found)


def is_number(part: Any) -> bool:
    """Return whether it is a finite number that a float holds."""
    if isinstance(part, int):
        return not isinstance(part, bool) and abs(part) < 1 << 53
    return isinstance(part, float) and math.isfinite(part)


def _fault(name: str, found: Any, limits: Limits) -> str:
    least, least_allowed, most, most_allowed = limits
    wanted = _wanted(name, limits)
    if found is None:
        return f"no {name}{MORE.get(name, '')}; {wanted}"
    if not is_number(found):
        return f"{name} is {found!r}; a number, {wanted}"
    if name in WHOLE and found != int(found):
        return f"{name} is {found}; a whole number, {wanted}"
    low = found < least or (found == least and not least_allowed)
    high = found > most or (found == most and not most_allowed)
    return f"{name} is {found}; {wanted}" if low or high else ""


def _wanted(name: str, limits: Limits) -> str:
    least, least_allowed, most, most_allowed = limits
    unit = UNITS.get(name.rpartition("_")[2], "")
    low, high = "at least" if least_allowed else "more than", "at most" if most_allowed else "less than"
    return f"{low} {least:g} and {high} {most:g}{unit} was wanted"
