"""Drones in the city: missions planned by the fitted model, their ways and heights found, and a busy day checked."""

from __future__ import annotations

from collections.abc import Iterator
from time import process_time

import numpy as np

from agents.drones.courses import out_and_home
from agents.drones.craft import Craft, DroneSpec
from agents.drones.plan import Flyer
from agents.drones.reach import missions_of_courses
from agents.drones.sky_ways import SkyWays
from agents.flight.drone_class import drone_class
from agents.flight.fitted import flight_times, load_fitted
from tests.agents.drones.busy_day import Over, busy_day, whole_city
from tests.benchmarks.timing import Row, seconds
from twin.records import Kind
from twin.streams import stream

DOCKS, GOALS = 17, 60


def sortie_rows() -> Iterator[Row]:
    """Yield what the issue on drones asks of many drones over the whole city."""
    over = whole_city()
    yield Row("fitted missions in the city, with ways round red zones and heights", planned_pace(over), None, "",
              "a second", "high", "5000")  # fmt: skip
    world = busy_day(1, over)
    begun = process_time()
    world.run()
    took = process_time() - begun
    kinds = [event.kind for event in world.log]
    broken = [event for event in world.log if event.kind is Kind.DRONE_VIOLATION and '"fault": ""' in event.detail]
    yield Row("50 drones, a day: missions flown", float(kinds.count(Kind.DRONE_LAUNCHED)), None, "", "", "high", "1000")
    yield Row("the same: violations that no fault explains", float(len(broken)), None, "", "", target="0")
    yield Row("the same, lived and checked", took, None, "", "s")


def planned_pace(over: Over) -> float:
    """Missions a second from docks to places all over the city and back: way, heights, time and energy."""
    rng = stream(1, "sortie bench")
    free = [at for at in _places(over, rng, 400) if over.ways.is_free(*at)]
    docks, goals = free[:DOCKS], [np.array(at) for at in free[DOCKS : DOCKS + GOALS]]
    flyer = Flyer(drone_class("dock_quad"), load_fitted("dock_quad"), 1.16)
    specs = [DroneSpec(f"D{i}", f"dock {i}", *at, 20.0, "dock_quad") for i, at in enumerate(docks)]
    crafts = [Craft(spec, i, flyer, 1.0) for i, spec in enumerate(specs)]
    for spec in specs:
        over.ways.keep(spec.x_m, spec.y_m)
    done = plan_all(over.ways, flyer, crafts, goals)
    return done / seconds(lambda: plan_all(over.ways, flyer, crafts, goals))


def plan_all(ways: SkyWays, flyer: Flyer, crafts: list[Craft], goals: list[np.ndarray]) -> int:
    """Plan a mission from every dock to every place; return how many there are."""
    count = 0
    for goal in goals:
        courses = []
        for craft, way in zip(crafts, ways.ways_to([craft.spec.xy_m for craft in crafts], goal), strict=True):
            if way is not None and way.heights_m:
                course = out_and_home(craft.spec, [way, way.reversed()], [90.0], way.heights_m[0], 15.0, 0.8)
                courses.append((craft, course))
        if courses:
            flight_times(missions_of_courses(flyer, courses, np.array([2.0, 1.0])), flyer.drone, flyer.model)
        count += len(courses)
    return count


def _places(over: Over, rng: np.random.Generator, count: int) -> list[tuple[float, float]]:
    nodes = np.column_stack([over.city.nodes.geometry.x, over.city.nodes.geometry.y])
    return [(float(x), float(y)) for x, y in nodes[rng.integers(0, len(nodes), count)]]
