"""Cameras into a map: each sweeps its own window, and adds what it sees to the cells there.

Cameras are sorted into square tiles, wider than any window, and the tiles into four colours so that two of a colour
never touch: no two cameras of different tiles of a colour reach the same cell, so a colour's tiles are filled side by
side without a lock. Counts add up and classes are taken at their best in whole numbers, so the order does not matter.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

import numpy as np
from numba import prange
from numpy.typing import NDArray

from sensors.coverage.sweep import stretch_within, sweep
from sensors.coverage.views import reach_of, view_edges
from sensors.kernels import kernel, parallel_kernel
from sensors.sightline import Floats, Heights_dm, class_of, line_clear, view_density
from twin.city.heights import HeightRaster
from twin.city.heights.codes import solid_dm

Ints = NDArray[np.int64]
Cells = NDArray[np.uint8]
Counts = NDArray[np.uint16]

TARGET_M: Final = 1.5
TARGET_DM: Final = 15
TILE_CELLS: Final = 512
BAND_TILES: Final = 4
"""Rows of tiles done before the pages of heights read so far are given back."""

SPREAD: Final = 0.6180339887498949
"""Tiles are taken in the order of the fractions of their multiples of this: no thread gets all of the centre."""


def fill(
    rows: Floats, heights: HeightRaster, mask: NDArray[np.bool_], bounds: Floats, best: Cells, count: Counts, step: int,
    first_row: int = 0,
) -> None:  # fmt: skip
    """Add to each cell what cameras see of it.

    Args:
        rows: (n, 12) as ``sightline.camera_rows`` gives them.
        heights: what stands in the way.
        mask: (rows, columns) cells that count, or (0, 0) for all.
        bounds: the least densities of the classes, ascending.
        best: (rows, columns) raised to the class of the best camera; fewer rows hold a band of the raster.
        count: the same rows, increased by ``step`` for each camera.
        step: 1; -1 takes cameras away again and leaves ``best`` as it is; 0 changes ``best`` alone.
        first_row: the row of the raster that the first row of ``best`` and ``count`` is.
    """
    reach = reaches(rows, bounds[0])
    order, starts, groups, bands = _tiles(rows, reach, heights)
    for group, (first, last) in enumerate(pairwise(groups.tolist())):
        tiles = first + np.argsort(np.arange(last - first) * SPREAD % 1.0, kind="stable")
        _fill_tiles(
            tiles, starts, order, rows, reach, heights.height_dm, mask, bounds, heights.cell_m, heights.west_m,
            heights.north_m, best, count, step, first_row,
        )  # fmt: skip
        if len(bands) > group + 1 and bands[group] != bands[group + 1]:
            heights.let_go()


def windows(rows: Floats, heights: HeightRaster, least_px_m: float) -> Ints:
    """Return (n, 4) first row, row after the last, first column, column after the last that each camera may see."""
    row, column = (
        np.floor((heights.north_m - rows[:, 1]) / heights.cell_m),
        np.floor((rows[:, 0] - heights.west_m) / heights.cell_m),
    )
    rim = np.ceil(reaches(rows, least_px_m) / heights.cell_m) + 1
    down, along = heights.height_dm.shape
    edges = [np.clip(row - rim, 0, down), np.clip(row + rim + 1, 0, down)]
    edges += [np.clip(column - rim, 0, along), np.clip(column + rim + 1, 0, along)]
    return np.column_stack(edges).astype(np.int64)


@kernel
def reaches(rows: Floats, least_px_m: float) -> Floats:
    """Return how far, in metres, each camera sees a target at that density."""
    found = np.empty(len(rows))
    for i in range(len(rows)):
        found[i] = reach_of(rows[i], TARGET_M - rows[i, 2], least_px_m)
    return found


def _tiles(rows: Floats, reach: Floats, heights: HeightRaster) -> tuple[Ints, Ints, Ints, Ints]:
    """Sort cameras into tiles.

    Returns:
        order: (n,) cameras, tile by tile.
        starts: (tiles + 1,) where each tile starts in ``order``.
        groups: (groups + 1,) where each group of tiles of one band and colour starts among the tiles.
        bands: (groups,) the band of each.
    """
    widest = math.ceil(float(reach.max(initial=0.0)) / heights.cell_m) + 2
    side_m = heights.cell_m * max(TILE_CELLS, 2 * widest)
    down = np.floor((heights.north_m - rows[:, 1]) / side_m).astype(np.int64)
    along = np.floor((rows[:, 0] - heights.west_m) / side_m).astype(np.int64)
    band, colour = down // BAND_TILES, 2 * (down % 2) + along % 2
    order = np.lexsort((along, down, colour, band))
    keys = np.column_stack([band, colour, down, along])[order]
    starts = _runs(keys)
    groups = _runs(keys[starts[:-1], :2])
    return order, starts, groups, keys[starts[groups[:-1]], 0]


def _runs(keys: Ints) -> Ints:
    """Return where each run of equal rows starts, and the end."""
    new = np.flatnonzero((keys[1:] != keys[:-1]).any(axis=1)) + 1
    return np.concatenate([np.zeros(min(len(keys), 1), np.int64), new, [len(keys)]]).astype(np.int64)


@parallel_kernel
def _fill_tiles(
    tiles: Ints, starts: Ints, order: Ints, rows: Floats, reach: Floats, height_dm: Heights_dm,
    mask: NDArray[np.bool_], bounds: Floats, cell_m: float, west_m: float, north_m: float, best: Cells, count: Counts,
    step: int, first_row: int,
) -> None:  # fmt: skip
    for t in prange(len(tiles)):
        for i in range(starts[tiles[t]], starts[tiles[t] + 1]):
            camera = rows[order[i]]
            _add(
                camera, reach[order[i]], height_dm, mask, bounds, cell_m, west_m, north_m, best, count, step, first_row
            )  # fmt: skip


@kernel
def _add(
    camera: Floats, reach_m: float, height_dm: Heights_dm, mask: NDArray[np.bool_], bounds: Floats, cell_m: float,
    west_m: float, north_m: float, best: Cells, count: Counts, step: int, first_row: int,
) -> None:  # fmt: skip
    """Add what one camera sees."""
    dz_m, column, row = TARGET_M - camera[2], (camera[0] - west_m) / cell_m, (north_m - camera[1]) / cell_m
    rim = math.ceil(reach_m / cell_m) + 1
    left, top = math.floor(column) - rim, math.floor(row) - rim
    own, edges = _cut_out(height_dm, top, left, 2 * rim + 1), view_edges(camera, dz_m, bounds[0], cell_m)
    fx, fy, reach = column - math.floor(column), row - math.floor(row), reach_m / cell_m
    seen = np.zeros(own.shape, dtype=np.uint8)
    if dz_m < 0.0:
        sweep(own, cell_m, fx, fy, camera[2], TARGET_M, edges, reach, seen)
    else:
        _line_by_line(own, cell_m, fx, fy, camera[2], reach, seen)
    for r in range(max(0, first_row - top), min(len(own), first_row + len(best) - top)):
        into = top + r - first_row
        low, high = stretch_within(0, rim + fy - (r + 0.5), edges, reach)
        first = max(math.floor(rim + fx - 0.5 + low), 0, -left)
        after = min(math.ceil(rim + fx - 0.5 + high) + 1, len(own), height_dm.shape[1] - left)
        y = north_m - (top + r + 0.5) * cell_m
        for c in range(first, after):
            if seen[r, c] and is_open(height_dm, mask, top + r, left + c):
                x = west_m + (left + c + 0.5) * cell_m
                density = view_density(camera, x - camera[0], y - camera[1], dz_m)
                if density >= bounds[0]:
                    count[into, left + c] += step
                    if step >= 0:
                        best[into, left + c] = max(best[into, left + c], class_of(density, bounds))


@kernel
def _cut_out(height_dm: Heights_dm, top: int, left: int, side: int) -> Heights_dm:
    """Return a square of the raster; off the raster nothing stands."""
    rows, columns = height_dm.shape
    if 0 <= top <= rows - side and 0 <= left <= columns - side:
        return height_dm[top : top + side, left : left + side].copy()
    own = np.zeros((side, side), dtype=height_dm.dtype)
    for row in range(max(0, -top), min(side, rows - top)):
        for column in range(max(0, -left), min(side, columns - left)):
            own[row, column] = height_dm[top + row, left + column]
    return own


@kernel
def _line_by_line(
    own: Heights_dm, cell_m: float, fx: float, fy: float, eye_m: float, reach: float, seen: Cells
) -> None:
    """Mark the open cells that a camera not above its targets sees."""
    rim = len(own) // 2
    for row in range(len(own)):
        for column in range(len(own)):
            dx, dy = rim + fx - (column + 0.5), row + 0.5 - (rim + fy)
            if dx * dx + dy * dy <= reach * reach and solid_dm(own[row, column]) <= TARGET_DM:
                seen[row, column] = line_clear(
                    (column + 0.5) * cell_m, -(row + 0.5) * cell_m, TARGET_M, dx * cell_m, dy * cell_m,
                    eye_m - TARGET_M, own, cell_m, 0.0, 0.0,
                )  # fmt: skip


@kernel
def is_open(height_dm: Heights_dm, mask: NDArray[np.bool_], row: int, column: int) -> bool:
    """Return whether a cell is open ground that counts: nothing solid higher than the target, and inside the mask."""
    return solid_dm(height_dm[row, column]) <= TARGET_DM and (mask.size == 0 or mask[row, column])
