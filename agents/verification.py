"""Camera alarms reach an operator who looks, and dismisses or confirms; the confirmed ones enter the queue of calls."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from agents.desk import Desk
from agents.endings import Endings
from agents.reception import Reception
from agents.request import Notice
from agents.settings import ResponseSettings
from agents.stage_draws import AlarmStages, alarm_stages, alarm_ties
from twin.clock import Clock
from twin.log import EventLog
from twin.records import Alarm, Ending, Kind


class AlarmDesk:
    """The operators who verify alarms.

    Attributes:
        desk: the verifiers.
        in_hand: alarms that came and have no verdict yet.
    """

    def __init__(
        self, clock: Clock, log: EventLog, settings: ResponseSettings, seed: int, endings: Endings, reception: Reception
    ) -> None:
        self._clock, self._log, self._settings, self._seed = clock, log, settings, seed
        self._endings, self._reception = endings, reception
        centre = settings.centre
        self.desk = Desk(centre.verifier_roster[clock.start.hour] if centre.verifier_roster else centre.verifiers)
        self._next_id = 0
        self.in_hand = 0

    def receive(self, alarm: Alarm) -> None:
        """Let an alarm come in; it gets its id."""
        stages = alarm_stages(self._settings, alarm, self._seed)
        alarm = replace(alarm, id=self._next_id)
        self._next_id += 1
        self.in_hand += 1
        self._endings.begin_alarm(alarm.id, self._clock.now_ms, alarm.incident_id, alarm.node)
        self._emit(alarm, Kind.ALARM, float(alarm.priority), _told(alarm))
        self.desk.enter(alarm.priority, self._look, alarm, stages)

    def _look(self, alarm: Alarm, stages: AlarmStages) -> None:
        self._clock.call_after(stages.verify_ms, self._judge, alarm, stages)

    def _judge(self, alarm: Alarm, stages: AlarmStages) -> None:
        self.desk.done()
        self.in_hand -= 1
        verdict = Kind.ALARM_DISMISSED if stages.dismissed else Kind.ALARM_CONFIRMED
        self._emit(alarm, verdict, (self._clock.now_ms - alarm.t_ms) / 1000, f'{{"rule": {_quoted(alarm.rule)}}}')
        if stages.dismissed:
            self._endings.end_alarm(alarm.id, Ending.DISMISSED)
            return
        notice = Notice(
            alarm.t_ms, alarm.incident_id, None, alarm.id, str(alarm.service), alarm.category, alarm.priority,
            alarm.node, alarm.x_m, alarm.y_m, False, stages.team, alarm_ties(alarm),
        )  # fmt: skip
        self._reception.announce(self._reception.place(notice, self._reception.rule_for_new(notice)), notice)

    def _emit(self, alarm: Alarm, kind: Kind, value: float, detail: str) -> None:
        self._log.emit(
            self._clock.now_ms, kind, alarm.incident_id, None, alarm.id, "", alarm.camera_id, alarm.node, value, detail
        )


def _told(alarm: Alarm) -> str:
    """An alarm as one JSON object."""
    return (
        f'{{"rule": {_quoted(alarm.rule)}, "service": "{alarm.service}", "source": {_quoted(alarm.source)}, '
        f'"plate": {_quoted(alarm.plate)}, "x_m": {float(alarm.x_m)!r}, "y_m": {float(alarm.y_m)!r}}}'
    )


_quoted: Final[Callable[[str], str]] = json.encoder.encode_basestring_ascii
