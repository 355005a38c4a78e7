"""The best cover proven: by integer programming where it is small, and a bound for every number of sites at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import block_array, csr_array, eye_array

from twin.cover import Floats, Plan, cover_value, improved_cover
from twin.programs import least


@dataclass(frozen=True, slots=True)
class CoverBounds:
    """What no plan of n sites can exceed, for each n at once: the least of some straight lines.

    Attributes:
        slope: (lines,) weight for each further site.
        start: (lines,) weight with none.
        total: all weight there is.
    """

    slope: Floats
    start: Floats
    total: float

    def at(self, n: int) -> float:
        """Return the bound for n sites; 0 for none."""
        if n <= 0:
            return 0.0
        return float(min((self.slope * n + self.start).min(initial=np.inf), self.total))


def best_mexclp(reach: csr_array, weight: Floats, k: int, busy: float, most_at_site: int | None = None) -> Plan:
    """Solve the maximum expected covering location problem to the optimum (Daskin 1983).

    A point with n teams in reach is covered with probability ``1 - busy ** n``; busy = 0 with one team a site is the
    maximal covering location problem. HiGHS solves the integer program with one variable for each point and number.

    Args:
        reach: (sites, demand) sparse, an entry wherever a site reaches a point.
        weight: (demand,) not negative.
        k: teams.
        busy: probability that a team is busy, from 0 up to but not including 1.
        most_at_site: how many teams one site may have; any number by default.

    Returns:
        The plan; its bound is what HiGHS proved, so that a gap remains only if it was stopped.
    """
    levels = 1 if busy == 0 else k
    sites, points = reach.shape
    cost = np.concatenate([np.zeros(sites), *(-np.asarray(weight) * (1 - busy) * busy**n for n in range(levels))])
    pattern = csr_array((np.ones(reach.nnz), reach.indices, reach.indptr), shape=reach.shape)
    within = block_array([[-pattern.T, *([eye_array(points)] * levels)]])
    counted = csr_array(np.concatenate([np.ones(sites), np.zeros(points * levels)])[None, :])
    most = np.full(sites, k if most_at_site is None else most_at_site)
    x, least_cost = least(
        cost,
        [(within, -np.inf, 0), (counted, 0, k)],
        upper=np.concatenate([most, np.ones(points * levels)]),
        whole=np.repeat([1, 0], [sites, points * levels]),
    )
    chosen = np.repeat(np.arange(sites), np.rint(x[:sites]).astype(int)).tolist()
    chance = csr_array((np.full(reach.nnz, 1.0 - busy), reach.indices, reach.indptr), shape=reach.shape)
    bound = max(-least_cost, cover_value(chance, weight, chosen))
    return improved_cover(chance, weight, Plan(np.array(chosen, np.int64), np.zeros(len(chosen)), bound), k)


def certain_cover_bounds(reach: csr_array, weight: Floats, at: NDArray[np.int64]) -> CoverBounds:
    """Return bounds on certain cover (a point is covered if one site reaches it) for every number of sites.

    The linear program of maximal covering is solved for the numbers in ``at``. Its dual prices w of the points are
    then made exact by hand, so that no rounding of a solver enters: for any ``0 <= w <= weight`` and
    ``slope = max over sites of the w it reaches``, n sites cover at most ``sum(weight - w) + slope * n``, since what
    they cover is at most ``weight - w`` everywhere plus the w they reach. Each w is a line that holds for every n.
    """
    weight = np.asarray(weight, dtype=np.float64)
    pattern = csr_array((np.ones(reach.nnz), reach.indices, reach.indptr), shape=reach.shape)
    prices = [weight, *(_prices(pattern, weight, int(n)) for n in at if n > 0 and weight.size)]
    slope = np.array([np.asarray(pattern @ w).max(initial=0.0) for w in prices])
    start = np.array([(weight - w).sum() for w in prices])
    return CoverBounds(slope, start, float(weight.sum()))


def _prices(pattern: csr_array, weight: Floats, n: int) -> Floats:
    """The dual prices, from the dual program: least ``n slope + sum(weight - w)`` with ``pattern @ w <= slope``."""
    sites, points = pattern.shape
    scale = max(float(weight.max()), 1e-300)
    rows = block_array([[pattern, -csr_array(np.ones((sites, 1)))]])
    upper = np.append(weight / scale, np.inf)
    x, _ = least(np.concatenate([-np.ones(points), [float(n)]]), [(rows, -np.inf, 0)], upper)
    return np.asarray(np.clip(x[:points] * scale, 0.0, weight))
