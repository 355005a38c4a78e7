"""Parts of demand, such as mahallas, and the covered share of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from twin.cover.incidence import Floats, Ints
from twin.cover.problem import CoverProblem
from twin.cover.task import Task
from twin.errors import Fault, InputError


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Parts that have demand.

    Attributes:
        names: (parts,) their numbers, rising.
        of_element: (demand of the task,) place of each element's part in ``names``.
        start: (parts,) share that what exists and the must-have sites cover.
        must_covered: shares after each must-have site.
        worst: how many parts count as the worst.
    """

    names: Ints
    of_element: Ints
    start: Floats
    must_covered: tuple[Floats, ...]
    worst: int

    def worth(self, covered: Floats) -> float:
        """Mean of the worst shares."""
        return float(np.sort(covered)[: self.worst].sum() / self.worst)

    def edge(self, covered: Floats) -> float:
        """The share of the best of the worst parts."""
        return float(np.sort(covered)[self.worst - 1])

    def summed(self, amounts: Floats) -> Floats:
        """Sum one amount for each element by part."""
        return _summed(self.of_element, amounts, len(self.names))


def parted(problem: CoverProblem, part: Ints, k: int | None, budget: float | None, share: float) -> tuple[Task, Parts]:
    """The task with each element's weight as a share of its part's, and the parts.

    Raises:
        InputError: the limits contradict the problem, or parts or share make no sense; all faults at once.
    """
    faults = [Fault(what) for what in _faults(problem, np.asarray(part), share)]
    if faults:
        raise InputError("plan for the worst parts", faults)
    weight = np.asarray(problem.weight, dtype=np.float64)
    names, place = np.unique(np.asarray(part)[weight > 0], return_inverse=True)
    of_demand = np.zeros(len(weight), dtype=np.int64)
    of_demand[weight > 0] = place
    whole = _summed(of_demand, weight, len(names))
    shares = replace(problem, weight=weight / whole[of_demand])
    start = _summed(of_demand, shares.weight - shares.left, len(names))
    empty = Task.of(replace(shares, must=()), k, budget)
    task = Task.of(shares, k, budget) if len(problem.must) else empty
    of_element = of_demand[task.kept]
    covered = [start]
    for n in range(1, len(problem.must) + 1):
        taken = empty.weight - empty.after([int(row) for row in problem.must[:n]]).weight
        covered.append(start + _summed(of_element, taken, len(names)))
    return task, Parts(names, of_element, covered[-1], tuple(covered[1:]), max(1, ceil(share * len(names) - 1e-9)))


def _summed(place: Ints, amounts: Floats, n: int) -> Floats:
    return np.bincount(place, weights=amounts, minlength=n).astype(np.float64)


def _faults(problem: CoverProblem, part: Ints, share: float) -> list[str]:
    faults = []
    if part.shape != (problem.demand,) or part.dtype.kind not in "iu":
        faults.append(f"part must have one whole number per element of demand, {problem.demand}")
    if not 0 < share <= 1:
        faults.append(f"the share of the worst parts must be above 0 and at most 1, but is {share:g}")
    if not (np.asarray(problem.weight) > 0).any():
        faults.append("no element of demand has a weight")
    if problem.cost is not None and problem.costs.any():
        faults.append("costs are no share of a part's demand; state them as a limit")
    return faults
