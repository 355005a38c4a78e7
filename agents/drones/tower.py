"""The tower: no drone moves before its whole flight, to the ground, is in the timetable and near to no other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.drones.air import DayAir
from agents.drones.courses import Course, behind, braked, homeward, out_and_home
from agents.drones.craft import Craft
from agents.drones.plan import Plan
from agents.drones.settings import Operations
from agents.drones.sky_ways import SkyWays, Way
from twin.airspace import AirRules, Timetable

Floats = NDArray[np.float64]

WAITS_S: Final = (0, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 600, 900, 1200, 1800)
BUFFER_LEVEL_M: Final = 6.0
BUFFER_UP_M: Final = 2.0
"""Plans are kept this much farther apart than the rules ask: a drone is up to about a metre and a half off its path in
gusts (``twin drone fly``), and gaining speed is flown as a few pieces of even motion (assumed)."""


@dataclass(frozen=True)
class Refused:
    """Why a drone does not take off.

    Attributes:
        reason: one of the words of ``drone_refused``.
        told: a sentence.
    """

    reason: str
    told: str


@dataclass(frozen=True, eq=False)
class Cleared:
    """A flight that is in the timetable.

    Attributes:
        plan: to the ground.
        stops: legs that end at a stop.
        wait_s: on the dock.
        height_m: of the way out.
        short: whether its stay is as long as its charge allows, and not as long as was wanted.
    """

    plan: Plan
    stops: tuple[int, ...]
    wait_s: float
    height_m: float
    short: bool


class Tower:
    """Clears flights.

    Args:
        ways: through the sky.
        air: of the day.
        work: how drones are worked with.

    Attributes:
        table: all flights that are cleared.
    """

    def __init__(self, ways: SkyWays, air: DayAir, work: Operations) -> None:
        self._ways, self._air, self._work = ways, air, work
        self.table = Timetable(buffered(ways.space.rules))

    def stops(self, craft: Craft, points: Sequence[Floats], stays_s: Sequence[float], now_ms: int) -> Cleared | Refused:
        """Clear a flight over stops; the stay at the last is cut to what the charge allows.

        Args:
            craft: on its dock.
            points: (2,) each.
            stays_s: how long at each; the last at least ``least_station_s`` where it is longer.
            now_ms: when it is ordered.
        """
        grounded = self._air.grounded(now_ms, craft.flyer.drone)
        if grounded is not None:
            return Refused(*grounded)
        ways = self._through([craft.spec.xy_m, *points, craft.spec.xy_m])
        if isinstance(ways, Refused):
            return ways
        heights = shared_heights(ways, craft.flyer.drone.limits.height_m.value)
        if not heights:
            return Refused("height", "roofs under the way stand too high for the height allowed over it")
        usable_wh = craft.flyer.usable_wh(craft.charge_at(now_ms))
        begin_ms = now_ms + round(1000 * self._work.launch_s)
        plans = []
        for height in heights:
            fitted = self._fitted(craft, ways, list(stays_s), height, begin_ms, usable_wh)
            if isinstance(fitted, Refused):
                return self._first(craft, plans) if plans else fitted
            plans.append((height, *fitted))
        return self._first(craft, plans)

    def _first(self, craft: Craft, plans: list[tuple[float, Plan, tuple[int, ...], bool]]) -> Cleared | Refused:
        """The first of all waits and heights that is near to no other flight."""
        for wait_s in WAITS_S:
            if wait_s > self._work.most_wait_s:
                break
            for height, plan, stops, short in plans:
                later = plan.later(1000 * wait_s)
                if self.table.admit([later.flight(craft.id)]) is not None:
                    return Cleared(later, stops, float(wait_s), height, short)
        return Refused("traffic", f"other drones cross every way for {self._work.most_wait_s:g} s")

    def _through(self, points: Sequence[Floats]) -> list[Way] | Refused:
        ways: list[Way] = []
        for here, there in pairwise(points):
            back = len(points) == 3 and len(ways) == 1
            way = ways[0].reversed() if back else self._ways.way(here, there)
            if way is None:
                return self.no_way(there)
            ways.append(way)
        return ways

    def no_way(self, goal_m: Floats) -> Refused:
        """Return why there is no way to a place."""
        x_m, y_m = float(goal_m[0]), float(goal_m[1])
        names = self._ways.space.names_at(x_m, y_m)
        if names:
            return Refused("red_zone", f"({x_m:.0f}, {y_m:.0f}) lies in {', '.join(names)}")
        return Refused("way", f"no way leads to ({x_m:.0f}, {y_m:.0f})")

    def _fitted(
        self, craft: Craft, ways: Sequence[Way], stays_s: list[float], height_m: float, begin_ms: int, usable_wh: float
    ) -> tuple[Plan, tuple[int, ...], bool] | Refused:
        """The plan at a height, its last stay cut to what the charge allows."""
        flyer, wind = craft.flyer, self._air.wind_ms(begin_ms)
        start, least_s = np.array([*craft.spec.xy_m, craft.spec.pad_m]), min(self._work.least_station_s, stays_s[-1])
        plan, course = self._planned(craft, ways, stays_s, height_m, begin_ms, start, wind)
        if not plan.possible:
            return Refused("wind", f"{flyer.drone.name} cannot fly the way against a wind of {np.hypot(*wind):.1f} m/s")
        over_wh = plan.energy_wh - usable_wh
        if over_wh <= 0:
            return plan, course.stops, False
        last_s = stays_s[-1] - over_wh * 3600 / flyer.stand_w(wind) - 1.0
        if last_s < least_s:
            need_wh = plan.energy_wh - (stays_s[-1] - least_s) * flyer.stand_w(wind) / 3600
            word = "range" if need_wh > flyer.usable_wh(1.0) else "charge"
            return Refused(word, f"it takes {need_wh:.0f} Wh; there are {usable_wh:.0f} Wh above the reserve")
        plan, course = self._planned(craft, ways, [*stays_s[:-1], last_s], height_m, begin_ms, start, wind)
        return plan, course.stops, True

    def _planned(
        self, craft: Craft, ways: Sequence[Way], stays_s: list[float], height_m: float, begin_ms: int, start: Floats,
        wind: Floats,
    ) -> tuple[Plan, Course]:  # fmt: skip
        landing_ms = craft.flyer.drone.limits.landing_ms.value
        course = out_and_home(craft.spec, ways, stays_s, height_m, self._work.speed_ms, landing_ms)
        return craft.flyer.plan(begin_ms, start, course.legs, wind), course

    def home(self, craft: Craft, now_ms: int) -> Plan | None:
        """Clear the way home from where a drone is; None where none is free now, and its old plan holds."""
        if craft.plan is None:
            return None
        flyer, wind = craft.flyer, self._air.wind_ms(now_ms)
        t_ms, places = braked(craft.plan, now_ms, flyer.drone.limits.accel_ms2.value)
        stands = places[-1]
        way = self._ways.way(stands[:2], craft.spec.xy_m)
        if way is None:
            return None
        braking_wh = flyer.stand_w(wind) * float(t_ms[-1] - t_ms[0]) / 3.6e6
        for height in sorted(way.heights_m, key=lambda height: (abs(height - float(stands[2])), height)):
            if height > flyer.drone.limits.height_m.value:
                continue
            course = homeward(craft.spec, stands, way, height, self._work.speed_ms, flyer.drone.limits.landing_ms.value)
            plan = behind(t_ms, places, braking_wh, flyer.plan(int(t_ms[-1]), stands, course.legs, wind))
            left_wh = flyer.usable_wh(craft.charge_at(now_ms))
            if plan.possible and plan.energy_wh <= left_wh and self.table.admit([plan.flight(craft.id)]):
                return plan
        return None

    def forget(self, now_ms: int) -> None:
        """Let go of flights that are over."""
        self.table.drop_before(now_ms)


def shared_heights(ways: Sequence[Way], most_m: float) -> list[float]:
    """Return the heights at which all of some ways may be flown, lowest first."""
    found: Iterator[set[float]] = (set(way.heights_m) for way in ways)
    return sorted(height for height in set.intersection(*found) if height <= most_m)


@lru_cache(maxsize=4)
def buffered(rules: AirRules) -> AirRules:
    """Return the rules with distances a little wider, by which plans are kept apart."""
    wider = {"apart_level_m": rules.apart_level_m + BUFFER_LEVEL_M, "apart_up_m": rules.apart_up_m + BUFFER_UP_M}
    if wider["apart_up_m"] > rules.level_step_m:
        wider["apart_up_m"] = rules.level_step_m
    return rules.model_copy(update=wider)
