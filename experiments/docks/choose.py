"""Which sites get a dock: most expected requests in time, with what no plan can exceed, beside a plain greedy one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from experiments.docks.reach import Reach
from experiments.docks.sites import DockSites
from twin.cover import EFFORTS, GREEDY, CoverProblem, Curve, curve, solve

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Docks:
    """Chosen sites.

    Attributes:
        curve: shares of all requests by number of docks, each with its bound; its plan holds the rows of the sites.
        even: rows of as many sites by the peer: greedy, every place alike, whatever is expected there.
        even_share: of all requests, that those reach in time.
        nearest: (places,) the chosen site that is there first, -1 where none is in time.
        arrive_s: (places,) when; infinite where none is.
    """

    curve: Curve
    even: Ints
    even_share: float
    nearest: Ints
    arrive_s: Floats


def chosen(reach: Reach, weight: Floats, sites: DockSites, docks: int, busy: float, effort: str) -> Docks:
    """Choose docks.

    Args:
        reach: which places (m) each site (n) reaches in time.
        weight: (m,) requests expected at each place.
        sites: n of them.
        docks: how many, at most.
        busy: share of the time a dock's drone is away: a place that two docks reach has two chances (Daskin 1983).
        effort: name of one of ``EFFORTS``.
    """
    share = weight / weight.sum()
    problem = CoverProblem(_cover(reach, busy), share)
    levels = list(range(1, min(docks, len(sites)) + 1))
    steps = curve(problem, levels, effort=EFFORTS[effort])
    alike = CoverProblem(problem.cover, np.full(problem.demand, 1.0 / problem.demand))
    even = solve(alike, levels[-1], effort=GREEDY).sites
    nearest, arrive_s = first_there(reach.arrive_s, steps.plan.sites)
    return Docks(steps, even, covered(problem, even), nearest, arrive_s)


def _cover(reach: Reach, busy: float) -> csr_array:
    cover = reach.arrive_s.copy()
    cover.data = np.full(len(cover.data), 1.0 - busy)
    return cover


def covered(problem: CoverProblem, rows: Ints) -> float:
    """Return the share of the demand that some sites cover."""
    missed = np.ones(problem.demand)
    for row in rows.tolist():
        part = problem.cover[[row]].tocoo()
        missed[part.col] *= 1.0 - part.data
    return float((problem.weight * (1.0 - missed)).sum())


def first_there(arrive_s: csr_array, rows: Ints) -> tuple[Ints, Floats]:
    """Return for each place which of some sites is there first, -1 where none is in time, and when."""
    nearest = np.full(arrive_s.shape[1], -1, dtype=np.int64)
    when = np.full(arrive_s.shape[1], np.inf)
    for row in rows.tolist():
        part = arrive_s[[row]].tocoo()
        sooner = part.data < when[part.col]
        nearest[part.col[sooner]], when[part.col[sooner]] = row, part.data[sooner]
    return nearest, when
