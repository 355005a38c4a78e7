"""Which parts of a picture of what stands can be changed by the shadows and lights of what moves."""

from __future__ import annotations

from functools import cache
from typing import Final

import numba
import numpy as np
from numpy.typing import NDArray

from vision.render.cast import bodies
from vision.render.night import contacts, moving_lights, on_ground
from vision.render.projection import NEAR_M
from vision.render.shot import Shot

TILE_PX: Final = 8
_LIT_TO_M: Final = 24.0  # lamps low over the ground light nothing higher than this
_EDGE_M: Final = 0.25  # two texels of the shadow map
_CORNERS: Final = np.array([(x, y, z) for z in (0, 1) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))], float)
_EDGES: Final = np.array([(k, (k + 1) % 4) for k in range(4)] + [(k + 4, (k + 1) % 4 + 4) for k in range(4)]
                         + [(k, k + 4) for k in range(4)])  # fmt: skip


def touched_strips(shot: Shot, solid: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return (k, 4) west, south, east and north edges in clip coordinates of strips one tile high.

    A tile may be named in vain, none is missed. On flat ground what is touched is known by its outline: a body's
    shadow, the shade straight below it, a pool of light. What stands may be touched anywhere in the box round all that.

    Args:
        shot: what is drawn.
        solid: (rows, columns) whether something that stands is in a tile of ``TILE_PX`` pixels.
    """
    touched = np.zeros(solid.shape, np.bool_)
    height, width = np.array(solid.shape) * TILE_PX
    for solids, raised_m in _solids(shot):
        pixels, depth = shot.lens.project(solids)
        high = shot.lens.project(solids + np.array([0.0, 0.0, raised_m]))[0] if raised_m else pixels
        behind = (depth < NEAR_M).any(axis=1)
        pixels[behind] = high[behind] = np.resize([[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]], (8, 2))
        ahead = (depth >= NEAR_M).any(axis=1)
        mark_outlines(pixels[ahead] / TILE_PX, _EDGES, touched)
        low, top = np.minimum(pixels, high).min(axis=1), np.maximum(pixels, high).max(axis=1)
        mark_boxes(np.concatenate([low, top], axis=1)[ahead] / TILE_PX, solid, touched)
    return _strips(touched, shot.lens.width_px, shot.lens.height_px)


def _solids(shot: Shot) -> list[tuple[NDArray[np.float64], float]]:
    """Return (n, 8, 3) corners on the ground of what each body shades and lights, and how high that reaches."""
    cast, sun = shot.cast, np.array(shot.light.sun_way)
    low, high = np.array([_bounds(name) for name in cast.body]).reshape(-1, 2, 1, 3).transpose(1, 0, 2, 3)
    box = np.einsum("nij,nkj->nki", cast.matrix[:, :, :3], low + (high - low) * _CORNERS) + cast.matrix[:, None, :, 3]
    out = [(on_ground(contacts(cast)), 0.0)]
    if max(shot.light.sun) > 0.0:
        out.append((box - box[:, :, 2:] * (sun / sun[2]), float(box[:, :, 2].max(initial=0.0))))
    if shot.light.lamps:
        out.append((on_ground(moving_lights(shot)), _LIT_TO_M))
    return out


@cache
def _bounds(name: str) -> NDArray[np.float64]:
    """Return (2, 3) the lowest and highest corner of a body, with room for the soft edge of its shadow."""
    points = bodies()[name].mesh.position_m
    return np.stack([points.min(axis=0) - _EDGE_M, points.max(axis=0) + _EDGE_M])


def _strips(touched: NDArray[np.bool_], width_px: int, height_px: int) -> NDArray[np.float32]:
    """Return the runs of touched tiles along each row."""
    change = np.diff(np.pad(touched.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    row, first = np.nonzero(change == 1)
    end = np.nonzero(change == -1)[1]
    x1, x2 = first * TILE_PX, np.minimum(end * TILE_PX, width_px)
    y1, y2 = row * TILE_PX, np.minimum((row + 1) * TILE_PX, height_px)
    x, y = np.stack([x1, x2]) * 2.0 / width_px - 1.0, 1.0 - np.stack([y2, y1]) * 2.0 / height_px
    return np.stack([x[0], y[0], x[1], y[1]], axis=1).astype(np.float32)


@numba.njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def mark_outlines(points: NDArray[np.float64], edges: NDArray[np.int64], touched: NDArray[np.bool_]) -> None:
    """Mark the cells of a grid that convex shapes touch, (n, 8, 2) corners and the edges between them."""
    rows, columns = touched.shape
    for n in range(len(points)):
        low, high = points[n, 0, 1], points[n, 0, 1]
        for k in range(points.shape[1]):
            low, high = min(low, points[n, k, 1]), max(high, points[n, k, 1])
        for row in range(max(int(np.floor(low)), 0), min(int(np.floor(high)) + 1, rows)):
            left, right = np.inf, -np.inf
            for e in range(len(edges)):
                ax, ay = points[n, edges[e, 0], 0], points[n, edges[e, 0], 1]
                bx, by = points[n, edges[e, 1], 0], points[n, edges[e, 1], 1]
                if ay > by:
                    ax, ay, bx, by = bx, by, ax, ay
                if by < row or ay > row + 1:
                    continue
                slope = (bx - ax) / (by - ay) if by > ay else 0.0
                if ay < row:
                    ax, ay = ax + slope * (row - ay), float(row)
                if by > row + 1:
                    bx = ax + slope * (row + 1 - ay)
                left, right = min(left, ax, bx), max(right, ax, bx)
            for column in range(max(int(np.floor(left)), 0), min(int(np.floor(right)) + 1, columns)):
                touched[row, column] = True


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def mark_boxes(boxes: NDArray[np.float64], solid: NDArray[np.bool_], touched: NDArray[np.bool_]) -> None:
    """Mark the solid cells that (n, 4) boxes touch."""
    rows, columns = touched.shape
    for n in range(len(boxes)):
        for row in range(max(int(np.floor(boxes[n, 1])), 0), min(int(np.floor(boxes[n, 3])) + 1, rows)):
            for column in range(max(int(np.floor(boxes[n, 0])), 0), min(int(np.floor(boxes[n, 2])) + 1, columns)):
                if solid[row, column]:
                    touched[row, column] = True
