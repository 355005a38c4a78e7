"""Dead ends, one-way streets and islands: what may be closed, and that nothing is cut off.

A spanning tree of the streets stays open both ways; only ways outside it are closed at one end or made one-way, so
every street stays reachable from every other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import hypot
from typing import Final

import numpy as np

from twin.city.fabric.plan import Plan, edge_of
from twin.city.fabric.ways import TRACK

DEAD_END_SHARE: Final = 0.62  # of the passages that may be closed; 1,756 of 4,344 named passages are dead ends
ONEWAY_SHARE: Final = 0.14
SHORTEST_M: Final = 30.0


def close_passages(plan: Plan, rng: np.random.Generator) -> int:
    """Turn passages into dead ends, and return how many."""
    closed = 0
    for u, v in _spare_ways(plan, rng, "living_street"):
        (x1, y1), (x2, y2) = plan.points[u], plan.points[v]
        length = hypot(x2 - x1, y2 - y1)
        share = rng.uniform(0.45, 0.75)
        if rng.uniform() > DEAD_END_SHARE or length < SHORTEST_M:
            continue
        plan.stop_way(u, v, (x1 + (x2 - x1) * share, y1 + (y2 - y1) * share))
        closed += 1
    return closed


def open_fields(plan: Plan, fields: Sequence[int]) -> None:
    """Take away streets between two fields, as far as no other is cut off by it; those that stay are tracks."""
    sides = Counter(edge_of(u, v) for face in fields for u, v, way in plan.sides(face) if way is not None)
    between = {edge for edge, times in sides.items() if times == 2 and edge not in plan.origin}
    joints = _joints_of(plan)
    ways = [edge for edge, way in sorted(plan.ways.items()) if way is not None and way.drive]
    for u, v in sorted(ways, key=lambda edge: edge in between):
        if not joints.join(u, v) and (u, v) in between:
            plan.ways[u, v] = None
    kept = [edge for edge in sorted(between) if plan.ways[edge] is not None]
    arms = Counter(point for edge, way in plan.ways.items() if way is not None for point in edge)
    while loose := [edge for edge in kept if min(arms[point] for point in edge) == 1]:
        for edge in loose:
            plan.ways[edge] = None
            arms.subtract(edge)
        kept = [edge for edge in kept if plan.ways[edge] is not None]
    plan.ways.update(dict.fromkeys(kept, TRACK))


def make_oneways(plan: Plan, rng: np.random.Generator) -> int:
    """Make some quarter roads one-way, and return how many."""
    made = 0
    for u, v in _spare_ways(plan, rng, "residential"):
        way = plan.ways[u, v]
        if way is not None and rng.uniform() < ONEWAY_SHARE:
            plan.ways[u, v] = replace(way, oneway=True, lanes=max(1, way.lanes - 1))
            made += 1
    return made


def drop_islands(plan: Plan) -> int:
    """Take away ways that no street leads to (passages between two fences), and return how many.

    Ways for vehicles must hang together among themselves, footways with any way. The ways that lay there from the
    start are taken to hang together: they do so beyond the district.
    """
    dropped = 0
    for driven in (True, False):
        ways = [key for key, way in sorted(plan.ways.items()) if way is not None and (way.drive or not driven)]
        joints = _joints_of(plan)
        for u, v in ways:
            joints.join(u, v)
        main = joints.largest([u for u, _ in ways])
        for u, v in ways:
            if joints.root(u) != main:
                plan.ways[u, v] = None
                dropped += 1
    return dropped


class Joints:
    """Which points hang together (union-find with path halving; Tarjan and van Leeuwen, 1984)."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def root(self, i: int) -> int:
        """Return the point that stands for all points that hang together with i."""
        parent = self._parent
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    def join(self, i: int, j: int) -> bool:
        """Join two points; False when they hung together already."""
        a, b = self.root(i), self.root(j)
        self._parent[a] = b
        return a != b

    def largest(self, points: list[int]) -> int:
        """Return the root that stands for most of these points."""
        count = Counter(self.root(i) for i in points)
        return max(sorted(count), key=lambda root: count[root])


def _joints_of(plan: Plan) -> Joints:
    """Return joints in which the streets that lay there from the start hang together."""
    joints = Joints(len(plan.points))
    first = [edge for edge in sorted(plan.origin) if (way := plan.ways[edge]) is not None and way.drive]
    for u, v in first:
        joints.join(u, v)
        joints.join(u, first[0][0])
    return joints


def _spare_ways(plan: Plan, rng: np.random.Generator, street_class: str) -> list[tuple[int, int]]:
    """Return the ways of a class that a random spanning tree (greater streets first) does without."""
    ways = [(key, way) for key, way in sorted(plan.ways.items()) if way is not None and way.drive]
    shuffled = rng.permutation(len(ways)).tolist()
    order = sorted(shuffled, key=lambda i: ways[i][1].street_class == street_class)
    joints = _joints_of(plan)
    spare = []
    for i in order:
        (u, v), way = ways[i]
        if not joints.join(u, v) and way.street_class == street_class and (u, v) not in plan.origin:
            spare.append((u, v))
    return spare
