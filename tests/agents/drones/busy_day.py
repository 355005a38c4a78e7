"""A busy day over the default city: 50 drones, over a thousand missions, a wind of the day, and drones that fail."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from agents.drones.air import DayAir, drawn_winds
from agents.drones.craft import DroneSpec
from agents.drones.seeing import Seer
from agents.drones.settings import Operations
from agents.drones.sky_ways import SkyWays
from agents.drones.squadron import PatrolSpec, Squadron
from agents.flight.prisms import Buildings
from agents.injects import DroneFails
from agents.policies.closest import Closest
from agents.policies.drone_parts import DroneFirst
from agents.policies.with_drones import WithDrones
from agents.world import World
from sensors.alarms import load_alarm_rules
from sensors.fitted import load_fitted
from tests.agents.drones.skies import town, town_heights, ways
from tests.agents.lives import settings
from twin.airspace import air_space, load_rules
from twin.city import City
from twin.city.heights import HeightRaster, heights_of
from twin.city.resolve import open_city
from twin.records import Call, Channel, Incident, Service, Visual
from twin.streams import stream
from twin.streets import StreetGraph
from twin.travel import SearchedTravel

DAY_MS = 86_400_000
DRONES, CALLS, FAULTS = 50, 1500, 6
START = datetime(2026, 5, 15, 0, 0, tzinfo=ZoneInfo("Asia/Tashkent"))


class Over(NamedTuple):
    """What a busy day is lived over."""

    city: City
    heights: HeightRaster
    ways: SkyWays


@cache
def whole_city() -> Over:
    city = open_city(None)
    return Over(city, heights_of(city), SkyWays(city, air_space(city)))


def small_town() -> Over:
    """Two kilometres by two with a red zone in its middle, so that ways cross."""
    return Over(town(), town_heights(), ways(((900.0, 1100.0, 150.0),)))


def busy_day(
    seed: int,
    over: Over,
    mean_wind_ms: float = 3.0,
    calls: int = CALLS,
    duration_ms: int = DAY_MS,
    faults: int = FAULTS,
) -> World:
    """A third of the calls are real; of those a tenth is bigger and watched, a tenth a listed car that is followed."""
    city, heights, ways = over
    rng = stream(seed, "busy day")
    buildings = Buildings(city)
    docks = [at for at in _places(city, rng, ways, 400) if _stands(ways, at)][:17]
    specs = [
        DroneSpec(f"D{i:02d}", f"dock {i % 17}", *docks[i % 17], buildings.under(*docks[i % 17])[0], "dock_quad")
        for i in range(DRONES)
    ]
    air = DayAir(drawn_winds(seed, duration_ms, mean_wind_ms), "clear", 10_000.0, 25.0, load_rules())
    seer = Seer(heights, load_fitted(), load_alarm_rules(), lambda t_ms: ("day", "clear"), seed)
    work = replace(Operations(), stay_s=420.0, p_nothing_if_false=0.7)
    incidents, calls = _day(rng, _places(city, rng, None, calls), duration_ms)
    patrols = [_round(ways, i, docks[i], specs) for i in range(17)]
    patrols = [patrol for patrol in patrols if patrol.points]
    squadron = Squadron(specs, work, ways, air, seer, lambda x, y: 0, city, patrols, frozenset({"fall", "listed"}))
    struck = [
        DroneFails(int(t), f"D{int(d):02d}", "motor" if i % 2 else "link")
        for i, (t, d) in enumerate(
            zip(rng.integers(0, duration_ms, faults), rng.integers(0, DRONES, faults), strict=True)
        )
    ]
    return World(
        travel=SearchedTravel(StreetGraph.of(city)), start=START, duration_ms=duration_ms, seed=seed,
        incidents=incidents, calls=calls, teams=[], hospitals=(), settings=settings(),
        policy=WithDrones(Closest(), DroneFirst()), injects=sorted(struck, key=lambda fails: fails.t_ms),
        squadron=squadron,
    )  # fmt: skip


def _round(ways: SkyWays, i: int, dock: tuple[float, float], specs: list[DroneSpec]) -> PatrolSpec:
    """Every four hours over three points 300 m north of a dock."""
    points = [(dock[0] + east, dock[1] + 300.0, 60.0) for east in (-400.0, 0.0, 400.0)]
    mine = tuple(spec.id for spec in specs if spec.dock == f"dock {i}")
    free = tuple(point for point in points if ways.is_free(*point[:2]))
    return PatrolSpec(f"round {i}", mine, tuple(range(0, DAY_MS, 14_400_000)), free)


def _places(city: City, rng, ways: SkyWays | None, count: int) -> list[tuple[float, float]]:
    nodes = np.column_stack([city.nodes.geometry.x, city.nodes.geometry.y])
    picked = nodes[rng.integers(0, len(nodes), count)]
    free = [(round(float(x), 1), round(float(y), 1)) for x, y in picked]
    return [at for at in free if ways is None or ways.is_free(*at)]


def _stands(ways: SkyWays, at: tuple[float, float]) -> bool:
    way = ways.way(np.array(at), np.array(at))
    return way is not None and len(way.heights_m) > 1


def _day(rng, places, duration_ms: int) -> tuple[list[Incident], list[Call]]:
    incidents, calls = [], []
    times = np.sort(rng.integers(0, duration_ms - 1, len(places)))
    for id, (t_ms, (x, y)) in enumerate(zip(times.tolist(), places, strict=True)):
        kind, real = rng.random(), rng.random() < 0.34
        visual = Visual.LISTED_PLATE if kind < 0.1 else Visual.PERSON_LYING
        about = None
        if real:
            about = len(incidents)
            incidents.append(
                Incident(about, max(t_ms - 20_000, 0), Service.POLICE, "fall", 2, 0, x, y, visual, 1_800_000, 600_000,
                         False, plate="00A123BC" if visual is Visual.LISTED_PLATE else "",
                         level=2 if kind > 0.9 else 1)
            )  # fmt: skip
        calls.append(Call(id, t_ms, Channel.PHONE, about, Service.POLICE, "fall", 2, 0, x, y, 300_000))
    return incidents, calls
