"""Flight time and energy of missions, fitted to exact flights: for thousands of missions in a city simulation.

Steady flight by :mod:`agents.flight.leg_times` times coefficients that ``twin drone calibrate`` fits. The file carries
what it was fitted on, its errors on flights it was not fitted on, and the hash of the class's figures; with a class
that has changed since, it is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from agents.flight.drone_class import CLASSES, DroneClass, drone_class
from agents.flight.leg_times import ENERGY_TERMS, TIME_TERMS, terms
from agents.flight.missions import Missions
from agents.flight.power_table import power_table
from twin.checked_yaml import Strict
from twin.errors import InputError


class Error(Strict):
    """Relative errors on unseen flights: median and 95th percentile of their size, and the share within a limit."""

    median: float = Field(ge=0)
    p95: float = Field(ge=0)
    limit: float = Field(gt=0)
    within: float = Field(ge=0, le=1)


class Unseen(Strict):
    """Errors on flights that were not fitted on: arrival at the place, whole time, whole energy."""

    flights: int = Field(ge=1)
    arrival: Error
    duration: Error
    energy: Error


class FittedFlight(Strict):
    """The fitted model of one class; see the module.

    Attributes:
        ranges: of each figure of the flights it was fitted on, lowest and highest; see :meth:`FlightTimes.inside`.
        time, energy: coefficients of TIME_TERMS (s) and ENERGY_TERMS (J).
    """

    schema_version: Literal[1] = 1
    drone: str
    class_hash: str
    as_of: str
    command: str
    seed: int
    flights: int = Field(ge=1)
    ranges: dict[str, tuple[float, float]]
    time: tuple[float, ...] = Field(min_length=len(TIME_TERMS), max_length=len(TIME_TERMS))
    energy: tuple[float, ...] = Field(min_length=len(ENERGY_TERMS), max_length=len(ENERGY_TERMS))
    unseen: Unseen


@dataclass(frozen=True)
class FlightTimes:
    """What missions take.

    Attributes:
        arrive_s, spent_wh: (k,) time since take-off was ordered, and energy out of the battery, at each leg's end.
        duration_s, energy_wh: (n,) of the whole missions, landing included.
        possible: (n,) whether every leg can be flown in its wind.
        inside: (n,) whether wind, payload and density are within what the model was fitted on.
    """

    arrive_s: NDArray[np.float64]
    spent_wh: NDArray[np.float64]
    duration_s: NDArray[np.float64]
    energy_wh: NDArray[np.float64]
    possible: NDArray[np.bool_]
    inside: NDArray[np.bool_]


def fitted_file(name: str) -> Path:
    """Return where the fitted model of a class ships."""
    return CLASSES / f"fitted_{name}.json"


@cache
def load_fitted(name: str, path: Path | None = None) -> FittedFlight:
    """Read the fitted model of a class that ships, or another file.

    Raises:
        InputError: there is none, it has faults, or the class has changed since it was fitted.
    """
    path, asked = path or fitted_file(name), f"read the fitted flight of {name}"
    anew = f"make it anew with: twin drone calibrate --drone {name}"
    if not path.is_file():
        raise InputError(asked, f"there is no {path.name}; {anew}", path)
    try:
        model = FittedFlight.model_validate_json(path.read_text(encoding="utf-8"))
    except (ValidationError, UnicodeDecodeError) as fault:
        what = fault.errors()[0]["msg"] if isinstance(fault, ValidationError) else "it is not UTF-8 text"
        raise InputError(asked, f"not a fitted flight model: {what}; {anew}", path) from None
    if model.class_hash != drone_class(name).content_hash:
        raise InputError(asked, f"the figures of {name} have changed since it was fitted; {anew}", path)
    return model


def flight_times(missions: Missions, drone: DroneClass, model: FittedFlight) -> FlightTimes:
    """Return times and energies of missions."""
    time, energy, possible = steady_terms(missions, drone)
    arrive = time @ np.array(model.time)
    spent = energy @ np.array(model.energy) / 3600
    last = missions.first[1:] - 1
    return FlightTimes(
        arrive, spent, arrive[last] + missions.hold_s[last], spent[last], possible, _inside(missions, model)
    )


def steady_terms(
    missions: Missions, drone: DroneClass
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Return (k, 3) terms of time, (k, 7) terms of energy, and (n,) whether each mission can be flown."""
    table, limits, k = power_table(drone), drone.limits, len(missions.move_m)
    time, energy = np.empty((k, len(TIME_TERMS))), np.empty((k, len(ENERGY_TERMS)))
    possible = np.empty(len(missions), dtype=np.bool_)
    most = (limits.speed_ms.value, limits.climb_ms.value, limits.descent_ms.value, limits.accel_ms2.value)
    terms(
        missions.first, missions.move_m, missions.speed_ms, missions.hold_s, missions.wind_ms, missions.payload_kg,
        missions.density_kg_m3, most, table.watts, table.loads_kg, time, energy, possible,
    )  # fmt: skip
    return time, energy, possible


RANGED: Final = ("wind_ms", "payload_kg", "density_kg_m3")


def _inside(missions: Missions, model: FittedFlight) -> NDArray[np.bool_]:
    values = (np.hypot(*missions.wind_ms.T), missions.payload_kg, missions.density_kg_m3)
    inside = np.ones(len(missions), dtype=np.bool_)
    for name, value in zip(RANGED, values, strict=True):
        low, high = model.ranges[name]
        inside &= (value >= low - 1e-9) & (value <= high + 1e-9)
    return inside
