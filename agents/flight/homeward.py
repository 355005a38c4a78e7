"""How much charge the way home takes, asked once a second in flight."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.flight.closed_forms import trim
from agents.flight.orders import FINAL_M, Order


def energy_home_j(order: Order, craft: Any, at_m: NDArray[np.float64], wind_ms: NDArray[np.float64]) -> float:
    """Return the energy that flying home and landing takes, by steady flight: up, over, down.

    Args:
        order: home, its height and speed.
        craft: the drone's row of ``CRAFT``.
        at_m: (3,) where it is, city metres.
        wind_ms: (3,) mean wind, where the air moves to.
    """
    limits, top = order.drone.limits, max(float(at_m[2]), order.return_height_m)
    way = np.asarray(order.home_m[:2]) - at_m[:2]
    far = float(np.linalg.norm(way))
    blow = float(np.hypot(*wind_ms[:2]))
    up = (top - float(at_m[2])) / limits.climb_ms.value * trim(craft, blow, limits.climb_ms.value)[2]
    sink = max(top - order.home_m[2] - FINAL_M, 0.0) / limits.descent_ms.value
    down = sink * trim(craft, blow, -limits.descent_ms.value)[2]
    slow = FINAL_M / limits.landing_ms.value * trim(craft, blow, -limits.landing_ms.value)[2]
    if far < 1.0:
        return up + down + slow
    ground = ground_speed_ms(way / far, wind_ms, order.return_ms, limits.speed_ms.value)
    if ground <= 0.0:
        return math.inf
    air = float(np.hypot(*(way / far * ground - wind_ms[:2])))
    return up + far / ground * trim(craft, air, 0.0)[2] + down + slow


def ground_speed_ms(way: NDArray[np.float64], wind_ms: NDArray[np.float64], asked_ms: float, air_ms: float) -> float:
    """Return the speed over the ground along a unit vector (2,): as asked, or what the air speed gives; 0 for none."""
    along = float(way @ wind_ms[:2])
    across2 = float(wind_ms[:2] @ wind_ms[:2]) - along * along
    if across2 >= air_ms * air_ms:
        return 0.0
    return max(0.0, min(asked_ms, along + math.sqrt(air_ms * air_ms - across2)))
