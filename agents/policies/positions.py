"""Where a service's teams are best kept, solved once from demand and travel times, and who is kept where."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array

from agents.policies.cover_tables import CoverTable, Floats
from agents.policy import Ints, View
from twin.cover import QUICK, CoverProblem, solve
from twin.median import median

KEPT: Final = 64
_solved: OrderedDict[bytes, Ints] = OrderedDict()

Solver = Callable[[CoverTable, Floats, int], Ints]
"""From a table, demand and a number of teams to as many sites, the most needed first; equal input, equal sites."""


def mexclp_sites(busy: float) -> Solver:
    """Return the solver that places teams by the MEXCLP (Daskin 1983): greedy, then exchanges.

    The most needed come first: any first part is a good placement of fewer teams.
    """

    def placed(table: CoverTable, demand: Floats, n: int) -> Ints:
        if n < 1:
            return np.zeros(0, dtype=np.int64)
        cover = csr_array(table.reach * (1.0 - busy))
        plan = solve(CoverProblem(cover, demand, most_at_site=n), k=n, effort=QUICK)
        return _filled(plan.sites, table, demand, n)

    return _remembered(f"mexclp {busy}", placed)


def median_sites() -> Solver:
    """Return the solver that places teams by the p-median (Hakimi 1964): greedy, then exchanges.

    With more teams than posts the rest goes where most demand is nearest, one after another (Jefferson's method).
    """

    def placed(table: CoverTable, demand: Floats, n: int) -> Ints:
        cost = _cost(table)
        plan = median(cost, demand, min(n, len(table.site)), passes=3)
        return _filled(plan.sites, table, demand, n)

    return _remembered("median", placed)


def _filled(sites: Ints, table: CoverTable, demand: Floats, n: int) -> Ints:
    """Sites for n teams: those chosen, and for the rest where each team has most demand nearest to it."""
    chosen = sites.tolist() or [0]
    seats = np.unique(chosen)
    nearest = seats[_cost(table)[seats].argmin(axis=0)]
    served = np.bincount(nearest, weights=demand, minlength=len(table.site))
    count = np.bincount(chosen, minlength=len(table.site))
    while len(chosen) < n:
        best = int(np.argmax(served / (count + 1)))
        count[best] += 1
        chosen.append(best)
    return np.array(chosen[:n], dtype=np.int64)


def _cost(table: CoverTable) -> Floats:
    longest_ms = int(table.times_ms.max(initial=0))
    return np.where(table.times_ms < 0, 10 * longest_ms + 1, table.times_ms).astype(np.float64)


def _remembered(name: str, solve: Solver) -> Solver:
    """The same question again in one process, as in the next replication, is answered from memory."""

    def answer(table: CoverTable, demand: Floats, n: int) -> Ints:
        asked = blake2b(f"{name} {n} {table.times_ms.shape}".encode(), digest_size=16)
        for part in (table.times_ms, table.reach, demand):
            asked.update(np.ascontiguousarray(part).tobytes())
        key = asked.digest()
        if key not in _solved:
            _solved[key] = solve(table, demand, n)
            if len(_solved) > KEPT:
                _solved.popitem(last=False)
        return _solved[key]

    return answer


def nearest_pairs(view: View, rows: Ints, nodes: Ints) -> list[tuple[int, int]]:
    """Return pairs of a row and a node so that each node gets a team and the driving adds up to the least.

    Args:
        view: the moment; teams drive from where they are.
        rows: at least as many as nodes, or the nodes at the end of the list get none.
        nodes: a node several times for several teams.
    """
    nodes = nodes[: len(rows)]
    if not len(nodes):
        return []
    times_ms = np.array([view.travel_ms(view.teams.node[rows], int(node)) for node in nodes], dtype=np.int64)
    too_long_ms = (int(times_ms.max()) + 1) * (len(nodes) + 1)
    cost = np.where(times_ms < 0, too_long_ms, times_ms) * (len(rows) * len(nodes) + 1) + np.arange(len(rows))
    pairs = zip(*(part.tolist() for part in linear_sum_assignment(cost)), strict=True)
    return [(int(rows[j]), int(nodes[i])) for i, j in pairs if times_ms[i, j] >= 0]
