"""What a fleet does to each cell it sees: who, how many, through which data centre, how much of the time, how surely.

Cameras come one after another, each with its poses together; whatever a camera's poses see of a cell is put together
before it counts, so a camera counts once for a cell.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sensors.kernels import kernel
from sensors.sighting_odds import BINS, BINS_AN_OCTAVE, LOWEST_LOG2, SHARES, SHARES_AN_OCTAVE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NOBODY: Final = -1


@dataclass(frozen=True)
class CellTally:
    """Figures of m cells; k classes of an edition, r things to be noticed.

    Attributes:
        best, night: (m,) uint8 best class by day, and at night.
        count: (m, k) uint16 cameras that see it at that class or better.
        night_count: (m,) uint16 cameras that see it at night at all.
        sole: (m, k) int32 the only camera that does, or -1.
        centres: (m, k) uint64 a bit for each data centre that does.
        away: (m, k) float32 chance that nobody looks there at that class, as rotating cameras turn independently.
        missed: (m, r, 2) log chance that nobody notices, by day and at night.
    """

    best: NDArray[np.uint8]
    night: NDArray[np.uint8]
    count: NDArray[np.uint16]
    night_count: NDArray[np.uint16]
    sole: NDArray[np.int32]
    centres: NDArray[np.uint64]
    away: NDArray[np.float32]
    missed: Floats

    @classmethod
    def empty(cls, cells: int, classes: int, things: int) -> CellTally:
        """Return the figures of cells that nobody sees."""
        return cls(
            np.zeros(cells, np.uint8), np.zeros(cells, np.uint8), np.zeros((cells, classes), np.uint16),
            np.zeros(cells, np.uint16), np.full((cells, classes), NOBODY, np.int32),
            np.zeros((cells, classes), np.uint64), np.ones((cells, classes), np.float32), np.zeros((cells, things, 2)),
        )  # fmt: skip

    def columns(self) -> tuple[NDArray[Any], ...]:
        """Return the arrays in their order."""
        return (self.best, self.night, self.count, self.night_count, self.sole, self.centres, self.away, self.missed)


@kernel
def bin_of(density: float) -> int:
    """Return the bin of a pixel density in the tables of :mod:`sensors.sighting_odds`, -1 below them."""
    if density <= 0.0:
        return -1
    return min(math.floor((math.log2(density) - LOWEST_LOG2) * BINS_AN_OCTAVE), BINS - 1)


@kernel
def share_of(share: float) -> int:
    """Return the row of a share of the time in those tables: the nearest, the last for all that are less."""
    if share >= 1.0:
        return 0
    return min(math.floor(0.5 - math.log2(max(share, 1e-9)) * SHARES_AN_OCTAVE), SHARES - 1)


@kernel
def tally(
    starts: Ints, cell: NDArray[np.int64], density: NDArray[np.float32], by_night: NDArray[np.bool_], camera: Ints,
    share: Floats, centre: NDArray[np.uint64], bounds: Floats, scale: Floats, facing: Ints, odds: Floats,
    best: NDArray[np.uint8], night: NDArray[np.uint8], count: NDArray[np.uint16], night_count: NDArray[np.uint16],
    sole: NDArray[np.int32], centres: NDArray[np.uint64], away: NDArray[np.float32], missed: Floats,
) -> None:  # fmt: skip
    """Add poses that see cells to the cells' figures.

    Args:
        starts: (p + 1,) where each pose's entries start.
        cell: (e,) cells; a cell stands once in a pose's entries.
        density: (e,) px/m.
        by_night: (e,) whether the pose sees the cell at night too.
        camera: (p,) ascending; poses of a camera follow one another.
        share: (p,) of the time.
        centre: (p,) the bit of the camera's data centre.
        bounds: (k,) least densities, rising.
        scale: (p,) from the pose's density to that in a picture of the odds' width.
        facing: (p,) 1 for a camera that hangs to look along the traffic, else 0.
        odds: ``missed`` of :class:`sensors.sighting_odds.SightingOdds`. Poses of a camera that see one cell count as
            one that looks for the sum of their shares, at the mean of their bins by share.
        best: from here on the columns of a :class:`CellTally`, which are added to.
        night: see there.
        count: see there.
        night_count: see there.
        sole: see there.
        centres: see there.
        away: see there.
        missed: see there.
    """
    cells, classes, things = len(best), len(bounds), odds.shape[4]
    held, touched = np.zeros(cells, np.uint8), np.zeros(cells, np.int64)
    dark = np.zeros(cells, np.uint8)
    shares, looks, bins = np.zeros((cells, classes)), np.zeros((cells, 2)), np.zeros((cells, 2))
    first = 0
    while first < len(camera):
        last = first
        n = 0
        while last < len(camera) and camera[last] == camera[first]:
            for e in range(starts[last], starts[last + 1]):
                at, found, b = cell[e], 0, bin_of(density[e] * scale[last])
                while found < classes and density[e] >= bounds[found]:
                    found += 1
                if found == 0:
                    continue
                if held[at] == 0:
                    touched[n] = at
                    n += 1
                held[at] = max(held[at], found)
                for k in range(found):
                    shares[at, k] += share[last]
                if by_night[e]:
                    dark[at] = max(dark[at], found)
                if b >= 0:
                    for light in range(2 if by_night[e] else 1):
                        looks[at, light] += share[last]
                        bins[at, light] += share[last] * b
            last += 1
        for i in range(n):
            at = touched[i]
            best[at], night[at] = max(best[at], held[at]), max(night[at], dark[at])
            night_count[at] += 1 if dark[at] else 0
            for k in range(held[at]):
                count[at, k] += 1
                sole[at, k] = camera[first] if count[at, k] == 1 else NOBODY
                centres[at, k] |= centre[first]
                away[at, k] *= max(0.0, 1.0 - shares[at, k])
                shares[at, k] = 0.0
            for light in range(2):
                if looks[at, light] > 0.0:
                    part, b = share_of(looks[at, light]), math.floor(bins[at, light] / looks[at, light] + 1e-9)
                    for r in range(things):
                        missed[at, r, light] += odds[facing[first], light, part, b, r]
                    looks[at, light], bins[at, light] = 0.0, 0.0
            held[at], dark[at] = 0, 0
        first = last
