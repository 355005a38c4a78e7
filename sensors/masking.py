"""Masks: which of what a camera could see is blacked out before anybody sees it."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from sensors.cameras import Camera, CameraFleet
from sensors.optics import project

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def masked(camera: Camera, xyz_m: Floats) -> NDArray[np.bool_]:
    """Return which points (n, 3) lie in a mask of the camera: in its picture, or over its ground."""
    hidden = np.zeros(len(xyz_m), dtype=bool)
    for mask in camera.masks:
        at = project(camera, xyz_m)[0] if mask.of == "picture" else xyz_m[:, :2]
        inside = shapely.contains_xy(shapely.Polygon(mask.corners), np.nan_to_num(at, nan=np.inf))
        hidden |= np.asarray(inside, dtype=bool)
    return hidden


def unmasked(
    fleet: CameraFleet, starts: Ints, point: Ints, density: NDArray[np.float32], xyz_m: Floats
) -> tuple[Ints, Ints, NDArray[np.float32]]:
    """Return the entries of a sparse matrix of poses by points without those that a mask hides.

    Args:
        fleet: p poses.
        starts: (p + 1,) where each pose's entries start.
        point: (e,) rows of the points.
        density: (e,) px/m.
        xyz_m: (m, 3) the points.
    """
    wearing = [row for row in range(len(fleet)) if fleet.masks[row]] if fleet.masks.any() else []
    if not wearing:
        return starts, point, density
    kept = np.ones(len(point), dtype=bool)
    for row in wearing:
        own = slice(starts[row], starts[row + 1])
        kept[own] = ~masked(fleet[row], xyz_m[point[own]])
    counts = np.concatenate([[0], np.cumsum(kept)])
    return counts[starts], point[kept], density[kept]
