"""Pixels a metre on what does not face the camera, the ground and walls; and the dead ground below a camera."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sensors.cameras import Camera, CameraFleet
from sensors.lens import undistorted
from sensors.optics import project

Floats = NDArray[np.float64]
STEP_M: Final = 1e-3


def ground_density(camera: Camera, xy_m: ArrayLike) -> Floats:
    """Return the pixel density (n, 2) on the ground at points (n, 2): in the direction that has least, and most.

    Seen from afar, the ground has far fewer pixels a metre along the line of sight than across it: by the sine of the
    angle it is looked down at. NaN where the point is not in front of the camera.
    """
    feet = np.asarray(xy_m, dtype=np.float64).reshape(-1, 2)
    spots = np.column_stack([feet, np.zeros(len(feet))])
    east, north = np.broadcast_to([1.0, 0.0, 0.0], spots.shape), np.broadcast_to([0.0, 1.0, 0.0], spots.shape)
    return _density(camera, spots, east, north)


def wall_density(camera: Camera, xyz_m: ArrayLike, outward: ArrayLike) -> Floats:
    """Return the pixel density (n, 2) on upright walls at points (n, 3): in the direction that has least, and most.

    Args:
        camera: who looks.
        xyz_m: (n, 3) points on the walls.
        outward: (n, 2) unit vectors away from the walls; from behind, and not in front of the camera, it is NaN.
    """
    spots = np.asarray(xyz_m, dtype=np.float64).reshape(-1, 3)
    out = np.asarray(outward, dtype=np.float64).reshape(-1, 2)
    along = np.column_stack([-out[:, 1], out[:, 0], np.zeros(len(out))])
    density = _density(camera, spots, along, np.broadcast_to([0.0, 0.0, 1.0], spots.shape))
    behind = ((np.array([camera.x_m, camera.y_m]) - spots[:, :2]) * out).sum(axis=1) <= 0
    return np.where(behind[:, None], np.nan, density)


def _density(camera: Camera, spots: Floats, along: Floats, up: Floats) -> Floats:
    """Return the singular values (n, 2), rising, of the map from a plane's metres to pixels, by central differences."""
    columns = []
    for direction in (along, up):
        ahead, _ = project(camera, spots + 0.5 * STEP_M * direction)
        back, _ = project(camera, spots - 0.5 * STEP_M * direction)
        columns.append((ahead - back) / STEP_M)
    a, b, c = (np.einsum("ij,ij->i", columns[i], columns[j]) for i, j in ((0, 0), (0, 1), (1, 1)))
    middle, half = (a + c) / 2.0, np.sqrt(np.maximum(((a - c) / 2.0) ** 2 + b * b, 0.0))
    values: Floats = np.sqrt(np.column_stack([np.maximum(middle - half, 0.0), middle + half]))
    return values


def half_fields(fleet: CameraFleet) -> tuple[Floats, Floats]:
    """Return the tangents (n,) of half the field of view, to the side and up, as the lens makes it.

    A lens that draws its picture together (k1 below 0) sees more than the pinhole of the same focal length.
    """
    side = np.tan(np.radians(fleet.hfov_deg) / 2.0)
    up = side * fleet.height_px / fleet.width_px
    for row in np.flatnonzero((fleet.k1 != 0) | (fleet.k2 != 0)):
        k1, k2 = float(fleet.k1[row]), float(fleet.k2[row])
        side[row], up[row] = undistorted(np.array([side[row], up[row]]), k1, k2)
    return side, up


def nearest_ground_m(fleet: CameraFleet, above_m: float = 0.0) -> Floats:
    """Return how far (n,) in front of each camera the first point at that height comes into the picture.

    Nearer is dead ground. 0 for a camera that looks straight down past its own foot, infinite for one that never sees
    so low.

    Args:
        fleet: n cameras.
        above_m: height of what is to be seen; 0 the ground, 1.5 a person's chest.
    """
    _, up = half_fields(fleet)
    down = -np.radians(fleet.pitch_deg) + np.arctan(up)
    drop = np.maximum(fleet.height_m - above_m, 0.0)
    near = np.full(len(fleet), np.inf)
    np.divide(drop, np.tan(np.minimum(down, np.pi / 2 - 1e-12)), out=near, where=down > 0)
    return np.where(down >= np.pi / 2, 0.0, near)
