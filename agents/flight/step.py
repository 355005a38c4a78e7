"""One step of 1/240 s for every drone of a world: wind, sensors, belief, controller, rotors, battery, forces."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from agents.flight.battery import current_a, resting_v
from agents.flight.controller import rotor_spin, rotor_x, rotor_y, speeds_asked, thrust_asked, torque_asked
from agents.flight.craft import CANOPY, DT_S, FLYING, IDLE, OFF
from agents.flight.dryden import gust_ms, step_gust
from agents.flight.estimator import GNSS_EVERY, correct, predict
from agents.flight.reference import follow
from agents.flight.rotors import ground_gain, induced_ms, shaft_power_w, thrust_n


@njit(cache=True)
def step_all(
    craft: NDArray[Any], state: NDArray[Any], truth: NDArray[np.float64], plan: NDArray[np.float64],
    noise: NDArray[np.float64], gusts: NDArray[np.float64], out: NDArray[np.float64],
) -> None:  # fmt: skip
    """Move every drone's inner state on by one step and write what pushes and turns its body.

    Args:
        craft: (n,) ``CRAFT``.
        state: (n,) ``STATE``; changed.
        truth: (n, 13) position, quaternion x y z w, velocity, angular velocity; metres, world axes.
        plan: rows of all drones' plans; see :mod:`agents.flight.reference`.
        noise: (n, 18) standard normal numbers of the sensors.
        gusts: (n, 5) those of the wind.
        out: (n, 6) force and torque, world axes; written.
    """
    for i in range(len(craft)):
        _step(craft[i], state[i], truth[i], plan, noise[i], gusts[i], out[i])


@njit(cache=True)
def _step(
    craft: Any, state: Any, truth: NDArray[np.float64], plan: NDArray[np.float64], noise: NDArray[np.float64],
    gusts: NDArray[np.float64], out: NDArray[np.float64],
) -> None:  # fmt: skip
    turn = np.empty((3, 3))
    _turn_of(truth[3:7], turn)
    air = np.empty(3)
    _wind(state, truth, gusts, air)
    rate = np.empty(3)
    for k in range(3):
        rate[k] = turn[0, k] * truth[10] + turn[1, k] * truth[11] + turn[2, k] * truth[12]
    believed = np.empty((3, 3))
    gyro = np.empty(3)
    _sense(craft, state, truth, turn, rate, noise, believed, gyro)
    asked = np.full(4, craft["slowest"])
    if state["mode"] == FLYING:
        force, torque, ahead = np.empty(3), np.empty(3), np.empty(3)
        follow(state, plan, ahead)
        thrust_asked(craft, state, ahead, DT_S, force)
        lift = torque_asked(craft, force, believed, gyro, state["yaw_to"], torque)
        speeds_asked(craft, lift, torque, asked)
    elif state["mode"] != IDLE:
        asked[:] = 0.0
    body = np.empty(6)
    power = _rotors(craft, state, truth, turn, air, rate, asked, body)
    _battery(craft, state, power)
    _drag(craft, state, turn, air, body)
    for k in range(3):
        out[k] = turn[k, 0] * body[0] + turn[k, 1] * body[1] + turn[k, 2] * body[2]
        out[3 + k] = turn[k, 0] * body[3] + turn[k, 1] * body[4] + turn[k, 2] * body[5]
    if state["mode"] == CANOPY:
        speed = sqrt(air[0] ** 2 + air[1] ** 2 + air[2] ** 2)
        for k in range(3):
            out[k] -= craft["canopy_drag"] * speed * air[k]
    for k in range(3):
        state["felt"][k] = out[k] / craft["mass"]
    state["tick"] += 1


@njit(cache=True)
def _turn_of(q: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    """Write the matrix (3, 3) from body to world axes of a quaternion x y z w."""
    x, y, z, w = q[0], q[1], q[2], q[3]
    out[0, 0], out[0, 1], out[0, 2] = 1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)
    out[1, 0], out[1, 1], out[1, 2] = 2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)
    out[2, 0], out[2, 1], out[2, 2] = 2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)


@njit(cache=True)
def _wind(state: Any, truth: NDArray[np.float64], gusts: NDArray[np.float64], air: NDArray[np.float64]) -> None:
    """Move the gusts on and write the velocity (3,) of the drone through the air."""
    mean = state["wind_mean"]
    blow = sqrt(mean[0] * mean[0] + mean[1] * mean[1])
    if state["wind_20ft"] > 0.0:
        past = sqrt((truth[7] - mean[0]) ** 2 + (truth[8] - mean[1]) ** 2 + truth[9] ** 2)
        step_gust(state["gust"], gusts, truth[2], state["wind_20ft"], past, DT_S)
    along, left, up = gust_ms(state["gust"])
    ex, ey = (mean[0] / blow, mean[1] / blow) if blow > 0.0 else (1.0, 0.0)
    state["wind"][0] = mean[0] + along * ex - left * ey
    state["wind"][1] = mean[1] + along * ey + left * ex
    state["wind"][2] = up
    for k in range(3):
        air[k] = truth[7 + k] - state["wind"][k]


@njit(cache=True)
def _sense(
    craft: Any, state: Any, truth: NDArray[np.float64], turn: NDArray[np.float64], rate: NDArray[np.float64],
    noise: NDArray[np.float64], believed: NDArray[np.float64], gyro: NDArray[np.float64],
) -> None:  # fmt: skip
    """Read the sensors, move the belief on, and write the believed attitude (3, 3) and the measured rates (3,)."""
    off = state["tilt_off"]
    for k in range(3):
        gyro[k] = rate[k] + craft["gyro_white"] * noise[k]
        off[k] = craft["tilt_keep"] * off[k] + craft["tilt_push"] * noise[3 + k]
        push = craft["baro_push"] if k == 2 else craft["gnss_push"]
        state["drift"][k] = craft["gnss_keep"] * state["drift"][k] + push * noise[6 + k]
    for k in range(3):
        a, b, c = turn[0, k], turn[1, k], turn[2, k]
        believed[0, k] = a + off[1] * c - off[2] * b
        believed[1, k] = b + off[2] * a - off[0] * c
        believed[2, k] = c + off[0] * b - off[1] * a
    felt = np.empty(3)
    fx, fy, fz = state["felt"][0], state["felt"][1], state["felt"][2]
    felt[0] = fx + off[1] * fz - off[2] * fy
    felt[1] = fy + off[2] * fx - off[0] * fz
    felt[2] = fz + off[0] * fy - off[1] * fx - 9.80665
    for k in range(3):
        felt[k] += state["accel_bias"][k] + craft["accel_white"] * noise[9 + k]
    if state["mode"] == IDLE:
        felt[:] = 0.0
    predict(state["place"], state["pace"], state["bias"], felt, DT_S)
    if state["tick"] % GNSS_EVERY == 0:
        read_m, read_ms = np.empty(3), np.empty(3)
        for k in range(3):
            white = craft["baro_white"] if k == 2 else craft["gnss_white"]
            drift = 0.0 if state["marker"] == 1 or (k == 2 and truth[2] - state["floor"] < 8.0) else state["drift"][k]
            read_m[k] = truth[k] + drift + (0.2 if drift == 0.0 else 1.0) * white * noise[12 + k]
            read_ms[k] = truth[7 + k] + craft["gnss_speed"] * noise[15 + k]
        correct(state["place"], state["pace"], state["bias"], read_m, read_ms, craft["gain"])


@njit(cache=True)
def _rotors(
    craft: Any, state: Any, truth: NDArray[np.float64], turn: NDArray[np.float64], air: NDArray[np.float64],
    rate: NDArray[np.float64], asked: NDArray[np.float64], body: NDArray[np.float64],
) -> float:  # fmt: skip
    """Turn the rotors, write force and torque (6,) in body axes, and return the power at their shafts."""
    body[:] = 0.0
    ax = turn[0, 0] * air[0] + turn[1, 0] * air[1] + turn[2, 0] * air[2]
    ay = turn[0, 1] * air[0] + turn[1, 1] * air[1] + turn[2, 1] * air[2]
    az = turn[0, 2] * air[0] + turn[1, 2] * air[1] + turn[2, 2] * air[2]
    across = sqrt(ax * ax + ay * ay)
    total = 0.0
    for i in range(4):
        x, y = craft["arm"] * rotor_x(i), craft["arm"] * rotor_y(i)
        keep = craft["motor_keep"] * (0.0 if state["stopped"][i] == 1 else 1.0)
        speed = keep * state["speed"][i] + (0.0 if state["stopped"][i] == 1 else 1.0 - keep) * asked[i]
        state["speed"][i] = speed
        axial = az + rate[0] * y - rate[1] * x
        v = state["induced"][i]
        thrust = thrust_n(
            speed, axial + v, across, craft["radius"], craft["hover_inflow"], craft["thrust"], craft["inflow"]
        )
        goal = induced_ms(thrust, across, axial, v, craft["two_rho_a"])
        state["induced"][i] = craft["inflow_keep"] * v + (1.0 - craft["inflow_keep"]) * goal
        total += shaft_power_w(
            thrust, speed, across, axial, v, craft["radius"], craft["induced_factor"], craft["profile"]
        )
        thrust *= ground_gain(truth[2] - state["floor"], craft["radius"], across, v)
        state["thrust"][i] = thrust
        hub = -craft["rotor_drag"] * speed
        body[0] += hub * ax
        body[1] += hub * ay
        body[2] += thrust
        body[3] += y * thrust
        body[4] -= x * thrust
        body[5] += rotor_spin(i) * craft["torque"] * speed * speed
    return total


@njit(cache=True)
def _battery(craft: Any, state: Any, shaft_w: float) -> None:
    """Draw the power of this step from the battery."""
    base = 0.0 if state["mode"] == OFF else craft["base_w"]
    power = shaft_w / craft["efficiency"] + base
    resting = resting_v(1.0 - state["drawn_as"] / craft["capacity_as"], craft["volts"])
    current = current_a(power, resting, craft["resistance"])
    loss = current * current * craft["resistance"]
    state["power"], state["volts_now"] = power, resting - current * craft["resistance"]
    state["drawn_as"] += current * DT_S
    state["stored_j"] += resting * current * DT_S
    state["lost_j"] += loss * DT_S
    state["used_j"] += state["volts_now"] * current * DT_S


@njit(cache=True)
def _drag(
    craft: Any, state: Any, turn: NDArray[np.float64], air: NDArray[np.float64], body: NDArray[np.float64]
) -> None:  # fmt: skip
    """Add the drag of the body to the force (3,) in body axes."""
    speed = sqrt(air[0] ** 2 + air[1] ** 2 + air[2] ** 2)
    for k in range(3):
        area = craft["top_drag"] if k == 2 else craft["side_drag"]
        body[k] -= area * speed * (turn[0, k] * air[0] + turn[1, k] * air[1] + turn[2, k] * air[2])
