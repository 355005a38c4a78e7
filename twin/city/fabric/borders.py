"""Mahallas: superblocks joined with their neighbours until there are as many as the district has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon

from twin.city.fabric.plan import Plan


@dataclass(frozen=True)
class Parcel:
    """A superblock as it was laid, before anything was cut out of it: shape, and metres shared with others."""

    shape: Polygon
    shared_m: dict[int, float]


def parcels_of(plan: Plan, blocks: Sequence[int]) -> list[Parcel]:
    """Return the superblocks with their neighbours, numbered in the order of ``blocks``."""
    number = {face: i for i, face in enumerate(blocks)}
    return [
        Parcel(plan.polygon(face), {number[n]: m for n, m in plan.neighbours(face).items() if n in number})
        for face in blocks
    ]


def join_mahallas(parcels: Sequence[Parcel], residents: NDArray[np.int64], count: int) -> list[int]:
    """Return the mahalla number of each superblock; mahallas come out connected and about equally populous.

    The least populous group is joined, again and again, with its least populous neighbour; ground where nobody lives,
    with the one it shares most of its border with.
    """
    groups = {i: {i} for i in range(len(parcels))}
    links = {i: dict(parcel.shared_m) for i, parcel in enumerate(parcels)}
    people = {i: int(residents[i]) for i in groups}
    while len(groups) > count and any(links[g] for g in groups):
        small = min((g for g in groups if links[g]), key=lambda g: (people[g], g))
        rank = _longest_border if people[small] == 0 else _fewest_people
        other = min(links[small], key=lambda g: rank(people[g], links[small][g], g))
        groups[other] |= groups.pop(small)
        people[other] += people.pop(small)
        for linked, shared_m in links.pop(small).items():
            links[linked].pop(small)
            if linked != other:
                links[linked][other] = links[other][linked] = links[other].get(linked, 0.0) + shared_m
    order = sorted(groups, key=lambda g: min(groups[g]))
    label = {block: i for i, g in enumerate(order) for block in groups[g]}
    return [label[i] for i in range(len(parcels))]


def _longest_border(people: int, shared_m: float, group: int) -> tuple[float, int]:
    return -round(shared_m, 2), group


def _fewest_people(people: int, shared_m: float, group: int) -> tuple[float, int]:
    return float(people), group


def outline_of(parcels: Sequence[Parcel], members: Sequence[int]) -> shapely.Geometry:
    """Return the shape of a group of superblocks."""
    return shapely.union_all([parcels[i].shape for i in members])
