"""The raster of heights itself, and the frame of cells and tiles it lies in."""

from __future__ import annotations

import math
import mmap
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.city.heights.codes import solid_dm
from twin.city.model import City
from twin.errors import InputError

TILE_CELLS: Final = 1024
MOST_CELLS: Final = 40_000_000_000
"""Assumed: above this a cell size is a slip of the pen; the whole of Tashkent at 1 m has 0.8 thousand million."""

Window = tuple[float, float, float, float]


@dataclass(frozen=True)
class Frame:
    """The cells of a raster and the square tiles it is made in.

    Attributes:
        cell_m: side of a cell.
        west_m: west edge of column 0.
        north_m: north edge of row 0.
        rows, columns: cells from north to south and from west to east.
        tile_cells: cells along a side of a tile; the cells' heights do not depend on it.
    """

    cell_m: float
    west_m: float
    north_m: float
    rows: int
    columns: int
    tile_cells: int = TILE_CELLS

    @classmethod
    def of(cls, city: City, cell_m: float) -> Frame:
        """Lay the frame over a city; its edges fall on whole multiples of the cell.

        Raises:
            ValueError: the cell is not larger than 0.
            InputError: there would be more cells than any use has for them.
        """
        if not cell_m > 0:
            raise ValueError(f"cell_m must be above 0, found {cell_m}")
        west, south, east, north = city.bounds_m
        west_m, north_m = math.floor(west / cell_m) * cell_m, math.ceil(north / cell_m) * cell_m
        rows, columns = (max(1, math.ceil(side / cell_m)) for side in (north_m - south, east - west_m))
        if rows * columns > MOST_CELLS:
            works = math.ceil(cell_m * math.sqrt(rows * columns / MOST_CELLS) * 1000) / 1000
            asked = f"make the height raster of {city.name} with cells of {cell_m:g} m"
            raise InputError(
                asked, f"it would have {rows * columns:.1e} cells; cells of {works:g} m or more would work"
            )
        return cls(float(cell_m), float(west_m), float(north_m), rows, columns)

    @property
    def tiles(self) -> tuple[int, int]:
        """Rows and columns of tiles."""
        return math.ceil(self.rows / self.tile_cells), math.ceil(self.columns / self.tile_cells)

    def cells_of(self, tile: int) -> tuple[int, int, int, int]:
        """Return the first row, the row after the last, the first column and the column after the last of a tile."""
        down, along = divmod(tile, self.tiles[1])
        top, left = down * self.tile_cells, along * self.tile_cells
        return top, min(top + self.tile_cells, self.rows), left, min(left + self.tile_cells, self.columns)

    def tiles_in(self, window: Window | None) -> NDArray[np.int64]:
        """Return the tiles that a window west, south, east, north (metres) touches, in their order; None: all."""
        down, along = self.tiles
        if window is None:
            return np.arange(down * along)
        west, south, east, north = window
        side_m = self.cell_m * self.tile_cells
        first, last = math.floor((self.north_m - north) / side_m), math.floor((self.north_m - south) / side_m)
        left, right = math.floor((west - self.west_m) / side_m), math.floor((east - self.west_m) / side_m)
        rows = np.arange(max(0, first), min(down - 1, last) + 1)
        columns = np.arange(max(0, left), min(along - 1, right) + 1)
        return (rows[:, None] * along + columns[None, :]).ravel()


@dataclass(frozen=True, eq=False)
class HeightRaster:
    """What stands or hangs in each cell, above flat ground.

    Attributes:
        cell_m: side of a cell.
        west_m: west edge of column 0.
        north_m: north edge of row 0.
        height_dm: (rows, columns) uint16, rows from the north, not writable: decimetres from the ground up, 0 where
            nothing is, or the code of something that hangs (``twin.city.heights.codes``).
        window_m: west, south, east, north that it was asked for; cells of tiles outside may read 0. None: all is made.
    """

    cell_m: float
    west_m: float
    north_m: float
    height_dm: NDArray[np.uint16]
    window_m: Window | None = None

    def at(self, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how high the solid part reaches in the cell each point lies in, metres; 0 outside the raster.

        Under a crown or a deck the ground is open: 0.

        Raises:
            ValueError: a point lies outside the window that the raster was asked for.
        """
        solid: NDArray[np.float64] = solid_dm(self.codes_at(x_m, y_m)) / 10.0
        return solid

    def codes_at(self, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[np.uint16]:
        """Return the code of the cell each point lies in, 0 outside the raster.

        Raises:
            ValueError: a point lies outside the window that the raster was asked for.
        """
        x, y = np.asarray(x_m), np.asarray(y_m)
        if self.window_m is not None:
            west, south, east, north = self.window_m
            if ((x < west) | (x > east) | (y < south) | (y > north)).any():
                raise ValueError(f"points outside the window {self.window_m} that the raster was made for")
        column = np.floor((x - self.west_m) / self.cell_m).astype(np.int64)
        row = np.floor((self.north_m - y) / self.cell_m).astype(np.int64)
        rows, columns = self.height_dm.shape
        inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        found = self.height_dm[np.where(inside, row, 0), np.where(inside, column, 0)]
        return np.where(inside, found, 0).astype(np.uint16)

    def let_go(self) -> None:
        """Give back the pages of a mapped raster that have been read: they stay on the disk, and most of a city is big.

        What is asked for later is read again.
        """
        owner: object = self.height_dm.base
        if isinstance(owner, mmap.mmap):
            owner.madvise(mmap.MADV_DONTNEED)
