"""What teams can reach from anywhere: the largest share of demand that any so many positions have in reach."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from agents.policy import Ints
from twin.cover import CoverBounds, certain_cover_bounds
from twin.travel import Travel

Floats = NDArray[np.float64]
FAR_MS = np.iinfo(np.int64).max // 8


class PositionsReach:
    """Bounds on what positions reach, over groups of positions and of places.

    From its centre each position x of a group is at most s away, and from each place y of a group its centre is at
    most r away. If x reaches y within D, the one centre reaches the other within D + s + r: the bound stays a bound,
    and is the looser the fewer the groups.
    """

    def __init__(self, travel: Travel, nodes: Ints, weight: Floats, groups: int = 400) -> None:
        """Say where teams may stand, and where demand is.

        Args:
            travel: times.
            nodes: where a team may stand, of one set of nodes that reach each other.
            weight: for each node of ``travel`` the demand there, not all zero.
            groups: of positions, and of places, at most; their centres are chosen one after another where the last
                were farthest (Gonzalez 1985).
        """
        self._travel, self._nodes, self._groups = travel, nodes, groups
        self._places = np.flatnonzero(weight).astype(np.int64)
        self._weight = weight[self._places] / float(weight.sum())
        self._reach: dict[int, tuple[Ints, Floats]] = {}
        self._made: dict[tuple[int, int], CoverBounds] = {}

    def __call__(self, period: int, driving_ms: int) -> CoverBounds:
        """Return bounds on the share of demand that positions reach within a time, at a period of travel times."""
        key = (period, driving_ms)
        if key not in self._made:
            least_ms, weight = self._least(period)
            reach = csr_array((least_ms <= driving_ms).astype(np.float64))
            at = np.unique(np.geomspace(1, max(2, len(least_ms)), 6).astype(np.int64))
            self._made[key] = certain_cover_bounds(reach, weight, at)
        return self._made[key]

    def _least(self, period: int) -> tuple[Ints, Floats]:
        """From each group of positions to each of places a time that no pair of them goes below, and the weights."""
        if period not in self._reach:
            travel, nodes, places = self._travel, self._nodes, self._places
            from_centre = lambda row: travel.one_to_many_ms(int(nodes[row]), nodes, period)  # noqa: E731
            to_centre = lambda row: travel.many_to_one_ms(places, int(places[row]), period)  # noqa: E731
            centres, _, slack = _grouped(from_centre, len(nodes), self._groups)
            heads, owner, more = _grouped(to_centre, len(places), self._groups)
            ways = np.array([travel.one_to_many_ms(int(nodes[c]), places[heads], period) for c in centres])
            least_ms = np.where(ways < 0, FAR_MS, ways) - slack[:, None] - more
            weight = np.bincount(owner, weights=self._weight, minlength=len(heads))
            self._reach[period] = (least_ms, weight)
        return self._reach[period]


def _grouped(times_ms: Callable[[int], Ints], n: int, most: int) -> tuple[Ints, Ints, Ints]:
    """Centres, the centre that owns each, and how far the farthest of each centre's own is."""

    def away_of(row: int) -> Ints:
        times = times_ms(row)
        return np.where(times < 0, FAR_MS, times)

    centres, owner, away = [0], np.zeros(n, dtype=np.int64), away_of(0)
    while len(centres) < most and away.max() > 0:
        centres.append(int(away.argmax()))
        there = away_of(centres[-1])
        owner[there < away] = len(centres) - 1
        away = np.minimum(away, there)
    slack = np.zeros(len(centres), dtype=np.int64)
    np.maximum.at(slack, owner, away)
    return np.array(centres, dtype=np.int64), owner, slack
