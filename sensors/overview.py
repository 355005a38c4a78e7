"""A fleet's map made small enough to be looked at, window by window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensors.fleet_cells import WINDOW_CELLS, Window
from sensors.region_sums import NOT_OPEN
from sensors.regions import Grid

WIDE_PX: Final = 1800


@dataclass(frozen=True)
class Overview:
    """The map of a city in blocks of cells; a block shows the best of its cells, so that thin strips are not lost.

    Attributes:
        best, night: (rows, columns) uint8 best class by day and at night, 0 where nobody sees.
        count: (rows, columns) uint16 most cameras that see a cell of the block.
        closed: (rows, columns) bool no cell of the block is open ground.
        extent_m: west, east, south, north of the picture, city metres.
    """

    best: NDArray[np.uint8]
    night: NDArray[np.uint8]
    count: NDArray[np.uint16]
    closed: NDArray[np.bool_]
    extent_m: tuple[float, float, float, float]


class OverviewMaker:
    """Takes in windows of cells, to be given to :func:`sensors.fleet_cells.fleet_tally`.

    Args:
        grid: the cells.
        wide_px: the longer side of the picture; blocks are a power of two of cells.
    """

    def __init__(self, grid: Grid, wide_px: int = WIDE_PX) -> None:
        self._grid, self._step = grid, 1
        while max(grid.rows, grid.columns) > self._step * wide_px and self._step < WINDOW_CELLS:
            self._step *= 2
        shape = (-(-grid.rows // self._step), -(-grid.columns // self._step))
        self._best, self._night = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
        self._count, self._closed = np.zeros(shape, np.uint16), np.zeros(shape, np.bool_)

    def __call__(self, window: Window) -> None:
        """Take in a window."""
        step, slots = self._step, window.slots
        top, left = window.top // step, window.left // step
        seen = slots >= 0
        for whole, column in (
            (self._best, window.cells.best), (self._night, window.cells.night), (self._count, window.cells.count[:, 0]),
        ):  # fmt: skip
            cells = np.zeros(slots.shape, whole.dtype)
            cells[seen] = column[slots[seen]]
            block = _blocks(np.maximum, cells, step)
            whole[top : top + block.shape[0], left : left + block.shape[1]] = block
        closed = _blocks(np.logical_and, slots == NOT_OPEN, step)
        self._closed[top : top + closed.shape[0], left : left + closed.shape[1]] = closed

    def overview(self) -> Overview:
        """Return the map of the windows taken in."""
        grid, side_m = self._grid, self._step * self._grid.cell_m
        rows, columns = self._best.shape
        extent = (grid.west_m, grid.west_m + columns * side_m, grid.north_m - rows * side_m, grid.north_m)
        return Overview(self._best, self._night, self._count, self._closed, extent)


def _blocks(of: np.ufunc, cells: NDArray[np.generic], step: int) -> NDArray[np.generic]:
    starts = [np.arange(0, side, step) for side in cells.shape]
    blocks: NDArray[np.generic] = of.reduceat(of.reduceat(cells, starts[0], axis=0), starts[1], axis=1)
    return blocks
