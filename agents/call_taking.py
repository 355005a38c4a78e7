"""Calls ring, wait for an operator by priority and then in order of arrival, are answered and processed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

from agents.desk import Desk, Turn
from agents.endings import Endings
from agents.reception import Reception
from agents.request import Notice
from agents.settings import CentreSettings
from agents.stage_draws import CallStages, skips_the_phones
from twin.clock import Clock
from twin.log import EventLog
from twin.records import Call, Ending, Incident, Kind


class CallTaking:
    """The operators who answer calls.

    Attributes:
        desk: the operators of the common desk.
        own_desks: those of numbers that have a desk of their own.
        in_hand: calls that rang and are not processed yet.
    """

    def __init__(
        self, clock: Clock, log: EventLog, settings: CentreSettings, stages: Mapping[int, CallStages],
        incidents: Mapping[int, Incident], endings: Endings, reception: Reception,
    ) -> None:  # fmt: skip
        self._clock, self._log, self._settings, self._stages = clock, log, settings, stages
        self._incidents, self._endings, self._reception = incidents, endings, reception
        self.desk = Desk(settings.roster[clock.start.hour] if settings.roster else settings.operators)
        self.own_desks = {number: Desk(own.at(clock.start.hour)) for number, own in settings.own_desks.items()}
        self.in_hand = 0

    def ring(self, call: Call) -> None:
        """Let a call come in."""
        self.in_hand += 1
        now, stages = self._clock.now_ms, self._stages[call.id]
        self._endings.begin_call(call.id, now, call.incident_id, call.node)
        self._log.emit(
            now, Kind.CALL, call.incident_id, call.id, None, "", "", call.node, float(call.priority), _told(call)
        )
        if skips_the_phones(self._settings, call):
            self._clock.call_after(stages.process_ms, self._processed, call, stages, None)
            return
        desk = self.own_desks.get(call.channel, self.desk)
        turn = desk.enter(call.priority, self._pick_up, call, stages, desk)
        if stages.patience_ms >= 0 and not turn.begun:
            self._clock.call_after(stages.patience_ms, self._hang_up, call, turn, desk)

    def _hang_up(self, call: Call, turn: Turn, desk: Desk) -> None:
        if desk.leave(turn):
            self.in_hand -= 1
            self._endings.end_call(call.id, Ending.ABANDONED)

    def _pick_up(self, call: Call, stages: CallStages, desk: Desk) -> None:
        self._clock.call_after(stages.answer_ms, self._answered, call, stages, desk)

    def _answered(self, call: Call, stages: CallStages, desk: Desk) -> None:
        now = self._clock.now_ms
        waited_s = (now - call.t_ms) / 1000
        self._log.emit(
            now, Kind.ANSWERED, call.incident_id, call.id, None, "", "", call.node, waited_s, '{"request": null}'
        )
        self._clock.call_after(stages.process_ms, self._processed, call, stages, desk)

    def _processed(self, call: Call, stages: CallStages, desk: Desk | None) -> None:
        notice = self._notice(call, stages)
        rule = self._reception.rule_for(notice)
        treat_ms = self._reception.treat_ms(notice, rule)
        if treat_ms is not None:
            self._clock.call_after(treat_ms, self._helped, call, stages.process_ms + treat_ms, desk)
            return
        placed = self._reception.place(notice, rule)
        self._leave(call, desk, stages.process_ms, placed.key)
        self._reception.announce(placed, notice)

    def _helped(self, call: Call, took_ms: int, desk: Desk | None) -> None:
        self._leave(call, desk, took_ms, None)
        self._endings.end_call(call.id, Ending.HEAR_AND_TREAT)

    def _leave(self, call: Call, desk: Desk | None, took_ms: int, key: int | None) -> None:
        """The operator is free again."""
        self.in_hand -= 1
        if desk is not None:
            desk.done()
        told = f'{{"request": {"null" if key is None else key}}}'
        self._log.emit(
            self._clock.now_ms, Kind.PROCESSED, call.incident_id, call.id, None, "", "", call.node, took_ms / 1000, told
        )

    def _notice(self, call: Call, stages: CallStages) -> Notice:
        about = self._incidents.get(call.incident_id) if call.incident_id is not None else None
        return Notice(
            call.t_ms, call.incident_id, call.id, None, str(call.service), call.category, call.priority, call.node,
            call.x_m, call.y_m, about is not None and about.injured, stages.team, (call.id,),
        )  # fmt: skip


def _told(call: Call) -> str:
    """The call as one JSON object; categories are names of the scenario, the rest are words of ours."""
    carried = f', "carried": {call.carried}' if call.carried else ""
    return (
        f'{{"channel": "{call.channel}", "service": "{call.service}", "category": {_quoted(call.category)}, '
        f'"x_m": {call.x_m!r}, "y_m": {call.y_m!r}{carried}}}'
    )


@cache
def _quoted(word: str) -> str:
    return json.dumps(word)
