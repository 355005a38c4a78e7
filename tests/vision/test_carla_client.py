"""CARLA without a server, by its genuine client: places and angles, sky, models, houses of cubes, pictures, lanes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vision.street_scene import STREET_X_M, STREET_Y_M, actors
from twin.errors import InputError
from twin.scene import Look
from twin.sky import WEATHERS, Sky
from vision.carla.bodies import model_for, models
from vision.carla.leading import led, light_state
from vision.carla.place import Origin, bearing_deg, standing, transform, yaw_deg
from vision.carla.weather import weather_fields, weather_of
from vision.render.cast import Lamp, cast_of

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
