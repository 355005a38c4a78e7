"""Points before the outer walls of buildings: where a window, an entrance or a yard may be looked into."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

EVERY_M: Final = 4.0

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def wall_points(shapes: NDArray[np.object_], outside_m: float) -> tuple[Floats, Floats, Ints]:
    """Return one point every 4 m of the outer walls, so far outside them.

    Args:
        shapes: (b,) polygons.
        outside_m: how far before the wall.

    Returns:
        feet_m: (n, 2) points.
        outward: (n, 2) unit vectors away from the walls, east and north.
        building: (n,) rows of ``shapes``.
    """
    turned = shapely.orient_polygons(shapes) if len(shapes) else shapes
    corners, owner = shapely.get_coordinates(shapely.get_exterior_ring(turned), return_index=True)
    same = owner[1:] == owner[:-1]
    start, side, wall_of = corners[:-1][same], np.diff(corners, axis=0)[same], owner[:-1][same]
    length = np.hypot(side[:, 0], side[:, 1])
    kept = length > 0
    start, side, wall_of, length = start[kept], side[kept], wall_of[kept], length[kept]
    counts = np.maximum(np.rint(length / EVERY_M), 1).astype(np.int64)
    wall = np.repeat(np.arange(len(counts)), counts)
    along = (np.arange(len(wall)) - np.repeat(np.cumsum(counts) - counts, counts) + 0.5) / counts[wall]
    outward = np.column_stack([side[:, 1], -side[:, 0]]) / length[:, None]
    feet = start[wall] + along[:, None] * side[wall] + outside_m * outward[wall]
    return feet, outward[wall], np.asarray(wall_of, np.int64)[wall]
