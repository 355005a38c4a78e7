"""Which camera poses see which points, sparse: hundreds of thousands of poses against millions of points.

Poses that follow one another at one place share their lines of sight: each line is walked once for the place, however
many bearings and lenses are tried there. Points lie in strips from north to south, sorted from west to east within a
strip, so those near a place are found by bisection. The work is done a chunk of places at a time; each place writes to
a stretch of its own, so the bytes are the same with any number of threads.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numba import prange
from numpy.typing import ArrayLike, NDArray

from sensors.cameras import CameraFleet
from sensors.kernels import kernel, parallel_kernel
from sensors.optics import Dori
from sensors.sightline import (
    PTZ_PRESETS,
    Floats,
    Heights_dm,
    camera_rows,
    ceiling_of,
    class_of,
    line_clear,
    view_density,
    window_of,
)
from twin.city.heights import HeightRaster

Ints = NDArray[np.int64]

CHUNK_ENTRIES: Final = 24_000_000
STRIP_M: Final = 2.0
UNKNOWN, CLEAR, BLOCKED = 0, 1, 2


@dataclass(frozen=True)
class Visibility:
    """A sparse matrix of poses by points, compressed by rows.

    Attributes:
        indptr: (n + 1,) where the entries of each pose start.
        point: (k,) rows of the points, ascending within a pose.
        px_per_m: (k,) float32 pixel density on a target there that faces the camera.
        px_class: (k,) uint8 row of ``optics.DORI_CLASSES``, or (0,) where no edition was given.
        points: how many points were asked about.
    """

    indptr: Ints
    point: NDArray[np.int32]
    px_per_m: NDArray[np.float32]
    px_class: NDArray[np.uint8]
    points: int

    def __len__(self) -> int:
        return len(self.indptr) - 1


@dataclass(frozen=True)
class _Strips:
    """Points in strips.

    Attributes:
        starts: (strips + 1,) where each strip starts.
        point: (m,) rows of the points, strip by strip from the north, each from west to east.
        xyz_m: (m, 3) the points in that order.
        north_m: the north edge of strip 0; a strip is ``STRIP_M`` deep.
        ascending: whether ``point`` ascends as it stands, as the cells of a raster do.
    """

    starts: Ints
    point: NDArray[np.int32]
    xyz_m: Floats
    north_m: float
    ascending: bool


def visibility(
    fleet: CameraFleet,
    heights: HeightRaster,
    points_xyz_m: ArrayLike,
    ptz_presets: int = PTZ_PRESETS,
    least_px_m: float = 0.0,
    dori: Dori | None = None,
) -> Visibility:
    """Return every pose and point between which nothing stands, within field of view and range.

    Each entry is one that ``sightline.sees`` finds for the same camera and point.

    Args:
        fleet: n poses; those of equal position and height share their work where they follow one another.
        heights: what stands in the way.
        points_xyz_m: (m, 3) points in city metres, z above the ground.
        ptz_presets: bearings a rotating camera tours.
        least_px_m: entries below this pixel density are left out.
        dori: the edition to give classes of; none by default.

    Raises:
        ValueError: there are more points than an int32 can number.
    """
    points = np.ascontiguousarray(np.asarray(points_xyz_m, dtype=np.float64).reshape(-1, 3))
    if len(points) > np.iinfo(np.int32).max:
        raise ValueError(f"{len(points):,} points are more than an int32 can number")
    rows, bounds = camera_rows(fleet, ptz_presets), np.zeros(0) if dori is None else dori.bounds_px_m
    places, strips = _places(rows), _strips(points)
    most = _most(rows, places, strips.starts, strips.xyz_m, strips.north_m)
    counts, pieces = np.zeros(len(rows), dtype=np.int64), []
    for part in _chunks(most * np.diff(places)):
        own = places[part.start : part.stop + 1]
        slots = np.concatenate([[0], np.cumsum(np.repeat(most[part], np.diff(own)))])
        wide = (np.empty(slots[-1], np.int32), np.empty(slots[-1], np.float32), np.empty(slots[-1], np.uint8))
        filled = counts[own[0] : own[-1]]
        _fill(
            rows[own[0] : own[-1]], own - own[0], slots, *wide, filled, strips.starts, strips.point, strips.xyz_m,
            strips.north_m, strips.ascending, heights.height_dm, heights.cell_m, heights.west_m, heights.north_m,
            least_px_m, bounds,
        )  # fmt: skip
        pieces.append(_packed(slots, filled, wide[: 2 if dori is None else 3]))
    point, px_per_m, px_class = _joined(pieces)
    return Visibility(np.concatenate([[0], np.cumsum(counts)]), point, px_per_m, px_class, len(points))


def _places(rows: Floats) -> Ints:
    """Return where each run of poses at one place starts among the rows, and the end."""
    moved = (rows[1:, :3] != rows[:-1, :3]).any(axis=1)
    ends = [len(rows)] if len(rows) else []
    return np.concatenate([[0], np.flatnonzero(moved) + 1, ends]).astype(np.int64)


def _strips(points: Floats) -> _Strips:
    north_m = float(points[:, 1].max()) if len(points) else 0.0
    strip = np.floor((north_m - points[:, 1]) / STRIP_M).astype(np.int64)
    order = np.lexsort((points[:, 0], strip))
    starts = np.concatenate([[0], np.cumsum(np.bincount(strip))]).astype(np.int64)
    ascending = bool((order == np.arange(len(order))).all())
    return _Strips(starts, order.astype(np.int32), points if ascending else points[order], north_m, ascending)


def _chunks(slots: Ints) -> Iterator[slice]:
    """Yield runs of places whose slots fit in memory together."""
    first = held = 0
    for i, wanted in enumerate(slots.tolist()):
        if i > first and held + wanted > CHUNK_ENTRIES:
            yield slice(first, i)
            first, held = i, 0
        held += wanted
    if len(slots):
        yield slice(first, len(slots))


def _packed(slots: Ints, filled: Ints, wide: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
    """Return columns without the slots that stayed empty."""
    ends = np.concatenate([[0], np.cumsum(filled)])
    columns = [np.empty(ends[-1], column.dtype) for column in wide]
    for source, target in zip(wide, columns, strict=True):
        _pack(slots, ends, source, target)
    return columns


def _joined(pieces: list[list[NDArray[Any]]]) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.uint8]]:
    """Return the columns of all chunks end to end; each column's pieces are let go before the next is joined."""
    whole: list[NDArray[Any]] = [np.zeros(0, np.int32), np.zeros(0, np.float32), np.zeros(0, np.uint8)]
    for i in range(len(pieces[0]) if pieces else 0):
        whole[i] = np.concatenate([piece[i] for piece in pieces])
        for piece in pieces:
            piece[i] = whole[i][:0]
    return whole[0], whole[1], whole[2]


@parallel_kernel
def _pack(slots: Ints, ends: Ints, source: NDArray[Any], target: NDArray[Any]) -> None:
    for i in prange(len(ends) - 1):
        target[ends[i] : ends[i + 1]] = source[slots[i] : slots[i] + ends[i + 1] - ends[i]]


@kernel
def _strips_within(y: float, reach_m: float, north_m: float, strips: int) -> tuple[int, int]:
    """Return the first strip that may lie within reach of a place, and the one after the last."""
    first = math.floor((north_m - y - reach_m) / STRIP_M)
    last = math.floor((north_m - y + reach_m) / STRIP_M) + 1
    return min(max(first, 0), strips), min(max(last, 0), strips)


@kernel
def _reach_m(rows: Floats, first: int, last: int) -> float:
    reach_m = 0.0
    for row in range(first, last):
        reach_m = max(reach_m, rows[row, 10])
    return reach_m


@parallel_kernel
def _most(rows: Floats, places: Ints, strip_starts: Ints, xyz: Floats, north_m: float) -> Ints:
    """Return how many points lie in the square around each place: no pose there can see more."""
    most = np.zeros(max(len(places) - 1, 0), dtype=np.int64)
    for i in prange(len(most)):
        x, y, reach_m = rows[places[i], 0], rows[places[i], 1], _reach_m(rows, places[i], places[i + 1])
        first, last = _strips_within(y, reach_m, north_m, len(strip_starts) - 1)
        for strip in range(first, last):
            along = xyz[strip_starts[strip] : strip_starts[strip + 1], 0]
            most[i] += np.searchsorted(along, x + reach_m, side="right") - np.searchsorted(along, x - reach_m)
    return most


@kernel
def _near(x: float, y: float, reach_m: float, most: int, strip_starts: Ints, xyz: Floats, north_m: float) -> Ints:
    """Return the points within reach of a place, as rows of ``xyz``."""
    near, n = np.empty(most, dtype=np.int64), 0
    first, last = _strips_within(y, reach_m, north_m, len(strip_starts) - 1)
    for strip in range(first, last):
        along = xyz[strip_starts[strip] : strip_starts[strip + 1], 0]
        for k in range(
            strip_starts[strip] + np.searchsorted(along, x - reach_m),
            strip_starts[strip] + np.searchsorted(along, x + reach_m, side="right"),
        ):
            dx, dy = xyz[k, 0] - x, xyz[k, 1] - y
            if dx * dx + dy * dy <= reach_m * reach_m:
                near[n] = k
                n += 1
    return near[:n]


@parallel_kernel
def _fill(
    rows: Floats, places: Ints, slots: Ints, point: NDArray[np.int32], density: NDArray[np.float32],
    px_class: NDArray[np.uint8], filled: Ints, strip_starts: Ints, strip_point: NDArray[np.int32], xyz: Floats,
    points_north_m: float, ascending: bool, height_dm: Heights_dm, cell_m: float, west_m: float, north_m: float,
    least_px_m: float, bounds: Floats,
) -> None:  # fmt: skip
    """Write what each pose sees into its slots, and how much that is."""
    for i in prange(len(places) - 1):
        first, last = places[i], places[i + 1]
        x, y, reach_m = rows[first, 0], rows[first, 1], _reach_m(rows, first, last)
        near = _near(x, y, reach_m, slots[first + 1] - slots[first], strip_starts, xyz, points_north_m)
        if len(near) == 0:
            continue
        if not ascending:
            near = near[np.argsort(strip_point[near])]
        own, own_west_m, own_north_m = window_of(height_dm, cell_m, west_m, north_m, x, y, reach_m)
        ceiling_m, line = ceiling_of(own), np.zeros(len(near), dtype=np.uint8)
        for row in range(first, last):
            camera, at = rows[row], slots[row]
            for k in range(len(near)):
                target = xyz[near[k]]
                dx, dy, dz = target[0] - x, target[1] - y, target[2] - camera[2]
                seen = view_density(camera, dx, dy, dz)
                if seen <= 0.0 or seen < least_px_m or line[k] == BLOCKED:
                    continue
                if line[k] == UNKNOWN:
                    clear = line_clear(
                        target[0], target[1], target[2], -dx, -dy, -dz, own, cell_m, own_west_m, own_north_m, ceiling_m
                    )
                    line[k] = CLEAR if clear else BLOCKED
                if line[k] == CLEAR:
                    point[at], density[at] = strip_point[near[k]], seen
                    if len(bounds):
                        px_class[at] = class_of(seen, bounds)
                    at += 1
            filled[row] = at - slots[row]
