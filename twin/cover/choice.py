"""Sites chosen so far, within all limits, and the best further one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numba import njit

from twin.cover.gains import Gains
from twin.cover.incidence import Floats, Ints
from twin.cover.task import SLACK, Task

LEAST = 1e-12
"""Share of all weight that a gain must exceed to count as one; less is rounding."""


class Choice:
    """A choice of sites that can grow and shrink.

    Attributes:
        sites: chosen, in order of choice; without the must-have ones.
        least: gains up to this are rounding.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self.sites: list[int] = []
        self.least = LEAST * float(task.weight.sum())
        self._count = np.zeros(len(task.cost), dtype=np.int64)
        self._room = task.room.copy()
        self._used = np.zeros(len(task.most))
        self._gains = Gains(task.who, task.weight)

    @property
    def total(self) -> float:
        """What the chosen sites are worth beside the must-have ones; summed afresh."""
        return self._gains.covered - float(self.task.cost[self.sites].sum())

    def net(self, site: int) -> float:
        """What one more thing at a site is worth now."""
        return float(self._gains.gain[site] - self.task.cost[site])

    def nets(self) -> Floats:
        """(sites,) what one more thing at each site is worth now."""
        return self._gains.gain - self.task.cost

    def add(self, site: int) -> None:
        """Choose a site."""
        self._gains.add(site)
        self._book(site, 1)

    def remove(self, site: int) -> None:
        """Give up one thing at a site."""
        self._gains.remove(site)
        self._book(site, -1)

    def become(self, sites: Sequence[int]) -> None:
        """Choose these sites and no others, in order, as far as they fit."""
        wanted = Counter(sites)
        for site in (Counter(self.sites) - wanted).elements():
            self.remove(site)
        for site in (wanted - Counter(self.sites)).elements():
            if self.fits(site):
                self.add(site)

    def fits(self, site: int) -> bool:
        """Whether one more thing at a site is within all limits."""
        task = self.task
        if self._count[site] >= task.copies[site] or self._room[task.group[site]] <= 0:
            return False
        return bool((self._used + task.amount[:, site] <= task.most * (1 + SLACK)).all())

    def best(self, pay: Floats, price: Floats | None = None) -> int:
        """Return the site that fits and is worth most for what it uses, ties to the lowest; -1 where none gains.

        Args:
            pay: (resources + 1,) a constant and prices of the resources that the worth is divided by:
                ``(1, 0, 0)`` for the worth alone.
            price: (resources,) prices by which what a site uses is taken from its worth before; by default none is.
        """
        task = self.task
        limits = (task.amount, task.most, self._used, task.group, self._room, task.copies, self._count)
        price = np.zeros(len(task.most)) if price is None else price
        return int(_best(self.nets(), *limits, pay, price, self.least))

    def freshen(self) -> None:
        """Compute the gains anew, so that roundings do not add up."""
        self._gains.freshen()

    def _book(self, site: int, sign: int) -> None:
        self._count[site] += sign
        self._room[self.task.group[site]] -= sign
        self._used += sign * self.task.amount[:, site]
        if sign > 0:
            self.sites.append(site)
        else:
            self.sites.remove(site)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _best(
    nets: Floats,
    amount: Floats,
    most: Floats,
    used: Floats,
    group: Ints,
    room: Ints,
    copies: Ints,
    count: Ints,
    pay: Floats,
    price: Floats,
    least: float,
) -> int:
    best, best_score = -1, 0.0
    for site in range(len(nets)):
        net = nets[site]
        if net <= least or count[site] >= copies[site] or room[group[site]] <= 0:
            continue
        paid, fits = pay[0], True
        for which in range(len(most)):
            paid += pay[which + 1] * amount[which, site]
            net -= price[which] * amount[which, site]
            fits &= used[which] + amount[which, site] <= most[which] * (1 + SLACK)
        if fits and net / paid > best_score:
            best, best_score = site, net / paid
    return best


def pays(task: Task) -> list[Floats]:
    """Ways to weigh worth against use: the worth alone, and the worth for what is used of the limits.

    With one price for all both are the same and one is returned.
    """
    alone = np.zeros(len(task.most) + 1)
    alone[0] = 1.0
    amounts = task.amount[:, task.copies > 0]
    if not amounts.size or all(float(np.ptp(row)) == 0.0 for row in amounts):
        return [alone]
    share = np.concatenate([[0.0], 1.0 / np.where(task.most > 0, task.most, 1.0)])
    return [alone, share]
