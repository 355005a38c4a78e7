"""A fleet of named teams from a file, put on a city's streets; every fault at once, each by its line."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import shapely

from agents.teams import TeamSpec
from scenarios.drone_file import Drones, read_drones
from scenarios.fleet_schema import FleetFile, TeamsEntry
from scenarios.schema import Scenario
from scenarios.teams import Fleet, derived_posts, duty_windows, make_fleet, neighbours
from twin.checked_yaml import Lines, read_located
from twin.city import City
from twin.errors import Fault, InputError, unknown_name
from twin.records import Service
from twin.streets import StreetGraph

OFF_STREET_M: Final = 300.0
"""A post farther than this from every street that teams can drive on is off the streets (assumed: a large yard)."""

Windows = tuple[tuple[int, int], ...]


def fleet_path(asked: Path | None, scenario: Scenario, scenario_file: Path) -> Path | None:
    """Return the fleet file that is meant: the one asked for, or the scenario's own; None where there is none."""
    if asked is not None:
        return asked
    return scenario_file.parent / scenario.fleet if scenario.fleet is not None else None


def read_fleet_file(path: Path, city: City, graph: StreetGraph, scenario: Scenario) -> tuple[Fleet, list[str]]:
    """Return the fleet of a file with the neighbours of the scenario behind it, its drones, and what is to be said.

    A file that names drones alone leaves the teams to the scenario, by residents.

    How teams of a service turn out, hand over, rest and break down is what the scenario says of that service. An hour
    at which nobody of a service is on duty is told, not refused.

    Raises:
        InputError: not readable or with faults: names that come twice, services of which the scenario says nothing,
            kinds that it does not name, places and districts that the city does not have, posts off the streets or
            outside their district, no team of a service that people call or of a kind that a plan needs.
    """
    asked = f"read the fleet {path.name}"
    file, lines = read_located(path, FleetFile, asked)
    ground = _Ground(city, graph, scenario, lines)
    nodes = [ground.nodes_of(row, entry) for row, entry in enumerate(file.teams)]
    start = scenario.start.replace(tzinfo=ZoneInfo(str(city.manifest["timezone"])))
    drones, of_drones = read_drones(file, lines, city, scenario, start)
    ground.faults += _doubled(file, lines) + _strange(file, scenario, lines) + of_drones
    ground.faults += _lacking(file, scenario, lines) if file.teams else []
    if ground.faults:
        raise InputError(asked, sorted(ground.faults, key=lambda fault: fault.line or 0), path)
    told = _of_drones(file, path, drones)
    if not file.teams:
        fleet = replace(make_fleet(city, graph, scenario), drones=drones)
        return fleet, told + derived_posts(fleet)
    teams: list[TeamSpec] = []
    posts: dict[str, list[int]] = {}
    for entry, at in zip(file.teams, nodes, strict=True):
        duty = _duty(scenario, entry)
        teams += [
            TeamSpec(name, entry.service, at[i % len(at)], entry.kind, duty) for i, name in enumerate(entry.names)
        ]
        mine = posts.setdefault(str(entry.service), [])
        mine += [node for node in at if node not in mine]
    told = [f"the fleet is that of {path.name}, {file.name}: {len(teams)} teams; {file.source}", *told]
    told += _deserted(teams, scenario)
    for service, spec in scenario.teams.items():
        teams += neighbours(city, graph, service, spec)
    return Fleet(teams, [], posts, drones), told


def _of_drones(file: FleetFile, path: Path, drones: Drones | None) -> list[str]:
    if drones is None:
        return []
    docks = len({spec.dock for spec in drones.specs})
    return [
        f"{len(drones.specs)} drones on {docks} docks and {len(drones.patrols)} rounds are those of {path.name}, "
        f"{file.name}; {file.source}; their wind is "
        + ("given" if file.operations.wind is not None else "drawn for the day")
    ]


@dataclass
class _Ground:
    """Finds the posts of entries, and keeps what is wrong with them."""

    city: City
    graph: StreetGraph
    scenario: Scenario
    lines: Lines
    faults: list[Fault] = field(default_factory=list)

    def nodes_of(self, row: int, entry: TeamsEntry) -> list[int]:
        """The nodes where an entry's teams wait in turn; [] with a fault where there is none."""
        home = self._home(row, entry)
        points = self._points(row, entry)
        if home is not None and points:
            inside = [point for point in points if home.covers(point)]
            if not inside:
                self._fault(row, "post", f"{entry.id}: its post lies outside its home district {entry.district}")
            points = inside
        if not points or self._off_street(row, entry, points):
            return []
        at = np.array([(point.x, point.y) for point in points])
        return list(dict.fromkeys(self.graph.nearest_node(at[:, 0], at[:, 1]).tolist()))

    def _home(self, row: int, entry: TeamsEntry) -> shapely.Geometry | None:
        if entry.district is None:
            return None
        named = self.city.districts[self.city.districts["name"] == entry.district]
        if not len(named):
            known = sorted({str(name) for name in self.city.districts["name"]})
            self._fault(row, "district", f"{entry.id}: {unknown_name('district', entry.district, known)}")
            return None
        return named.geometry.iloc[0]

    def _points(self, row: int, entry: TeamsEntry) -> list[shapely.Point]:
        try:
            return [shapely.Point(at) for at in entry.post.stands(self.city)]
        except LookupError as missing:
            self._fault(row, "post", f"{entry.id}: {missing}")
            return []

    def _off_street(self, row: int, entry: TeamsEntry, points: list[shapely.Point]) -> bool:
        """Whether a post that is one point lies off the streets; the city's own places of a kind do not."""
        if len(points) > 1:
            return False
        _, away_m = self._streets.sindex.nearest(points[0], return_all=False, return_distance=True)
        if away_m[0] <= OFF_STREET_M:
            return False
        told = f"{entry.id}: its post is {away_m[0]:,.0f} m from the nearest street that teams can drive on"
        self._fault(row, "post", f"{told}; at most {OFF_STREET_M:g} m would work")
        return True

    @cached_property
    def _streets(self) -> gpd.GeoSeries:
        """The streets of the main component; those that teams can come from and go to."""
        streets = self.city.streets
        there = self.graph.main_component[streets["u"].to_numpy()] & self.graph.main_component[streets["v"].to_numpy()]
        return streets.geometry[there & streets["drive"].to_numpy()]

    def _fault(self, row: int, key: str, what: str) -> None:
        self.faults.append(Fault(what, self.lines("teams", row, key)))


def _doubled(file: FleetFile, lines: Lines) -> list[Fault]:
    first: dict[str, int | None] = {}
    faults = []
    for row, entry in enumerate(file.teams):
        line = lines("teams", row, "id")
        twice = [name for name in entry.names if name in first]
        if twice:
            faults.append(Fault(f"{twice[0]}: there is such a team already, from line {first[twice[0]]}", line))
        first |= {name: line for name in entry.names if name not in first}
    return faults


def _strange(file: FleetFile, scenario: Scenario, lines: Lines) -> list[Fault]:
    """Services of which the scenario says nothing, and kinds that it does not name where it names any."""
    faults = []
    for row, entry in enumerate(file.teams):
        spec = scenario.teams.get(entry.service)
        if spec is None:
            known = ", ".join(scenario.teams)
            told = f"{entry.id}: the scenario {scenario.name} says nothing of the service {entry.service}"
            faults.append(Fault(f"{told}; known there: {known}", lines("teams", row, "service")))
        elif spec.kinds and entry.kind not in spec.kinds:
            told = unknown_name(f"kind of {entry.service} team", entry.kind, sorted(spec.kinds))
            faults.append(Fault(f"{entry.id}: {told}", lines("teams", row, "kind")))
    return faults


def _lacking(file: FleetFile, scenario: Scenario, lines: Lines) -> list[Fault]:
    """What people call for, or a plan needs, and the fleet has not."""
    kinds: dict[Service, list[str]] = {}
    for entry in file.teams:
        kinds.setdefault(entry.service, []).append(entry.kind)
    line = lines("teams")
    silent = [service for service in scenario.demand if service not in kinds]
    faults = [
        Fault(f"no team of {service}, which the scenario {scenario.name} has calls for", line) for service in silent
    ]
    return faults + [Fault(told, line) for _, told in scenario.plan_faults(kinds)]


def _duty(scenario: Scenario, entry: TeamsEntry) -> Windows | None:
    if not entry.shifts:
        return None
    windows = [w for shift in entry.shifts for w in duty_windows(scenario.start, scenario.duration_ms, shift)]
    return _merged(windows)


def _merged(windows: list[tuple[int, int]]) -> Windows:
    """Ascending, and without overlaps."""
    merged: list[tuple[int, int]] = []
    for on, off in sorted(windows):
        if merged and on <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(off, merged[-1][1]))
        else:
            merged.append((on, off))
    return tuple(merged)


def _deserted(teams: list[TeamSpec], scenario: Scenario) -> list[str]:
    """When nobody of a service is on duty, in sentences."""
    told = []
    for service in dict.fromkeys(team.service for team in teams):
        duties = [team.duty_ms for team in teams if team.service == service]
        if any(duty is None for duty in duties):
            continue
        windows = _merged([window for duty in duties if duty for window in duty])
        ends = [0, *(off for _, off in windows)]
        begins = [*(on for on, _ in windows), scenario.duration_ms]
        gaps = [
            f"{_clock(scenario.start, max(off, 0))} to {_clock(scenario.start, min(on, scenario.duration_ms))}"
            for off, on in zip(ends, begins, strict=True)
            if off < min(on, scenario.duration_ms)
        ]
        if gaps:
            told.append(f"nobody of {service} is on duty from {', '.join(gaps)}")
    return told


def _clock(start: datetime, t_ms: int) -> str:
    return f"{start + timedelta(milliseconds=t_ms):%d.%m. %H:%M}"
