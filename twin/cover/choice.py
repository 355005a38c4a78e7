"""Sites chosen so far and what each further one would gain, kept up to date as sites come and go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twin.cover.incidence import Chances, Floats, Ints, UInt32s
from twin.cover.task import SLACK, Task

LEAST = 1e-12
"""Share of all weight that a gain must exceed to count as one; less is rounding."""


class Choice:
    """A choice of sites that can grow and shrink.

    Attributes:
        sites: chosen, in order of choice; without the must-have ones.
        gain: (sites,) weight that one more thing at each site would cover; without its cost.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self.sites: list[int] = []
        self.least = LEAST * float(task.weight.sum())
        self._left = task.weight.copy()
        self._count = np.zeros(task.who.sites, dtype=np.int64)
        self._room = task.room.copy()
        self._used = np.zeros(len(task.most))
        self.gain = task.who.times(self._left)

    @property
    def total(self) -> float:
        """What the chosen sites are worth beside the must-have ones; summed afresh."""
        covered = float((self.task.weight - self._left).sum())
        return covered - float(self.task.cost[self.sites].sum())

    def net(self, site: int) -> float:
        """What one more thing at a site is worth now."""
        return float(self.gain[site] - self.task.cost[site])

    def add(self, site: int) -> None:
        """Choose a site."""
        who = self.task.who
        _add(site, who.first, who.element, who.chance, who.back_first, who.back_site, who.back_chance, *self._cells())
        self._book(site, 1)
        self.sites.append(site)

    def remove(self, site: int) -> None:
        """Give up one thing at a site."""
        self._book(site, -1)
        self.sites.remove(site)
        who, weight = self.task.who, self.task.weight
        back = (who.back_first, who.back_site, who.back_chance)
        _remove(site, who.first, who.element, *back, weight, self._count, *self._cells())

    def become(self, sites: Sequence[int]) -> None:
        """Choose these sites and no others, in order, as far as they fit."""
        wanted = Counter(sites)
        for site, extra in (Counter(self.sites) - wanted).items():
            for _ in range(extra):
                self.remove(site)
        for site, missing in (wanted - Counter(self.sites)).items():
            for _ in range(missing):
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
        return int(
            _best(self.gain, task.cost, *limits, pay, np.zeros(len(pay) - 1) if price is None else price, self.least)
        )

    def freshen(self) -> None:
        """Compute the gains anew, so that roundings do not add up."""
        self.gain = self.task.who.times(self._left)

    def _cells(self) -> tuple[Floats, Floats]:
        return self._left, self.gain

    def _book(self, site: int, sign: int) -> None:
        self._count[site] += sign
        self._room[self.task.group[site]] -= sign
        self._used += sign * self.task.amount[:, site]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _add(
    site: int,
    first: Ints,
    element: UInt32s,
    chance: Chances,
    back_first: Ints,
    back_site: UInt32s,
    back_chance: Chances,
    left: Floats,
    gain: Floats,
) -> None:
    for entry in range(first[site], first[site + 1]):
        at = element[entry]
        taken = left[at] * chance[entry]
        if taken > 0.0:
            left[at] -= taken
            for back in range(back_first[at], back_first[at + 1]):
                gain[back_site[back]] -= taken * back_chance[back]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _remove(
    site: int,
    first: Ints,
    element: UInt32s,
    back_first: Ints,
    back_site: UInt32s,
    back_chance: Chances,
    weight: Floats,
    count: Ints,
    left: Floats,
    gain: Floats,
) -> None:
    """What is left of an element is multiplied anew from the sites still chosen; nothing is divided."""
    for entry in range(first[site], first[site + 1]):
        at = element[entry]
        now = weight[at]
        for back in range(back_first[at], back_first[at + 1]):
            for _ in range(count[back_site[back]]):
                now *= 1.0 - back_chance[back]
        more = now - left[at]
        if more != 0.0:
            left[at] = now
            for back in range(back_first[at], back_first[at + 1]):
                gain[back_site[back]] += more * back_chance[back]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _best(
    gain: Floats,
    cost: Floats,
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
    for site in range(len(gain)):
        net = gain[site] - cost[site]
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


def pays(task: Task) -> list[NDArray[Any]]:
    """Ways to weigh worth against use: the worth alone, and the worth for what is used of the limits.

    With one price for all both are the same and one is returned.
    """
    alone = np.zeros(len(task.most) + 1)
    alone[0] = 1.0
    open_sites = task.copies > 0
    amounts = task.amount[:, open_sites]
    if not amounts.size or all(float(np.ptp(row)) == 0.0 for row in amounts):
        return [alone]
    share = np.concatenate([[0.0], 1.0 / np.where(task.most > 0, task.most, 1.0)])
    return [alone, share]
