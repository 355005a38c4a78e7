"""The teams of a scenario in a city: how many for its residents, and at which posts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import numpy as np

from agents.teams import TeamSpec
from scenarios.drone_file import Drones
from scenarios.places import NearestNode
from scenarios.posts import Posts, find_posts
from scenarios.schema import Scenario, ServiceTeams
from scenarios.schema_parts import ShiftTimes
from twin.city import City
from twin.records import Service
from twin.streets import StreetGraph

DAY_MS: Final = 86_400_000


@dataclass(frozen=True)
class Fleet:
    """All teams, which services wait at derived posts, all posts of each service, and drones where there are any."""

    teams: list[TeamSpec]
    derived: list[str]
    posts: dict[str, list[int]] = field(default_factory=dict)
    drones: Drones | None = None


def derived_posts(fleet: Fleet) -> list[str]:
    """Return what is to be said of services that wait at derived posts."""
    return [f"posts of {service} were derived: the city names none" for service in fleet.derived]


def make_fleet(city: City, graph: StreetGraph, scenario: Scenario) -> Fleet:
    """Return each service's teams, dealt round its posts in turn; at least one team a service.

    Kinds and shifts are dealt by their shares, so that each post has its part of both.
    """
    teams: list[TeamSpec] = []
    derived: list[str] = []
    where: dict[str, list[int]] = {}
    for service, spec in scenario.teams.items():
        hundred_thousands = city.residents / 100_000
        count = max(1, round(spec.per_100k_residents.value * hundred_thousands))
        posts = find_posts(
            city, graph, spec.posts, min(count, round(spec.posts_per_100k_residents * hundred_thousands))
        )
        kinds, duty = _kinds(spec, count), _duties(scenario, spec, count)
        teams += [
            TeamSpec(f"{service}-{i + 1:02d}", service, node, kinds[i], duty[i])
            for i, node in enumerate(_dealt(posts, count))
        ]
        teams += neighbours(city, graph, service, spec)
        where[str(service)] = posts.node.tolist()
        derived += [service] if posts.inferred else []
    return Fleet(teams, derived, where)


def neighbours(city: City, graph: NearestNode, service: Service, spec: ServiceTeams) -> list[TeamSpec]:
    """Return the teams that neighbours can send, each where it comes in."""
    return [
        TeamSpec(f"{service}-aid-{i + 1:02d}", service, node, spec.mutual_aid_kind, outside=True)
        for i, node in enumerate(edge_nodes(city, graph, spec.mutual_aid))
    ]


def edge_nodes(city: City, graph: NearestNode, count: int) -> list[int]:
    """Return where ``count`` teams from outside come in: junctions at the city's edge, round about it."""
    if not count:
        return []
    west, south, east, north = city.bounds_m
    angle = 2 * np.pi * np.arange(count) / count
    x_m = (west + east) / 2 + (east - west) / 2 * np.cos(angle)
    y_m = (south + north) / 2 + (north - south) / 2 * np.sin(angle)
    nodes: list[int] = np.atleast_1d(graph.nearest_node(x_m, y_m)).tolist()
    return nodes


def _kinds(spec: ServiceTeams, count: int) -> list[str]:
    """Kinds by their shares; every kind that has a share comes at least once while there are teams."""
    return dealt_by_share(spec.kinds, count) if spec.kinds else [""] * count


def dealt_by_share(shares: Mapping[str, float], count: int) -> list[str]:
    """Deal names so that after any number of them each has had its share, within one.

    >>> dealt_by_share({"a": 0.75, "b": 0.25}, 8)
    ['a', 'b', 'a', 'a', 'a', 'a', 'b', 'a']
    """
    total = sum(shares.values())
    given = dict.fromkeys(shares, 0)
    names = []
    for nth in range(1, count + 1):
        name = max(shares, key=lambda name: nth * shares[name] / total - given[name] + (not given[name]) * 0.5)
        given[name] += 1
        names.append(name)
    return names


def _duties(scenario: Scenario, spec: ServiceTeams, count: int) -> list[tuple[tuple[int, int], ...] | None]:
    if not spec.shifts:
        return [None] * count
    shares = {str(number): shift.share for number, shift in enumerate(spec.shifts)}
    windows = [duty_windows(scenario.start, scenario.duration_ms, shift) for shift in spec.shifts]
    return [windows[int(number)] for number in dealt_by_share(shares, count)]


def duty_windows(start: datetime, duration_ms: int, shift: ShiftTimes) -> tuple[tuple[int, int], ...]:
    """Return when a shift's teams are on duty, in ms from the scenario's start; from the evening before on."""
    begins, ends = _minutes(shift.start), _minutes(shift.until)
    length_ms = ((ends - begins - 1) % (24 * 60) + 1) * 60_000
    midnight_ms = -round(1000 * (start - start.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds())
    days = range(-1, duration_ms // DAY_MS + 2)
    since = [midnight_ms + day * DAY_MS + begins * 60_000 for day in days]
    return tuple((on, on + length_ms) for on in since if on + length_ms > 0 and on < duration_ms)


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return 60 * int(hours) + int(minutes)


def _dealt(posts: Posts, count: int) -> list[int]:
    """Spread over the posts, every post once before any twice; with fewer teams than posts, evenly along the list."""
    n = len(posts.node)
    if count >= n:
        return [int(posts.node[i % n]) for i in range(count)]
    return [int(posts.node[i * n // count]) for i in range(count)]
