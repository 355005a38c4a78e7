"""From what a mission calls a place to the city's metres."""

from __future__ import annotations

from pyproj import Transformer

from agents.flight.mission import Spot
from twin.city import City
from twin.errors import unknown_name


class NoSpot(ValueError):
    """A place that the city does not have; the sentence says which would work."""


class Spots:
    """Finds places of one city.

    Args:
        city: gives the projection, the bounds and the names.
    """

    def __init__(self, city: City) -> None:
        self._to_metres = Transformer.from_crs("EPSG:4326", city.crs, always_xy=True)
        self._bounds_m, self._places = city.bounds_m, city.places

    def find(self, spot: Spot) -> tuple[float, float]:
        """Return x and y in metres.

        Raises:
            NoSpot: no place of that name, or it lies outside the city.
        """
        if spot.place is not None:
            return self._named(spot.place)
        if spot.x_m is not None and spot.y_m is not None:
            x_m, y_m = spot.x_m, spot.y_m
        else:
            x_m, y_m = self.metres(float(spot.lon or 0.0), float(spot.lat or 0.0))
        west, south, east, north = self._bounds_m
        if not (west <= x_m <= east and south <= y_m <= north):
            raise NoSpot(
                f"x {x_m:.0f}, y {y_m:.0f} lies outside the city, which spans x {west:.0f} to {east:.0f}, "
                f"y {south:.0f} to {north:.0f}"
            )
        return x_m, y_m

    def metres(self, lon: float, lat: float) -> tuple[float, float]:
        """Return x and y of a place on the globe."""
        x_m, y_m = self._to_metres.transform(lon, lat)
        return float(x_m), float(y_m)

    def _named(self, name: str) -> tuple[float, float]:
        rows = self._places[self._places["name"].astype(str) == name]
        if not len(rows):
            names = sorted({str(n) for n in self._places["name"] if n})
            raise NoSpot(unknown_name("place", name, names).split(" known:")[0].rstrip(";"))
        point = rows.geometry.iloc[0]
        return float(point.x), float(point.y)
