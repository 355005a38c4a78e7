"""Pixels on the ground and on walls, and dead ground: worked out with a ruler."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sensors.optics import upright_px
from sensors.surfaces import ground_density, nearest_ground_m, wall_density
from tests.sensors.made import camera, fleet
from tests.towns import SOUTH_M, WEST_M

DOWN_45 = camera(pitch_deg=-45.0)


def test_ground_looked_at_from_45_degrees_has_fewer_pixels_along_than_across_by_the_sine():
    """6 m up and 6 m away: 8.485 m off, 960 / 8.485 = 113.1 px/m across, 113.1 sin 45 = 80 along."""
    ((least, most),) = ground_density(DOWN_45, [[WEST_M + 150.0, SOUTH_M + 156.0]])
    assert most == pytest.approx(960.0 / math.hypot(6, 6))
    assert least == pytest.approx(80.0)


def test_a_wall_faced_squarely_has_the_same_pixels_both_ways_and_one_seen_aslant_fewer():
    level = camera(pitch_deg=0.0)
    spot = [[WEST_M + 150.0, SOUTH_M + 174.0, 6.0]]
    np.testing.assert_allclose(wall_density(level, spot, [[0.0, -1.0]]), [[40.0, 40.0]])
    aslant = wall_density(level, spot, [[-math.sin(math.pi / 3), -math.cos(math.pi / 3)]])
    np.testing.assert_allclose(aslant, [[20.0, 40.0]], rtol=1e-6)
    assert np.isnan(wall_density(level, spot, [[0.0, 1.0]])).all()


def test_a_person_seen_from_above_is_shorter_in_the_picture():
    """Level it is focal length times height over distance; from 45 degrees above it is less."""
    level = camera(pitch_deg=0.0)
    assert upright_px(level, [[WEST_M + 150.0, SOUTH_M + 174.0]], 1.8)[0] == pytest.approx(72.0)
    above = upright_px(DOWN_45, [[WEST_M + 150.0, SOUTH_M + 156.0]], 1.8)[0]
    foot, head = 0.0, (6.0 - 4.2) / (6.0 + 4.2)  # tangents of the angle off the axis
    assert above == pytest.approx(960.0 * (head - foot))


def test_dead_ground_ends_where_the_lower_edge_of_the_picture_meets_the_ground():
    """90 degrees wide at 16:9 is 58.7 high: looking 15 down, the lower edge looks 44.4 down, 6 m up meets at 6.14 m."""
    half = math.atan(1080 / 1920)
    straight_down = camera("down", pitch_deg=-90.0)
    high = camera("high", pitch_deg=30.0)
    edges = nearest_ground_m(fleet(camera(), straight_down, high))
    assert edges[0] == pytest.approx(6.0 / math.tan(math.radians(15) + half))
    assert edges[0] == pytest.approx(6.14, abs=0.01)
    assert edges[1] == 0.0
    assert math.isinf(edges[2])
    assert nearest_ground_m(fleet(camera()), above_m=1.5)[0] == pytest.approx(0.75 * edges[0])


def test_a_barrel_sees_nearer_to_its_foot():
    plain, barrel = nearest_ground_m(fleet(camera(), camera("b", k1=-0.2)))
    assert barrel < plain
