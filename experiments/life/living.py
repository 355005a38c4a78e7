"""Assembled parts become a world that can be lived through; runs, trials and branches all come this way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from agents.drones.seeing import Seer
from agents.drones.squadron import Squadron
from agents.world import World
from experiments.footage.sky import SkyOver
from experiments.life.assemble import Assembly
from scenarios.false_alarms import rates_of
from sensors.fitted_source import FittedSource
from sensors.source import SightingSource
from twin.log import EventLog


class Spotlights(SightingSource, Protocol):
    """A source that speaks for some cameras of the fleet alone."""

    @property
    def camera_ids(self) -> Sequence[str]:
        """The cameras it speaks for."""
        ...


def make_world(parts: Assembly, sources: Sequence[SightingSource], log: EventLog) -> World:
    """Put the parts of a run into a world; nothing happens yet."""
    return World(
        travel=parts.travel,
        start=parts.start,
        duration_ms=parts.scenario.duration_ms,
        seed=parts.request.seed,
        incidents=parts.day.incidents,
        calls=parts.day.calls,
        teams=parts.teams,
        hospitals=parts.hospitals,
        settings=parts.settings,
        policy=parts.policy,
        sources=sources,
        log=log,
        scenario=parts.scenario.name,
        injects=parts.doings.injects,
        known=parts.known,
        squadron=squadron_of(parts),
    )


def squadron_of(parts: Assembly) -> Squadron | None:
    """Return the drones of a run in the air of its day, None where there are none."""
    drones = parts.drones
    if drones is None:
        return None
    sky = SkyOver(parts.city, parts.start, parts.scenario.weather)
    rates = rates_of(parts.scenario.cameras.false_alarms)
    seer = Seer(parts.heights, parts.model, parts.rules, sky.light_at, parts.request.seed, rates)
    air = drones.air(parts.scenario, parts.start, parts.request.seed)

    def nearest_node(x_m: float, y_m: float) -> int:
        return int(np.asarray(parts.graph.nearest_node(np.array(x_m), np.array(y_m))))

    return Squadron(
        drones.specs, drones.operations, drones.ways, air, seer, nearest_node, parts.city, drones.patrols,
        drones.visible,
    )  # fmt: skip


def sources_of(parts: Assembly, spotlights: Spotlights | None = None) -> list[SightingSource]:
    """Return the fitted source of all cameras, or of all but those another source speaks for, and that one."""
    sky = SkyOver(parts.city, parts.start, parts.scenario.weather)
    fitted = FittedSource(
        fleet=parts.fleet,
        heights=parts.heights,
        incidents=parts.day.incidents,
        model=parts.model,
        rules=parts.rules,
        light_at=sky.light_at,
        duration_ms=parts.scenario.duration_ms,
        seed=parts.request.seed,
        false_alarms=rates_of(parts.scenario.cameras.false_alarms),
        skip_camera_ids=spotlights.camera_ids if spotlights is not None else (),
        nearest_node=parts.graph.nearest_node,
        load=parts.load,
    )
    return [fitted] if spotlights is None else [fitted, spotlights]
