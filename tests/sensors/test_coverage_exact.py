"""The sweep against line by line among things that stand and hang, and against exact rays on the buildings."""

from __future__ import annotations

import numpy as np
import pytest

from sensors.cameras import fleet_of
from sensors.coverage import coverage
from sensors.default_fleet import default_fleet
from sensors.sightline import sees
from tests.sensors.agreement import against_prisms, edges_of, middles_of
from tests.sensors.made import camera, empty_raster, fleet, raster_of
from tests.sensors.prisms import seen_exactly, walls_near
from tests.sensors.test_sightline import sees_exactly
from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.city.heights import heights_of
from twin.city.heights.codes import hanging, solid_dm

TOWN = grid_town()


def street_of(seed):
    """A raster of 300 m with 40 houses, walls a cell thick, 30 crowns and 4 decks, and none of it near (150, 150)."""
    rng = np.random.default_rng(seed)
    ground = np.zeros((300, 300), np.uint16)
    for count, (least, most), codes in (
        (40, (6, 25), lambda: rng.integers(25, 150)),
        (20, (1, 2), lambda: rng.integers(10, 30)),
        (30, (4, 9), lambda: hanging(bottom := rng.uniform(1.8, 4.0), bottom + rng.uniform(1.0, 9.0), leaves=True)),
        (4, (12, 30), lambda: hanging(5.0, 6.4)),
    ):
        for _ in range(count):
            row, column = rng.integers(5, 270, 2)
            down, along = rng.integers(least, most, 2)
            if most == 2:
                down, along = (1, 25) if rng.random() < 0.5 else (25, 1)
            ground[row : row + down, column : column + along] = codes()
    ground[145:156, 145:156] = 0
    return raster_of(ground)


@pytest.mark.parametrize("seed", range(8))
def test_a_sweep_among_houses_walls_crowns_and_decks_is_that_of_single_lines(seed):
    """Off the edges of shadows; from a door, a pole and a roof, all round."""
    street = street_of(seed)
    ground = solid_dm(street.height_dm) <= 15
    wrong = off = 0
    for height_m in (2.5, 6.0, 25.0):
        one = fleet(camera(x=150.3, y=149.6, height_m=height_m, kind="ptz", pitch_deg=-30.0, range_m=70.0))
        exact = np.zeros(ground.size, bool)
        pairs = sees(one, street, middles_of(street))
        exact[pairs.point[pairs.px_per_m >= 25.0]] = True
        exact = exact.reshape(ground.shape) & ground
        view = coverage(one, empty_raster()).count > 0
        away = view & ground & ~edges_of(exact, view)
        wrong += int(((coverage(one, street).count > 0) != exact)[away].sum())
        off += int(away.sum())
    assert wrong / off < 0.005


def test_the_ground_under_a_crown_and_under_a_deck_is_open_and_seen():
    """A crown from 3 m up, 20 m off, seen from 2.5 m: no line to the ground behind it rises into it."""
    ground = np.zeros((300, 300), np.uint16)
    ground[300 - 180 : 300 - 165, 140:160] = hanging(3.0, 9.0, leaves=True)
    low = fleet(camera(height_m=2.5, pitch_deg=0.0))
    np.testing.assert_array_equal(coverage(low, raster_of(ground)).count, coverage(low, empty_raster()).count)
    high = fleet(camera(height_m=12.0, pitch_deg=-25.0))
    behind = (
        coverage(high, raster_of(ground)).count[300 - 185, 150],
        coverage(high, empty_raster()).count[300 - 185, 150],
    )
    assert behind == (0, 1)


def test_crowns_within_the_cut_back_hide_nothing_and_decks_do():
    """At 8 to 12 m from a camera of 6 m a crown has been cut back; a deck at the same place has not."""
    for leaves, hidden in ((True, False), (False, True)):
        ground = np.zeros((300, 300), np.uint16)
        ground[300 - 162 : 300 - 158, 140:160] = hanging(3.0, 9.0, leaves=leaves)
        seen = coverage(fleet(camera()), raster_of(ground)).count[300 - 176, 150]
        assert bool(seen) != hidden


def test_a_camera_no_higher_than_its_targets_is_asked_line_by_line():
    """From 1 m up, a wall of 1.2 m half way hides a chest at 1.5 m only from where the line runs below its top."""
    ground = np.zeros((300, 300), np.uint16)
    ground[300 - 166, :] = 14
    low = fleet(camera(height_m=1.0, pitch_deg=0.0))
    seen, pairs = coverage(low, raster_of(ground)), sees(low, raster_of(ground), middles_of(empty_raster()))
    exact = np.zeros(90_000, bool)
    exact[pairs.point[pairs.px_per_m >= 25.0]] = True
    np.testing.assert_array_equal(seen.count.ravel() > 0, exact)


def test_exact_rays_agree_with_shapely_one_by_one():
    looking = camera(x=103.0, y=97.0, height_m=8.0)
    rng = np.random.default_rng(4)
    points = np.column_stack([WEST_M + rng.uniform(0, 300, 100), SOUTH_M + rng.uniform(0, 300, 100), np.full(100, 1.5)])
    found = seen_exactly(looking, points, *walls_near(TOWN, looking, 500.0))
    outdoors = heights_of(TOWN).at(points[:, 0], points[:, 1]) == 0
    assert found[outdoors].tolist() == [sees_exactly(looking, point) for point in points[outdoors]]


def test_off_the_edge_of_what_is_seen_cells_agree_with_exact_rays_on_the_buildings():
    cameras, bare = default_fleet(TOWN, 60, seed=5), heights_of(TOWN, bare=True)
    sums = np.sum([against_prisms(TOWN, bare, cameras[row]) for row in range(len(cameras))], axis=0)
    assert sums[1] / sums[0] > 0.99
    assert sums[3] / sums[2] > 0.995


def test_a_fleet_at_the_edge_and_far_outside_of_the_raster():
    """Half of the circle of a camera in the very corner is off the map; one a kilometre off adds nothing."""
    corner = camera("edge", 0.0, 0.0, kind="ptz", pitch_deg=-30.0, range_m=50.0)
    seen = coverage(fleet_of([corner, camera("far", -1000.0)]), empty_raster())
    pairs = sees(fleet(corner), empty_raster(), middles_of(empty_raster()))
    assert seen.count.sum() == (pairs.px_per_m >= 25.0).sum()
