"""Sparse visibility: entry by entry what asking for each line says, in any chunks and with any number of threads."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors import visibility as visibility_module
from sensors.default_fleet import default_fleet
from sensors.optics import dori_class, load_dori
from sensors.sightline import sees
from sensors.visibility import visibility
from tests.sensors.made import camera, empty_raster, fleet
from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.city.heights import heights_of

TOWN = grid_town()
HEIGHTS = heights_of(TOWN)


def scattered(count, seed=0):
    rng = np.random.default_rng(seed)
    x, y, z = rng.uniform(-20, 320, count), rng.uniform(-20, 320, count), rng.uniform(0, 9, count)
    return np.column_stack([WEST_M + x, SOUTH_M + y, z])


def grid(step_m):
    """Points numbered as the cells of a raster: from the north-west, row by row."""
    x, y = np.meshgrid(np.arange(step_m / 2, 300, step_m), np.arange(300 - step_m / 2, 0, -step_m))
    return np.column_stack([WEST_M + x.ravel(), SOUTH_M + y.ravel(), np.full(x.size, 1.5)])


def same(found, pairs, poses):
    assert np.repeat(np.arange(poses), np.diff(found.indptr)).tolist() == pairs.camera.tolist()
    np.testing.assert_array_equal(found.point, pairs.point)
    np.testing.assert_array_equal(found.px_per_m, pairs.px_per_m.astype(np.float32))


@pytest.mark.parametrize("points", [scattered(3000), grid(4.0)], ids=["scattered", "grid"])
def test_every_entry_is_a_free_line_and_every_free_line_an_entry(points):
    cameras = default_fleet(TOWN, 40, seed=2)
    same(visibility(cameras, HEIGHTS, points), sees(cameras, HEIGHTS, points), 40)


def test_poses_at_one_place_share_lines_and_change_nothing():
    """Twelve bearings and two lenses on one pole, of different range, and a second pole that only looks north."""
    turns = [camera(f"a{i}", 100, 100, bearing_deg=30.0 * i, hfov_deg=40.0 + i, range_m=60.0 + i) for i in range(24)]
    several = fleet(*turns, camera("b", 200, 100))
    same(visibility(several, HEIGHTS, grid(3.0)), sees(several, HEIGHTS, grid(3.0)), 25)


def test_one_and_two_threads_and_small_chunks_give_the_same_bytes(monkeypatch):
    cameras, points = default_fleet(TOWN, 60, seed=1), scattered(2000)
    before, found = numba.get_num_threads(), []
    try:
        for threads in {1, min(2, before)}:
            numba.set_num_threads(threads)
            found.append(visibility(cameras, HEIGHTS, points, dori=load_dori()))
    finally:
        numba.set_num_threads(before)
    monkeypatch.setattr(visibility_module, "CHUNK_ENTRIES", 700)
    found.append(visibility(cameras, HEIGHTS, points, dori=load_dori()))
    for other in found[1:]:
        for name in ("indptr", "point", "px_per_m", "px_class"):
            np.testing.assert_array_equal(getattr(other, name), getattr(found[0], name))


def test_a_floor_on_the_density_leaves_out_what_is_below_and_classes_are_those_of_the_edition():
    cameras, points = default_fleet(TOWN, 30, seed=3), grid(4.0)
    whole, dense = visibility(cameras, HEIGHTS, points), visibility(cameras, HEIGHTS, points, 4, 62.5, load_dori())
    assert len(dense.point) == (whole.px_per_m >= 62.5).sum()
    np.testing.assert_array_equal(dense.px_class, dori_class(dense.px_per_m))
    assert not len(whole.px_class)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=30))
def test_points_in_any_order_and_doubled_keep_their_numbers(cells):
    """On empty ground, from 50 m up and straight down over all of it, each point is seen under its own number."""
    high = camera("h", 150, 150, height_m=200.0, pitch_deg=-90.0, range_m=300.0, width_px=9000, height_px=9000)
    points = np.array([(WEST_M + 10 * x, SOUTH_M + 10 * y, 0.0) for x, y in cells]).reshape(-1, 3)
    found = visibility(fleet(high), empty_raster(), points)
    assert found.point.tolist() == list(range(len(cells)))
    assert found.points == len(cells)


@pytest.mark.parametrize(("cameras", "points"), [(0, 3), (2, 0), (0, 0)])
def test_nobody_or_nothing_to_see(cameras, points):
    found = visibility(fleet(*[camera(f"c{i}") for i in range(cameras)]), empty_raster(), np.zeros((points, 3)))
    assert found.indptr.tolist() == [0] * (cameras + 1)
    assert not len(found.point)
