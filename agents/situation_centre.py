"""The situation centre: calls and verified alarms come in at one end, decided requests leave at the other."""

from __future__ import annotations

from typing import Final

from agents.call_taking import CallTaking
from agents.desk import Desk
from agents.endings import Endings
from agents.joining import RequestBook
from agents.settings import CentreSettings
from agents.verification import AlarmDesk
from twin.clock import Clock
from twin.log import EventLog
from twin.records import Alarm, Call, Kind

HOUR_MS: Final = 3_600_000


class SituationCentre:
    """Phones, alarm desk and the book of requests.

    Attributes:
        book: the requests that are open.
        endings: the calls and alarms that have not ended.
    """

    def __init__(
        self, clock: Clock, log: EventLog, settings: CentreSettings, book: RequestBook, phones: CallTaking,
        alarms: AlarmDesk, endings: Endings,
    ) -> None:  # fmt: skip
        self._clock, self._log, self.endings = clock, log, endings
        self.book, self._phones, self._alarms = book, phones, alarms
        self._desks: dict[str, Desk] = {"phones": phones.desk, "verifiers": alarms.desk, **phones.own_desks}
        rosters = {"phones": settings.roster, "verifiers": settings.verifier_roster}
        rosters |= {number: own.roster for number, own in settings.own_desks.items()}
        self._rosters = {desk: roster for desk, roster in rosters.items() if roster}

    def begin(self) -> None:
        """Let the rosters run, from the next full hour on."""
        if self._rosters:
            start = self._clock.start
            into_ms = start.minute * 60_000 + start.second * 1000 + start.microsecond // 1000
            self._clock.call_after(HOUR_MS - into_ms, self._change_shift)

    def ring(self, call: Call) -> None:
        """A call comes in."""
        self._phones.ring(call)

    def receive(self, alarm: Alarm) -> None:
        """A camera alarm comes in."""
        self._alarms.receive(alarm)

    def set_staff(self, desk: str, staff: int) -> None:
        """Change how many are at a desk: ``phones``, ``verifiers``, or a number that has one of its own."""
        self._desks[desk].set_staff(staff)
        self._log.emit(
            self._clock.now_ms, Kind.STAFFED, value=float(staff), detail=f'{{"desk": "{desk}"}}'
        )  # fmt: skip

    def waiting(self) -> dict[str, int]:
        """Return how many calls and alarms are not processed, and how many units have no team."""
        calls, alarms = self._phones.in_hand, self._alarms.in_hand
        return {"calls": calls, "alarms": alarms, "requests": len(self.book.waiting)}

    def _change_shift(self) -> None:
        hour = self._clock.at(self._clock.now_ms).hour
        for desk, roster in self._rosters.items():
            if roster[hour] != self._desks[desk].staff:
                self.set_staff(desk, roster[hour])
        self._clock.call_after(HOUR_MS, self._change_shift)
