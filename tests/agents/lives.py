"""Small days in small towns, and short ways to live them and to read the log."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from agents.policies.closest import Closest
from agents.settings import CentreSettings, Duration, ResponseSettings, SameForAll, ServiceSettings
from agents.teams import TeamSpec
from agents.world import World
from sensors.source import Report
from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.log import EventLog
from twin.records import Alarm, Call, Channel, Event, Incident, Kind, Service, Visual
from twin.streets import StreetGraph
from twin.travel import SearchedTravel

START = datetime(2026, 5, 15, 18, 0, tzinfo=ZoneInfo("Asia/Tashkent"))
AMBULANCE = Service.AMBULANCE


def constant(mean_s: float) -> Duration:
    return Duration(mean_s, kind="constant")


@cache
def line(nodes: int = 11) -> StreetGraph:
    """A street of 100 m blocks at 36 km/h: node i is 10 s from node i + 1. (A second, useless street runs beside.)"""
    return StreetGraph.of(grid_town(columns=nodes, rows=2))


@cache
def grid(side: int = 6) -> StreetGraph:
    return StreetGraph.of(grid_town(columns=side, rows=side))


def settings(**changes: Any) -> ResponseSettings:
    """Answer 2 s, process 3 s, turnout 5 s, hand-over 60 s, 20 s to find nothing, 30 s to verify; joins are off."""
    centre = CentreSettings(
        operators=10, answer=constant(2), process=constant(3), verifiers=1, join_radius_m=50.0, join_window_s=0.0
    )
    centre = replace(centre, **{key: changes.pop(key) for key in list(changes) if hasattr(centre, key)})
    times = {"turnout": constant(5), "handover": constant(60), "nothing_found": constant(20)}
    times |= {key: changes.pop(key) for key in list(changes) if key in times}
    verdict = {"p_dismissed_true": 0.0, "p_dismissed_false": 0.0} | changes
    services = {service: ServiceSettings(service, **times) for service in Service}
    return ResponseSettings(centre, services, SameForAll(constant(30), **verdict))


def incident(id: int, t_s: float, node: int, **changes: Any) -> Incident:
    """An ambulance incident of priority 2 with 20 s of work, nobody carried away."""
    made = Incident(
        id, round(1000 * t_s), AMBULANCE, "cardiac", 2, node, *place(node), Visual.NONE, 0, 20_000, transport=False
    )
    return replace(made, **changes)


def call(id: int, t_s: float, about: Incident | None, node: int = 0, **changes: Any) -> Call:
    """A phone call about an incident, or a false one from a node where a team loses 40 s."""
    node = about.node if about else node
    made = Call(
        id, round(1000 * t_s), Channel.PHONE, about.id if about else None,
        about.service if about else AMBULANCE, about.category if about else "none", about.priority if about else 2,
        node, *place(node), on_scene_ms=about.on_scene_ms if about else 40_000,
    )  # fmt: skip
    return replace(made, **changes)


def alarm(t_s: float, about: Incident | None, node: int = 0, **changes: Any) -> Alarm:
    node = about.node if about else node
    made = Alarm(
        -1, round(1000 * t_s), "C-1", "person_lying", AMBULANCE, "cardiac", 2, node, *place(node),
        about.id if about else None,
    )  # fmt: skip
    return replace(made, **changes)


def place(node: int, columns: int = 11) -> tuple[float, float]:
    return WEST_M + 100.0 * (node % columns), SOUTH_M + 100.0 * (node // columns)


class Told:
    """A source that says at given wakes what it was told to say; a wake a second before each alarm."""

    name = "told"

    def __init__(self, alarms: Sequence[Alarm], early_ms: int = 1000) -> None:
        self.alarms, self.early_ms = sorted(alarms, key=lambda a: a.t_ms), early_ms
        self.asked: list[int] = []

    def wakes_ms(self) -> list[int]:
        return sorted({a.t_ms - self.early_ms for a in self.alarms})

    def look(self, t_ms: int) -> Report:
        self.asked.append(t_ms)
        return Report([], [a for a in self.alarms if a.t_ms - self.early_ms == t_ms])


def live(
    incidents: Sequence[Incident] = (), calls: Sequence[Call] = (), teams: Sequence[TeamSpec] = (), **changes: Any
) -> World:
    """Live an hour on the line and return the world."""
    rest = {"travel": SearchedTravel(line()), "start": START, "duration_ms": 3_600_000, "seed": 1, "hospitals": (),
            "settings": settings(), "policy": Closest(), "sources": (), "log": EventLog()}  # fmt: skip
    world = World(incidents=incidents, calls=calls, teams=teams, **(rest | changes))
    world.run()
    return world


def team(id: str, post_node: int, service: str = AMBULANCE) -> TeamSpec:
    return TeamSpec(id, service, post_node)


def story(world: World, *kinds: Kind) -> list[tuple[float, str, int | None]]:
    """Seconds, kind and incident of the events, all but the frame, endings and decisions, or some kinds."""
    left_out = {Kind.RUN_STARTED, Kind.RUN_ENDED, Kind.DECISION, Kind.ENDED}
    return [
        (e.t_ms / 1000, str(e.kind), e.incident_id)
        for e in world.log
        if (e.kind in kinds if kinds else e.kind not in left_out)
    ]


def events(world: World, kind: Kind) -> list[Event]:
    return [event for event in world.log if event.kind is kind]


def detail(event: Event) -> dict[str, Any]:
    return json.loads(event.detail)
