"""Who sees what becomes who covers what: elements of demand with weights, and a sparse cover of them by cameras."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import prange
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sensors.cameras import CameraFleet
from sensors.kernels import parallel_kernel
from sensors.sightline import PTZ_PRESETS, Floats
from sensors.visibility import Visibility

Cover = Callable[[CameraFleet, Visibility], csr_array]


@dataclass(frozen=True)
class Elements:
    """What a plan is judged by.

    Attributes:
        weight: (elements,) what covering each is worth; they add to 1.
        cover: turns a fleet and what it sees of the points into (cameras, elements) chances.
        unit: what a value of 1 is, for readers.
        group: (elements,) number of the group of each, for fairness among groups; None: not told apart.
    """

    weight: Floats
    cover: Cover
    unit: str
    group: NDArray[np.int64] | None = None


def missed_by(cover: csr_array) -> Floats:
    """Return (elements,) the chance that none of the cameras of a cover gets each element."""
    missed = np.ones(cover.shape[1])
    for row in range(cover.shape[0]):
        own = slice(cover.indptr[row], cover.indptr[row + 1])
        missed[cover.indices[own]] *= 1.0 - cover.data[own].astype(np.float64)
    return missed


def time_shares(fleet: CameraFleet) -> NDArray[np.float32]:
    """Return (n,) the share of the time each camera looks where it is counted on: a rotating one tours its presets."""
    return np.where(fleet.kind == "ptz", 1.0 / PTZ_PRESETS, 1.0).astype(np.float32)


def by_class(bounds_px_m: Sequence[float], available: float = 1.0) -> Cover:
    """Return a cover with an element for each point and class: covered by pictures of that class or better.

    Element ``point * classes + row`` is the point at the row-th of the bounds.

    Args:
        bounds_px_m: ascending pixel densities of the classes that count.
        available: share of the time a camera works.
    """
    bounds = np.asarray(bounds_px_m, dtype=np.float32)

    def cover(fleet: CameraFleet, seen: Visibility) -> csr_array:
        counts = np.zeros(len(seen) + 1, dtype=np.int64)
        _count_classes(seen.indptr, seen.px_per_m, bounds, counts)
        indptr = np.cumsum(counts)
        indices = np.empty(int(indptr[-1]), dtype=np.int32)
        _fill_classes(seen.indptr, seen.point, seen.px_per_m, bounds, indptr, indices)
        shape = (len(seen), seen.points * len(bounds))
        return csr_of(indptr, indices, row_chances(fleet, indptr, available), shape)

    return cover


def by_walk(bound_px_m: float, passed: csr_array, available: float = 1.0) -> Cover:
    """Return a cover with an element for each walk: covered by a picture of any of the points it passes.

    Args:
        bound_px_m: least density.
        passed: (walks, points) sparse, which points each walk passes.
        available: share of the time a camera works.
    """
    through = passed.T.tocsr()

    def cover(fleet: CameraFleet, seen: Visibility) -> csr_array:
        first, walks = through.indptr.astype(np.int64), through.indices.astype(np.int32)
        counts = np.zeros(len(seen) + 1, dtype=np.int64)
        least = np.float32(bound_px_m)
        _count_walks(seen.indptr, seen.point, seen.px_per_m, least, first, walks, passed.shape[0], counts)
        indptr = np.cumsum(counts)
        indices = np.empty(int(indptr[-1]), dtype=np.int32)
        _fill_walks(seen.indptr, seen.point, seen.px_per_m, least, first, walks, passed.shape[0], indptr, indices)
        return csr_of(indptr, indices, row_chances(fleet, indptr, available), (len(seen), passed.shape[0]))

    return cover


def by_chance(tables: Floats, low_px_m: float, steps: int, picture_width_px: int) -> Cover:
    """Return a cover with an element for each point and kind of event, by tables of chances.

    Args:
        tables: (kinds, entries) chance at the densities ``low_px_m * 2 ** (entry / steps)``, the last for all above.
        low_px_m: density of the first entry; below it nothing is claimed.
        steps: entries for each doubling of the density.
        picture_width_px: the densities are those of pictures of this width.
    """
    kinds = len(tables)
    table = np.ascontiguousarray(tables, dtype=np.float32)

    def cover(fleet: CameraFleet, seen: Visibility) -> csr_array:
        scale = (picture_width_px / fleet.width_px).astype(np.float32)
        px_per_m = seen.px_per_m * np.repeat(scale, np.diff(seen.indptr))
        kept = px_per_m >= np.float32(low_px_m)
        counts = np.concatenate([[0], np.cumsum(kept)])
        indptr = counts[seen.indptr] * kinds
        point = np.repeat(seen.point[kept].astype(np.int64) * kinds, kinds)
        indices = (point + np.tile(np.arange(kinds), int(kept.sum()))).astype(np.int32)
        entry = np.floor(np.log2(px_per_m[kept] / low_px_m) * steps).astype(np.int64)
        chance = table[:, entry.clip(0, table.shape[1] - 1)].T.ravel()
        chance *= np.repeat(time_shares(fleet), np.diff(indptr))
        return csr_of(indptr, indices, chance, (len(seen), seen.points * kinds))

    return cover


def row_chances(fleet: CameraFleet, indptr: NDArray[np.int64], available: float) -> NDArray[Any]:
    """Return the chance of each entry: a byte where all are certain, else that of the camera's share of time."""
    share = time_shares(fleet) * np.float32(available)
    if (share == 1.0).all():
        return np.ones(int(indptr[-1]), dtype=np.uint8)
    return np.repeat(share, np.diff(indptr))


def csr_of(indptr: Any, indices: Any, data: Any, shape: tuple[int, int]) -> csr_array:
    """Return a matrix of columns that are in order already; nothing is copied or checked."""
    made = csr_array(shape, dtype=data.dtype)
    made.indptr, made.indices, made.data = indptr, indices, data
    return made


@parallel_kernel
def _count_classes(
    first: NDArray[np.int64], px_per_m: NDArray[np.float32], bounds: NDArray[np.float32], counts: NDArray[np.int64]
) -> None:
    for i in prange(len(first) - 1):
        found = 0
        for entry in range(first[i], first[i + 1]):
            for bound in bounds:
                found += px_per_m[entry] >= bound
        counts[i + 1] = found


@parallel_kernel
def _fill_classes(
    first: NDArray[np.int64], point: NDArray[np.int32], px_per_m: NDArray[np.float32], bounds: NDArray[np.float32],
    starts: NDArray[np.int64], indices: NDArray[np.int32],
) -> None:  # fmt: skip
    for i in prange(len(first) - 1):
        at = starts[i]
        for entry in range(first[i], first[i + 1]):
            for row in range(len(bounds)):
                if px_per_m[entry] >= bounds[row]:
                    indices[at] = point[entry] * len(bounds) + row
                    at += 1


@parallel_kernel
def _count_walks(
    first: NDArray[np.int64], point: NDArray[np.int32], px_per_m: NDArray[np.float32], bound: np.float32,
    walk_first: NDArray[np.int64], walk: NDArray[np.int32], walks: int, counts: NDArray[np.int64],
) -> None:  # fmt: skip
    for i in prange(len(first) - 1):
        met = np.zeros(walks, dtype=np.bool_)
        for entry in range(first[i], first[i + 1]):
            if px_per_m[entry] >= bound:
                for at in range(walk_first[point[entry]], walk_first[point[entry] + 1]):
                    met[walk[at]] = True
        counts[i + 1] = met.sum()


@parallel_kernel
def _fill_walks(
    first: NDArray[np.int64], point: NDArray[np.int32], px_per_m: NDArray[np.float32], bound: np.float32,
    walk_first: NDArray[np.int64], walk: NDArray[np.int32], walks: int, starts: NDArray[np.int64],
    indices: NDArray[np.int32],
) -> None:  # fmt: skip
    for i in prange(len(first) - 1):
        met = np.zeros(walks, dtype=np.bool_)
        for entry in range(first[i], first[i + 1]):
            if px_per_m[entry] >= bound:
                for at in range(walk_first[point[entry]], walk_first[point[entry] + 1]):
                    met[walk[at]] = True
        at = starts[i]
        for row in range(walks):
            if met[row]:
                indices[at] = row
                at += 1
