"""Coverage maps: each cell against the exact test, whatever the number of threads; dwellings always beside them."""

from __future__ import annotations

import numba
import numpy as np
import pytest
import shapely
from scipy.ndimage import binary_dilation

from sensors.cameras import take_cameras
from sensors.coverage import TARGET_M, best_of_blocks, coverage, coverage_bands
from sensors.coverage import fill as fill_module
from sensors.coverage_summary import coverage_summary, inside_city
from sensors.default_fleet import default_fleet
from sensors.exposure import dwellings_in_view
from sensors.homes import YARD, homes_of
from sensors.optics import DORI_CLASSES, dori_class
from sensors.sightline import sees
from tests.sensors.made import camera, empty_raster, fleet
from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.city.heights import heights_of

TOWN = grid_town()
HEIGHTS = heights_of(TOWN, bare=True)


def cell_middles(heights):
    rows, columns = heights.height_dm.shape
    x_m = heights.west_m + (np.arange(columns) + 0.5) * heights.cell_m
    y_m = heights.north_m - (np.arange(rows) + 0.5) * heights.cell_m
    grid = np.stack(np.meshgrid(x_m, y_m), axis=-1).reshape(-1, 2)
    return np.column_stack([grid, np.full(len(grid), TARGET_M)])


def test_every_cell_away_from_the_edge_of_a_shadow_agrees_with_asking_line_by_line():
    """Camera by camera, class and all: cells further than one cell from where it changes between seen and not."""
    cameras = default_fleet(TOWN, 40, seed=2)
    middles, shape = cell_middles(HEIGHTS), HEIGHTS.height_dm.shape
    open_cell, wrong, seen_cells = HEIGHTS.height_dm == 0, 0, 0
    for i in range(len(cameras)):
        one = take_cameras(cameras, np.array([i]))
        pairs = sees(one, HEIGHTS, middles)
        exact = np.zeros(open_cell.size, np.uint8)
        exact[pairs.point] = dori_class(pairs.px_per_m)
        exact = exact.reshape(shape) * open_cell
        found = coverage(one, HEIGHTS)
        np.testing.assert_array_equal(found.count, found.best_class > 0)
        at_edge = np.zeros(shape, dtype=bool)
        around = np.ones((3, 3))
        at_edge |= binary_dilation((exact > 0) & open_cell, around) & binary_dilation((exact == 0) & open_cell, around)
        differs = found.best_class != exact
        assert not (differs & ~at_edge).any()
        wrong, seen_cells = wrong + differs.sum(), seen_cells + (exact > 0).sum()
    assert wrong / seen_cells < 0.005


def test_one_and_two_threads_and_small_tiles_give_the_same_bits(monkeypatch):
    cameras = default_fleet(TOWN, 60, seed=1)
    before = numba.get_num_threads()
    maps = []
    try:
        for threads in {1, min(2, before)}:
            numba.set_num_threads(threads)
            maps.append(coverage(cameras, HEIGHTS))
    finally:
        numba.set_num_threads(before)
    monkeypatch.setattr(fill_module, "TILE_CELLS", 1)  # as small as the range lets them be
    maps.append(coverage(cameras, HEIGHTS))
    for other in maps[1:]:
        np.testing.assert_array_equal(other.best_class, maps[0].best_class)
        np.testing.assert_array_equal(other.count, maps[0].count)


def test_a_second_camera_at_the_same_place_counts_and_changes_no_class():
    one, two = coverage(fleet(camera("a")), HEIGHTS), coverage(fleet(camera("a"), camera("b")), HEIGHTS)
    np.testing.assert_array_equal(one.best_class, two.best_class)
    np.testing.assert_array_equal(2 * one.count, two.count)


def test_on_open_ground_the_area_seen_is_that_of_the_sector():
    """Seen straight down from 101.5 m with 90 by 53 degrees: a rectangle of 200 m by 100 m at 1.5 m up."""
    down = camera(x=150, y=150, height_m=101.5, pitch_deg=-90.0, range_m=150.0, width_px=20_000, height_px=10_000)
    seen = coverage(fleet(down), empty_raster())
    assert (seen.best_class > 0).sum() == 200 * 100
    assert (seen.best_class == 2).sum() == 200 * 100  # 100 px/m over all of it: observe is 62.5, recognise 125


def test_no_camera_covers_nothing_and_the_mask_is_kept():
    assert not coverage(fleet(), HEIGHTS).count.any()
    mask = np.zeros(HEIGHTS.height_dm.shape, dtype=bool)
    mask[:100] = True
    seen = coverage(default_fleet(TOWN, 40, seed=2), HEIGHTS, mask)
    assert seen.count[:100].any()
    assert not seen.count[100:].any()
    with pytest.raises(ValueError, match="raster's shape"):
        coverage(fleet(), HEIGHTS, mask[:50])


def test_figures_by_hand():
    """A camera that looks straight down on the crossing at (100, 100) from 31.5 m, over 90 by 58.7 degrees.

    A metre and a half up, at 32 px/m, it sees 60 m by 33.75 m, which holds the middles of 60 x 34 cells, none of
    them built on. The ground is 300 m square less nine blocks of 40 m square: 75,600 m2. It sees 60 m of the street
    across and 33.75 m of the other, of 2.4 km.
    """
    down = camera(x=100, y=100, height_m=31.5, pitch_deg=-90.0, range_m=100.0)
    figures = coverage_summary([coverage(fleet(down), HEIGHTS)], TOWN)
    assert figures["open_km2"] == pytest.approx(0.0756)
    area = {row["name"]: row["km2"] for row in figures["classes"]}
    assert area == pytest.approx({"identify": 0.0, "recognise": 0.0, "observe": 0.0, "detect": 60 * 34 / 1e6})
    assert figures["classes"][-1]["share_open"] == pytest.approx(60 * 34 / 75_600)
    (street,) = figures["streets"]
    assert street["km"] == pytest.approx(2.4)
    assert street["share"]["detect"] == pytest.approx((60 + 33.75) / 2400, abs=5 / 2400)
    assert figures["cameras"] == 1
    assert figures["privacy"]["dwellings"] == 9 * 32


def test_bands_are_the_map_and_add_up_to_its_figures():
    """Cameras at a band's edge, and bands that leave a rest: cell by cell and figure by figure the same."""
    cameras = default_fleet(TOWN, 60, seed=1)
    whole = coverage(cameras, HEIGHTS)
    for rows in (7, 64, 1000):
        bands = list(coverage_bands(cameras, HEIGHTS, rows))
        assert [band.first_row for band in bands] == list(range(0, len(HEIGHTS.height_dm), rows))
        for name in ("best_class", "count"):
            np.testing.assert_array_equal(np.concatenate([getattr(b, name) for b in bands]), getattr(whole, name))
        assert coverage_summary(iter(bands), TOWN) == coverage_summary([whole], TOWN)


def test_classes_hold_the_better_ones_and_privacy_grows_with_them():
    figures = coverage_summary([coverage(default_fleet(TOWN, 60, seed=1), HEIGHTS)], TOWN)
    shares = [row["share_open"] for row in figures["classes"]]
    assert [row["name"] for row in figures["classes"]] == list(DORI_CLASSES[:0:-1])
    assert shares == sorted(shares)
    in_view = [figures["privacy"]["in_view"][row["name"]] for row in figures["classes"]]
    assert in_view == sorted(in_view)
    assert 0 < in_view[-1] <= figures["privacy"]["dwellings"]


def test_dwellings_of_the_house_looked_at_are_in_view_and_those_behind_it_are_not():
    """From the street at (50, 0) to the north: three storeys of the first block, none of the block behind it.

    6 m up and 24 m away, the picture's upper edge, 23.1 / 2 - 5 degrees up, reaches 8.8 m: not the windows at 10.5 m.
    """
    narrow = camera(x=50, y=5, hfov_deg=40.0, pitch_deg=-5.0, range_m=250.0)
    seen = coverage(fleet(narrow), HEIGHTS)
    assert dwellings_in_view(seen, TOWN)["detect"] == 24
    away = coverage(fleet(camera(x=50, y=5, bearing_deg=180.0)), HEIGHTS)
    assert dwellings_in_view(away, TOWN) == dict.fromkeys(DORI_CLASSES[1:], 0)


def test_windows_stand_before_the_wall_every_four_metres_in_the_middle_of_each_storey():
    """Nine blocks of 160 m of wall and four storeys of 3 m: 40 windows on each, 8 dwellings behind them; no yards."""
    homes = homes_of(TOWN, np.arange(9), outside_m=0.75)
    assert len(homes.xyz_m) == 9 * 40 * 4
    assert np.bincount(homes.unit).tolist() == [40] * 36
    assert homes.dwellings.tolist() == [8.0] * 36
    assert sorted(set(homes.xyz_m[:, 2])) == [1.5, 4.5, 7.5, 10.5]
    building = homes.building[homes.unit]
    far_m = shapely.distance(TOWN.buildings.geometry.to_numpy()[building], shapely.points(homes.xyz_m[:, :2]))
    np.testing.assert_allclose(far_m, 0.75)
    middle = shapely.get_coordinates(shapely.centroid(TOWN.buildings.geometry.to_numpy()))[building]
    assert ((homes.xyz_m[:, :2] - middle) * homes.outward).sum(axis=1) == pytest.approx(20.75)  # away from the middle


def test_the_yard_of_a_house_is_what_it_leaves_free_of_the_rectangle_round_it():
    """An L of 20 by 20 m with 8 m wings leaves 12 by 12 m free."""
    town = grid_town(storeys=1)
    x, y = WEST_M + 30, SOUTH_M + 30
    corner = shapely.Polygon([(x, y), (x + 20, y), (x + 20, y + 8), (x + 8, y + 8), (x + 8, y + 20), (x, y + 20)])
    town.buildings.loc[0, "geometry"] = corner
    homes = homes_of(town, np.array([0]), 0.75)
    yard = homes.xyz_m[homes.storey[homes.unit] == YARD]
    assert len(yard) == 6
    assert (yard[:, :2] > [x + 8, y + 8]).all()
    assert (yard[:, :2] < [x + 20, y + 20]).all()


def test_a_camera_that_looks_along_its_own_wall_reads_no_window_on_it():
    """On the south wall of the first block, 1 m off it: of the windows from 5 m on it has the tenth part of the pixels.

    Facing them at 12 m it has 1280 / 12 = 107 px/m, which is observe.
    """
    along = camera(x=30, y=29, bearing_deg=90.0, pitch_deg=0.0, hfov_deg=20.0, width_px=451, range_m=60.0)
    facing = camera(x=50, y=17.25, pitch_deg=0.0, hfov_deg=73.74, range_m=60.0)
    classes = [dwellings_in_view(coverage(fleet(one), HEIGHTS), TOWN) for one in (along, facing)]
    assert classes[0] == {"detect": 0, "observe": 0, "recognise": 0, "identify": 0}
    assert classes[1] == {"detect": 32, "observe": 32, "recognise": 0, "identify": 0}


def test_cells_inside_the_city_are_those_whose_middle_is():
    """Against asking shapely for each cell, on a district with a hole."""
    ring = (
        shapely.Point(WEST_M + 140.3, SOUTH_M + 160.7)
        .buffer(120)
        .difference(shapely.Point(WEST_M + 150, SOUTH_M + 150).buffer(37))
    )
    town = grid_town()
    town.districts.loc[0, "geometry"] = ring
    seen = coverage(fleet(), HEIGHTS)
    middles = cell_middles(HEIGHTS)
    exact = shapely.contains_xy(ring, middles[:, 0], middles[:, 1]).reshape(seen.best_class.shape)
    found = np.zeros(exact.shape, dtype=bool)
    for row, first, last in inside_city(town, seen).tolist():
        found[row, first:last] = True
    np.testing.assert_array_equal(found, exact)


def test_a_smaller_picture_keeps_the_best_class_of_each_block():
    best = np.zeros((5, 7), dtype=np.uint8)
    best[4, 6], best[0, 1] = 4, 2
    assert best_of_blocks(best, 3).tolist() == [[2, 0, 0], [0, 0, 4]]


def test_a_camera_more_never_lowers_coverage():
    cameras = default_fleet(TOWN, 30, seed=4)
    fewer = coverage(take_cameras(cameras, np.arange(29)), HEIGHTS)
    more = coverage(cameras, HEIGHTS)
    assert (more.best_class >= fewer.best_class).all()
    assert (more.count >= fewer.count).all()


def test_a_fleet_of_none_and_one_far_from_every_home_bring_nobody_into_view():
    nobody = dict.fromkeys(DORI_CLASSES[1:], 0)
    assert dwellings_in_view(coverage(fleet(), HEIGHTS), TOWN) == nobody
    assert dwellings_in_view(coverage(fleet(camera(x=9000, y=9000)), HEIGHTS), TOWN) == nobody
