"""How well a map of one camera agrees with an exact test of the same cells, away from the edges of shadows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.ndimage import binary_dilation

from sensors.cameras import Camera, fleet_of
from sensors.coverage import TARGET_M, coverage
from tests.sensors.prisms import seen_exactly, walls_near
from twin.city import City
from twin.city.heights import HeightRaster
from twin.city.heights.codes import solid_dm


def around(heights: HeightRaster, camera: Camera, reach_m: float) -> HeightRaster:
    """Return the part of a raster within reach of a camera."""
    row, column = (heights.north_m - camera.y_m) / heights.cell_m, (camera.x_m - heights.west_m) / heights.cell_m
    rim = reach_m / heights.cell_m + 2
    top, left = max(0, int(row - rim)), max(0, int(column - rim))
    part = np.ascontiguousarray(heights.height_dm[top : int(row + rim) + 1, left : int(column + rim) + 1])
    return HeightRaster(
        heights.cell_m, heights.west_m + left * heights.cell_m, heights.north_m - top * heights.cell_m, part
    )


def middles_of(heights: HeightRaster):
    """Return (rows * columns, 3) targets in the middles of the cells."""
    rows, columns = heights.height_dm.shape
    x_m = heights.west_m + (np.arange(columns) + 0.5) * heights.cell_m
    y_m = heights.north_m - (np.arange(rows) + 0.5) * heights.cell_m
    grid = np.stack(np.meshgrid(x_m, y_m), axis=-1).reshape(-1, 2)
    return np.column_stack([grid, np.full(len(grid), TARGET_M)])


def edges_of(seen, view):
    """Return the cells of a view with a neighbour, at a side or a corner, that is seen otherwise; no wall is seen."""
    near = np.ones((3, 3))
    return binary_dilation(seen & view, near) & binary_dilation(~seen & view, near) & view


def against_prisms(city: City, heights: HeightRaster, camera: Camera) -> tuple[int, int, int, int]:
    """Return the open cells in view, those of them that agree, and both for cells off the edge of what is seen.

    The edge is where seen cells meet shadow, or meet the wall that throws it.
    """
    part = around(heights, camera, camera.range_m)
    view = coverage(fleet_of([camera]), replace(part, height_dm=np.zeros_like(part.height_dm))).count > 0
    asked = view & (solid_dm(part.height_dm) <= 10.0 * TARGET_M)
    exact = np.zeros(asked.shape, dtype=bool)
    walls = walls_near(city, camera, camera.range_m)
    exact[asked] = seen_exactly(camera, middles_of(part)[asked.ravel()], *walls)
    agrees = (coverage(fleet_of([camera]), part).count > 0) == exact
    off = asked & ~edges_of(exact, view)
    return int(asked.sum()), int(agrees[asked].sum()), int(off.sum()), int(agrees[off].sum())
