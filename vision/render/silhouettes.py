"""The box round each body in the picture, and how many pixels of it the body would cover if nothing hid it."""

from __future__ import annotations

from functools import cache
from typing import Final

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from vision.render.cast import Cast, bodies
from vision.render.levels import levels_of, library
from vision.render.projection import NEAR_M, Lens

CELLS: Final = 32
"""A body's box in the picture is looked at in so many columns and rows; a row of it is the bits of one number."""


@cache
def hull_points(name: str) -> NDArray[np.float64]:
    """Return (k, 3) corners of a body's convex hull: their projections' box is the body's box."""
    points = bodies()[name].mesh.position_m
    return points[ConvexHull(points).vertices]


def body_boxes(cast: Cast, lens: Lens) -> NDArray[np.float64]:
    """Return (n, 4) boxes round the bodies, pixels, not clipped; corners behind the camera are left out."""
    out = np.empty((len(cast), 4))
    hulls = [hull_points(name) for name in cast.body]
    if hulls:
        ends = np.cumsum([len(hull) for hull in hulls])
        surround(np.concatenate(hulls), ends, _to_pixels(cast.matrix, lens), NEAR_M, out)
    return out + [lens.width_px / 2, lens.height_px / 2] * 2


def _to_pixels(matrix: NDArray[np.float64], lens: Lens) -> NDArray[np.float64]:
    """Return (n, 3, 4) from body metres to pixels to the right of the middle, down from it, both times depth, depth."""
    in_view = lens.axes @ matrix
    in_view[:, :, 3] -= lens.axes @ lens.eye_m
    in_view *= np.array([[lens.focal_px], [-lens.focal_px], [1.0]])
    return np.asarray(in_view)


@numba.njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def surround(
    points: NDArray[np.float64],
    ends: NDArray[np.int64],
    to_pixels: NDArray[np.float64],
    near_m: float,
    out: NDArray[np.float64],
) -> None:
    """Fill in the boxes of bodies whose points end at ``ends``; of one wholly behind the camera it is inverted."""
    first = 0
    for k in range(len(ends)):
        left, top, right, bottom, m = np.inf, np.inf, -np.inf, -np.inf, to_pixels[k]
        for i in range(first, ends[k]):
            x, y, z = points[i, 0], points[i, 1], points[i, 2]
            depth = m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3]
            if depth >= near_m:
                px = (m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3]) / depth
                py = (m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3]) / depth
                left, top, right, bottom = min(left, px), min(top, py), max(right, px), max(bottom, py)
        out[k, 0], out[k, 1], out[k, 2], out[k, 3] = left, top, right, bottom
        first = ends[k]


def silhouette_areas(cast: Cast, rows: NDArray[np.intp], boxes: NDArray[np.float64], lens: Lens) -> NDArray[np.float64]:
    """Return (k,) pixels that bodies cover, what lies outside the picture too.

    Triangles of which a corner is behind the camera are left out, as they are of the boxes.

    Args:
        cast: actors with bodies.
        rows: (k,) which of them.
        boxes: (k, 4) the boxes around them in the picture, not clipped.
        lens: the camera.
    """
    plain, levels = library(True), levels_of(cast.matrix[rows], lens)
    spans = np.array([plain.spans[cast.body[row], level] for row, level in zip(rows, levels, strict=True)], np.int64)
    out = np.zeros(len(rows))
    if len(rows):
        middle = np.array([lens.width_px, lens.height_px] * 2) / 2
        to_pixels = _to_pixels(cast.matrix[rows], lens)
        fill_outlines(plain.corners, plain.indices, spans, to_pixels, boxes - middle, NEAR_M, out)
    return out


@numba.njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def fill_outlines(
    corners: NDArray[np.float32],
    indices: NDArray[np.uint32],
    spans: NDArray[np.int64],
    to_pixels: NDArray[np.float64],
    boxes: NDArray[np.float64],
    near_m: float,
    out: NDArray[np.float64],
) -> None:
    """Fill in the area of each body."""
    for k in range(len(spans)):
        wide, high = boxes[k, 2] - boxes[k, 0], boxes[k, 3] - boxes[k, 1]
        if not (0.0 < wide < np.inf and 0.0 < high < np.inf):
            continue
        first, end, base = spans[k, 0], spans[k, 0] + spans[k, 1], indices[spans[k, 0]]
        last = base
        for i in range(first, end):
            base, last = min(base, indices[i]), max(last, indices[i])
        at = np.empty((last - base + 1, 3))
        for i in range(len(at)):
            x, y, z, m = corners[base + i, 0], corners[base + i, 1], corners[base + i, 2], to_pixels[k]
            depth = m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3]
            right = (m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3]) / depth
            down = (m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3]) / depth
            at[i, 0], at[i, 1] = (right - boxes[k, 0]) / wide * CELLS, (down - boxes[k, 1]) / high * CELLS
            at[i, 2] = depth
        picture = np.zeros(CELLS, np.uint32)
        for i in range(first, end, 3):
            a, b, c = indices[i] - base, indices[i + 1] - base, indices[i + 2] - base
            if min(at[a, 2], at[b, 2], at[c, 2]) >= near_m:
                _fill(picture, at[a, 0], at[a, 1], at[b, 0], at[b, 1], at[c, 0], at[c, 1])
        out[k] = _bits(picture) / (CELLS * CELLS) * wide * high


@numba.njit(cache=True, nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
def _fill(picture: NDArray[np.uint32], ax: float, ay: float, bx: float, by: float, cx: float, cy: float) -> None:
    """Set the bits whose middles a triangle covers, if it faces the camera; y runs downwards."""
    if (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) >= 0.0:
        return
    if by < ay and by <= cy:  # the highest corner first, the order kept
        ax, ay, bx, by, cx, cy = bx, by, cx, cy, ax, ay
    elif cy < ay and cy < by:
        ax, ay, bx, by, cx, cy = cx, cy, ax, ay, bx, by
    top, end = max(int(np.ceil(ay - 0.5)), 0), min(int(np.ceil(max(by, cy) - 0.5)), CELLS)
    if top >= end:
        return
    ab, bc, ac = (bx - ax) / (by - ay), (cx - bx) / (cy - by), (cx - ax) / (cy - ay)
    for row in range(top, end):
        y = row + 0.5
        left = ax + (y - ay) * ab if y < by else bx + (y - by) * bc
        right = ax + (y - ay) * ac if y < cy else cx + (y - cy) * bc
        first = max(int(np.ceil(left - 0.5)), 0)
        count = min(int(np.ceil(right - 0.5)), CELLS) - first
        if count > 0:
            picture[row] |= np.uint32(((np.uint64(1) << np.uint64(count)) - np.uint64(1)) << np.uint64(first))


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _bits(picture: NDArray[np.uint32]) -> int:
    total = 0
    for row in picture:
        left = row
        while left:
            left &= left - np.uint32(1)
            total += 1
    return total
