"""Made problems of camera cover: discs at random, and a town of streets and houses with wedges of view."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from twin.cover import CoverProblem

CELL_M = 2.0
BLOCK_M = 120.0
STREET_M = 16.0
HEADINGS = 10
LENSES = ((80.0, 50.0), (45.0, 90.0))
"""Range in m and field of view in degrees."""


def discs(demand: int, sites: int, radius: float, seed: int = 7) -> CoverProblem:
    """Points and sites at random in a unit square, whole weights from 1 to 20."""
    rng = np.random.default_rng(seed)
    points, at = rng.random((demand, 2)), rng.random((sites, 2))
    near = cKDTree(points).query_ball_point(at, radius, return_sorted=True)
    first = np.concatenate([[0], np.cumsum([len(row) for row in near])])
    element = np.concatenate([np.asarray(row, dtype=np.int32) for row in near])
    cover = csr_array((np.ones(len(element), np.uint8), element, first), shape=(sites, demand))
    return CoverProblem(cover, rng.integers(1, 21, demand).astype(float))


def town(poses: int, width_m: float, height_m: float, cell_m: float = CELL_M, seed: int = 7) -> CoverProblem:
    """Streets every 120 m, houses with gaps between them, poles along the streets with 20 poses each.

    A pole takes one camera. A pose sees the open cells of its wedge to which no house stands in the way. A cell counts
    once when it is seen, and 2 more when it is seen from within half the range; crossings and some busy streets count
    for more, and inner yards for little.
    """
    rng = np.random.default_rng(seed)
    house, weight = _ground(width_m, height_m, cell_m, rng)
    x, y = _poles(poses // (HEADINGS * len(LENSES)), width_m, height_m, rng)
    each = HEADINGS * len(LENSES)
    turn = rng.random(len(x)) * 360 / HEADINGS
    bearing = (
        np.repeat(turn, each) + np.tile(np.repeat(np.arange(HEADINGS) * 360 / HEADINGS, len(LENSES)), len(x))
    ) % 360
    reach, view = (np.tile(np.array([lens[i] for lens in LENSES]), HEADINGS * len(x)) for i in (0, 1))
    poses_at = (
        np.repeat(x, each) / cell_m,
        np.repeat(y, each) / cell_m,
        np.radians(bearing),
        reach / cell_m,
        np.radians(view),
    )
    first, element = _views(house, *poses_at)
    n = house.size
    cover = csr_array((np.ones(len(element), np.uint8), element, first), shape=(len(bearing), 2 * n))
    both = np.concatenate([weight.ravel(), 2 * weight.ravel()])
    return CoverProblem(cover, both, group=np.repeat(np.arange(len(x)), each))


def _ground(width_m: float, height_m: float, cell_m: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Where houses stand, and what each open cell counts, whole numbers."""
    y, x = (np.arange(int(side / cell_m)) * cell_m for side in (height_m, width_m))
    on_x, on_y = (x % BLOCK_M < STREET_M), (y % BLOCK_M < STREET_M)
    busy_x = rng.integers(1, 9, int(width_m / BLOCK_M) + 2)[(x / BLOCK_M).astype(int)]
    busy_y = rng.integers(1, 9, int(height_m / BLOCK_M) + 2)[(y / BLOCK_M).astype(int)]
    street = np.maximum(np.where(on_x, busy_x, 0)[None, :], np.where(on_y, busy_y, 0)[:, None])
    weight = np.where(street > 0, 2 * street, 1)
    weight = np.where(on_x[None, :] & on_y[:, None], 2 * (busy_x[None, :] + busy_y[:, None]), weight)
    plots = rng.random((int(height_m / 20) + 1, int(width_m / 24) + 1)) < 0.6
    built = plots[(y / 20).astype(int)][:, (x / 24).astype(int)]
    gap = ((x % 24) < 5)[None, :] | ((y % 20) < 5)[:, None]
    house = built & ~gap & (street == 0)
    return house, np.where(house, 0, weight).astype(float)


def _poles(n: int, width_m: float, height_m: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    along = rng.random(n) < width_m / (width_m + height_m)
    line = np.floor(rng.random(n) * np.where(along, height_m, width_m) / BLOCK_M) * BLOCK_M
    side = np.where(rng.random(n) < 0.5, 1.0, STREET_M - 1.0)
    place = rng.random(n) * np.where(along, width_m, height_m)
    x, y = np.where(along, place, line + side), np.where(along, line + side, place)
    return np.clip(x, 0, width_m - 2), np.clip(y, 0, height_m - 2)


def _views(house: np.ndarray, *poses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    counts = _seen(house, *poses, np.zeros(1, np.int64), np.zeros(0, np.int32))
    first = np.concatenate([[0], np.cumsum(counts)])
    element = np.empty(first[-1], np.int32)
    _seen(house, *poses, first, element)
    return first, element


@njit(cache=True)
def _seen(house, x, y, bearing, reach, view, first, element):  # type: ignore[no-untyped-def]
    """Count the elements each pose sees; write them too where there is room."""
    rows, columns = house.shape
    counts = np.zeros(len(x), np.int64)
    for pose in range(len(x)):
        n, far, half = 0, reach[pose], 0.5 * reach[pose]
        for close in range(2):
            limit = half if close else far
            for row in range(max(0, int(y[pose] - limit)), min(rows, int(y[pose] + limit) + 1)):
                for column in range(max(0, int(x[pose] - limit)), min(columns, int(x[pose] + limit) + 1)):
                    dx, dy = column + 0.5 - x[pose], row + 0.5 - y[pose]
                    if house[row, column] or dx * dx + dy * dy > limit * limit:
                        continue
                    off = (math.atan2(dx, dy) - bearing[pose] + math.pi) % (2 * math.pi) - math.pi
                    if abs(off) > 0.5 * view[pose] or not _open(house, x[pose], y[pose], dx, dy):
                        continue
                    if len(element):
                        element[first[pose] + n] = close * rows * columns + row * columns + column
                    n += 1
        counts[pose] = n
    return counts


@njit(cache=True)
def _open(house, x, y, dx, dy):  # type: ignore[no-untyped-def]
    steps, clear = int(max(abs(dx), abs(dy))) + 1, True
    for step in range(1, steps):
        clear &= not house[int(y + dy * step / steps), int(x + dx * step / steps)]
    return clear
