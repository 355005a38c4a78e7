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
from agents.flight.leg_times import ENERGY_TERMS, STAY_TERMS, TIME_TERMS, terms
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
    """Errors on flights that were not fitted on.

    Attributes:
        arrival, duration, energy: at the place, whole time, whole energy; only the mean wind is known.
        energy_in_gusts: of the same steady flight in the gusts that each flight met, without a fit: what is left of
            the error of ``energy`` where the gusts are known, and so by how much it is theirs.
    """

    flights: int = Field(ge=1)
    arrival: Error
    duration: Error
    energy: Error
    energy_in_gusts: Error


class FittedFlight(Strict):
    """The fitted model of one class; see the module.

    Attributes:
        ranges: of each figure of the flights it was fitted on, lowest and highest; see :meth:`FlightTimes.inside`.
        time, energy: coefficients of TIME_TERMS (s) and ENERGY_TERMS (J).
    """

    schema_version: Literal[2] = 2
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
        stay_wh: (k,) energy of the stay there.
        duration_s, energy_wh: (n,) of the whole missions, landing included.
        possible: (n,) whether every leg can be flown in its wind.
        inside: (n,) whether wind, payload and density are within what the model was fitted on.
    """

    arrive_s: NDArray[np.float64]
    spent_wh: NDArray[np.float64]
    stay_wh: NDArray[np.float64]
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
    of = steady_terms(missions, drone)
    arrive, energy = of.time @ np.array(model.time), np.array(model.energy)
    spent = of.energy @ energy / 3600
    stay = of.stay @ energy[[ENERGY_TERMS.index(name) for name in STAY_TERMS]] / 3600
    last = missions.first[1:] - 1
    return FlightTimes(
        arrive, spent, stay, arrive[last] + missions.hold_s[last], spent[last], of.possible, _inside(missions, model)
    )


@dataclass(frozen=True)
class SteadyTerms:
    """What the coefficients multiply.

    Attributes:
        time: (k, 3) at each leg's end, columns TIME_TERMS.
        energy: (k, 7) likewise, columns ENERGY_TERMS.
        stay: (k, 2) of the stay there, columns STAY_TERMS.
        possible: (n,) whether each mission can be flown.
    """

    time: NDArray[np.float64]
    energy: NDArray[np.float64]
    stay: NDArray[np.float64]
    possible: NDArray[np.bool_]


def steady_terms(missions: Missions, drone: DroneClass) -> SteadyTerms:
    """Return times and energies of steady flight."""
    table, limits, k = power_table(drone), drone.limits, len(missions.move_m)
    time, energy, stay = (np.empty((k, len(names))) for names in (TIME_TERMS, ENERGY_TERMS, STAY_TERMS))
    possible = np.empty(len(missions), dtype=np.bool_)
    most = (limits.speed_ms.value, limits.climb_ms.value, limits.descent_ms.value, limits.accel_ms2.value)
    terms(
        missions.first, missions.move_m, missions.speed_ms, missions.hold_s, missions.wind_ms, missions.payload_kg,
        missions.density_kg_m3, most, table.watts, table.loads_kg, time, energy, stay, possible,
    )  # fmt: skip
    return SteadyTerms(time, energy, stay, possible)


RANGED: Final = ("wind_ms", "payload_kg", "density_kg_m3")


def _inside(missions: Missions, model: FittedFlight) -> NDArray[np.bool_]:
    values = (np.hypot(*missions.wind_ms.T), missions.payload_kg, missions.density_kg_m3)
    inside = np.ones(len(missions), dtype=np.bool_)
    for name, value in zip(RANGED, values, strict=True):
        low, high = model.ranges[name]
        inside &= (value >= low - 1e-9) & (value <= high + 1e-9)
    return inside
