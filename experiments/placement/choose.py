"""From a problem to a plan: must-see zones first, then what is worth most, in an order whose first parts are plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from experiments.placement.inputs import Inputs
from experiments.placement.objectives import Aim
from experiments.placement.request import PlaceRequest
from experiments.placement.sight import Sight, must_problem, problem_of
from sensors.sightline import Floats
from twin.cover import EFFORTS, GREEDY, CoverProblem, Curve, Effort, Plan, curve, fairest, phases, solve

MONEY_LEVELS: Final = 20
CURVE_CLOSE: Final = 1e-3
"""Proven gap at which the bound of a plan is good enough."""
FAIR_STEPS: Final = 60
PHASE_GAP: Final = 0.02
"""Gap of a phase above which the plan is made anew for its phases."""


@dataclass(frozen=True)
class Chosen:
    """A plan, and what no plan can exceed.

    Attributes:
        plan: rows of the candidates in the order of choice, and what they are worth beyond what exists.
        must: how many of the first were chosen for must-see zones.
        must_seen: share of the open ground of must-see zones seen; None where there are none.
        already: what existing cameras are worth.
        curve: for numbers of cameras, ``cameras``, ``value`` and ``bound`` on any plan of as many.
    """

    plan: Plan
    must: int
    must_seen: float | None
    already: float
    curve: list[dict[str, Any]]

    @property
    def rows(self) -> NDArray[np.int64]:
        """Rows of the candidates in the order of choice."""
        return self.plan.sites


def chosen(request: PlaceRequest, inputs: Inputs, aim: Aim, sight: Sight) -> Chosen:
    """Choose cameras.

    Raises:
        InputError: the limits contradict each other.
    """
    must = _must(request, inputs, sight)
    problem = problem_of(request, inputs, aim, sight, must)
    effort = EFFORTS[request.effort]
    if aim.elements.group is not None:
        return _fair(request, aim, sight, problem, len(must), effort)
    levels, by = _levels(request, inputs, must)
    found = curve(problem, levels, by, replace(effort, close=max(effort.close, CURVE_CLOSE)))
    plan = found.plan
    if by == "k" and _loose(found, request.phases):
        plan = phases(problem, [n for n in request.phases if n < levels[-1]] + [levels[-1]], by, effort)[-1]
    plan = _tightened(plan, found)
    already = float((aim.elements.weight * (1.0 - sight.missed)).sum())
    return Chosen(plan, len(must), _must_seen(sight, plan.sites), already, _points(plan, found, by))


def _tightened(plan: Plan, found: Curve) -> Plan:
    """Return the plan with the least bound there is on plans within its limits."""
    bound = max(float(found.bound[-1]), plan.total)
    return plan if plan.bound <= bound else replace(plan, bound=bound, bound_by="Lagrangian")


def _fair(request: PlaceRequest, aim: Aim, sight: Sight, problem: CoverProblem, must: int, effort: Effort) -> Chosen:
    """Choose for the worst served tenth of the groups; values are what their mean share seen grows by."""
    group = aim.elements.group
    assert group is not None  # the caller asks for a fair plan
    weight = np.where(group >= 0, aim.elements.weight, 0.0)
    budget = request.budget if request.money is None else None
    found = fairest(replace(problem, weight=weight), group, budget, request.money, effort=proving(effort))
    inside = weight > 0
    already = _worst(group[inside], weight[inside], sight.missed[inside], found.worst)
    plan = replace(found.plan, value=found.plan.value - already, bound=found.plan.bound - already)
    spent, values = np.append(0.0, plan.spent).tolist(), np.append(0.0, plan.value).tolist()
    points = [
        {"cameras": n, "price": spent[n], "value": values[n], "bound": plan.bound if n == len(plan.sites) else None}
        for n in range(len(values))
    ]
    return Chosen(plan, must, _must_seen(sight, plan.sites), already, points)


def proving(effort: Effort) -> Effort:
    """Return an effort that makes at least some steps for a bound: without them a fair plan has none."""
    return replace(effort, steps=max(effort.steps, FAIR_STEPS))


def _worst(group: NDArray[np.int64], weight: Floats, missed: Floats, worst: int) -> float:
    """Return the mean share that existing cameras see of the worst served groups."""
    whole, lost = (np.bincount(group, weights=values) for values in (weight, weight * missed))
    shares = np.sort(1.0 - lost[whole > 0] / whole[whole > 0])
    return float(shares[:worst].mean())


def _levels(request: PlaceRequest, inputs: Inputs, must: Sequence[int]) -> tuple[list[float], Literal["k", "budget"]]:
    """Return the numbers of cameras, or the sums of money, at which the curve is told."""
    if request.money is None:
        assert request.budget is not None  # a request names one of the two
        return [float(n) for n in range(max(1, len(must)), request.budget + 1)], "k"
    prices = inputs.candidates.price
    least = max(float(prices.min()), float(prices[list(must)].sum()))
    levels = [request.money * part / MONEY_LEVELS for part in range(1, MONEY_LEVELS + 1)]
    return [level for level in levels if level >= least] or [request.money], "budget"


def _loose(found: Curve, ends: Sequence[int]) -> bool:
    """Return whether the first cameras of a plan, taken as phases, are farther from the best than they need be."""
    gaps = dict(zip(found.level.tolist(), found.gap.tolist(), strict=True))
    return any(gaps.get(float(end), 0.0) > PHASE_GAP for end in ends)


def _must(request: PlaceRequest, inputs: Inputs, sight: Sight) -> Sequence[int]:
    """Return as few cameras as greedy finds that see all of the must-see zones that any candidate sees."""
    problem = must_problem(request, inputs, sight)
    if problem is None:
        return ()
    found = solve(problem, request.budget if request.money is None else None, request.money, GREEDY)
    return tuple(found.sites.tolist())


def _must_seen(sight: Sight, rows: NDArray[np.int64]) -> float | None:
    if sight.must is None:
        return None
    cover, seen = sight.must
    there = seen.copy()
    for row in rows.tolist():
        there[cover.indices[cover.indptr[row] : cover.indptr[row + 1]]] = True
    return float(there.mean())


def _points(plan: Plan, found: Curve, by: str) -> list[dict[str, Any]]:
    """Return the curve: cameras, money spent, what they add, and what no plan adds with as many or as much money."""
    values, spent = np.concatenate([[0.0], plan.value]), np.concatenate([[0.0], plan.spent])
    bounds = dict(zip(found.level.tolist(), found.bound.tolist(), strict=True))
    if by == "k":
        bounds[float(len(plan.sites))] = min(bounds.get(float(len(plan.sites)), np.inf), max(plan.bound, plan.total))
        return [
            {"cameras": n, "price": float(spent[n]), "value": float(value), "bound": bounds.get(float(n))}
            for n, value in enumerate(values.tolist())
        ]
    ends = {int(np.searchsorted(spent, level * (1 + 1e-12), side="right")) - 1: level for level in found.level.tolist()}
    return [
        {"cameras": n, "price": float(spent[n]), "value": float(value), "bound": bounds.get(ends.get(n, np.nan))}
        for n, value in enumerate(values.tolist())
    ]
