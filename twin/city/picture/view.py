"""The part of a city that a picture shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from twin.city.model import City
from twin.errors import Fault, InputError

CLOSE_M: Final = 6000.0
"""A view narrower than this is a close-up: true widths, kerbs, places by their signs."""


@dataclass(frozen=True)
class View:
    """A box in the city's metres.

    Attributes:
        west, south, east, north: its sides.
        title: stands above the picture.
    """

    west: float
    south: float
    east: float
    north: float
    title: str

    @property
    def wide_m(self) -> float:
        """From west to east."""
        return self.east - self.west

    @property
    def tall_m(self) -> float:
        """From south to north."""
        return self.north - self.south

    @property
    def close(self) -> bool:
        """Whether it is a close-up."""
        return self.wide_m < CLOSE_M

    def holds(self, shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
        """Return which of the (n,) shapes have a box that meets the view."""
        if not len(shapes):
            return np.zeros(0, dtype=bool)
        box = shapely.bounds(shapes)
        inside: NDArray[np.bool_] = (
            (box[:, 0] <= self.east) & (box[:, 2] >= self.west) & (box[:, 1] <= self.north) & (box[:, 3] >= self.south)
        )
        return inside


def whole(city: City, title: str = "") -> View:
    """Return a view of the whole city, a little wider than its districts."""
    west, south, east, north = city.districts.total_bounds if len(city.districts) else city.bounds_m
    if not np.isfinite([west, south, east, north]).all() or east - west > 3 * (city.bounds_m[2] - city.bounds_m[0]):
        west, south, east, north = city.bounds_m
    edge = 0.02 * max(east - west, north - south)
    return View(west - edge, south - edge, east + edge, north + edge, title or city.name)


def around(city: City, lon_deg: float, lat_deg: float, radius_m: float, title: str = "") -> View:
    """Return a square view round a point.

    Raises:
        InputError: the point is not on Earth, the radius is no distance, or nothing of the city lies inside.
    """
    asked = f"draw {radius_m:g} m round {lon_deg:g}, {lat_deg:g}"
    faults = []
    if not (-180 <= lon_deg <= 180 and -90 <= lat_deg <= 90):
        faults.append(Fault("longitude is -180 to 180 and latitude -90 to 90, in this order, such as 69.2797,41.3112"))
    if not 20.0 <= radius_m <= 100_000.0:
        faults.append(Fault(f"a radius of {radius_m:g} m: 20 m to 100,000 m would work"))
    if faults:
        raise InputError(asked, faults)
    x, y = pyproj.Transformer.from_crs(4326, city.crs, always_xy=True).transform(lon_deg, lat_deg)
    west, south, east, north = city.bounds_m
    if not (west <= x + radius_m and x - radius_m <= east and south <= y + radius_m and y - radius_m <= north):
        back = pyproj.Transformer.from_crs(city.crs, 4326, always_xy=True)
        lon, lat = back.transform((west + east) / 2, (south + north) / 2)
        raise InputError(asked, f"that lies outside {city.name}; its middle is {lon:.4f},{lat:.4f}")
    return View(x - radius_m, y - radius_m, x + radius_m, y + radius_m, title or city.name)
