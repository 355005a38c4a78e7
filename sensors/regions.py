"""Districts, mahallas and other areas as stretches of cells, by scan lines through the middles of the rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city import City

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Grid:
    """The cells of a raster: ``rows`` from the north, ``columns`` from the west."""

    cell_m: float
    west_m: float
    north_m: float
    rows: int
    columns: int


def stretches_of(shapes: NDArray[np.object_], grid: Grid) -> Ints:
    """Return the stretches (k, 4) of cells whose middles lie in each shape, by shape, row, then column.

    Args:
        shapes: polygons or multipolygons in the raster's metres; holes are left out (even-odd).
        grid: the cells.

    Returns:
        Number of the shape, row, first column, column after the last.
    """
    rings, owner = shapely.get_rings(shapes, return_index=True) if len(shapes) else (np.zeros(0, object), np.zeros(0))
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    start, end, shape = corners[:-1][same], corners[1:][same], np.asarray(owner, np.int64)[ring[:-1][same]]
    # rows whose middle an edge crosses: from the upper end, itself not, to the lower, itself
    begin, stop = ((grid.north_m - point[:, 1]) / grid.cell_m - 0.5 for point in (start, end))
    first = np.ceil(np.minimum(begin, stop)).clip(0, grid.rows).astype(np.int64)
    last = np.ceil(np.maximum(begin, stop)).clip(0, grid.rows).astype(np.int64)
    counts = last - first
    edge = np.repeat(np.arange(len(counts)), counts)
    row = first[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
    along = (row - begin[edge]) / (stop[edge] - begin[edge])
    x_m = start[edge, 0] + along * (end[edge, 0] - start[edge, 0])
    order = np.lexsort((x_m, row, shape[edge]))
    column = np.ceil((x_m[order] - grid.west_m) / grid.cell_m - 0.5).clip(0, grid.columns).astype(np.int64)
    found = np.column_stack([shape[edge][order], row[order]])[::2]
    stretches = np.column_stack([found, column[::2], column[1::2]])
    return stretches[stretches[:, 3] > stretches[:, 2]]


def city_stretches(city: City, grid: Grid) -> Ints:
    """Return the stretches of a city's districts taken together; all of the raster in a city without districts."""
    if len(city.districts):
        border = shapely.union_all(city.districts.geometry.to_numpy())
        return stretches_of(np.array([border], dtype=object), grid)
    rows = np.arange(grid.rows)
    none = np.zeros(grid.rows, dtype=np.int64)
    return np.column_stack([none, rows, none, none + grid.columns])


def by_row(stretches: Ints) -> Ints:
    """Return the stretches in the order of their rows."""
    return stretches[np.argsort(stretches[:, 1], kind="stable")]


def in_window(stretches: Ints, top: int, bottom: int, left: int, right: int) -> Ints:
    """Return the parts of stretches inside a window of the raster, counted from its first row and column.

    Args:
        stretches: (k, 4) in the order of their rows.
        top: first row; ``bottom`` is the one after the last, columns likewise.
        bottom: see there.
        left: see there.
        right: see there.
    """
    begin, end = np.searchsorted(stretches[:, 1], [top, bottom])
    inside = stretches[begin:end]
    first, last = np.maximum(inside[:, 2], left) - left, np.minimum(inside[:, 3], right) - left
    kept = last > first
    return np.column_stack([inside[kept, 0], inside[kept, 1] - top, first[kept], last[kept]])
