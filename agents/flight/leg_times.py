"""Times and steady energies of missions leg by leg: what the fitted model's coefficients multiply."""

from __future__ import annotations

from math import acos, cos, sqrt, tan
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from agents.flight.corners import CUT_M, SHARPEST_RAD, SLIGHT_RAD, WIDEST_M
from agents.flight.dryden import scales
from agents.flight.power_table import air_column, watts_at

TIME_TERMS: Final = ("start", "planned_s", "legs")
ENERGY_TERMS: Final = ("start", "up_j", "level_j", "down_j", "stand_j", "gusts_j", "legs")
STAY_TERMS: Final = ("stand_j", "gusts_j")
_STEEP: Final = 0.7
_ROOT3: Final = sqrt(3.0)


@njit(cache=True)
def terms(
    first: NDArray[np.int64], move: NDArray[np.float64], asked: NDArray[np.float64], hold: NDArray[np.float64],
    wind: NDArray[np.float64], payload: NDArray[np.float64], density: NDArray[np.float64],
    limits: tuple[float, float, float, float], watts: NDArray[np.float64], loads: NDArray[np.float64],
    time: NDArray[np.float64], energy: NDArray[np.float64], stay: NDArray[np.float64], possible: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Write the terms at the end of each leg, holds before it included, its own not.

    Args:
        first: as in :class:`agents.flight.missions.Missions`, and so to ``density``.
        move: (k, 3).
        asked: (k,) speeds.
        hold: (k,).
        wind: (n, 2).
        payload: (n,).
        density: (n,).
        limits: speed through the air, climb, descent, acceleration.
        watts: the class's power table.
        loads: its payloads.
        time: (k, 3), written, columns TIME_TERMS.
        energy: (k, 7), written, columns ENERGY_TERMS.
        stay: (k, 2), written: of the hold at each leg's end alone, columns STAY_TERMS.
        possible: (n,), written: whether every leg can be flown in that wind.
    """
    column = np.empty(watts.shape[2:])
    for m in range(len(first) - 1):
        a, b = first[m], first[m + 1]
        air_column(watts, loads, density[m], payload[m], column)
        possible[m] = _mission(
            move[a:b], asked[a:b], hold[a:b], wind[m], limits, column, time[a:b], energy[a:b], stay[a:b]
        )


@njit(cache=True)
def _mission(
    move: NDArray[np.float64], asked: NDArray[np.float64], hold: NDArray[np.float64], wind: NDArray[np.float64],
    limits: tuple[float, float, float, float], column: NDArray[np.float64], time: NDArray[np.float64],
    energy: NDArray[np.float64], stay: NDArray[np.float64],
) -> bool:  # fmt: skip
    k, accel = len(move), limits[3]
    length, speed, enter, cut, arc = np.empty(k), np.empty(k), np.zeros(k + 1), np.zeros(k + 1), np.zeros(k + 1)
    flies = True
    for i in range(k):
        length[i] = sqrt(move[i, 0] ** 2 + move[i, 1] ** 2 + move[i, 2] ** 2)
        ground = _leg_speed(move[i] / length[i], asked[i], wind, limits)
        flies = flies and ground > 0.2
        speed[i] = max(ground, 0.2)
    for i in range(1, k):
        if hold[i - 1] == 0.0:
            _corner(move, length, speed, accel, i, enter, cut, arc)
    line = length - cut[:-1] - cut[1:]
    for i in range(1, k + 1):
        enter[i] = min(enter[i], sqrt(enter[i - 1] ** 2 + 2 * accel * line[i - 1]))
    for i in range(k - 1, -1, -1):
        enter[i] = min(enter[i], sqrt(enter[i + 1] ** 2 + 2 * accel * line[i]))
    blow = sqrt(wind[0] ** 2 + wind[1] ** 2)
    total_s, stand, parts = 0.0, watts_at(column, blow, 0.0), np.zeros(3)
    stood_j, gusts_j, high = 0.0, 0.0, _starts_at_m(move)
    for i in range(k):
        way = move[i] / length[i]
        kind = 0 if way[2] > _STEEP else (2 if way[2] < -_STEEP else 1)
        peak = min(speed[i], sqrt(accel * line[i] + 0.5 * (enter[i] ** 2 + enter[i + 1] ** 2)))
        up_s, down_s = (peak - enter[i]) / accel, (peak - enter[i + 1]) / accel
        even_m = max(line[i] - up_s * 0.5 * (peak + enter[i]) - down_s * 0.5 * (peak + enter[i + 1]), 0.0)
        bend_s = arc[i] / max(enter[i], 0.2) if arc[i] > 0.0 else 0.0
        _, _, side_ms, up_ms = scales(high + 0.5 * move[i, 2], blow)
        even = _steady(column, way, peak, wind, side_ms, up_ms)
        up = _steady(column, way, 0.5 * (peak + enter[i]), wind, side_ms, up_ms)
        down = _steady(column, way, 0.5 * (peak + enter[i + 1]), wind, side_ms, up_ms)
        bend = _steady(column, way, enter[i], wind, side_ms, up_ms)
        even_s = even_m / peak
        total_s += even_s + up_s + down_s + bend_s
        parts[kind] += even_s * even[0] + up_s * up[0] + down_s * down[0] + bend_s * bend[0]
        gusts_j += even_s * even[1] + up_s * up[1] + down_s * down[1] + bend_s * bend[1]
        high += move[i, 2]
        time[i, 0], time[i, 1], time[i, 2] = 1.0, total_s, i + 1.0
        energy[i, 0], energy[i, 1], energy[i, 2], energy[i, 3] = 1.0, parts[0], parts[1], parts[2]
        energy[i, 4], energy[i, 5], energy[i, 6] = stood_j, gusts_j, i + 1.0
        total_s += hold[i]
        stay[i, 0] = hold[i] * stand
        _, _, side_ms, up_ms = scales(high, blow)
        stay[i, 1] = hold[i] * gust_watts(column, blow, 0.0, side_ms, up_ms) if hold[i] > 0.0 else 0.0
        stood_j += stay[i, 0]
        gusts_j += stay[i, 1]
    return flies


@njit(cache=True)
def _starts_at_m(move: NDArray[np.float64]) -> float:
    """Return how high a mission starts above its lowest point, which is taken for its dock."""
    at, lowest = 0.0, 0.0
    for i in range(len(move)):
        at += move[i, 2]
        lowest = min(lowest, at)
    return -lowest


@njit(cache=True)
def _leg_speed(
    way: NDArray[np.float64], asked: float, wind: NDArray[np.float64], limits: tuple[float, float, float, float]
) -> float:  # fmt: skip
    """Return the speed over the ground as :func:`agents.flight.path.leg_speeds` plans it."""
    top = asked
    if way[2] > 1e-9:
        top = min(top, limits[1] / way[2])
    elif way[2] < -1e-9:
        top = min(top, limits[2] / -way[2])
    flat = sqrt(way[0] ** 2 + way[1] ** 2)
    if flat > 1e-6:
        along = (way[0] * wind[0] + way[1] * wind[1]) / flat
        rest = limits[0] ** 2 - (wind[0] ** 2 + wind[1] ** 2 - along * along)
        top = min(top, (along + sqrt(rest)) / flat) if rest > 0.0 else 0.0
    return max(top, 0.0)


@njit(cache=True)
def _corner(
    move: NDArray[np.float64], length: NDArray[np.float64], speed: NDArray[np.float64], accel: float, i: int,
    enter: NDArray[np.float64], cut: NDArray[np.float64], arc: NDArray[np.float64],
) -> None:  # fmt: skip
    """Write the speed at the corner before leg i, what it takes off both legs, and the arc's length."""
    along = 0.0
    for c in range(3):
        along += move[i, c] * move[i - 1, c]
    turn = acos(min(max(along / (length[i] * length[i - 1]), -1.0), 1.0))
    slower = min(speed[i - 1], speed[i])
    if turn > SHARPEST_RAD:
        return
    if turn < SLIGHT_RAD:
        enter[i] = slower
        return
    by_room = 0.45 * min(length[i - 1], length[i]) / tan(turn / 2)
    radius = min(min(CUT_M / (1 / cos(turn / 2) - 1), by_room), WIDEST_M)
    enter[i] = min(slower, sqrt(radius * accel))
    cut[i], arc[i] = radius * tan(turn / 2), radius * turn


@njit(cache=True)
def _steady(
    column: NDArray[np.float64], way: NDArray[np.float64], speed: float, wind: NDArray[np.float64], side_ms: float,
    up_ms: float,
) -> tuple[float, float]:  # fmt: skip
    """Return the power of steady flight along a way, and what gusts add to its mean."""
    side = sqrt((way[0] * speed - wind[0]) ** 2 + (way[1] * speed - wind[1]) ** 2)
    return watts_at(column, side, way[2] * speed), gust_watts(column, side, way[2] * speed, side_ms, up_ms)


@njit(cache=True)
def gust_watts(column: NDArray[np.float64], side: float, up: float, side_ms: float, up_ms: float) -> float:
    """Return by how much gusts raise the mean power of a drone that keeps its speed over the ground.

    The mean of the power table over gusts of these standard deviations, less its value without: half the curvature
    times the variance where the table is smooth. The mean is that of six speeds through the air, each sqrt(3) standard
    deviations away along one axis (Stroud's rule of degree 3 for three normal variables).

    Args:
        column: power table at one density and payload.
        side: level speed through the air.
        up: climb through the air.
        side_ms: standard deviation of the gusts along and across the wind.
        up_ms: upwards.
    """
    a, b = _ROOT3 * side_ms, _ROOT3 * up_ms
    aside = watts_at(column, sqrt(side * side + a * a), up)
    along = watts_at(column, side + a, up) + watts_at(column, abs(side - a), up)
    upright = watts_at(column, side, up + b) + watts_at(column, side, up - b)
    return (2.0 * aside + along + upright) / 6.0 - watts_at(column, side, up)
