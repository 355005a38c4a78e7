"""The battery: voltage by charge, current by power, charge by current."""

from __future__ import annotations

from math import sqrt
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

CHARGES: Final = np.array([0.0, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0])
SHAPE: Final = np.array([3.27, 3.61, 3.69, 3.73, 3.79, 3.87, 4.02, 4.20])
"""Voltage of a resting lithium polymer cell by charge: the form commonly tabulated (assumed), scaled to the pack."""


def open_voltage(capacity_ah: float, energy_wh: float) -> NDArray[np.float64]:
    """Return (8,) volts of the resting pack at CHARGES, scaled so that a whole discharge gives its stated energy."""
    mean = float(np.trapezoid(SHAPE, CHARGES))
    return np.asarray(SHAPE * (energy_wh / capacity_ah) / mean, dtype=np.float64)


@njit(cache=True)
def resting_v(charge: float, volts: NDArray[np.float64]) -> float:
    """Return the resting voltage at a share of charge; flat beyond both ends."""
    for i in range(1, len(CHARGES)):
        if charge <= CHARGES[i]:
            share = max(0.0, (charge - CHARGES[i - 1]) / (CHARGES[i] - CHARGES[i - 1]))
            return volts[i - 1] + share * (volts[i] - volts[i - 1])
    return volts[-1]


@njit(cache=True)
def current_a(power_w: float, resting: float, resistance_ohm: float) -> float:
    """Return the current at which the pack gives a power: the smaller root of ``P = (V - I R) I``.

    A power beyond what it can give draws the current of its greatest power.
    """
    inside = resting * resting - 4.0 * resistance_ohm * power_w
    return (resting - sqrt(max(inside, 0.0))) / (2.0 * resistance_ohm)
