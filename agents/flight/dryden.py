"""Gusts: the Dryden spectra of MIL-F-8785C at low altitude, as filters of white noise.

Lengths and strengths are those of the standard below 1,000 feet; along the mean wind a filter of first order, across
and upwards of second order. The filters are discretised exactly, so that variance and length scale hold at any step.
"""

from __future__ import annotations

from math import exp, sqrt
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

FEET: Final = 0.3048
LOWEST_M: Final = 10 * FEET
HIGHEST_M: Final = 1000 * FEET
SLOWEST_MS: Final = 1.0
"""Gusts are carried past a drone that keeps pace with the air at this speed at least (assumed)."""
_ROOT3: Final = sqrt(3.0)


@njit(cache=True)
def scales(height_m: float, wind_20ft_ms: float) -> tuple[float, float, float, float]:
    """Return length scales along and upwards in metres, and standard deviations along and upwards in m/s.

    Across the wind both are those along it.
    """
    h_ft = min(max(height_m, LOWEST_M), HIGHEST_M) / FEET
    shape = 0.177 + 0.000823 * h_ft
    upwards = 0.1 * wind_20ft_ms
    return h_ft / shape**1.2 * FEET, h_ft * FEET, upwards / shape**0.4, upwards


@njit(cache=True)
def step_gust(
    gust: NDArray[np.float64], noise: NDArray[np.float64], height_m: float, wind_ms: float, air_ms: float, dt_s: float
) -> None:
    """Move the five states of the filters on by one step.

    Args:
        gust: (5,) one state along the wind, two across, two upwards; as :func:`gust_ms` reads them. Changed.
        noise: (5,) independent standard normal numbers.
        height_m: above the ground.
        wind_ms: the mean wind at 20 feet.
        air_ms: speed through the air, which carries the gusts past.
        dt_s: the step.
    """
    along_m, up_m, along_ms, up_ms = scales(height_m, wind_ms)
    speed = max(air_ms, SLOWEST_MS)
    keep = exp(-dt_s * speed / along_m)
    gust[0] = keep * gust[0] + along_ms * sqrt(1.0 - keep * keep) * noise[0]
    _second_order(gust, 1, noise, dt_s * speed / along_m, along_ms)
    _second_order(gust, 3, noise, dt_s * speed / up_m, up_ms)


@njit(cache=True)
def _second_order(gust: NDArray[np.float64], at: int, noise: NDArray[np.float64], step: float, sigma: float) -> None:
    """Two equal lags in a row, driven by white noise; their steady covariance is [[1/2, 1/4], [1/4, 1/4]] sigma^2."""
    keep = exp(-step)
    a, b = gust[at], gust[at + 1]
    v11 = 0.5 - 0.5 * keep * keep
    v12 = 0.25 - keep * keep * (0.25 + 0.5 * step)
    v22 = 0.25 - keep * keep * (0.25 + 0.5 * step + 0.5 * step * step)
    root = sqrt(max(v11, 1e-300))
    cross = v12 / root
    rest = sqrt(max(v22 - cross * cross, 0.0))
    gust[at] = keep * a + sigma * root * noise[at]
    gust[at + 1] = keep * (step * a + b) + sigma * (cross * noise[at] + rest * noise[at + 1])


@njit(cache=True)
def gust_ms(gust: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return the gust along the mean wind, to the left of it, and upwards.

    The last two are white noise through ``(1 + sqrt(3) L s / V) / (1 + L s / V)^2``.
    """
    left = _ROOT3 * gust[1] + (1.0 - _ROOT3) * gust[2]
    up = _ROOT3 * gust[3] + (1.0 - _ROOT3) * gust[4]
    return gust[0], left, up
