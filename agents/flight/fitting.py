"""Fitting the cheap model: a design of experiments, exact flights of it, least squares, and errors on other flights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls
from scipy.stats import qmc

from agents.flight.drone_class import DroneClass
from agents.flight.fitted import Error, FittedFlight, Unseen, flight_times, steady_terms
from agents.flight.flying import Flights
from agents.flight.missions import Missions, missions_of
from agents.flight.orders import Order, Waypoint
from agents.flight.power_table import air_column, power_table, watts_at
from agents.flight.world import Air
from twin.streams import stream

NEAR_M: Final = 3.0
"""A drone has arrived when it first is this near to the place."""
ARRIVAL_LIMIT: Final = 0.03
ENERGY_LIMIT: Final = 0.05


@dataclass(frozen=True)
class Trial:
    """One exact flight of the design: what is flown in what air, from which seed."""

    order: Order
    air: Air
    seed: int
    target: int

    @property
    def goal_m(self) -> NDArray[np.float64]:
        """(3,) the place it is sent to."""
        point = self.order.waypoints[self.target]
        return np.array([point.x_m, point.y_m, point.height_m])


@dataclass(frozen=True)
class Flown:
    """What an exact flight took; NaN where it did not come home as planned."""

    arrive_s: float
    duration_s: float
    energy_wh: float
    steady_wh: float = np.nan
    """Of steady flight, row by row of its record in the gusts that it met."""


def design(drone: DroneClass, count: int, seed: int, purpose: str) -> list[Trial]:
    """Return flights spread evenly over all that matters (a Latin hypercube), those that can be flown at all.

    Distances are 150 m to 2.5 km, with up to two corners on the way; heights 30 to 120 m; winds up to two thirds of the
    class's limit in all directions; hovering up to two minutes; air of -5 to 40 degrees; payloads up to the limit.
    """
    sampler = qmc.LatinHypercube(d=11, rng=stream(seed, "flight design", purpose))
    trials: list[Trial] = []
    while len(trials) < count:
        for row in sampler.random(count):
            trial = _trial(drone, row, seed, f"{purpose} {len(trials)}")
            mission = _missions([trial])
            if steady_terms(mission, drone).possible.all() and len(trials) < count:
                trials.append(trial)
    return trials


def _trial(drone: DroneClass, u: NDArray[np.float64], seed: int, name: str) -> Trial:
    distance, height = 150.0 + 2350.0 * u[0] ** 1.5, 30.0 + 90.0 * u[1]
    speed = 5.0 + (drone.limits.speed_ms.value - 1.0 - 5.0) * u[2]
    wind, blows = drone.limits.wind_ms.value * 2 / 3 * u[3], 2 * np.pi * u[4]
    corners = int(3 * u[5])
    way = np.array([np.cos(2 * np.pi * u[6]), np.sin(2 * np.pi * u[6])])
    aside = np.array([-way[1], way[0]]) * distance * 0.35 * (2 * u[7] - 1)
    points = []
    for k in range(corners):
        share = (k + 1) / (corners + 1)
        x, y = way * distance * share + aside * (1 if k == 0 else -1)
        points.append(Waypoint(float(x), float(y), height, speed))
    points.append(Waypoint(*(way * distance).tolist(), height, speed, float(120 * u[8])))
    air = Air((float(wind * np.cos(blows)), float(wind * np.sin(blows)), 0.0), True, -5.0 + 45.0 * float(u[9]))
    payload = drone.frame.payload_max_kg.value * float(u[10])
    order = Order(name, drone, (0.0, 0.0, 0.0), tuple(points), height, speed, payload)
    return Trial(order, air, seed, corners)


def fly_trial(trial: Trial) -> Flown:
    """Fly one trial exactly, in open country.

    Raises:
        MissingPart: pybullet is not installed.
    """
    flights = Flights([trial.order], trial.air, trial.seed)
    flights.fly()
    flights.close()
    pilot, table = flights.pilots[0], flights.records[0].table()
    away = np.sqrt(sum((table[k] - g) ** 2 for k, g in zip(("x_m", "y_m", "height_m"), trial.goal_m, strict=True)))
    near = np.flatnonzero(away < NEAR_M)
    if not pilot.ending.startswith("landed at its dock") or not len(near):
        return Flown(np.nan, np.nan, np.nan)
    spent_wh = float(pilot.state["stored_j"]) / 3600
    return Flown(float(table["t_s"][near[0]]), flights.world.t_s, spent_wh, _steady_wh(trial, table))


def _steady_wh(trial: Trial, table: Mapping[str, NDArray[np.float64]]) -> float:
    """Return what the power table says of a recorded flight, five times a second, through the air as it blew."""
    held = power_table(trial.order.drone)
    column = np.empty(held.watts.shape[2:])
    air_column(held.watts, held.loads_kg, trial.air.density_kg_m3, trial.order.payload_kg, column)
    side_ms = np.hypot(*(table[f"{way}_ms"] - table[f"wind_{way}_ms"] for way in ("east", "north")))[::2]
    up_ms = (table["up_ms"] - table["wind_up_ms"])[::2]
    watts = [watts_at(column, side, up) for side, up in zip(side_ms.tolist(), up_ms.tolist(), strict=True)]
    return float(np.mean(watts)) * float(table["t_s"][-1]) / 3600


def fit(
    drone: DroneClass, trials: Sequence[Trial], flown: Sequence[Flown], unseen: Sequence[Trial],
    unseen_flown: Sequence[Flown], notes: dict[str, Any],
) -> FittedFlight:  # fmt: skip
    """Return the model fitted to flights, with its errors on the unseen ones.

    Relative errors are least in the square. Coefficients of energy are not negative.

    Args:
        drone: the class.
        trials: those fitted on.
        flown: what they took.
        unseen: those the errors are of.
        unseen_flown: what they took.
        notes: ``as_of``, ``command`` and ``seed`` of the file.
    """
    came = np.array([np.isfinite(one.energy_wh) for one in flown])
    kept = [trial for trial, ok in zip(trials, came, strict=True) if ok]
    took = [one for one, ok in zip(flown, came, strict=True) if ok]
    missions = _missions(kept)
    of = steady_terms(missions, drone)
    last, there = missions.first[1:] - 1, missions.first[:-1] + [trial.target + 1 for trial in kept]
    rows = np.concatenate([there, last])
    seconds = np.array([one.arrive_s for one in took] + [one.duration_s for one in took])
    joules = np.array([one.energy_wh for one in took]) * 3600
    by_time = np.linalg.lstsq(of.time[rows] / seconds[:, None], np.ones(len(rows)), rcond=None)[0]
    by_energy = nnls(of.energy[last] / joules[:, None], np.ones(len(last)))[0]
    ranges = {
        "wind_ms": (0.0, float(np.hypot(*missions.wind_ms.T).max())),
        "payload_kg": (0.0, drone.frame.payload_max_kg.value),
        "density_kg_m3": (float(missions.density_kg_m3.min()), float(missions.density_kg_m3.max())),
        "duration_s": (float(seconds.min()), float(seconds.max())),
    }
    blank = Error(median=0, p95=0, limit=1, within=1)
    model = FittedFlight(
        drone=drone.name, class_hash=drone.content_hash, flights=len(kept), ranges=ranges,
        time=tuple(by_time.tolist()), energy=tuple(by_energy.tolist()),
        unseen=Unseen(flights=1, arrival=blank, duration=blank, energy=blank, energy_in_gusts=blank), **notes,
    )  # fmt: skip
    return model.model_copy(update={"unseen": errors(drone, model, unseen, unseen_flown)})


def errors(drone: DroneClass, model: FittedFlight, trials: Sequence[Trial], flown: Sequence[Flown]) -> Unseen:
    """Return the model's errors on flights; one that did not come home counts as an error beyond every limit."""
    missions = _missions(trials)
    times = flight_times(missions, drone, model)
    there = missions.first[:-1] + [trial.target + 1 for trial in trials]
    took = np.array([(one.arrive_s, one.duration_s, one.energy_wh, one.energy_wh) for one in flown])
    steady = np.array([one.steady_wh for one in flown])
    said = np.column_stack([times.arrive_s[there], times.duration_s, times.energy_wh, steady])
    off = np.nan_to_num(np.abs(said / took - 1.0), nan=1.0)
    return Unseen(
        flights=len(trials), arrival=_error(off[:, 0], ARRIVAL_LIMIT), duration=_error(off[:, 1], ARRIVAL_LIMIT),
        energy=_error(off[:, 2], ENERGY_LIMIT), energy_in_gusts=_error(off[:, 3], ENERGY_LIMIT),
    )  # fmt: skip


def _error(off: NDArray[np.float64], limit: float) -> Error:
    return Error(
        median=float(np.median(off)),
        p95=float(np.quantile(off, 0.95)),
        limit=limit,
        within=float((off <= limit).mean()),
    )


def _missions(trials: Sequence[Trial]) -> Missions:
    return missions_of(
        [trial.order.course() for trial in trials],
        np.array([trial.air.wind_ms for trial in trials]),
        np.array([trial.order.payload_kg for trial in trials]),
        np.array([trial.air.density_kg_m3 for trial in trials]),
    )
