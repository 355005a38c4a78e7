"""The cascaded controller: position, speed, attitude, body rates, rotors.

Outer loops ask for an acceleration, which is a direction and an amount of thrust; the attitude loop turns the body's
axis that way, tilt before heading; the mixer gives up heading first, then thrust, where rotors are at their limits.
"""

from __future__ import annotations

from math import acos, atan2, cos, pi, sin, sqrt
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

POSITION_1_S: Final = 1.1
SPEED_1_S: Final = 2.6
PUSH_1_S2: Final = 1.0
ATTITUDE_1_S: Final = 7.0
HEADING_1_S: Final = 2.0
RATE_1_S: Final = 20.0
HEADING_RATE_1_S: Final = 8.0
CATCH_UP_MS: Final = 5.0
CATCH_UP_UP_MS: Final = 2.0
"""Gains and limits of the loops (chosen here; checked by the step response in the tests)."""
GRAVITY: Final = 9.80665
_ROOT_HALF: Final = sqrt(0.5)


@njit(cache=True)
def thrust_asked(craft: Any, state: Any, ahead: NDArray[np.float64], dt_s: float, out: NDArray[np.float64]) -> None:
    """Write the force (3,) in newtons, world axes, that flies to the goal; holds the wind off by its integral.

    Args:
        craft: its mass and limits.
        state: where it believes it is and where it should be; its integral is changed.
        ahead: (3,) acceleration that the plan flies with now.
        dt_s: the step.
        out: the force.
    """
    for k in range(3):
        catch_up = CATCH_UP_UP_MS if k == 2 else CATCH_UP_MS
        chase = min(max(POSITION_1_S * (state["goal"][k] - state["place"][k]), -catch_up), catch_up)
        off = state["goal_pace"][k] + chase - state["pace"][k]
        most = GRAVITY * (1.0 if k == 2 else 2.0 * craft["tilt_tan"])
        state["pushed"][k] = min(max(state["pushed"][k] + PUSH_1_S2 * off * dt_s, -most), most)
        out[k] = craft["mass"] * (ahead[k] + SPEED_1_S * off + state["pushed"][k])
    weight = craft["mass"] * GRAVITY
    out[2] = min(max(out[2] + weight, 0.35 * weight), 3.0 * weight)
    side = sqrt(out[0] * out[0] + out[1] * out[1])
    most = out[2] * craft["tilt_tan"]
    if side > most:
        out[0], out[1] = out[0] * most / side, out[1] * most / side


@njit(cache=True)
def torque_asked(
    craft: Any, force: NDArray[np.float64], turn: NDArray[np.float64], rate: NDArray[np.float64], yaw_to: float,
    out: NDArray[np.float64],
) -> float:  # fmt: skip
    """Write the torque (3,) in body axes, and return the thrust along the body's axis.

    Args:
        craft: moments of inertia.
        force: (3,) wanted, world axes.
        turn: (3, 3) from body to world axes, as believed.
        rate: (3,) body rates as measured, rad/s.
        yaw_to: heading wanted, radians from east, counterclockwise.
        out: the torque.
    """
    size = sqrt(force[0] ** 2 + force[1] ** 2 + force[2] ** 2)
    want = force / size
    up = turn[:, 2]
    axis = np.array(
        [up[1] * want[2] - up[2] * want[1], up[2] * want[0] - up[0] * want[2], up[0] * want[1] - up[1] * want[0]]
    )
    sine = sqrt(axis[0] ** 2 + axis[1] ** 2 + axis[2] ** 2)
    angle = acos(min(max(up[0] * want[0] + up[1] * want[1] + up[2] * want[2], -1.0), 1.0))
    scale = ATTITUDE_1_S * (angle / sine if sine > 1e-9 else 1.0)
    heading = yaw_to - atan2(turn[1, 0], turn[0, 0])
    heading = atan2(sin(heading), cos(heading))
    for k in range(2):
        asked = scale * (axis[0] * turn[0, k] + axis[1] * turn[1, k] + axis[2] * turn[2, k])
        out[k] = craft["inertia"][k] * RATE_1_S * (min(max(asked, -4.0), 4.0) - rate[k])
    asked = min(max(HEADING_1_S * heading, -1.2), 1.2)
    out[2] = craft["inertia"][2] * HEADING_RATE_1_S * (asked - rate[2])
    ix, iy, iz = craft["inertia"][0], craft["inertia"][1], craft["inertia"][2]
    out[0] += (iz - iy) * rate[1] * rate[2]
    out[1] += (ix - iz) * rate[0] * rate[2]
    out[2] += (iy - ix) * rate[0] * rate[1]
    return force[0] * up[0] + force[1] * up[1] + force[2] * up[2]


@njit(cache=True)
def rotor_x(i: int) -> float:
    """Return where a rotor sits ahead of the middle, in arms: front left, rear left, rear right, front right."""
    return _ROOT_HALF if i == 0 or i == 3 else -_ROOT_HALF


@njit(cache=True)
def rotor_y(i: int) -> float:
    """Return where a rotor sits left of the middle, in arms."""
    return _ROOT_HALF if i < 2 else -_ROOT_HALF


@njit(cache=True)
def rotor_spin(i: int) -> float:
    """Return the sign of the torque a rotor gives the body."""
    return 1.0 if i % 2 == 0 else -1.0


@njit(cache=True)
def speeds_asked(craft: Any, lift: float, torque: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    """Write the rotor speeds (4,) in rad/s that give a lift and a torque, within the rotors' limits."""
    least, most = craft["thrust"] * craft["slowest"] ** 2, craft["thrust"] * craft["fastest"] ** 2
    share = min(max(lift / 4.0, least), 0.9 * most)
    arm, lean = craft["arm"], craft["torque"] / craft["thrust"]
    twist = min(max(torque[2] / (4.0 * lean), -0.25 * share), 0.25 * share)
    for i in range(4):
        tilt = (rotor_y(i) * torque[0] - rotor_x(i) * torque[1]) / (2.0 * arm)
        thrust = share + tilt + rotor_spin(i) * twist
        out[i] = sqrt(min(max(thrust, least), most) / craft["thrust"])


@njit(cache=True)
def wrapped(angle: float) -> float:
    """Return an angle in (-pi, pi]."""
    return angle - 2.0 * pi * np.ceil((angle - pi) / (2.0 * pi))
