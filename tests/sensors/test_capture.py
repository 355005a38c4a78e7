"""Plates and faces: enough pixels, not too much aside, and still enough."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from sensors.capture import face_capturable, load_capture, plate_readable
from sensors.capture_figures import capture_figures
from tests.sensors.made import camera, fleet
from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.city.heights import heights_of

GATE = camera(height_m=0.5, pitch_deg=0.0, hfov_deg=20.0, width_px=1920, range_m=60.0)
FOCAL = 960.0 / math.tan(math.radians(10.0))


def test_a_plate_straight_ahead_has_its_pixels_and_is_read():
    """520 mm at 15 m behind a focal length of 5,444 px: 188.7 px, more than the 130 that are needed."""
    got = plate_readable(GATE, WEST_M + 150.0, SOUTH_M + 165.0, 180.0)
    assert got.px[0] == pytest.approx(0.52 * FOCAL / 15.0)
    assert got.readable[0]
    assert (got.horizontal_deg[0], got.vertical_deg[0]) == (pytest.approx(0.0), pytest.approx(0.0))


def test_a_vehicle_that_leaves_shows_its_rear_plate():
    assert plate_readable(GATE, WEST_M + 150.0, SOUTH_M + 165.0, 0.0).readable[0]


@pytest.mark.parametrize(
    ("heading", "y", "speed", "why"),
    [
        (180.0 + 35.0, 165.0, 0.0, "35 degrees aside; 30 are allowed"),
        (180.0, 175.0, 0.0, "113 px; 130 are needed"),
        (180.0 + 20.0, 165.0, 100.0, "moves 9.5 mm across at 363 px/m in 1 ms: 3.4 px"),
        (180.0, 215.0, 0.0, "out of range"),
    ],
)
def test_what_spoils_a_plate(heading, y, speed, why):
    assert not plate_readable(GATE, WEST_M + 150.0, SOUTH_M + y, heading, speed).readable[0], why


def test_motion_across_blurs_by_speed_times_exposure_times_pixels():
    """36 km/h is 10 mm in 1 ms; 30 degrees aside it moves 5 mm across, 1.81 px at 363 px/m, and a little nearer."""
    got = plate_readable(GATE, WEST_M + 150.0, SOUTH_M + 165.0, 180.0 + 30.0, 36.0)
    assert got.blur_px[0] == pytest.approx(0.005 * FOCAL / 15.0, rel=0.01)


def test_a_camera_high_up_sees_the_plate_from_too_far_above():
    high = camera(height_m=12.0, pitch_deg=-40.0, hfov_deg=20.0)
    got = plate_readable(high, WEST_M + 150.0, SOUTH_M + 165.0, 180.0)
    assert got.vertical_deg[0] == pytest.approx(math.degrees(math.atan2(11.5, 15.0)))
    assert not got.readable[0]


def test_a_face_needs_32_pixels_between_the_eyes_and_to_look_this_way():
    """63 mm at 508 px/m is 32 px: at 10.7 m behind this lens; nearer it is captured, farther it is not."""
    door = camera(height_m=1.6, pitch_deg=0.0, hfov_deg=20.0)
    near = 0.063 * FOCAL / 32.0
    y = SOUTH_M + 150.0 + np.array([near - 0.1, near + 0.1])
    assert face_capturable(door, WEST_M + 150.0, y, 180.0, speed_kmh=0.0).readable.tolist() == [True, False]
    assert not face_capturable(door, WEST_M + 150.0, y[0], 180.0 + 20.0, speed_kmh=0.0).readable[0]
    assert not face_capturable(door, WEST_M + 150.0, y[0], 0.0, speed_kmh=0.0).readable[0]


def test_the_conditions_name_their_sources():
    assert "Abus" in load_capture().plate.source
    assert "axxonsoft" in load_capture().face.source


def test_a_plate_camera_at_a_street_reads_some_of_it_and_one_turned_away_none():
    """Beside the street at x = 100, 6 m up, looking north along it."""
    town = grid_town()
    over = camera("over", x=104, y=20, kind="plate", height_m=6.0, pitch_deg=-14.0, hfov_deg=16.0, width_px=2560,
                  height_px=1440, range_m=40.0)  # fmt: skip
    away = replace(over, id="away", x_m=WEST_M + 250.0, bearing_deg=90.0)
    got = capture_figures(fleet(over, away, camera("plain")), heights_of(town), town)
    assert (got["plate"]["cameras"], got["plate"]["able"]) == (2, 1)
    assert 0.0 < got["plate"]["street_km"] <= 0.04
    assert got["face"] == {"cameras": 0, "able": 0, "median_walk_m": None}


def test_a_face_camera_low_at_a_door_captures_and_one_high_up_does_not():
    """From 2 m up the eyes at 1.6 m are seen from 15 degrees or less from 1.5 m on, and have 32 px up to 10.7 m."""
    door = camera("door", kind="face", height_m=2.0, pitch_deg=-3.0, hfov_deg=20.0)
    high = replace(door, id="high", height_m=8.0, pitch_deg=-30.0)
    got = capture_figures(fleet(door, high), heights_of(grid_town()), grid_town())["face"]
    assert (got["cameras"], got["able"]) == (2, 1)
    assert 5.0 < got["median_walk_m"] < 10.0
