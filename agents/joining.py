"""Notices become requests: several reports of one thing are one request, as far as the centre can tell.

The centre does not know the truth. It joins by place, time, and service or family of category, and so it may join two
incidents, or miss that two reports mean one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import count
from math import floor, hypot
from typing import Final

from agents.plans import Need, Plans
from agents.policy import Waiting
from agents.request import Notice, Request, State, Unit
from agents.settings import CentreSettings
from agents.stage_draws import TeamStages

_COLUMN: Final = 1 << 32
_BLOCK: Final = (0, 1, _COLUMN, _COLUMN + 1)

StagesOf = Callable[[Notice, str, int], TeamStages]
"""What the nth team of a service needs where a notice sends it."""


class RequestBook:
    """All requests that are open, and the units that wait, by priority and then by age.

    Attributes:
        by_key: open units.
        waiting_of: how many units wait for each service.
    """

    def __init__(self, settings: CentreSettings, plans: Plans, stages_of: StagesOf) -> None:
        self.by_key: dict[int, Unit] = {}
        self.waiting_of: Counter[str] = Counter()
        self._plans, self._stages_of = plans, stages_of
        self._radius_m, self._window_ms = settings.join_radius_m, 1000 * settings.join_window_s
        self._side_m = 2.001 * max(self._radius_m, 1.0)  # a little more than two radii, for rounding
        self._cells: defaultdict[int, list[Request]] = defaultdict(list)
        self._order: list[tuple[int, int, int]] = []
        self._waiting: list[Waiting] = []
        self._offered: tuple[Waiting, ...] | None = ()
        self._request_keys, self._unit_keys = count(), count()

    def known(self, notice: Notice) -> Request | None:
        """Return the nearest open request that a notice may belong to, of equals the oldest."""
        if not self._window_ms:
            return None
        family = self._plans.family(notice.category)
        corner, there = self._cell(notice, 0.5), self._cells.get
        best: tuple[float, int] | None = None
        found: Request | None = None
        for further in _BLOCK:
            for request in there(corner + further, ()):
                first = request.first
                if first.service != notice.service and not (family and family in request.families):
                    continue
                away_m = hypot(notice.x_m - first.x_m, notice.y_m - first.y_m)
                near = away_m <= self._radius_m and notice.t_ms - request.latest_ms <= self._window_ms
                if near and (best is None or (away_m, request.key) < best):
                    best, found = (away_m, request.key), request
        return found

    def open(self, notice: Notice, now_ms: int) -> Request:
        """Open a request, whose units wait from now on."""
        truth = [] if notice.incident_id is None else [notice.incident_id]
        family = self._plans.family(notice.category)
        request = Request(next(self._request_keys), notice, notice.priority, notice.t_ms, truth, [family])
        if self._window_ms:
            request.cell = self._cell(notice)
            self._cells[request.cell].append(request)
        self._cover(request, notice, now_ms)
        return request

    def join(self, request: Request, notice: Notice, now_ms: int) -> list[Unit]:
        """Add a notice to a request; return the units it asks for beyond those already asked for."""
        request.latest_ms = max(request.latest_ms, notice.t_ms)
        if notice.incident_id is not None and notice.incident_id not in request.incident_ids:
            request.incident_ids.append(notice.incident_id)
        family = self._plans.family(notice.category)
        if family not in request.families:
            request.families.append(family)
        if notice.priority < request.priority:
            waiting = [unit for unit in request.units if unit.state is State.WAITING]
            for unit in waiting:
                self._unlist(unit)
            request.priority = notice.priority
            for unit in waiting:
                self._list(unit)
        return self._cover(request, notice, now_ms)

    def escalate(self, request: Request, when: str, needs: tuple[Need, ...], now_ms: int) -> list[Unit]:
        """Ask for a further part of a plan; return its units, [] where it has none or it was asked for before."""
        if when in request.asked:
            return []
        request.asked.add(when)
        return [
            self._add(request, need, now_ms) for need in needs if need.when == when for _ in range(need.count)
        ]  # fmt: skip

    def wait(self, unit: Unit) -> None:
        """Let a unit wait for a team."""
        unit.state = State.WAITING
        self._list(unit)

    def serve(self, unit: Unit) -> None:
        """A team has it now."""
        self._unlist(unit)
        unit.state = State.SERVED

    def close(self, unit: Unit) -> bool:
        """It is over; return whether its request is over with it, so that nothing joins that any more."""
        if unit.state is State.WAITING:
            self._unlist(unit)
        unit.state = State.CLOSED
        del self.by_key[unit.key]
        request = unit.request
        request.open_units -= 1
        if request.open_units:
            return False
        if self._window_ms:
            self._cells[request.cell].remove(request)
        request.units.clear()  # they name it, and it them: neither is to be kept by the other alone
        return True

    @property
    def is_waited(self) -> bool:
        """Whether anything waits for a team."""
        return bool(self._order)

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        """What waits for a team: the most urgent first, of equals the oldest."""
        if self._offered is None:
            self._offered = tuple(self._waiting)
        return self._offered

    def _cover(self, request: Request, notice: Notice, now_ms: int) -> list[Unit]:
        """Add what the notice's plan asks for and no open unit of the request answers yet."""
        if notice.injured:
            request.asked.add("injured")
        answering: dict[str, int] = {}
        for unit in request.units:
            if unit.state is not State.CLOSED:
                answering[unit.service] = answering.get(unit.service, 0) + 1
        added = []
        for need in self._plans.of(notice.service, notice.category):
            if need.when == "always" or (need.when == "injured" and notice.injured):
                there = min(need.count, answering.get(need.service, 0))
                if there:
                    answering[need.service] -= there
                added += [self._add(request, need, now_ms) for _ in range(need.count - there)]
        return added

    def _add(self, request: Request, need: Need, now_ms: int) -> Unit:
        first, nth = request.first, 0
        for other in request.units:
            nth += other.service == need.service
        stages = (
            first.stages if nth == 0 and need.service == first.service else self._stages_of(first, need.service, nth)
        )
        detail = f'{{"service": "{need.service}", "request": {request.key}}}'
        unit = Unit(next(self._unit_keys), request, need.service, need, now_ms, stages, detail)
        request.units.append(unit)
        request.open_units += 1
        self.by_key[unit.key] = unit
        self._list(unit)
        return unit

    def _list(self, unit: Unit) -> None:
        rank = unit.rank
        row = bisect_left(self._order, rank)
        self._order.insert(row, rank)
        self._waiting.insert(row, unit.waiting())
        self.waiting_of[unit.service] += 1
        self._offered = None

    def _unlist(self, unit: Unit) -> None:
        row = bisect_left(self._order, unit.rank)
        del self._order[row], self._waiting[row]
        self.waiting_of[unit.service] -= 1
        self._offered = None

    def _cell(self, notice: Notice, back: float = 0.0) -> int:
        """The number of the square a notice lies in: its column times 2**32, and its row.

        Half a square further back begins the block of four that holds all within half a side of it.
        """
        side_m = self._side_m
        return _COLUMN * floor(notice.x_m / side_m - back) + floor(notice.y_m / side_m - back)
