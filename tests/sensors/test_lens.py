"""Radial distortion: by hand, there and back, and in everything that projects."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensors.lens import distorted, largest_radius, undistorted
from sensors.optics import in_picture, pixel_to_ground, project
from tests.sensors.made import camera
from tests.towns import SOUTH_M, WEST_M


def test_a_barrel_draws_a_point_at_half_a_focal_length_in_by_its_coefficient():
    """At r = 0.5, k1 = -0.2, k2 = 0.1: 0.5 (1 - 0.2 / 4 + 0.1 / 16) = 0.478125."""
    assert distorted(0.5, -0.2, 0.1) == pytest.approx(0.478125)
    assert undistorted(0.478125, -0.2, 0.1) == pytest.approx(0.5)


def test_beyond_the_radius_where_it_folds_back_there_is_no_picture():
    """k1 = -1/3: the map rises up to r = 1, where it is 2/3; a pixel farther out shows nothing."""
    assert largest_radius(-1.0 / 3.0, 0.0) == pytest.approx(1.0)
    assert np.isnan(distorted(1.01, -1.0 / 3.0, 0.0))
    assert np.isnan(undistorted(0.67, -1.0 / 3.0, 0.0))
    assert undistorted(0.66, -1.0 / 3.0, 0.0) < 1.0


@given(st.floats(-0.3, 0.3), st.floats(-0.1, 0.1), st.floats(0.0, 0.9))
def test_there_and_back(k1, k2, radius):
    if radius < 0.99 * largest_radius(k1, k2):
        assert undistorted(distorted(radius, k1, k2), k1, k2) == pytest.approx(radius, abs=1e-9)


def test_a_point_aside_falls_where_the_coefficient_says_and_is_found_again_on_the_ground():
    """Level, 90 degrees, f = 960 px: 20 m east at 40 m is r = 0.5, which the lens brings to 0.475, 456 px."""
    level = camera(pitch_deg=0.0, k1=-0.2)
    uv, _ = project(level, [[WEST_M + 170.0, SOUTH_M + 190.0, 6.0]])
    np.testing.assert_allclose(uv, [[960.0 + 456.0, 540.0]])
    down = camera(k1=-0.2, k2=0.05)
    ground = np.array([[WEST_M + 160.0, SOUTH_M + 180.0, 0.0]])
    (u, v), _ = project(down, ground)[0][0], None
    x_m, y_m = pixel_to_ground(down, u, v)
    assert (float(x_m), float(y_m)) == (pytest.approx(ground[0, 0]), pytest.approx(ground[0, 1]))


def test_a_barrel_sees_round_the_corner_of_the_pinhole():
    """46 degrees aside is outside a pinhole of 90 degrees, and inside when the lens draws the picture together."""
    aside = math.radians(46.0)
    spot = [[WEST_M + 150.0 + 40.0 * math.sin(aside), SOUTH_M + 150.0 + 40.0 * math.cos(aside), 6.0]]
    assert not in_picture(camera(pitch_deg=0.0), spot)[0]
    assert in_picture(camera(pitch_deg=0.0, k1=-0.1), spot)[0]


def test_a_lens_without_distortion_is_the_pinhole_to_the_bit():
    rng = np.random.default_rng(1)
    points = rng.uniform(0, 300, (50, 3)) + np.array([WEST_M, SOUTH_M, 0.0])
    np.testing.assert_array_equal(project(camera(), points)[0], project(camera(k1=0.0, k2=0.0), points)[0])
    assert undistorted(np.array([0.3]), 0.0, 0.0).tolist() == [0.3]
