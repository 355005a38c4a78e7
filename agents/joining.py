"""Notices become requests: several reports of one thing are one request, as far as the centre can tell.

The centre does not know the truth. It joins by service, place and time, and so it may join two incidents, or miss that
two reports mean one.
"""

from __future__ import annotations

import json
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from math import floor, hypot

from agents.policy import Waiting
from agents.settings import CentreSettings
from agents.stage_draws import TeamStages


@dataclass(frozen=True, slots=True)
class Notice:
    """A processed call or a confirmed alarm.

    Attributes:
        t_ms: when it reached the centre.
        incident_id: the truth, for the log; the centre does not look at it.
        call_id, alarm_id: one of them.
        service, category, priority, node, x_m, y_m: as reported.
        stages: what a team needs that it sends.
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
    stages: TeamStages


class State(StrEnum):
    """Where a request stands."""

    WAITING = "waiting"
    SERVED = "served"  # a team has it
    CLOSED = "closed"  # cleared or declined


@dataclass(eq=False, slots=True)
class Request:
    """What a team is sent to.

    Attributes:
        key: counted from 0 in the order requests became ready.
        ready_ms: when it became ready for dispatch.
        first: the notice that opened it; place, service and stages are taken from it.
        priority: the highest (lowest number) of its notices.
        latest_ms: when its latest notice reached the centre.
        incident_ids: the incidents really behind it, in the order of their notices; empty for a false one.
        detail: ``{"service", "request"}`` for the log.
    """

    key: int
    ready_ms: int
    first: Notice
    priority: int
    latest_ms: int
    incident_ids: list[int]
    detail: str
    state: State = State.WAITING

    @property
    def incident_id(self) -> int | None:
        """The first incident known to be behind it, None as long as all its notices are false."""
        return self.incident_ids[0] if self.incident_ids else None

    def waiting(self) -> Waiting:
        """Return what a policy may know of it."""
        first = self.first
        return Waiting(self.key, self.ready_ms, str(first.service), first.category, self.priority, first.node)


@dataclass(eq=False)
class RequestBook:
    """All requests that are open, and those that wait, by priority and then by age."""

    settings: CentreSettings
    by_key: dict[int, Request] = field(default_factory=dict)
    _cells: defaultdict[tuple[str, int, int], list[Request]] = field(default_factory=lambda: defaultdict(list))
    _order: list[tuple[int, int, int]] = field(default_factory=list)
    _waiting: list[Waiting] = field(default_factory=list)
    _keys: Iterator[int] = field(default_factory=count)

    def place(self, notice: Notice, now_ms: int) -> Request:
        """Join a notice to the nearest request it may belong to, or open a new one that waits."""
        known = self._known(notice)
        if known:
            self._join(known, notice)
            return known
        key = next(self._keys)
        truth = [] if notice.incident_id is None else [notice.incident_id]
        detail = json.dumps({"service": str(notice.service), "request": key})
        request = Request(key, now_ms, notice, notice.priority, notice.t_ms, truth, detail)
        self.by_key[key] = request
        self._cells[self._cell(notice)].append(request)
        self.wait(request)
        return request

    def wait(self, request: Request) -> None:
        """Let a request wait for a team."""
        request.state = State.WAITING
        rank = (request.priority, request.ready_ms, request.key)
        row = bisect_left(self._order, rank)
        insort(self._order, rank)
        self._waiting.insert(row, request.waiting())

    def serve(self, request: Request) -> None:
        """A team has it now."""
        self._unlist(request)
        request.state = State.SERVED

    def close(self, request: Request) -> None:
        """It is over: cleared, or declined; nothing joins it any more."""
        if request.state is State.WAITING:
            self._unlist(request)
        request.state = State.CLOSED
        self._cells[self._cell(request.first)].remove(request)
        del self.by_key[request.key]

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        """What waits for a team: the most urgent first, of equals the oldest."""
        return tuple(self._waiting)

    def _known(self, notice: Notice) -> Request | None:
        radius_m, window_ms = self.settings.join_radius_m, 1000 * self.settings.join_window_s
        if not window_ms:
            return None
        service, column, row = self._cell(notice)
        best: tuple[float, int] | None = None
        for cell in ((service, column + east, row + north) for east in (-1, 0, 1) for north in (-1, 0, 1)):
            for request in self._cells.get(cell, ()):
                away_m = hypot(notice.x_m - request.first.x_m, notice.y_m - request.first.y_m)
                if away_m <= radius_m and notice.t_ms - request.latest_ms <= window_ms:
                    best = min(best or (away_m, request.key), (away_m, request.key))
        return self.by_key[best[1]] if best else None

    def _join(self, request: Request, notice: Notice) -> None:
        request.latest_ms = max(request.latest_ms, notice.t_ms)
        if notice.incident_id is not None and notice.incident_id not in request.incident_ids:
            request.incident_ids.append(notice.incident_id)
        if notice.priority < request.priority:
            waits = request.state is State.WAITING
            if waits:
                self._unlist(request)
            request.priority = notice.priority
            if waits:
                self.wait(request)

    def _unlist(self, request: Request) -> None:
        row = bisect_left(self._order, (request.priority, request.ready_ms, request.key))
        del self._order[row], self._waiting[row]

    def _cell(self, notice: Notice) -> tuple[str, int, int]:
        side_m = max(self.settings.join_radius_m, 1.0)
        return notice.service, floor(notice.x_m / side_m), floor(notice.y_m / side_m)
