"""Travel times, paths and places on the streets, worked by hand and against networkx."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.city import City
from twin.city.model import LAYERS
from twin.city.schema import city_faults, layer_table
from twin.errors import InputError
from twin.streets import StreetGraph

CRS = "EPSG:32642"
Street = tuple[int, int, float, float, bool]  # u, v, length_m, speed_kmh, oneway


def town_of(n: int, streets: list[Street]) -> City:
    """A town of ``n`` nodes in a row, 10 m apart, with straight streets of any stated length."""
    points = shapely.points([(WEST_M + 10.0 * i, SOUTH_M + (i * i) % 7) for i in range(n)])
    u, v, length_m, speed_kmh, oneway = zip(*streets, strict=True) if streets else ((),) * 5
    columns = dict.fromkeys(LAYERS["streets"], 1) | {
        "u": u, "v": v, "length_m": length_m, "speed_kmh": speed_kmh, "oneway": oneway, "drive": True, "walk": True,
        "street_class": "residential", "name": "", "inferred": "", "structure": "", "corridor": "", "names": "",
    }  # fmt: skip
    lines = [
        shapely.LineString([points[a], (points[a].x, points[a].y - 3), points[b]]) for a, b in zip(u, v, strict=True)
    ]
    base = grid_town()
    nodes = layer_table("nodes", {"osm_id": -1, "signal": False}, points, CRS)
    return replace(base, nodes=nodes, streets=layer_table("streets", columns, lines, CRS), places=base.places.iloc[:0])


@st.composite
def towns(draw: st.DrawFn) -> City:
    """Random towns: one-ways, parallel streets, loops, parts that nothing joins."""
    n = draw(st.integers(2, 12))
    node = st.integers(0, n - 1)
    street = st.tuples(node, node, st.floats(0.5, 900.0), st.sampled_from([5.0, 20.0, 36.0, 60.0]), st.booleans())
    streets = draw(st.lists(street, min_size=1, max_size=30))
    return town_of(n, [*streets, (0, 1, 50.0, 36.0, draw(st.booleans()))])


def to_networkx(town: City) -> nx.MultiDiGraph:
    """The same arcs as a networkx graph, one for each street and direction."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(len(town.nodes)))
    for street in town.streets.itertuples():
        ms = max(1, round(street.length_m / (street.speed_kmh * 1.0 / 3600.0)))
        graph.add_edge(street.u, street.v, ms=ms)
        if not street.oneway:
            graph.add_edge(street.v, street.u, ms=ms)
    return graph


@settings(max_examples=60, deadline=None)
@given(towns())
def test_times_equal_networkx_exactly(town: City) -> None:
    assert city_faults(town) == []
    graph, streets = to_networkx(town), StreetGraph.of(town)
    for node in graph:
        ahead = nx.single_source_dijkstra_path_length(graph, node, weight="ms")
        back = nx.single_source_dijkstra_path_length(graph.reverse(), node, weight="ms")
        assert streets.times_from_ms(node).tolist() == [ahead.get(other, -1) for other in graph]
        assert streets.times_to_ms(node).tolist() == [back.get(other, -1) for other in graph]


@settings(max_examples=40, deadline=None)
@given(towns())
def test_a_path_takes_exactly_the_time_that_is_promised(town: City) -> None:
    streets = StreetGraph.of(town)
    for u in range(len(town.nodes)):
        for v in range(len(town.nodes)):
            promised = int(streets.times_from_ms(u)[v])
            path = streets.path(u, v)
            if promised < 0:
                assert path == []
            else:
                assert (path[0], path[-1]) == (u, v)
                assert int(streets.path_ms(path)[-1]) == promised


@settings(max_examples=40, deadline=None)
@given(towns())
def test_the_main_component_has_the_longest_streets_of_those_networkx_finds(town: City) -> None:
    streets = StreetGraph.of(town)
    parts = [part for part in nx.strongly_connected_components(to_networkx(town)) if streets.drivable[list(part)].all()]
    length_mm = np.rint(town.streets["length_m"].to_numpy()[streets.street] * 1000)

    def street_mm(part: set[int]) -> int:
        arcs = zip(streets.tail, streets.head, length_mm, strict=True)
        return int(sum(mm for u, v, mm in arcs if u in part and v in part))

    best = max(parts, key=lambda part: (street_mm(part), -min(part)))
    assert set(np.flatnonzero(streets.main_component).tolist()) == best


def test_a_block_of_100_m_at_36_km_h_takes_10_s() -> None:
    streets = StreetGraph.of(grid_town())
    assert streets.times_from_ms(0)[[0, 1, 5, 15]].tolist() == [0, 10_000, 20_000, 60_000]
    assert streets.path(0, 2) == [0, 1, 2]


def test_of_equally_quick_paths_the_lowest_node_is_taken() -> None:
    assert StreetGraph.of(grid_town()).path(0, 15) == [0, 1, 2, 3, 7, 11, 15]


def test_a_one_way_street_is_driven_along_its_line_only() -> None:
    streets = StreetGraph.of(town_of(3, [(0, 1, 100.0, 36.0, True), (1, 2, 100.0, 36.0, False)]))
    assert streets.times_from_ms(0).tolist() == [0, 10_000, 20_000]
    assert streets.times_from_ms(2).tolist() == [-1, 10_000, 0]
    assert streets.path(2, 0) == []
    assert streets.main_component.tolist() == [False, True, True]


def test_of_parallel_streets_the_quickest_is_taken_and_of_equals_the_first() -> None:
    streets = StreetGraph.of(
        town_of(2, [(0, 1, 300.0, 36.0, False), (1, 0, 100.0, 36.0, False), (0, 1, 100.0, 36.0, False)])
    )
    assert streets.times_from_ms(0).tolist() == [0, 10_000]
    assert streets.street.tolist() == [1, 1]
    assert streets.forward.tolist() == [False, True]


def test_an_avenue_counts_for_more_than_a_car_park_with_more_junctions() -> None:
    streets = StreetGraph.of(
        town_of(5, [(0, 1, 20.0, 20.0, False), (1, 2, 20.0, 20.0, False), (3, 4, 900.0, 60.0, False)])
    )
    assert np.flatnonzero(streets.main_component).tolist() == [3, 4]


def test_a_footway_is_no_street_for_vehicles() -> None:
    town = grid_town(3, 1)
    walks = town.streets.assign(drive=[True, False])
    streets = StreetGraph.of(replace(town, streets=walks))
    assert streets.times_from_ms(0).tolist() == [0, 10_000, -1]
    assert streets.drivable.tolist() == [True, True, False]
    assert streets.nearest_node(WEST_M + 200.0, SOUTH_M) == 1


def test_a_town_without_a_drivable_street_is_refused() -> None:
    town = grid_town()
    with pytest.raises(InputError, match="no drivable street"):
        StreetGraph.of(replace(town, streets=town.streets.assign(drive=False)))


def test_a_town_of_one_ring_has_one_node_that_reaches_itself() -> None:
    streets = StreetGraph.of(town_of(2, [(1, 1, 80.0, 36.0, False)]))
    assert streets.times_from_ms(1).tolist() == [-1, 0]
    assert streets.path(1, 1) == [1]
    assert streets.nearest_node(WEST_M, SOUTH_M) == 1


def test_a_node_that_is_not_there_is_refused() -> None:
    with pytest.raises(IndexError, match="node 16 is not one of 0 to 15"):
        StreetGraph.of(grid_town()).times_from_ms(16)


def test_of_equally_near_nodes_the_lowest_is_taken() -> None:
    streets = StreetGraph.of(grid_town())
    assert streets.nearest_node(WEST_M + 150.0, SOUTH_M + 150.0) == 5
    middles = streets.nearest_node(np.array([WEST_M + 50.0, WEST_M + 290.0]), np.array([SOUTH_M, SOUTH_M + 299.0]))
    assert middles.tolist() == [0, 15]


def test_a_vehicle_moves_evenly_along_each_street_and_stays_at_the_end() -> None:
    streets = StreetGraph.of(grid_town())
    path = [0, 1, 5]
    assert streets.position_along(path, 2_500) == (WEST_M + 25.0, SOUTH_M)
    assert streets.pose_along(path, 2_500)[2] == 90.0
    assert streets.pose_along(path, 15_000) == (WEST_M + 100.0, SOUTH_M + 50.0, 0.0)
    assert streets.position_along(path, 99_000) == (WEST_M + 100.0, SOUTH_M + 100.0)
    assert streets.position_along([5], 1_000) == (WEST_M + 100.0, SOUTH_M + 100.0)
    assert streets.pose_along([5, 1], 5_000) == (WEST_M + 100.0, SOUTH_M + 50.0, 180.0)


def test_a_vehicle_follows_the_bends_of_a_street_in_both_directions() -> None:
    bent = town_of(2, [(0, 1, 100.0, 36.0, False)])
    streets = StreetGraph.of(bent)
    line = streets.path_line([0, 1])
    assert len(line) == 3
    half = streets.position_along([0, 1], 5_000)
    assert half == pytest.approx(streets.position_along([1, 0], 5_000))
    assert shapely.Point(half).distance(bent.streets.geometry[0]) < 1e-6


def test_a_unit_under_way_counts_from_the_junction_ahead() -> None:
    streets = StreetGraph.of(grid_town())
    path = [0, 1, 2]
    asked = (0, 1, 10_000, 10_001, 20_000, 50_000)
    assert [streets.node_ahead(path, t) for t in asked] == [(0, 0), (1, 9_999), (1, 0), (2, 9_999), (2, 0), (2, 0)]


def test_a_path_that_leaves_the_streets_is_refused() -> None:
    with pytest.raises(ValueError, match="leaves the streets"):
        StreetGraph.of(grid_town()).path_ms([0, 15])


def test_times_are_kept_and_cannot_be_changed_by_who_reads_them() -> None:
    streets = StreetGraph.of(grid_town())
    times = streets.times_to_ms(3)
    assert streets.times_to_ms(3) is times
    with pytest.raises(ValueError, match="read-only"):
        times[0] = 5
