"""CARLA without a server, by its genuine client: places and angles, sky, models, houses of cubes, pictures, lanes."""

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
from twin.sky import WEATHERS, Sky
from vision.carla.bodies import model_for, models
from vision.carla.ground import WORLD, ground_of, square_of, streets_near, world_parameters
from vision.carla.houses import Box, boxes_of, cubes_near, cubes_of
from vision.carla.images import actor_ids_of, depth_m_of, rgb_of
from vision.carla.lanes import lane_fit
from vision.carla.leading import led, light_state
from vision.carla.overlay import lay_over
from vision.carla.place import Origin, bearing_deg, standing, transform, yaw_deg
from vision.carla.weather import weather_fields, weather_of
from vision.render.cast import Lamp, cast_of
from vision.render.shot import take_shot

carla = pytest.importorskip("carla", reason="the client of CARLA is not installed: pip install 'tashkent-twin[carla]'")
ORIGIN = Origin(STREET_X_M, STREET_Y_M)
metres = st.floats(-5_000.0, 5_000.0)


# ---- places and angles


@given(east=metres, north=metres, up=st.floats(0.0, 300.0))
def test_a_point_comes_back_from_carla_within_a_millimetre(east, north, up):
    """CARLA's numbers have 24 bits: within 5 km of zero half a step is 0.25 mm."""
    there = ORIGIN.there(STREET_X_M + east, STREET_Y_M + north, up)
    at = carla.Location(*there)
    back = ORIGIN.here(at.x, at.y, at.z)
    assert back == pytest.approx((STREET_X_M + east, STREET_Y_M + north, up), abs=0.001)


def test_north_is_where_y_falls():
    assert ORIGIN.there(STREET_X_M + 3.0, STREET_Y_M + 4.0, 5.0) == (3.0, -4.0, 5.0)


@given(bearing=st.floats(0.0, 359.9), pitch=st.floats(-89.0, 45.0))
def test_what_looks_along_a_bearing_looks_there_in_carla(bearing, pitch):
    ahead = transform(carla, (0.0, 0.0, 0.0), bearing, pitch).get_forward_vector()
    b, p = np.radians(bearing), np.radians(pitch)
    wanted = (np.sin(b) * np.cos(p), -np.cos(b) * np.cos(p), np.sin(p))
    assert (ahead.x, ahead.y, ahead.z) == pytest.approx(wanted, abs=1e-5)
    assert bearing_deg(yaw_deg(bearing)) == pytest.approx(bearing, abs=1e-9)


@pytest.mark.parametrize("roll", [30.0, -75.0, 90.0, 180.0])
@pytest.mark.parametrize("bearing", [0.0, 60.0, 205.0])
def test_a_body_leans_and_rests_as_ours_does(roll, bearing):
    """Our own renderer's matrix of the same car, its y turned over, is CARLA's."""
    scene = actors((Look.CAR, 5.0, 20.0, {"roll_deg": roll, "bearing_deg": bearing}))
    ours = cast_of(scene, np.array([STREET_X_M, STREET_Y_M, 0.0]), dark=False).matrix[0]
    place = led(scene, 0, (4.5, 1.73, 1.48), ORIGIN)
    theirs = np.array(place.transform(carla).get_matrix())
    up, ahead = ours[:, 2] / np.linalg.norm(ours[:, 2]), ours[:, 0] / np.linalg.norm(ours[:, 0])
    np.testing.assert_allclose(theirs[:3, 2], up * [1, -1, 1], atol=1e-5)
    np.testing.assert_allclose(theirs[:3, 0], ahead * [1, -1, 1], atol=1e-5)
    np.testing.assert_allclose(theirs[:3, 3], ours[:, 3] * [1, -1, 1], atol=1e-4)


def test_an_upright_body_stands_where_its_foot_is():
    assert standing(ORIGIN, (STREET_X_M + 1.0, STREET_Y_M, 0.5), 77.0, 0.0, (4.0, 2.0, 1.5)) == (1.0, 0.0, 0.5)


def test_a_map_says_where_its_zero_is():
    assert Origin.of_map('<header><offset x="-516000.00" y="-4570000.00" z="0"/></header>') == Origin(516e3, 4570e3)
    with pytest.raises(ValueError, match="no offset"):
        Origin.of_map("<header/>")


# ---- sky


@pytest.mark.parametrize("weather", WEATHERS)
def test_every_field_of_a_sky_arrives_in_the_clients_own_object(weather):
    sky = Sky(231.0, 17.5, "day", weather)
    made = weather_of(carla, sky)
    for name, value in weather_fields(sky).items():
        assert getattr(made, name) == pytest.approx(value, rel=1e-5), name
    named = {name for name in dir(made) if not name.startswith("_") and isinstance(getattr(made, name), float)}
    assert set(weather_fields(sky)) == named
    assert (made.sun_azimuth_angle, made.sun_altitude_angle) == (231.0, 17.5)


def test_each_weather_differs_where_it_should():
    of = {weather: weather_fields(Sky(0.0, 30.0, "day", weather)) for weather in WEATHERS}
    assert of["rain"]["precipitation"] > 0 == of["clear"]["precipitation"] == of["snow"]["precipitation"]
    assert of["rain"]["wetness"] == 100.0
    assert of["fog"]["fog_density"] > of["snow"]["fog_density"] > of["rain"]["fog_density"]
    assert [weather for weather in WEATHERS if of[weather]["dust_storm"]] == ["dust"]
    clear, preset = of["clear"], carla.WeatherParameters.ClearNoon
    assert all(clear[name] == pytest.approx(getattr(preset, name)) for name in clear if not name.startswith("sun"))


# ---- models


def test_a_model_is_of_the_class_and_near_in_size_and_stays():
    for look, size in ((Look.BUS, (11.6, 2.5, 3.3)), (Look.TRUCK, (7.4, 2.3, 2.9)), (Look.CAR, (3.6, 1.6, 1.5))):
        model = model_for(look, size, 7)
        assert model.look == look
        assert model == model_for(look, size, 7)
    assert model_for(Look.CAR, (3.6, 1.8, 1.5), 1).size_m[0] < 4.3
    assert model_for(Look.CAR, (5.6, 2.1, 2.0), 1).blueprint == "vehicle.nissan.patrol_2021"


def test_emergency_vehicles_are_told_apart_by_size():
    sizes = {"firetruck": (8.0, 2.6, 3.4), "ambulance": (6.0, 2.2, 2.5), "charger_police": (4.9, 1.9, 1.5)}
    for name, size in sizes.items():
        assert name in model_for(Look.EMERGENCY, size, 3).blueprint


def test_children_are_played_by_children_and_who_lies_by_whoever_stands():
    assert {model_for(Look.PERSON, (0.4, 0.4, 1.1), v).size_m[2] for v in range(20)} == {1.1}
    grown = {model_for(Look.PERSON, (0.5, 0.5, 1.75), v).blueprint for v in range(200)}
    assert len(grown) > 20
    assert model_for(Look.PERSON_LYING, (1.75, 0.5, 0.4), 5).size_m[2] == 1.86


def test_variants_share_what_fits_about_as_well():
    assert len({model_for(Look.CAR, (4.5, 1.9, 1.5), v).blueprint for v in range(100)}) >= 4


def test_a_server_without_models_is_told_what_would_do():
    with pytest.raises(InputError, match=r"none of the blueprints that would do: vehicle.mitsubishi.fusorosa"):
        model_for(Look.BUS, (10.0, 2.5, 3.0), 1, known=frozenset({"vehicle.audi.tt"}))
    only = model_for(Look.CAR, (4.5, 1.8, 1.5), 1, known=frozenset({"vehicle.audi.tt"}))
    assert only.blueprint == "vehicle.audi.tt"


def test_all_models_have_a_class_that_actors_have():
    assert len(models()) == 89
    assert {model.look for model in models()} == {
        Look.PERSON, Look.CAR, Look.BUS, Look.TRUCK, Look.MOTORCYCLE, Look.EMERGENCY,
    }  # fmt: skip


def test_lamps_are_the_clients_lights():
    state = carla.VehicleLightState
    assert light_state(carla, Lamp(0)) == 0
    assert light_state(carla, Lamp.HEAD | Lamp.TAIL) == int(state.LowBeam) | int(state.Position)
    assert light_state(carla, Lamp.BRAKE | Lamp.GLOSSY) == int(state.Brake)
    assert light_state(carla, Lamp.FLASH_A) == light_state(carla, Lamp.FLASH_B) == int(state.Special1)


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
