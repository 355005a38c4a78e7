"""Homes under the ways of drones."""

import numpy as np

from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.airspace import HomesBelow


def test_a_way_over_the_first_row_of_houses_counts_three_houses_each_time():
    """Houses stand in the middle of blocks of 100 m, 40 m wide, 32 dwellings each; a margin of 25 m."""
    below = HomesBelow(grid_town())
    east = np.array([[WEST_M, SOUTH_M + 50.0], [WEST_M + 300.0, SOUTH_M + 50.0]])
    beside = east + np.array([0.0, 44.0])  # 24 m from their walls
    between = east + np.array([0.0, 50.0])  # 30 m from those below and above: nobody's
    found = below.overflown(below.under([east, beside]))
    assert found == {"overflown": 96, "passes_each": 2.0, "dwellings": 9 * 32}
    assert below.overflown(below.under([between]))["overflown"] == 0
    assert below.overflown(below.under([east], np.array([5.0])))["passes_each"] == 5.0


def test_hovering_over_a_house_counts_it_and_no_flight_counts_nobody():
    below = HomesBelow(grid_town())
    assert below.overflown(below.under([np.array([[WEST_M + 50.0, SOUTH_M + 50.0]])]))["overflown"] == 32
    assert below.overflown(below.under([])) == {"overflown": 0, "passes_each": 0.0, "dwellings": 288}
