"""Main lines brought together: what is the same line, what is a crossing, where a loose end goes."""

from __future__ import annotations

import numpy as np
import pytest
from shapely.geometry import LineString, MultiLineString

from twin.city.fabric.lines import carried_on, fitted, moved, segments_of

AVENUE = LineString([(0, 0), (4000, 0)])


def test_a_line_beside_another_is_taken_for_the_same():
    """A border that comes from the north, runs 30 m beside the avenue and leaves becomes two ends on it."""
    border = LineString([(500, 900), (500, 30), (2500, 30), (2500, 900)])
    pieces = fitted(border, AVENUE, 50.0)
    assert [round(piece.length) for piece in pieces] == [900, 900]
    assert {round(y, 6) for piece in pieces for _, y in (piece.coords[0], piece.coords[-1])} == {0.0, 900.0}


def test_a_crossing_stays_whole():
    (piece,) = fitted(LineString([(1000, -500), (1000, 500)]), AVENUE, 50.0)
    assert list(piece.coords) == [(1000, -500), (1000, 500)]


def test_a_line_wholly_beside_another_is_left_out():
    assert fitted(LineString([(100, 20), (900, 25)]), AVENUE, 50.0) == []


def test_a_line_far_from_all_is_kept_as_it_is():
    far = LineString([(0, 5000), (900, 5000)])
    assert fitted(far, AVENUE, 50.0) == [far]
    assert fitted(far, MultiLineString(), 50.0) == [far]


def test_a_loose_end_goes_to_the_nearest_line_or_straight_ahead():
    """40 m short of the avenue it takes the shortest way there; 600 m short it goes straight on to it."""
    near = carried_on(LineString([(300, 900), (340, 40)]), AVENUE, 100.0, 2000.0)
    assert near.coords[-1] == (340.0, 0.0)
    ahead = carried_on(LineString([(300, 1200), (300, 600)]), AVENUE, 100.0, 2000.0)
    assert ahead.coords[-1] == pytest.approx((300.0, 0.0))
    away = LineString([(300, 600), (300, 1200)])
    assert carried_on(away, AVENUE, 100.0, 2000.0).coords[-1] == (300.0, 1200.0)


def test_a_known_course_is_not_moved_and_an_unsure_one_by_its_reach_at_most():
    course = [(0.0, 0.0), (200.0, 0.0), (400.0, 10.0), (600.0, 0.0)]
    assert moved(course, 0.0, np.random.default_rng(1)) == course
    shifted = np.array(moved(course, 90.0, np.random.default_rng(1)))
    assert 0.0 < np.abs(shifted - np.array(course)).max() <= 90.0


def test_segments_are_told_once_whatever_their_direction():
    lines = MultiLineString([[(0, 0), (1, 0), (1, 1)], [(1, 0), (0, 0)]])
    assert segments_of(lines).tolist() == [[[0, 0], [1, 0]], [[1, 0], [1, 1]]]
