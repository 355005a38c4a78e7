"""One drone as numbers that the step reads (``CRAFT``) and changes (``STATE``), one row for each drone of a world."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agents.flight.battery import open_voltage
from agents.flight.drone_class import GRAVITY_MS2, SEA_LEVEL_KG_M3, DroneClass
from agents.flight.estimator import GNSS_EVERY, steady_gain

CONTROL_HZ: Final = 240
DT_S: Final = 1.0 / CONTROL_HZ
SENSOR_NOISE: Final = 18
WIND_NOISE: Final = 5

IDLE, FLYING, OFF, CANOPY = 0, 1, 2, 3
"""What the rotors do: turn at their lowest speed; follow the controller; stand; stand under a parachute."""

CRAFT: Final = np.dtype(
    [
        *((name, "f8") for name in (
            "mass", "arm", "radius", "half_height", "thrust", "inflow", "hover_inflow", "torque", "profile",
            "induced_factor", "efficiency", "two_rho_a", "fastest", "slowest", "motor_keep", "inflow_keep",
            "rotor_drag", "side_drag", "top_drag", "canopy_drag", "base_w", "resistance", "capacity_as", "tilt_tan",
            "gnss_white", "gnss_keep", "gnss_push", "gnss_speed", "baro_white", "baro_push", "accel_white",
            "gyro_white", "tilt_keep", "tilt_push",
        )),
        ("inertia", "f8", 3), ("volts", "f8", 8), ("gain", "f8", (2, 3, 2)),
    ]
)  # fmt: skip
"""Figures of a class at one air density and payload, SI units; ``_keep`` and ``_push`` are of one step."""

STATE: Final = np.dtype(
    [
        ("mode", "i8"), ("tick", "i8"), ("first", "i8"), ("at", "i8"), ("last", "i8"), ("leg", "i8"),
        ("clock", "f8"), ("floor", "f8"), ("wind_20ft", "f8"), ("marker", "i8"),
        ("power", "f8"), ("volts_now", "f8"), ("drawn_as", "f8"), ("used_j", "f8"),
        ("lost_j", "f8"), ("stored_j", "f8"),
        ("speed", "f8", 4), ("induced", "f8", 4), ("stopped", "i8", 4), ("thrust", "f8", 4),
        ("gust", "f8", 5), ("wind_mean", "f8", 3), ("wind", "f8", 3), ("felt", "f8", 3),
        ("place", "f8", 3), ("pace", "f8", 3), ("bias", "f8", 3), ("tilt_off", "f8", 3), ("drift", "f8", 3),
        ("accel_bias", "f8", 3), ("pushed", "f8", 3), ("yaw_to", "f8"), ("goal", "f8", 3), ("goal_pace", "f8", 3),
    ]
)  # fmt: skip
"""What changes in flight.

``clock`` is the plan's time, ``at`` the row of its plan, which begins at ``first`` of all rows; ``floor`` the height of
what is underneath; ``place``, ``pace`` and ``bias`` are the estimator's, ``drift`` is in its readings; ``pushed`` the
speed loop's integral; ``goal`` the plan's position now. Energies: ``used_j`` at the pack's terminals, ``lost_j`` in it,
``stored_j`` what left its store.
"""


def craft_of(drone: DroneClass, payload_kg: float, density_kg_m3: float, camera: bool = True) -> NDArray[Any]:
    """Return one row of ``CRAFT``."""
    row = np.zeros(1, CRAFT)[0]
    thin = density_kg_m3 / SEA_LEVEL_KG_M3
    frame, rotor, drag, sensors = drone.frame, drone.rotor, drone.drag, drone.sensors
    row["mass"] = frame.mass_kg.value + payload_kg
    row["inertia"] = np.array(frame.inertia_kgm2.value) * (1 + 0.5 * payload_kg / frame.mass_kg.value)
    row["arm"], row["radius"], row["half_height"] = (
        frame.arm_m.value,
        rotor.radius_m.value,
        frame.body_height_m.value / 2,
    )
    row["thrust"], row["inflow"] = drone.thrust_ns2 * thin, drone.inflow_ns2_m * thin
    row["torque"], row["profile"] = drone.torque_nms2 * thin, drone.profile_nms2 * thin
    row["hover_inflow"], row["two_rho_a"] = drone.hover_inflow_m, 2 * density_kg_m3 * drone.disc_m2
    row["induced_factor"], row["efficiency"] = rotor.induced_factor.value, rotor.motor_efficiency.value
    row["fastest"], row["slowest"] = rotor.max_speed_rad_s.value, rotor.min_speed_rad_s.value
    row["motor_keep"] = math.exp(-DT_S / rotor.motor_lag_s.value)
    hover_ms = math.sqrt(row["mass"] * GRAVITY_MS2 / 4 / row["two_rho_a"])
    row["inflow_keep"] = math.exp(-DT_S / (0.849 * rotor.radius_m.value / (4 * hover_ms)))  # Pitt and Peters (1981)
    row["rotor_drag"] = drag.rotor_ns2_m.value * thin
    row["side_drag"] = 0.5 * density_kg_m3 * drag.body_area_m2.value
    row["top_drag"] = 0.5 * density_kg_m3 * drag.top_area_m2.value
    if drone.parachute is not None:
        row["canopy_drag"] = frame.mass_kg.value * GRAVITY_MS2 / drone.parachute.descent_ms.value**2 * thin
    row["base_w"] = drone.power.avionics_w.value + (drone.power.camera_w.value if camera else 0.0)
    row["resistance"], row["capacity_as"] = drone.battery.resistance_ohm.value, drone.battery.capacity_ah.value * 3600
    row["volts"] = open_voltage(drone.battery.capacity_ah.value, drone.battery.energy_wh.value)
    row["tilt_tan"] = math.tan(math.radians(drone.limits.tilt_deg.value))
    row["gnss_white"], row["gnss_speed"] = sensors.gnss_white_m.value, sensors.gnss_speed_ms.value
    row["gnss_keep"], row["gnss_push"] = _walk(sensors.gnss_drift_m.value, sensors.gnss_drift_s.value)
    row["baro_white"] = sensors.baro_white_m.value
    row["baro_push"] = _walk(sensors.baro_drift_m.value, sensors.gnss_drift_s.value)[1]
    row["accel_white"], row["gyro_white"] = sensors.accel_white_ms2.value, sensors.gyro_white_rad_s.value
    row["tilt_keep"], row["tilt_push"] = _walk(math.radians(sensors.tilt_error_deg.value), sensors.tilt_error_s.value)
    shaken = GRAVITY_MS2 * math.radians(sensors.tilt_error_deg.value) + sensors.accel_white_ms2.value / math.sqrt(
        GNSS_EVERY
    )
    period = GNSS_EVERY * DT_S
    row["gain"][0] = steady_gain(sensors.gnss_white_m.value, sensors.gnss_speed_ms.value, shaken, period)
    row["gain"][1] = steady_gain(sensors.baro_white_m.value, sensors.gnss_speed_ms.value, shaken, period)
    return row


def _walk(deviation: float, correlation_s: float) -> tuple[float, float]:
    """Return what a first-order walk keeps in one step, and what it is pushed by."""
    keep = math.exp(-DT_S / correlation_s)
    return keep, deviation * math.sqrt(1 - keep * keep)
