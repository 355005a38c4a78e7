"""What one more of each row of a cover matrix would gain, kept up to date through the inverted index."""

from __future__ import annotations

import numpy as np
from numba import njit

from twin.cover.incidence import Chances, Floats, Incidence, Ints, UInt32s


class Gains:
    """Rows taken so far, and the gain of one more of each.

    Attributes:
        gain: (rows,) weight that one more of each row would cover.
        left: (demand,) weight that the rows taken leave uncovered.
    """

    def __init__(self, who: Incidence, weight: Floats) -> None:
        self._who, self._weight = who, weight
        self._count = np.zeros(who.sites, dtype=np.int64)
        self.left = weight.copy()
        self.gain = who.times(self.left)

    @property
    def covered(self) -> float:
        """Weight that the rows taken cover; summed afresh."""
        return float((self._weight - self.left).sum())

    def add(self, row: int) -> None:
        """Take one more of a row."""
        who = self._who
        back = (who.back_first, who.back_site, who.back_chance)
        _add(row, who.first, who.element, who.chance, *back, self.left, self.gain)
        self._count[row] += 1

    def remove(self, row: int) -> None:
        """Give up one of a row."""
        self._count[row] -= 1
        who = self._who
        back = (who.back_first, who.back_site, who.back_chance)
        _remove(row, who.first, who.element, *back, self._weight, self._count, self.left, self.gain)

    def freshen(self) -> None:
        """Compute the gains anew, so that roundings do not add up."""
        self.gain = self._who.times(self.left)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _add(
    row: int,
    first: Ints,
    element: UInt32s,
    chance: Chances,
    back_first: Ints,
    back_row: UInt32s,
    back_chance: Chances,
    left: Floats,
    gain: Floats,
) -> None:
    for entry in range(first[row], first[row + 1]):
        at = element[entry]
        taken = left[at] * chance[entry]
        if taken > 0.0:
            left[at] -= taken
            for back in range(back_first[at], back_first[at + 1]):
                gain[back_row[back]] -= taken * back_chance[back]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _remove(
    row: int,
    first: Ints,
    element: UInt32s,
    back_first: Ints,
    back_row: UInt32s,
    back_chance: Chances,
    weight: Floats,
    count: Ints,
    left: Floats,
    gain: Floats,
) -> None:
    """What is left of an element is multiplied anew from the rows still taken; nothing is divided."""
    for entry in range(first[row], first[row + 1]):
        at = element[entry]
        now = weight[at]
        for back in range(back_first[at], back_first[at + 1]):
            for _ in range(count[back_row[back]]):
                now *= 1.0 - back_chance[back]
        more = now - left[at]
        if more != 0.0:
            left[at] = now
            for back in range(back_first[at], back_first[at + 1]):
                gain[back_row[back]] += more * back_chance[back]
