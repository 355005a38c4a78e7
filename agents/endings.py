"""Every call and every alarm ends in exactly one way, and the log says which."""

from __future__ import annotations

from typing import NamedTuple

from agents.request import Notice
from twin.clock import Clock
from twin.log import EventLog
from twin.records import Ending, Kind


class _Begun(NamedTuple):
    t_ms: int
    incident_id: int | None
    node: int


class Endings:
    """What came in and has not ended yet."""

    def __init__(self, clock: Clock, log: EventLog) -> None:
        self._clock, self._log = clock, log
        self._calls: dict[int, _Begun] = {}
        self._alarms: dict[int, _Begun] = {}

    def begin_call(self, call_id: int, t_ms: int, incident_id: int | None, node: int) -> None:
        """A call rings."""
        self._calls[call_id] = _Begun(t_ms, incident_id, node)

    def begin_alarm(self, alarm_id: int, t_ms: int, incident_id: int | None, node: int) -> None:
        """An alarm comes."""
        self._alarms[alarm_id] = _Begun(t_ms, incident_id, node)

    def end_call(self, call_id: int, how: Ending, request: int | None = None) -> None:
        """A call ends."""
        self._say(self._calls.pop(call_id), call_id, None, how, request)

    def end_alarm(self, alarm_id: int, how: Ending, request: int | None = None) -> None:
        """An alarm ends."""
        self._say(self._alarms.pop(alarm_id), None, alarm_id, how, request)

    def end(self, notice: Notice, how: Ending, request: int | None = None) -> None:
        """What a notice came from ends."""
        if notice.call_id is not None:
            self.end_call(notice.call_id, how, request)
        elif notice.alarm_id is not None:
            self.end_alarm(notice.alarm_id, how, request)

    def end_all(self) -> None:
        """The run ends: what is left is open."""
        for call_id in list(self._calls):
            self.end_call(call_id, Ending.OPEN)
        for alarm_id in list(self._alarms):
            self.end_alarm(alarm_id, Ending.OPEN)

    def _say(self, begun: _Begun, call_id: int | None, alarm_id: int | None, how: Ending, request: int | None) -> None:
        now = self._clock.now_ms
        key = "null" if request is None else request
        self._log.emit(
            now, Kind.ENDED, begun.incident_id, call_id, alarm_id, "", "", begun.node, (now - begun.t_ms) / 1000,
            f'{{"how": "{how}", "request": {key}}}',
        )  # fmt: skip
