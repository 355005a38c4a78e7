"""Which boxes touch which squares of a grid: the index under everything that asks what lies near."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Squares:
    """A grid of squares and the boxes that touch each.

    Attributes:
        corner: (2,) x and y where the grid starts.
        side: of a square, in the unit of the boxes.
        down, along: squares in y and in x.
        starts: (down * along + 1,) where each square starts in ``members``; square ``row * along + column``.
        members: rows of the boxes, square by square, ascending in each.
    """

    corner: Floats
    side: float
    down: int
    along: int
    starts: Ints
    members: Ints

    @classmethod
    def over(cls, boxes: Floats, side: float, corner: tuple[float, float], down: int, along: int) -> Squares:
        """Sort boxes (n, 4: least x and y, greatest x and y) into a given grid; what is outside it is left out."""
        at = np.asarray(corner, dtype=np.float64)
        starts, members = _sorted(np.ascontiguousarray(boxes, dtype=np.float64), at, side, down, along)
        return cls(at, side, down, along, starts, members)

    @classmethod
    def around(cls, boxes: Floats, side: float) -> Squares:
        """Sort boxes into the smallest grid that holds them all."""
        if not len(boxes):
            return cls.over(np.zeros((0, 4)), side, (0.0, 0.0), 1, 1)
        west, south = np.floor(boxes[:, :2].min(axis=0) / side) * side
        along, down = (int(n) + 1 for n in np.floor((boxes[:, 2:].max(axis=0) - (west, south)) / side))
        return cls.over(boxes, side, (west, south), down, along)

    def of(self, square: int) -> Ints:
        """Return the rows of the boxes that touch a square."""
        return self.members[self.starts[square] : self.starts[square + 1]]


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def square_at(x: float, y: float, corner: Floats, side: float, down: int, along: int) -> int:
    """Return the square a point lies in, -1 outside the grid."""
    column, row = int(np.floor((x - corner[0]) / side)), int(np.floor((y - corner[1]) / side))
    return row * along + column if 0 <= column < along and 0 <= row < down else -1


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def _sorted(boxes: Floats, corner: Floats, side: float, down: int, along: int) -> tuple[Ints, Ints]:
    spans = np.empty((len(boxes), 4), dtype=np.int64)
    starts = np.zeros(down * along + 1, dtype=np.int64)
    for b in range(len(boxes)):
        spans[b, 0] = max(0, int(np.floor((boxes[b, 1] - corner[1]) / side)))
        spans[b, 1] = min(down - 1, int(np.floor((boxes[b, 3] - corner[1]) / side)))
        spans[b, 2] = max(0, int(np.floor((boxes[b, 0] - corner[0]) / side)))
        spans[b, 3] = min(along - 1, int(np.floor((boxes[b, 2] - corner[0]) / side)))
        for row in range(spans[b, 0], spans[b, 1] + 1):
            for column in range(spans[b, 2], spans[b, 3] + 1):
                starts[row * along + column + 1] += 1
    starts = np.cumsum(starts)
    at = starts[:-1].copy()
    members = np.empty(starts[-1], dtype=np.int64)
    for b in range(len(boxes)):
        for row in range(spans[b, 0], spans[b, 1] + 1):
            for column in range(spans[b, 2], spans[b, 3] + 1):
                members[at[row * along + column]] = b
                at[row * along + column] += 1
    return starts, members
