"""Polylines: offset, cut, and many of them as one table in which positions are looked up at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_APART: Final = 1.0e6  # metres between the distances of two lines in the common key


def lengths_along(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (n,) the distance of each vertex from the first."""
    steps = np.hypot(*np.diff(points, axis=0).T)
    return np.concatenate([[0.0], np.cumsum(steps)])


def cut(points: NDArray[np.float64], begin_m: float, end_m: float) -> NDArray[np.float64]:
    """Return the part between two distances along a line; at least two vertices."""
    along = lengths_along(points)
    inner = points[(along > begin_m + 0.01) & (along < end_m - 0.01)]
    ends = [[np.interp(d, along, points[:, 0]), np.interp(d, along, points[:, 1])] for d in (begin_m, end_m)]
    return np.vstack([ends[0], inner, ends[1]])


def offset(points: NDArray[np.float64], right_m: float) -> NDArray[np.float64]:
    """Return a line shifted to the right of its direction; corners are mitred, at most 1.5 times the offset."""
    steps = np.diff(points, axis=0)
    length = np.maximum(np.hypot(steps[:, 0], steps[:, 1]), 1e-9)
    normal = np.column_stack([steps[:, 1], -steps[:, 0]]) / length[:, None]
    at = np.vstack([normal[:1], normal[:-1] + normal[1:], normal[-1:]])
    at /= np.maximum(np.hypot(at[:, 0], at[:, 1]), 1e-9)[:, None]
    before = np.vstack([normal[:1], normal])
    stretch = 1.0 / np.maximum((at * before).sum(axis=1), 1 / 1.5)
    return points + at * stretch[:, None] * right_m


def curve(a: NDArray[np.float64], b: NDArray[np.float64], pull: float = 0.4, n: int = 9) -> NDArray[np.float64]:
    """Return a Bezier curve that leaves line ``a`` and joins line ``b`` along their directions, ends included."""
    start, end = a[-1], b[0]
    gap = float(np.hypot(*(end - start)))
    p1 = start + _unit(a[-1] - a[-2]) * gap * pull
    p2 = end - _unit(b[1] - b[0]) * gap * pull
    t = np.linspace(0.0, 1.0, n)[:, None]
    return (1 - t) ** 3 * start + 3 * (1 - t) ** 2 * t * p1 + 3 * (1 - t) * t**2 * p2 + t**3 * end


def _unit(v: NDArray[np.float64]) -> NDArray[np.float64]:
    return v / max(float(np.hypot(v[0], v[1])), 1e-9)


def heading_deg(step: NDArray[np.float64]) -> float:
    """Return the bearing of a step, clockwise from north, in [0, 360)."""
    return float(np.degrees(np.arctan2(step[0], step[1])) % 360.0)


@dataclass(frozen=True)
class Lines:
    """Many polylines in one table.

    Attributes:
        points: (p, 2) float64, vertices of all lines, one after another.
        key: (p,) float64, line number times a large step plus the distance along the line.
        length_m: (k,) float64.
    """

    points: NDArray[np.float64]
    key: NDArray[np.float64]
    length_m: NDArray[np.float64]

    @classmethod
    def of(cls, parts: Sequence[NDArray[np.float64]]) -> Lines:
        """Join polylines into a table, in the order given."""
        if not parts:
            return cls(np.zeros((0, 2)), np.zeros(0), np.zeros(0))
        along = [lengths_along(part) for part in parts]
        key = np.concatenate([i * _APART + distance for i, distance in enumerate(along)])
        return cls(np.vstack(parts), key, np.array([distance[-1] for distance in along]))

    def __len__(self) -> int:
        return len(self.length_m)

    def at(
        self, line: NDArray[np.int64], distance_m: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (n, 2) positions and (n,) bearings at distances along lines."""
        if not len(line):
            return np.zeros((0, 2)), np.zeros(0)
        wanted = line * _APART + np.clip(distance_m, 0.0, self.length_m[line])
        row = np.searchsorted(self.key, wanted, side="right") - 1
        first, last = self.first[line], self.first[line + 1] - 2
        row = np.clip(row, first, np.maximum(last, first))
        step = self.points[row + 1] - self.points[row]
        size = np.maximum(self.key[row + 1] - self.key[row], 1e-9)
        share = (wanted - self.key[row]) / size
        return self.points[row] + step * share[:, None], np.degrees(np.arctan2(step[:, 0], step[:, 1])) % 360.0

    @property
    def first(self) -> NDArray[np.int64]:
        """(k + 1,) int64, first vertex of each line, and one past the last."""
        return np.searchsorted(self.key, np.arange(len(self) + 1) * _APART - 0.5).astype(np.int64)
