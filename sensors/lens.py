"""Radial distortion of a lens: Brown-Conrady with two coefficients, both ways.

A ray through the undistorted point at radius r (in focal lengths from the optical axis) falls at ``r (1 + k1 r^2 +
k2 r^4)`` (Brown, Photogrammetric Engineering 1966). The map is used only as far out as it rises: beyond that it folds
back, and a ray there falls nowhere.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
ROUNDS: Final = 60


def largest_radius(k1: float, k2: float) -> float:
    """Return the radius up to which the distorted radius rises with the undistorted one; infinite where it always does.

    It is the least positive root of ``1 + 3 k1 r^2 + 5 k2 r^4``.

    >>> round(largest_radius(-0.3, 0.0), 4), largest_radius(0.1, 0.0)
    (1.0541, inf)
    """
    inside = 9.0 * k1 * k1 - 20.0 * k2
    if inside < 0.0:
        return math.inf
    below = [-3.0 * k1 + sign * math.sqrt(inside) for sign in (-1.0, 1.0)]
    return math.sqrt(min((2.0 / part for part in below if part > 0.0), default=math.inf))


def distorted(radius: ArrayLike, k1: float, k2: float) -> Floats:
    """Return where rays at these radii fall, NaN beyond the radius at which the map folds back."""
    r = np.asarray(radius, dtype=np.float64)
    square = r * r
    return np.where(r <= largest_radius(k1, k2), r * (1.0 + k1 * square + k2 * square * square), np.nan)


def undistorted(radius: ArrayLike, k1: float, k2: float) -> Floats:
    """Return the radii whose rays fall at these, NaN where none does; by halving, exact to the last bits.

    Args:
        radius: distorted radii, in focal lengths, 0 or more.
        k1: of the lens.
        k2: of the lens.
    """
    wanted = np.asarray(radius, dtype=np.float64)
    if k1 == 0.0 and k2 == 0.0:
        return wanted.copy()
    low, high = np.zeros(wanted.shape), _beyond(wanted, k1, k2)
    reached = distorted(high, k1, k2) >= wanted
    for _ in range(ROUNDS):
        middle = 0.5 * (low + high)
        short = distorted(middle, k1, k2) < wanted
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.where(reached, 0.5 * (low + high), np.nan)


def _beyond(wanted: Floats, k1: float, k2: float) -> Floats:
    """Return radii whose rays fall at or beyond the wanted ones, or the largest radius there is."""
    end = largest_radius(k1, k2)
    high = np.minimum(np.maximum(wanted, 1.0), end)
    for _ in range(ROUNDS):
        short = (distorted(high, k1, k2) < wanted) & (high < end)
        if not short.any():
            break
        high = np.where(short, np.minimum(2.0 * high, end), high)
    return high
