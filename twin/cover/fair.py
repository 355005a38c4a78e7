"""Fair plans: sites so that the parts of demand that are covered worst, such as the worst tenth of mahallas, gain most.

The worth of a plan is the mean covered share of the worst parts. For a level c it is at least
``c - sum over parts of max(0, c - covered) / worst``, and equal where c is what the best of the worst parts has
(Rockafellar and Uryasev 2000). For a fixed level that is the sum of ``min(c, covered)`` but for constants, which grows
with every site and by less the more there are, so greedy and exchanges do for it what they do for cover (as in the
SATURATE algorithm of Krause, McMahan, Guestrin and Gupta 2008). Several levels are tried, and exchanges go on at the
level that the plan has reached, which never lowers its worth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numba import njit

from twin.cover.choice import Choice, pays
from twin.cover.fair_bound import FairLagrangian
from twin.cover.greedy import fill, improve
from twin.cover.incidence import Floats, Incidence, Ints
from twin.cover.parts import Parts, parted
from twin.cover.plan import Plan
from twin.cover.problem import CoverProblem
from twin.cover.solving import USUAL, Effort
from twin.cover.task import Task

LEVELS: Final = 8
CLIMBS: Final = 6


@dataclass(frozen=True, slots=True, eq=False)
class FairPlan:
    """A plan for the worst parts.

    Attributes:
        plan: its values and bound are mean covered shares of the worst parts, from 0 to 1.
        part: (parts,) the numbers of the parts that have demand, rising.
        covered: (parts,) share of the demand of each that is covered, what exists included.
        worst: how many parts are the worst.
    """

    plan: Plan
    part: Ints
    covered: Floats
    worst: int


def fairest(
    problem: CoverProblem,
    part: Ints,
    k: int | None = None,
    budget: float | None = None,
    share: float = 0.1,
    effort: Effort = USUAL,
) -> FairPlan:
    """Choose sites so that the worst parts of demand have as large a mean covered share as can be.

    Args:
        problem: without costs, which are no share of anything; a limit does for privacy.
        part: (demand,) a number for each element of demand, such as that of its mahalla.
        k: as for :func:`twin.cover.solve`.
        budget: likewise.
        share: of the parts that count as the worst, at least one.
        effort: how much is done for it.

    Raises:
        InputError: as :func:`twin.cover.solve`; or the parts or the share make no sense.
    """
    task, parts = parted(problem, part, k, budget, share)
    choice = FairChoice(task, parts)
    best = _searched(choice, effort)
    lagrangian = FairLagrangian(task, parts, np.array(best, dtype=np.int64))
    choice.become(best)
    lagrangian.run(choice.worth, effort.steps, effort.close)
    order = _in_order(choice, best)
    values = []
    choice.become([])
    for site in order:
        choice.add(site)
        values.append(choice.worth)
    must = [parts.worth(covered) for covered in parts.must_covered]
    chosen = np.array([*task.must, *order], dtype=np.int64)
    bound = max(lagrangian.bound, choice.worth)
    plan = Plan(chosen, np.array([*must, *values]), np.cumsum(problem.prices[chosen]), bound, "Lagrangian")
    return FairPlan(plan, parts.names, choice.covered, parts.worst)


class FairChoice(Choice):
    """A choice whose worth is the sum of ``min(level, covered share)`` over the parts.

    Attributes:
        level: share above which a part gains no more.
        covered: (parts,) share of each that is covered.
    """

    def __init__(self, task: Task, parts: Parts) -> None:
        self._parts = parts
        self._first, self._row_part, rows = _rows(task.who, parts.of_element, len(parts.names))
        super().__init__(replace(task, who=rows))
        self.least = 1e-12
        self.level, self.covered = 1.0, parts.start.copy()

    @property
    def worth(self) -> float:
        """Mean covered share of the worst parts."""
        return self._parts.worth(self.covered)

    @property
    def total(self) -> float:
        """The sum over the parts."""
        return float(np.minimum(self.covered, self.level).sum())

    def net(self, site: int) -> float:
        """What one more thing at a site adds to the sum."""
        rows = slice(int(self._first[site]), int(self._first[site + 1]))
        lacks = np.maximum(self.level - self.covered[self._row_part[rows]], 0.0)
        return float(np.minimum(lacks, self._gains.gain[rows]).sum())

    def nets(self) -> Floats:
        """(sites,) what one more thing at each site adds to the sum."""
        out = np.empty(len(self._count))
        _nets(self._first, self._row_part, self._gains.gain, np.maximum(self.level - self.covered, 0.0), out)
        return out

    def add(self, site: int) -> None:
        """Choose a site."""
        for row in range(self._first[site], self._first[site + 1]):
            self.covered[self._row_part[row]] += self._gains.gain[row]
            self._gains.add(row)
        self._book(site, 1)

    def remove(self, site: int) -> None:
        """Give up one thing at a site."""
        for row in range(self._first[site], self._first[site + 1]):
            self._gains.remove(row)
            self.covered[self._row_part[row]] -= self._gains.gain[row]
        self._book(site, -1)

    def freshen(self) -> None:
        """Compute gains and shares anew."""
        self._gains.freshen()
        taken = self.task.weight - self._gains.left
        self.covered = self._parts.start + self._parts.summed(taken)


def _rows(who: Incidence, part: Ints, parts: int) -> tuple[Ints, Ints, Incidence]:
    """A row for each site and part it sees: where the rows of each site begin, the part of each, and the matrix."""
    site = np.repeat(np.arange(who.sites), np.diff(who.first))
    key = site * parts + part[who.element]
    order = np.argsort(key, kind="stable")
    keys, start = np.unique(key[order], return_index=True)
    first = np.searchsorted(keys // parts, np.arange(who.sites + 1))
    matrix = Incidence.turned(np.append(start, len(key)), who.element[order], who.chance[order], who.demand)
    return first.astype(np.int64), (keys % parts).astype(np.int64), matrix


def _searched(choice: FairChoice, effort: Effort) -> list[int]:
    """The best plan over some levels."""
    best, best_worth = list[int](), choice.worth
    pay = pays(choice.task)[-1]
    low, high = choice.worth, 1.0
    for _ in range(2):
        levels = np.linspace(low, high, LEVELS + 1)[1:]
        worths = []
        for level in levels:
            choice.level = float(level)
            choice.become([])
            fill(choice, pay)
            worths.append(_climbed(choice, effort))
            if worths[-1] > best_worth:
                best, best_worth = list(choice.sites), worths[-1]
        at = int(np.argmax(worths))
        low, high = levels[at] - (high - low) / LEVELS, min(1.0, levels[at] + (high - low) / LEVELS)
    return best


def _climbed(choice: FairChoice, effort: Effort) -> float:
    """Exchange at the level reached as long as the worst parts gain; return their worth."""
    worth = choice.worth
    for _ in range(CLIMBS):
        before = list(choice.sites)
        choice.level = choice._parts.edge(choice.covered)
        improve(choice, min(effort.passes, 4))
        if choice.worth <= worth:
            choice.become(before)
            break
        worth = choice.worth
    return choice.worth


def _in_order(choice: FairChoice, sites: list[int]) -> list[int]:
    """Sites in the order in which each adds most to the sum at the level reached; those that add nothing last."""
    choice.become(sites)
    choice.level = choice._parts.edge(choice.covered)
    rest, ordered = list(sites), list[int]()
    choice.become([])
    while rest:
        site = max(rest, key=lambda each: (choice.net(each), -each))
        choice.add(site)
        rest.remove(site)
        ordered.append(site)
    return ordered


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _nets(first: Ints, row_part: Ints, gain: Floats, lacks: Floats, out: Floats) -> None:
    for site in range(len(out)):
        total = 0.0
        for row in range(first[site], first[site + 1]):
            total += min(lacks[row_part[row]], gain[row])
        out[site] = total
