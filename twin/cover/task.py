"""A problem with its limits in the solver's form: must-have sites are chosen already, what is left is the task."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from twin.cover.incidence import Floats, Incidence, Ints
from twin.cover.problem import SHOWN, CoverProblem
from twin.errors import Fault, InputError

SLACK = 1e-12
"""Share of a limit by which sums of rounded prices may pass it."""


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What is left to choose.

    Attributes:
        kept: (demand,) which elements of the problem these are.
        who: who sees what.
        weight: (demand,) weight that what exists and the must-have sites leave uncovered; elements that nobody sees or
            that count for nothing may have been left out.
        cost: (sites,) taken from the value.
        amount: (resources, sites) what each site uses: first what is counted, money or sites, then the further limit.
        most: (resources,) what is left of each.
        group: (sites,) int64 from 0; a site of no group is a group of its own.
        room: (groups,) how many may still be chosen from each.
        copies: (sites,) how often each may still be chosen; 0 for one that no limit lets in.
        must: sites chosen before, in their order.
        before: (must,) value after each of them.
    """

    kept: Ints
    who: Incidence
    weight: Floats
    cost: Floats
    amount: Floats
    most: Floats
    group: Ints
    room: Ints
    copies: Ints
    must: tuple[int, ...]
    before: Floats

    @classmethod
    def of(cls, problem: CoverProblem, k: int | None, budget: float | None) -> Task:
        """State what is left to choose with k sites or a budget.

        Raises:
            InputError: the limits contradict each other or let nothing in; all faults at once.
        """
        faults = list(_faults(problem, k, budget))
        if faults:
            raise InputError("choose sites", [Fault(what) for what in faults])
        group, room = _groups(problem)
        amounts = [np.ones(problem.sites) if budget is None else problem.prices]
        most = [float(k) if budget is None and k is not None else float(budget or 0.0)]
        if problem.limit is not None:
            amounts.append(np.asarray(problem.limit.amount, dtype=np.float64))
            most.append(float(problem.limit.most))
        if budget is not None and k is not None:
            amounts.append(np.ones(problem.sites))
            most.append(float(k))
        copies = np.full(problem.sites, problem.most_at_site, dtype=np.int64)
        who, kept = Incidence.of(problem.cover, problem.left)
        empty = cls(
            kept,
            who,
            problem.left[kept],
            problem.costs,
            np.array(amounts),
            np.array(most),
            group,
            room,
            copies,
            (),
            np.zeros(0),
        )
        return empty.after([int(row) for row in problem.must])

    def within(self, most: float) -> Task:
        """The same task with less of what is counted, money or sites; must-have sites count."""
        return self._open(self.paid(most))

    def paid(self, most: float) -> Task:
        """The same task with another amount of what is counted, and the same sites to choose from."""
        return replace(self, most=np.concatenate([[most - self.spent], self.most[1:]]))

    def among(self, sites: Sequence[int]) -> Task:
        """The same task with nothing to choose from but these sites, each as often as it is named."""
        return replace(self, copies=np.minimum(np.bincount(sites, minlength=self.who.sites), self.copies))

    def after(self, chosen: Sequence[int]) -> Task:
        """The task that is left when some sites are chosen."""
        weight, most, room, copies = self.weight.copy(), self.most.copy(), self.room.copy(), self.copies.copy()
        value = list(self.before)
        who = self.who
        for site in chosen:
            entries = slice(int(who.first[site]), int(who.first[site + 1]))
            at = who.element[entries]
            taken = weight[at] * who.chance[entries]
            weight[at] -= taken
            value.append((value[-1] if value else 0.0) + float(taken.sum()) - float(self.cost[site]))
            most -= self.amount[:, site]
            room[self.group[site]] -= 1
            copies[site] -= 1
        return self._open(
            replace(
                self,
                weight=weight,
                most=most,
                room=room,
                copies=copies,
                must=(*self.must, *chosen),
                before=np.array(value),
            )
        )

    @staticmethod
    def _open(task: Task) -> Task:
        """Close the sites that no longer fit."""
        fits = (task.amount <= (task.most * (1 + SLACK))[:, None]).all(axis=0)
        return replace(task, copies=np.where(fits, np.minimum(task.copies, task.room[task.group]), 0))

    @property
    def done(self) -> float:
        """What the must-have sites are worth."""
        return float(self.before[-1]) if len(self.before) else 0.0

    @property
    def spent(self) -> float:
        """What the must-have sites use of what is counted."""
        return float(self.amount[0, list(self.must)].sum())


def _groups(problem: CoverProblem) -> tuple[Ints, Ints]:
    """Groups counted from 0, and the room in each; a site alone has room for all its copies."""
    alone = np.arange(problem.sites)
    if problem.group is None:
        return alone, np.full(problem.sites, problem.most_at_site, dtype=np.int64)
    named = np.asarray(problem.group, dtype=np.int64)
    free = named < 0
    keys = np.where(free, named.max(initial=0) + 1 + alone, named)
    unique, group = np.unique(keys, return_inverse=True)
    room = np.where(unique > named.max(initial=0), problem.most_at_site, problem.most_in_group)
    return group.astype(np.int64), room.astype(np.int64)


def _faults(problem: CoverProblem, k: int | None, budget: float | None) -> Iterator[str]:
    if k is None and budget is None:
        yield "name a number of sites k, a budget, or both"
    must = np.asarray(problem.must, dtype=np.int64)
    if k is not None and not (k >= 1 and float(k).is_integer()):
        yield f"k must be a whole number, 1 or more, but is {k}"
    elif k is not None and len(must) > k:
        yield f"{len(must)} sites must be chosen, {_some(must)}, but k is {k}"
    if budget is not None:
        yield from _money(problem, must, budget)


def _money(problem: CoverProblem, must: NDArray[np.int64], budget: float) -> Iterator[str]:
    prices = problem.prices
    if not np.isfinite(budget) or budget <= 0:
        yield f"the budget must be positive, but is {budget:g}"
    elif problem.sites and budget < prices.min():
        yield f"the budget is {budget:g}, but the cheapest site, {int(prices.argmin())}, costs {prices.min():g}"
    needed = float(prices[must].sum())
    if needed > budget * (1 + SLACK):
        yield f"the must-have sites, {_some(must)}, cost {needed:g} together, but the budget is {budget:g}"


def _some(rows: NDArray[np.int64]) -> str:
    more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
    return f"{', '.join(map(str, rows[:SHOWN].tolist()))}{more}"
