"""Two districts joined by hand: what each set on their border stands in one street."""

from __future__ import annotations

import numpy as np

from twin.city.fabric.fill import Fabric
from twin.city.fabric.skeleton import Ground, Skeleton
from twin.city.fabric.stitch import stitched
from twin.city.fabric.ways import COLLECTOR, QUARTER

# Two squares of 100 m side by side; the border between them, from (100, 0) to (100, 100), is a collector.
SKELETON = Skeleton(
    points=((0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0), (200.0, 0.0), (200.0, 100.0)),
    ways={(0, 1): None, (1, 2): COLLECTOR, (2, 3): None, (0, 3): None, (1, 4): None, (4, 5): None, (2, 5): None},
    grounds=(Ground((0, 1, 2, 3), 0, "", ""), Ground((1, 4, 5, 2), 1, "", "")),
)


def fabric(district: int, own: tuple[int, ...], at_y: float, inner_x: float) -> Fabric:
    """A district with one quarter road from (inner_x, at_y) to its point on the border."""
    points = [SKELETON.points[i] for i in own] + [(100.0, at_y), (inner_x, at_y)]
    a, b = len(own), len(own) + 1
    return Fabric(
        district, own, points, {(a, b): QUARTER}, {(1, 2): [a]}, np.array([], dtype=object), {}, [], [], [], {}
    )


def lengths(points, ways) -> list[float]:
    return sorted(round(float(np.hypot(*(np.array(points[u]) - np.array(points[v])))), 2) for u, v in ways)


def test_points_of_both_sides_part_the_border():
    """Roads at 30 m and at 70 m leave three stretches of border of 30, 40 and 30 m."""
    points, ways, dropped = stitched(
        SKELETON, [fabric(0, (0, 1, 2, 3), 30.0, 50.0), fabric(1, (1, 2, 4, 5), 70.0, 140.0)]
    )
    assert dropped == 0
    assert lengths(points, [edge for edge, way in ways.items() if way == COLLECTOR]) == [30.0, 30.0, 40.0]
    assert lengths(points, [edge for edge, way in ways.items() if way == QUARTER]) == [40.0, 50.0]


def test_points_in_one_place_are_one_crossing():
    """Both roads at 50 m: the border has two stretches, and the four meet in one point."""
    _, ways, _ = stitched(SKELETON, [fabric(0, (0, 1, 2, 3), 50.0, 50.0), fabric(1, (1, 2, 4, 5), 50.3, 140.0)])
    ends = [point for edge in ways for point in edge]
    assert len(ways) == 4
    assert max(ends.count(point) for point in ends) == 4


def test_one_district_alone_keeps_its_own_points_only():
    points, ways, _ = stitched(SKELETON, [fabric(0, (0, 1, 2, 3), 30.0, 50.0)])
    assert lengths(points, ways) == [30.0, 50.0, 70.0]
