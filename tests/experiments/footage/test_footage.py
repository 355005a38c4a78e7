"""Footage: who is in the frame, where cameras hang, and that a frame never depends on the frames before it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely

from agents.ambient import Ambient
from agents.staging import shows_at
from agents.staging_spots import spot_of
from experiments.footage.matching import incident_shown
from experiments.footage.shooter import Shooter, busiest_junctions, frame_times_ms, overlaps, spotlight_camera, view_of
from experiments.footage.sky import SkyOver
from experiments.life.labelled_clip import truth_as_detections
from sensors.alarms import load_alarm_rules
from sensors.optics import in_picture, pixels_per_metre
from tests.experiments.fakes import FlatRenderer
from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.errors import InputError
from twin.records import Incident, Service, Visual
from twin.scene import VEHICLES, Look
from vision.labels.mot import truth_lines
from vision.render.faults.levels import faults_of, frame_stream
from vision.rules import FiredAlarm

EVENING = datetime(2026, 11, 6, 18, tzinfo=ZoneInfo("Asia/Tashkent"))
TOWN = grid_town(5, 5, 150.0)
MIDDLE = 12
STAGED = (Visual.CRASH, Visual.PERSON_LYING, Visual.FIRE, Visual.LISTED_PLATE)


def shooter(renderer=None):
    return Shooter(TOWN, renderer or FlatRenderer(), Ambient(TOWN, 7, EVENING), SkyOver(TOWN, EVENING, "clear"), 7)


def incident(visual: Visual, x_m: float, y_m: float) -> Incident:
    return Incident(4, 60_000, Service.POLICE, "t", 2, MIDDLE, x_m, y_m, visual, 600_000, 0, False, True, "00A123BC")


def test_frames_come_at_even_steps_and_stop_before_the_end():
    assert frame_times_ms(1000, 2000, 5) == [1000, 1200, 1400, 1600, 1800]
    assert frame_times_ms(-500, 500, 3) == [-500, -167, 167]
    assert frame_times_ms(0, 0, 5) == []


def test_a_frame_does_not_depend_on_the_frames_before_it():
    camera = spotlight_camera(TOWN, WEST_M + 300, SOUTH_M + 300, "c")
    late = list(shooter().frames(camera, 0, 5_000, 5))[-1]
    alone = shooter().frame(camera, 4_800)
    assert np.array_equal(late.image, alone.image)
    assert np.array_equal(late.truth.track_id, alone.truth.track_id)


def test_a_cameras_faults_stay_while_its_noise_changes():
    """One seed for all frames makes the same faults; noise is drawn from seed, camera and moment together."""
    renderer = FlatRenderer()
    camera = spotlight_camera(TOWN, WEST_M + 300, SOUTH_M + 300, "c")
    frames = list(shooter(renderer).frames(camera, 0, 2_000, 5))
    assert len(set(renderer.seeds)) == 1
    faults = {faults_of(camera, frame.sky, seed) for frame, seed in zip(frames, renderer.seeds, strict=True)}
    assert len(faults) == 1
    noise = {
        frame_stream(camera, frame.t_ms, seed).random() for frame, seed in zip(frames, renderer.seeds, strict=True)
    }
    assert len(noise) == 10


@pytest.mark.parametrize("visual", STAGED)
def test_the_camera_has_the_scripted_incident_in_view(visual):
    view = view_of(TOWN, MIDDLE, visual, "spot")
    what = incident(visual, view.x_m, view.y_m)
    assert in_picture(view.camera, [shows_at(what, spot_of(what, TOWN))]).all()
    before, after = (shooter().frame(view.camera, t_ms, [what]) for t_ms in (59_000, 80_000))
    assert not (before.truth.incident_id == 4).any()
    assert (after.truth.incident_id == 4).any()


@pytest.mark.parametrize("visual", STAGED)
def test_poles_stand_neither_in_houses_nor_on_the_carriageway(visual):
    for node in (0, 6, MIDDLE, 24):
        camera = view_of(TOWN, node, visual, "spot").camera
        pole = shapely.Point(camera.x_m, camera.y_m)
        assert TOWN.buildings.geometry.distance(pole).min() >= 1.0
        assert TOWN.streets.geometry.distance(pole).min() > 3.5 + 0.5


def test_a_plate_camera_gets_200_pixels_a_metre_on_the_car_that_faces_it():
    view = view_of(TOWN, MIDDLE, Visual.LISTED_PLATE, "plates")
    spot = spot_of(incident(Visual.LISTED_PLATE, view.x_m, view.y_m), TOWN)
    ahead = np.array([np.sin(np.radians(spot.along_deg)), np.cos(np.radians(spot.along_deg))])
    plate = np.array([[spot.x_m + 2.2 * ahead[0], spot.y_m + 2.2 * ahead[1], 0.5]])
    assert pixels_per_metre(view.camera, plate)[0] >= 200
    turned = (view.camera.bearing_deg - spot.along_deg - 180.0 + 180.0) % 360.0 - 180.0
    assert abs(turned) < 25


def test_where_no_pole_can_stand_it_says_so():
    town = grid_town(3, 3, 100.0)
    town.buildings["geometry"] = town.buildings.geometry.buffer(60.0)
    with pytest.raises(InputError, match="no free spot for a pole"):
        spotlight_camera(town, WEST_M + 100, SOUTH_M + 100, "c")


def test_the_busiest_junctions_are_those_of_the_widest_streets_kept_apart():
    town = grid_town(5, 5, 150.0)
    east_west = town.streets.geometry.map(lambda line: line.coords[0][1] == line.coords[1][1] == SOUTH_M + 300)
    town.streets.loc[east_west, ["street_class", "lanes"]] = ["primary", 4]
    # the wide street has nodes 10 to 14, its ends with fewer arms; 250 m apart leaves 11 and 13, then another street
    found = busiest_junctions(town, 3)
    assert found[:2] == [11, 13]
    assert found[2] // 5 in (0, 4)


def test_traffic_lights_make_a_junction_busier():
    town = grid_town(3, 3, 150.0)
    town.nodes.loc[3, "signal"] = True
    # the crossing in the middle has 4 arms of 2 lanes: 8; the one at the edge 3 arms: 6, with lights 9
    assert busiest_junctions(town, 1) == [3]


def test_a_small_town_has_its_junctions_closer_together():
    assert sorted(busiest_junctions(TOWN, 21)) == [n for n in range(25) if n not in (0, 4, 20, 24)]


def test_a_town_of_one_street_still_has_a_place_for_a_camera():
    assert busiest_junctions(grid_town(2, 1), 4)


def test_nobody_stands_inside_a_staged_vehicle():
    view = view_of(TOWN, MIDDLE, Visual.CRASH, "c")
    what = incident(Visual.CRASH, view.x_m, view.y_m)
    for t_ms in range(60_000, 120_000, 3_000):
        scene = shooter().scene(view.camera, t_ms, [what])
        crashed = scene.take((scene.incident_id == 4) & np.isin(scene.look, VEHICLES))
        everyday = scene.take(scene.incident_id < 0)
        assert len(crashed) == 2
        assert not overlaps(everyday, crashed).any()


def test_an_alarm_is_held_against_the_truth_of_its_frame():
    view = view_of(TOWN, MIDDLE, Visual.PERSON_LYING, "c")
    truth = shooter().frame(view.camera, 70_000, [incident(Visual.PERSON_LYING, view.x_m, view.y_m)]).truth
    box = tuple(float(v) for v in truth.box[truth.cls == Look.PERSON_LYING][0])
    rule = load_alarm_rules().rule("person_lying")
    hit = FiredAlarm(rule, 70_000, 0, box, 0.0, 0.0, 1, 0.9)
    miss = FiredAlarm(rule, 70_000, 0, (0.0, 0.0, 5.0, 5.0), 0.0, 0.0, 1, 0.9)
    assert incident_shown(hit, truth) == 4
    assert incident_shown(miss, truth) is None


def test_labels_come_out_as_motchallenge_rows():
    camera = spotlight_camera(TOWN, WEST_M + 300, SOUTH_M + 300, "c")
    frames = list(shooter().frames(camera, 0, 1_000, 5))
    rows = [line.strip().split(",") for line in truth_lines([frame.truth for frame in frames])]
    assert [int(row[0]) for row in rows] == sorted(int(row[0]) for row in rows)
    assert len(rows) == sum(len(frame.truth) for frame in frames)
    assert {len(row) for row in rows} == {9}
    assert min(int(row[1]) for row in rows) == 1
    shown = truth_as_detections(frames[0].truth)
    assert len(shown) == len(frames[0].truth)
