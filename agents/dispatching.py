"""The policy is asked, its decisions are checked, logged and carried out; none is ever replaced by another."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from agents.decision_check import fault_of
from agents.drones.sky_view import NO_SKY, Sky
from agents.fleet import Fleet
from agents.joining import RequestBook
from agents.live_teams import LiveTeams
from agents.policy import Choice, Decline, Dispatch, Hold, Move, Policy, Redispatch
from agents.policy_fault import PolicyFault, place_of
from agents.reception import Reception
from agents.request import State, Unit
from agents.response import Responses
from agents.roads import Roads
from agents.view import CityView, Known
from agents.watchdog import LIMIT_S, NeverReturned, within
from twin.clock import Clock
from twin.log import EventLog
from twin.records import Ending, Kind

TURNS_AT_ONE_TIME: Final = 1000


@dataclass(frozen=True)
class Hands:
    """What decisions are carried out with."""

    fleet: Fleet
    book: RequestBook
    roads: Roads
    reception: Reception
    responses: Responses


class Dispatching:
    """Asks the policy whenever a unit becomes ready, or a team becomes free, comes on duty or begins to move.

    It is asked at the very start too, so that it can place its teams. What happens at one time is asked about once,
    when all of it has happened. A policy with an attribute ``review_s`` is also asked every so many seconds. One that
    says ``sees_under_way = False`` never looks where teams under way are, and is not told: nobody then looks their
    ways up. One that says ``moves = False`` only answers what waits, and is not asked where nothing does.

    Attributes:
        limit_s: how long a policy may think, in real seconds.
        sky: returns what a policy sees of drones.
    """

    def __init__(
        self, clock: Clock, log: EventLog, hands: Hands, known: Known, policy: Policy, rng: np.random.Generator
    ) -> None:
        self._clock, self._log, self._hands, self._known = clock, log, hands, known
        self._take(policy, rng)
        self.limit_s = LIMIT_S
        self.sky: Callable[[], Sky] = lambda: NO_SKY
        self._asked = False
        self._last_ms, self._turns = -1, 0

    def _take(self, policy: Policy, rng: np.random.Generator) -> None:
        self._policy, self._rng, self._by = policy, rng, _quoted(policy.name)
        self._moves = getattr(policy, "moves", True)
        self._sees_under_way = getattr(policy, "sees_under_way", True)

    def begin(self) -> None:
        """Let a policy that reviews do so from now on."""
        review_s = getattr(self._policy, "review_s", None)
        if review_s:
            self._clock.call_after(max(1, round(1000 * review_s)), self._review, self._policy)

    def change(self, policy: Policy, rng: np.random.Generator) -> None:
        """Let another policy decide from now on."""
        self._take(policy, rng)
        self.begin()
        self.ask()

    def ask(self) -> None:
        """Let the policy decide, once all that is due at this time has happened."""
        if not self._asked and (self._moves or self._hands.book.is_waited):
            self._asked = True
            self._clock.call_soon(self._turn)

    def _review(self, policy: Policy) -> None:
        if policy is self._policy:
            self.ask()
            self.begin()

    def _turn(self) -> None:
        self._asked = False
        if not (self._moves or self._hands.book.is_waited):
            return
        self._count_turn()
        hands = self._hands
        for choice in self._choices():
            wrong = fault_of(choice, hands.fleet, hands.book, hands.roads.reaches)
            if wrong:
                raise self._fault(wrong)
            self._carry_out(choice)

    def _choices(self) -> Sequence[Choice]:
        teams = self._hands.fleet.view(self._clock.now_ms, self._sees_under_way)
        view = self._view(teams, self.sky())
        try:
            choices = within(self.limit_s, self._policy.decide, view, self._rng)
        except NeverReturned as fault:
            raise self._fault(f"{fault}; a decision must come back") from None
        except Exception as fault:
            raise self._fault(f"it raised {type(fault).__name__}: {fault} ({place_of(fault)})") from fault
        teams.close()
        if not isinstance(choices, list | tuple):
            raise self._fault(f"decide returned {type(choices).__name__}; return a list of decisions, [] for none")
        return choices

    def view_of(self, sky: Sky) -> CityView:
        """Return this moment with a sky, for those who decide about drones."""
        return self._view(self._hands.fleet.view(self._clock.now_ms, True), sky)

    def _view(self, teams: LiveTeams, sky: Sky) -> CityView:
        now, fleet = self._clock.now_ms, self._hands.fleet
        return CityView(now, fleet.travel.period_at(now), self._hands.book.waiting, teams, self._known, fleet, sky)

    def _carry_out(self, choice: Choice) -> None:
        hands = self._hands
        if isinstance(choice, Move):
            self._record(choice, None, choice.node)
            hands.responses.move(hands.fleet.by_id[choice.team_id], choice.node)
            return
        unit = hands.book.by_key[choice.key]
        self._record(choice, unit, unit.request.first.node)
        if isinstance(choice, Decline):
            hands.reception.close(unit, Ending.DECLINED)
        elif isinstance(choice, Dispatch | Redispatch):
            team = hands.fleet.by_id[choice.team_id]
            left = hands.book.by_key.get(team.key)
            hands.book.serve(unit)
            hands.responses.send(team, unit)
            if left is not None:
                self.wait(left)

    def wait(self, unit: Unit) -> None:
        """A unit that had a team waits again."""
        if unit.state is State.SERVED:
            self._hands.book.wait(unit)
            self.ask()

    def _record(self, choice: Choice, unit: Unit | None, node: int) -> None:
        """Log a decision: how long its request had been ready, and a :class:`twin.records.Decision` as JSON."""
        incident_id = call_id = alarm_id = ready_s = None
        now, team_id = self._clock.now_ms, getattr(choice, "team_id", "")
        if unit is not None:
            request, first = unit.request, unit.request.first
            incident_id, call_id, alarm_id = request.incident_id, first.call_id, first.alarm_id
            ready_s = (now - request.units[0].ready_ms) / 1000
        told = (
            f'{{"t_ms": {now}, "by": {self._by}, "action": "{_action(choice)}", '
            f'"team_id": {_quoted(team_id)}, "incident_id": {_number(incident_id)}, "call_id": {_number(call_id)}, '
            f'"alarm_id": {_number(alarm_id)}, "reason": {_quoted(getattr(choice, "reason", ""))}}}'
        )
        self._log.emit(now, Kind.DECISION, incident_id, call_id, alarm_id, team_id, "", node, ready_s, told)

    def _count_turn(self) -> None:
        now = self._clock.now_ms
        self._turns = self._turns + 1 if now == self._last_ms else 1
        self._last_ms = now
        if self._turns > TURNS_AT_ONE_TIME:
            raise self._fault(f"it decided {TURNS_AT_ONE_TIME} times without time passing; redispatch to and fro stops")

    def _fault(self, what: str) -> PolicyFault:
        now = self._clock.now_ms
        return PolicyFault(self._policy.name, f"{self._clock.at(now):%Y-%m-%d %H:%M:%S} ({now} ms)", what)


_quoted: Final[Callable[[str], str]] = json.encoder.encode_basestring_ascii
_ACTIONS: Final = {kind: kind.__name__.lower() for kind in (Dispatch, Redispatch, Move, Hold, Decline)}


def _number(value: int | None) -> str:
    return "null" if value is None else str(value)


def _action(choice: Choice) -> str:
    return _ACTIONS.get(type(choice)) or type(choice).__name__.lower()
