"""Polygons into cells: even-odd scan lines through the middles of the rows, one tile at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.heights.raster import Frame
from twin.city.squares import Floats, Ints, Squares


@dataclass(frozen=True, eq=False)
class Outlines:
    """Polygons as the filling kernel reads them, and which of them reach into which tile.

    Attributes:
        cells: (points, 2) column and row of each corner, in cells and parts of cells.
        ring_starts: (rings + 1,) where each ring starts in ``cells``.
        owner_starts: (polygons + 1,) where each polygon starts in ``ring_starts``.
        codes: (polygons,) what their cells are raised to.
        tiles: polygons by tile.
    """

    cells: Floats
    ring_starts: Ints
    owner_starts: Ints
    codes: NDArray[np.uint16]
    tiles: Squares

    @classmethod
    def of(cls, shapes: NDArray[np.object_], codes: NDArray[np.uint16], frame: Frame) -> Outlines:
        """Take polygons apart."""
        rings, owner = shapely.get_rings(shapes, return_index=True)
        points, ring_of = shapely.get_coordinates(rings, return_index=True)
        ring_starts = np.searchsorted(ring_of, np.arange(len(rings) + 1)).astype(np.int64)
        owner_starts = np.searchsorted(owner, np.arange(len(shapes) + 1)).astype(np.int64)
        cells = in_cells(points, frame)
        return cls(cells, ring_starts, owner_starts, codes, by_tile(boxes_in_cells(shapes, frame), frame))

    def fill(self, tile: int, top: int, left: int, codes: NDArray[np.uint16]) -> None:
        """Raise the cells of a tile to the greatest code of the polygons that hold their middles."""
        members = self.tiles.of(tile)
        if len(members):
            _fill(self.cells, self.ring_starts, self.owner_starts, self.codes, members, top, left, codes)


def in_cells(points: Floats, frame: Frame) -> Floats:
    """Return points (n, 2) as column and row, in cells and parts of cells."""
    return np.ascontiguousarray((points - (frame.west_m, frame.north_m)) / (frame.cell_m, -frame.cell_m))


def by_tile(boxes: Floats, frame: Frame) -> Squares:
    """Sort boxes in cells into the tiles of a frame."""
    down, along = frame.tiles
    return Squares.over(boxes, float(frame.tile_cells), (0.0, 0.0), down, along)


def boxes_in_cells(shapes: NDArray[np.object_], frame: Frame) -> Floats:
    """Return the boxes of shapes in cells: least column and row, greatest column and row."""
    boxes = shapely.bounds(shapes).reshape(-1, 4)
    return np.column_stack([in_cells(boxes[:, [0, 3]], frame), in_cells(boxes[:, [2, 1]], frame)])


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _fill(
    cells: Floats, ring_starts: Ints, owner_starts: Ints, codes: NDArray[np.uint16], members: Ints,
    top: int, left: int, height_dm: NDArray[np.uint16],
) -> None:  # fmt: skip
    """Raise the cells of the tile that starts at (``top``, ``left``) to the polygons that hold their middles."""
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
                    height_dm[row - top, column - left] = max(height_dm[row - top, column - left], codes[b])
