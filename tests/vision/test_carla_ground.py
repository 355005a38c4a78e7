"""CARLA's ground and pictures, by its genuine client: houses of cubes, bytes of pictures, lanes on our streets."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.towns import SOUTH_M, WEST_M, grid_town
from tests.twin.full_town import full_town
from tests.vision.street_scene import DAY, STREET_X_M, STREET_Y_M, actors, street_camera
from twin.errors import InputError
from twin.scene import Look
from vision.carla.ground import WORLD, ground_of, square_of, streets_near, world_parameters
from vision.carla.houses import Box, boxes_of, cubes_near, cubes_of
from vision.carla.images import actor_ids_of, depth_m_of, rgb_of
from vision.carla.lanes import lane_fit
from vision.carla.overlay import lay_over
from vision.carla.place import Origin
from vision.render.shot import take_shot

carla = pytest.importorskip("carla", reason="the client of CARLA is not installed: pip install 'tashkent-twin[carla]'")
ORIGIN = Origin(STREET_X_M, STREET_Y_M)
metres = st.floats(-5_000.0, 5_000.0)


# ---- houses


@given(
    st.tuples(st.floats(2.0, 60.0), st.floats(2.0, 30.0), st.floats(2.0, 30.0)), st.floats(0.0, 359.0),
    st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1)),
)  # fmt: skip
def test_cubes_fill_a_boxs_skin_and_nothing_beyond(size, bearing, at):
    """Any point of the box's faces is in a cube, and no cube reaches beyond the box."""
    cubes = cubes_of(Box((100.0, 50.0), bearing, size))
    b = np.radians(bearing)
    axes = np.array([[np.sin(b), np.cos(b), 0], [np.cos(b), -np.sin(b), 0], [0, 0, 1]])
    local = np.array([axes @ (np.array(cube.middle_m) - [100.0, 50.0, size[2] / 2]) for cube in cubes])
    half, box_half = cubes[0].side_m / 2, np.array(size) / 2
    assert (np.abs(local) + half <= box_half + 1e-6).all()
    for axis in range(3):
        point = np.array(at) * box_half
        point[axis] = box_half[axis] if at[axis] >= 0 or axis == 2 else -box_half[axis]
        assert (np.abs(local - point) <= half + 1e-6).all(axis=1).any()


def test_an_l_shaped_house_is_two_slabs():
    plan = shapely.Polygon([(0, 0), (20, 0), (20, 8), (8, 8), (8, 24), (0, 24)])
    boxes = boxes_of(plan, 9.0)
    covered = shapely.union_all([_footprint(box) for box in boxes])
    assert len(boxes) == 2
    assert covered.symmetric_difference(plan).area < 0.01
    assert {box.size_m[2] for box in boxes} == {9.0}


def test_a_turned_rectangle_is_one_box():
    plan = shapely.affinity.rotate(shapely.box(0, 0, 30, 12), 33)
    (box,) = boxes_of(plan, 6.0)
    assert box.size_m == pytest.approx((30.0, 12.0, 6.0))
    assert _footprint(box).symmetric_difference(plan).area < 0.01


def test_nearer_houses_come_first_and_those_left_out_are_counted():
    town = grid_town()
    every, left_out = cubes_near(town, (STREET_X_M, STREET_Y_M))
    assert left_out == 0
    assert len(every) == 9 * 16  # 40 m square, 12 m high: 4 x 4 cubes each
    some, left_out = cubes_near(town, (STREET_X_M, STREET_Y_M), most=40)
    assert (len(some), left_out) == (32, 7)
    assert max(cube.middle_m[1] for cube in some) < STREET_Y_M + 80


def _footprint(box):
    length, width, _ = box.size_m
    flat = shapely.box(-length / 2, -width / 2, length / 2, width / 2)
    turned = shapely.affinity.rotate(flat, 90.0 - box.bearing_deg, origin=(0, 0))
    return shapely.affinity.translate(turned, *box.middle_m)


# ---- pictures


def image(pixels):
    height, width, _ = pixels.shape
    return SimpleNamespace(height=height, width=width, raw_data=pixels.astype(np.uint8).tobytes())


def test_bytes_are_blue_green_red_from_the_top_left():
    pixels = np.zeros((2, 3, 4))
    pixels[0, 1] = (1, 2, 3, 255)
    assert rgb_of(image(pixels))[0, 1].tolist() == [3, 2, 1]
    with pytest.raises(ValueError, match="has 8 bytes"):
        rgb_of(SimpleNamespace(height=2, width=3, raw_data=bytes(8)))


def test_an_instance_has_its_tag_in_red_and_its_id_in_green_and_blue():
    """The example of the change that brought actors' ids: 159 * 256 + 49 = 40753, a car."""
    pixels = np.zeros((1, 3, 4))
    pixels[0, 0] = (159, 49, int(carla.CityObjectLabel.Car), 255)
    pixels[0, 1] = (159, 49, int(carla.CityObjectLabel.Roads), 255)
    pixels[0, 2] = (0, 24, int(carla.CityObjectLabel.Rider), 255)
    assert actor_ids_of(image(pixels)).tolist() == [[40753, -1, 24]]


def test_depth_is_24_bits_over_a_kilometre():
    """The formula of CARLA's reference: (R + G 256 + B 65536) / (2^24 - 1) kilometres."""
    pixels = np.zeros((1, 2, 4))
    pixels[0, 0] = (255, 255, 255, 255)
    pixels[0, 1] = (2, 1, 7, 255)
    wanted = (7 + 256 + 2 * 65536) / (2**24 - 1) * 1000
    np.testing.assert_allclose(depth_m_of(image(pixels))[0], [1000.0, wanted], rtol=1e-6)


def test_smoke_is_hidden_by_what_is_nearer_and_seen_before_what_is_further():
    scene = actors((Look.SMOKE, 0.0, 30.0, {"size_m": (6.0, 6.0, 10.0)}))
    shot = take_shot(street_camera(), scene, DAY)
    grey, ids = np.full((360, 640, 3), 200, np.uint8), np.zeros((360, 640), np.int32)
    far, near = (np.full((360, 640), away, np.float32) for away in (200.0, 10.0))
    drawn, shown = lay_over(grey, ids, far, shot.puffs, shot.lens, shot.light)
    assert (shown == 1).sum() > 1000
    assert drawn[shown == 1].mean() < 190
    same, hidden = lay_over(grey, ids, near, shot.puffs, shot.lens, shot.light)
    assert not hidden.any()
    np.testing.assert_array_equal(same, grey)


# ---- the ground


def test_a_grids_lanes_lie_on_its_streets():
    """Two lanes of a street run 1.7 m beside its line, one each way; the converter keeps to it within a centimetre."""
    town = grid_town()
    fit = lane_fit(town, ground_of(town, square_of(street_camera(x_m=WEST_M + 150, y_m=SOUTH_M + 150))))
    assert fit.waypoints > 500
    assert (fit.streets, fit.driven) == (24, 24)
    assert np.quantile(fit.lateral_m, 0.95) < 0.01
    assert fit.lateral_m.max() < 1.0  # where two streets end in each other at a corner, the lane is rounded
    assert fit.forward > 0.98
    assert "median 0.00 m" in fit.in_words()


def test_lanes_of_one_way_streets_lead_one_way():
    town = full_town()
    west, south, east, north = town.bounds_m
    camera = street_camera(x_m=(west + east) / 2, y_m=(south + north) / 2)
    fit = lane_fit(town, ground_of(town, square_of(camera)))
    assert fit.close == 1.0
    assert fit.along.min() > 0.5


def test_only_the_streets_near_a_camera_are_given():
    town = grid_town(columns=30, rows=3)
    near = streets_near(town, (WEST_M, SOUTH_M))
    assert 0 < len(near.streets) < len(town.streets) / 2
    assert len(near.nodes) == len(town.nodes)
    with pytest.raises(InputError, match="no drivable street within 10 km"):
        streets_near(town, (WEST_M - 90_000, SOUTH_M))


def test_restrictions_follow_their_streets():
    town = full_town()
    near = streets_near(town, (float(town.bounds_m[0]), float(town.bounds_m[1])))
    names = near.streets["name"].tolist()
    kept = near.restrictions[["from_street", "to_street"]].to_numpy()
    assert (kept < len(names)).all()
    assert len(kept) <= len(town.restrictions)


def test_the_world_is_made_as_stated():
    made = world_parameters(carla)
    assert {name: getattr(made, name) for name in WORLD} == WORLD
    assert made.wall_height == 0.0
