"""Figures of cells added up over areas, and over weighted points that stand for named ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensors.kernels import kernel
from sensors.tally import CellTally

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NOT_OPEN, UNSEEN = -2, -1
MOST_COUNTED = 255


@dataclass(frozen=True)
class RegionSums:
    """Sums over g areas; k classes, r things to be noticed. The unit is a cell, or the weight of a point.

    Attributes:
        whole: (g,) open ground.
        best, night: (g, k + 1) of it by best class, by day and at night.
        seen_by: (g, 4) of it seen by 0, 1, 2, 3 or more cameras.
        watched: (g, k) expected: times the share of the time in which somebody looks at that class or better.
        noticed: (g, r, 2) times the chance that somebody notices, by day and at night.
    """

    whole: Floats
    best: Floats
    night: Floats
    seen_by: Floats
    watched: Floats
    noticed: Floats

    @classmethod
    def none(cls, regions: int, classes: int, things: int) -> RegionSums:
        """Return sums of nothing yet."""
        return cls(
            np.zeros(regions), np.zeros((regions, classes + 1)), np.zeros((regions, classes + 1)),
            np.zeros((regions, 4)), np.zeros((regions, classes)), np.zeros((regions, things, 2)),
        )  # fmt: skip

    def add(self, region: Ints, slot: NDArray[np.int32], weight: Floats, cells: CellTally) -> None:
        """Add points: each the region it belongs to, the cell it lies in (or NOT_OPEN, UNSEEN), and its weight."""
        _add_points(
            region, slot, weight, cells.best, cells.night, cells.count, cells.away, cells.missed, self.whole, self.best,
            self.night, self.seen_by, self.watched, self.noticed,
        )  # fmt: skip

    def add_stretches(self, stretches: Ints, slots: NDArray[np.int32], cells: CellTally) -> None:
        """Add stretches (k, 4) of a window's cells: region, row, first column, column after the last."""
        _add_stretches(
            stretches, slots, cells.best, cells.night, cells.count, cells.away, cells.missed, self.whole, self.best,
            self.night, self.seen_by, self.watched, self.noticed,
        )  # fmt: skip


@kernel
def _add(
    g: int, at: int, weight: float, cell_best: NDArray[np.uint8], cell_night: NDArray[np.uint8],
    count: NDArray[np.uint16], away: NDArray[np.float32], missed: Floats, whole: Floats, best: Floats, night: Floats,
    seen_by: Floats, watched: Floats, noticed: Floats,
) -> None:  # fmt: skip
    whole[g] += weight
    if at < 0:
        best[g, 0] += weight
        night[g, 0] += weight
        seen_by[g, 0] += weight
        return
    best[g, cell_best[at]] += weight
    night[g, cell_night[at]] += weight
    seen_by[g, min(count[at, 0], 3)] += weight
    for k in range(cell_best[at]):
        watched[g, k] += weight * (1.0 - away[at, k])
    for r in range(missed.shape[1]):
        for light in range(2):
            if missed[at, r, light] < 0.0:
                noticed[g, r, light] -= weight * np.expm1(missed[at, r, light])


@kernel
def _add_points(
    region: Ints, slot: NDArray[np.int32], weights: Floats, cell_best: NDArray[np.uint8], cell_night: NDArray[np.uint8],
    count: NDArray[np.uint16], away: NDArray[np.float32], missed: Floats, whole: Floats, best: Floats, night: Floats,
    seen_by: Floats, watched: Floats, noticed: Floats,
) -> None:  # fmt: skip
    for i in range(len(region)):
        if slot[i] > NOT_OPEN:
            _add(region[i], slot[i], weights[i], cell_best, cell_night, count, away, missed, whole, best, night,
                 seen_by, watched, noticed)  # fmt: skip


@kernel
def _add_stretches(
    stretches: Ints, slots: NDArray[np.int32], cell_best: NDArray[np.uint8], cell_night: NDArray[np.uint8],
    count: NDArray[np.uint16], away: NDArray[np.float32], missed: Floats, whole: Floats, best: Floats, night: Floats,
    seen_by: Floats, watched: Floats, noticed: Floats,
) -> None:  # fmt: skip
    for i in range(len(stretches)):
        g, unseen = stretches[i, 0], 0
        for column in range(stretches[i, 2], stretches[i, 3]):
            at = slots[stretches[i, 1], column]
            if at == UNSEEN:
                unseen += 1
            elif at > NOT_OPEN:
                _add(g, at, 1.0, cell_best, cell_night, count, away, missed, whole, best, night, seen_by, watched,
                     noticed)  # fmt: skip
        whole[g] += unseen
        best[g, 0] += unseen
        night[g, 0] += unseen
        seen_by[g, 0] += unseen


@dataclass(frozen=True)
class FailureSums:
    """What is needed to say what is left when cameras or data centres fail; n cameras, c centres.

    Attributes:
        by_count: (k, MOST_COUNTED + 1) cells of the city by how many cameras see them at that class or better.
        seen: (n,) cells each camera sees at all.
        only: (n, k) cells that camera alone sees, at that class or better.
        centre_seen: (c, k) cells seen through that data centre.
        centre_only: (c, k) cells seen through that data centre alone.
    """

    by_count: Ints
    seen: Ints
    only: Ints
    centre_seen: Ints
    centre_only: Ints

    @classmethod
    def none(cls, cameras: int, classes: int, centres: int) -> FailureSums:
        """Return sums of nothing yet."""
        shapes = ((classes, MOST_COUNTED + 1), (cameras,), (cameras, classes), (centres, classes), (centres, classes))
        return cls(*(np.zeros(shape, np.int64) for shape in shapes))

    def add_stretches(self, stretches: Ints, slots: NDArray[np.int32], cells: CellTally) -> None:
        """Add the city's stretches of a window's cells; ``seen`` is added elsewhere."""
        _add_failures(
            stretches, slots, cells.count, cells.sole, cells.centres, self.by_count, self.only, self.centre_seen,
            self.centre_only,
        )  # fmt: skip


@kernel
def _add_failures(
    stretches: Ints, slots: NDArray[np.int32], count: NDArray[np.uint16], sole: NDArray[np.int32],
    centres: NDArray[np.uint64], by_count: Ints, only: Ints, centre_seen: Ints, centre_only: Ints,
) -> None:  # fmt: skip
    unseen = 0
    for i in range(len(stretches)):
        for column in range(stretches[i, 2], stretches[i, 3]):
            at = slots[stretches[i, 1], column]
            if at == UNSEEN:
                unseen += 1
            if at < 0:
                continue
            for k in range(len(by_count)):
                by_count[k, min(count[at, k], MOST_COUNTED)] += 1
                if sole[at, k] >= 0:
                    only[sole[at, k], k] += 1
                bits = centres[at, k]
                alone = bits != np.uint64(0) and (bits & (bits - np.uint64(1))) == np.uint64(0)
                for c in range(len(centre_seen)):
                    if bits & (np.uint64(1) << np.uint64(c)):
                        centre_seen[c, k] += 1
                        if alone:
                            centre_only[c, k] += 1
    by_count[:, 0] += unseen


@kernel
def mark_inside(stretches: Ints, rows: int, columns: int) -> NDArray[np.bool_]:
    """Return which cells (rows, columns) of a window some stretch holds."""
    inside = np.zeros((rows, columns), np.bool_)
    for i in range(len(stretches)):
        inside[stretches[i, 1], stretches[i, 2] : stretches[i, 3]] = True
    return inside
