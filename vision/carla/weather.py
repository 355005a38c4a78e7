"""Our sky as CARLA's weather: the sun where it is, and one of five weathers made of CARLA's own presets.

CARLA has no snow: a snowy sky is overcast and misty there, and the ground stays bare; the flakes are laid over the
picture by us. The strength of rain, fog and dust is assumed, chosen so that one sees about as far as in our own
footage.
"""

from __future__ import annotations

from typing import Any, Final

from twin.sky import Sky

SUN_ZERO_DEG: Final = 0.0
"""CARLA's azimuth of a sun in the north. Its documents call zero «an arbitrary north»; north is assumed to be that of
its compass, where y falls, and `twin carla check` looks at a shadow to find out."""

_CLEAR: Final = {
    "cloudiness": 5.0, "precipitation": 0.0, "precipitation_deposits": 0.0, "wind_intensity": 10.0, "fog_density": 2.0,
    "fog_distance": 0.75, "fog_falloff": 0.1, "wetness": 0.0, "scattering_intensity": 1.0, "mie_scattering_scale": 0.03,
    "rayleigh_scattering_scale": 0.0331, "dust_storm": 0.0,
}  # fmt: skip
"""As the client's preset ClearNoon."""

_CHANGES: Final[dict[str, dict[str, float]]] = {
    "clear": {},
    "rain": {"cloudiness": 90.0, "precipitation": 60.0, "precipitation_deposits": 60.0, "wetness": 100.0,
             "wind_intensity": 40.0, "fog_density": 7.0},
    "fog": {"cloudiness": 60.0, "fog_density": 75.0, "fog_distance": 0.0, "fog_falloff": 0.1, "wetness": 20.0},
    "snow": {"cloudiness": 100.0, "fog_density": 30.0, "fog_distance": 0.0, "wetness": 20.0},
    "dust": {"cloudiness": 60.0, "wind_intensity": 80.0, "dust_storm": 70.0},
}  # fmt: skip


def weather_fields(sky: Sky) -> dict[str, float]:
    """Return the fields of ``carla.WeatherParameters`` for a sky."""
    sun = {
        "sun_azimuth_angle": (sky.sun_azimuth_deg + SUN_ZERO_DEG) % 360.0,
        "sun_altitude_angle": max(-90.0, min(90.0, sky.sun_elevation_deg)),
    }
    return _CLEAR | _CHANGES[sky.weather] | sun


def weather_of(carla: Any, sky: Sky) -> Any:
    """Return a sky as ``carla.WeatherParameters``."""
    return carla.WeatherParameters(**weather_fields(sky))
