"""The best plan proven by HiGHS, where the problem is small; and the bound of its linear program, where not quite."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, hstack

from twin.cover.incidence import Floats, Ints
from twin.cover.lagrange import tops_and_levels
from twin.cover.task import Task
from twin.programs import least

NODES = 20_000
"""Nodes of the branch-and-bound tree at most; its bound counts if it is cut short."""


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A task as an integer program: how many things at each site, and how far each element is covered.

    The cover of an element is the concave function of :mod:`twin.cover.lagrange`, in pieces of ``q`` each: exact where
    all sites see the element with one probability, and not below the truth otherwise.

    Attributes:
        task: what is to be chosen.
        open_sites: sites that may be chosen.
        at: element of each piece.
        width: of each piece, in expected things that see the element.
        worth: weight of each piece when it is full.
    """

    task: Task
    open_sites: Ints
    at: Ints
    width: Floats
    worth: Floats

    @classmethod
    def of(cls, task: Task) -> Program:
        """State the program."""
        who = task.who
        top, levels = tops_and_levels(who.back_first, who.back_site, who.back_chance, task.copies)
        levels = np.where(top >= 1.0, np.minimum(levels, 1), levels)
        counted = task.amount.min(axis=1, where=task.copies > 0, initial=np.inf)
        fits = task.most[counted > 0] / counted[counted > 0]
        levels = np.minimum(levels, int(np.floor(fits.min() + 1e-9)) if len(fits) else 0)
        at = np.repeat(np.arange(who.demand), levels)
        nth = np.arange(len(at)) - np.repeat(np.cumsum(levels) - levels, levels)
        worth = task.weight[at] * top[at] * (1.0 - top[at]) ** nth
        keep = worth > 0
        return cls(task, np.flatnonzero(task.copies > 0), at[keep], top[at[keep]], worth[keep])

    @property
    def nonzeros(self) -> int:
        """How many there are, of pieces and cover."""
        lengths = np.diff(self.task.who.first)
        return int(lengths[self.open_sites].sum()) + len(self.at)

    def solved(self, whole: bool = True) -> tuple[list[int], float]:
        """Return the sites chosen, each as often as it is, and what no plan of the task exceeds.

        Args:
            whole: False for the linear program, whose sites are those of which more than half are chosen.
        """
        if not len(self.open_sites) or not len(self.at):
            return [], self.task.done
        task, n, m = self.task, len(self.open_sites), len(self.at)
        unit = float(self.worth.max())
        x, lowest = least(
            np.concatenate([task.cost[self.open_sites], -self.worth]) / unit,
            [(self._met(), -np.inf, 0.0), *self._limits()],
            np.concatenate([task.copies[self.open_sites], np.ones(m)]),
            np.repeat([1, 0], [n, m]) if whole else None,
            nodes=NODES,
        )
        times = np.rint(x[:n]).astype(int)
        return np.repeat(self.open_sites, times).tolist(), task.done - unit * lowest

    def _met(self) -> csr_array:
        """Pieces of an element together are at most what its sites give."""
        who, m = self.task.who, len(self.at)
        matrix = csr_array(
            (who.chance.astype(np.float64), who.element, who.first), shape=(who.sites, who.demand), copy=False
        )
        elements, row = np.unique(self.at, return_inverse=True)
        pieces = csr_array((self.width, (row, np.arange(m))), shape=(len(elements), m))
        return csr_array(hstack([-matrix[self.open_sites][:, elements].T, pieces]))

    def _limits(self) -> list[tuple[csr_array, Floats | float, Floats]]:
        task, n, m = self.task, len(self.open_sites), len(self.at)
        amounts = csr_array(hstack([csr_array(task.amount[:, self.open_sites]), csr_array((len(task.most), m))]))
        groups, row = np.unique(task.group[self.open_sites], return_inverse=True)
        if len(groups) == n:
            return [(amounts, -np.inf, task.most)]
        member = csr_array((np.ones(n), (row, np.arange(n))), shape=(len(groups), n + m))
        return [(amounts, -np.inf, task.most), (member, -np.inf, task.room[groups].astype(np.float64))]


def without_hopeless(task: Task, net: Floats, bound: float, value: float) -> Task:
    """Leave out the sites that are in no plan worth more than one that is known.

    Args:
        task: what is to be chosen.
        net: (sites,) the Lagrangian's worth of each site less what it uses at the resources' prices.
        bound: the Lagrangian's, at the same prices.
        value: worth of the plan that is known.
    """
    return replace(task, copies=np.where(bound + np.minimum(net, 0.0) > value, task.copies, 0))
