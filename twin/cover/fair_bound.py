"""What no plan can exceed in the mean covered share of the worst parts.

That mean is the least of all sums ``q @ covered`` with weights ``0 <= q <= 1 / worst`` of the parts that sum to 1. So
for any such q no plan is worth more than the best plan for the demand weighted by q, and that is bounded as in
:mod:`twin.cover.lagrange`. Weights and prices are moved together: for prices that are fixed shares of the weights, the
bound is convex in q, and its subgradient is how far each part is covered by what was picked.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from twin.cover.incidence import Floats, Ints
from twin.cover.lagrange import PATIENCE, SHRINK, Lagrangian, direct, meet, move, rest
from twin.cover.parts import Parts
from twin.cover.task import Task

HALVINGS = 60


class FairLagrangian(Lagrangian):
    """Bounds of the worst parts' share, better with every step."""

    def __init__(self, task: Task, parts: Parts, sites: Ints) -> None:
        """Begin with all parts weighted alike."""
        self._parts, self._share = parts, task.weight
        self._part_weight = np.full(len(parts.names), 1.0 / len(parts.names))
        self._best_part_weight = self._part_weight
        super().__init__(replace(task, weight=self._weighted(), before=np.zeros(0)), sites)

    def _weighted(self) -> Floats:
        return np.asarray(self._share * self._part_weight[self._parts.of_element])

    def _step(self, floor: float) -> None:
        task, who, parts = self._task, self._task.who, self._parts
        self.picked = self._pick(who.times(self._now))
        others = rest(task.weight, self._top, self._levels, self._now, self._want)
        bound = float(self._part_weight @ parts.start) + others + self.picked.bound
        self._stale = 0 if bound < self.bound - 1e-3 * (self.bound - floor) else self._stale + 1
        if bound < self.bound:
            self.bound, self.prices, self._best_part_weight = bound, self._now.copy(), self._part_weight
        if self._stale >= PATIENCE:
            self._pace, self._stale = self._pace * SHRINK, 0
            self._now = self._reweighted(self._best_part_weight, self.prices, self._best_part_weight)
            return
        meet(self.picked.sites, who.first, who.element, who.chance, self._met)
        reached = self._reached()
        off = reached - float(self._part_weight @ reached)
        norm = direct(task.weight, self._want, self._met, self._now) + float(self._part_weight @ off**2)
        if norm > 0.0:
            step = self._pace * max(bound - floor, 0.0) / norm
            move(task.weight, self._met, step, self._now)
            new = capped(self._part_weight * (1.0 - np.clip(step * off, -1.0, 0.5)), 1.0 / parts.worst)
            self._now = self._reweighted(new, self._now, self._part_weight)

    def _reached(self) -> Floats:
        """Covered share of each part if what was picked were a plan and each element were priced as it is."""
        weight, price = self._task.weight, self._now
        missed = weight * (1.0 - self._top) ** np.rint(self._want / np.maximum(self._top, 1e-300))
        amounts = weight - missed + price * (self._met - self._want)
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = self._parts.summed(amounts) / self._part_weight
        return self._parts.start + np.where(self._part_weight > 0, shares, 1.0)

    def _reweighted(self, new: Floats, price: Floats, old: Floats) -> Floats:
        """Take other part weights; prices stay the same shares of the weights. Return the prices."""
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = np.where(old > 0, new / old, 0.0)
        self._part_weight = new
        self._task = replace(self._task, weight=self._weighted())
        return np.minimum(price * scale[self._parts.of_element], self._task.weight)


def capped(raw: Floats, most: float) -> Floats:
    """Scale positive weights so that, none above ``most``, they sum to 1."""
    low, high = 0.0, 1.0 / float(raw[raw > 0].min())
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if np.minimum(raw * middle, most).sum() < 1.0:
            low = middle
        else:
            high = middle
    scaled = np.minimum(raw * high, most)
    return scaled / scaled.sum() if scaled.sum() > 1.0 else scaled
