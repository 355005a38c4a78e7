"""Rank and select: the best of several systems, found with few days and a stated chance of being right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import fsum

from experiments.statistics.paired import sd_of

PILOT = 10
BATCH = 10
MOST_DAYS = 10_000


@dataclass(frozen=True)
class Selected:
    """What was found.

    Attributes:
        best: row of the system that is left, or of the best of those left where the days ran out.
        out_at: for each system after how many days it was given up; the number lived for the one that is left.
        sure: whether one alone was left.
    """

    best: int
    out_at: tuple[int, ...]
    sure: bool


def kn_select(
    values: Callable[[Sequence[int], int], Sequence[Sequence[float]]], systems: int, indifference: float,
    better_high: bool, error: float = 0.05, most: int = MOST_DAYS,
) -> Selected:  # fmt: skip
    """Select by the procedure KN (Kim and Nelson, ACM Transactions on Modeling and Computer Simulation 11, 2001).

    With a chance of at least ``1 - error`` the one selected is the best, whenever the best is better than all others
    by ``indifference`` or more; it allows for common random numbers. Days are lived in batches of a fixed size and
    judged one by one, so the answer does not depend on the number of workers.

    Args:
        values: from the systems still in and a number of days to the figures of each on those days.
        systems: how many, at least 2.
        indifference: a difference that matters, in the figure's unit.
        better_high: whether more is better.
        error: chance of being wrong.
        most: days after which it stops unsure.
    """
    sign = 1.0 if better_high else -1.0
    left, out_at = list(range(systems)), [0] * systems
    pilot = [[sign * v for v in row] for row in values(left, PILOT)]
    eta = 0.5 * ((2 * error / (systems - 1)) ** (-2 / (PILOT - 1)) - 1)
    h2 = 2 * eta * (PILOT - 1)
    spread = [[sd_of([a - b for a, b in zip(x[:PILOT], y[:PILOT], strict=True)]) ** 2 for y in pilot] for x in pilot]
    seen = dict(enumerate(pilot))
    day = PILOT
    while True:
        means = {i: fsum(seen[i][:day]) / day for i in left}
        keep = [
            i for i in left
            if all(means[i] >= means[j] - _room(h2 * spread[i][j], indifference, day) for j in left if j != i)
        ]  # fmt: skip
        for i in set(left) - set(keep):
            out_at[i] = day
        left = keep
        if len(left) == 1 or day >= most:
            best = max(left, key=lambda i: (means[i], -i))
            for i in left:
                out_at[i] = day
            return Selected(best, tuple(out_at), len(left) == 1)
        day += 1
        if day > len(seen[left[0]]):
            more = values(left, min(most, len(seen[left[0]]) + BATCH))
            seen = {i: [sign * v for v in row] for i, row in zip(left, more, strict=True)}


def _room(scaled: float, indifference: float, day: int) -> float:
    """How far a mean may lie behind and stay in: ``delta / 2r (h^2 S^2 / delta^2 - r)``, not below 0."""
    return max(0.0, indifference / (2 * day) * (scaled / indifference**2 - day))
