"""What happens when a drone fails: a motor stops and it comes down, or its link is lost and it flies home by itself."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from agents.drones.craft import Craft, DroneDoing
from agents.drones.sorties import Sorties
from agents.flight.drone_class import GRAVITY_MS2, SEA_LEVEL_KG_M3, DroneClass
from twin.airspace import Flight
from twin.clock import Clock
from twin.records import Kind

Failure = Literal["motor", "link"]


class Emergency:
    """Carries out the emergency rule.

    Motor: all rotors off, under the parachute where the class has one, else it falls; it comes down where it is, and
    does not fly again. Link: it flies home by its own plan and tells nothing more; on its dock the link is there again.
    A drone that fails on its dock stays there.
    """

    def __init__(self, clock: Clock, sorties: Sorties) -> None:
        self._clock, self._sorties = clock, sorties

    def strike(self, drone_id: str, what: Failure) -> None:
        """Let a drone fail now."""
        craft, now = self._sorties.by_id[drone_id], self._clock.now_ms
        if craft.doing is DroneDoing.DOWN:
            return
        x_m, y_m, z_m = craft.place_m(now).tolist()
        told = {"what": what, "request": craft.request.key if craft.request is not None else None}
        told |= {"x_m": round(x_m, 1), "y_m": round(y_m, 1), "z_m": round(z_m, 1)}
        self._sorties.say(Kind.DRONE_FAILED, craft.id, craft.request, None, told)
        flies = craft.doing is not DroneDoing.DOCK and craft.plan is not None and now > craft.plan.t_ms[0]
        if what == "link":
            self._unlink(craft, flies)
        elif flies:
            self._come_down(craft)
        else:
            self._sorties.lose(craft)

    def _unlink(self, craft: Craft, flies: bool) -> None:
        craft.linked = not flies
        if flies:
            self._sorties.turn_home(craft, "link_lost")

    def _come_down(self, craft: Craft) -> None:
        now, request = self._clock.now_ms, craft.request
        place = craft.place_m(now)
        how, down_s = time_down(craft.flyer.drone, float(place[2]), craft.flyer.density_kg_m3)
        end_ms = now + round(1000 * down_s)
        ground = np.array([place[0], place[1], 0.0])
        flight = Flight(craft.id, np.array([now, end_ms], dtype=np.int64), np.array([place, ground]))
        self._sorties.tower.table.put(flight)
        self._sorties.lose(craft)
        x_m, y_m, z_m = place.tolist()
        track = [[now, round(x_m, 1), round(y_m, 1), round(z_m, 1)], [end_ms, round(x_m, 1), round(y_m, 1), 0.0]]
        told = {"how": how, "x_m": round(x_m, 1), "y_m": round(y_m, 1), "track": track}
        self._sorties.say(Kind.DRONE_DOWN, craft.id, request, down_s, told)


def time_down(drone: DroneClass, height_m: float, density_kg_m3: float) -> tuple[str, float]:
    """Return how a drone comes down and how long that takes, in seconds.

    Under a parachute: a free fall until it is open, then its rate, which goes with the root of the air's density;
    without one: a free fall without drag.
    """
    fall_s = math.sqrt(2 * height_m / GRAVITY_MS2)
    chute = drone.parachute
    if chute is None or fall_s <= chute.opens_s.value:
        return "fall", fall_s
    left_m = height_m - 0.5 * GRAVITY_MS2 * chute.opens_s.value**2
    rate_ms = chute.descent_ms.value * math.sqrt(SEA_LEVEL_KG_M3 / density_kg_m3)
    return "parachute", chute.opens_s.value + left_m / rate_ms
