"""Maximum cover: choose sites so that the weight they cover is as large as can be; for cameras, posts and drone docks.

Lazy greedy (Minoux 1978) with a bound that holds for the instance at hand: after any choice S, no plan of k sites
covers more than ``value(S)`` plus the k largest gains that remain (Nemhauser, Wolsey and Fisher 1978).
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array


@dataclass(frozen=True, slots=True)
class Plan:
    """Chosen sites in the order of choice, so that any first part of it is itself a plan.

    Attributes:
        sites: (k,) chosen rows of the cover matrix.
        value: (k,) weight covered after each choice.
        bound: no plan of k sites covers more than this.
    """

    sites: NDArray[np.int64]
    value: NDArray[np.float64]
    bound: float

    @property
    def gap(self) -> float:
        """Proven distance from the best plan, as a share of the bound."""
        return 0.0 if self.bound <= 0 else float(1.0 - (self.value[-1] if len(self.value) else 0.0) / self.bound)


def greedy_cover(cover: csr_array, weight: NDArray[np.float64], k: int) -> Plan:
    """Choose at most k sites by the largest gain, ties to the lowest row.

    Args:
        cover: (sites, demand) sparse, an entry wherever a site covers a demand point.
        weight: (demand,) not negative.
        k: how many sites may be chosen; fewer are when nothing is left to gain.

    Raises:
        ValueError: the shapes do not fit, or a weight is negative.
    """
    if cover.shape[1] != len(weight):
        raise ValueError(f"weight must have one value per column of cover, {cover.shape[1]}, but has {len(weight)}")
    if len(weight) and float(weight.min()) < 0:
        raise ValueError("weights must not be negative")
    left = np.asarray(weight, dtype=np.float64).copy()
    heap = [(-_gain(cover, left, row), row) for row in range(cover.shape[0])]
    heapq.heapify(heap)
    sites: list[int] = []
    value: list[float] = []
    bound = _bound(cover, left, 0.0, k)
    while heap and len(sites) < k:
        _, row = heapq.heappop(heap)
        gain = _gain(cover, left, row)
        if heap and (-gain, row) > heap[0]:
            if gain > 0:
                heapq.heappush(heap, (-gain, row))
            continue
        if gain <= 0:
            break
        sites.append(row)
        value.append((value[-1] if value else 0.0) + gain)
        left[_columns(cover, row)] = 0.0
        bound = min(bound, _bound(cover, left, value[-1], k))
    return Plan(np.array(sites, np.int64), np.array(value), bound)


def _columns(cover: csr_array, row: int) -> NDArray[np.int32]:
    columns: NDArray[np.int32] = cover.indices[cover.indptr[row] : cover.indptr[row + 1]]
    return columns


def _gain(cover: csr_array, left: NDArray[np.float64], row: int) -> float:
    return float(left[_columns(cover, row)].sum())


def _bound(cover: csr_array, left: NDArray[np.float64], value: float, k: int) -> float:
    ones = csr_array((np.ones(len(cover.indices)), cover.indices, cover.indptr), shape=cover.shape)
    gains = np.sort(np.asarray(ones @ left))[::-1]
    return float(min(value + gains[:k].sum(), value + left.sum()))
