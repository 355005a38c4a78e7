"""Dead ends and one-way streets: what may be closed without cutting anything off.

A spanning tree of the streets stays open both ways; only ways outside it are closed at one end or made one-way, so
every street stays reachable from every other.
"""

from __future__ import annotations

from dataclasses import replace
from math import hypot
from typing import Final

import numpy as np

from twin.city.fabric.plan import Plan
from twin.streams import stream

DEAD_END_SHARE: Final = 0.62  # of the passages that may be closed; 1,756 of 4,344 named passages are dead ends
ONEWAY_SHARE: Final = 0.14
SHORTEST_M: Final = 30.0


def close_passages(plan: Plan, seed: int) -> int:
    """Turn passages into dead ends, and return how many."""
    rng = stream(seed, "city", "dead ends")
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


def make_oneways(plan: Plan, seed: int) -> int:
    """Make some quarter roads one-way, and return how many."""
    rng = stream(seed, "city", "one-way")
    made = 0
    for u, v in _spare_ways(plan, rng, "residential"):
        way = plan.ways[u, v]
        if way is not None and rng.uniform() < ONEWAY_SHARE:
            plan.ways[u, v] = replace(way, oneway=True, lanes=max(1, way.lanes - 1))
            made += 1
    return made


def _spare_ways(plan: Plan, rng: np.random.Generator, street_class: str) -> list[tuple[int, int]]:
    """Return the ways of a class that a random spanning tree (greater streets first) does without."""
    ways = [(key, way) for key, way in sorted(plan.ways.items()) if way is not None and way.drive]
    shuffled = rng.permutation(len(ways)).tolist()
    order = sorted(shuffled, key=lambda i: ways[i][1].street_class == street_class)
    parent = list(range(len(plan.points)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    spare = []
    for i in order:
        (u, v), way = ways[i]
        a, b = root(u), root(v)
        if a != b:
            parent[a] = b
        elif way.street_class == street_class:
            spare.append((u, v))
    return spare
