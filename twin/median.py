"""The p-median: p sites so that the weighted time from each demand point to its nearest site is least (Hakimi 1964).

Greedy with exchanges (Teitz and Bart 1968) for any size, with the bound of Lagrangian relaxation (Cornuejols, Fisher
and Nemhauser 1977); integer programming (HiGHS) where it is small enough to be proven.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import block_array, csr_array, eye_array, kron

from twin.programs import least

Floats = NDArray[np.float64]
EXACT_SIZE = 4000
"""Sites times demand points up to which :func:`best_median` is solved in seconds."""


@dataclass(frozen=True, slots=True)
class MedianPlan:
    """Chosen sites.

    Attributes:
        sites: (p,) rows of the cost matrix, in the order of choice.
        cost: weighted cost of serving every point from its nearest site.
        bound: no p sites cost less.
    """

    sites: NDArray[np.int64]
    cost: float
    bound: float

    @property
    def gap(self) -> float:
        """Proven distance from the best plan, as a share of the cost."""
        return 0.0 if self.cost <= 0 else max(0.0, 1.0 - self.bound / self.cost)


def median_cost(cost: Floats, weight: Floats, sites: NDArray[np.int64]) -> float:
    """Return the weighted cost of serving each point from the nearest of some sites, at least one."""
    return float((cost[sites].min(axis=0) * weight).sum())


def median(cost: Floats, weight: Floats, p: int, passes: int = 20) -> MedianPlan:
    """Choose p sites by greedy and exchanges, ties to the lowest row.

    Args:
        cost: (sites, demand) not negative and finite; a large number where there is no way.
        weight: (demand,) not negative.
        p: how many, from 1 to the number of sites.
        passes: of exchanges, at most.

    Raises:
        ValueError: p is not from 1 to the number of sites, or the shapes do not fit.
    """
    _check(cost, weight, p)
    sites: list[int] = []
    nearest = np.full(cost.shape[1], cost.max(initial=0.0))
    for _ in range(p):
        saved = (np.maximum(nearest - cost, 0.0) * weight).sum(axis=1)
        saved[sites] = -1.0
        sites.append(int(np.argmax(saved)))
        nearest = np.minimum(nearest, cost[sites[-1]])
    for _ in range(passes):
        if not _exchange(cost, weight, sites):
            break
    chosen = np.array(sites, np.int64)
    total = median_cost(cost, weight, chosen)
    return MedianPlan(chosen, total, min(total, lagrangian_bound(cost, weight, p, total)))


def best_median(cost: Floats, weight: Floats, p: int) -> MedianPlan:
    """Solve the p-median to the optimum by integer programming; for up to about EXACT_SIZE pairs.

    Raises:
        ValueError: as :func:`median`.
    """
    _check(cost, weight, p)
    sites, points = cost.shape
    served = block_array([[csr_array((points, sites)), kron(np.ones((1, sites)), eye_array(points))]])
    opened = block_array([[-kron(eye_array(sites), np.ones((points, 1))), eye_array(sites * points)]])
    counted = csr_array(np.concatenate([np.ones(sites), np.zeros(sites * points)])[None, :])
    x, bound = least(
        np.concatenate([np.zeros(sites), (cost * weight).ravel()]),
        [(served, 1, 1), (opened, -np.inf, 0), (counted, 0, p)],
        upper=1.0,
        whole=np.repeat([1, 0], [sites, sites * points]),
    )
    chosen = np.flatnonzero(x[:sites] > 0.5).astype(np.int64)
    total = median_cost(cost, weight, chosen)
    return MedianPlan(chosen, total, min(total, bound))


def lagrangian_bound(cost: Floats, weight: Floats, p: int, upper: float, steps: int = 120) -> float:
    """Return a bound below every choice of p sites, by subgradient steps from the prices of each point.

    For any prices u the bound ``sum(u) + sum of the p least sum(min(0, weight * cost - u))`` holds; the steps only make
    it better.
    """
    each = cost * weight
    prices, best, pace = each.min(axis=0) + 0.5 * (np.median(each, axis=0) - each.min(axis=0)), -np.inf, 1.0
    for _ in range(steps):
        reduced = np.minimum(each - prices, 0.0)
        gain = reduced.sum(axis=1)
        chosen = np.argsort(gain, kind="stable")[:p]
        bound = float(prices.sum() + gain[chosen].sum())
        pace = pace if bound > best else 0.9 * pace
        best = max(best, bound)
        slack = 1.0 - (reduced[chosen] < 0).sum(axis=0)
        norm = float((slack**2).sum())
        if norm == 0 or upper <= best:
            break
        prices = np.maximum(prices + pace * max(upper - bound, 0.0) / norm * slack, 0.0)
    return max(best, 0.0)


def _exchange(cost: Floats, weight: Floats, sites: list[int]) -> bool:
    changed = False
    for place in range(len(sites)):
        others = sites[:place] + sites[place + 1 :]
        rest = cost[others].min(axis=0) if others else np.full(cost.shape[1], np.inf)
        totals = (np.minimum(cost, rest) * weight).sum(axis=1)
        totals[others] = np.inf
        new = int(np.argmin(totals))
        if totals[new] < totals[sites[place]] * (1 - 1e-12):
            sites[place], changed = new, True
    return changed


def _check(cost: Floats, weight: Floats, p: int) -> None:
    if cost.ndim != 2 or cost.shape[1] != len(weight):
        raise ValueError(f"cost must be (sites, demand) with demand {len(weight)}, but is {cost.shape}")
    if not 1 <= p <= cost.shape[0]:
        raise ValueError(f"p must be from 1 to the {cost.shape[0]} sites, but is {p}")
