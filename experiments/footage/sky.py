"""The sky over a city during a scenario."""

from __future__ import annotations

from datetime import datetime, timedelta

from pyproj import Transformer

from twin.city import City
from twin.sky import Sky, sky_at


class SkyOver:
    """Sun, light and weather at any simulated time, at the city's middle.

    Args:
        city: gives the place.
        start: zoned timestamp of simulated time 0.
        weather: the same for the whole scenario.
    """

    def __init__(self, city: City, start: datetime, weather: str) -> None:
        west, south, east, north = city.bounds_m
        to_wgs84 = Transformer.from_crs(city.crs, "EPSG:4326", always_xy=True)
        self._lon_deg, self._lat_deg = to_wgs84.transform((west + east) / 2, (south + north) / 2)
        self._start, self._weather = start, weather

    def at(self, t_ms: int) -> Sky:
        """Return the sky at a simulated time."""
        when = self._start + timedelta(milliseconds=t_ms)
        return sky_at(when, self._lat_deg, self._lon_deg, self._weather)

    def light_at(self, t_ms: int) -> tuple[str, str]:
        """Return light and weather at a simulated time."""
        sky = self.at(t_ms)
        return sky.light, sky.weather
