"""Small skies over small towns: a town of blocks, a dock in a corner, still air, and short ways to live and read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import shapely

from agents.drones.air import DayAir, steady_wind
from agents.drones.craft import DroneSpec
from agents.drones.seeing import Seer
from agents.drones.settings import Operations
from agents.drones.sky_ways import SkyWays
from agents.drones.squadron import Squadron
from agents.policies.closest import Closest
from agents.policies.drone_parts import DroneFirst
from agents.policies.with_drones import WithDrones
from agents.world import World
from sensors.alarms import load_alarm_rules
from sensors.fitted import load_fitted
from tests.agents import lives
from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.airspace import AirSpace, Zone, load_rules
from twin.city.heights import heights_of
from twin.records import Event, Kind, Service, Visual
from twin.streets import StreetGraph
from twin.travel import SearchedTravel

COLUMNS = 21
VISIBLE = frozenset({"fall", "cardiac", "person_lying", "none"})


@cache
def town():
    """2 km by 2 km of blocks of 100 m, houses of 12 m."""
    return grid_town(columns=COLUMNS, rows=COLUMNS)


@cache
def travel():
    return SearchedTravel(StreetGraph.of(town()))


@cache
def town_heights():
    return heights_of(town(), 1.0)


@cache
def ways(red: tuple[tuple[float, float, float], ...] = (), routes: str = "straight") -> SkyWays:
    """The sky over it; red discs by x and y from its south-west corner, and radius."""
    zones = [
        Zone(f"red {i}", "red", shapely.Point(WEST_M + x, SOUTH_M + y).buffer(r), 0.0)
        for i, (x, y, r) in enumerate(red)
    ]
    return SkyWays(town(), AirSpace(tuple(zones), load_rules()), routes)


def drone(id: str = "D-1", x_m: float = 50.0, y_m: float = 50.0, **changes: Any) -> DroneSpec:
    """A dock quad on a roof of 12 m, where its town's corner is 0, 0."""
    made = DroneSpec(id, f"dock {id[:3]}", WEST_M + x_m, SOUTH_M + y_m, 12.0, "dock_quad")
    return replace(made, **changes)


def squadron(specs: Sequence[DroneSpec], **changes: Any) -> Squadron:
    wind = changes.pop("wind", (0.0, 0.0))
    air = DayAir(steady_wind(*wind), changes.pop("weather", "clear"), 10_000.0, 20.0, load_rules())
    seer = Seer(town_heights(), load_fitted(), load_alarm_rules(), lambda t_ms: ("day", "clear"), 1)
    sky = changes.pop("ways", None) or ways(changes.pop("red", ()))
    work = replace(Operations(), **{k: changes.pop(k) for k in list(changes) if hasattr(Operations, k)})
    made = Squadron(specs, work, sky, changes.pop("air", air), seer, lambda x, y: 0, town(), visible=VISIBLE)
    return replace(made, **changes)


def place(node: int) -> tuple[float, float]:
    return WEST_M + 100.0 * (node % COLUMNS), SOUTH_M + 100.0 * (node // COLUMNS)


def lying(id: int, t_s: float, node: int, **changes: Any):
    """Somebody who lies in the street for an hour, injured nobody, 10 minutes of work."""
    x_m, y_m = place(node)
    made = lives.incident(
        id, t_s, 0, category="fall", visual=Visual.PERSON_LYING, visible_ms=3_600_000, on_scene_ms=600_000,
        x_m=x_m, y_m=y_m,
    )  # fmt: skip
    return replace(made, **({"node": node} | changes))


def call(id: int, t_s: float, about, node: int = 0, **changes: Any):
    """A call about it, or a false one from a node."""
    at = about.node if about else node
    x_m, y_m = place(at)
    made = lives.call(id, t_s, None, 0, category="fall", on_scene_ms=600_000)
    made = replace(made, incident_id=about.id if about else None, node=at, x_m=x_m, y_m=y_m)
    return replace(made, **changes)


def live(fleet: Squadron | None, incidents=(), calls=(), teams=(), part=None, **changes: Any) -> World:
    """Live three hours over the town."""
    policy = WithDrones(Closest(), part or DroneFirst())
    rest = {"travel": travel(), "duration_ms": 10_800_000, "policy": policy, "squadron": fleet}
    return lives.live(incidents, calls, teams, **(rest | changes))


def flown(world: World) -> list[Event]:
    return [event for event in world.log if str(event.kind).startswith("drone_")]


def told(world: World, kind: Kind) -> list[dict[str, Any]]:
    return [lives.detail(event) for event in lives.events(world, kind)]


POLICE = Service.POLICE
FAR = COLUMNS * COLUMNS - 1
"""The node in the north-east corner, about 2.8 km from the dock."""
STILL = np.zeros(2)
