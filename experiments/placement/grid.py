"""A grid of square cells over an area, on which streets, discs and polygons are painted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from sensors.kernels import kernel
from sensors.sightline import Floats

Ground = NDArray[np.uint8]


@dataclass(frozen=True)
class Grid:
    """Cells of an area, rows from the north; edges fall on whole multiples of the cell.

    Attributes:
        cell_m: side of a cell.
        west_m, north_m: the north-west corner.
        rows, columns: how many.
    """

    cell_m: float
    west_m: float
    north_m: float
    rows: int
    columns: int

    @classmethod
    def over(cls, area: shapely.Geometry, cell_m: float) -> Grid:
        """Lay a grid over an area in metres."""
        west, south, east, north = area.bounds
        west_m, north_m = math.floor(west / cell_m) * cell_m, math.ceil(north / cell_m) * cell_m
        rows, columns = math.ceil((north_m - south) / cell_m), math.ceil((east - west_m) / cell_m)
        return cls(cell_m, west_m, north_m, max(rows, 1), max(columns, 1))

    def empty(self) -> Ground:
        """Return a layer of zeros."""
        return np.zeros((self.rows, self.columns), dtype=np.uint8)

    def middles(self, row: NDArray[np.int64], column: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Return x and y of the middles of cells."""
        return self.west_m + (column + 0.5) * self.cell_m, self.north_m - (row + 0.5) * self.cell_m

    def cells_of(self, x_m: Floats, y_m: Floats) -> NDArray[np.int64]:
        """Return the flat index of the cell each point lies in, -1 outside."""
        column = np.floor((x_m - self.west_m) / self.cell_m).astype(np.int64)
        row = np.floor((self.north_m - y_m) / self.cell_m).astype(np.int64)
        inside = (row >= 0) & (row < self.rows) & (column >= 0) & (column < self.columns)
        return np.where(inside, row * self.columns + column, -1)

    def paint_lines(self, layer: Ground, lines: NDArray[np.object_], half_m: Floats, value: int) -> None:
        """Give a value to all cells whose middle lies within a line's half width."""
        corners, owner = shapely.get_coordinates(lines, return_index=True)
        same = np.flatnonzero(owner[1:] == owner[:-1])
        segments = np.column_stack([corners[same], corners[same + 1], half_m[owner[same]]])
        _paint(segments, layer, value, self.cell_m, self.west_m, self.north_m)

    def paint_discs(self, layer: Ground, xy_m: Floats, radius_m: float, value: int) -> None:
        """Give a value to all cells whose middle lies within a radius of a point."""
        segments = np.column_stack([xy_m, xy_m, np.full(len(xy_m), radius_m)])
        _paint(segments, layer, value, self.cell_m, self.west_m, self.north_m)

    def paint_polygon(self, layer: Ground, shape: shapely.Geometry, value: int) -> None:
        """Give a value to all cells whose middle lies in a shape, row by row."""
        found = self.inside(shape)
        layer[found] = value

    def inside(self, shape: shapely.Geometry) -> NDArray[np.bool_]:
        """Return (rows, columns) which cells have their middle in a shape."""
        layer = self.empty()
        y_m = self.north_m - (np.arange(self.rows) + 0.5) * self.cell_m
        far = self.west_m + (self.columns + 1) * self.cell_m
        ends = np.stack([np.column_stack([np.full(self.rows, x), y_m]) for x in (self.west_m - 1.0, far)], axis=1)
        cut = shapely.intersection(shapely.linestrings(ends), shape)
        pieces, row = shapely.get_parts(cut, return_index=True)
        box = shapely.bounds(pieces).reshape(-1, 4)
        known = np.isfinite(box).all(axis=1)
        first, last = (
            np.clip(np.ceil((box[known, side] - self.west_m) / self.cell_m - 0.5), 0, self.columns).astype(np.int64)
            for side in (0, 2)
        )
        _stretches(row[known], first, last, layer)
        return layer.astype(bool)


@kernel
def _stretches(row: NDArray[np.int64], first: NDArray[np.int64], last: NDArray[np.int64], layer: Ground) -> None:
    for i in range(len(row)):
        layer[row[i], first[i] : last[i]] = 1


@kernel
def _paint(segments: Floats, layer: Ground, value: int, cell_m: float, west_m: float, north_m: float) -> None:
    """Write the value into each cell whose middle is within a segment's half width."""
    rows, columns = layer.shape
    for i in range(len(segments)):
        x0, y0, x1, y1, half = segments[i]
        dx, dy = x1 - x0, y1 - y0
        square = dx * dx + dy * dy
        top = max(0, math.floor((north_m - max(y0, y1) - half) / cell_m))
        bottom = min(rows, math.ceil((north_m - min(y0, y1) + half) / cell_m))
        left = max(0, math.floor((min(x0, x1) - half - west_m) / cell_m))
        right = min(columns, math.ceil((max(x0, x1) + half - west_m) / cell_m))
        for row in range(top, bottom):
            y = north_m - (row + 0.5) * cell_m
            for column in range(left, right):
                x = west_m + (column + 0.5) * cell_m
                along = ((x - x0) * dx + (y - y0) * dy) / square if square > 0.0 else 0.0
                along = min(max(along, 0.0), 1.0)
                across_x, across_y = x - x0 - along * dx, y - y0 - along * dy
                if across_x * across_x + across_y * across_y <= half * half:
                    layer[row, column] = value
