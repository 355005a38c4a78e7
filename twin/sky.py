"""Sun, light and weather at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from twin.errors import InputError, unknown_name

WEATHERS: Final = ("clear", "rain", "fog", "snow", "dust")
LIGHTS: Final = ("day", "dusk", "night")
TWILIGHT_DEG: Final = 6.0  # civil twilight
_J2000: Final = datetime(2000, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sky:
    """The light over a scene.

    Attributes:
        sun_azimuth_deg: clockwise from north.
        sun_elevation_deg: above the horizon.
        light: ``day`` above 6 degrees, ``night`` below -6 (civil twilight), ``dusk`` between.
        weather: one of WEATHERS.
    """

    sun_azimuth_deg: float
    sun_elevation_deg: float
    light: str
    weather: str


def sky_at(when: datetime, lat_deg: float, lon_deg: float, weather: str) -> Sky:
    """Return the light over a place at a zoned moment.

    The sun's place is that of the Astronomical Almanac's low-precision formulas (good to about 0.01 degrees between
    1950 and 2050), without refraction.

    Args:
        when: a zoned timestamp.
        lat_deg: north positive.
        lon_deg: east positive.
        weather: one of WEATHERS.

    Raises:
        InputError: the time has no zone, or the weather is not known.
    """
    if when.tzinfo is None:
        raise InputError("find the sun", f"{when.isoformat()} has no time zone; give a zoned timestamp")
    if weather not in WEATHERS:
        raise InputError("find the light", unknown_name("weather", weather, WEATHERS))
    azimuth_deg, elevation_deg = _sun(when, lat_deg, lon_deg)
    light = "day" if elevation_deg > TWILIGHT_DEG else "night" if elevation_deg < -TWILIGHT_DEG else "dusk"
    return Sky(azimuth_deg, elevation_deg, light, weather)


def _sun(when: datetime, lat_deg: float, lon_deg: float) -> tuple[float, float]:
    """Return the sun's azimuth (clockwise from north) and elevation, degrees."""
    days = (when - _J2000).total_seconds() / 86_400.0
    anomaly = math.radians((357.529 + 0.98560028 * days) % 360.0)
    mean_deg = (280.459 + 0.98564736 * days) % 360.0
    longitude = math.radians(mean_deg + 1.915 * math.sin(anomaly) + 0.020 * math.sin(2 * anomaly))
    tilt = math.radians(23.439 - 0.00000036 * days)
    ascension = math.atan2(math.cos(tilt) * math.sin(longitude), math.cos(longitude))
    declination = math.asin(math.sin(tilt) * math.sin(longitude))
    sidereal_deg = (280.46061837 + 360.98564736629 * days) % 360.0
    hour_angle = math.radians(sidereal_deg + lon_deg) - ascension
    lat = math.radians(lat_deg)
    up = math.sin(lat) * math.sin(declination) + math.cos(lat) * math.cos(declination) * math.cos(hour_angle)
    east = -math.cos(declination) * math.sin(hour_angle)
    north = math.cos(lat) * math.sin(declination) - math.sin(lat) * math.cos(declination) * math.cos(hour_angle)
    return math.degrees(math.atan2(east, north)) % 360.0, math.degrees(math.asin(max(-1.0, min(1.0, up))))
