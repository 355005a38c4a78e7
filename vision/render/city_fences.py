"""Fences round schools, kindergartens and hospitals: posts, rails and pickets, which can be seen through."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from vision.render.still import COLUMNS
from vision.render.textures import Tile

FENCED: Final = ("school", "kindergarten", "hospital", "clinic")
YARD_M: Final = 9.0  # from the building to its fence; assumed
HEIGHT_M: Final = 1.6
POST_STEP_M: Final = 2.5
PICKET_STEP_M: Final = 0.25
PICKETS_TO_M: Final = 70.0  # further off, rails and posts alone
_STEEL: Final = (0.30, 0.40, 0.38)


def fence_rows(houses: Any, road: BaseGeometry, middle: NDArray[np.float64]) -> list[NDArray[np.float32]]:
    """Return the fences relative to ``middle``; none crosses a carriageway, a pavement or a building."""
    fenced = houses[houses["use"].isin(FENCED).to_numpy()]
    if not len(fenced):
        return []
    yards = shapely.union_all(
        shapely.buffer(shapely.convex_hull(fenced.geometry.to_numpy()), YARD_M, join_style="mitre")
    )
    blocked = shapely.union_all([road.buffer(3.4), *shapely.buffer(houses.geometry.to_numpy(), 0.5)])
    lines = shapely.boundary(yards).difference(blocked)
    points, line = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    first = np.flatnonzero(line[1:] == line[:-1])
    parts = []
    for a, b in zip(points[first] - middle, points[first + 1] - middle, strict=True):
        parts += _run(a, b)
    return parts


def _run(a: NDArray[np.float64], b: NDArray[np.float64]) -> list[NDArray[np.float32]]:
    length = float(np.hypot(*(b - a)))
    if length < 1.0:
        return []
    along = (b - a) / length
    parts = [_bars(a[None], b[None], low, low + 0.05) for low in (0.25, HEIGHT_M - 0.2)]
    posts = a + along * np.arange(0.0, length, POST_STEP_M)[:, None]
    parts.append(_bars(posts - along * 0.05, posts + along * 0.05, 0.0, HEIGHT_M))
    if np.hypot(*((a + b) / 2)) < PICKETS_TO_M:
        feet = a + along * np.arange(0.12, length, PICKET_STEP_M)[:, None]
        parts.append(_bars(feet - along * 0.012, feet + along * 0.012, 0.15, HEIGHT_M - 0.08))
    return parts


def _bars(a: NDArray[np.float64], b: NDArray[np.float64], low_m: float, high_m: float) -> NDArray[np.float32]:
    """Return upright strips from a to b (n, 2), seen from both sides."""
    along = (b - a) / np.maximum(np.hypot(*(b - a).T), 1e-9)[:, None]
    sides = []
    for foot, normal in ((np.stack([a, b, b, a], axis=1), [1, -1]), (np.stack([b, a, a, b], axis=1), [-1, 1])):
        out = np.zeros((len(a), 6, COLUMNS), np.float32)
        high = np.tile([low_m, low_m, high_m, high_m], (len(a), 1))
        corners = np.concatenate([foot, high[..., None]], axis=2)[:, [0, 1, 2, 0, 2, 3]]
        out[..., 0:3] = corners
        out[..., 3:5] = (along[:, ::-1] * normal)[:, None]
        out[..., 8], out[..., 9:12] = Tile.PLAIN, _STEEL
        sides.append(out.reshape(-1, COLUMNS))
    return np.concatenate(sides)
