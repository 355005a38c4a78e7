"""The contract of travel times, kept by whatever answers."""

from __future__ import annotations

import numpy as np

from tests.towns import grid_town
from twin.streets import StreetGraph
from twin.travel import SearchedTravel


def test_a_searched_way_across_a_grid() -> None:
    """Blocks of 10 s: from one corner to the other of 4 x 4 nodes there are six."""
    travel = SearchedTravel(StreetGraph.of(grid_town()))
    assert travel.node_count == 16
    assert travel.one_to_one_ms(0, 15, travel.period_at(0)) == 60_000
    assert travel.many_to_one_ms(np.array([0, 14, 15]), 15, 0).tolist() == [60_000, 10_000, 0]
    assert travel.one_to_many_ms(0, np.array([1, 15]), 0).tolist() == [10_000, 60_000]
    route = travel.route(0, 3, 0)
    assert route.nodes.tolist() == [0, 1, 2, 3]
    assert route.travel_ms == 30_000
    assert route.node_ahead(10_001) == (2, 20_000)
    assert travel.pose_on(route, 15_000)[2] == 90.0
