"""Walls of courtyards: the house and its walls together close the rectangle round the house."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numba
import numpy as np
import shapely

from twin.city.squares import Floats, Ints

YARD_USE: Final = "courtyard"
ALONG_HOUSE_M: Final = 0.35
LEAST_M: Final = 0.8
SQUARE_ON: Final = 0.05
"""Sine of the angle up to which an edge counts as along an axis."""


def yard_walls(buildings: gpd.GeoDataFrame) -> tuple[Floats, Ints]:
    """Return the free-standing walls of courtyard houses and whose they are.

    Plots are not kept in a city: the rectangle round the house, along its own walls, stands for the plot.

    Returns:
        (k, 4) x and y of both ends of each wall; (k,) which of the buildings given it belongs to.
    """
    own = np.flatnonzero(buildings["use"].to_numpy() == YARD_USE)
    rings = shapely.get_exterior_ring(buildings.geometry.to_numpy()[own])
    points, ring = shapely.get_coordinates(rings, return_index=True)
    firsts = np.searchsorted(ring, np.arange(len(own) + 1)).astype(np.int64)
    walls, of = _around(points, firsts)
    return walls, own[of]


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def take_out(runs: Floats, n: int, low: float, high: float, least: float) -> int:
    """Take an interval out of the first ``n`` runs (start, end); what is left shorter than ``least`` goes too.

    Returns how many runs there are then; the array must hold one more.
    """
    kept = n
    for i in range(n):
        start, end = runs[i]
        if high <= start or low >= end:
            continue
        runs[i, 1] = runs[i, 0]
        if low - start >= least:
            runs[i, 1] = low
        if end - high >= least:
            if runs[i, 1] > runs[i, 0]:
                runs[kept, 0], runs[kept, 1] = high, end
                kept += 1
            else:
                runs[i, 0], runs[i, 1] = high, end
    left = 0
    for i in range(kept):
        if runs[i, 1] > runs[i, 0]:
            runs[left] = runs[i]
            left += 1
    return left


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _axis(ring: Floats) -> tuple[float, float]:
    """Return the direction along which, or square to which, the most wall runs."""
    best, best_x, best_y = -1.0, 1.0, 0.0
    for i in range(len(ring) - 1):
        dx, dy = ring[i + 1, 0] - ring[i, 0], ring[i + 1, 1] - ring[i, 1]
        length = np.sqrt(dx * dx + dy * dy)
        if length < LEAST_M:
            continue
        dx, dy = dx / length, dy / length
        along = 0.0
        for k in range(len(ring) - 1):
            ex, ey = ring[k + 1, 0] - ring[k, 0], ring[k + 1, 1] - ring[k, 1]
            other = np.sqrt(ex * ex + ey * ey)
            if min(abs(dx * ey - dy * ex), abs(dx * ex + dy * ey)) <= SQUARE_ON * other:
                along += other
        if along > best:
            best, best_x, best_y = along, dx, dy
    return best_x, best_y


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _around(points: Floats, firsts: Ints) -> tuple[Floats, Ints]:
    """Return the sides of the rectangle round each ring, less what runs along the ring."""
    most = 4 * (len(points) + len(firsts))
    walls, of, n = np.empty((most, 4)), np.empty(most, dtype=np.int64), 0
    for b in range(len(firsts) - 1):
        ring = points[firsts[b] : firsts[b + 1]]
        ux, uy = _axis(ring)
        u, v = ring[:, 0] * ux + ring[:, 1] * uy, ring[:, 1] * ux - ring[:, 0] * uy
        low_u, high_u, low_v, high_v = u.min(), u.max(), v.min(), v.max()
        for side in range(4):
            a, across = (u, v) if side % 2 == 0 else (v, u)
            at = (low_v, high_u, high_v, low_u)[side]
            runs = np.empty((len(ring) + 2, 2))
            runs[0, 0], runs[0, 1] = (low_u, high_u) if side % 2 == 0 else (low_v, high_v)
            left = 1
            for k in range(len(ring) - 1):
                if abs(across[k] - at) < ALONG_HOUSE_M and abs(across[k + 1] - at) < ALONG_HOUSE_M:
                    left = take_out(runs, left, min(a[k], a[k + 1]), max(a[k], a[k + 1]), LEAST_M)
            for i in range(left):
                for end in range(2):
                    p, q = (runs[i, end], at) if side % 2 == 0 else (at, runs[i, end])
                    walls[n, 2 * end], walls[n, 2 * end + 1] = p * ux - q * uy, p * uy + q * ux
                of[n] = b
                n += 1
    return walls[:n].copy(), of[:n].copy()
