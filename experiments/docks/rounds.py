"""Rounds over gaps: which points each drone looks down from in one flight, and in what order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from agents.drones.sky_ways import SkyWays
from agents.flight.drone_class import DroneClass
from agents.flight.fitted import FittedFlight
from experiments.docks.lookouts import Lookouts
from experiments.docks.reach import Loop, trip_of, usable_of, worst_of
from twin.cover import EFFORTS, CoverProblem, solve

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MOST_POINTS: Final = 10
"""Orders are searched whole up to so many points (Held and Karp 1962)."""


@dataclass(frozen=True, eq=False)
class Dock:
    """Where a drone starts: its id, (2,) city metres, and the height of the pad."""

    id: str
    xy_m: Floats
    pad_m: float


@dataclass(frozen=True, eq=False)
class Round:
    """One flight over points.

    Attributes:
        dock: whose drone flies it.
        points: rows of the lookouts, in the order they are flown over.
        way: (k, 2) over the ground, from the dock and back.
        level_m: height it is flown at.
        takes_s, spent_wh: with the worst wind.
    """

    dock: Dock
    points: Ints
    way: Floats
    level_m: float
    takes_s: float
    spent_wh: float


@dataclass(frozen=True, eq=False)
class Rounds:
    """A round for each drone that has one.

    Attributes:
        rounds: in the docks' order.
        share: of all incidents in the open, in the gaps that the rounds look into.
        bound: no choice of so many points for each drone has more in view, whatever the flights take.
    """

    rounds: list[Round]
    share: float
    bound: float


@dataclass(frozen=True)
class Flying:
    """What rounds are flown with, and the limits of one flight."""

    ways: SkyWays
    drone: DroneClass
    fitted: FittedFlight
    wind_ms: float
    stay_s: float
    points: int
    far_m: float


def rounds_of(lookouts: Lookouts, weight: Floats, docks: Sequence[Dock], flying: Flying, effort: str) -> Rounds:
    """Choose points for each dock's drone and put them in order.

    A point belongs to the dock nearest to it. The points are chosen for all drones together by the maximal cover of
    the gaps, so many for each; each drone's are flown in the shortest order; where a flight would not come home with
    its reserve, the point that shows least for its way is left out.

    Args:
        lookouts: n points and what shows from each.
        weight: (cells,) what seeing each is worth, 0 where it is no gap.
        docks: where drones start.
        flying: what with.
        effort: for the cover.
    """
    owner = _owners(lookouts, docks, flying)
    rows = np.flatnonzero(owner >= 0)
    if not len(rows):
        return Rounds([], 0.0, 0.0)
    problem = CoverProblem(lookouts.shows[rows], weight, group=owner[rows], most_in_group=flying.points)
    plan = solve(problem, min(len(rows), flying.points * len(docks)), effort=EFFORTS[effort])
    chosen = rows[plan.sites]
    found = []
    for number, dock in enumerate(docks):
        mine = _flyable(chosen[owner[chosen] == number], dock, lookouts, weight, flying)
        found += [mine] if mine is not None else []
    seen = _seen(lookouts.shows, np.concatenate([np.zeros(0, np.int64), *(one.points for one in found)]))
    return Rounds(found, float(weight[seen].sum()), plan.bound)


def _owners(lookouts: Lookouts, docks: Sequence[Dock], flying: Flying) -> Ints:
    """Return (n,) the nearest dock of each point, -1 where it is too far or no way leads there."""
    places = np.array([dock.xy_m for dock in docks])
    far_m = np.linalg.norm(lookouts.xyz_m[:, None, :2] - places[None], axis=2)
    owner = far_m.argmin(axis=1)
    owner[far_m.min(axis=1) > flying.far_m] = -1
    for i in np.flatnonzero(owner >= 0).tolist():
        if trip_of(flying.ways, 0, places[owner[i]], i, lookouts.xyz_m[i, :2]) is None:
            owner[i] = -1
    return np.asarray(owner, dtype=np.int64)


def _seen(shows: csr_array, rows: Ints) -> NDArray[np.bool_]:
    seen = np.zeros(shows.shape[1], dtype=bool)
    seen[shows[rows].indices] = True
    return seen


def _flyable(points: Ints, dock: Dock, lookouts: Lookouts, weight: Floats, flying: Flying) -> Round | None:
    """Return the round over as many of the points as one flight allows, None over none."""
    usable_wh = usable_of(flying.drone, flying.fitted)
    while len(points):
        one = _round(points, dock, lookouts, flying)
        if one is not None and one.spent_wh <= usable_wh:
            return one
        points = np.delete(points, _least(points, dock, lookouts, weight))
    return None


def _least(points: Ints, dock: Dock, lookouts: Lookouts, weight: Floats) -> int:
    """Return which point is worth least for what it adds to the way: alone seen over the detour, straight."""
    order = in_order(lookouts.xyz_m[points, :2], dock.xy_m)
    stops = np.vstack([dock.xy_m, lookouts.xyz_m[points[order], :2], dock.xy_m])
    leg = np.linalg.norm(np.diff(stops, axis=0), axis=1)
    past = np.linalg.norm(stops[2:] - stops[:-2], axis=1)
    detour_m = leg[:-1] + leg[1:] - past
    worth = np.empty(len(points))
    for k, row in enumerate(points[order]):
        rest = _seen(lookouts.shows, points[points != row])
        alone = np.setdiff1d(lookouts.shows[[row]].indices, np.flatnonzero(rest))
        worth[k] = weight[alone].sum() / (detour_m[k] + 200.0)
    return int(order[int(np.argmin(worth))])


def _round(points: Ints, dock: Dock, lookouts: Lookouts, flying: Flying) -> Round | None:
    order = in_order(lookouts.xyz_m[points, :2], dock.xy_m)
    points = points[order]
    stops = [dock.xy_m, *lookouts.xyz_m[points, :2], dock.xy_m]
    ways, level_m, ends = [], float(lookouts.xyz_m[points, 2].max()), []
    for start, goal in pairwise(stops):
        trip = trip_of(flying.ways, 0, start, 0, goal)
        if trip is None:
            return None
        ways.append(trip.way if not ways else trip.way[1:])
        ends.append(len(trip.way) - 1)
        level_m = max(level_m, trip.level_m)
    way = np.vstack(ways)
    stays = np.zeros(len(way) - 1)
    stays[np.cumsum(ends)[:-1] - 1] = flying.stay_s
    loop = Loop(dock.pad_m, way, level_m, stays, len(stays) - 1)
    worst = worst_of([loop], flying.drone, flying.fitted, flying.wind_ms)
    return Round(dock, points, way, level_m, float(worst.takes_s[0]), float(worst.spent_wh[0]))


def in_order(xy_m: Floats, home_m: Floats) -> Ints:
    """Return the order of points (n, 2), n up to 10, in which the straight round from home and back is shortest."""
    n = len(xy_m)
    if n < 2:
        return np.arange(n)
    far = np.linalg.norm(xy_m[:, None] - xy_m[None], axis=2)
    out = np.linalg.norm(xy_m - home_m, axis=1)
    best = np.full((1 << n, n), np.inf)
    before = np.full((1 << n, n), -1, dtype=np.int64)
    best[1 << np.arange(n), np.arange(n)] = out
    for held in range(1, 1 << n):
        for last in range(n):
            if not np.isfinite(best[held, last]):
                continue
            for then in range(n):
                if held >> then & 1:
                    continue
                length, more = best[held, last] + far[last, then], held | 1 << then
                if length < best[more, then]:
                    best[more, then], before[more, then] = length, last
    held, last = (1 << n) - 1, int(np.argmin(best[-1] + out))
    order = [last]
    while before[held, last] >= 0:
        held, last = held ^ 1 << last, int(before[held, last])
        order.append(last)
    return np.array(order[::-1], dtype=np.int64)
