"""The air of a day: a wind for each hour from a stream of its own, weather and sight, and how dense it is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.flight.drone_class import DroneClass, air_density_kg_m3
from twin.airspace import AirRules, grounded_by
from twin.streams import stream

HOUR_MS: Final = 3_600_000
GIVEN_AT_M: Final = 10.0
FLOWN_AT_M: Final = 60.0
SHEAR: Final = 0.25
"""Exponent of the power law of wind by height over a town (assumed)."""
GUSTY: Final = 0.3
"""Deviation of an hour's wind, logarithmic, from the day's (assumed)."""
KEEPS: Final = 0.8
"""How much of that an hour hands to the next (assumed)."""
VEERS_RAD: Final = math.radians(20.0)
VISIBILITY_M: Final = {"clear": 10_000.0, "rain": 4_000.0, "dust": 2_000.0, "snow": 1_000.0, "fog": 300.0}
"""How far one sees in each weather (assumed)."""
WARMEST_MONTH: Final = 7.0
COLDEST_C, HOTTEST_C = 1.5, 27.5
"""Mean of January and July in Tashkent, https://travelagents10.com; the months between by a cosine."""
ELEVATION_M: Final = 432.0


@dataclass(frozen=True, eq=False)
class DayAir:
    """What drones fly in.

    Attributes:
        winds_ms: (hours, 2) where the air moves to at flight height, for each hour from the start of the run.
        weather: the same all day.
        visibility_m: how far one sees.
        temperature_c: the same all day.
        rules: weather minima.
    """

    winds_ms: NDArray[np.float64]
    weather: str
    visibility_m: float
    temperature_c: float
    rules: AirRules

    @property
    def density_kg_m3(self) -> float:
        """Density of the air over the city."""
        return air_density_kg_m3(self.temperature_c, ELEVATION_M)

    def wind_ms(self, t_ms: int) -> NDArray[np.float64]:
        """Return the wind (2,) of the hour of a time."""
        wind: NDArray[np.float64] = self.winds_ms[min(t_ms // HOUR_MS, len(self.winds_ms) - 1)]
        return wind

    def grounded(self, t_ms: int, drone: DroneClass) -> tuple[str, str] | None:
        """Return why a class stays on the ground, as a word for the log and a sentence; None where it flies."""
        reasons = grounded_by(self.rules, self.weather, self.visibility_m)
        low, high = drone.limits.temperature_c.value
        if not low <= self.temperature_c <= high:
            reasons.append(f"{drone.name} flies from {low:g} to {high:g} degrees; it is {self.temperature_c:.0f}")
        if reasons:
            return "weather", "; ".join(reasons)
        speed_ms, limit_ms = float(np.hypot(*self.wind_ms(t_ms))), drone.limits.wind_ms.value
        if speed_ms > limit_ms:
            return "wind", f"a wind of {speed_ms:.1f} m/s; {drone.name} takes off in {limit_ms:g} m/s at most"
        return None


def steady_wind(speed_ms: float, from_deg: float) -> NDArray[np.float64]:
    """Return the winds (1, 2) of a day on which one wind blows, given at flight height, clockwise from north."""
    angle = math.radians(from_deg)
    return np.array([[-speed_ms * math.sin(angle), -speed_ms * math.cos(angle)]])


def drawn_winds(seed: int, duration_ms: int, mean_ms: float) -> NDArray[np.float64]:
    """Return the winds (hours, 2) of a day, from the stream ``wind`` of its own.

    The day's speed at 10 m follows Rayleigh's distribution, which is usual for wind, with the given mean; the hours
    vary around it as a first-order autoregression, and the direction is any.
    """
    rng = stream(seed, "wind")
    hours = math.ceil(duration_ms / HOUR_MS) + 1
    speed_ms = rng.rayleigh(mean_ms * math.sqrt(2 / math.pi)) * (FLOWN_AT_M / GIVEN_AT_M) ** SHEAR
    angle = rng.uniform(0.0, 2 * math.pi)
    steps = rng.standard_normal((hours, 2)) * math.sqrt(1 - KEEPS**2)
    state = rng.standard_normal(2)
    winds = np.empty((hours, 2))
    for hour in range(hours):
        state = KEEPS * state + steps[hour]
        here_ms, way = speed_ms * math.exp(GUSTY * state[0] - GUSTY**2 / 2), angle + VEERS_RAD * state[1]
        winds[hour] = here_ms * math.sin(way), here_ms * math.cos(way)
    return winds


def usual_temperature_c(when: datetime) -> float:
    """Return the mean temperature of Tashkent's season."""
    month = when.month + (when.day - 15) / 30.4
    middle, swing = (HOTTEST_C + COLDEST_C) / 2, (HOTTEST_C - COLDEST_C) / 2
    return middle + swing * math.cos((month - WARMEST_MONTH) * math.pi / 6)
