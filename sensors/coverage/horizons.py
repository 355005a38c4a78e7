"""The rays of one quarter of a sweep: what each has met so far, and which cells that leaves in view.

A slope is decimetres up a cell outwards from the eye: the tallest thing passed, seen from there, for what stands on the
ground; for what hangs, the slopes between its underside and its top.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensors.kernels import kernel
from sensors.sightline import MOUNT_M, Heights_dm
from twin.city.heights.codes import CUT_BACK_M, HANGS, bottom_dm, is_crown, top_dm

Slopes = NDArray[np.float32]
Number = float | np.float32
Cells = NDArray[np.uint8]
Ints = NDArray[np.int64]

LOWEST: Final = -1e9
HIGHEST: Final = 1e9


@kernel
def first_horizons(
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
def write_tops(
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
def raise_horizons(solid: Slopes, tops: Slopes, place: NDArray[np.int32], start: Number, step: Number) -> None:
    """Raise the horizons of neighbouring rays by the tops they meet at one distance."""
    for i in range(len(solid)):
        place[i] = np.int32(start + np.float32(np.int32(i)) * step)
    for i in range(len(solid)):
        slope = tops[np.uint32(place[i])]
        solid[i] = slope if slope > solid[i] else solid[i]


@kernel
def widen_hanging(
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
def mark(view: Cells, solid: Slopes, place: NDArray[np.int32], c: Number, a: Number, slope: Number) -> None:
    """Mark neighbouring cells whose targets stand above the horizon; ``c + a i`` is the ray, and a half, of cell i."""
    for i in range(len(view)):
        place[i] = np.int32(c + np.float32(np.int32(i)) * a)
    for i in range(len(view)):
        view[i] = solid[np.uint32(place[i])] <= slope


@kernel
def mark_under(view: Cells, solid: Slopes, low: Slopes, high: Slopes, c: Number, a: Number, slope: Number) -> None:
    """Mark neighbouring cells whose targets stand above the horizon and clear of what hangs."""
    for i in range(len(view)):
        ray = np.uint32(np.int32(c + np.float32(np.int32(i)) * a))
        view[i] = solid[ray] <= slope and not (low[ray] < slope < high[ray])


@kernel
def still_open(alive: Ints, solid: Slopes, low: Slopes, high: Slopes, now: float, at_rim: float) -> int:
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
