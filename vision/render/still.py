"""Rows of the still city: triangle corners with all that decides their colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from vision.render.textures import Tile

COLUMNS: Final = 13  # x y z, normal, u v, tile, red green blue, glow or house number


def stack(parts: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Return all parts as one list of rows."""
    return np.concatenate([np.zeros((0, COLUMNS), np.float32), *parts])


def rows(position: NDArray[np.float64], normal: object, uv: NDArray[np.float64], tile: Tile,
          rgb: Sequence[float], number: float = 0.0) -> NDArray[np.float32]:  # fmt: skip
    """Return rows of the still city, one a corner."""
    out = np.empty((len(position), COLUMNS), np.float32)
    out[:, 0:3], out[:, 3:6], out[:, 6:8] = position, normal, uv
    out[:, 8], out[:, 9:12], out[:, 12] = tile, rgb, number
    return out


def flat(shape: BaseGeometry, middle: NDArray[np.float64], tile: Tile, rgb: Sequence[float], tile_m: float = 16.0,
          height_m: float = 0.0) -> NDArray[np.float32]:  # fmt: skip
    """Return polygons as level triangles that face up; the tile repeats every ``tile_m`` along x."""
    pieces = [part for part in getattr(shape, "geoms", [shape]) if isinstance(part, Polygon) and part.area > 1e-4]
    if not pieces:
        return np.zeros((0, COLUMNS), np.float32)
    cut = shapely.constrained_delaunay_triangles(MultiPolygon(pieces) if len(pieces) > 1 else pieces[0])
    corners = shapely.get_coordinates([orient(tri) for tri in cut.geoms]).reshape(-1, 4, 2)[:, :3].reshape(-1, 2)
    position = np.column_stack([corners - middle, np.full(len(corners), height_m)])
    uv = (corners - np.floor(middle / 64) * 64) / tile_m * [1.0, 2.0]
    return rows(position, (0, 0, 1), uv, tile, rgb)
