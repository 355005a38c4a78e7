"""Following a vehicle: every few seconds a further piece over where it was a moment ago, each cleared to the ground."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.drones.courses import behind, homeward
from agents.drones.craft import Craft, DroneDoing
from agents.drones.plan import Plan
from agents.drones.sorties import Sorties
from agents.drones.squadron import Squadron
from agents.drones.vehicle import DriveOn, VehicleWay
from agents.drones.visit import Visit
from twin.clock import Clock
from twin.records import Incident, Kind

Floats = NDArray[np.float64]
STEP_MS: Final = 5_000
PARTS: Final = 2
LOST_M: Final = 250.0
"""A vehicle farther than this from below the drone is out of its sight (assumed: roofs stand between)."""
NEAR_M: Final = 10.0
SPARE_S: Final = 60.0
"""Each piece ends with a stand of at most this, in case the next one is not cleared."""


@dataclass(eq=False)
class Chase:
    """One drone after one vehicle."""

    craft: Craft
    visit: Visit
    incident: Incident
    way: VehicleWay
    flight_ms: int


class Following:
    """Lets drones follow vehicles."""

    def __init__(self, clock: Clock, sorties: Sorties, squadron: Squadron) -> None:
        self._clock, self._sorties, self._squadron = clock, sorties, squadron

    @cached_property
    def _streets(self) -> DriveOn:
        return DriveOn(self._squadron.city)

    def begin(self, craft: Craft, visit: Visit, incident: Incident) -> None:
        """Follow from now on, until the drone turns home."""
        way = VehicleWay(incident, self._squadron.city, self._streets)
        self._step(Chase(craft, visit, incident, way, craft.launched_ms))

    def _step(self, chase: Chase) -> None:
        craft, now = chase.craft, self._clock.now_ms
        if craft.launched_ms != chase.flight_ms or craft.doing is not DroneDoing.STATION or not craft.linked:
            return
        here, vehicle = craft.place_m(now), chase.way.at(now)
        away_m = float(np.linalg.norm(vehicle - here[:2]))
        plan = self._cleared(craft, here, chase.way, now) if self._moves_on(craft, away_m, now) else None
        told = {"request": chase.visit.request.key, "x_m": round(float(vehicle[0]), 1)}
        told |= {"y_m": round(float(vehicle[1]), 1), "lost": away_m > LOST_M}
        if plan is not None:
            told["track"] = plan.track()
            self._sorties.go_on(craft, plan)
        if plan is not None or away_m > LOST_M:
            request = chase.visit.request
            self._sorties.say(Kind.DRONE_FOLLOWED, craft.id, request, round(away_m, 1), told, chase.incident.id)
        if away_m > LOST_M:
            self._sorties.turn_home(craft, "lost")
        else:
            self._clock.call_after(STEP_MS, self._step, chase)

    def _moves_on(self, craft: Craft, away_m: float, now: int) -> bool:
        """Whether it has to fly after the vehicle, or to be cleared to stand longer."""
        return away_m <= LOST_M and (away_m > NEAR_M or craft.stays_until_ms - now <= 2 * STEP_MS)

    def _cleared(self, craft: Craft, here: Floats, way: VehicleWay, now: int) -> Plan | None:
        """The next piece, a stand, and the way home; None where it is not to be had, and the plan before holds."""
        times, places = self._piece(craft, here, way, now)
        ways, work = self._squadron.ways, self._squadron.operations
        goal = places[-1][:2]
        over, home = ways.way(here[:2], goal), ways.way(goal, craft.spec.xy_m)
        height_m = float(here[2])
        if over is None or home is None or len(over.xy_m) > 2 or not _may(over.heights_m, height_m):
            return None
        flyer, wind = craft.flyer, self._squadron.air.wind_ms(now)
        landing_ms = flyer.drone.limits.landing_ms.value
        usable_wh, stand_w = flyer.usable_wh(craft.charge_at(now)), flyer.stand_w(wind)
        for height in sorted(home.heights_m, key=lambda height: (abs(height - height_m), height)):
            course = homeward(craft.spec, places[-1], home, height, work.speed_ms, landing_ms)
            back = flyer.plan(0, places[-1], course.legs, wind)
            spare_s = min((usable_wh - back.energy_wh) * 3600 / stand_w - STEP_MS / 1000, SPARE_S)
            if not back.possible or spare_s < 1.0:
                continue
            end_ms = int(times[-1]) + round(1000 * spare_s)
            t_ms, xyz = np.append(times, end_ms), np.vstack([places, places[-1]])
            spent_wh = stand_w * (end_ms - now) / 3.6e6
            plan = behind(t_ms, xyz, spent_wh, back.later(end_ms))
            if self._sorties.tower.table.admit([plan.flight(craft.id)]) is not None:
                return plan
        return None

    def _piece(self, craft: Craft, here: Floats, way: VehicleWay, now: int) -> tuple[NDArray[np.int64], Floats]:
        """Moments (k,) and places (k, 3): over where the vehicle was one step ago, as fast as the class flies."""
        most_m = craft.flyer.drone.limits.speed_ms.value * STEP_MS / PARTS / 1000
        times, places = [now], [here]
        for part in range(1, PARTS + 1):
            t_ms = now + STEP_MS * part // PARTS
            to = np.array([*way.at(t_ms - STEP_MS), here[2]]) - places[-1]
            far_m = float(np.linalg.norm(to))
            times.append(t_ms)
            places.append(places[-1] + to * min(1.0, most_m / far_m) if far_m > 0 else places[-1])
        return np.array(times, dtype=np.int64), np.array(places)


def _may(heights_m: tuple[float, ...], height_m: float) -> bool:
    return any(abs(height - height_m) < 0.5 for height in heights_m)
