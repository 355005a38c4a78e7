"""Spots taken one after another: those in a building, on a carriageway or outside the city are passed over."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from sensors.cameras import CITY_MARGIN_M
from sensors.sightline import Floats
from sensors.sites import Sites, Spots
from twin.city import City

CLEAR_OF_WALLS_M: Final = 0.3
INSIDE_M: Final = CITY_MARGIN_M - 1.0
"""How far beyond the city's box a spot may lie: less than a fleet's reader allows, since positions are rounded."""

BLOCK: Final = 2048

Spot = tuple[float, float, float]
"""x and y in metres, bearing in degrees."""


class Obstacles:
    """Buildings, carriageways and the city's edge, asked whether poles can stand somewhere."""

    def __init__(self, city: City) -> None:
        streets = city.streets[city.streets["drive"].to_numpy(dtype=bool)]
        self._buildings = shapely.STRtree(city.buildings.geometry.to_numpy())
        self._lines = streets.geometry.to_numpy()
        self._streets = shapely.STRtree(self._lines)
        west, south, east, north = city.bounds_m
        self._box = (west - INSIDE_M, south - INSIDE_M, east + INSIDE_M, north + INSIDE_M)
        self._half_width = streets["width_m"].to_numpy(np.float64) / 2.0

    def clear(self, x_m: Floats, y_m: Floats) -> NDArray[np.bool_]:
        """Return which of the (n,) points lie off every carriageway, clear of the walls, inside the city or near it."""
        points = shapely.points(x_m, y_m)
        west, south, east, north = self._box
        clear: NDArray[np.bool_] = (x_m >= west) & (x_m <= east) & (y_m >= south) & (y_m <= north)
        clear[self._buildings.query(points, "dwithin", CLEAR_OF_WALLS_M)[0]] = False
        point, street = self._streets.query(points, "dwithin", float(self._half_width.max(initial=0.0)))
        on = shapely.distance(self._lines[street], points[point]) < self._half_width[street]
        clear[point[on]] = False
        return clear


class Queue:
    """Gives out the spots of one family, each once, round after round."""

    ROUNDS: Final = 48

    def __init__(self, sites: Sites, obstacles: Obstacles) -> None:
        self._sites, self._obstacles = sites, obstacles
        self._next = 0
        self._from = 0
        self._seen: dict[bool, Spots] = {}

    def take(self, facing: bool) -> Spot | None:
        """Return the next spot, before an entrance where ``facing``; None when every round is used up."""
        while self._next < self.ROUNDS * len(self._sites):
            if self._next - self._from >= BLOCK or not self._seen:
                self._look_ahead()
            at, spots = self._next - self._from, self._seen[facing]
            self._next += 1
            if spots.there[at]:
                return float(spots.x_m[at]), float(spots.y_m[at]), float(spots.bearing_deg[at])
        return None

    def _look_ahead(self) -> None:
        """Work out the next block of spots, both ways of hanging a camera."""
        self._from = self._next
        slots = np.arange(self._next, min(self._next + BLOCK, self.ROUNDS * len(self._sites)))
        turns, rows = np.divmod(slots, len(self._sites))
        for facing in (False, True):
            spots = self._sites.spots(rows, turns, facing)
            there = spots.there.copy()
            there[there] = self._obstacles.clear(spots.x_m[there], spots.y_m[there])
            self._seen[facing] = Spots(spots.x_m, spots.y_m, spots.bearing_deg, there)
