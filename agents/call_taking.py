"""Calls ring, wait for an operator by priority and then in order of arrival, are answered and processed."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from typing import Any

import simpy

from agents.joining import Notice, Request
from agents.settings import CentreSettings
from agents.stage_draws import CallStages, TeamStages, skips_the_phones
from twin.clock import Clock
from twin.log import EventLog
from twin.records import Call, Kind

Place = Callable[[Notice], Request]
"""Puts a notice into the book of requests."""
Announce = Callable[[Request, Notice], None]
"""Says that it was joined, and lets the policy decide."""


class CallTaking:
    """The operators who answer calls.

    Attributes:
        in_hand: calls that rang and are not processed yet.
    """

    def __init__(
        self, clock: Clock, log: EventLog, settings: CentreSettings, stages: Mapping[int, CallStages],
        place: Place, announce: Announce,
    ) -> None:  # fmt: skip
        self._clock, self._log, self._settings, self._stages = clock, log, settings, stages
        self._place, self._announce = place, announce
        self._operators = simpy.PriorityResource(clock.env, capacity=settings.operators)
        self.in_hand = 0

    def ring(self, call: Call) -> None:
        """Let a call come in."""
        self.in_hand += 1
        reported = {"channel": call.channel, "service": call.service, "category": call.category}
        detail = json.dumps(reported | {"x_m": call.x_m, "y_m": call.y_m})
        self._emit(call, Kind.CALL, float(call.priority), detail)
        self._clock.process(self._take(call, self._stages[call.id]))

    def _take(self, call: Call, stages: CallStages) -> Generator[Any, Any, None]:
        if skips_the_phones(self._settings, call):
            yield self._clock.timeout_ms(stages.process_ms)
        else:
            with self._operators.request(priority=call.priority) as turn:
                yield turn
                yield self._clock.timeout_ms(stages.answer_ms)
                self._emit(call, Kind.ANSWERED, (self._clock.now_ms - call.t_ms) / 1000, '{"request": null}')
                yield self._clock.timeout_ms(stages.process_ms)
        self.in_hand -= 1
        notice = _notice(call, stages.team)
        request = self._place(notice)
        self._emit(call, Kind.PROCESSED, stages.process_ms / 1000, json.dumps({"request": request.key}))
        self._announce(request, notice)

    def _emit(self, call: Call, kind: Kind, value: float, detail: str) -> None:
        self._log.emit(
            self._clock.now_ms, kind, incident_id=call.incident_id, call_id=call.id, node=call.node, value=value,
            detail=detail,
        )  # fmt: skip


def _notice(call: Call, stages: TeamStages) -> Notice:
    if call.incident_id is None:
        stages = TeamStages(stages.turnout_ms, stages.handover_ms, call.on_scene_ms)
    return Notice(
        call.t_ms, call.incident_id, call.id, None, call.service, call.category, call.priority, call.node, call.x_m,
        call.y_m, stages,
    )  # fmt: skip
