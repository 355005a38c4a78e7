"""What a camera sees over walls, under bridges and between crowns, on rasters made from cities."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from sensors.cameras import Camera, fleet_of
from sensors.sightline import sees
from tests.towns import SOUTH_M, WEST_M
from tests.twin.test_heights_standing import bare_town
from tests.twin.test_standing import bridged, with_barrier, with_houses, with_trees
from twin.city import City
from twin.city.heights import heights_of


def seen(town: City, camera_xyz: tuple[float, float, float], target_xyz: tuple[float, float, float]) -> bool:
    """Whether a camera sees a target, both in metres from the town's corner; it looks straight at it."""
    x, y, z = camera_xyz
    dx, dy, dz = (b - a for a, b in zip(camera_xyz, target_xyz, strict=True))
    camera = Camera(
        id="c", kind="fixed", x_m=WEST_M + x, y_m=SOUTH_M + y, height_m=z, range_m=90.0, hfov_deg=60.0,
        bearing_deg=float(np.degrees(np.arctan2(dx, dy))) % 360.0,
        pitch_deg=float(np.degrees(np.arctan2(dz, np.hypot(dx, dy)))), width_px=1920, height_px=1080,
    )  # fmt: skip
    points = np.array([target_xyz]) + np.array([WEST_M, SOUTH_M, 0.0])
    return len(sees(fleet_of([camera]), heights_of(town), points)) == 1


@pytest.mark.parametrize(("height_m", "sees_it"), [(14.0, True), (3.0, False)])
def test_the_fifth_floor_sees_over_a_courtyard_wall_and_a_door_camera_does_not(height_m: float, sees_it: bool) -> None:
    """A chest at 1.2 m, 1.5 m behind a wall of 2.2 m, from 16 m: the line passes the wall at 2.4 m, or at 1.4 m."""
    town = with_barrier(bare_town(), (10, 52.5), (90, 52.5))
    assert seen(town, (50.5, 66.5, height_m), (50.5, 50.5, 1.2)) == sees_it
    assert seen(bare_town(), (50.5, 66.5, height_m), (50.5, 50.5, 1.2))


def test_a_low_wall_does_not_hide_a_head() -> None:
    low = with_barrier(bare_town(), (10, 52.5), (90, 52.5), height_m=1.2)
    assert seen(low, (50.5, 80.5, 3.0), (50.5, 50.5, 1.6))
    assert not seen(low, (50.5, 80.5, 3.0), (50.5, 50.5, 0.3))


def test_one_sees_through_a_fence() -> None:
    fence = with_barrier(bare_town(), (10, 52.5), (90, 52.5), kind="fence")
    assert seen(fence, (50.5, 80.5, 3.0), (50.5, 50.5, 1.2))


@pytest.mark.parametrize(
    ("camera_m", "target_m", "sees_it"),
    [(4.0, 1.5, True), (12.0, 1.5, False), (3.0, 4.5, True), (5.5, 5.5, False), (12.0, 8.0, True)],
)
def test_one_looks_under_a_bridge_and_over_it_but_not_through(camera_m: float, target_m: float, sees_it: bool) -> None:
    """A deck from 5 to 6 m high and 17 m wide across the middle of a line of 60 m."""
    town = replace(bridged(), streets=bridged().streets.assign(drive=False))
    assert seen(town, (20.5, 0.5, camera_m), (80.5, 0.5, target_m)) == sees_it


@pytest.mark.parametrize(
    ("camera_m", "target_m", "sees_it"), [(3.0, 1.5, True), (8.0, 8.0, False), (16.0, 14.0, True), (8.0, 1.5, False)]
)
def test_one_looks_below_a_crown_and_over_it_but_not_through(camera_m: float, target_m: float, sees_it: bool) -> None:
    """A tree of 12 m half-way along 60 m, its crown from 4 to 12 m and 7 m wide; 8 to 1.5 m meets it low."""
    town = with_trees(bare_town(), (50.5, 50.5))
    assert seen(town, (20.5, 50.5, camera_m), (80.5, 50.5, target_m)) == sees_it


def test_a_tree_is_cut_back_around_a_camera() -> None:
    """12 m from its trunk all of the crown is gone; seen from 18 m it is there."""
    town = with_trees(bare_town(), (50.5, 50.5))
    assert seen(town, (42.5, 50.5, 8.0), (90.5, 50.5, 8.0))
    assert not seen(town, (20.5, 50.5, 8.0), (90.5, 50.5, 8.0))


def test_a_yard_is_hidden_from_the_street_and_open_to_a_window_above() -> None:
    """From 23 m and 2.8 m up a line passes the wall at 1.4 m, below its 2 m; from 14 m up at 2.6 m, above 2.5 m."""
    house = shapely.union(shapely.box(30, 30, 50, 37), shapely.box(30, 30, 36, 45))
    town = with_houses(bare_town(), [house])
    assert not seen(town, (70.5, 41.5, 2.8), (47.5, 41.5, 1.2))
    assert seen(town, (70.5, 41.5, 14.0), (47.5, 41.5, 1.2))
