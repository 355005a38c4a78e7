"""A camera's lens from its properties: a field of view, or a sensor's width and a focal length; and distortion."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from sensors.lens import undistorted
from sensors.numbers import LIMITS, number_of

SAME_DEG: Final = 0.5


def lens_of(
    properties: Mapping[str, Any], width_px: float, height_px: float, wrong: list[str]
) -> tuple[float, float, float]:
    """Return the horizontal field of view in degrees, k1 and k2; what is wrong is added to ``wrong``.

    Given both ways, the two must agree to half a degree; a sensor 5.37 mm wide behind a lens of 4 mm sees 67.7 degrees.
    """
    before = len(wrong)
    by_sensor = [name for name in ("sensor_width_mm", "focal_length_mm") if properties.get(name) is not None]
    if len(by_sensor) == 1:
        wrong.append(f"it has {by_sensor[0]} alone; sensor_width_mm and focal_length_mm go together")
    hfov_deg = 0.0
    if len(by_sensor) == 2:
        sensor, focal = (number_of(properties, name, LIMITS[name], wrong) for name in by_sensor)
        hfov_deg = math.degrees(2.0 * math.atan2(sensor, 2.0 * focal)) if sensor and focal else 0.0
    if properties.get("hfov_deg") is not None or not by_sensor:
        given = number_of(properties, "hfov_deg", LIMITS["hfov_deg"], wrong)
        if hfov_deg and given and abs(hfov_deg - given) > SAME_DEG:
            wrong.append(
                f"hfov_deg is {given:g}, but its sensor and focal length give {hfov_deg:.1f} degrees; keep one of them"
            )
        hfov_deg = given or hfov_deg
    k1, k2 = (number_of(properties, name, LIMITS[name], wrong, 0.0) for name in ("k1", "k2"))
    if len(wrong) == before and (k1 or k2) and width_px > 0:
        corner = math.tan(math.radians(hfov_deg) / 2.0) * math.hypot(1.0, height_px / width_px)
        if np.isnan(undistorted(np.array([corner]), k1, k2))[0]:
            wrong.append(f"k1 {k1:g} and k2 {k2:g} fold the picture back before its corners; smaller ones were wanted")
    return hfov_deg, k1, k2
