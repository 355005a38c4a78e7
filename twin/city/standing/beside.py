"""Spots beside streets at even steps, left and right by turns."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numba
import numpy as np
import shapely

from twin.city.squares import Floats, Ints


@dataclass(frozen=True, eq=False)
class Spots:
    """Points beside streets.

    Attributes:
        xy_m: (n, 2).
        inward: (n, 2) unit vector across the street, from the spot to the centre line.
        street: (n,) row of the street.
    """

    xy_m: Floats
    inward: Floats
    street: Ints

    def where(self, kept: np.ndarray) -> Spots:
        """Return the spots of a mask or of rows."""
        return Spots(self.xy_m[kept], self.inward[kept], self.street[kept])


def spots_beside(streets: gpd.GeoDataFrame, step_m: float, start_m: Floats, offset_m: Floats) -> Spots:
    """Return spots every ``step_m`` along each street, to the right first, then left and right by turns.

    Args:
        streets: rows of the streets layer.
        step_m: along the centre line.
        start_m: (streets,) the first step, from the street's start.
        offset_m: (streets,) from the centre line.
    """
    lines = shapely.remove_repeated_points(streets.geometry.to_numpy())
    points, line = shapely.get_coordinates(lines, return_index=True)
    firsts = np.searchsorted(line, np.arange(len(streets) + 1)).astype(np.int64)
    xy, inward, of = _walked(points, firsts, step_m, np.asarray(start_m, float), np.asarray(offset_m, float))
    return Spots(xy, inward, streets.index.to_numpy(np.int64)[of])


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _walked(
    points: Floats, firsts: Ints, step_m: float, start_m: Floats, offset_m: Floats
) -> tuple[Floats, Floats, Ints]:
    """Walk each line twice: to count its steps, then to place them."""
    counts = np.zeros(len(start_m) + 1, dtype=np.int64)
    for line in range(len(start_m)):
        length = 0.0
        for i in range(firsts[line], firsts[line + 1] - 1):
            dx, dy = points[i + 1, 0] - points[i, 0], points[i + 1, 1] - points[i, 1]
            length += np.sqrt(dx * dx + dy * dy)
        counts[line + 1] = max(0, int(np.ceil((length - start_m[line]) / step_m)))
    begins = np.cumsum(counts)
    xy, inward = np.empty((begins[-1], 2)), np.empty((begins[-1], 2))
    of = np.empty(begins[-1], dtype=np.int64)
    for line in range(len(start_m)):
        passed, k = 0.0, begins[line]
        for i in range(firsts[line], firsts[line + 1] - 1):
            dx, dy = points[i + 1, 0] - points[i, 0], points[i + 1, 1] - points[i, 1]
            length = np.sqrt(dx * dx + dy * dy)
            while k < begins[line + 1] and length > 0.0:
                along = start_m[line] + (k - begins[line]) * step_m - passed
                if along > length and i + 2 < firsts[line + 1]:
                    break
                side = 1.0 if (k - begins[line]) % 2 == 1 else -1.0
                across_x, across_y = -dy / length * side, dx / length * side
                xy[k, 0] = points[i, 0] + dx * (along / length) + across_x * offset_m[line]
                xy[k, 1] = points[i, 1] + dy * (along / length) + across_y * offset_m[line]
                inward[k, 0], inward[k, 1] = -across_x, -across_y
                of[k] = line
                k += 1
            passed += length
    return xy, inward, of
