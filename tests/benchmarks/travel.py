"""Travel times on the default city: labels against the searches they replace, on the same streets and hour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from statistics import median
from time import perf_counter

import networkx as nx
import numpy as np
from scipy.sparse.csgraph import dijkstra

from tests.benchmarks.timing import Row, in_turn, seconds
from twin.city import City
from twin.overlays import Overlay
from twin.speeds import speed_profile
from twin.streets import StreetGraph
from twin.travel import SearchedTravel
from twin.travel.detour import DetourTravel
from twin.travel.label_graph import LabelGraph
from twin.travel.label_set import make_labels
from twin.travel.labelled import LabelledTravel

TEAMS = 400
GOALS = 1000
TRIPS = 10_000
CLOSED = 20


def travel_rows(city: City) -> Iterator[Row]:
    """Yield the rows of one profile and period: a car in the evening peak."""
    profile = speed_profile("car")
    evening = [period.name for period in profile.periods].index("evening_peak")
    make = partial(StreetGraph.of, city, profile, evening)
    streets = make()
    graph = LabelGraph.of(streets)
    make_labels(LabelGraph.of(StreetGraph.of(_corner(city))))  # compiled before it is timed
    start = perf_counter()
    labels = make_labels(graph)
    spent_s = perf_counter() - start
    named = f"{int(streets.drivable.sum()):,} junctions"
    yield Row(f"street graph, {named}", seconds(make, 3), None, "", "s")
    yield Row(f"labels of one profile and period, {named}", spent_s, None, "", "s", target="60 s")
    yield Row("their size", labels.bytes / 1e6, None, "", "MB", target="200 MB")
    travel, rng = LabelledTravel(streets, labels), np.random.default_rng(1)
    nodes = np.flatnonzero(streets.main_component)
    teams, goals = rng.choice(nodes, TEAMS), rng.choice(nodes, GOALS)
    yield _to_one("400 teams to one call", travel, streets, teams, goals, "0.5 ms")
    yield _one_way(travel, streets, teams, goals)
    yield _worst_difference(travel, streets, nodes, goals, rng)
    closed = tuple(rng.choice(np.unique(streets.street), CLOSED, replace=False).tolist())
    works = make([Overlay("works", closed)])
    detours = DetourTravel(travel, works)
    yield _to_one(f"400 teams to one call, {CLOSED} streets closed", detours, works, teams, goals)


def _corner(city: City) -> City:
    return replace(city, streets=city.streets.iloc[:500], restrictions=city.restrictions.iloc[:0])


def _to_one(
    figure: str,
    travel: LabelledTravel | DetourTravel,
    streets: StreetGraph,
    teams: np.ndarray,
    goals: np.ndarray,
    target: str = "",
) -> Row:
    """A search to one goal is the peer; both answer 20 goals a run, none of them twice."""
    matrix = streets._matrices["to"]
    ours, peers = iter(goals.tolist()), iter(goals.tolist())

    def ask() -> None:
        for _ in range(20):
            travel.many_to_one_ms(teams, next(ours), 0)

    def search() -> None:
        for _ in range(20):
            dijkstra(matrix, indices=next(peers))[teams]

    a, b = in_turn(ask, search)
    return Row(figure, 1000 * a / 20, 1000 * b / 20, "scipy Dijkstra", "ms", target=target)


def _one_way(travel: LabelledTravel, streets: StreetGraph, teams: np.ndarray, goals: np.ndarray) -> Row:
    """One route with all its junctions; the peer is networkx, both ends at once, without turn restrictions."""
    peer = nx.DiGraph()
    arcs = sorted(zip(streets.arc_ms.tolist(), streets.tail.tolist(), streets.head.tolist(), strict=True), reverse=True)
    peer.add_weighted_edges_from((tail, head, ms) for ms, tail, head in arcs)
    pairs = list(zip(teams.tolist(), goals.tolist(), strict=False))[:5]
    spent = [
        in_turn(lambda p=p: travel.route(*p, 0), lambda p=p: nx.bidirectional_dijkstra(peer, *p), runs=1)  # type: ignore[misc]
        for p in pairs
    ]
    ours, theirs = (median(each[i] for each in spent) for i in (0, 1))
    return Row("one route, unpacked", 1000 * ours, 1000 * theirs, "networkx bidirectional", "ms")


def _worst_difference(
    travel: LabelledTravel, streets: StreetGraph, nodes: np.ndarray, goals: np.ndarray, rng: np.random.Generator
) -> Row:
    searched, worst = SearchedTravel(streets), 0
    for goal in goals.tolist():
        origins = rng.choice(nodes, TRIPS // GOALS)
        ours, exact = (each.many_to_one_ms(origins, goal, 0) for each in (travel, searched))
        worst = max(worst, int(np.abs(ours - exact).max()))
    return Row(f"worst of {TRIPS:,} random trips against Dijkstra", worst, None, "", "ms", target="1000 ms")
