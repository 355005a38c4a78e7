"""Where a vehicle that stands is out of place: inside junctions, where nobody queues and nobody parks."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city import City

MARGIN_M = 1.5
"""A junction reaches this far beyond half the width of its widest street; stop lines lie farther out."""


class JunctionGround:
    """The carriageway inside junctions of three arms or more; yards and tracks do not count as arms.

    A vehicle that stands before a junction may wait for the light, and one along a street may be parked: neither is
    a sign of a crash. One that stands inside a junction is.
    """

    def __init__(self, city: City) -> None:
        streets = city.streets[city.streets["drive"] & ~city.streets["street_class"].isin(["service", "track"])]
        n = len(city.nodes)
        ends = np.concatenate([streets["u"].to_numpy(), streets["v"].to_numpy()])
        half_m = np.tile(streets["width_m"].to_numpy(np.float64) / 2, 2)
        arms, widest_m = np.bincount(ends, minlength=n), np.zeros(n)
        np.maximum.at(widest_m, ends, half_m)
        junctions = arms >= 3
        self._tree = shapely.STRtree(city.nodes.geometry.to_numpy()[junctions])
        self._reach_m = widest_m[junctions] + MARGIN_M

    def __call__(self, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return (n,) whether each point lies inside a junction."""
        points = np.asarray(shapely.points(x_m, y_m), dtype=object)
        reach_m = float(self._reach_m.max(initial=1.0))
        rows, junctions = self._tree.query(points, predicate="dwithin", distance=reach_m)
        away_m = shapely.distance(points[rows], self._tree.geometries[junctions])
        found = np.zeros(len(points), dtype=bool)
        found[rows[away_m <= self._reach_m[junctions]]] = True
        return found
