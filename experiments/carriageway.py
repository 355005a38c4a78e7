"""Which points of the ground lie where vehicles drive."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city import City

KERB_M = 2.2
"""A car parked at the kerb takes this much of the carriageway; what stands there is no obstacle."""


class Carriageways:
    """The driven part of a city's streets: within half a street's width of its line, less the kerb lane where it is
    wider than two lanes.
    """

    def __init__(self, city: City) -> None:
        streets = city.streets[city.streets["drive"] & ~city.streets["street_class"].isin(["service", "track"])]
        self._tree = shapely.STRtree(streets.geometry.to_numpy())
        width_m = streets["width_m"].to_numpy(np.float64)
        self._half_m = np.where(width_m > 9.0, width_m / 2 - KERB_M, width_m / 2 - 0.5).clip(1.0)

    def __call__(self, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return (n,) whether each point lies on a carriageway."""
        points = shapely.points(x_m, y_m)
        rows, streets = self._tree.query(points, predicate="dwithin", distance=float(self._half_m.max(initial=1.0)))
        away_m = shapely.distance(np.asarray(points)[rows], self._tree.geometries[streets])
        found = np.zeros(len(points), dtype=bool)
        found[rows[away_m <= self._half_m[streets]]] = True
        return found
