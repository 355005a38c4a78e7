"""What one place sees of the open ground around it: a sweep outwards that keeps the horizon of each bearing.

Rays fan out from the eye, one a cell at the rim, and go outwards row by row of cells. Each keeps the steepest slope,
from the eye, of the tops it has passed; a cell beyond is seen if its target stands above that slope (the idea of
Franklin and Ray's R2, 1994, with all the cells that a ray crosses and not only those nearest to it). For what hangs it
keeps the slopes between underside and top. Cells so near that the mount rules matter are tested line by line. The
answers are those of ``sightline.line_clear`` but for cells at the edge of a shadow.

Lengths here are in cells and heights in decimetres, unless a name says otherwise. The eye is in the middle cell of a
square window, ``fx`` cells east and ``fy`` cells south of that cell's north-west corner, and above the target.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from sensors.coverage.horizons import (
    HIGHEST,
    Cells,
    Ints,
    first_horizons,
    mark,
    mark_under,
    raise_horizons,
    still_open,
    widen_hanging,
    write_tops,
)
from sensors.kernels import kernel
from sensors.sightline import MOUNT_M, Floats, Heights_dm, line_clear
from twin.city.heights.codes import HANGS, solid_dm

RAYS_A_CELL: Final = 1.25
"""Rays to a cell at the rim of the window."""

NORTH, SOUTH, WEST = 0, 1, 2
ROWS_TO_A_CULL: Final = 4
HAIR: Final = 1e-6


@kernel
def sweep(
    own: Heights_dm, cell_m: float, fx: float, fy: float, eye_m: float, target_m: float, edges: Floats, reach: float,
    seen: Cells,
) -> None:  # fmt: skip
    """Mark the cells of a window whose target the eye sees.

    Args:
        own: (2 r + 1, 2 r + 1) what stands in the cells around the eye.
        cell_m: side of a cell.
        fx: cells from the west edge of the middle cell to the eye.
        fy: cells from its north edge to the eye.
        eye_m: height of the eye.
        target_m: height of the target.
        edges: (k, 3) a, b, c of half-planes a x + b y + c >= 0, x cells east and y cells north of the eye, outside of
            which nothing is asked.
        reach: radius of the circle outside of which nothing is asked.
        seen: (2 r + 1, 2 r + 1) zeros, made 1 where seen.
    """
    near, rim = math.ceil(MOUNT_M / cell_m) + 1, own.shape[0] // 2
    crowded = _nearby(own, cell_m, fx, fy, eye_m, target_m, near, seen)
    aside = np.empty((0, 0), dtype=own.dtype)
    for way in range(4):
        f, across = _eye_in(way, fx, fy)
        spans = _spans(way, f, across, edges, reach, near, rim)
        if len(spans) == 0:
            continue
        if way >= WEST and len(aside) == 0:
            aside = _columns_as_rows(own)
        _quadrant(
            way, own if way < WEST else aside, cell_m, f, rim + across, 10.0 * eye_m, 10.0 * target_m, near, crowded,
            spans, seen,
        )  # fmt: skip


@kernel
def _eye_in(way: int, fx: float, fy: float) -> tuple[float, float]:
    """Return how far the eye is from the edge it looks over, and how far into its cell sideways."""
    if way == NORTH:
        return fy, fx
    if way == SOUTH:
        return 1.0 - fy, fx
    if way == WEST:
        return fx, fy
    return 1.0 - fx, fy


@kernel
def _nearby(
    own: Heights_dm, cell_m: float, fx: float, fy: float, eye_m: float, target_m: float, near: int, seen: Cells
) -> bool:
    """Test the cells around the eye line by line; return whether anything stands in them."""
    middle, crowded = own.shape[0] // 2, False
    x, y = (middle + fx) * cell_m, -(middle + fy) * cell_m
    for row in range(max(0, middle - near), min(own.shape[0], middle + near + 1)):
        for column in range(max(0, middle - near), min(own.shape[1], middle + near + 1)):
            crowded |= own[row, column] > 0
            if solid_dm(own[row, column]) <= 10.0 * target_m:
                at_x, at_y = (column + 0.5) * cell_m, -(row + 0.5) * cell_m
                seen[row, column] = line_clear(
                    at_x, at_y, target_m, x - at_x, y - at_y, eye_m - target_m, own, cell_m, 0.0, 0.0
                )
    return crowded


@kernel
def _spans(way: int, f: float, across: float, edges: Floats, reach: float, near: int, rim: int) -> Ints:
    """Return, for each row outwards, the first cell asked for and the one after the last; (0, 2) if there is none."""
    spans, last = np.zeros((rim + 1, 2), dtype=np.int64), -1
    for k in range(near + 1, rim + 1):
        t = k - 0.5 + f
        low, high = stretch_within(way, t, edges, reach)
        low, high = max(low, -t - HAIR), min(high, t + HAIR)
        middle = rim + across - 0.5
        first, after = max(math.ceil(middle + low), 0), min(math.floor(middle + high) + 1, 2 * rim + 1)
        if first < after:
            spans[k, 0], spans[k, 1], last = first, after, k
    return spans[: last + 1]


@kernel
def stretch_within(way: int, t: float, edges: Floats, reach: float) -> tuple[float, float]:
    """Return from where to where the line ``t`` cells outwards from the eye lies within all that is asked.

    Sideways is eastwards for north and south, and southwards for west; a hair more is returned than lies within.
    """
    half = math.sqrt(max(reach * reach - t * t, 0.0))
    low, high = (-half - HAIR, half + HAIR) if abs(t) <= reach + HAIR else (1.0, -1.0)
    for e in range(len(edges)):
        a, b = _turned(way, edges[e, 0], edges[e, 1])
        rest = b * t + edges[e, 2]
        if abs(a) < 1e-12:
            if rest < -HAIR:
                return 1.0, -1.0
        elif a > 0.0:
            low = max(low, -rest / a - HAIR)
        else:
            high = min(high, -rest / a + HAIR)
    return low, high


@kernel
def _turned(way: int, a: float, b: float) -> tuple[float, float]:
    """Return a half-plane's factors of sideways and outwards."""
    if way == NORTH:
        return a, b
    if way == SOUTH:
        return a, -b
    if way == WEST:
        return -b, -a
    return -b, a


@kernel
def _columns_as_rows(own: Heights_dm) -> Heights_dm:
    """Return the window turned over its diagonal, as far as the quadrants to the west and east need it."""
    side, rim = own.shape[0], own.shape[0] // 2
    aside = np.empty((side, side), dtype=own.dtype)
    for row in range(side):
        gap = max(0, abs(row - rim) - 3)
        for column in range(rim - gap + 1):
            aside[column, row] = own[row, column]
        for column in range(rim + gap, side):
            aside[column, row] = own[row, column]
    return aside


@kernel
def _quadrant(
    way: int, plane: Heights_dm, cell_m: float, f: float, middle: float, eye: float, target: float, near: int,
    crowded: bool, spans: Ints, seen: Cells,
) -> None:  # fmt: skip
    """Sweep one quarter: ``middle`` is where the eye is along a row of ``plane``."""
    rim, far, forth = len(plane) // 2, len(spans) - 1, -1 if way in (NORTH, WEST) else 1
    u_low, u_high = _bearings(spans, f, middle)
    each = 1.0 / (RAYS_A_CELL * far)
    rays = int((u_high - u_low) / each) + 2
    solid, low, high = first_horizons(plane, rim, forth, cell_m, f, middle, u_low, each, rays, eye, near, crowded)
    tops, place = np.empty(len(plane), dtype=np.float32), np.empty(max(rays, len(plane)), dtype=np.int32)
    alive, hung = np.empty((rays // 2 + 2, 2), dtype=np.int64), bool((low < HIGHEST).any())
    at_rim = (target - eye) / (far - 0.5 + f)
    stretches = still_open(alive, solid, low, high, (target - eye) / (near + f), at_rim)
    for k in range(near, far):
        if stretches == 0:
            return
        out = k + f
        start, step = middle + u_low * out, each * out
        first = max(math.floor(start + alive[0, 0] * step) - 1, 0)
        after = min(math.floor(start + alive[stretches - 1, 1] * step) + 2, len(plane))
        one, other = plane[rim + forth * k], plane[rim + forth * (k + 1)]
        codes = write_tops(one, other, first, after, np.float32(eye), np.float32(1.0 / out), tops)
        hung |= codes >= HANGS
        for s in range(stretches):
            ray, stop = alive[s, 0], alive[s, 1]
            if codes > target:
                raise_horizons(solid[ray:stop], tops, place, np.float32(start + ray * step), np.float32(step))
            if codes >= HANGS:
                widen_hanging(low, high, one, other, k, ray, stop, middle, u_low, each, cell_m, f, eye, target)
            t = out + 0.5
            from_ray = math.ceil(middle - 0.5 + (u_low + (ray - 0.5) * each) * t)
            cell = max(from_ray, spans[k + 1, 0])
            end = min(math.ceil(middle - 0.5 + (u_low + (stop - 0.5) * each) * t), spans[k + 1, 1])
            if cell < end:
                line = rim + forth * (k + 1)
                view = seen[line, cell:end] if way < WEST else seen[cell:end, line]
                c = np.float32(((cell + 0.5 - middle) / t - u_low) / each + 0.5)
                slope, a = np.float32((target - eye) / t), np.float32(1.0 / (each * t))
                if hung:
                    mark_under(view, solid, low, high, c, a, slope)
                else:
                    mark(view, solid, place, c, a, slope)
        if (k - near) % ROWS_TO_A_CULL == ROWS_TO_A_CULL - 1:
            stretches = still_open(alive, solid, low, high, (target - eye) / (k + 1 + f), at_rim)


@kernel
def _bearings(spans: Ints, f: float, middle: float) -> tuple[float, float]:
    """Return the least and the greatest bearing asked for, as cells sideways a cell outwards."""
    low, high = math.inf, -math.inf
    for k in range(len(spans)):
        if spans[k, 0] < spans[k, 1]:
            t = k - 0.5 + f
            low = min(low, (spans[k, 0] + 0.5 - middle) / t)
            high = max(high, (spans[k, 1] - 0.5 - middle) / t)
    return low, high
