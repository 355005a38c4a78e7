"""Power of steady flight as a table of one class: trim solved once on a grid, then looked up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from agents.flight.closed_forms import battery_draw_w, trim
from agents.flight.craft import craft_of
from agents.flight.drone_class import DroneClass

SIDE_MS: Final = np.arange(0.0, 30.01, 0.5)
UP_MS: Final = np.arange(-6.0, 8.01, 1.0)
DENSITIES: Final = np.array([0.90, 1.05, 1.20, 1.35])
LOADS: Final = 4
CHARGE: Final = 0.7
"""The battery's own loss is taken at this charge."""


@dataclass(frozen=True)
class PowerTable:
    """Watts out of the battery's store by density, payload, level speed and climb through the air.

    Attributes:
        watts: (4, 4, 61, 15), along DENSITIES, ``loads_kg``, SIDE_MS, UP_MS.
        loads_kg: (4,) payloads.
    """

    watts: NDArray[np.float64]
    loads_kg: NDArray[np.float64]


@lru_cache(maxsize=8)
def power_table(drone: DroneClass) -> PowerTable:
    """Return the table of a class."""
    loads = np.linspace(0.0, max(drone.frame.payload_max_kg.value, 0.1), LOADS)
    watts = np.empty((len(DENSITIES), LOADS, len(SIDE_MS), len(UP_MS)))
    for i, density in enumerate(DENSITIES):
        for j, load in enumerate(loads):
            _fill(craft_of(drone, float(load), float(density)), watts[i, j])
    return PowerTable(watts, loads)


@njit(cache=True)
def _fill(craft, watts):  # type: ignore[no-untyped-def]
    for i in range(len(SIDE_MS)):
        for j in range(len(UP_MS)):
            watts[i, j] = battery_draw_w(craft, trim(craft, SIDE_MS[i], UP_MS[j])[2], CHARGE)


@njit(cache=True)
def _place(value: float, grid: NDArray[np.float64]) -> tuple[int, float]:
    """Return the cell of a value in an even grid and the share of it passed; the rims hold beyond."""
    x = (value - grid[0]) / (grid[1] - grid[0])
    x = min(max(x, 0.0), len(grid) - 1.000001)
    return int(x), x - int(x)


@njit(cache=True)
def air_column(
    watts: NDArray[np.float64], loads: NDArray[np.float64], density: float, load: float, out: NDArray[np.float64]
) -> None:  # fmt: skip
    """Write the table (61, 15) at one density and payload."""
    i, a = _place(density, DENSITIES)
    j, b = _place(load, loads)
    for s in range(out.shape[0]):
        for u in range(out.shape[1]):
            low = watts[i, j, s, u] + a * (watts[i + 1, j, s, u] - watts[i, j, s, u])
            high = watts[i, j + 1, s, u] + a * (watts[i + 1, j + 1, s, u] - watts[i, j + 1, s, u])
            out[s, u] = low + b * (high - low)


@njit(cache=True)
def watts_at(column: NDArray[np.float64], side_ms: float, up_ms: float) -> float:
    """Return the power at one level speed and climb, straight between the table's points."""
    s, a = _place(side_ms, SIDE_MS)
    u, b = _place(up_ms, UP_MS)
    low = column[s, u] + b * (column[s, u + 1] - column[s, u])
    high = column[s + 1, u] + b * (column[s + 1, u + 1] - column[s + 1, u])
    return low + a * (high - low)
