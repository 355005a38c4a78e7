"""Drones put into the air for tests: hovering, quiet or not, in open country."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from agents.flight.craft import FLYING
from agents.flight.drone_class import drone_class
from agents.flight.orders import Order, Waypoint
from agents.flight.path import Course, plan_of
from agents.flight.world import Air, FlightWorld

STILL = Air(gusts=False, elevation_m=0.0)
HIGH_M = 80.0


def course(*points, speed_ms=12.0, hold_s=0.0):
    points = np.array(points, dtype=float)
    hold = np.zeros(len(points))
    hold[-1] = hold_s
    return Course(points, np.full(len(points) - 1, speed_ms), hold)


def hovering(name="dock_quad", air=STILL, quiet=True, seed=1, at_m=(0.0, 0.0, HIGH_M), plan=None, drone=None):
    """A world with one drone that hangs in the air, rotors at the speed of hovering; quiet: its sensors are perfect."""
    drone = drone or drone_class(name)
    at = np.array(at_m)
    plan = (
        plan if plan is not None else plan_of(course(at, at + np.array([0, 0, 0.2]), speed_ms=1.0), drone, np.zeros(3))
    )
    world = FlightWorld((0.0, 0.0), air, seed)
    world.add("test", drone, at_m, plan)
    state, craft = world.state[0], world.craft[0]
    state["mode"] = FLYING
    state["speed"] = np.sqrt(craft["mass"] * 9.80665 / 4 / craft["thrust"])
    state["induced"] = craft["hover_inflow"] * state["speed"]
    state["felt"] = (0.0, 0.0, 9.80665)
    if quiet:
        quieten(world)
    return world


def quieten(world):
    """Make all sensors of a world perfect."""
    for name in ("gnss_white", "gnss_push", "gnss_speed", "baro_white", "baro_push", "accel_white", "gyro_white",
                 "tilt_push"):  # fmt: skip
        world.craft[name] = 0.0
    world.state["drift"], world.state["accel_bias"] = 0.0, 0.0


def live(world, seconds, note=None):
    """Let time pass; return what ``note(world)`` gave after each step."""
    kept = []
    for _ in range(round(seconds * 240)):
        world.step()
        if note is not None:
            kept.append(note(world))
    return np.array(kept)


def order(name="d", cls="dock_quad", waypoints=((300.0, 0.0, 60.0, 12.0),), **more):
    points = tuple(Waypoint(*row) for row in waypoints)
    given = Order(name, drone_class(cls), (0.0, 0.0, 0.0), points, 60.0, 12.0)
    return replace(given, **more)
