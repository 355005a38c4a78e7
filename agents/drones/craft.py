"""Drones on their docks and in the air: what each is, what it does, and how full its battery is."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from agents.drones.plan import Flyer, Plan
from agents.request import Request
from twin.clock import Due


class DroneDoing(StrEnum):
    """What a drone does; on its dock it can be sent when it is ready."""

    DOCK = "dock"
    OUT = "out"  # waiting for its take-off, or on its way to where it was sent
    STATION = "station"
    HOME = "home"
    DOWN = "down"  # ended by the emergency rule, or broken on its dock


@dataclass(frozen=True)
class DroneSpec:
    """A drone as the fleet file names it.

    Attributes:
        id: unique among drones and teams.
        dock: name of its dock; drones on one dock share its place.
        x_m, y_m, pad_m: the dock, in city metres, and the height of its surface above the ground.
        drone: its class.
        charge: share of a full battery at the start.
        full_charge_s: from empty to full on the dock.
    """

    id: str
    dock: str
    x_m: float
    y_m: float
    pad_m: float
    drone: str
    charge: float = 1.0
    full_charge_s: float = 2100.0

    @property
    def xy_m(self) -> NDArray[np.float64]:
        """(2,) of the dock."""
        return np.array([self.x_m, self.y_m])


class Errand(Protocol):
    """What a drone is sent for.

    Attributes:
        why: ``request``, ``relief`` or ``patrol``.
        request: what it looks at, None on a patrol.
        patrol: the round's name, or "".
    """

    why: str
    request: Request | None
    patrol: str

    def arrived(self, craft: Craft, stop: int) -> None:
        """It stands at one of its stops."""
        ...

    def over(self, craft: Craft) -> None:
        """It turns home, or is lost: nothing more comes of it."""
        ...


@dataclass(eq=False)
class Craft:
    """One drone.

    Attributes:
        spec, row: its entry, and its place in the fleet.
        flyer: its class in the air of the day.
        doing: what it does now.
        charge: share of a full battery at ``since_ms``.
        since_ms: when it last took off or landed.
        plan: what it flies; the last one flown while it stands on the dock, None before the first.
        before_wh, before_m: energy and way of this flight before the plan.
        launched_ms: when it was last sent.
        arrived_ms: when it came to its first stop, -1 before that.
        errand: what it is sent for, None on the dock.
        broken: it does not fly any more.
        linked: whether its picture and orders come through.
        dues: what is due on this flight, cancelled with its plan.
    """

    spec: DroneSpec
    row: int
    flyer: Flyer
    charge: float
    doing: DroneDoing = DroneDoing.DOCK
    since_ms: int = 0
    plan: Plan | None = None
    before_wh: float = 0.0
    before_m: float = 0.0
    launched_ms: int = 0
    arrived_ms: int = -1
    errand: Errand | None = None
    broken: bool = False
    linked: bool = True
    dues: list[Due] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Its name."""
        return self.spec.id

    @property
    def request(self) -> Request | None:
        """What it looks at, or is sent to."""
        return self.errand.request if self.errand is not None else None

    def charge_at(self, t_ms: int) -> float:
        """Return the share of a full battery at a time."""
        if self.doing is DroneDoing.DOCK:
            return min(1.0, self.charge + (t_ms - self.since_ms) / 1000 / self.spec.full_charge_s)
        return self.charge - self.taken_wh(t_ms) / self.flyer.full_wh

    def taken_wh(self, t_ms: int) -> float:
        """Return what this flight has taken so far."""
        return self.before_wh + (self.plan.spent_at_wh(t_ms) if self.plan is not None else 0.0)

    def is_ready(self, t_ms: int) -> bool:
        """Return whether it can be sent: on its dock, whole, and with charge above the reserve."""
        whole = self.doing is DroneDoing.DOCK and not self.broken
        return whole and self.charge_at(t_ms) > self.flyer.drone.battery.reserve.value

    def place_m(self, t_ms: int) -> NDArray[np.float64]:
        """Return where it is (3,)."""
        if self.plan is None or self.doing is DroneDoing.DOCK:
            return np.array([self.spec.x_m, self.spec.y_m, self.spec.pad_m])
        return self.plan.at(t_ms)

    @property
    def stays_until_ms(self) -> int:
        """When it leaves its last stand in the air by its plan; when it was sent, where it has none."""
        return self.launched_ms if self.plan is None else self.plan.stands_until_ms

    def drop_dues(self) -> None:
        """Cancel what is due on this flight."""
        for due in self.dues:
            due.cancel()
        self.dues.clear()
