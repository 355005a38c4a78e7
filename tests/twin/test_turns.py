"""Turn restrictions, worked by hand and against networkx on the graph of arcs."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.towns import SOUTH_M, WEST_M, grid_town
from tests.twin.test_streets import CRS, town_of
from twin.city import City
from twin.city.schema import city_faults, layer_table
from twin.streets import StreetGraph

Rule = tuple[int, int, int, str]  # from_street, via_node, to_street, kind


def ruled(town: City, rules: list[Rule]) -> City:
    """The town with turn restrictions."""
    origin, via, onto, kind = zip(*rules, strict=True) if rules else ((),) * 4
    columns = {"from_street": origin, "via_node": via, "to_street": onto, "kind": kind, "osm_id": -1}
    return replace(
        town, restrictions=layer_table("restrictions", columns, [shapely.Point(WEST_M, SOUTH_M)] * len(rules), CRS)
    )


def crossing(rules: list[Rule]) -> StreetGraph:
    """Four streets of 10 s that meet at node 0; streets 0 to 3 lead from it to nodes 1 to 4."""
    streets = [(0, end, 100.0, 36.0, False) for end in (1, 2, 3, 4)]
    return StreetGraph.of(ruled(town_of(5, streets), rules))


def test_a_banned_turn_is_made_by_turning_back_at_the_end_of_the_street_ahead() -> None:
    streets = crossing([(0, 0, 1, "no")])
    assert streets.path(1, 3) == [1, 0, 3]
    assert streets.path(1, 2) == [1, 0, 3, 0, 2]
    assert streets.times_from_ms(1)[2] == 40_000
    assert streets.times_to_ms(2)[1] == 40_000


def test_turning_back_can_be_forbidden() -> None:
    streets = crossing([(0, 0, 1, "no"), (2, 0, 2, "no"), (3, 0, 3, "no"), (0, 0, 0, "no")])
    assert streets.path(1, 2) == [1, 0, 3, 0, 2]  # back at the end of the street ahead, then right


def test_a_trip_leaves_its_first_node_by_any_arc_and_reaches_its_last_by_any() -> None:
    streets = crossing([(0, 0, 1, "no"), (0, 0, 2, "no"), (0, 0, 3, "no"), (0, 0, 0, "no")])
    assert streets.times_from_ms(0).tolist() == [0, 10_000, 10_000, 10_000, 10_000]
    assert streets.times_from_ms(1).tolist() == [10_000, 0, -1, -1, -1]
    assert streets.times_to_ms(0).tolist() == [0, 10_000, 10_000, 10_000, 10_000]
    assert np.flatnonzero(streets.main_component).tolist() == [0, 2, 3, 4]


def test_an_only_leaves_one_way_on_and_a_void_one_none_at_all() -> None:
    streets = crossing([(0, 0, 2, "only")])
    assert streets.path(1, 3) == [1, 0, 3]
    assert streets.times_from_ms(1)[4] == 40_000  # on to 3, back, and out to 4
    two = crossing([(0, 0, 2, "only"), (0, 0, 3, "only")])
    assert two.times_from_ms(1)[[2, 3, 4]].tolist() == [40_000, 20_000, 20_000]
    wrong_way = town_of(3, [(0, 1, 100.0, 36.0, False), (1, 2, 100.0, 36.0, False), (2, 1, 100.0, 36.0, True)])
    assert StreetGraph.of(ruled(wrong_way, [(0, 1, 2, "only")])).path(0, 2) == [0, 1, 2]


def test_a_slower_parallel_street_is_taken_where_the_turn_into_the_quicker_is_banned() -> None:
    parallel = [(0, 1, 100.0, 36.0, False), (1, 2, 100.0, 36.0, False), (1, 2, 150.0, 36.0, False)]
    streets = StreetGraph.of(ruled(town_of(3, parallel), [(0, 1, 1, "no")]))
    assert streets.times_from_ms(0).tolist() == [0, 10_000, 25_000]
    assert streets.times_from_ms(1).tolist() == [10_000, 0, 10_000]
    arcs = streets.path_arcs(0, 2)
    assert arcs is not None
    assert streets.street[arcs].tolist() == [0, 2]


def test_only_ruled_junctions_are_split() -> None:
    town = grid_town()
    assert len(StreetGraph.of(town).states.node) == 16
    streets = StreetGraph.of(ruled(town, [(0, 1, 1, "no")]))
    assert streets.states.node[16:].tolist() == [1]


@st.composite
def ruled_towns(draw: st.DrawFn) -> City:
    """Random towns with parallel streets, loops, one-ways and restrictions, sensible and not."""
    n = draw(st.integers(2, 7))
    node = st.integers(0, n - 1)
    street = st.tuples(node, node, st.sampled_from([20.0, 50.0, 90.0]), st.just(36.0), st.booleans())
    streets = [*draw(st.lists(street, min_size=1, max_size=12)), (0, 1, 50.0, 36.0, False)]
    row = st.integers(0, len(streets) - 1)
    rules = draw(st.lists(st.tuples(row, node, row, st.sampled_from(["no", "only"])), max_size=8))
    return ruled(town_of(n, streets), rules)


def networkx_times(town: City) -> np.ndarray:
    """All times by networkx on the graph of arcs: its nodes are the arcs, its edges the turns that are allowed."""
    arcs = []
    for row in town.streets.itertuples():
        ms = max(1, round(row.length_m / (row.speed_kmh / 3600.0)))
        arcs.append((row.u, row.v, row.Index, ms))
        if not row.oneway:
            arcs.append((row.v, row.u, row.Index, ms))
    rules = [(r.from_street, r.via_node, r.to_street, r.kind) for r in town.restrictions.itertuples()]
    turns = nx.DiGraph()
    for a, (_, via, from_street, _) in enumerate(arcs):
        turns.add_node(a)
        entered = {street for tail, _, street, _ in arcs if tail == via}
        only = {to for f, at, to, kind in rules if (f, at, kind) == (from_street, via, "only") and to in entered}
        no = {to for f, at, to, kind in rules if (f, at, kind) == (from_street, via, "no")}
        for b, (tail, _, street, ms) in enumerate(arcs):
            if tail == via and street not in no and (not only or street in only):
                turns.add_edge(a, b, ms=ms)
    n = len(town.nodes)
    times = np.full((n, n), -1)
    for u in range(n):
        turns.add_node("start")
        turns.add_edges_from([("start", a, {"ms": arc[3]}) for a, arc in enumerate(arcs) if arc[0] == u])
        for a, ms in nx.single_source_dijkstra_path_length(turns, "start", weight="ms").items():
            if a != "start":
                v = arcs[a][1]
                times[u, v] = ms if times[u, v] < 0 else min(ms, times[u, v])
        times[u, u] = 0
        turns.remove_node("start")
    return times


@settings(max_examples=100, deadline=None)
@given(ruled_towns())
def test_times_equal_networkx_on_the_graph_of_turns(town: City) -> None:
    assert city_faults(town) == []
    streets, expected = StreetGraph.of(town), networkx_times(town)
    for node in range(len(town.nodes)):
        assert streets.times_from_ms(node).tolist() == expected[node].tolist()
        assert streets.times_to_ms(node).tolist() == expected[:, node].tolist()
        for goal in range(len(town.nodes)):
            arcs = streets.path_arcs(node, goal)
            if expected[node, goal] < 0:
                assert arcs is None
            else:
                assert arcs is not None
                assert int(streets.times_along(arcs)[-1]) == expected[node, goal]
    main = np.flatnonzero(streets.main_component)
    assert (expected[np.ix_(main, main)] >= 0).all()
