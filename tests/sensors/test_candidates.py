"""Where a camera can really hang, how many ways, and for how much."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from sensors.candidate_mounts import mounts_in
from sensors.candidate_options import MOUNTS, OPTIONS_FILE, load_options
from sensors.candidates import pitch_deg, poses
from sensors.queues import Obstacles
from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.city.standing import lamp_posts_in
from twin.errors import InputError

AREA = shapely.box(WEST_M, SOUTH_M, WEST_M + 300, SOUTH_M + 300)


def test_every_mount_stands_in_the_area_off_the_carriageway_and_clear_of_walls():
    city = grid_town()
    mounts = mounts_in(city, AREA, load_options())
    assert shapely.contains_xy(AREA, mounts.x_m, mounts.y_m).all()
    assert Obstacles(city).clear(mounts.x_m, mounts.y_m).all()


def test_the_grid_town_has_the_mounts_that_can_be_counted_on_paper():
    city = grid_town()  # 12 inner streets of 100 m lie inside the area, and 12 along its border
    mounts = mounts_in(city, AREA, load_options())
    count = dict(zip(MOUNTS, np.bincount(mounts.family, minlength=len(MOUNTS)).tolist(), strict=True))
    assert count["facade"] == 9 * 4  # nine houses, a mount in the middle of each wall of 40 m
    lamps = lamp_posts_in(city, AREA.bounds)
    assert 0 < count["lamp_post"] <= len(lamps)
    # two masts on a street of 100 m: both of an inner one stand inside, one of a border street's two does
    assert count["pole"] == 12 * 2 + 12
    # an arm of an inner junction has its mast inside; of the border's arms those whose right side is
    assert 4 * 4 <= count["crossing"] <= 4 * 4 + 8 * 3


def test_cameras_on_lamp_posts_hang_below_the_lamp_at_its_foot():
    city, options = grid_town(), load_options()
    mounts = mounts_in(city, AREA, options)
    own = mounts.take(mounts.family == MOUNTS.index("lamp_post"))
    feet = {tuple(foot) for foot in lamp_posts_in(city, AREA.bounds).foot_m.tolist()}
    assert {(x, y) for x, y in zip(own.x_m.tolist(), own.y_m.tolist(), strict=True)} <= feet
    assert (own.top_m == 8.0).all()
    assert np.allclose(own.facing_deg % 90.0, 0.0)


def test_facades_look_away_from_their_wall_and_poles_along_their_street():
    mounts = mounts_in(grid_town(), AREA, load_options())
    wall = mounts.take(mounts.family == MOUNTS.index("facade"))
    middle = np.column_stack([(wall.x_m - WEST_M) // 100 * 100 + 50, (wall.y_m - SOUTH_M) // 100 * 100 + 50])
    away = np.column_stack([wall.x_m - WEST_M, wall.y_m - SOUTH_M]) - middle
    facing = np.column_stack([np.sin(np.radians(wall.facing_deg)), np.cos(np.radians(wall.facing_deg))])
    assert ((away * facing).sum(axis=1) > 20.0).all()
    pole = mounts.take(mounts.family == MOUNTS.index("pole"))
    assert np.allclose(pole.facing_deg % 90.0, 0.0)


def test_a_camera_hangs_below_the_roof():
    options = load_options()
    low, high = (poses(mounts_in(grid_town(storeys=n), AREA, options), options, 10**6, 1) for n in (3, 4))
    walls = [found.fleet.height_m[found.family == MOUNTS.index("facade")] for found in (low, high)]
    assert set(walls[0]) == {4.0}  # 9 m high: a camera at 10 m would hang in the air
    assert set(walls[1]) == {4.0, 10.0}


def test_each_pose_is_its_mounts_its_cameras_and_its_turns_and_costs_what_both_cost():
    options = load_options()
    mounts = mounts_in(grid_town(), AREA, options)
    found = poses(mounts.take(mounts.family == MOUNTS.index("pole")), options, 10**6, 1)
    own = found.take(found.site == 0)
    assert len(own) == 3 * 4 + 2  # wide, street and fine look four ways, a plate camera along the street
    assert len(np.unique(own.fleet.bearing_deg)) == 4
    assert set(own.price) == {2200.0 + price for price in (220.0, 240.0, 520.0, 1400.0)}
    assert len(set(found.fleet.id)) == len(found)


def test_poses_of_one_place_stand_together():
    options = load_options()
    found = poses(mounts_in(grid_town(), AREA, options), options, 10**6, 1)
    place = np.column_stack([found.fleet.x_m, found.fleet.y_m, found.fleet.height_m])
    changes = int((np.diff(place, axis=0) != 0).any(axis=1).sum())
    assert changes == len(np.unique(place, axis=0)) - 1


@pytest.mark.parametrize("most", [1, 14, 100, 500])
def test_fewer_poses_are_part_of_more_and_no_more_than_asked_for(most):
    options = load_options()
    mounts = mounts_in(grid_town(), AREA, options)
    few, many = (poses(mounts, options, n, 1) for n in (most, 2 * most))
    keys = [
        set(zip(p.fleet.x_m, p.fleet.y_m, p.fleet.height_m, p.fleet.bearing_deg, p.price, strict=True))
        for p in (few, many)
    ]
    assert len(few) <= most
    assert keys[0] <= keys[1]


def test_the_pitch_puts_a_target_at_the_ranges_end_at_the_upper_edge():
    # square picture of 90 degrees, 11.5 m above ground: a target 1.5 m up
    # at 10 m is 45 degrees down, and half the field is 45
    assert pitch_deg(np.array([11.5]), 10.0, 90.0, (100, 100)) == pytest.approx([-90.0])
    # 16 to 9: half the vertical field of 90 degrees is atan(9/16)
    down = np.degrees(np.arctan(10.0 / 100.0) + np.arctan(9.0 / 16.0))
    assert pitch_deg(np.array([11.5]), 100.0, 90.0, (160, 90)) == pytest.approx([-down])


def test_all_faults_of_an_options_file_are_told_with_their_lines(tmp_path: Path):
    text = OPTIONS_FILE.read_text("utf-8")
    text = (
        text.replace("  gate:\n", "  balloon:\n")
        .replace("kind: plate", "kind: drone")
        .replace("price: 220 ", "price: -5 ")
    )
    path = tmp_path / "options.yaml"
    path.write_text(text.replace("    price: 220\n", "    price: -5\n"), "utf-8")
    with pytest.raises(InputError) as refused:
        load_options(path)
    told = str(refused.value)
    assert "greater than or equal to 0" in told
    assert "there is no camera kind 'drone'" in told
    assert all(fault.line for fault in refused.value.faults)


def test_a_family_nobody_knows_is_a_fault_at_its_line(tmp_path: Path):
    path = tmp_path / "options.yaml"
    path.write_text(OPTIONS_FILE.read_text("utf-8").replace("  gate:\n", "  balloon:\n"), "utf-8")
    with pytest.raises(InputError, match=r"options.yaml:\d+: there is no family of mounts 'balloon'"):
        load_options(path)
