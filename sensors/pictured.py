"""Which blocks of cells some pose may picture at all: lines of sight are asked for only there."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensors.cameras import CameraFleet
from sensors.kernels import kernel
from sensors.regions import Grid

BLOCK: Final = 16

Floats = NDArray[np.float64]


def may_picture(fleet: CameraFleet, grid: Grid, top: int, left: int, rows: int, columns: int) -> NDArray[np.bool_]:
    """Return the cells (rows, columns) of a window that lie in a block which some pose may picture.

    A block counts when its circle meets the sector of the pose's range and of the bearings its picture spans.

    Args:
        fleet: pinholes that do not turn.
        grid: the cells.
        top: first row of the window; ``left`` its first column.
        left: see there.
        rows: of the window.
        columns: of the window.
    """
    blocks = np.zeros((-(-rows // BLOCK), -(-columns // BLOCK)), dtype=np.bool_)
    west_m, north_m = grid.west_m + left * grid.cell_m, grid.north_m - top * grid.cell_m
    sectors = np.column_stack([fleet.x_m - west_m, north_m - fleet.y_m, fleet.range_m, *_bearings(fleet)])
    _mark(sectors / np.array([grid.cell_m, grid.cell_m, grid.cell_m, 1.0, 1.0]), blocks)
    return blocks.repeat(BLOCK, axis=0)[:rows].repeat(BLOCK, axis=1)[:, :columns]


def _bearings(fleet: CameraFleet) -> tuple[Floats, Floats]:
    """Return the bearing (n,) of each pose and how far aside its picture spans on level ground, radians.

    The lower corners span most: half the width over the focal length, shortened by how far the edge looks down.
    """
    half_width = fleet.width_px / 2.0
    focal = half_width / np.tan(np.radians(fleet.hfov_deg) / 2.0)
    pitch = np.radians(fleet.pitch_deg)
    ahead = focal * np.cos(pitch) - fleet.height_px / 2.0 * np.abs(np.sin(pitch))
    return np.radians(fleet.bearing_deg), np.where(ahead > 0, np.arctan2(half_width, ahead), np.pi)


@kernel
def _mark(sectors: Floats, blocks: NDArray[np.bool_]) -> None:
    """Mark blocks; sectors are x east and y south of the window's corner, range (in cells), bearing, half span."""
    radius = BLOCK * math.sqrt(0.5)
    for i in range(len(sectors)):
        x, y, reach, bearing, span = sectors[i]
        first_row, last_row = math.floor((y - reach) / BLOCK), math.floor((y + reach) / BLOCK)
        first_column, last_column = math.floor((x - reach) / BLOCK), math.floor((x + reach) / BLOCK)
        for row in range(max(first_row, 0), min(last_row + 1, blocks.shape[0])):
            for column in range(max(first_column, 0), min(last_column + 1, blocks.shape[1])):
                east, south = (column + 0.5) * BLOCK - x, (row + 0.5) * BLOCK - y
                away = math.hypot(east, south)
                if away > reach + radius:
                    continue
                aside = abs((math.atan2(east, -south) - bearing + math.pi) % (2.0 * math.pi) - math.pi)
                if away <= radius or aside <= span + math.asin(radius / away):
                    blocks[row, column] = True
