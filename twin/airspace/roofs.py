"""How high the roofs are, in coarse blocks, and how high a drone must fly to pass over them."""

from __future__ import annotations

import math
from typing import Final

import numba
import numpy as np
import shapely
from numpy.typing import NDArray

from twin.airspace.zones import AirSpace
from twin.city.model import City

BLOCK_M: Final = 25.0

Floats = NDArray[np.float64]


class Roofs:
    """The highest roof in each block of 25 m and its eight neighbours: at least 25 m to each side of a way.

    A building counts in every block that its bounding box touches, so heights are never too low.
    """

    def __init__(self, city: City) -> None:
        self._west_m, self._south_m, east_m, north_m = city.bounds_m
        columns = math.floor((east_m - self._west_m) / BLOCK_M) + 1
        rows = math.floor((north_m - self._south_m) / BLOCK_M) + 1
        own = np.zeros((rows + 2, columns + 2), dtype=np.float32)
        height_m = city.buildings["height_m"].to_numpy(np.float32)
        boxes = shapely.bounds(city.buildings.geometry.to_numpy()).reshape(-1, 4)
        low, high = self._block(boxes[:, :2]), self._block(boxes[:, 2:])
        size = high - low
        for east in range(int(size[:, 0].max(initial=0)) + 1):
            for north in range(int(size[:, 1].max(initial=0)) + 1):
                there = (size[:, 0] >= east) & (size[:, 1] >= north)
                np.maximum.at(own, (low[there, 1] + north + 1, low[there, 0] + east + 1), height_m[there])
        near = own[1:-1, 1:-1].copy()
        for down in range(3):
            for right in range(3):
                np.maximum(near, own[down : down + rows, right : right + columns], out=near)
        self._near = near

    def _block(self, xy_m: Floats) -> NDArray[np.int64]:
        return np.floor((xy_m - (self._west_m, self._south_m)) / BLOCK_M).astype(np.int64)

    def along_m(self, way: Floats) -> float:
        """Return the highest roof within 25 m of a way (k, 2); 0 beyond the city."""
        return float(_highest(self._near, self._west_m, self._south_m, np.ascontiguousarray(way)))


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _highest(near: NDArray[np.float32], west_m: float, south_m: float, way: Floats) -> float:
    """Return the highest value of the blocks under points on a way, none farther than half a block from the next."""
    rows, columns = near.shape
    highest = 0.0
    for i in range(max(len(way) - 1, 1)):
        last = min(i + 1, len(way) - 1)
        east, north = way[last, 0] - way[i, 0], way[last, 1] - way[i, 1]
        steps = max(math.ceil(math.sqrt(east * east + north * north) / (BLOCK_M / 2.0)), 1)
        for step in range(steps + 1):
            column = math.floor((way[i, 0] + east * step / steps - west_m) / BLOCK_M)
            row = math.floor((way[i, 1] + north * step / steps - south_m) / BLOCK_M)
            if 0 <= row < rows and 0 <= column < columns:
                highest = max(highest, near[row, column])
    return highest


def levels_m(space: AirSpace, roofs: Roofs, way: Floats) -> list[float]:
    """Return the heights at which a drone may fly along a way, lowest first.

    They are multiples of the rules' step, clear of the roofs under the way and not above the lowest ceiling over it;
    none when a roof stands too high.
    """
    rules = space.rules
    least_m, most_m = roofs.along_m(way) + rules.roof_clearance_m, space.ceiling_along_m(way)
    first, last = math.ceil(least_m / rules.level_step_m), math.floor(most_m / rules.level_step_m)
    return [step * rules.level_step_m for step in range(first, last + 1)]
