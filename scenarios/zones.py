"""A scenario in a region of zones: demand by the region's table, teams at the posts it names."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.teams import TeamSpec
from scenarios.demand import YEAR_H
from scenarios.places import Spots
from scenarios.schema import Scenario, ServiceDemand, Sourced
from scenarios.schema_response import NeedSpec
from scenarios.teams import Fleet
from twin.errors import Fault, InputError
from twin.records import Service
from twin.region import MatrixRegion

REGIONS: Final = Path(__file__).parent / "regions"
"""Regions that come with the project, a folder each."""


class ZoneSpots:
    """The zones as the only places where anything happens, in the way of :class:`scenarios.places.CitySpots`."""

    def __init__(self, region: MatrixRegion) -> None:
        self._region = region

    def of(self, where: str) -> Spots:
        """Return the zones, whatever kind of place is asked for; how likely each is depends on the service."""
        n = len(self._region.zone)
        return Spots(self._region.xy_m, self._region.xy_m, np.ones(n), np.arange(n))

    def unevenness(self, service: str, cv: float) -> NDArray[np.float64]:
        """Return the weight of each zone, mean 1: its requests an hour, or its residents where none are given."""
        rate = self._region.rate_per_h.get(Service(service))
        weight = np.asarray(self._region.residents if rate is None or not rate.sum() else rate, dtype=np.float64)
        return np.append(weight / weight.mean(), 1.0)


def zone_scenario(scenario: Scenario, region: MatrixRegion) -> Scenario:
    """Return the scenario with its rates as the region gives them; the mix of categories stays.

    A service whose requests an hour the region names is scaled to them: incidents that people report, false calls
    among them, arrive at that mean rate over the hours of the day. A service that the region names no team of is left
    out with its demand, and so is what has a place in a city: what is put before cameras, surges and injects. Teams
    are of the kinds that the region names; where it names none of those that a plan asks for, any will do.

    Raises:
        InputError: no service of the scenario has a team, or a service with teams has no turnout in the scenario.
    """
    served = {post.service for post in region.posts if post.teams}
    strange = sorted(served - set(scenario.teams))
    kept = {service: demand for service, demand in scenario.demand.items() if service in served}
    faults = (
        [Fault(f"posts.csv names teams of {', '.join(strange)}, of which the scenario says nothing")] if strange else []
    )
    if not kept:
        faults.append(
            Fault(f"the region has no team of a service that the scenario has demand on: {', '.join(scenario.demand)}")
        )
    if faults:
        raise InputError(f"run {scenario.name} in the region {region.name}", faults)
    demand = {service: _scaled(kept[service], service, region) for service in kept}
    teams = {service: spec for service, spec in scenario.teams.items() if service in served}
    return scenario.model_copy(
        update={
            "demand": demand,
            "teams": teams,
            "spotlights": scenario.spotlights.model_copy(update={"incidents": []}),
            "plans": {
                name: [_of_kinds(need, region) for need in needs if need.service in served]
                for name, needs in scenario.plans.items()
            },
            "overload": [rule for rule in scenario.overload if rule.service in served],
            "surges": [],
            "injects": [],
        }
    )


def _scaled(demand: ServiceDemand, service: Service, region: MatrixRegion) -> ServiceDemand:
    rate = region.rate_per_h.get(service)
    if rate is None or not rate.sum():
        return demand
    reported = {name: category for name, category in demand.categories.items() if category.callers}
    per_1000 = {name: category.per_1000_residents_year.value for name, category in reported.items()}
    calls = sum(per_1000[name] * category.callers for name, category in reported.items())
    false = demand.false_calls.value
    incidents_per_h = float(rate.sum()) / (1 + calls / sum(per_1000.values()) * false / (1 - false))
    factor = incidents_per_h * YEAR_H * 1000 / float(region.residents.sum()) / sum(per_1000.values())
    source = f"{float(rate.sum()):g} requests an hour, zones.csv ({region.source}); by the scenario's mix"
    categories = {
        name: category.model_copy(
            update={"per_1000_residents_year": Sourced(value=factor * per_1000[name], source=source)}
        )
        for name, category in reported.items()
    }
    return demand.model_copy(update={"categories": categories})


def _of_kinds(need: NeedSpec, region: MatrixRegion) -> NeedSpec:
    there = {post.kind for post in region.posts if post.service == need.service and post.teams}
    return need if there & set(need.kinds) else need.model_copy(update={"kinds": []})


def zone_teams(region: MatrixRegion) -> Fleet:
    """Return the teams that the region names, numbered by service in the order of its posts."""
    teams: list[TeamSpec] = []
    count: dict[Service, int] = {}
    for post in region.posts:
        for _ in range(post.teams):
            count[post.service] = count.get(post.service, 0) + 1
            teams.append(TeamSpec(f"{post.service}-{count[post.service]:02d}", post.service, post.zone, post.kind))
    posts: dict[str, list[int]] = {}
    for post in region.posts:
        posts.setdefault(str(post.service), []).append(post.zone)
    return Fleet(teams, [], posts)
