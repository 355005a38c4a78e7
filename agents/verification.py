"""Camera alarms reach an operator who looks, and dismisses or confirms; the confirmed ones enter the queue of calls."""

from __future__ import annotations

import json
from collections.abc import Generator
from dataclasses import replace
from typing import Any

import simpy

from agents.call_taking import Announce, Place
from agents.joining import Notice
from agents.settings import ResponseSettings
from agents.stage_draws import AlarmStages, alarm_stages
from twin.clock import Clock
from twin.log import EventLog
from twin.records import Alarm, Kind


class AlarmDesk:
    """The operators who verify alarms.

    Attributes:
        in_hand: alarms that came and have no verdict yet.
    """

    def __init__(
        self, clock: Clock, log: EventLog, settings: ResponseSettings, seed: int, place: Place, announce: Announce
    ) -> None:
        self._clock, self._log, self._settings, self._seed = clock, log, settings, seed
        self._place, self._announce = place, announce
        self._verifiers = simpy.PriorityResource(clock.env, capacity=settings.centre.verifiers)
        self._next_id = 0
        self.in_hand = 0

    def receive(self, alarm: Alarm) -> None:
        """Let an alarm come in; it gets its id."""
        stages = alarm_stages(self._settings, alarm, self._seed)
        alarm = replace(alarm, id=self._next_id)
        self._next_id += 1
        self.in_hand += 1
        told = {"rule": alarm.rule, "service": alarm.service, "source": alarm.source, "plate": alarm.plate}
        self._emit(alarm, Kind.ALARM, float(alarm.priority), json.dumps(told | {"x_m": alarm.x_m, "y_m": alarm.y_m}))
        self._clock.process(self._verify(alarm, stages))

    def _verify(self, alarm: Alarm, stages: AlarmStages) -> Generator[Any, Any, None]:
        with self._verifiers.request(priority=alarm.priority) as turn:
            yield turn
            yield self._clock.timeout_ms(stages.verify_ms)
        self.in_hand -= 1
        verdict = Kind.ALARM_DISMISSED if stages.dismissed else Kind.ALARM_CONFIRMED
        self._emit(alarm, verdict, (self._clock.now_ms - alarm.t_ms) / 1000, json.dumps({"rule": alarm.rule}))
        if stages.dismissed:
            return
        notice = Notice(
            alarm.t_ms, alarm.incident_id, None, alarm.id, alarm.service, alarm.category, alarm.priority, alarm.node,
            alarm.x_m, alarm.y_m, stages.team,
        )  # fmt: skip
        self._announce(self._place(notice), notice)

    def _emit(self, alarm: Alarm, kind: Kind, value: float, detail: str) -> None:
        self._log.emit(
            self._clock.now_ms, kind, incident_id=alarm.incident_id, alarm_id=alarm.id, camera_id=alarm.camera_id,
            node=alarm.node, value=value, detail=detail,
        )  # fmt: skip
