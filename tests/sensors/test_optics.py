"""The pinhole, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.optics import (
    DORI_CLASSES,
    axes,
    dori_class,
    focal_px,
    in_picture,
    load_dori,
    load_editions,
    pixel_height,
    pixel_to_ground,
    pixels_per_metre,
    project,
)
from tests.sensors.made import camera
from tests.towns import SOUTH_M, WEST_M
from twin.errors import InputError


def ahead(metres, up=0.0, east=0.0):
    """A point north of the plain camera, which stands at (150, 150), 6 m up."""
    return [[WEST_M + 150.0 + east, SOUTH_M + 150.0 + metres, up]]


def test_focal_length_of_a_right_angle_is_half_the_width():
    assert focal_px(camera(hfov_deg=90.0)) == pytest.approx(960.0)


def test_a_point_on_the_axis_falls_in_the_middle():
    level = camera(pitch_deg=0.0)
    uv, depth_m = project(level, ahead(40.0, up=6.0))
    np.testing.assert_allclose(uv, [[960.0, 540.0]])
    np.testing.assert_allclose(depth_m, [40.0])


def test_right_is_right_and_up_is_up():
    """Looking level to the north over 90 degrees: 10 m east at 40 m is 240 px to the right, 2 m up 48 px higher."""
    uv, _ = project(camera(pitch_deg=0.0), ahead(40.0, up=8.0, east=10.0))
    np.testing.assert_allclose(uv, [[960.0 + 240.0, 540.0 - 48.0]])


def test_bearings_turn_clockwise_from_north():
    for bearing, (east, north) in {0.0: (0, 30), 90.0: (30, 0), 180.0: (0, -30), 270.0: (-30, 0)}.items():
        uv, _ = project(camera(pitch_deg=0.0, bearing_deg=bearing), ahead(north, up=6.0, east=east))
        np.testing.assert_allclose(uv, [[960.0, 540.0]], atol=1e-9)


def test_looking_down_45_degrees_the_axis_meets_the_ground_as_far_as_the_camera_is_high():
    x_m, y_m = pixel_to_ground(camera(pitch_deg=-45.0), 960.0, 540.0)
    assert (float(x_m), float(y_m)) == (pytest.approx(WEST_M + 150.0), pytest.approx(SOUTH_M + 156.0))


def test_at_and_above_the_horizon_there_is_no_ground():
    x_m, y_m = pixel_to_ground(camera(pitch_deg=0.0), [960.0, 0.0, 960.0], [540.0, 10.0, 541.0])
    assert np.isnan(x_m).tolist() == np.isnan(y_m).tolist() == [True, True, False]


def test_a_point_behind_the_camera_has_no_pixel():
    uv, depth_m = project(camera(), ahead(-30.0))
    assert np.isnan(uv).all()
    assert depth_m[0] < 0
    assert not in_picture(camera(), ahead(-30.0))[0]
    assert pixels_per_metre(camera(), ahead(-30.0))[0] == 0.0


def test_pixel_density_reaches_of_a_90_degree_lens():
    """1920 px over 90 degrees: 25, 62.5, 125 and 250 px/m at 38.4, 15.36, 7.68 and 3.84 m."""
    level = camera(pitch_deg=0.0)
    for metres, density in {38.4: 25.0, 15.36: 62.5, 7.68: 125.0, 3.84: 250.0}.items():
        assert pixels_per_metre(level, ahead(metres, up=6.0))[0] == pytest.approx(density)
        assert pixel_height(level, ahead(metres, up=6.0), 1.7)[0] == pytest.approx(1.7 * density)


@given(
    u=st.floats(0, 1920),
    v=st.floats(700, 1080),
    bearing=st.floats(0, 359.9),
    pitch=st.floats(-80, -10),
    hfov=st.floats(10, 120),
)
def test_the_ground_behind_a_pixel_projects_back_onto_it(u, v, bearing, pitch, hfov):
    looking = camera(bearing_deg=bearing, pitch_deg=pitch, hfov_deg=hfov)
    x_m, y_m = pixel_to_ground(looking, u, v)
    if not math.isnan(float(x_m)) and math.hypot(float(x_m) - looking.x_m, float(y_m) - looking.y_m) < 1e4:
        uv, _ = project(looking, [[float(x_m), float(y_m), 0.0]])
        np.testing.assert_allclose(uv, [[u, v]], atol=0.01)


@given(bearing=st.floats(0, 360), pitch=st.floats(-90, 45))
def test_the_axes_are_square_and_right_handed(bearing, pitch):
    """Right, forward and up, in this order, are east, north and up turned about."""
    right, up, forward = axes(camera(bearing_deg=bearing, pitch_deg=pitch))
    turn = np.array([right, forward, up])
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(turn) == pytest.approx(1.0)


def test_classes_begin_at_their_bound():
    found = dori_class([24.9, 25.0, 62.4, 62.5, 125.0, 249.9, 250.0, 4000.0])
    assert [DORI_CLASSES[row] for row in found] == [
        "none", "detect", "detect", "observe", "recognise", "recognise", "identify", "identify",
    ]  # fmt: skip


def test_editions_differ_in_names_and_numbers():
    """250 px/m identifies by the edition of 2015; by that of 2025 it characterises, and a plate or face takes 500."""
    assert load_dori().edition == "EN 62676-4:2015"
    assert load_dori().names == DORI_CLASSES
    newer = load_dori("2025")
    assert newer.names[1:] == ("overview", "outline", "discern", "perceive", "characterise", "validate", "scrutinise")
    assert [newer.names[row] for row in dori_class([19.9, 20.0, 250.0, 500.0, 1500.0], newer)] == [
        "none", "overview", "characterise", "validate", "scrutinise",
    ]  # fmt: skip
    with pytest.raises(InputError, match="2015"):
        load_dori("2014")


def test_a_file_of_editions_is_refused_where_classes_fall_or_its_default_is_missing(tmp_path):
    wrong = tmp_path / "editions.yaml"
    head = "schema_version: 1\nas_of: 2026-11\ndefault: "
    row = '  "x": {edition: x 2020, classes: {a: 25, b: %d}, left_out: none, source: made up, verified: nothing}\n'
    wrong.write_text(head + '"x"\neditions:\n' + row % 20)
    with pytest.raises(InputError, match="rise from above 0"):
        load_editions(wrong)
    other = tmp_path / "other.yaml"
    other.write_text(head + '"y"\neditions:\n' + row % 50)
    with pytest.raises(InputError, match="edition"):
        load_editions(other)
