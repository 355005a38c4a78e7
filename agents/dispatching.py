"""The policy is asked, its decisions are checked, logged and carried out; none is ever replaced by another."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from typing import Final

import numpy as np

from agents.decision_check import fault_of
from agents.joining import Request, RequestBook
from agents.policy import Choice, Decline, Dispatch, Move, Policy, Redispatch
from agents.policy_fault import PolicyFault
from agents.response import Responses
from agents.teams import Fleet
from agents.view import CityView, Known
from twin.clock import Clock
from twin.log import EventLog
from twin.records import Decision, Kind

TURNS_AT_ONE_TIME: Final = 1000
_DECISION_FIELDS: Final = tuple(field.name for field in fields(Decision))


class Dispatching:
    """Asks the policy whenever a request becomes ready or a team becomes free.

    What happens at one time is asked about once, when all of it has happened.
    """

    def __init__(
        self, clock: Clock, log: EventLog, fleet: Fleet, book: RequestBook, responses: Responses, policy: Policy,
        rng: np.random.Generator, known: Known,
    ) -> None:  # fmt: skip
        self._clock, self._log, self._fleet, self._book, self._responses = clock, log, fleet, book, responses
        self._policy, self._rng, self._known = policy, rng, known
        self._asked = False
        self._last_ms, self._turns = -1, 0

    def change(self, policy: Policy, rng: np.random.Generator) -> None:
        """Let another policy decide from now on."""
        self._policy, self._rng = policy, rng
        self.ask()

    def ask(self) -> None:
        """Let the policy decide, once all that is due at this time has happened."""
        if not self._asked:
            self._asked = True
            self._clock.call_soon(self._turn)

    def _turn(self) -> None:
        self._asked = False
        self._count_turn()
        for choice in self._choices():
            wrong = fault_of(choice, self._fleet, self._book, self._responses.reaches)
            if wrong:
                raise self._fault(wrong)
            self._carry_out(choice)

    def _choices(self) -> Sequence[Choice]:
        now = self._clock.now_ms
        travel, known = self._fleet.travel, self._known
        view = CityView(
            now, travel.period_at(now), self._book.waiting, self._fleet.view(now), known.posts, known.demand.at(now),
            known.district, travel,
        )  # fmt: skip
        try:
            choices = self._policy.decide(view, self._rng)
        except Exception as fault:
            raise self._fault(f"it raised {type(fault).__name__}: {fault}") from fault
        if not isinstance(choices, list | tuple):
            raise self._fault(f"decide returned {type(choices).__name__}; return a list of decisions, [] for none")
        return choices

    def _carry_out(self, choice: Choice) -> None:
        request = None if isinstance(choice, Move) else self._book.by_key[choice.key]
        self._record(choice, request)
        if isinstance(choice, Decline):
            self._book.close(request)
        elif isinstance(choice, Move):
            self._responses.move(self._fleet.by_id[choice.team_id], choice.node)
        elif isinstance(choice, Dispatch | Redispatch):
            team = self._fleet.by_id[choice.team_id]
            left = self._book.by_key.get(team.key)
            self._responses.send(team, request)
            if left:
                self._book.wait(left)
                self.ask()

    def _record(self, choice: Choice, request: Request | None) -> None:
        first = request.first if request else None
        decision = Decision(
            t_ms=self._clock.now_ms,
            by=self._policy.name,
            action=type(choice).__name__.lower(),
            team_id=getattr(choice, "team_id", ""),
            incident_id=request.incident_id if request else None,
            call_id=first.call_id if first else None,
            alarm_id=first.alarm_id if first else None,
            reason=getattr(choice, "reason", ""),
        )
        node = choice.node if isinstance(choice, Move) else first.node
        self._log.emit(
            decision.t_ms, Kind.DECISION, incident_id=decision.incident_id, call_id=decision.call_id,
            alarm_id=decision.alarm_id, team_id=decision.team_id, node=node, detail=_as_json(decision),
        )  # fmt: skip

    def _count_turn(self) -> None:
        now = self._clock.now_ms
        self._turns = self._turns + 1 if now == self._last_ms else 1
        self._last_ms = now
        if self._turns > TURNS_AT_ONE_TIME:
            raise self._fault(f"it decided {TURNS_AT_ONE_TIME} times without time passing; redispatch to and fro stops")

    def _fault(self, what: str) -> PolicyFault:
        now = self._clock.now_ms
        return PolicyFault(self._policy.name, f"{self._clock.at(now):%Y-%m-%d %H:%M:%S} ({now} ms)", what)


def _as_json(decision: Decision) -> str:
    return json.dumps({name: getattr(decision, name) for name in _DECISION_FIELDS})
