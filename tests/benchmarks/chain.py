"""The whole chain, timed: a weekday of a whole city, and a stream of calls through bare SimPy stages beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from zoneinfo import ZoneInfo

import numpy as np
import simpy

from agents.policy_lookup import find_policy
from agents.settings import ResponseSettings
from agents.teams import TeamSpec
from agents.view import Known
from agents.world import World
from scenarios.demand import Day, draw_day
from scenarios.expected import ExpectedRequests
from scenarios.places import CitySpots, districts_of
from scenarios.read import read_scenario
from scenarios.schema import Scenario
from scenarios.settings import response_settings
from scenarios.teams import make_fleet
from sensors.alarms import load_alarm_rules
from tests.benchmarks.timing import Row
from twin.city import City
from twin.log import EventLog
from twin.speeds import speed_profile
from twin.streets import StreetGraph
from twin.travel import Travel, travel_of

CALLS_A_DAY = 12_000
TEAMS = 400
WORK_S = 600.0


@dataclass(frozen=True)
class Stage:
    """A city with all that a day needs and that does not belong to the day."""

    city: City
    graph: StreetGraph
    travel: Travel
    spots: CitySpots
    scenario: Scenario
    teams: list[TeamSpec]
    hospitals: list[int]
    settings: ResponseSettings
    known: Known


def stage_of(city: City) -> Stage:
    """The library's weekday with 12,000 calls and 400 teams.

    Rates and teams are scaled in proportion; work on scene with the teams, so that they are as busy as the library's.
    """
    scenario = read_scenario("weekday")
    graph, spots = StreetGraph.of(city, speed_profile(scenario.speed_profile)), CitySpots(city)
    teams = make_fleet(city, graph, scenario)
    own = [team for team in teams.teams if not team.outside]
    calls = len(draw_day(city, graph, scenario, 1, spots=spots).calls)
    scenario = _scaled(scenario, CALLS_A_DAY / calls, TEAMS / len(own))
    teams = make_fleet(city, graph, scenario)
    start = scenario.start.replace(tzinfo=ZoneInfo(str(city.manifest["timezone"])))
    places = city.places[city.places["kind"] == "hospital"].geometry
    hospitals = sorted({int(n) for n in graph.nearest_node(places.x.to_numpy(), places.y.to_numpy())})
    known = Known(teams.posts, districts_of(city), ExpectedRequests(city, graph, scenario, spots))
    settings = response_settings(scenario, city, 2000, load_alarm_rules().verification)
    travel = travel_of(city, scenario.speed_profile, start)
    return Stage(city, graph, travel, spots, scenario, teams.teams, hospitals, settings, known)


def _scaled(scenario: Scenario, calls: float, teams: float) -> Scenario:
    data = scenario.model_dump(mode="json")
    for demand in data["demand"].values():
        for category in demand["categories"].values():
            category["per_1000_residents_year"]["value"] *= calls
            category["on_scene"]["mean_s"] *= teams / calls
        demand["false_on_scene"]["mean_s"] *= teams / calls
    for spec in data["teams"].values():
        spec["per_100k_residents"]["value"] *= teams
    return Scenario.model_validate(data)


def world_of(stage: Stage, day: Day, policy: str = "closest") -> World:
    """A world that has not begun."""
    start = stage.scenario.start.replace(tzinfo=ZoneInfo(str(stage.city.manifest["timezone"])))
    return World(
        stage.travel, start, stage.scenario.duration_ms, 1, day.incidents, day.calls, stage.teams, stage.hospitals,
        stage.settings, find_policy(policy), log=EventLog(), known=stage.known,
    )  # fmt: skip


def live_day(stage: Stage, day: Day, folder: Path, policy: str = "closest") -> World:
    """Make the world, live the day, and write its log."""
    world = world_of(stage, day, policy)
    world.run()
    world.log.write(folder / "events.parquet")
    return world


def chain_rows(city: City, runs: int = 5) -> Iterator[Row]:
    """CPU seconds of one core: the day lived and its log written, drawing it apart; bare SimPy beside it."""
    stage = stage_of(city)
    drawn = [_cpu_s(lambda seed=seed: draw_day(city, stage.graph, stage.scenario, seed, spots=stage.spots))  # type: ignore[misc]
             for seed in range(1, runs + 1)]  # fmt: skip
    day = draw_day(city, stage.graph, stage.scenario, 1, spots=stage.spots)
    n = len(day.calls)
    with TemporaryDirectory() as folder:
        live_day(stage, day, Path(folder))  # labels are made, kernels compiled
        pairs = [
            (_cpu_s(lambda: live_day(stage, day, Path(folder))), _cpu_s(lambda: bare_simpy(n))) for _ in range(runs)
        ]
    ours, peer = median(a for a, _ in pairs), median(b for _, b in pairs)
    teams = sum(not team.outside for team in stage.teams)
    yield Row(
        f"a day of {n:,} calls, {teams} teams, log written", ours, peer, "bare SimPy, a resource", "CPU s",
        target="1.2 s",
    )  # fmt: skip
    yield Row("full chain with street travel times", n / ours, n / peer, "bare SimPy, a resource", "calls/s", "high",
              "10,000")  # fmt: skip
    yield Row(f"drawing that day: {len(day.incidents):,} incidents", median(drawn), None, "", "CPU s", target="0.3 s")


def _cpu_s(job) -> float:  # type: ignore[no-untyped-def]
    begun = process_time()
    job()
    return process_time() - begun


def bare_simpy(calls: int) -> None:
    """Four stages and a resource of as many units, nothing else."""
    env = simpy.Environment()
    units = simpy.Resource(env, TEAMS)
    rng = np.random.default_rng(1)
    gaps = rng.exponential(WORK_S / TEAMS / 0.5, calls).tolist()
    work = rng.exponential(WORK_S, calls).tolist()

    def one(spent: float):  # type: ignore[no-untyped-def]
        with units.request() as turn:
            yield turn
            for stage_s in (30.0, 30.0, 60.0, spent):
                yield env.timeout(stage_s)

    def source():  # type: ignore[no-untyped-def]
        for gap, spent in zip(gaps, work, strict=True):
            yield env.timeout(gap)
            env.process(one(spent))

    env.process(source())
    env.run()
