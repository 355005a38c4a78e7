"""The Lagrangian bound: what is covered is paid for element by element, and what no plan exceeds falls out.

An element of weight W that sites cover with probabilities p, the greatest of them q, is covered at most to
``phi(t) = W (1 - (1 - q)^n (1 - r))`` where ``t = sum p = n q + r``, ``0 <= r < q``: for a given sum the product of
``1 - p`` is least at the ends of what each p may be. It is exact where all p are equal (then it is the concave cover of
the MEXCLP), and for certain cover ``W min(1, t)``. For any price u, ``phi(t) <= u t + max over t of (phi(t) - u t)``;
summed up, a choice of sites is worth at most the maxima plus the best sites by the worth ``cover @ u - cost``
(:mod:`twin.cover.pick`). That holds for all prices. Subgradient steps (Held, Wolfe and Crowder 1974) make it good: they
begin at prices at which each site of a good plan just pays, and are scaled by the weights.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from twin.cover.incidence import Chances, Floats, Ints, UInt32s
from twin.cover.pick import Picked, Picker
from twin.cover.task import Task

PATIENCE: Final = 10
SHRINK: Final = 0.7
ENOUGH: Final = 1e-4
"""Step length at which no more is to be gained."""
CLOSED: Final = 1e-7
"""Gap at which a plan is as good as proven."""


class Lagrangian:
    """Bounds of one task, better with every step.

    Attributes:
        bound: no plan of the task, must-have sites included, is worth more.
        prices: (demand,) the prices that gave it.
        resource_prices: (resources,) the prices of the limits that gave it.
        picked: the best sites at the prices tried last; a start for a plan.
    """

    def __init__(self, task: Task, sites: Ints) -> None:
        """Begin at the prices at which each site of a plan just pays."""
        who = task.who
        self._task, self._pick = task, Picker(task)
        self._top, self._levels = tops_and_levels(who.back_first, who.back_site, who.back_chance, task.copies)
        self._want, self._met = np.zeros(who.demand), np.zeros(who.demand)
        self._now = task.weight.copy()
        start(sites, who.first, who.element, who.chance, task.weight, self._top, self._met, self._now)
        self.bound, self.prices, self.resource_prices = np.inf, self._now, np.zeros(len(task.most))
        self.picked = Picked(0.0, sites, self.resource_prices)
        self._pace, self._stale = 1.0, 0

    @property
    def net(self) -> Floats:
        """(sites,) worth of each at the best prices, less what it uses of the resources."""
        task = self._task
        return task.who.times(self.prices) - task.cost - self.resource_prices @ task.amount

    @property
    def finished(self) -> bool:
        """Whether steps have become too short to matter."""
        return self._pace < ENOUGH

    def bounds(self, most: Floats) -> Floats:
        """Return what no plan is worth more than with other amounts of what is counted, at the best prices.

        Args:
            most: (n,) amounts, such as numbers of sites, must-have ones included.
        """
        task = self._task
        worth = task.who.times(self.prices) - task.cost
        others = task.done + rest(task.weight, self._top, self._levels, self.prices, self._want)
        return np.asarray(others + self._pick.bounds(worth, most - task.spent))

    def run(self, floor: float, steps: int, close: float = CLOSED) -> None:
        """Take steps.

        Args:
            floor: worth of the best plan known.
            steps: at most.
            close: gap at which no more are taken.
        """
        for _ in range(steps):
            if self.finished or self.bound <= floor + close * abs(floor):
                break
            self._step(floor)

    def _step(self, floor: float) -> None:
        task, who = self._task, self._task.who
        self.picked = self._pick(who.times(self._now) - task.cost)
        others = rest(task.weight, self._top, self._levels, self._now, self._want)
        bound = task.done + others + self.picked.bound
        self._stale = 0 if bound < self.bound - 1e-3 * (self.bound - floor) else self._stale + 1
        if bound < self.bound:
            self.bound, self.prices, self.resource_prices = bound, self._now.copy(), self.picked.price
        if self._stale >= PATIENCE:
            self._pace, self._stale = self._pace * SHRINK, 0
            np.copyto(self._now, self.prices)
        meet(self.picked.sites, who.first, who.element, who.chance, self._met)
        norm = direct(task.weight, self._want, self._met, self._now)
        if norm > 0.0:
            move(task.weight, self._met, self._pace * max(bound - floor, 0.0) / norm, self._now)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def tops_and_levels(back_first: Ints, back_site: UInt32s, back_chance: Chances, copies: Ints) -> tuple[Floats, Ints]:
    """The greatest probability of each element, and how many things can see it at most."""
    demand = len(back_first) - 1
    top, levels = np.zeros(demand), np.zeros(demand, np.int64)
    for at in range(demand):
        for entry in range(back_first[at], back_first[at + 1]):
            copy = copies[back_site[entry]]
            if copy > 0 and back_chance[entry] > 0:
                top[at] = max(top[at], float(back_chance[entry]))
                levels[at] += copy
    return top, levels


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def meet(sites: Ints, first: Ints, element: UInt32s, chance: Chances, met: Floats) -> None:
    """Write how surely sites see each element, summed up."""
    met[:] = 0.0
    for site in sites:
        for entry in range(first[site], first[site + 1]):
            met[element[entry]] += chance[entry]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def start(
    sites: Ints, first: Ints, element: UInt32s, chance: Chances, weight: Floats, top: Floats, met: Floats, price: Floats
) -> None:
    """Price what several see at half, and what one sees so that all the sites are worth what the least of them is."""
    meet(sites, first, element, chance, met)
    worth = np.zeros(len(sites))
    for i, site in enumerate(sites):
        for entry in range(first[site], first[site + 1]):
            at = element[entry]
            if met[at] <= top[at]:
                worth[i] += weight[at] * chance[entry]
    least = worth.min() if len(worth) else 0.0
    for i, site in enumerate(sites):
        share = least / worth[i] if worth[i] > 0 else 1.0
        for entry in range(first[site], first[site + 1]):
            at = element[entry]
            price[at] = min(price[at], weight[at] * (share if met[at] <= top[at] else 0.5))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def rest(weight: Floats, top: Floats, levels: Ints, price: Floats, want: Floats) -> float:
    """Sum the maxima of ``phi(t) - price t``, and write where each lies, the greatest where several do."""
    total = 0.0
    for at in range(len(weight)):
        slope, n = weight[at], 0
        while n < levels[at] and slope >= price[at] and slope > 0.0:
            slope *= 1.0 - top[at]
            n += 1
        want[at] = n * top[at]
        total += weight[at] - slope - price[at] * want[at]
    return total


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def direct(weight: Floats, want: Floats, met: Floats, price: Floats) -> float:
    """Turn what is met into the subgradient, what is met less what is wanted, and return its length by the weights.

    Prices that are at an end already and would have to go further stay.
    """
    norm = 0.0
    for at in range(len(weight)):
        over = met[at] - want[at]
        if (over < 0.0 and price[at] >= weight[at]) or (over > 0.0 and price[at] <= 0.0):
            over = 0.0
        met[at] = over
        norm += weight[at] * over * over
    return norm


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def move(weight: Floats, over: Floats, step: float, price: Floats) -> None:
    """Step against the subgradient, scaled by the weights; prices stay from 0 to the weight."""
    for at in range(len(weight)):
        price[at] = min(max(price[at] - step * weight[at] * over[at], 0.0), weight[at])
