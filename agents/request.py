"""Notices, the requests they become, and the units that a request waits for."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from agents.plans import Need
from agents.policy import Waiting
from agents.stage_draws import TeamStages


@dataclass(eq=False, slots=True)
class Notice:
    """A processed call or a confirmed alarm.

    Attributes:
        t_ms: when it reached the centre.
        incident_id: the truth, for the log; the centre does not look at it.
        call_id, alarm_id: one of them.
        service, category, priority, node, x_m, y_m: as reported.
        injured: whether it tells of injured people.
        stages: what the first team needs that it sends.
        ties: what further draws for it are tied to.
    """

    t_ms: int
    incident_id: int | None
    call_id: int | None
    alarm_id: int | None
    service: str
    category: str
    priority: int
    node: int
    x_m: float
    y_m: float
    injured: bool
    stages: TeamStages
    ties: tuple[int, ...]


class State(StrEnum):
    """Where a unit stands."""

    WAITING = "waiting"
    SERVED = "served"  # a team has it
    CLOSED = "closed"  # cleared, declined or turned away


@dataclass(eq=False, slots=True)
class Unit:
    """One place in a request's plan, which one team fills.

    Attributes:
        key: counted from 0 in the order units became ready; decisions name it.
        request: what it belongs to.
        service, kinds: who will do.
        need: the line of the plan it comes from.
        ready_ms: when it became ready for dispatch.
        stages: what its team needs.
        detail: ``{"service", "request"}`` for the log.
    """

    key: int
    request: Request
    service: str
    need: Need
    ready_ms: int
    stages: TeamStages
    detail: str
    state: State = State.WAITING

    def waiting(self) -> Waiting:
        """Return what a policy may know of it."""
        request, first = self.request, self.request.first
        return Waiting(
            self.key, self.ready_ms, self.service, first.category, request.priority, first.node, self.need.kinds,
            request.key,
        )  # fmt: skip

    @property
    def rank(self) -> tuple[int, int, int]:
        """Its place among those that wait: the most urgent first, of equals the oldest."""
        return self.request.priority, self.ready_ms, self.key


@dataclass(eq=False, slots=True)
class Request:
    """What teams are sent to.

    Attributes:
        key: counted from 0 in the order requests became ready.
        first: the notice that opened it; its place is where teams go.
        priority: the highest (lowest number) of its notices.
        latest_ms: when its latest notice reached the centre.
        incident_ids: the incidents really behind it, in the order of their notices; empty for a false one.
        families: what it is a report of.
        units: what its plan asks for, in the order it was asked for.
        open_units: how many of them wait or are at work.
        asked: which parts of the plan were asked for.
        served: whether any team cleared it.
        cell: where the book keeps it.
    """

    key: int
    first: Notice
    priority: int
    latest_ms: int
    incident_ids: list[int]
    families: list[str]
    units: list[Unit] = field(default_factory=list)
    open_units: int = 0
    asked: set[str] = field(default_factory=lambda: {"always"})
    served: bool = False
    cell: int = -1

    @property
    def incident_id(self) -> int | None:
        """The first incident known to be behind it, None as long as all its notices are false."""
        return self.incident_ids[0] if self.incident_ids else None
