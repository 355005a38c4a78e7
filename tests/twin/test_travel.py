"""The contract of travel times, kept by whatever answers: searches, labels, and labels with something laid over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.towns import SOUTH_M, WEST_M, grid_town
from tests.twin.test_streets import town_of
from tests.twin.test_turns import networkx_times, ruled, ruled_towns
from twin.city import City
from twin.overlays import Overlay, SlowZone
from twin.streets import StreetGraph
from twin.travel import SearchedTravel, Travel, travel_of
from twin.travel.contract import least, soonest
from twin.travel.detour import DetourTravel
from twin.travel.label_graph import LabelGraph
from twin.travel.label_set import make_labels
from twin.travel.labelled import LabelledTravel

TASHKENT = ZoneInfo("Asia/Tashkent")
FRIDAY = datetime(2026, 6, 19, 16, 0, tzinfo=TASHKENT)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASHKENT_TWIN_CACHE", str(tmp_path))


def labelled(streets: StreetGraph) -> LabelledTravel:
    return LabelledTravel(streets, make_labels(LabelGraph.of(streets)))


def nothing_laid_over(streets: StreetGraph) -> DetourTravel:
    return DetourTravel(labelled(streets), streets)


def through_the_week(streets: StreetGraph) -> Travel:
    return travel_of(streets.city, "free_flow", FRIDAY, labels_from_nodes=0)


MAKERS = [SearchedTravel, labelled, nothing_laid_over, through_the_week]


@pytest.mark.parametrize("make", MAKERS)
def test_a_way_across_a_grid(make: Callable[[StreetGraph], Travel]) -> None:
    """Blocks of 10 s: from one corner to the other of 4 x 4 nodes there are six."""
    travel = make(StreetGraph.of(grid_town()))
    assert travel.node_count == 16
    assert travel.one_to_one_ms(0, 15, travel.period_at(0)) == 60_000
    assert travel.many_to_one_ms(np.array([0, 14, 15]), 15, 0).tolist() == [60_000, 10_000, 0]
    assert travel.one_to_many_ms(0, np.array([1, 15]), 0).tolist() == [10_000, 60_000]
    assert travel.many_to_one_ms(np.zeros(0, np.int64), 15, 0).tolist() == []
    assert travel.quickest_to(np.array([2, 10, 14, 11]), 15, 0) == (2, 10_000), "of equals the first"
    assert travel.quickest_to(np.zeros(0, np.int64), 15, 0) == (-1, -1)
    goals, waits = np.array([3, 1, 4, 0]), np.array([0, 20_000, 20_000, 30_001])
    assert travel.cheapest_from(0, goals, waits, 0) == (0, 30_000), "of equals the first, whatever of it is the wait"
    assert travel.cheapest_from(0, goals[1:], waits[1:], 0) == (0, 10_000)
    assert travel.cheapest_from(0, goals[:0], waits[:0], 0) == (-1, -1)
    route = travel.route(0, 3, 0)
    assert route.nodes.tolist() == [0, 1, 2, 3]
    assert route.arcs.tolist() == [0, 2, 4]
    assert travel.route(3, 0, 0).arcs.tolist() == [5, 3, 1]
    assert route.travel_ms == 30_000
    assert route.node_ahead(10_001) == (2, 20_000)
    assert travel.pose_on(route, 15_000) == (WEST_M + 150.0, SOUTH_M, 90.0)
    assert travel.pose_on(route, 99_000) == (WEST_M + 300.0, SOUTH_M, 90.0)
    assert travel.pose_on(travel.route(5, 5, 0), 7) == (WEST_M + 100.0, SOUTH_M + 100.0, 0.0)


@pytest.mark.parametrize("make", MAKERS)
def test_a_node_that_is_not_there_is_refused(make: Callable[[StreetGraph], Travel]) -> None:
    travel = make(StreetGraph.of(grid_town()))
    for ask in (
        lambda: travel.one_to_one_ms(16, 0, 0),
        lambda: travel.one_to_one_ms(0, -1, 0),
        lambda: travel.many_to_one_ms(np.array([0, -1]), 0, 0),
        lambda: travel.many_to_one_ms(np.array([0, 1]), 16, 0),
        lambda: travel.one_to_many_ms(0, np.array([16]), 0),
        lambda: travel.quickest_to(np.array([0, 16]), 0, 0),
        lambda: travel.cheapest_from(16, np.array([0]), np.array([0]), 0),
        lambda: travel.cheapest_from(0, np.array([0, -1]), np.array([0, 0]), 0),
        lambda: travel.route(0, 16, 0),
        lambda: travel.route(-1, 1, 0),
    ):
        with pytest.raises(IndexError):
            ask()


def laid(travel: Travel, origin: int, goal: int, period: int) -> tuple[list[int], list[int]]:
    """Nodes and times as they are written into tables, which may be too narrow at first."""
    for room in (2, 200):
        nodes, at_ms = np.full((3, room), -7, dtype=np.int64), np.full((3, room), -7, dtype=np.int64)
        length = travel.lay(origin, goal, period, 1, nodes, at_ms)
        assert (nodes[[0, 2]] == -7).all()
    return nodes[1, :length].tolist(), at_ms[1, :length].tolist()


def check_against(travel: Travel, expected: np.ndarray, period: int = 0) -> None:
    """Everything the contract promises, for all pairs of nodes."""
    nodes = np.arange(len(expected))
    for goal in nodes.tolist():
        assert travel.many_to_one_ms(nodes, goal, period).tolist() == expected[:, goal].tolist()
        assert travel.one_to_many_ms(goal, nodes, period).tolist() == expected[goal].tolist()
        some = nodes[(goal + nodes) % 3 > 0][::-1]
        assert travel.quickest_to(some, goal, period) == soonest(expected[some, goal])
        waits = 7_000 * (some % 4)
        assert travel.cheapest_from(goal, some, waits, period) == least(expected[goal, some], waits)
        for origin in nodes.tolist():
            assert travel.one_to_one_ms(origin, goal, period) == expected[origin, goal]
            route = travel.route(origin, goal, period)
            assert route.travel_ms == expected[origin, goal]
            assert len(route.arcs) == max(0, len(route.nodes) - 1) == max(0, len(route.at_ms) - 1)
            if route.travel_ms >= 0:
                assert (route.nodes[0], route.nodes[-1], route.at_ms[0]) == (origin, goal, 0)
            assert laid(travel, origin, goal, period) == (route.nodes.tolist(), route.at_ms.tolist())
            again = travel.route(origin, goal, period)
            assert (again.nodes.tolist(), again.arcs.tolist()) == (route.nodes.tolist(), route.arcs.tolist())


def check_turns(town: City, travel: Travel) -> None:
    """No route makes a turn that is restricted, or drives against a one-way street."""
    rules = [(r.from_street, r.via_node, r.to_street) for r in town.restrictions.itertuples() if r.kind == "no"]
    for origin in range(travel.node_count):
        for goal in range(travel.node_count):
            route = travel.route(origin, goal, 0)
            streets = (route.arcs >> 1).tolist()
            turns = zip(streets[:-1], route.nodes[1:-1].tolist(), streets[1:], strict=True)
            assert not set(turns) & set(rules)
            assert not (town.streets["oneway"].to_numpy()[route.arcs >> 1] & (route.arcs & 1 == 1)).any()


@settings(max_examples=60, deadline=None)
@given(ruled_towns())
def test_all_equal_networkx_on_the_graph_of_turns(town: City) -> None:
    streets, expected = StreetGraph.of(town), networkx_times(town)
    for make in (SearchedTravel, labelled, nothing_laid_over):
        travel = make(streets)
        check_against(travel, expected)
        check_turns(town, travel)


@st.composite
def laid_over(draw: st.DrawFn) -> tuple[City, Overlay]:
    """A random town, and closures and slow zones over some of its streets."""
    town = draw(ruled_towns())
    row = st.integers(0, len(town.streets) - 1)
    closed = draw(st.lists(row, max_size=3))
    zones = [SlowZone(draw(st.sampled_from([0.1, 0.5, 1.0])), tuple(draw(st.lists(row, max_size=3))))]
    return town, Overlay("works", tuple(closed), tuple(zones))


def slowed(town: City, overlay: Overlay) -> City:
    """The same town with the overlay built into its streets: what is closed takes for ever."""
    length_m = town.streets["length_m"].to_numpy().copy()
    for zone in overlay.slow:
        length_m[list(zone.streets)] /= zone.factor
    length_m[list(overlay.closed)] = 1e9
    return replace(town, streets=town.streets.assign(length_m=length_m))


@settings(max_examples=80, deadline=None)
@given(laid_over())
def test_closures_and_slow_zones_need_no_new_labels(case: tuple[City, Overlay]) -> None:
    town, overlay = case
    expected = networkx_times(slowed(town, overlay))
    expected[expected >= 1e10] = -1
    streets = StreetGraph.of(town, overlays=[overlay])
    for travel in (SearchedTravel(streets), DetourTravel(labelled(StreetGraph.of(town)), streets)):
        check_against(travel, expected)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32 - 1))
def test_labels_of_a_larger_grid_with_dead_ends_and_one_ways(seed: int) -> None:
    rng = np.random.default_rng(seed)
    town = ragged_grid(rng)
    streets = StreetGraph.of(town)
    searched, quick = SearchedTravel(streets), labelled(streets)
    closed = tuple(rng.integers(0, len(town.streets), 4).tolist())
    works = StreetGraph.of(town, overlays=[Overlay("works", closed, (SlowZone(0.3, tuple(range(40, 60))),))])
    round_them, plain = DetourTravel(quick, works), SearchedTravel(works)
    nodes = np.arange(searched.node_count)
    for goal in rng.integers(0, len(nodes), 12).tolist():
        assert quick.many_to_one_ms(nodes, goal, 0).tolist() == searched.many_to_one_ms(nodes, goal, 0).tolist()
        assert quick.one_to_many_ms(goal, nodes, 0).tolist() == searched.one_to_many_ms(goal, nodes, 0).tolist()
        assert round_them.many_to_one_ms(nodes, goal, 0).tolist() == plain.many_to_one_ms(nodes, goal, 0).tolist()
        for origin in rng.integers(0, len(nodes), 12).tolist():
            assert quick.route(origin, goal, 0).travel_ms == searched.one_to_one_ms(origin, goal, 0)
            assert round_them.route(origin, goal, 0).travel_ms == plain.one_to_one_ms(origin, goal, 0)
            assert round_them.one_to_one_ms(origin, goal, 0) == plain.one_to_one_ms(origin, goal, 0)


def ragged_grid(rng: np.random.Generator, side: int = 14) -> City:
    """A grid with quick and slow streets, gaps, one-ways, dead ends of several steps and banned turns."""
    at = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate(
        [np.stack([at[:, :-1].ravel(), at[:, 1:].ravel()], 1), np.stack([at[:-1].ravel(), at[1:].ravel()], 1)]
    )
    pairs = pairs[rng.random(len(pairs)) < 0.9]
    streets = [
        (u, v, float(rng.integers(50, 300)), float(rng.choice([20.0, 40.0, 60.0])), bool(rng.random() < 0.15))
        for u, v in pairs.tolist()
    ]
    n = side * side
    for _ in range(60):
        streets.append((int(rng.integers(0, n)), n, float(rng.integers(20, 90)), 20.0, bool(rng.random() < 0.1)))
        n += 1
    town = town_of(n, streets)
    rules = []
    for _ in range(25):
        via = int(rng.integers(0, side * side))
        near = np.flatnonzero((town.streets["u"] == via) | (town.streets["v"] == via))
        if len(near) > 1:
            a, b = rng.choice(near, 2, replace=False).tolist()
            rules.append((a, via, b, str(rng.choice(["no", "only"]))))
    return ruled(town, rules)
