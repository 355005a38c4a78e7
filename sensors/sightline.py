"""Who sees what: the field of view and range of each camera, and what is in the way on a height raster.

The ground is flat; the raster holds what stands on it or hangs over it. A line of sight is blocked where it runs below
the top of a cell it crosses, and above the underside of one that hangs (Amanatides and Woo's grid traversal,
Eurographics 1987). Three kinds of cells do not block: the cell the target stands in; cells within ``MOUNT_M`` of the
camera, so that the wall or pole a camera hangs on does not blind it; and crowns within ``CUT_BACK_M`` of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from sensors.cameras import CameraFleet
from sensors.kernels import kernel
from twin.city.heights import HeightRaster
from twin.city.heights.codes import CUT_BACK_M, blocks, is_crown, top_dm

Floats = NDArray[np.float64]
Heights_dm = NDArray[np.uint16]

MOUNT_M: Final = 1.5
PTZ_PRESETS: Final = 4
ROW_COLUMNS: Final = (
    "x_m", "y_m", "height_m", "sin_bearing", "cos_bearing", "sin_pitch", "cos_pitch", "focal_px", "half_width_px",
    "half_height_px", "range_m", "presets",
)  # fmt: skip

TABLED_PRESETS: Final = 16
TURNS: Final = np.array(
    [
        [[trig(2.0 * math.pi * turn / max(n, 1)) for trig in (math.cos, math.sin)] for turn in range(TABLED_PRESETS)]
        for n in range(TABLED_PRESETS + 1)
    ]
)
"""(presets + 1, presets, 2) cosine and sine of each preset's bearing beside the first: a kernel asks for them often."""


@dataclass(frozen=True)
class Pairs:
    """Camera and point for each free line of sight, sorted by camera row, then by point.

    Attributes:
        camera: (k,) rows of the fleet.
        point: (k,) rows of the points.
        px_per_m: (k,) pixel density on a target there that faces the camera.
    """

    camera: NDArray[np.int64]
    point: NDArray[np.int64]
    px_per_m: Floats

    def __len__(self) -> int:
        return len(self.camera)


def camera_rows(fleet: CameraFleet, ptz_presets: int = PTZ_PRESETS) -> Floats:
    """Return the (n, 12) numbers the kernels work on, columns ``ROW_COLUMNS``.

    A rotating camera tours ``ptz_presets`` bearings, evenly spread from its own; it is counted on where any of them
    looks. All other kinds look one way.
    """
    bearing, pitch = np.radians(fleet.bearing_deg), np.radians(fleet.pitch_deg)
    half_width = fleet.width_px / 2.0
    presets = np.where(fleet.kind == "ptz", ptz_presets, 1)
    columns = [fleet.x_m, fleet.y_m, fleet.height_m, np.sin(bearing), np.cos(bearing), np.sin(pitch), np.cos(pitch)]
    columns += [half_width / np.tan(np.radians(fleet.hfov_deg) / 2.0), half_width, fleet.height_px / 2.0]
    return np.column_stack([*columns, fleet.range_m, presets]).astype(np.float64)


def sees(fleet: CameraFleet, heights: HeightRaster, xyz_m: ArrayLike, ptz_presets: int = PTZ_PRESETS) -> Pairs:
    """Return every camera and point between which nothing stands, within field of view and range.

    Args:
        fleet: n cameras.
        heights: what stands in the way.
        xyz_m: (m, 3) points in city metres, z above the ground.
        ptz_presets: bearings a rotating camera tours.
    """
    points = np.ascontiguousarray(np.asarray(xyz_m, dtype=np.float64).reshape(-1, 3))
    camera, point = _near(fleet, points)
    if not len(camera):
        return Pairs(camera, point, np.zeros(0))
    density = pair_density(
        camera_rows(fleet, ptz_presets), points, camera, point, heights.height_dm, heights.cell_m, heights.west_m,
        heights.north_m,
    )  # fmt: skip
    seen = density > 0
    return Pairs(camera[seen], point[seen], density[seen])


def _near(fleet: CameraFleet, points: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return all pairs of camera and point within the camera's range, by camera, then point."""
    none = np.zeros(0, dtype=np.int64)
    if not len(fleet) or not len(points):
        return none, none
    feet = np.column_stack([fleet.x_m, fleet.y_m])
    found = cKDTree(points[:, :2]).query_ball_point(feet, fleet.range_m, return_sorted=True)
    counts = np.array([len(rows) for rows in found], dtype=np.int64)
    return np.repeat(np.arange(len(fleet)), counts), np.concatenate([none, *(np.array(r, np.int64) for r in found)])


@kernel
def window_of(
    height_dm: Heights_dm, cell_m: float, west_m: float, north_m: float, x: float, y: float, reach_m: float
) -> tuple[Heights_dm, float, float]:
    """Return a copy of the cells within reach of a place, and its west and north edge.

    Lines of sight are walked on it: in a raster of a city each row lies far from the next.
    """
    rows, columns = height_dm.shape
    top = min(max(math.floor((north_m - y - reach_m) / cell_m), 0), rows)
    bottom = min(max(math.floor((north_m - y + reach_m) / cell_m) + 1, top), rows)
    left = min(max(math.floor((x - reach_m - west_m) / cell_m), 0), columns)
    right = min(max(math.floor((x + reach_m - west_m) / cell_m) + 1, left), columns)
    return height_dm[top:bottom, left:right].copy(), west_m + left * cell_m, north_m - top * cell_m


@kernel
def ceiling_of(height_dm: Heights_dm) -> float:
    """Return the height in metres above which nothing stands."""
    highest = 0
    for row in range(height_dm.shape[0]):
        for column in range(height_dm.shape[1]):
            highest = max(highest, top_dm(height_dm[row, column]))
    return highest / 10.0


@kernel
def class_of(density: float, bounds: Floats) -> int:
    """Return how many of some ascending bounds a density reaches."""
    found = 0
    for i in range(len(bounds)):
        if density >= bounds[i]:
            found = i + 1
    return found


@kernel
def view_density(row: Floats, dx: float, dy: float, dz: float) -> float:
    """Return the pixel density on a target at that offset from the camera, 0 where it is out of view or range."""
    if dx * dx + dy * dy > row[10] * row[10]:
        return 0.0
    along = dx * row[3] + dy * row[4]
    across = dx * row[4] - dy * row[3]
    if row[11] > 1.0:
        along, across = _nearest_preset(along, across, int(row[11]))
    depth = along * row[6] + dz * row[5]
    if depth <= 0.0:
        return 0.0
    scale: float = row[7] / depth
    if abs(across) * scale > row[8] or abs(dz * row[6] - along * row[5]) * scale > row[9]:
        return 0.0
    return scale


@kernel
def _nearest_preset(along: float, across: float, presets: int) -> tuple[float, float]:
    """Return the offset as seen from the preset that faces it best."""
    best, side = -math.inf, 0.0
    for turn in range(presets):
        if presets <= TABLED_PRESETS:
            cos, sin = TURNS[presets, turn, 0], TURNS[presets, turn, 1]
        else:
            angle = 2.0 * math.pi * turn / presets
            cos, sin = math.cos(angle), math.sin(angle)
        ahead = along * cos + across * sin
        if ahead > best:
            best, side = ahead, across * cos - along * sin
    return best, side


@kernel
def line_clear(
    x: float, y: float, z: float, dx: float, dy: float, dz: float, height_dm: Heights_dm, cell_m: float, west_m: float,
    north_m: float, ceiling_m: float,
) -> bool:  # fmt: skip
    """Return whether nothing stands between a target at (x, y, z) and a camera at (x + dx, y + dy, z + dz).

    Walks from the target's cell to the camera's, or until the line has risen above ``ceiling_m``, over which nothing
    stands; a cell off the raster is empty.
    """
    rows, columns = height_dm.shape
    column, row = math.floor((x - west_m) / cell_m), math.floor((north_m - y) / cell_m)
    last_column, last_row = math.floor((x + dx - west_m) / cell_m), math.floor((north_m - y - dy) / cell_m)
    length = math.sqrt(dx * dx + dy * dy)
    stop = 1.0 - MOUNT_M / length if length > MOUNT_M else 0.0
    if dz > 0.0 and z + dz * stop > ceiling_m:
        stop = (ceiling_m - z) / dz
    cut_back = length - CUT_BACK_M
    step_column, step_row = (1 if dx > 0 else -1), (-1 if dy > 0 else 1)
    next_x = ((column + (1 if dx > 0 else 0)) * cell_m + west_m - x) / dx if dx != 0.0 else math.inf
    next_y = (north_m - (row + (0 if dy > 0 else 1)) * cell_m - y) / dy if dy != 0.0 else math.inf
    every_x = cell_m / abs(dx) if dx != 0.0 else math.inf
    every_y = cell_m / abs(dy) if dy != 0.0 else math.inf
    for _ in range(abs(last_column - column) + abs(last_row - row)):
        enter = min(next_x, next_y)
        if enter >= stop:
            return True
        if next_x < next_y:
            column, next_x = column + step_column, next_x + every_x
        else:
            row, next_y = row + step_row, next_y + every_y
        if 0 <= row < rows and 0 <= column < columns and height_dm[row, column] > 0:
            code = height_dm[row, column]
            first, last = z + dz * enter, z + dz * min(next_x, next_y, 1.0)
            if blocks(code, 10.0 * min(first, last), 10.0 * max(first, last)) and not (
                is_crown(code) and enter * length >= cut_back
            ):
                return False
    return True


@kernel
def pair_density(
    cameras: Floats, points: Floats, camera: NDArray[np.int64], point: NDArray[np.int64], height_dm: Heights_dm,
    cell_m: float, west_m: float, north_m: float,
) -> Floats:  # fmt: skip
    """Return the pixel density (k,) for each pair of rows, 0 where the camera does not see the point."""
    density = np.zeros(len(camera))
    for k in range(len(camera)):
        row, target = cameras[camera[k]], points[point[k]]
        dx, dy, dz = target[0] - row[0], target[1] - row[1], target[2] - row[2]
        seen = view_density(row, dx, dy, dz)
        if seen > 0.0 and line_clear(
            target[0], target[1], target[2], -dx, -dy, -dz, height_dm, cell_m, west_m, north_m, math.inf
        ):
            density[k] = seen
    return density
