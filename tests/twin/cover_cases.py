"""Tiny cover problems at random, and every plan there is of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement

import numpy as np
from hypothesis import strategies as st
from scipy.sparse import csr_array

from twin.cover import CoverProblem, Limit


@dataclass(frozen=True)
class Case:
    """A problem and the limits of a plan."""

    problem: CoverProblem
    k: int | None
    budget: float | None

    @property
    def plans(self) -> Iterator[tuple[int, ...]]:
        """Every choice of sites within all limits, the must-have ones in it."""
        for size in range(0, 6):
            yield from (
                rows for rows in combinations_with_replacement(range(self.problem.sites), size) if self.allows(rows)
            )

    def allows(self, rows: tuple[int, ...]) -> bool:
        """Whether a choice is within all limits, by their definitions."""
        p, chosen = self.problem, list(rows)
        if self.k is not None and len(rows) > self.k:
            return False
        if self.budget is not None and p.prices[chosen].sum() > self.budget + 1e-9:
            return False
        if any(chosen.count(row) > p.most_at_site for row in set(chosen)):
            return False
        if any(chosen.count(row) < list(p.must).count(row) for row in set(p.must)):
            return False
        if p.limit is not None and p.limit.amount[chosen].sum() > p.limit.most + 1e-9:
            return False
        groups = [] if p.group is None else [g for g in np.asarray(p.group)[chosen].tolist() if g >= 0]
        return all(groups.count(g) <= p.most_in_group for g in set(groups))

    @property
    def best(self) -> float:
        """What the best of all plans is worth."""
        return max((worth(self.problem, rows) for rows in self.plans), default=-np.inf)


def worth(problem: CoverProblem, rows: tuple[int, ...] | list[int]) -> float:
    """The worth of a choice by its definition, dense."""
    miss = 1.0 - problem.cover.toarray().astype(float)[list(rows)]
    missed = 1.0 if problem.missed is None else problem.missed
    return float((problem.weight * missed * (1 - miss.prod(axis=0))).sum() - problem.costs[list(rows)].sum())


@st.composite
def cases(draw: st.DrawFn, certain: bool | None = None) -> Case:
    """Small problems with any of the features, or none."""
    rng = np.random.default_rng(draw(st.integers(0, 100_000)))
    sites, demand = 6, 9
    seen = rng.random((sites, demand)) < 0.4
    kind = "certain" if certain else draw(st.sampled_from(["certain", "equal", "mixed"]))
    chance = {"certain": 1.0, "equal": 0.7, "mixed": rng.choice([0.2, 0.5, 1.0], (sites, demand))}[kind]
    problem = CoverProblem(csr_array(seen * chance), rng.integers(0, 9, demand).astype(float))
    has = lambda: draw(st.booleans())  # noqa: E731
    if has():
        problem = replace(problem, price=rng.integers(1, 5, sites).astype(float))
    if has():
        problem = replace(problem, group=rng.integers(-1, 2, sites), most_in_group=draw(st.integers(1, 2)))
    if has():
        problem = replace(problem, cost=rng.integers(0, 6, sites).astype(float))
    if has():
        problem = replace(problem, missed=rng.choice([0.0, 0.5, 1.0], demand))
    if has():
        problem = replace(problem, limit=Limit(rng.integers(0, 4, sites).astype(float), 4.0))
    if has():
        problem = replace(problem, most_at_site=2)
    counted = draw(st.sampled_from(["k", "budget", "both"]))
    k = draw(st.integers(1, 4)) if counted != "budget" else None
    budget = float(draw(st.integers(4, 8))) if counted != "k" else None
    case = Case(problem, k, budget)
    if has():
        must = (int(rng.integers(sites)),)
        if case.allows(must):
            case = replace(case, problem=replace(problem, must=must))
    return case if budget is None or k is not None or budget <= 5 else replace(case, budget=5.0)
