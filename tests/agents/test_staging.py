"""Incidents as actors: when they show, where they stand, what they look like."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.actors import Actor, scene_of
from agents.staging import BRAKING_MS2, stage
from agents.staging_spots import STAND_BACK_M, spot_of
from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.records import Incident, Service, Visual
from twin.scene import Look

TOWN = grid_town(5, 5, 150.0)
X, Y = WEST_M + 300.0, SOUTH_M + 300.0  # a junction
STAGED = (Visual.CRASH, Visual.PERSON_LYING, Visual.FIRE, Visual.LISTED_PLATE)


def incident(visual: Visual, x_m: float = X + 60.0, y_m: float = Y + 5.0, number: int = 3) -> Incident:
    return Incident(
        number, 60_000, Service.AMBULANCE, "test", 1, 12, x_m, y_m, visual, 300_000, 0, False, True, "00A123BC"
    )


@pytest.mark.parametrize("visual", STAGED)
def test_it_shows_from_its_beginning_until_it_can_no_longer_be_seen(visual):
    shown = [len(stage(incident(visual), t_ms, TOWN)) > 0 for t_ms in (0, 59_999, 60_000, 359_999, 360_000)]
    assert shown == [False, False, True, True, False]


def test_what_is_behind_walls_shows_nothing():
    assert len(stage(incident(Visual.NONE), 70_000, TOWN)) == 0


@pytest.mark.parametrize("visual", STAGED)
def test_all_actors_belong_to_the_incident_and_keep_their_numbers(visual):
    early, late = (stage(incident(visual), t_ms, TOWN, 80_000) for t_ms in (100_000, 100_200))
    assert set(early.incident_id.tolist()) == {3}
    assert len(set(early.track_id.tolist())) == len(early)
    assert np.array_equal(early.track_id, late.track_id)
    assert np.array_equal(early.variant, late.variant)


@settings(max_examples=30, deadline=None)
@given(visual=st.sampled_from(STAGED), dx=st.floats(-290, 290), dy=st.floats(-290, 290), since=st.integers(0, 250_000))
def test_wherever_it_happens_it_shows_outdoors_and_on_the_right_ground(visual, dx, dy, since):
    """Crashes and listed cars on the carriageway (7 m wide), the rest within 3 m of its edge; nobody in a house."""
    what = incident(visual, X + dx, Y + dy)
    spot = spot_of(what, TOWN)
    away = TOWN.streets.geometry.distance(shapely.Point(spot.x_m, spot.y_m)).min()
    assert away <= 3.5 + 1e-6 if visual in (Visual.CRASH, Visual.LISTED_PLATE) else 2.5 < away < 6.5
    scene = stage(what, 60_000 + since, TOWN)
    houses = shapely.union_all(TOWN.buildings.geometry.to_numpy())
    lying = np.isin(scene.look, (Look.PERSON_LYING, Look.FIRE))
    assert not shapely.intersects(houses, shapely.points(scene.xyz_m[lying, :2])).any()


def test_in_a_crash_two_cars_touch_at_an_odd_angle_and_people_come_later():
    at_once, later = (stage(incident(Visual.CRASH, X, Y), t_ms, TOWN) for t_ms in (62_000, 100_000))
    cars = at_once.take(at_once.look == Look.CAR)
    assert len(cars) == 2
    assert np.hypot(*(cars.xyz_m[0] - cars.xyz_m[1])[:2]) < 4.7
    assert not (at_once.look == Look.PERSON).any()
    assert (later.look == Look.PERSON).sum() >= 2
    around = later.xyz_m[later.look == Look.PERSON, :2] - (X, Y)
    assert np.hypot(*around.T).max() < 8.0


def test_some_crashed_cars_lie_on_their_side_or_roof():
    rolls = [stage(incident(Visual.CRASH, X + k, Y), 100_000, TOWN).roll_deg[0] for k in range(60)]
    assert {0.0, 90.0, 180.0} <= {abs(roll) for roll in rolls}
    assert 0.1 < np.mean(np.array(rolls) != 0) < 0.5


def test_a_fire_grows_and_its_smoke_stands_above_it():
    early, late = (stage(incident(Visual.FIRE), t_ms, TOWN) for t_ms in (60_000, 200_000))
    size = [scene.size_m[scene.look == Look.FIRE][0] for scene in (early, late)]
    assert (size[1] > 1.9 * size[0]).all()
    assert late.xyz_m[late.look == Look.SMOKE][0, 2] > late.xyz_m[late.look == Look.FIRE][0, 2]


def test_somebody_lying_lies_still():
    scenes = [stage(incident(Visual.PERSON_LYING), t_ms, TOWN) for t_ms in (60_000, 180_000)]
    first, second = (scene.take(scene.look == Look.PERSON_LYING) for scene in scenes)
    assert len(first) == len(second) == 1
    assert np.array_equal(first.xyz_m, second.xyz_m)
    assert first.size_m[0, 0] > 3 * first.size_m[0, 2]


def test_a_listed_car_comes_up_the_right_hand_lane_stops_short_of_the_junction_and_drives_on():
    what = incident(Visual.LISTED_PLATE, X, Y)
    spot = spot_of(what, TOWN)
    right = np.array([np.cos(np.radians(spot.along_deg)), -np.sin(np.radians(spot.along_deg))])
    ahead = np.array([np.sin(np.radians(spot.along_deg)), np.cos(np.radians(spot.along_deg))])
    at = {t_s: stage(what, t_s * 1000, TOWN) for t_s in (60, 63, 80, 300, 358)}
    along = {t_s: float((scene.xyz_m[0, :2] - (X, Y)) @ ahead) for t_s, scene in at.items()}
    assert all(float((scene.xyz_m[0, :2] - (X, Y)) @ right) == pytest.approx(1.75) for scene in at.values())
    assert along[60] < along[63] < along[80] == pytest.approx(-STAND_BACK_M)
    assert along[300] == along[80]
    assert along[358] == pytest.approx(along[80] + 0.5 * BRAKING_MS2 * 4.0**2)
    assert [float(scene.speed_ms[0]) > 0 for scene in at.values()] == [True, True, False, False, True]
    assert {str(scene.plate[0]) for scene in at.values()} == {"00A123BC"}


def test_a_listed_car_never_drives_against_a_one_way_street():
    town = grid_town(3, 3, 150.0)
    town.streets["oneway"] = True
    for node in range(9):
        here = town.nodes.geometry.iloc[node]
        spot = spot_of(incident(Visual.LISTED_PLATE, here.x, here.y), town)
        assert min(abs(spot.along_deg - legal) for legal in (0.0, 90.0, 360.0)) < 1.0


@pytest.mark.parametrize(
    ("service", "length_m"),
    [(Service.AMBULANCE, 5.5), (Service.FIRE, 8.0), (Service.POLICE, 4.5), (Service.SECURITY, 4.5)],
)
def test_the_teams_vehicle_stands_there_once_it_has_arrived(service, length_m):
    what = replace(incident(Visual.PERSON_LYING), service=service)
    before, after = (stage(what, t_ms, TOWN, arrived_ms=90_000) for t_ms in (89_000, 90_000))
    assert not (before.look == Look.EMERGENCY).any()
    vehicle = after.take(after.look == Look.EMERGENCY)
    assert vehicle.size_m[:, 0].tolist() == [length_m]
    away = TOWN.streets.geometry.distance(shapely.Point(*vehicle.xyz_m[0, :2])).min()
    assert away < 3.5


def test_without_streets_an_incident_shows_where_it_is():
    bare = replace(TOWN, streets=TOWN.streets.iloc[:0])
    scene = stage(incident(Visual.PERSON_LYING), 60_000, bare)
    assert scene.xyz_m[0, :2].tolist() == [X + 60.0, Y + 5.0]


def test_actors_become_a_scene_in_their_order():
    actors = [Actor(Look.CAR, k, 0.0, 370.0, (4.0, 1.7, 1.5), k, k, phase=1.25) for k in range(3)]
    scene = scene_of(5, actors)
    assert scene.track_id.tolist() == [0, 1, 2]
    assert scene.bearing_deg.tolist() == [10.0] * 3
    assert scene.phase.tolist() == [0.25] * 3
    assert len(scene_of(5, [])) == 0
