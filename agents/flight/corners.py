"""Corners of a path: arcs that cut them by a little, and the speed they can be flown at."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

CUT_M: Final = 0.75
"""A corner is cut by at most this (assumed)."""
WIDEST_M: Final = 200.0
SHARPEST_RAD: Final = np.radians(150.0)
"""A sharper turn is a stop."""
SLIGHT_RAD: Final = np.radians(1.0)
"""A slighter turn is none."""


def corner_radius_m(turn_rad: ArrayLike, before_m: ArrayLike, after_m: ArrayLike) -> NDArray[np.float64]:
    """Return the radius of the arc at each corner, 0 for a stop.

    The arc leaves the corner by CUT_M at most, and takes less than half of either side.
    """
    half = np.asarray(turn_rad, float) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        by_cut = CUT_M / (1 / np.cos(half) - 1)
        by_room = 0.45 * np.minimum(before_m, after_m) / np.tan(half)
    radius = np.minimum(np.minimum(by_cut, by_room), WIDEST_M)
    return np.where(np.asarray(turn_rad) > SHARPEST_RAD, 0.0, np.where(half < SLIGHT_RAD / 2, WIDEST_M, radius))


def corner_speed_ms(radius_m: ArrayLike, accel_ms2: float) -> NDArray[np.float64]:
    """Return the speed at which the acceleration across the arc is the given one."""
    return np.sqrt(np.asarray(radius_m, float) * accel_ms2)


def turns_rad(ways: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (n - 1,) angles between unit vectors (n, 3) one after another."""
    return np.arccos(np.clip((ways[1:] * ways[:-1]).sum(axis=1), -1.0, 1.0))
