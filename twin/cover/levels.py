"""What each number of sites, or each sum of money, buys: a curve of values and bounds, and plans in phases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from twin.cover.greedy import greedy, improve
from twin.cover.incidence import Floats, Ints
from twin.cover.lagrange import Lagrangian
from twin.cover.plan import Plan
from twin.cover.problem import CoverProblem
from twin.cover.solving import USUAL, Effort, plan_of, solved
from twin.cover.task import SLACK, Task
from twin.errors import Fault, InputError

ANCHORS: Final = 6
"""Levels for which the bound of a curve is made good; it holds for all."""

By = Literal["k", "budget"]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """What a plan is worth, part by part, and what could be reached at most.

    Attributes:
        level: (n,) numbers of sites, or money.
        value: (n,) what the first sites of the plan are worth, as many as the level allows.
        bound: (n,) no plan within the level is worth more.
        plan: the plan for the highest level.
    """

    level: Floats
    value: Floats
    bound: Floats
    plan: Plan

    @property
    def gap(self) -> Floats:
        """(n,) proven distance from the best plan of each level, as a share of the bound."""
        return np.where(self.bound > 0, np.maximum(0.0, 1.0 - self.value / np.maximum(self.bound, 1e-300)), 0.0)


def curve(problem: CoverProblem, levels: Sequence[float], by: By = "k", effort: Effort = USUAL) -> Curve:
    """Solve for the highest level, and value its first parts against bounds for every level.

    The prices of one Lagrangian bound hold for every level at once; those of some levels are made good and the least
    bound of each level counts.

    Args:
        problem: see there.
        levels: numbers of sites or sums of money, rising, must-have sites included.
        by: what the levels are.
        effort: for the plan; its steps are spread over the levels for the bounds.

    Raises:
        InputError: the levels do not rise, or the lowest or the highest contradicts the problem.
    """
    level, task = _levels(problem, levels, by)
    plan = solved(problem, task, effort)
    used = np.cumsum(task.amount[0, plan.sites])
    parts = np.searchsorted(used, level * (1 + SLACK), side="right")
    value = np.concatenate([[0.0], plan.value])[parts]
    bound = np.full(len(level), plan.bound)
    for anchor in np.unique(np.geomspace(1, len(level), ANCHORS).astype(int)) - 1:
        part = task.paid(float(level[anchor]))
        lagrangian = Lagrangian(part, plan.sites[len(task.must) : parts[anchor]])
        lagrangian.run(float(value[anchor]), max(1, effort.steps // 3), effort.close)
        bound = np.minimum(bound, lagrangian.bounds(level))
    return Curve(level, value, np.maximum(bound, value), plan)


def phases(problem: CoverProblem, levels: Sequence[float], by: By = "k", effort: Effort = USUAL) -> list[Plan]:
    """Plan in phases, each of which contains the one before, each with the bound of a plan made for it alone.

    Two ways are tried, and the better by the mean share of the bounds reached is taken: forward, each phase is the
    best that can be added to the one before; backward, each phase is the best part of the one after.

    Args:
        problem: see there.
        levels: of each phase together with those before it, rising.
        by: what the levels are.
        effort: for each phase.

    Returns:
        A plan for each level; the sites of each begin with those of the one before.

    Raises:
        InputError: as :func:`curve`.
    """
    level, task = _levels(problem, levels, by)
    alone = [solved(problem, task.within(float(most)), effort) for most in level]
    ways = [_forward(task, level, alone[0], effort), _backward(task, level, alone[-1], effort)]
    plans = [
        [plan_of(problem, part, [], own.bound, own.bound_by) for part, own in zip(way, alone, strict=True)]
        for way in ways
    ]
    return max(plans, key=lambda way: sum(1.0 - plan.gap for plan in way))


def _forward(task: Task, level: Floats, first: Plan, effort: Effort) -> list[Task]:
    parts = [task.within(float(level[0])).after(_beside(first.sites, task))]
    for most in level[1:]:
        rest = task.within(float(most)).after(list(parts[-1].must[len(task.must) :]))
        parts.append(rest.after(_good(rest, effort)))
    return parts


def _backward(task: Task, level: Floats, last: Plan, effort: Effort) -> list[Task]:
    nested = [_beside(last.sites, task)]
    for most in level[-2::-1]:
        nested.insert(0, _good(task.within(float(most)).among(nested[0]), effort))
    parts, order = list[Task](), list[int]()
    for most, sites in zip(level, nested, strict=True):
        new = list(sites)
        for site in order:
            new.remove(site)
        order += new
        parts.append(task.within(float(most)).after(order))
    return parts


def _good(task: Task, effort: Effort) -> list[int]:
    choice = greedy(task)
    improve(choice, effort.passes)
    return list(choice.sites)


def _beside(sites: Ints, task: Task) -> list[int]:
    return [int(site) for site in sites[len(task.must) :]]


def _levels(problem: CoverProblem, levels: Sequence[float], by: By) -> tuple[Floats, Task]:
    """The levels as an array, and the task of the highest."""
    level = np.asarray(levels, dtype=np.float64)
    faults = list[Fault]()
    if level.ndim != 1 or not len(level) or not np.isfinite(level).all() or (np.diff(level) <= 0).any():
        raise InputError("plan in levels", f"levels must rise from one to the next, but are {list(levels)}")
    if by == "k" and (level != np.rint(level)).any():
        faults.append(Fault(f"numbers of sites must be whole, but are {list(levels)}"))
    for most in (level[0], level[-1]):
        try:
            task = Task.of(problem, *((int(most), None) if by == "k" else (None, float(most))))
        except InputError as wrong:
            faults += [fault for fault in wrong.faults if fault not in faults]
    if faults:
        raise InputError("plan in levels", faults)
    return level, task
