"""The situation centre: calls and verified alarms come in at one end, decided requests leave at the other."""

from __future__ import annotations

from collections.abc import Mapping

from agents.call_taking import CallTaking
from agents.dispatching import Dispatching
from agents.joining import Notice, Request, RequestBook
from agents.settings import ResponseSettings
from agents.stage_draws import CallStages
from agents.verification import AlarmDesk
from twin.clock import Clock
from twin.log import EventLog
from twin.records import Alarm, Call, Kind


class SituationCentre:
    """Phones, alarm desk and the book of requests.

    Attributes:
        book: the requests that are open.
    """

    def __init__(
        self, clock: Clock, log: EventLog, settings: ResponseSettings, seed: int, stages: Mapping[int, CallStages],
        book: RequestBook, dispatching: Dispatching,
    ) -> None:  # fmt: skip
        self._clock, self._log, self._dispatching = clock, log, dispatching
        self.book = book
        self._phones = CallTaking(clock, log, settings.centre, stages, self._place, self._announce)
        self._alarms = AlarmDesk(clock, log, settings, seed, self._place, self._announce)

    def ring(self, call: Call) -> None:
        """A call comes in."""
        self._phones.ring(call)

    def receive(self, alarm: Alarm) -> None:
        """A camera alarm comes in."""
        self._alarms.receive(alarm)

    def waiting(self) -> dict[str, int]:
        """Return how many calls and alarms are not processed, and how many requests have no team."""
        calls, alarms = self._phones.in_hand, self._alarms.in_hand
        return {"calls": calls, "alarms": alarms, "requests": len(self.book.waiting)}

    def _place(self, notice: Notice) -> Request:
        return self.book.place(notice, self._clock.now_ms)

    def _announce(self, request: Request, notice: Notice) -> None:
        if notice is not request.first:
            self._log.emit(
                self._clock.now_ms, Kind.JOINED, incident_id=notice.incident_id, call_id=notice.call_id,
                alarm_id=notice.alarm_id, node=notice.node, detail=f'{{"request": {request.key}}}',
            )  # fmt: skip
        self._dispatching.ask()
