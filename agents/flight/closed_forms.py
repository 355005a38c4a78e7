"""What is known of a drone without flying it: trim, hovering, speeds at its limits. From the same figures of its class.

``trim`` balances weight, drag and thrust in steady flight; the rest are special cases that can be written down.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.optimize import brentq

from agents.flight.battery import current_a, resting_v
from agents.flight.drone_class import GRAVITY_MS2
from agents.flight.rotors import shaft_power_w, steady_induced_ms

_STEPS = 60


@njit(cache=True)
def trim(craft: Any, side_ms: float, up_ms: float) -> tuple[float, float, float]:
    """Return tilt in radians, rotor speed in rad/s, and power drawn in watts, of steady flight through the air.

    Args:
        craft: a row of ``CRAFT``.
        side_ms: speed through the air, level.
        up_ms: climb through the air.
    """
    weight = craft["mass"] * GRAVITY_MS2
    speed = math.sqrt(weight / 4.0 / craft["thrust"])
    tilt, thrust, across, axial, v = 0.0, weight / 4.0, side_ms, up_ms, 0.0
    air = math.sqrt(side_ms * side_ms + up_ms * up_ms)
    for _ in range(_STEPS):
        sine, cosine = math.sin(tilt), math.cos(tilt)
        axial, across = up_ms * cosine + side_ms * sine, side_ms * cosine - up_ms * sine
        hub = 4.0 * craft["rotor_drag"] * speed * across + craft["side_drag"] * air * across
        along = craft["top_drag"] * air * axial
        side = hub * cosine + along * sine
        lift = weight - hub * sine + along * cosine
        tilt += 0.5 * (math.atan2(side, lift) - tilt)
        thrust = 0.25 * math.sqrt(side * side + lift * lift)
        v = steady_induced_ms(thrust, across, axial, craft["two_rho_a"])
        speed += 0.5 * (_speed_for(craft, thrust, across, axial + v) - speed)
    shaft = 4.0 * shaft_power_w(
        thrust, speed, abs(across), axial, v, craft["radius"], craft["induced_factor"], craft["profile"]
    )
    return tilt, speed, shaft / craft["efficiency"] + craft["base_w"]


@njit(cache=True)
def _speed_for(craft: Any, thrust: float, across: float, through: float) -> float:
    """Return the rotor speed that gives a thrust: the larger root of blade element theory's square."""
    a = craft["thrust"] + craft["inflow"] * craft["hover_inflow"]
    rest = thrust - a * 1.5 * (across / craft["radius"]) ** 2
    half = craft["inflow"] * through
    return (half + math.sqrt(max(half * half + 4.0 * a * rest, 0.0))) / (2.0 * a)


@njit(cache=True)
def battery_draw_w(craft: Any, power_w: float, charge: float) -> float:
    """Return the power that leaves the battery's store, its own loss included."""
    resting = resting_v(charge, craft["volts"])
    return resting * current_a(power_w, resting, craft["resistance"])


def hover_power_w(craft: Any, figure_of_merit: float) -> float:
    """Return the power of hovering in still air, far from the ground: ``W^1.5 / sqrt(2 rho 4 A) / M / eta + base``."""
    weight = float(craft["mass"]) * GRAVITY_MS2
    ideal = weight**1.5 / math.sqrt(4 * float(craft["two_rho_a"]))
    return ideal / figure_of_merit / float(craft["efficiency"]) + float(craft["base_w"])


def falling_speed_ms(craft: Any) -> float:
    """Return the terminal speed of a fall with rotors standing, belly down: weight equals drag."""
    return math.sqrt(float(craft["mass"]) * GRAVITY_MS2 / float(craft["top_drag"]))


def canopy_speed_ms(craft: Any) -> float:
    """Return the terminal speed under the parachute."""
    return math.sqrt(float(craft["mass"]) * GRAVITY_MS2 / float(craft["canopy_drag"] + craft["top_drag"]))


def climb_speed_ms(craft: Any) -> float:
    """Return the steady climb with all rotors at their fastest: thrust equals weight and drag."""

    def left(up_ms: float) -> float:
        speed, each = float(craft["fastest"]), 0.0
        a = float(craft["thrust"] + craft["inflow"] * craft["hover_inflow"]) * speed * speed
        v = 0.0
        for _ in range(200):
            each = max(a - float(craft["inflow"]) * speed * (up_ms + v), 0.0)
            v += 0.2 * (steady_induced_ms(each, 0.0, up_ms, float(craft["two_rho_a"])) - v)
        return 4 * each - float(craft["mass"]) * GRAVITY_MS2 - float(craft["top_drag"]) * up_ms * up_ms

    return float(brentq(left, 0.0, 60.0))


def level_speed_ms(craft: Any) -> float:
    """Return the level speed through the air at the steepest tilt: drag equals weight times its tangent."""
    return float(brentq(lambda side: trim(craft, side, 0.0)[0] - math.atan(float(craft["tilt_tan"])), 0.5, 60.0))


def power_curve_w(craft: Any, side_ms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return power drawn at each level speed through the air."""
    return np.array([trim(craft, float(side), 0.0)[2] for side in side_ms])
