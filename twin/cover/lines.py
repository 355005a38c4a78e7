"""Bounds on certain cover for every number of sites at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import block_array, csr_array

from twin.cover.incidence import Floats
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
