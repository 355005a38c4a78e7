"""What a scenario does to its run from outside: injects and surges, as the world and the streets take them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from pyproj import Transformer

from agents.injects import (
    Announcement,
    CamerasFail,
    DroneFails,
    Inject,
    NewIncident,
    PolicyChange,
    StaffChange,
    TeamBreakdown,
)
from agents.policy_lookup import find_policy
from agents.teams import TeamSpec
from scenarios.origins import Origins
from scenarios.places import NearestNode
from scenarios.schema import Category, Scenario
from scenarios.schema_parts import PlaceSpec
from scenarios.schema_response import (
    CameraInject,
    ClosureInject,
    DroneInject,
    IncidentInject,
    InjectSpec,
    StaffInject,
    TeamInject,
)
from sensors.cameras import CameraFleet
from twin.city import City
from twin.errors import Fault, InputError, unknown_name
from twin.overlays import Overlay, SlowZone
from twin.records import Call, Channel, Incident, Service, Visual
from twin.streams import stream

MINUTE_MS = 60_000


@dataclass(frozen=True)
class Doings:
    """What is done to a run.

    Attributes:
        injects: for the world, by time.
        overlays: closures and slow zones, for the travel times.
    """

    injects: Sequence[Inject] = ()
    overlays: Sequence[Overlay] = ()


@dataclass
class _Build:
    city: City
    graph: NearestNode
    scenario: Scenario
    seed: int
    teams: set[str]
    drones: set[str]
    cameras: CameraFleet
    faults: list[Fault] = field(default_factory=list)


def build_doings(
    city: City, graph: NearestNode, scenario: Scenario, seed: int, teams: Sequence[TeamSpec], cameras: CameraFleet,
    origins: Origins | None = None, drones: Collection[str] = (),
) -> Doings:  # fmt: skip
    """Return what the scenario does to its run.

    Args:
        city: whose places and streets are meant.
        graph: puts incidents on nodes.
        scenario: with its injects and surges.
        seed: the run's seed.
        teams: of the run.
        cameras: of the run.
        origins: says where each inject was read from, so that faults name their file and line.
        drones: names of those of the run.

    Raises:
        InputError: places outside the city or unknown, unknown teams, cameras, data centres or policies; all of them.
    """
    build = _Build(city, graph, scenario, seed, {team.id for team in teams}, set(drones), cameras)
    injects: list[Inject] = []
    overlays: list[Overlay] = []
    faults: list[Fault] = []
    for number, spec in enumerate(scenario.injects):
        build.faults.clear()
        made, over = _made(build, spec, number, f"inject {number + 1} ({spec.inject})")
        injects += made
        overlays += over
        source, line = origins.of(number) if origins and build.faults else (None, None)
        faults += [Fault(fault.what, line, source) for fault in build.faults]
    for number, surge in enumerate(scenario.surges):
        build.faults.clear()
        if surge.centre is not None:
            place_of(city, surge.centre, f"the surge {surge.name}", build.faults)
        source, line = origins.of(number, "surges") if origins and build.faults else (None, None)
        faults += [Fault(fault.what, line, source) for fault in build.faults]
        expected = round(surge.expected(city.residents), 2)
        about = {"name": surge.name, "incidents": expected, "until_s": 60 * surge.until_min}
        injects.append(Announcement(round(surge.from_min * MINUTE_MS), "surge", about))
    if faults:
        raise InputError(f"do what the scenario {scenario.name} injects", faults)
    return Doings(sorted(injects, key=lambda inject: inject.t_ms), overlays)


def _made(build: _Build, spec: InjectSpec, number: int, where: str) -> tuple[list[Inject], list[Overlay]]:
    """One inject, and what it lays over the streets; what is wrong with it is added to the faults."""
    at_ms = round(spec.at_min * MINUTE_MS)
    if isinstance(spec, IncidentInject):
        return _incident(build, spec, number, at_ms, where), []
    if isinstance(spec, ClosureInject):
        about = {"name": spec.name, "until_s": 60 * spec.until_min}
        return [Announcement(at_ms, spec.inject, about)], _overlay(build, spec, at_ms, where)
    if isinstance(spec, CameraInject):
        return [_failure(build, spec, build.cameras, at_ms, where)], []
    if isinstance(spec, TeamInject):
        if spec.team not in build.teams:
            build.faults.append(Fault(f"{where}: {unknown_name('team', spec.team, sorted(build.teams))[:300]}"))
        return [TeamBreakdown(at_ms, spec.team, round(spec.repair_min * MINUTE_MS))], []
    if isinstance(spec, DroneInject):
        if spec.drone not in build.drones:
            build.faults.append(Fault(f"{where}: {unknown_name('drone', spec.drone, sorted(build.drones))[:300]}"))
        return [DroneFails(at_ms, spec.drone, spec.what)], []
    if isinstance(spec, StaffInject):
        desks = ["phones", "verifiers", *build.scenario.centre.own_desks]
        if spec.desk not in desks:
            told = f"{spec.desk} has no desk of its own in this scenario; there are: {', '.join(desks)}"
            build.faults.append(Fault(f"{where}: {told}"))
        return [StaffChange(at_ms, spec.desk, spec.staff)], []
    try:
        return [PolicyChange(at_ms, find_policy(spec.policy))], []
    except InputError as refused:
        build.faults += [Fault(f"{where}: {fault.what}") for fault in refused.faults]
        return [], []


def place_of(city: City, place: PlaceSpec, where: str, faults: list[Fault]) -> tuple[float, float] | None:
    """Return a place in city metres; a fault is added and None returned where it is unknown or outside the city."""
    if place.place is not None:
        named = city.places[city.places["name"] == place.place]
        if not len(named):
            names = sorted({str(name) for name in city.places["name"] if name})
            faults.append(Fault(f"{where}: {unknown_name('place', place.place, names)[:300]}"))
            return None
        point = named.geometry.iloc[0].representative_point()
        return round(float(point.x), 2), round(float(point.y), 2)
    to_city = Transformer.from_crs("EPSG:4326", city.crs, always_xy=True)
    x_m, y_m = to_city.transform(place.lon, place.lat)
    west, south, east, north = city.bounds_m
    if not (west <= x_m <= east and south <= y_m <= north):
        faults.append(Fault(f"{where}: {place.lat:g} N, {place.lon:g} E lies outside the city {city.name}"))
        return None
    return round(float(x_m), 2), round(float(y_m), 2)


def category_of(scenario: Scenario, name: str) -> tuple[Service, Category] | None:
    """Return a category with its service, None where the demand has none of that name."""
    for service, demand in scenario.demand.items():
        if name in demand.categories:
            return service, demand.categories[name]
    return None


def _incident(build: _Build, spec: IncidentInject, number: int, at_ms: int, where: str) -> list[Inject]:
    found, at = category_of(build.scenario, spec.category), place_of(build.city, spec.at, where, build.faults)
    if found is None or at is None:
        return []
    service, category = found
    priority, node = spec.priority or category.priority, int(build.graph.nearest_node(*map(np.array, at)))
    on_scene = (spec.on_scene or category.on_scene).duration().one_ms(build.seed, "on_scene/inject", number)
    incident = Incident(
        -1, at_ms, service, spec.category, priority, node, *at, Visual.NONE, 0, on_scene, spec.transport,
        scripted=True, injured=spec.injured, level=spec.level,
    )  # fmt: skip
    rng = stream(build.seed, "inject", str(number))
    first = at_ms + spec.notice.duration().one_ms(build.seed, "notice/inject", number)
    callers = 0 if spec.callers == 0 else 1 + int(rng.poisson(spec.callers - 1))
    later = np.rint(rng.exponential(max(first - at_ms, 1), max(callers - 1, 0))).astype(int)
    times = sorted([first, *(first + later).tolist()])[:callers]
    calls = [
        Call(-1, int(t_ms), Channel.PHONE, -1, service, spec.category, priority, node, *at, on_scene) for t_ms in times
    ]
    return [NewIncident(at_ms, incident, calls)]


def _overlay(build: _Build, spec: ClosureInject, at_ms: int, where: str) -> list[Overlay]:
    until_ms = round(spec.until_min * MINUTE_MS)
    at = place_of(build.city, spec.at, where, build.faults) if spec.at is not None else None
    if until_ms <= at_ms:
        build.faults.append(Fault(f"{where}: ends at minute {spec.until_min:g}, before it begins at {spec.at_min:g}"))
    if build.faults:
        return []
    area = shapely.Point(at).buffer(spec.radius_m) if at is not None else shapely.box(*build.city.bounds_m)
    if spec.inject == "slow_zone":
        return [Overlay(spec.name, (), (SlowZone(spec.factor, area=area),), at_ms, until_ms)]
    inside = build.city.streets.geometry.interpolate(0.5, normalized=True).intersects(area).to_numpy()
    return [Overlay(spec.name, tuple(np.flatnonzero(inside).tolist()), (), at_ms, until_ms)]


def _failure(build: _Build, spec: CameraInject, cameras: CameraFleet, at_ms: int, where: str) -> CamerasFail:
    ids = {str(name) for name in cameras.id}
    strange = sorted(set(spec.cameras) - ids)
    if strange:
        build.faults.append(Fault(f"{where}: there is no camera {', '.join(strange[:10])}"))
    failing = set(spec.cameras)
    if spec.data_centre is not None:
        failing |= {str(name) for name in cameras.id[cameras.data_centre == spec.data_centre]}
        if not (cameras.data_centre == spec.data_centre).any():
            known = sorted({str(name) for name in cameras.data_centre if name})
            build.faults.append(Fault(f"{where}: {unknown_name('data centre', spec.data_centre, known)}"))
    if not spec.cameras and spec.data_centre is None:
        build.faults.append(Fault(f"{where}: name cameras, or a data centre"))
    return CamerasFail(at_ms, round(spec.until_min * MINUTE_MS), frozenset(failing), spec.data_centre or "")
