"""Rows of blocks in a yard, worked out by hand; people shared out to the last one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from twin.city.fabric.bearings import Axes
from twin.city.fabric.borders import Parcel, join_mahallas
from twin.city.fabric.cells import spread
from twin.city.fabric.flats import share_cells
from twin.city.fabric.houses import draw_houses
from twin.city.fabric.people import settle, share_out
from twin.city.fabric.places import spread_posts
from twin.city.fabric.rows import RowStyle, draw_rows
from twin.city.fabric.stock import Building

HERE = Axes((0.0, 0.0), (1.0, 0.0))
STYLE = RowStyle(12.0, 20.0, (3, 3), (15.0, 15.0), lane_gap_m=25.0, yard_gap_m=35.0)


def test_rows_of_a_cell():
    """150 m take two blocks of 60 m and a gap of 15; 90 m of depth take rows at the front, after 25 and after 35 m."""
    drawn = draw_rows(box(0, 0, 150, 97), HERE, STYLE, np.random.default_rng(0))
    assert sorted(drawn.rows) == [0, 0, 1, 1, 2, 2]
    assert {round(shape.bounds[2] - shape.bounds[0], 6) for shape in drawn.boxes} == {60.0}
    assert sorted({round(shape.bounds[1], 1) for shape in drawn.boxes}) == pytest.approx([0.5, 37.5, 84.5], abs=0.3)
    assert drawn.lanes_v[0] == pytest.approx(25.0, abs=0.3)


def test_a_cell_too_small_for_a_block_stays_empty():
    assert draw_rows(box(0, 0, 30, 30), HERE, STYLE, np.random.default_rng(0)).boxes == []


def test_a_house_block_has_houses_on_both_sides_and_none_overlap():
    ground = box(0, 0, 90, 54)
    houses = draw_houses(ground, box(900, 900, 901, 901), "mahalla", 1.0, 3, np.random.default_rng(2))
    assert {house.block for house in houses} == {3}
    assert any(house.shape.bounds[1] < 1.0 for house in houses)
    assert any(house.shape.bounds[3] > 53.0 for house in houses)
    for i, one in enumerate(houses):
        assert ground.buffer(0.02).contains(one.shape)
        assert all(one.shape.intersection(two.shape).area < 0.01 for two in houses[:i])


@given(st.lists(st.integers(0, 10**6).map(float), min_size=1, max_size=40), st.integers(0, 10_000))
def test_sharing_out_loses_nobody(weights, total):
    shares = share_out(np.array(weights), total)
    assert (shares >= 0).all()
    assert shares.sum() == (total if sum(weights) > 0 else 0)
    exact = np.array(weights) / max(sum(weights), 1e-300) * total
    assert (np.abs(shares - exact) < 1.000001).all() or sum(weights) == 0


def test_dwellings_and_residents_meet_their_totals():
    """Of 100 dwellings 1 is the house; of 99 flats a third are new, the older ones go by floor area, 2 to 1."""
    stock = [
        Building(box(0, 0, 60, 12), "residential", 4, 12.8, 3, 0, "rows4", "old"),
        Building(box(0, 50, 60, 62), "residential", 2, 7.0, 3, 0, "rows4", "old"),
        Building(box(0, 70, 60, 82), "residential", 12, 36.0, 3, 0, "towers", "new"),
        Building(box(0, 90, 10, 100), "courtyard", 1, 3.8, 1, 0, "mahalla"),
        Building(box(50, 90, 80, 110), "school", 3, 11.2, 4, 0, "school"),
    ]
    shares = {("rows4", "old"): 2 / 3, ("towers", "new"): 1 / 3}
    dwellings, residents = settle(stock, 100, 410, 0.99, shares, np.random.default_rng(1))
    assert dwellings.sum() == 100
    assert residents.sum() == 410
    assert dwellings[2:].tolist() == [33, 1, 0]
    assert 40 <= dwellings[0] <= 48  # 44, give or take the size of flats
    assert residents[4] == 0


def test_a_kind_that_was_not_built_leaves_its_flats_to_the_others():
    stock = [Building(box(0, 0, 60, 12), "residential", 9, 28.0, 3, 0, "rows9", "old")]
    shares = {("rows9", "old"): 0.6, ("high", "new"): 0.4}
    dwellings, _ = settle(stock, 50, 200, 1.0, shares, np.random.default_rng(1))
    assert dwellings.tolist() == [50]


def test_cells_of_flats_get_the_land_that_each_kind_needs():
    """Half the flats in 9 storeys, half in 4: 84 flats a hectare against 50 want 37 of 100 equal cells."""
    shares = {("rows9", "old"): 0.5, ("rows4", "old"): 0.5}
    rank = np.arange(100.0)
    kinds = share_cells(np.full(100, 4.0), rank * 1e4, shares, np.random.default_rng(0))
    nine = [i for i, (kind, _) in enumerate(kinds) if kind == "rows9"]
    assert len(nine) == pytest.approx(100 * (0.5 / 84) / (0.5 / 84 + 0.5 / 50), abs=1)
    assert nine == list(range(len(nine)))  # the higher ones stand where it is least remote


def test_systematic_sampling_gives_the_heavy_their_share():
    assert sorted(spread(np.array([1.0, 0.0, 3.0]), 4, np.random.default_rng(1))) == [0, 2, 2, 2]


def test_posts_stand_in_the_middle_of_equal_shares():
    """Two villages of equal size 10 km apart with two posts have one each."""
    homes = np.array([[0.0, 0.0], [10.0, 0.0], [10_000.0, 0.0], [10_010.0, 0.0]])
    posts = spread_posts("ambulance_post", "{}-post", 2, homes, np.array([5, 5, 5, 5]))
    assert [post.at for post in posts] == [(5.0, 0.0), (10_005.0, 0.0)]
    assert [post.name for post in posts] == ["1-post", "2-post"]


def test_the_least_populous_neighbours_are_joined_first():
    """In a row of four blocks with 10, 1, 5 and 9 people, 1 joins 5, the poorer of its two neighbours."""
    parcels = [Parcel(box(i, 0, i + 1, 1), {j: 1.0 for j in (i - 1, i + 1) if 0 <= j < 4}) for i in range(4)]
    assert join_mahallas(parcels, np.array([10, 1, 5, 9]), 3) == [0, 1, 1, 2]


def test_ground_without_people_goes_with_the_neighbour_it_borders_on_most():
    parcels = [
        Parcel(box(0, 0, 1, 1), {1: 5.0, 2: 9.0}),
        Parcel(box(1, 0, 2, 1), {0: 5.0}),
        Parcel(box(0, 1, 1, 2), {0: 9.0}),
    ]
    assert join_mahallas(parcels, np.array([0, 3, 8]), 2) == [0, 1, 0]
