"""From a problem to a plan: must-see zones first, then what is worth most, in an order whose first parts are plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.placement.inputs import Inputs
from experiments.placement.objectives import Aim
from experiments.placement.request import PlaceRequest
from experiments.placement.sight import Sight, must_problem, problem_of
from sensors.sightline import Floats
from twin.cover import EFFORTS, GREEDY, Plan, solve


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
    plan = solve(problem, request.budget if request.money is None else None, request.money, EFFORTS[request.effort])
    already = float((aim.elements.weight * (1.0 - sight.missed)).sum())
    return Chosen(plan, len(must), _must_seen(sight, plan.sites), already, _curve(plan))


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


def _curve(plan: Plan) -> list[dict[str, Any]]:
    values: Floats = np.concatenate([[0.0], plan.value])
    points = [{"cameras": n, "value": float(value), "bound": None} for n, value in enumerate(values.tolist())]
    points[-1]["bound"] = plan.bound
    return points
