"""One call from a problem and its limits to a plan with a bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from twin.cover.choice import Choice, pays
from twin.cover.exact import Program, without_hopeless
from twin.cover.greedy import fill, greedy, improve, in_order
from twin.cover.lagrange import CLOSED, Lagrangian
from twin.cover.pick import Picker
from twin.cover.plan import Plan
from twin.cover.problem import CoverProblem
from twin.cover.task import Task

TRIES: Final = 12


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is done for a plan; counted in steps, never by a clock, so that equal problems get equal plans.

    Attributes:
        passes: of exchanges, at most.
        steps: of the Lagrangian bound, at most; 0 leaves the bound by gains.
        close: gap at which the Lagrangian bound is good enough.
        exact: nonzeros of the integer program up to which HiGHS proves the best plan.
    """

    passes: int = 20
    steps: int = 300
    close: float = 5e-4
    exact: int = 20_000


GREEDY: Final = Effort(passes=0, steps=0, exact=0)
QUICK: Final = Effort(passes=2, steps=0, exact=0)
USUAL: Final = Effort()
PROOF: Final = Effort(passes=50, steps=1000, close=CLOSED, exact=1 << 62)
THOROUGH: Final = Effort(passes=50, steps=1500, close=CLOSED, exact=300_000)
EFFORTS: Final = {"greedy": GREEDY, "quick": QUICK, "usual": USUAL, "thorough": THOROUGH}


def solve(problem: CoverProblem, k: int | None = None, budget: float | None = None, effort: Effort = USUAL) -> Plan:
    """Choose sites so that they are worth as much as can be.

    Args:
        problem: see there.
        k: how many may be chosen, must-have ones included.
        budget: what they may cost together, must-have ones included.
        effort: how much is done for it.

    Returns:
        The plan, and a bound that no plan within the same limits exceeds. Fewer than k where no further site gains.

    Raises:
        InputError: neither k nor budget is named, or the limits contradict the problem; all faults at once.
    """
    return solved(problem, Task.of(problem, k, budget), effort)


def solved(problem: CoverProblem, task: Task, effort: Effort) -> Plan:
    """As :func:`solve`, of a task made of a problem."""
    choice = greedy(task)
    bound = gains_bound(choice)
    improve(choice, effort.passes)
    if not effort.steps:
        return plan_of(problem, task, choice.sites, min(bound, gains_bound(choice)), "gains")
    lagrangian = Lagrangian(task, np.array(choice.sites, dtype=np.int64))
    sites = search(choice, lagrangian, effort)
    choice.become(sites)
    proven = proof(task, lagrangian, choice, effort.exact)
    if proven is not None:
        return plan_of(problem, task, *proven, "HiGHS")
    return plan_of(problem, task, sites, lagrangian.bound, "Lagrangian")


def best(problem: CoverProblem, k: int | None = None, budget: float | None = None) -> Plan:
    """Return the best plan there is, proven by HiGHS however long it takes; for small problems.

    Raises:
        InputError: as :func:`solve`.
    """
    return solve(problem, k, budget, PROOF)


def proof(task: Task, lagrangian: Lagrangian, choice: Choice, most: int) -> tuple[list[int], float] | None:
    """Return the sites of the best plan and its bound by HiGHS; None where it is proven already or too large.

    Sites that the Lagrangian bound shows to be in no better plan are left out before.
    """
    value = task.done + choice.total
    if lagrangian.bound <= value + CLOSED * abs(value):
        return None
    part = without_hopeless(task, lagrangian.net, lagrangian.bound, value)
    program = Program.of(part)
    if program.nonzeros > most:
        return None
    sites, bound = program.solved()
    found = part.after(sites).done
    bound = min(max(bound, value, found), lagrangian.bound)
    return (sites, bound) if found > value else (list(choice.sites), bound)


def search(choice: Choice, lagrangian: Lagrangian, effort: Effort) -> list[int]:
    """Take steps, and from time to time make a plan of what they picked; return the sites of the best plan."""
    best, best_sites = choice.total, list(choice.sites)
    pay, priced = pays(choice.task)[-1], len(pays(choice.task)) > 1
    done = choice.task.done
    for _ in range(TRIES):
        lagrangian.run(done + best, -(-effort.steps // TRIES), effort.close)
        choice.become(lagrangian.picked.sites.tolist())
        fill(choice, pay)
        if priced:
            improve(choice, effort.passes, lagrangian.picked.price)
        improve(choice, effort.passes)
        if choice.total > best:
            best, best_sites = choice.total, list(choice.sites)
        if lagrangian.finished or lagrangian.bound <= done + best + effort.close * abs(done + best):
            break
    return best_sites


def plan_of(problem: CoverProblem, task: Task, sites: list[int], bound: float, bound_by: str) -> Plan:
    """The plan of some sites beside the must-have ones."""
    done = task.after(in_order(task, sites))
    chosen = np.array(done.must, dtype=np.int64)
    return Plan(chosen, done.before, np.cumsum(problem.prices[chosen]), max(bound, done.done), bound_by)


def gains_bound(choice: Choice) -> float:
    """What no plan exceeds: the worth of a choice and the largest gains that remain (Nemhauser et al. 1978)."""
    task = choice.task
    covered = choice.total + float(task.cost[choice.sites].sum())
    return task.done + covered + Picker(task)(choice.nets()).bound
