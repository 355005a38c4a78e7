"""Where notices become requests: joined to a known one, opened as a new one, or turned away under an overload rule."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from agents.endings import Endings
from agents.joining import RequestBook
from agents.overload import Overload, OverloadRule
from agents.request import Notice, Request, State, Unit
from twin.clock import Clock
from twin.log import EventLog
from twin.records import Ending, Kind

_Patient = deque[tuple[int, Unit]]
"""Units, and when they have waited too long."""


class Placed(NamedTuple):
    """What became of a notice.

    Attributes:
        request: where it went, None where it was turned away.
        joined: whether that was known before.
        key: of the request.
    """

    request: Request | None
    joined: bool

    @property
    def key(self) -> int | None:
        """The request's key, None where there is none."""
        return None if self.request is None else self.request.key


class Reception:
    """Takes processed calls and confirmed alarms in.

    Args:
        ask: lets the policy decide.

    Attributes:
        opened: told of every new request; None: nobody is.
    """

    opened: Callable[[Request], None] | None = None

    def __init__(
        self, clock: Clock, log: EventLog, book: RequestBook, overload: Overload, endings: Endings, seed: int,
        ask: Callable[[], None],
    ) -> None:  # fmt: skip
        self._clock, self._log, self._book, self._overload = clock, log, book, overload
        self._endings, self._seed, self._ask = endings, seed, ask
        self._patient: dict[str, _Patient] = {}  # all under one rule wait equally long: the next one due is enough

    def rule_for(self, notice: Notice) -> OverloadRule | None:
        """Return the overload rule that touches a notice now, None for none."""
        return self._overload.rule_for(notice.service, notice.priority, notice.ties)

    def treat_ms(self, notice: Notice, rule: OverloadRule | None) -> int | None:
        """Return how long an operator helps by phone where no team will be sent; None where one may be."""
        if rule is None or rule.does != "hear_and_treat" or self._book.known(notice):
            return None
        return rule.treat.one_ms(self._seed, f"overload/treat/{rule.name}", *notice.ties)

    def rule_for_new(self, notice: Notice) -> OverloadRule | None:
        """Return the same where a notice belongs to nothing known, else None, and nothing is said of rules."""
        return None if self._book.known(notice) else self.rule_for(notice)

    def place(self, notice: Notice, rule: OverloadRule | None) -> Placed:
        """Join a notice to a known request, open a new one, or turn it away where the rule that touches it says so."""
        now, known = self._clock.now_ms, self._book.known(notice)
        if known is not None:
            self._book.join(known, notice, now)
            return Placed(known, joined=True)
        if rule is not None and rule.does == "no_send":
            return Placed(None, joined=False)
        return Placed(self._book.open(notice, now), joined=False)

    def announce(self, placed: Placed, notice: Notice) -> None:
        """Say what became of a notice, and let the policy decide."""
        request = placed.request
        if request is None:
            self._endings.end(notice, Ending.NO_SEND)
            return
        if placed.joined:
            self._log.emit(
                self._clock.now_ms, Kind.JOINED, notice.incident_id, notice.call_id, notice.alarm_id, "", "",
                notice.node, None, f'{{"request": {request.key}}}',
            )  # fmt: skip
            self._endings.end(notice, Ending.JOINED, request.key)
        else:
            self._watch(request)
        self._ask()
        if self.opened is not None and not placed.joined:
            self.opened(request)

    def close(self, unit: Unit, how: Ending) -> None:
        """A unit is over; with the last one its request is, and the call or alarm that opened it has ended."""
        request = unit.request
        request.served = request.served or how is Ending.SERVED
        if self._book.close(unit):
            self._endings.end(request.first, Ending.SERVED if request.served else how, request.key)

    def _watch(self, request: Request) -> None:
        """Units that may be turned away when they have waited too long are looked at again then."""
        for unit in request.units:
            rule = self._overload.patience(unit.service, request.priority)
            if rule is not None and rule.max_wait_s is not None:
                queue = self._patient.setdefault(rule.name, deque())
                queue.append((self._clock.now_ms + round(1000 * rule.max_wait_s), unit))
                if len(queue) == 1:
                    self._await_next(queue, rule)

    def _await_next(self, queue: _Patient, rule: OverloadRule) -> None:
        while queue and queue[0][1].state is State.CLOSED:
            queue.popleft()
        if queue:
            self._clock.call_after(queue[0][0] - self._clock.now_ms, self._look_again, queue, rule)

    def _look_again(self, queue: _Patient, rule: OverloadRule) -> None:
        while queue and queue[0][0] <= self._clock.now_ms:
            unit = queue[0][1]
            if unit.state is State.WAITING and unit.request.priority in rule.priorities and self._overload.holds(rule):
                self.close(unit, Ending.NO_SEND)
            queue.popleft()
        self._await_next(queue, rule)
