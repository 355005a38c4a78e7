"""Where incidents of a kind can happen in a city, and how likely each place is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city import City
from twin.streams import stream

TRAFFIC_BY_CLASS = {
    "motorway": 8.0, "trunk": 7.0, "primary": 6.0, "secondary": 4.0, "tertiary": 2.5, "unclassified": 1.0,
    "residential": 0.7, "living_street": 0.4, "service": 0.2, "track": 0.05,
}  # fmt: skip
"""Assumed relative traffic per metre of street; the shape of a road hierarchy, not a count."""


@dataclass(frozen=True)
class Spots:
    """Places with weights.

    Attributes:
        start_m: (n, 2) one end of the place, or the place itself.
        end_m: (n, 2) the other end; a draw falls uniformly between them.
        weight: (n,) relative likelihood, not negative.
        mahalla: (n,) row of the mahalla it lies in, or -1.
    """

    start_m: NDArray[np.float64]
    end_m: NDArray[np.float64]
    weight: NDArray[np.float64]
    mahalla: NDArray[np.int64]

    def draw(self, rng: np.random.Generator, n: int, factor: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (n, 2) positions; ``factor`` multiplies the weight by mahalla, its last value serving -1."""
        pick, along = rng.random(n), rng.random(n)[:, None]
        mass = np.cumsum(self.weight * factor[self.mahalla])
        rows = np.searchsorted(mass, pick * mass[-1], side="right").clip(0, len(mass) - 1)
        points: NDArray[np.float64] = self.start_m[rows] * (1 - along) + self.end_m[rows] * along
        return points.round(2)


class DrawnPlaces(Protocol):
    """Where things can happen, by kind of place and by service."""

    def of(self, where: str) -> Spots:
        """Return the spots of one kind."""
        ...

    def unevenness(self, service: str, cv: float) -> NDArray[np.float64]:
        """Return the factor that a service's demand has in each mahalla, mean 1; the last is for none."""
        ...


class NearestNode(Protocol):
    """Something that puts places on nodes: a street graph, or zones."""

    def nearest_node(self, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the closest node to each point."""
        ...


class CitySpots:
    """The spots of each kind, made when first asked for."""

    def __init__(self, city: City) -> None:
        self._city = city
        self._made: dict[str, Spots] = {}

    def of(self, where: str) -> Spots:
        """Return the spots of one kind; a city without homes, entrances or bazaars falls back to the next that it has.

        Kinds: ``homes``, ``entrances``, ``bazaars``, ``junctions``, ``streets``.
        """
        if where not in self._made:
            self._made[where] = self._make(where)
        return self._made[where]

    def unevenness(self, service: str, cv: float) -> NDArray[np.float64]:
        """Return a factor for each mahalla, mean 1, the same for every seed: a trait of the city; last is for none.

        Gamma distributed with the given coefficient of variation.
        """
        n = len(self._city.mahallas)
        if cv == 0 or n == 0:
            return np.ones(n + 1)
        rng = stream(0, "unevenness", self._city.name, service)
        return np.append(rng.gamma(1 / cv**2, cv**2, n), 1.0)

    def _make(self, where: str) -> Spots:
        buildings = self._city.buildings
        if where == "entrances":
            flats = buildings[(buildings["dwellings"] > 4) & (buildings["entrances"] > 0)]
            return self._points(flats, flats["entrances"]) if len(flats) else self.of("homes")
        if where == "homes":
            homes = buildings[buildings["residents"] > 0]
            return self._points(homes, homes["residents"]) if len(homes) else self.of("streets")
        if where == "bazaars":
            bazaars = self._city.places[self._city.places["kind"] == "bazaar"]
            return self._points(bazaars, np.ones(len(bazaars))) if len(bazaars) else self.of("streets")
        return (self._junctions() if where == "junctions" else None) or self._streets()

    def _junctions(self) -> Spots | None:
        """Junctions of three arms or more, by the traffic of their arms; None in a town without one."""
        streets = self._city.streets[self._city.streets["drive"]]
        streets = streets[~streets["street_class"].isin(["service", "track"])]
        ends = np.concatenate([streets["u"], streets["v"]])
        traffic = np.tile(streets["street_class"].map(TRAFFIC_BY_CLASS).fillna(0.1) * streets["lanes"], 2)
        n = len(self._city.nodes)
        rows = np.flatnonzero(np.bincount(ends, minlength=n) >= 3)
        if not len(rows):
            return None
        nodes = self._city.nodes.geometry.iloc[rows]
        at = np.column_stack([nodes.x, nodes.y])
        return Spots(at, at, np.bincount(ends, weights=traffic, minlength=n)[rows], self._mahalla_of(at))

    def _points(self, rows: gpd.GeoDataFrame, weight: object) -> Spots:
        middle = rows.geometry.representative_point()
        at = np.column_stack([middle.x, middle.y])
        return Spots(at, at, np.asarray(weight, np.float64), self._mahalla_of(at))

    def _streets(self) -> Spots:
        drive = self._city.streets[self._city.streets["drive"]]
        lines = drive.geometry.to_numpy()
        start, end = (shapely.get_coordinates(shapely.get_point(lines, at)) for at in (0, -1))
        traffic = drive["street_class"].map(TRAFFIC_BY_CLASS).fillna(0.1).to_numpy()
        weight = drive["length_m"].to_numpy() * traffic
        return Spots(start, end, weight, self._mahalla_of((start + end) / 2))

    def _mahalla_of(self, at: NDArray[np.float64]) -> NDArray[np.int64]:
        points = gpd.GeoSeries(gpd.points_from_xy(at[:, 0], at[:, 1]))
        rows, mahallas = self._city.mahallas.sindex.query(points, predicate="intersects")
        found = np.full(len(at), -1, np.int64)
        found[rows[::-1]] = mahallas[::-1]
        return found


def districts_of(city: City) -> NDArray[np.int64]:
    """Return for each node the row of the district it lies in, -1 for none."""
    districts = np.full(len(city.nodes), -1, dtype=np.int64)
    rows, found = city.districts.sindex.query(city.nodes.geometry, predicate="intersects")
    districts[rows[::-1]] = found[::-1]
    return districts
