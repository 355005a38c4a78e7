"""Shifts, breaks and breakdowns: when a team can be sent at all. All of it shows as events."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Final

from agents.durations import Duration
from agents.fleet import Fleet
from agents.request import Unit
from agents.response import Responses
from agents.settings import ResponseSettings, ServiceSettings
from agents.teams import AT_WORK, FREE, Doing, Team
from twin.clock import Clock
from twin.log import EventLog
from twin.records import Kind

HOUR_S: Final = 3600.0


class Duty:
    """Takes teams on and off duty, lets them pause, and breaks their vehicles down, by hashed draws.

    What is due while a team is at work begins when the job is done: it drives home first for the end of its shift or a
    break, and stands where it is for a repair. A team that breaks down under way gives its unit back, which waits
    again.
    """

    def __init__(
        self, clock: Clock, log: EventLog, settings: ResponseSettings, seed: int, fleet: Fleet,
        wait: Callable[[Unit], None], ask: Callable[[], None],
    ) -> None:  # fmt: skip
        self._clock, self._log, self._settings, self._seed, self._fleet = clock, log, settings, seed, fleet
        self._wait, self._ask = wait, ask
        self.responses: Responses | None = None
        self._repair_ms: dict[int, int] = {}
        self._begun = False

    def begin(self) -> None:
        """Put every team where its shift has it at the start; nobody is asked yet."""
        for team in self._fleet.teams:
            spans = () if team.spec.outside else team.spec.duty_ms
            if spans is None:
                self._plan_day(team, 0)
                continue
            if not any(start <= 0 < end for start, end in spans):
                self._off(team)
            for start, end in spans:
                if start > 0:
                    self._clock.call_after(start, self._on, team, end)
                elif end > 0:
                    self._plan_day(team, 0)
                    self._clock.call_after(end, self.end_shift, team)
        self._begun = True

    def summon(self, team: Team, delay_ms: int, stay_ms: int) -> None:
        """Call an outside team in; it is on duty at the city's edge after the delay, and leaves again."""
        team.called = True
        self._clock.call_after(delay_ms, self._on, team, self._clock.now_ms + delay_ms + stay_ms)

    def settle(self, team: Team) -> bool:
        """Begin what is due for a team that has nothing else to do; return whether something was."""
        if team.fails:
            self._stand(team)
            return True
        if not (team.leaves or team.pauses):
            return False
        if team.node != team.spec.post_node and self._responses.go_home(team):
            return True
        if team.leaves:
            self._off(team)
        else:
            self._pause(team)
        return True

    def end_shift(self, team: Team) -> None:
        """A shift is over."""
        team.leaves = True
        self._now_or_later(team)

    def break_down(self, team: Team, repair_ms: int) -> None:
        """A vehicle breaks down, now or as soon as its crew leaves the scene or the hospital."""
        if team.doing in (Doing.OFF, Doing.BROKEN):
            return
        self._repair_ms[team.row] = repair_ms
        team.fails = True
        if team.doing not in AT_WORK:
            self._stand(team)

    @property
    def _responses(self) -> Responses:
        assert self.responses is not None, "duty is told of the responses before the run begins"
        return self.responses

    def _service(self, team: Team) -> ServiceSettings:
        return self._settings.service(team.service)

    def _now_or_later(self, team: Team) -> None:
        if team.doing in FREE or team.doing is Doing.BREAK:
            out = team.doing is Doing.BACK
            team.stop()
            if not (out and self._responses.go_home(team)):
                self.settle(team)

    def _on(self, team: Team, end_ms: int) -> None:
        now = self._clock.now_ms
        if team.doing is Doing.OFF:
            team.leaves = False
            team.come_on_duty()
            team.turn_to(Doing.IDLE)
            self._emit(team, Kind.ON_DUTY, 0)
            self._plan_day(team, now)
            self._ask()
        else:
            team.leaves = False  # still at the last shift's job: it goes on
        self._clock.call_after(max(0, end_ms - now), self.end_shift, team)

    def _off(self, team: Team) -> None:
        team.leaves = team.pauses = team.called = False
        team.go_off_duty()
        team.turn_to(Doing.OFF)
        if self._begun or not team.spec.outside:
            self._emit(team, Kind.OFF_DUTY, 0)

    def _plan_day(self, team: Team, now_ms: int) -> None:
        service = self._service(team)
        if service.break_after_s is not None:
            self._clock.call_after(round(1000 * service.break_after_s), self._break_due, team)
        self._plan_breakdown(team, now_ms)

    def _plan_breakdown(self, team: Team, now_ms: int) -> None:
        service = self._service(team)
        if service.breakdowns_per_1000_h > 0:
            mean = Duration(1000 * HOUR_S / service.breakdowns_per_1000_h, kind="exponential")
            after_ms = mean.one_ms(self._seed, "breakdown", zlib.crc32(team.id.encode()), now_ms)
            self._clock.call_after(after_ms, self._fails, team, now_ms)

    def _fails(self, team: Team, since_ms: int) -> None:
        if team.on_duty:
            repair_ms = self._service(team).repair.one_ms(self._seed, "repair", zlib.crc32(team.id.encode()), since_ms)
            self.break_down(team, repair_ms)

    def _break_due(self, team: Team) -> None:
        if team.on_duty and not team.leaves:
            team.pauses = True
            self._now_or_later(team)

    def _pause(self, team: Team) -> None:
        team.pauses = False
        length_ms = self._service(team).pause.one_ms(
            self._seed, "break", zlib.crc32(team.id.encode()), self._clock.now_ms
        )
        team.turn_to(Doing.BREAK)
        self._emit(team, Kind.BREAK_STARTED, length_ms)
        team.due = self._clock.call_after(length_ms, self._end_pause, team, length_ms)

    def _end_pause(self, team: Team, length_ms: int) -> None:
        self._emit(team, Kind.BREAK_ENDED, length_ms)
        self._idle(team)

    def _stand(self, team: Team) -> None:
        """Stand broken down, at the next junction."""
        now = self._clock.now_ms
        left = self._responses.give_up(team)
        node, _ = team.next_junction(now)
        team.fails, team.unit = False, None
        repair_ms = self._repair_ms.pop(team.row)
        team.stand(Doing.BROKEN, node)
        self._emit(team, Kind.BROKE_DOWN, repair_ms)
        team.due = self._clock.call_after(repair_ms, self._repaired, team, repair_ms)
        if left is not None:
            self._wait(left)
            self._ask()

    def _repaired(self, team: Team, repair_ms: int) -> None:
        self._emit(team, Kind.REPAIRED, repair_ms)
        self._plan_breakdown(team, self._clock.now_ms)
        self._responses.release(team)

    def _idle(self, team: Team) -> None:
        team.turn_to(Doing.IDLE)
        if not self.settle(team):
            self._ask()

    def _emit(self, team: Team, kind: Kind, value_ms: int) -> None:
        told = f'{{"service": "{team.service}"}}'
        self._log.emit(self._clock.now_ms, kind, None, None, None, team.id, "", team.node, value_ms / 1000, told)
