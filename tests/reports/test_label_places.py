"""Labels on a map lie neither on one another nor on the points."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from reports.label_places import label_offsets

SIZE = (80.0, 16.0)


def boxes(points, offsets):
    return [(x + a, y + b, x + a + SIZE[0], y + b + SIZE[1]) for (x, y), (a, b) in zip(points, offsets, strict=True)]


def meet(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def test_a_label_alone_lies_to_the_right_above_its_point():
    assert label_offsets(np.array([[100.0, 100.0]]), [SIZE]) == [(11.0, 11.0)]


def test_six_cameras_at_one_crossing_are_named_clear_of_one_another():
    points = np.array([[100.0, 100], [104, 101], [98, 97], [101, 106], [95, 103], [107, 95]])
    placed = boxes(points.tolist(), label_offsets(points, [SIZE] * 6))
    assert not any(meet(one, other) for one, other in combinations(placed, 2))
    assert not any(b[0] < x < b[2] and b[1] < y < b[3] for b in placed for x, y in points.tolist())
