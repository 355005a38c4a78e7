"""Everything docks and patrols are planned from: city, sky, drone, and what is expected where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from agents.drones.sky_ways import SkyWays
from agents.flight.drone_class import DroneClass, drone_class
from agents.flight.fitted import FittedFlight, load_fitted
from scenarios.expected import ExpectedRequests
from scenarios.places import CitySpots
from scenarios.rates import HOUR_MS
from scenarios.read import read_scenario
from scenarios.schema import Scenario
from twin.airspace import air_space
from twin.city import City
from twin.city.resolve import open_city
from twin.errors import Fault, InputError, unknown_name
from twin.speeds import speed_profile
from twin.streets import StreetGraph

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Demand:
    """Requests expected while a scenario lasts.

    Attributes:
        xy_m: (m, 2) places.
        weight: (m,) requests.
    """

    xy_m: Floats
    weight: Floats


@dataclass(frozen=True, eq=False)
class DroneInputs:
    """What a plan of drones is made from."""

    city: City
    ways: SkyWays
    drone: DroneClass
    fitted: FittedFlight
    scenario: Scenario


def inputs_of(city: str | None, drone: str, scenario: str, wind_ms: float, faults: Sequence[str]) -> DroneInputs:
    """Open and check what a plan is made from; ``faults`` are those found before.

    Raises:
        InputError: any of it is missing or wrong; all faults at once.
    """
    found = [Fault(what) for what in faults]
    kind, fitted, asked = None, None, None
    try:
        kind = drone_class(drone)
        fitted = load_fitted(drone)
        most = min(kind.limits.wind_ms.value, fitted.ranges["wind_ms"][1])
        if wind_ms > most:
            found.append(Fault(f"--wind {wind_ms:g}: {drone} is planned for winds up to {most:.1f} m/s"))
    except InputError as wrong:
        found += list(wrong.faults)
    try:
        asked = read_scenario(scenario)
    except InputError as wrong:
        found += [Fault(f.what, f.line, f.source or wrong.source) for f in wrong.faults]
    try:
        opened = open_city(city)
    except InputError as wrong:
        found += list(wrong.faults)
    if found or kind is None or fitted is None or asked is None:
        raise InputError("plan for drones", found)
    return DroneInputs(opened, SkyWays(opened, air_space(opened)), kind, fitted, asked)


def demand_of(inputs: DroneInputs, services: Sequence[str], places: int) -> Demand:
    """Return the requests that a scenario expects from its first to its last hour, by place.

    Args:
        inputs: city and scenario.
        services: whose; none for all.
        places: told apart at most.

    Raises:
        InputError: the scenario knows no such service, or expects nothing.
    """
    known = [str(service) for service in inputs.scenario.demand]
    wrong = [name for name in services if name not in known]
    if wrong:
        raise InputError("plan for drones", [Fault(unknown_name("service", name, known)) for name in wrong])
    graph = StreetGraph.of(inputs.city, speed_profile("blue_light"))
    expected = ExpectedRequests(inputs.city, graph, inputs.scenario, CitySpots(inputs.city), places)
    weight = np.zeros(len(expected.node))
    ends = [*range(0, inputs.scenario.duration_ms, HOUR_MS), inputs.scenario.duration_ms]
    for begin, end in pairwise(ends):
        rates = expected.at(begin).rate_per_h
        for service in services or known:
            weight += rates[service] * (end - begin) / HOUR_MS
    if not weight.sum() > 0:
        raise InputError("plan for drones", f"{inputs.scenario.name} expects no requests of these services")
    xy_m = shapely.get_coordinates(inputs.city.nodes.geometry.to_numpy())[expected.node]
    return Demand(xy_m, weight)
