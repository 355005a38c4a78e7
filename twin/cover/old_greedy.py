"""Expected cover: choose sites so that the weight they cover is as large as can be; cameras, posts and drone docks.

A site covers a demand point with a probability, independently of the others; certain cover is probability 1. Certain
cover with one thing at a site is the maximal covering location problem (Church and ReVelle 1974); an equal probability
``1 - busy`` with several teams at a post is the MEXCLP (Daskin 1983).

What is covered grows with every site, and by less the more sites there are. Hence lazy greedy (Minoux 1978), and a
bound that holds for the instance at hand: after any choice S, no plan of k covers more than ``value(S)`` plus the k
largest gains that remain (Nemhauser, Wolsey and Fisher 1978).
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Plan:
    """Chosen sites in the order of choice, so that any first part of it is itself a plan.

    Attributes:
        sites: (k,) chosen rows of the cover matrix; one row several times for several things at one site.
        value: (k,) expected weight covered after each choice.
        bound: no plan of as many sites as were allowed covers more than this.
    """

    sites: NDArray[np.int64]
    value: Floats
    bound: float

    @property
    def gap(self) -> float:
        """Proven distance from the best plan, as a share of the bound."""
        covered = float(self.value[-1]) if len(self.value) else 0.0
        return 0.0 if self.bound <= 0 else max(0.0, 1.0 - covered / self.bound)


def greedy_cover(cover: csr_array, weight: Floats, k: int, most_at_site: int = 1) -> Plan:
    """Choose at most k sites by the largest gain, ties to the lowest row.

    Args:
        cover: (sites, demand) sparse, the probability that a site covers a demand point; 1 is certain.
        weight: (demand,) not negative.
        k: how many may be chosen; fewer are when nothing is left to gain.
        most_at_site: how often one site may be chosen.

    Raises:
        ValueError: the shapes do not fit, a weight is negative, or a probability is not from 0 to 1.
    """
    left = _checked(cover, weight)
    heap = [(-_gain(cover, left, row), row) for row in range(cover.shape[0])]
    heapq.heapify(heap)
    room = np.full(cover.shape[0], most_at_site)
    bound = _GainsBound(cover, k)
    sites: list[int] = []
    value: list[float] = []
    while heap and len(sites) < k:
        _, row = heapq.heappop(heap)
        gain = _gain(cover, left, row)
        if heap and (-gain, row) > heap[0]:
            if gain > 0:
                heapq.heappush(heap, (-gain, row))
            continue
        if gain <= 0:
            break
        bound.look(left, value, room)
        left[_columns(cover, row)] *= _missed(cover, row)
        sites.append(row)
        value.append((value[-1] if value else 0.0) + gain)
        room[row] -= 1
        if room[row]:
            heapq.heappush(heap, (-_gain(cover, left, row), row))
    bound.look(left, value, room, last=True)
    return Plan(np.array(sites, np.int64), np.array(value), bound.best)


def improved_cover(cover: csr_array, weight: Floats, plan: Plan, most_at_site: int = 1, passes: int = 10) -> Plan:
    """Exchange sites of a plan, one for another, as long as the cover grows; the bound stays as it was.

    A pass takes the plan's sites in turn and puts the best site in the place of each (Teitz and Bart 1968). The sites
    come back in greedy order among themselves, so that any first part is a good plan too.
    """
    sites = plan.sites.tolist()
    for _ in range(passes):
        if not _exchange(cover, weight, sites, most_at_site):
            break
    better = _in_greedy_order(cover, weight, sites, plan.bound)
    return better if len(sites) and better.value[-1] > plan.value[-1] else plan


def cover_value(cover: csr_array, weight: Floats, sites: Sequence[int]) -> float:
    """Return the expected weight that a choice of sites covers."""
    left = np.asarray(weight, dtype=np.float64).copy()
    for row in sites:
        left[_columns(cover, row)] *= _missed(cover, row)
    return float(np.sum(weight) - left.sum())


class _GainsBound:
    """The bound by the gains that remain, taken at the start, after every so many choices and at the end.

    A site that has room for several counts as often: the gain of a second and third thing at one site is that beside
    the first, and further ones gain no more than the third.
    """

    def __init__(self, cover: csr_array, k: int) -> None:
        self.best = np.inf
        self._k, self._every, self._cover = k, max(1, k // 32), cover
        self._chances = [cover]

    def look(self, left: Floats, value: list[float], room: NDArray[np.int64], last: bool = False) -> None:
        """Take it after some choices, unless it was taken a moment ago."""
        if last or len(value) % self._every == 0:
            done = value[-1] if value else 0.0
            self.best = min(self.best, done + min(self._gains(left, room), float(left.sum())))

    def _gains(self, left: Floats, room: NDArray[np.int64]) -> float:
        copies = min(int(room.max(initial=0)), self._k, 3)
        gains = [np.zeros(0)]
        for copy in range(copies):
            most = self._k if copy == 2 else 1
            gains.append(np.repeat(np.asarray(self._chance(copy) @ left), np.clip(room - copy, 0, most)))
        return float(np.sort(np.concatenate(gains))[::-1][: self._k].sum())

    def _chance(self, copy: int) -> csr_array:
        """The probability that the next thing at a site is the first of them to cover."""
        while len(self._chances) <= copy:
            before, cover = self._chances[-1], self._cover
            data = before.data * (1.0 - cover.data)
            self._chances.append(csr_array((data, cover.indices, cover.indptr), shape=cover.shape))
        return self._chances[copy]


def _checked(cover: csr_array, weight: Floats) -> Floats:
    if cover.shape[1] != len(weight):
        raise ValueError(f"weight must have one value per column of cover, {cover.shape[1]}, but has {len(weight)}")
    if len(weight) and float(weight.min()) < 0:
        raise ValueError("weights must not be negative")
    if cover.nnz and not (float(cover.data.min()) >= 0 and float(cover.data.max()) <= 1):
        raise ValueError("cover holds probabilities, from 0 to 1, where 1 is certain")
    return np.asarray(weight, dtype=np.float64).copy()


def _columns(cover: csr_array, row: int) -> NDArray[np.int32]:
    columns: NDArray[np.int32] = cover.indices[cover.indptr[row] : cover.indptr[row + 1]]
    return columns


def _missed(cover: csr_array, row: int) -> Floats:
    missed: Floats = 1.0 - cover.data[cover.indptr[row] : cover.indptr[row + 1]]
    return missed


def _gain(cover: csr_array, left: Floats, row: int) -> float:
    chance = cover.data[cover.indptr[row] : cover.indptr[row + 1]]
    return float((left[_columns(cover, row)] * chance).sum())


def _exchange(cover: csr_array, weight: Floats, sites: list[int], most_at_site: int) -> bool:
    """One pass over the sites; what the others leave uncovered is a product of those before and those after."""
    after = np.ones((len(sites) + 1, cover.shape[1]))
    for place in reversed(range(len(sites))):
        after[place] = after[place + 1]
        after[place, _columns(cover, sites[place])] *= _missed(cover, sites[place])
    before, changed = np.asarray(weight, dtype=np.float64).copy(), False
    count = np.bincount(sites, minlength=cover.shape[0])
    for place, old in enumerate(sites):
        count[old] -= 1
        gains = np.where(count < most_at_site, np.asarray(cover @ (before * after[place + 1])), -1.0)
        new = int(np.argmax(gains))
        if gains[new] > gains[old] * (1 + 1e-12):
            sites[place], changed = new, True
        count[sites[place]] += 1
        before[_columns(cover, sites[place])] *= _missed(cover, sites[place])
    return changed


def _in_greedy_order(cover: csr_array, weight: Floats, sites: list[int], bound: float) -> Plan:
    left, rest = np.asarray(weight, dtype=np.float64).copy(), sorted(sites)
    ordered: list[int] = []
    value: list[float] = []
    while rest:
        gains = [_gain(cover, left, row) for row in rest]
        row = rest.pop(int(np.argmax(gains)))
        value.append((value[-1] if value else 0.0) + max(gains))
        left[_columns(cover, row)] *= _missed(cover, row)
        ordered.append(row)
    return Plan(np.array(ordered, np.int64), np.array(value), bound)
