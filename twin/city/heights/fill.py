"""Buildings into cells: even-odd scan lines through the middles of the rows, one tile at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import numba
import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.heights.raster import Frame
from twin.city.model import City

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Outlines:
    """The buildings as the filling kernel reads them, and which of them reach into which tile.

    Attributes:
        frame: the cells.
        cells: (points, 2) column and row of each corner, in cells and parts of cells.
        ring_starts: (rings + 1,) where each ring starts in ``cells``.
        owner_starts: (buildings + 1,) where each building starts in ``ring_starts``.
        tops: (buildings,) height in decimetres.
        tile_starts: (tiles + 1,) where each tile starts in ``members``.
        members: building rows, tile by tile.
    """

    frame: Frame
    cells: NDArray[np.float64]
    ring_starts: Ints
    owner_starts: Ints
    tops: NDArray[np.uint16]
    tile_starts: Ints
    members: Ints


def outlines_of(city: City, frame: Frame) -> Outlines:
    """Take a city's buildings apart."""
    shapes = city.buildings.geometry.to_numpy()
    tops = np.clip(np.rint(city.buildings["height_m"].to_numpy() * 10.0), 0, 65535).astype(np.uint16)
    rings, owner = shapely.get_rings(shapes, return_index=True)
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    ring_starts = np.searchsorted(ring_of, np.arange(len(rings) + 1)).astype(np.int64)
    owner_starts = np.searchsorted(owner, np.arange(len(shapes) + 1)).astype(np.int64)
    cells = np.ascontiguousarray((points - (frame.west_m, frame.north_m)) / (frame.cell_m, -frame.cell_m))
    down, along = frame.tiles
    starts, members = _by_tile(cells, ring_starts, owner_starts, down, along, frame.tile_cells)
    return Outlines(frame, cells, ring_starts, owner_starts, tops, starts, members)


def filled_tiles(outlines: Outlines, tiles: Ints) -> Iterator[tuple[int, NDArray[np.uint16]]]:
    """Yield each tile and its (rows, columns) heights in decimetres, in the order given, on all cores."""
    workers = max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    left = iter(tiles.tolist())
    with ThreadPoolExecutor(workers) as pool:
        waiting = [pool.submit(_filled, outlines, tile) for tile in islice(left, 2 * workers)]
        while waiting:
            yield waiting.pop(0).result()
            waiting += [pool.submit(_filled, outlines, tile) for tile in islice(left, 1)]


def _filled(outlines: Outlines, tile: int) -> tuple[int, NDArray[np.uint16]]:
    top, bottom, left, right = outlines.frame.cells_of(tile)
    height_dm = np.zeros((bottom - top, right - left), dtype=np.uint16)
    members = outlines.members[outlines.tile_starts[tile] : outlines.tile_starts[tile + 1]]
    if len(members):
        _fill(outlines.cells, outlines.ring_starts, outlines.owner_starts, outlines.tops, members, top, left, height_dm)
    return tile, height_dm


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _fill(
    cells: NDArray[np.float64], ring_starts: Ints, owner_starts: Ints, tops: NDArray[np.uint16], members: Ints,
    top: int, left: int, height_dm: NDArray[np.uint16],
) -> None:  # fmt: skip
    """Raise the cells of the tile that starts at (``top``, ``left``) to the buildings that hold their middles."""
    rows, columns = height_dm.shape
    for b in members:
        first, last = ring_starts[owner_starts[b]], ring_starts[owner_starts[b + 1]]
        top_row = max(top, int(np.floor(cells[first:last, 1].min())))
        end_row = min(top + rows, int(np.ceil(cells[first:last, 1].max())) + 1)
        hits = np.empty(last - first, dtype=np.float64)
        for row in range(top_row, end_row):
            middle = row + 0.5
            n = 0
            for ring in range(owner_starts[b], owner_starts[b + 1]):
                for i in range(ring_starts[ring], ring_starts[ring + 1] - 1):
                    x0, y0, x1, y1 = cells[i, 0], cells[i, 1], cells[i + 1, 0], cells[i + 1, 1]
                    if (y0 <= middle) != (y1 <= middle):
                        hit = x0 + (middle - y0) / (y1 - y0) * (x1 - x0)
                        k = n
                        while k > 0 and hits[k - 1] > hit:
                            hits[k] = hits[k - 1]
                            k -= 1
                        hits[k] = hit
                        n += 1
            for pair in range(n // 2):
                start = max(left, int(np.ceil(hits[2 * pair] - 0.5)))
                end = min(left + columns, int(np.ceil(hits[2 * pair + 1] - 0.5)))
                for column in range(start, end):
                    height_dm[row - top, column - left] = max(height_dm[row - top, column - left], tops[b])


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def _by_tile(
    cells: NDArray[np.float64], ring_starts: Ints, owner_starts: Ints, down: int, along: int, side: int
) -> tuple[Ints, Ints]:
    """Return where each tile starts in the members, and the members: the buildings whose box touches each tile."""
    buildings = len(owner_starts) - 1
    boxes = np.empty((buildings, 4), dtype=np.int64)
    starts = np.zeros(down * along + 1, dtype=np.int64)
    for b in range(buildings):
        own = cells[ring_starts[owner_starts[b]] : ring_starts[owner_starts[b + 1]]]
        boxes[b, 0] = max(0, int(np.floor(own[:, 1].min() / side)))
        boxes[b, 1] = min(down - 1, int(np.floor(own[:, 1].max() / side)))
        boxes[b, 2] = max(0, int(np.floor(own[:, 0].min() / side)))
        boxes[b, 3] = min(along - 1, int(np.floor(own[:, 0].max() / side)))
        for row in range(boxes[b, 0], boxes[b, 1] + 1):
            for column in range(boxes[b, 2], boxes[b, 3] + 1):
                starts[row * along + column + 1] += 1
    starts = np.cumsum(starts)
    at = starts[:-1].copy()
    members = np.empty(starts[-1], dtype=np.int64)
    for b in range(buildings):
        for row in range(boxes[b, 0], boxes[b, 1] + 1):
            for column in range(boxes[b, 2], boxes[b, 3] + 1):
                members[at[row * along + column]] = b
                at[row * along + column] += 1
    return starts, members
