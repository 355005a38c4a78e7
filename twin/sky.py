"""Sun, light and weather at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

WEATHERS: Final = ("clear", "rain", "fog", "snow", "dust")
LIGHTS: Final = ("day", "dusk", "night")


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
