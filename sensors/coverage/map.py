"""What a fleet covers: for each square of open ground the best pixel density class and how many cameras see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sensors.cameras import CameraFleet
from sensors.coverage.fill import fill, windows
from sensors.optics import Dori, load_dori
from sensors.sightline import PTZ_PRESETS, Floats, camera_rows
from twin.city.heights import HeightRaster


@dataclass(frozen=True)
class CoverageMap:
    """Coverage on a raster, rows from the north: of all of it, or of a band of its rows.

    Attributes:
        best_class: (rows, columns) uint8, row of ``optics.DORI_CLASSES`` of the best camera; 0 where none sees.
        count: (rows, columns) uint16, cameras that see the cell at ``detect`` or better, each counted once.
        mask: (rows, columns) bool of the whole raster, cells that count, as asked for; (0, 0) for all.
        cell_m, west_m, north_m: the size of a cell and the north-west corner of the raster.
        fleet, heights: what the map was made from.
        dori: the edition of the classes.
        ptz_presets: bearings a rotating camera was taken to tour.
        first_row: the row of the raster that row 0 is.
    """

    best_class: NDArray[np.uint8]
    count: NDArray[np.uint16]
    mask: NDArray[np.bool_]
    cell_m: float
    west_m: float
    north_m: float
    fleet: CameraFleet
    heights: HeightRaster
    dori: Dori
    ptz_presets: int
    first_row: int = 0

    def class_at(self, x_m: Floats, y_m: Floats) -> NDArray[np.uint8]:
        """Return the class (n,) at points; 0 off the map."""
        column = np.floor((x_m - self.west_m) / self.cell_m).astype(np.int64)
        row = np.floor((self.north_m - y_m) / self.cell_m).astype(np.int64) - self.first_row
        rows, columns = self.best_class.shape
        inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        found = np.zeros(len(column), dtype=np.uint8)
        found[inside] = self.best_class[row[inside], column[inside]]
        return found


def best_of_blocks(cells: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
    """Return the highest value of each block of ``step`` cells square, so that thin strips are not lost in a picture.

    >>> best_of_blocks(np.array([[0, 2, 0], [0, 0, 1]], dtype=np.uint8), 2).tolist()
    [[2, 1]]
    """
    starts = [np.arange(0, side, step) for side in cells.shape]
    tall: NDArray[np.uint8] = np.maximum.reduceat(cells, starts[0], axis=0)
    wide: NDArray[np.uint8] = np.maximum.reduceat(tall, starts[1], axis=1)
    return wide


def coverage(
    fleet: CameraFleet,
    heights: HeightRaster,
    mask: NDArray[np.bool_] | None = None,
    dori: Dori | None = None,
    ptz_presets: int = PTZ_PRESETS,
) -> CoverageMap:
    """Return what the fleet sees of the open ground, of a target 1.5 m up in the middle of each cell.

    Open ground is every cell in which nothing solid is higher than the target: a cell under a crown or a bridge is
    open. Each camera counts once a cell. Bitwise the same with any number of threads.

    Args:
        fleet: n cameras.
        heights: what stands in the way; its cells are the map's.
        mask: (rows, columns) cells that count, by default all.
        dori: the edition of the density classes, by default the one that ships.
        ptz_presets: bearings a rotating camera tours.

    Raises:
        ValueError: the mask has another shape than the raster.
    """
    dori, shape = dori or load_dori(), heights.height_dm.shape
    if mask is not None and mask.shape != shape:
        raise ValueError(f"the mask must have the raster's shape {shape}, but has {mask.shape}")
    counted = np.zeros((0, 0), dtype=np.bool_) if mask is None else mask
    return _map_of(camera_rows(fleet, ptz_presets), 0, shape[0], fleet, heights, counted, dori, ptz_presets)


def coverage_bands(fleet: CameraFleet, heights: HeightRaster, rows: int) -> Iterator[CoverageMap]:
    """Yield what :func:`coverage` returns band by band, from the north: so many rows at a time, the last may be fewer.

    A whole city at 1 m takes 2 GB as one map, and its heights as much again; of bands only one is held at a time.
    """
    dori, cameras = load_dori(), camera_rows(fleet, PTZ_PRESETS)
    reach = windows(cameras, heights, dori.bounds_px_m[0])
    everywhere = np.zeros((0, 0), dtype=np.bool_)
    for first in range(0, heights.height_dm.shape[0], rows):
        after = min(first + rows, heights.height_dm.shape[0])
        near = cameras[(reach[:, 0] < after) & (reach[:, 1] > first)]
        yield _map_of(near, first, after, fleet, heights, everywhere, dori, PTZ_PRESETS)
        heights.let_go()


def _map_of(
    cameras: Floats, first: int, after: int, fleet: CameraFleet, heights: HeightRaster, mask: NDArray[np.bool_],
    dori: Dori, ptz_presets: int,
) -> CoverageMap:  # fmt: skip
    """Return the map of some rows of the raster, with all cameras that reach them."""
    shape = after - first, heights.height_dm.shape[1]
    best, count = np.zeros(shape, dtype=np.uint8), np.zeros(shape, dtype=np.uint16)
    fill(cameras, heights, mask, dori.bounds_px_m, best, count, 1, first)
    return CoverageMap(
        best, count, mask, heights.cell_m, heights.west_m, heights.north_m, fleet, heights, dori, ptz_presets, first
    )
