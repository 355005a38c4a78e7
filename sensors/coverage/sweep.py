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
from numpy.typing import NDArray

from sensors.kernels import kernel
from sensors.sightline import MOUNT_M, Floats, Heights_dm, line_clear
from twin.city.heights.codes import CUT_BACK_M, HANGS, bottom_dm, is_crown, solid_dm, top_dm

Slopes = NDArray[np.float32]
Number = float | np.float32
Cells = NDArray[np.uint8]
Ints = NDArray[np.int64]

RAYS_A_CELL: Final = 1.25
"""Rays to a cell at the rim of the window."""

NORTH, SOUTH, WEST = 0, 1, 2
ROWS_TO_A_CULL: Final = 4
LOWEST: Final = -1e9
HIGHEST: Final = 1e9
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
                    at_x, at_y, target_m, x - at_x, y - at_y, eye_m - target_m, own, cell_m, 0.0, 0.0, math.inf
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
    solid, low, high = _horizons(plane, rim, forth, cell_m, f, middle, u_low, each, rays, eye, near, crowded)
    tops, place = np.empty(len(plane), dtype=np.float32), np.empty(max(rays, len(plane)), dtype=np.int32)
    alive, hung = np.empty((rays // 2 + 2, 2), dtype=np.int64), bool((low < HIGHEST).any())
    at_rim = (target - eye) / (far - 0.5 + f)
    stretches = _still_open(alive, solid, low, high, (target - eye) / (near + f), at_rim)
    for k in range(near, far):
        if stretches == 0:
            return
        out = k + f
        start, step = middle + u_low * out, each * out
        first = max(math.floor(start + alive[0, 0] * step) - 1, 0)
        after = min(math.floor(start + alive[stretches - 1, 1] * step) + 2, len(plane))
        one, other = plane[rim + forth * k], plane[rim + forth * (k + 1)]
        codes = _tops(one, other, first, after, np.float32(eye), np.float32(1.0 / out), tops)
        hung |= codes >= HANGS
        for s in range(stretches):
            ray, stop = alive[s, 0], alive[s, 1]
            if codes > target:
                _raise(solid[ray:stop], tops, place, np.float32(start + ray * step), np.float32(step))
            if codes >= HANGS:
                _hang(low, high, one, other, k, ray, stop, middle, u_low, each, cell_m, f, eye, target)
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
                    _mark_under(view, solid, low, high, c, a, slope)
                else:
                    _mark(view, solid, place, c, a, slope)
        if (k - near) % ROWS_TO_A_CULL == ROWS_TO_A_CULL - 1:
            stretches = _still_open(alive, solid, low, high, (target - eye) / (k + 1 + f), at_rim)


@kernel
def _horizons(
    plane: Heights_dm, rim: int, forth: int, cell_m: float, f: float, middle: float, u_low: float, each: float,
    rays: int, eye: float, near: int, crowded: bool,
) -> tuple[Slopes, Slopes, Slopes]:  # fmt: skip
    """Return what each ray has met in the rows around the eye: the slope of tops, and slopes of what hangs."""
    solid, low = np.full(rays + 1, LOWEST, dtype=np.float32), np.full(rays + 1, HIGHEST, dtype=np.float32)
    high = np.full(rays + 1, LOWEST, dtype=np.float32)
    solid[rays] = HIGHEST  # no ray: a cell that rounding puts there is not seen
    if crowded:
        for ray in range(rays):
            solid[ray], low[ray], high[ray] = _first_rows(
                plane, rim, forth, cell_m, f, middle, u_low + ray * each, eye, near
            )
    return solid, low, high


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


@kernel
def _first_rows(
    plane: Heights_dm, rim: int, forth: int, cell_m: float, f: float, middle: float, u: float, eye: float, near: int
) -> tuple[float, float, float]:
    """Return the slopes that the rows around the eye leave one ray: of solid tops, and of what hangs, from and to."""
    solid, low, high = LOWEST, HIGHEST, LOWEST
    length_m = cell_m * math.sqrt(1.0 + u * u)
    column, enter = math.floor(middle), 0.0
    for k in range(near + 1):
        leave, row = k + f, plane[rim + forth * k]
        after = math.floor(middle + u * leave)
        if after != column:
            side = ((column + 1 if u > 0.0 else column) - middle) / u
            solid, low, high = _passed(row[column], enter, side, length_m, eye, solid, low, high)
            column, enter = after, side
        solid, low, high = _passed(row[column], enter, leave, length_m, eye, solid, low, high)
        enter = leave
    return solid, low, high


@kernel
def _passed(
    code: int, enter: float, leave: float, length_m: float, eye: float, solid: float, low: float, high: float
) -> tuple[float, float, float]:
    """Return the slopes of a ray after a cell it crosses."""
    if code == 0 or leave * length_m <= MOUNT_M:
        return solid, low, high
    if code < HANGS:
        return max(solid, (code - eye) / leave), low, high
    if is_crown(code) and leave * length_m <= CUT_BACK_M:
        return solid, low, high
    return solid, min(low, (bottom_dm(code) - eye) / max(enter, 0.5)), max(high, (top_dm(code) - eye) / leave)


@kernel
def _tops(
    one: Heights_dm, other: Heights_dm, first: int, after: int, eye: Number, each_out: Number, tops: Slopes
) -> int:
    """Write the slopes of the higher solid top of two rows of cells; return the bits of all their codes."""
    a, b, slopes, codes = one[first:after], other[first:after], tops[first:after], np.uint16(0)
    for i in range(len(a)):
        codes = np.uint16(codes | np.uint16(a[i] | b[i]))
    for i in range(len(a)):
        here = a[i] if a[i] < HANGS else np.uint16(0)
        there = b[i] if b[i] < HANGS else np.uint16(0)
        slopes[i] = (np.float32(here if here > there else there) - eye) * each_out
    return int(codes)


@kernel
def _raise(solid: Slopes, tops: Slopes, place: NDArray[np.int32], start: Number, step: Number) -> None:
    """Raise the horizons of neighbouring rays by the tops they meet at one distance."""
    for i in range(len(solid)):
        place[i] = np.int32(start + np.float32(np.int32(i)) * step)
    for i in range(len(solid)):
        slope = tops[np.uint32(place[i])]
        solid[i] = slope if slope > solid[i] else solid[i]


@kernel
def _hang(
    low: Slopes, high: Slopes, one: Heights_dm, other: Heights_dm, k: int, first: int, after: int, middle: float,
    u_low: float, each: float, cell_m: float, f: float, eye: float, target: float,
) -> None:  # fmt: skip
    """Widen what hangs before some rays by what they meet between rows k and k + 1.

    Slopes that no target further out can have are forgotten; of two things apart on one ray the gap counts as taken.
    """
    out, now = k + f, (target - eye) / (k + f)
    for ray in range(first, after):
        u = u_low + ray * each
        column = math.floor(middle + u * out)
        cut_back = out * cell_m * math.sqrt(1.0 + u * u) <= CUT_BACK_M
        for row in range(2):
            code = other[column] if row else one[column]
            if code < HANGS or (cut_back and is_crown(code)):
                continue
            top = (top_dm(code) - eye) / out
            if top <= now:
                continue
            bottom = (bottom_dm(code) - eye) / (out if row else out - 1.0)
            if high[ray] <= now:
                low[ray], high[ray] = bottom, top
            else:
                low[ray], high[ray] = min(low[ray], bottom), max(high[ray], top)


@kernel
def _mark(view: Cells, solid: Slopes, place: NDArray[np.int32], c: Number, a: Number, slope: Number) -> None:
    """Mark neighbouring cells whose targets stand above the horizon; ``c + a i`` is the ray, and a half, of cell i."""
    for i in range(len(view)):
        place[i] = np.int32(c + np.float32(np.int32(i)) * a)
    for i in range(len(view)):
        view[i] = solid[np.uint32(place[i])] <= slope


@kernel
def _mark_under(view: Cells, solid: Slopes, low: Slopes, high: Slopes, c: Number, a: Number, slope: Number) -> None:
    """Mark neighbouring cells whose targets stand above the horizon and clear of what hangs."""
    for i in range(len(view)):
        ray = np.uint32(np.int32(c + np.float32(np.int32(i)) * a))
        view[i] = solid[ray] <= slope and not (low[ray] < slope < high[ray])


@kernel
def _still_open(alive: Ints, solid: Slopes, low: Slopes, high: Slopes, now: float, at_rim: float) -> int:
    """Write the stretches of rays that can still see something further out; return how many."""
    stretches, before = 0, False
    for ray in range(len(solid) - 1):
        still = solid[ray] <= at_rim and not (low[ray] < now and high[ray] > at_rim)
        if still:
            if not before:
                alive[stretches, 0] = ray
                stretches += 1
            alive[stretches - 1, 1] = ray + 1
        before = still
    return stretches
