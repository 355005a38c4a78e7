"""Where a drone believes it is: acceleration integrated 240 times a second, corrected by GNSS ten times a second.

Position and speed come out of a Kalman filter of steady gain, one for each axis, with the accelerometer's bias as its
third state. The attitude filter is not simulated: its error is, as a slow random walk pulled back to nil.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.linalg import solve_discrete_are

GNSS_EVERY = 24
"""Steps of 1/240 s between two readings: 10 Hz."""


def steady_gain(
    position_m: float, speed_ms: float, accel_ms2: float, period_s: float, bias_ms2: float = 0.02
) -> NDArray[np.float64]:
    """Return (3, 2) gain of position, speed and bias on what readings of position and speed differ by.

    Args:
        position_m: standard deviation of a reading of position.
        speed_ms: of a reading of speed.
        accel_ms2: of the acceleration between two readings, tilt error included.
        period_s: between readings.
        bias_ms2: how far the bias wanders in the square root of a second.
    """
    t = period_s
    move = np.array([[1.0, t, -t * t / 2], [0.0, 1.0, -t], [0.0, 0.0, 1.0]])
    read = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    push = np.array([t * t / 2, t, 0.0]) * accel_ms2
    noise = np.outer(push, push) + np.diag([1e-9, 1e-9, bias_ms2 * bias_ms2 * t])
    spread = np.diag([position_m * position_m, speed_ms * speed_ms])
    before = solve_discrete_are(move.T, read.T, noise, spread)
    return np.asarray(before @ read.T @ np.linalg.inv(read @ before @ read.T + spread), dtype=np.float64)


@njit(cache=True)
def predict(
    place: NDArray[np.float64], speed: NDArray[np.float64], bias: NDArray[np.float64], felt: NDArray[np.float64],
    dt_s: float,
) -> None:  # fmt: skip
    """Move the belief on by one step, by the acceleration felt, in world axes, gravity taken off. (3,) each."""
    for k in range(3):
        accel = felt[k] - bias[k]
        place[k] += speed[k] * dt_s + 0.5 * accel * dt_s * dt_s
        speed[k] += accel * dt_s


@njit(cache=True)
def correct(
    place: NDArray[np.float64], speed: NDArray[np.float64], bias: NDArray[np.float64],
    read_m: NDArray[np.float64], read_ms: NDArray[np.float64], gain: NDArray[np.float64],
) -> None:  # fmt: skip
    """Correct the belief by readings of position and speed; gain (2, 3, 2), sideways and upwards."""
    for k in range(3):
        g = gain[1] if k == 2 else gain[0]
        off_m, off_ms = read_m[k] - place[k], read_ms[k] - speed[k]
        place[k] += g[0, 0] * off_m + g[0, 1] * off_ms
        speed[k] += g[1, 0] * off_m + g[1, 1] * off_ms
        bias[k] += g[2, 0] * off_m + g[2, 1] * off_ms
