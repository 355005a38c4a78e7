"""What a fleet covers: for each square of open ground the best pixel density class and how many cameras see it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import prange
from numpy.typing import NDArray

from sensors.cameras import CameraFleet
from sensors.kernels import kernel, parallel_kernel
from sensors.optics import Dori, load_dori
from sensors.sightline import PTZ_PRESETS, Floats, Heights_dm, camera_rows, class_of, line_clear, view_density
from twin.city.heights import HeightRaster

TARGET_M: Final = 1.5
TARGET_DM: Final = 15
PATCH_CELLS: Final = 64_000_000
BANDS: Final = 64


@dataclass(frozen=True)
class CoverageMap:
    """Coverage on a raster, rows from the north.

    Attributes:
        best_class: (rows, columns) uint8, row of ``optics.DORI_CLASSES`` of the best camera; 0 where none sees.
        count: (rows, columns) uint16, cameras that see the cell at ``detect`` or better, each counted once.
        mask: (rows, columns) bool, cells that count, as asked for; (0, 0) for all.
        cell_m, west_m, north_m: the size of a cell and the north-west corner of the raster.
        fleet, heights: what the map was made from.
        dori: the edition of the classes.
        ptz_presets: bearings a rotating camera was taken to tour.
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

    def class_at(self, x_m: Floats, y_m: Floats) -> NDArray[np.uint8]:
        """Return the class (n,) at points; 0 off the raster."""
        column = np.floor((x_m - self.west_m) / self.cell_m).astype(np.int64)
        row = np.floor((self.north_m - y_m) / self.cell_m).astype(np.int64)
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

    Open ground is every cell whose height is not above the target. Bitwise the same with any number of threads: each
    camera first fills a patch of its own, then bands of rows take in the patches in the fleet's order.

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
    best, count = np.zeros(shape, dtype=np.uint8), np.zeros(shape, dtype=np.uint16)
    rows = camera_rows(fleet, ptz_presets)
    windows = _windows(rows, heights)
    place = (heights.cell_m, heights.west_m, heights.north_m)
    for part in _parts(windows):
        starts = np.concatenate([[0], np.cumsum(_areas(windows[part]))])
        patches = np.zeros(starts[-1], dtype=np.uint8)
        _fill_patches(rows[part], windows[part], starts, patches, heights.height_dm, counted, dori.bounds_px_m, *place)
        _take_in(windows[part], starts, patches, best, count)
    return CoverageMap(best, count, counted, *place, fleet, heights, dori, ptz_presets)


def _windows(rows: Floats, heights: HeightRaster) -> NDArray[np.int64]:
    """Return (n, 4) first row, row after the last, first column, column after the last, within range of each camera."""
    size = heights.height_dm.shape
    top = (heights.north_m - rows[:, 1] - rows[:, 10]) / heights.cell_m
    left = (rows[:, 0] - rows[:, 10] - heights.west_m) / heights.cell_m
    span = 2.0 * rows[:, 10] / heights.cell_m
    edges = [np.clip(np.floor(top), 0, size[0]), np.clip(np.ceil(top + span), 0, size[0])]
    edges += [np.clip(np.floor(left), 0, size[1]), np.clip(np.ceil(left + span), 0, size[1])]
    return np.column_stack(edges).astype(np.int64)


def _areas(windows: NDArray[np.int64]) -> NDArray[np.int64]:
    return (windows[:, 1] - windows[:, 0]) * (windows[:, 3] - windows[:, 2])


def _parts(windows: NDArray[np.int64]) -> Iterator[slice]:
    """Yield runs of cameras whose patches fit in memory together."""
    areas = _areas(windows)
    first = held = 0
    for i, area in enumerate(areas):
        if i > first and held + area > PATCH_CELLS:
            yield slice(first, i)
            first, held = i, 0
        held += int(area)
    if len(areas):
        yield slice(first, len(areas))


@kernel
def is_open(height_dm: Heights_dm, mask: NDArray[np.bool_], row: int, column: int) -> bool:
    """Return whether a cell is open ground that counts: not higher than the target, and inside the mask if any."""
    return height_dm[row, column] <= TARGET_DM and (mask.size == 0 or mask[row, column])


@parallel_kernel
def _fill_patches(
    cameras: Floats, windows: NDArray[np.int64], starts: NDArray[np.int64], patches: NDArray[np.uint8],
    height_dm: Heights_dm, mask: NDArray[np.bool_], bounds: Floats, cell_m: float, west_m: float,
    north_m: float,
) -> None:  # fmt: skip
    """Write the class of each cell into each camera's own stretch of ``patches``.

    Lines of sight are walked on a copy of the camera's window: in the whole raster each row lies far from the next.
    """
    for i in prange(len(cameras)):
        camera, at = cameras[i], starts[i]
        top, left = windows[i, 0], windows[i, 2]
        own = height_dm[top : windows[i, 1], left : windows[i, 3]].copy()
        own_west_m, own_north_m = west_m + left * cell_m, north_m - top * cell_m
        for row in range(own.shape[0]):
            y = own_north_m - (row + 0.5) * cell_m
            first, last = _within_range(camera, y, own_west_m, cell_m, own.shape[1])
            for column in range(first, last):
                if own[row, column] <= TARGET_DM and (mask.size == 0 or mask[top + row, left + column]):
                    x = own_west_m + (column + 0.5) * cell_m
                    dx, dy, dz = x - camera[0], y - camera[1], TARGET_M - camera[2]
                    density = view_density(camera, dx, dy, dz)
                    if density >= bounds[0] and line_clear(
                        x, y, TARGET_M, -dx, -dy, -dz, own, cell_m, own_west_m, own_north_m, math.inf
                    ):
                        patches[at + column] = class_of(density, bounds)
            at += own.shape[1]


@kernel
def _within_range(camera: Floats, y: float, west_m: float, cell_m: float, columns: int) -> tuple[int, int]:
    """Return the first column of a row, and the one after the last, that may lie within a camera's range."""
    left = camera[10] * camera[10] - (y - camera[1]) * (y - camera[1])
    if left < 0.0:
        return 0, 0
    half = math.sqrt(left)
    first = max(0, math.floor((camera[0] - half - west_m) / cell_m) - 1)
    return first, min(columns, math.ceil((camera[0] + half - west_m) / cell_m) + 1)


@parallel_kernel
def _take_in(
    windows: NDArray[np.int64], starts: NDArray[np.int64], patches: NDArray[np.uint8], best: NDArray[np.uint8],
    count: NDArray[np.uint16],
) -> None:  # fmt: skip
    """Add all patches to the map, one band of rows to a thread."""
    depth = math.ceil(best.shape[0] / BANDS)
    for band in prange(BANDS):
        for i in range(len(windows)):
            width = windows[i, 3] - windows[i, 2]
            for row in range(max(windows[i, 0], band * depth), min(windows[i, 1], (band + 1) * depth)):
                at = starts[i] + (row - windows[i, 0]) * width
                for column in range(width):
                    seen = patches[at + column]
                    if seen:
                        count[row, windows[i, 2] + column] += 1
                        best[row, windows[i, 2] + column] = max(best[row, windows[i, 2] + column], seen)
