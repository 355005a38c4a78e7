"""The same stream of calls through the twin's whole chain and through four bare SimPy stages."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import simpy

from agents.policy_lookup import find_policy
from agents.settings import CentreSettings, Duration, ResponseSettings, ServiceSettings
from agents.teams import TeamSpec
from agents.world import World
from tests.towns import grid_town
from twin.log import EventLog
from twin.records import Call, Channel, Incident, Service, Visual
from twin.streets import StreetGraph
from twin.travel import SearchedTravel

TOWN = StreetGraph.of(grid_town(columns=12, rows=12))
TEAMS = 20
WORK_S = 600.0


def full_chain(calls: int) -> None:
    """Live through that many calls in the twin: centre, policy, streets, teams, log."""
    rng = np.random.default_rng(1)
    times = np.sort(rng.integers(0, round(calls * 1000 * WORK_S / TEAMS / 0.5), calls)).tolist()
    nodes = rng.integers(0, 144, calls).tolist()
    work = np.rint(rng.exponential(WORK_S * 1000, calls)).astype(int).tolist()
    service = Service.POLICE
    incidents = [
        Incident(i, t, service, "bench", 2, n, 0.0, 0.0, Visual.NONE, 0, w, False)
        for i, (t, n, w) in enumerate(zip(times, nodes, work, strict=True))
    ]
    rings = [
        Call(i.id, i.t_ms, Channel.PHONE, i.id, service, "bench", 2, i.node, 0.0, 0.0, i.on_scene_ms)
        for i in incidents
    ]  # fmt: skip
    stage = Duration(30.0, 0.5)
    settings = ResponseSettings(
        CentreSettings(50, stage, stage, 1, 0.0, 0.0), {service: ServiceSettings(service, stage)}
    )
    start = datetime(2026, 6, 19, tzinfo=ZoneInfo("Asia/Tashkent"))
    teams = [TeamSpec(f"police-{i}", service, i * 7) for i in range(TEAMS)]
    policy = find_policy("closest")
    World(
        SearchedTravel(TOWN), start, times[-1] + 1, 1, incidents, rings, teams, [0], settings, policy, [], EventLog()
    ).run()


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
