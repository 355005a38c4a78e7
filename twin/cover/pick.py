"""The best sites when each has a worth of its own: within groups and copies exactly, within limits by their prices.

This is what a Lagrangian bound has to solve at each step. For prices ``mu >= 0`` of the limited resources no choice
within the limits is worth more than ``mu @ most`` and, from each group, the best worths less ``mu`` times what the
sites use. With one resource of which all sites use the same the best is found by selection; otherwise each price in
turn is searched for by halving, and any prices give a bound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from twin.cover.incidence import Floats, Ints
from twin.cover.task import SLACK, Task

HALVINGS = 30
ROUNDS = 2
LOWER = 0.7
"""Share of the last price at which a search begins, so that only sites above it are looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Picked:
    """What the best sites are.

    Attributes:
        bound: no choice within the limits is worth more.
        sites: (n,) picked, best first; a site as often as it has copies in it.
        price: (resources,) prices of the resources.
    """

    bound: float
    sites: Ints
    price: Floats


class Picker:
    """Picks for one task, again and again; the last prices are where the next search begins."""

    def __init__(self, task: Task) -> None:
        self._task = task
        open_sites = np.flatnonzero((task.copies > 0) & (task.room[task.group] > 0))
        self._sites = open_sites[np.argsort(task.group[open_sites], kind="stable")].astype(np.int64)
        self._first, self._room = _firsts(task.group[self._sites], task.room)
        self._copies = task.copies[self._sites]
        self._amount = np.ascontiguousarray(task.amount[:, self._sites])
        self._price = np.zeros(len(task.most))
        self._counted = len(task.most) == 1 and float(np.ptp(self._amount[0])) == 0.0 if len(open_sites) else True

    def __call__(self, worth: Floats) -> Picked:
        """Return the best sites by (sites,) worths, and the bound."""
        own = worth[self._sites]
        return self._by_count(own) if self._counted else self._by_price(own, self._task.most)

    def bounds(self, worth: Floats, most: Floats) -> Floats:
        """Return the bound for each of (n,) amounts of what is counted first."""
        own = worth[self._sites]
        if not self._counted:
            return np.array([self._by_price(own, np.concatenate([[each], self._task.most[1:]])).bound for each in most])
        at = _tops(own, self._copies, self._first, self._room)
        summed = np.concatenate([[0.0], np.cumsum(np.sort(own[at])[::-1])])
        each = float(self._amount[0, 0]) if len(own) else 1.0
        return np.asarray(summed[np.clip((most * (1 + SLACK) / each).astype(np.int64), 0, len(at))])

    def _by_count(self, own: Floats) -> Picked:
        if not len(own):
            return Picked(0.0, np.zeros(0, np.int64), self._price)
        each = float(self._amount[0, 0])
        n = int(self._task.most[0] * (1 + SLACK) / each)
        at = _tops(own, self._copies, self._first, self._room)
        if len(at) > n:
            least = np.partition(own[at], len(at) - n)[len(at) - n] if n else np.inf
            at = at[own[at] >= least]
        at = at[np.argsort(-own[at], kind="stable")][:n]
        self._price = np.array([float(own[at[-1]]) / each if len(at) == n and n else 0.0])
        return Picked(float(own[at].sum()), self._sites[at], self._price)

    def _by_price(self, own: Floats, most: Floats) -> Picked:
        price = self._price.copy()
        for _ in range(ROUNDS if len(price) > 1 else 1):
            for which in range(len(price)):
                price[which] = self._searched(own, price, which, float(most[which]))
        self._price = price
        net = own - price @ self._amount
        at = _tops(net, self._copies, self._first, self._room)
        at = at[np.argsort(-net[at], kind="stable")]
        bound = float(net[at].sum()) + float(price @ most)
        return Picked(bound, self._sites[at], price)

    def _searched(self, own: Floats, price: Floats, which: int, most: float) -> float:
        """The least price of one resource at which no more of it is used than there is, the others as they are."""
        others = price.copy()
        others[which] = 0.0
        net, use = own - others @ self._amount, self._amount[which]
        low = LOWER * float(price[which])
        part = self._above(net - low * use)
        if low and part.used(net, use, low) <= most:
            low, part = 0.0, self._above(net)
        if part.used(net, use, low) <= most:
            return low
        with np.errstate(divide="ignore"):
            high = float((net[part.at] / use[part.at])[use[part.at] > 0].max(initial=low))
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            if part.used(net, use, middle) <= most:
                high = middle
            else:
                low = middle
        return high

    def _above(self, net: Floats) -> _Part:
        at = np.flatnonzero(net > 0)
        group = np.searchsorted(self._first, at, side="right") - 1
        first, room = _firsts(group, self._room)
        return _Part(at, self._copies[at], first, room)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The sites that are worth more than nothing at the lowest price searched."""

    at: Ints
    copies: Ints
    first: Ints
    room: Ints

    def used(self, net: Floats, use: Floats, price: float) -> float:
        """How much of a resource the best sites use at its price."""
        own = use[self.at]
        return float(own[_tops(net[self.at] - price * own, self.copies, self.first, self.room)].sum())


def _firsts(group: Ints, room: Ints) -> tuple[Ints, Ints]:
    """Where each group begins in sorted group numbers, and the room of each that is there."""
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]]) if len(group) else np.zeros(0, np.int64)
    return np.append(starts, len(group)).astype(np.int64), room[group[starts]]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _tops(worth: Floats, copies: Ints, first: Ints, room: Ints) -> Ints:
    """Places of the best positive worths of each group, as many as it has room for, ties to the lowest place."""
    out = np.empty(int(np.minimum(room, len(worth) * copies.max() if len(copies) else 0).sum()), np.int64)
    n = 0
    for group in range(len(room)):
        begin, end = first[group], first[group + 1]
        free, last, last_at = room[group], np.inf, -1
        while free > 0:
            best, best_at = 0.0, -1
            for at in range(begin, end):
                after = worth[at] < last or (worth[at] == last and at > last_at)
                if after and worth[at] > best:
                    best, best_at = worth[at], at
            if best_at < 0:
                break
            taken = min(free, copies[best_at])
            for _ in range(taken):
                out[n] = best_at
                n += 1
            free -= taken
            last, last_at = best, best_at
    return out[:n]
