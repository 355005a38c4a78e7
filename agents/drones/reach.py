"""Which drone could be over a place how soon, by the fitted model: many docks in one evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.drones.courses import Course, out_and_home
from agents.drones.craft import Craft
from agents.drones.plan import Flyer
from agents.drones.sky_ways import Way
from agents.drones.squadron import Squadron
from agents.drones.tower import Refused, Tower, shared_heights
from agents.flight.fitted import flight_times
from agents.flight.missions import Missions


@dataclass(frozen=True, eq=False)
class Reached:
    """What each drone could do.

    Attributes:
        ms: (n,) from the order until it stands there; -1 where it cannot.
        why: why the one that came nearest cannot, None where any can.
    """

    ms: NDArray[np.int64]
    why: Refused | None


class Reaches:
    """Answers for all drones at once.

    Args:
        squadron: ways, air and how drones are worked with.
        tower: says why there is no way.
    """

    def __init__(self, squadron: Squadron, tower: Tower) -> None:
        self._ways, self._air, self._work, self._tower = squadron.ways, squadron.air, squadron.operations, tower

    def to(self, crafts: Sequence[Craft], goal_m: NDArray[np.float64], now_ms: int) -> Reached:
        """Return how soon each of some drones could stand over a place (2,)."""
        ms = np.full(len(crafts), -1, dtype=np.int64)
        if not self._ways.is_free(float(goal_m[0]), float(goal_m[1])):
            return Reached(ms, self._tower.no_way(goal_m))
        ready = [row for row, craft in enumerate(crafts) if craft.is_ready(now_ms)]
        if not ready:
            return Reached(ms, Refused("no_drone", "no drone is ready"))
        refused: list[tuple[float, int, Refused]] = []
        by_flyer: dict[int, list[tuple[int, Course]]] = {}
        courses = self._courses([crafts[row] for row in ready], goal_m, now_ms)
        for row in ready:
            craft = crafts[row]
            course = courses[craft.spec.dock, craft.spec.drone]
            if isinstance(course, Refused):
                refused.append((float(np.linalg.norm(craft.spec.xy_m - goal_m)), row, course))
            else:
                by_flyer.setdefault(id(craft.flyer), []).append((row, course))
        for asked in by_flyer.values():
            refused += self._evaluate(crafts, asked, goal_m, now_ms, ms)
        why = None if (ms >= 0).any() or not refused else min(refused, key=lambda one: one[:2])[2]
        return Reached(ms, why)

    def _courses(
        self, crafts: Sequence[Craft], goal_m: NDArray[np.float64], now_ms: int
    ) -> dict[tuple[str, str], Course | Refused]:
        """The course of each dock and class at its lowest height, with the shortest stay."""
        alike = {(craft.spec.dock, craft.spec.drone): craft for craft in reversed(crafts)}
        docks = {craft.spec.dock: craft.spec.xy_m for craft in alike.values()}
        ways = dict(zip(docks, self._ways.ways_to(list(docks.values()), goal_m), strict=True))
        return {like: self._course(craft, ways[like[0]], goal_m, now_ms) for like, craft in alike.items()}

    def _course(self, craft: Craft, way: Way | None, goal_m: NDArray[np.float64], now_ms: int) -> Course | Refused:
        drone = craft.flyer.drone
        grounded = self._air.grounded(now_ms, drone)
        if grounded is not None:
            return Refused(*grounded)
        if way is None:
            return self._tower.no_way(goal_m)
        heights = shared_heights([way], drone.limits.height_m.value)
        if not heights:
            return Refused("height", "roofs under the way stand too high for the height allowed over it")
        stay_s = [self._work.least_station_s]
        return out_and_home(
            craft.spec, [way, way.reversed()], stay_s, heights[0], self._work.speed_ms, drone.limits.landing_ms.value
        )

    def _evaluate(
        self, crafts: Sequence[Craft], asked: list[tuple[int, Course]], goal_m: NDArray[np.float64], now_ms: int,
        ms: NDArray[np.int64],
    ) -> list[tuple[float, int, Refused]]:  # fmt: skip
        """Write when those of one class arrive; return who cannot."""
        flyer, launch_ms = crafts[asked[0][0]].flyer, round(1000 * self._work.launch_s)
        courses = [(crafts[row], course) for row, course in asked]
        missions = missions_of_courses(flyer, courses, self._air.wind_ms(now_ms + launch_ms))
        times = flight_times(missions, flyer.drone, flyer.model)
        refused = []
        for number, (row, course) in enumerate(asked):
            craft = crafts[row]
            need_wh, usable_wh = float(times.energy_wh[number]), flyer.usable_wh(craft.charge_at(now_ms))
            away_m = float(np.linalg.norm(craft.spec.xy_m - goal_m))
            if not times.possible[number]:
                refused.append((away_m, row, Refused("wind", f"{craft.id} cannot fly there against the wind")))
            elif need_wh > usable_wh:
                word = "range" if need_wh > flyer.usable_wh(1.0) else "charge"
                told = f"{craft.id} needs {need_wh:.0f} Wh and has {usable_wh:.0f} Wh above its reserve"
                refused.append((away_m, row, Refused(word, told)))
            else:
                reached_s = float(times.arrive_s[int(missions.first[number]) + course.stops[0]])
                ms[row] = launch_ms + round(1000 * reached_s)
        return refused


def missions_of_courses(
    flyer: Flyer, courses: Sequence[tuple[Craft, Course]], wind_ms: NDArray[np.float64]
) -> Missions:
    """Return courses from docks as missions of one class in one wind."""
    counts = [len(course.legs) for _, course in courses]
    moves = [
        np.diff(np.array([(*craft.spec.xy_m, craft.spec.pad_m), *(leg.to_m for leg in course.legs)]), axis=0)
        for craft, course in courses
    ]
    legs = [leg for _, course in courses for leg in course.legs]
    return Missions(
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), np.concatenate(moves),
        np.array([leg.speed_ms for leg in legs]), np.array([leg.stay_s for leg in legs]),
        np.tile(wind_ms, (len(courses), 1)), np.zeros(len(courses)), np.full(len(courses), flyer.density_kg_m3),
    )  # fmt: skip
