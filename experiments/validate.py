"""Checks against theory and against independent implementations, as a table anyone can print."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import factorial
from zoneinfo import ZoneInfo

import networkx as nx
import numpy as np
from scipy import stats

from agents.policy_lookup import find_policy
from agents.settings import CentreSettings, Duration, ResponseSettings, ServiceSettings
from agents.teams import TeamSpec
from agents.world import World
from sensors.fitted import FittedModel, load_fitted
from twin.city import City
from twin.log import EventLog
from twin.records import Call, Channel, Incident, Kind, Service, Visual
from twin.streams import stream
from twin.streets import StreetGraph
from twin.travel import SearchedTravel


@dataclass(frozen=True, slots=True)
class Check:
    """One row of the table.

    Attributes:
        name: what is compared.
        expected: the value theory or the other implementation gives.
        found: ours.
        low, high: the interval ``expected`` must lie in.
        unit: of all four.
        ok: whether it does.
    """

    name: str
    expected: float
    found: float
    low: float
    high: float
    unit: str

    @property
    def ok(self) -> bool:
        """Whether the expected value lies in the interval."""
        return self.low <= self.expected <= self.high


def erlang_c_wait(rate: float, service: float, servers: int) -> float:
    """Return the mean wait in an M/M/c queue (Erlang 1917).

    >>> round(erlang_c_wait(rate=1.0, service=0.5, servers=1), 3)  # M/M/1: rho / (mu - lambda)
    0.5
    """
    load = rate * service
    rho = load / servers
    last = load**servers / factorial(servers) / (1 - rho)
    p_wait = last / (sum(load**k / factorial(k) for k in range(servers)) + last)
    return p_wait * service / (servers - rho * servers)


def validate(city: City, seeds: int = 20, progress: Callable[[float], None] = lambda share: None) -> list[Check]:
    """Run all checks on a city's streets; the queue checks pool that many seeds."""
    graph = StreetGraph.of(city)
    checks = [_travel_check(graph)]
    for i, (servers, load) in enumerate(((1, 0.6), (3, 0.75), (5, 0.8))):
        progress(i / 3)
        checks.append(_erlang_check(graph, servers, load, seeds))
    return [*checks, *_calibration_checks(load_fitted())]


def _travel_check(graph: StreetGraph) -> Check:
    """Travel times of 20 random nodes to all others against networkx, in ms."""
    peer = nx.DiGraph()
    for tail, head, cost_ms in zip(graph.tail.tolist(), graph.head.tolist(), graph.arc_ms.tolist(), strict=True):
        peer.add_edge(tail, head, cost_ms=cost_ms)
    nodes = np.flatnonzero(graph.main_component)
    worst = 0
    for node in stream(0, "validate", "travel").choice(nodes, 20).tolist():
        times = nx.single_source_dijkstra_path_length(peer, node, weight="cost_ms")
        ours = graph.times_from_ms(node)
        worst = max(worst, max(abs(int(ours[k]) - v) for k, v in times.items()), int((ours >= 0).sum()) - len(times))
    return Check("travel times less networkx's, 20 origins, worst", 0.0, float(worst), float(worst), float(worst), "ms")


def _calibration_checks(model: FittedModel) -> list[Check]:
    """Share detected: fitted less recogniser, on footage it was not fitted on; 0.05 or less is asked for."""
    errors = {name: fit.held_out_error for name, fit in model.hazards.items()} | {"plate": model.plate.held_out_error}
    return [
        Check(f"fitted model of {name}, held-out error", 0.0, error, error - 0.05, error, "share")
        for name, error in sorted(errors.items())
    ]


def _erlang_check(graph: StreetGraph, servers: int, load: float, seeds: int) -> Check:
    service_s = 600.0
    rate = load * servers / service_s
    waits = np.array([_mean_wait_s(graph, servers, rate, service_s, seed) for seed in range(seeds)])
    half = stats.t.ppf(0.995, seeds - 1) * waits.std(ddof=1) / np.sqrt(seeds)
    expected = erlang_c_wait(rate, service_s, servers)
    mean = float(waits.mean())
    return Check(f"Erlang C wait, {servers} teams at {load:.0%} load", expected, mean, mean - half, mean + half, "s")


def _mean_wait_s(graph: StreetGraph, servers: int, rate: float, service_s: float, seed: int) -> float:
    """One post, calls at the post, no travel: what is left of the chain is an M/M/c queue."""
    duration_ms = 400 * 3_600_000
    node = int(np.flatnonzero(graph.main_component)[0])
    incidents, calls = _poisson_day(rate, service_s, duration_ms, seed, node)
    nothing = Duration(0.0, kind="constant")
    settings = ResponseSettings(
        centre=CentreSettings(10_000, nothing, nothing, 1, 0.0, 0.0),
        services={Service.POLICE: ServiceSettings(Service.POLICE, nothing)},
    )
    log = EventLog()
    start = datetime(2026, 6, 19, tzinfo=ZoneInfo("Asia/Tashkent"))
    teams = [TeamSpec(f"police-{i}", Service.POLICE, node) for i in range(servers)]
    policy = find_policy("closest")
    World(
        SearchedTravel(graph), start, duration_ms, seed, incidents, calls, teams, [node], settings, policy, [], log
    ).run()
    rang = {call.incident_id: call.t_ms for call in calls}
    warm = duration_ms // 10
    waits = [e.t_ms - rang[e.incident_id] for e in log if e.kind is Kind.DISPATCHED and rang[e.incident_id] > warm]
    return float(np.mean(waits)) / 1000


def _poisson_day(
    rate: float, service_s: float, duration_ms: int, seed: int, node: int
) -> tuple[list[Incident], list[Call]]:
    """Poisson incidents at one node, each called in at once, with exponential work."""
    rng = stream(seed, "validate", "queue")
    count = int(rng.poisson(rate * duration_ms / 1000))
    times = np.sort(rng.integers(0, duration_ms, count)).tolist()
    work = np.rint(1000 * rng.exponential(service_s, count)).astype(int).tolist()
    incidents = [
        Incident(i, t, Service.POLICE, "check", 1, node, 0.0, 0.0, Visual.NONE, 0, w, False)
        for i, (t, w) in enumerate(zip(times, work, strict=True))
    ]
    calls = [
        Call(i, t, Channel.PHONE, i, Service.POLICE, "check", 1, node, 0.0, 0.0, w)
        for i, (t, w) in enumerate(zip(times, work, strict=True))
    ]
    return incidents, calls
