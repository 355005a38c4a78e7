"""The drone desk: asks the drone part of the policy, checks what it says, and carries it out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from agents.drones.board import Board
from agents.drones.craft import Craft, Errand
from agents.drones.decisions import fault_of
from agents.drones.reach import Reaches
from agents.drones.rounds import Round as RoundFlown
from agents.drones.sky_view import Sky, drones_view, fixed_columns
from agents.drones.sorties import Sorties
from agents.drones.squadron import PatrolSpec, Squadron
from agents.drones.visit import Ground, Visit
from agents.policy import DronePolicy, Ints, Policy, View
from agents.policy_drones import DroneChoice, Launch, Recall
from agents.policy_fault import PolicyFault, place_of
from agents.request import Request
from agents.sealed import sealed
from agents.watchdog import LIMIT_S, NeverReturned, within
from twin.clock import Clock
from twin.log import EventLog
from twin.records import Kind

SOON_MS: Final = 900_000
"""A watch that goes on longer than this is not yet in need of a relief."""
AGAIN_MS: Final = 60_000
"""How long until the desk looks again for a relief (assumed)."""


@dataclass(frozen=True)
class Outside:
    """What the desk says to, and asks of, the rest of the centre.

    Attributes:
        view: makes the view of a moment from its sky.
        ask_teams: lets the policy decide about teams.
        flying: makes the errand of a round.
    """

    view: Callable[[Sky], View]
    ask_teams: Callable[[], None]
    flying: Callable[[PatrolSpec], RoundFlown]


class DroneDesk:
    """Sends drones as the policy says.

    The drone part is asked whenever a request opens that can be seen from the air, a drone is ready again, a drone has
    looked at something, or a round is due; what happens at one time is asked about once.

    Attributes:
        limit_s: how long a policy may think, in real seconds.
    """

    def __init__(
        self, clock: Clock, log: EventLog, squadron: Squadron, sorties: Sorties, board: Board, outside: Outside
    ) -> None:
        self._clock, self._log, self._squadron = clock, log, squadron
        self._sorties, self._board, self._outside = sorties, board, outside
        self._reaches = Reaches(squadron, sorties.tower)
        self._fixed = fixed_columns(sorties.crafts)
        self._asked, self.limit_s = False, LIMIT_S
        self._policy: DronePolicy | None = None
        self.ground: Ground | None = None

    def take(self, policy: Policy, rng: np.random.Generator) -> None:
        """Let the drone part of a policy decide from now on; without one drones stay where they are."""
        self._policy, self._rng = getattr(policy, "drones", None), rng

    def begin(self) -> None:
        """Let rounds come due."""
        for patrol in self._squadron.patrols:
            for t_ms in patrol.starts_ms:
                self._clock.call_after(t_ms, self._round_due, patrol.name)

    def opened(self, request: Request) -> None:
        """A request opens."""
        if self._board.post(request):
            self.ask()

    def looked(self, request: Request) -> None:
        """A drone has told what it saw."""
        posted = self._board.of(request.key)
        if posted is not None:
            posted.looked = True
        self._outside.ask_teams()
        self.ask()

    def missed(self, request: Request) -> None:
        """A drone did not come to look."""
        posted = self._board.of(request.key)
        if posted is not None and not posted.looked:
            posted.sent, posted.refused = False, posted.refused + 1
        self._outside.ask_teams()
        self.ask()

    def ask(self) -> None:
        """Let the drone part decide, once all that is due at this time has happened."""
        if not self._asked and self._policy is not None and not self._board.is_empty:
            self._asked = True
            self._clock.call_soon(self._turn)

    def relieve(self, craft: Craft, visit: Visit) -> None:
        """Send another drone, once it is time, so that it is there before one on watch must leave."""
        now = self._clock.now_ms
        left_ms = craft.stays_until_ms - now
        if now < visit.asks_ms or left_ms > SOON_MS:
            return
        reached = self._reaches.to(self._sorties.crafts, _place(visit.request), now)
        rows = np.flatnonzero(reached.ms >= 0)
        if not len(rows):
            visit.asks_ms = now + AGAIN_MS
            return
        row = int(rows[np.argmin(reached.ms[rows])])
        lead_ms = round(1000 * self._squadron.operations.relief_lead_s)
        spare_ms = left_ms - int(reached.ms[row]) - lead_ms
        if spare_ms > 0:
            visit.asks_ms = now + min(spare_ms, AGAIN_MS)
            return
        relief = Visit(visit.ground, visit.request, "relief", relieves=(craft, visit))
        if self._launch(self._sorties.crafts[row], relief):
            visit.relief = relief
        else:
            visit.asks_ms = now + AGAIN_MS

    def sky(self) -> Sky:
        """Return the sky of this moment."""
        now, crafts = self._clock.now_ms, self._sorties.crafts
        return Sky(
            lambda: drones_view(crafts, self._fixed, now), lambda: self._board.lookouts(now), self._board.rounds,
            self._board.awaited, self._drone_ms,
        )  # fmt: skip

    def _drone_ms(self, key: int) -> Ints:
        posted = self._board.of(key)
        if posted is None:
            raise KeyError(f"there is no request {key} that a drone could look at")
        reached = self._reaches.to(self._sorties.crafts, _place(posted.request), self._clock.now_ms)
        if reached.why is not None and not posted.told:
            posted.told = True
            self._sorties.refuse(reached.why, posted.request)
        return sealed(reached.ms)

    def _round_due(self, name: str) -> None:
        self._board.due(name, self._clock.now_ms)
        self.ask()

    def _turn(self) -> None:
        self._asked = False
        policy = self._policy
        if policy is None or self._board.is_empty:
            return
        for choice in self._choices(policy):
            wrong = fault_of(choice, self._sorties.by_id, self._board, self._clock.now_ms)
            if wrong:
                raise self._fault(policy, wrong)
            self._carry_out(policy, choice)

    def _choices(self, policy: DronePolicy) -> Sequence[DroneChoice]:
        view = self._outside.view(self.sky())
        try:
            choices = within(self.limit_s, policy.decide, view, self._rng)
        except NeverReturned as fault:
            raise self._fault(policy, f"{fault}; a decision must come back") from None
        except Exception as fault:
            raise self._fault(policy, f"it raised {type(fault).__name__}: {fault} ({place_of(fault)})") from fault
        if not isinstance(choices, list | tuple):
            raise self._fault(policy, f"decide returned {type(choices).__name__}; return a list, [] for none")
        return choices

    def _carry_out(self, policy: DronePolicy, choice: DroneChoice) -> None:
        craft = self._sorties.by_id[choice.drone_id]
        if isinstance(choice, Launch):
            posted = self._board.of(choice.request)
            if posted is not None and self.ground is not None:
                self._record(policy, "launch", choice, posted.request)
                posted.sent = True
                if not self._launch(craft, Visit(self.ground, posted.request)):
                    self.missed(posted.request)
        elif isinstance(choice, Recall):
            self._record(policy, "recall", choice, craft.request)
            self._sorties.turn_home(craft, "recalled")
        else:
            patrol = self._board.round_of(choice.name)
            if patrol is not None:
                self._record(policy, "patrol", choice, None)
                self._board.flown(choice.name)
                points = [np.array(point[:2]) for point in patrol.points]
                self._sorties.send(craft, self._outside.flying(patrol), points, [point[2] for point in patrol.points])

    def _launch(self, craft: Craft, visit: Errand) -> bool:
        if visit.request is None:
            return False
        stay_s = [self._squadron.operations.stay_s]
        return self._sorties.send(craft, visit, [_place(visit.request)], stay_s) is not None

    def _record(self, policy: DronePolicy, action: str, choice: DroneChoice, request: Request | None) -> None:
        first, now = (request.first if request is not None else None), self._clock.now_ms
        told = {
            "t_ms": now, "by": policy.name, "action": action, "team_id": choice.drone_id,
            "incident_id": request.incident_id if request is not None else None,
            "call_id": first.call_id if first is not None else None,
            "alarm_id": first.alarm_id if first is not None else None,
            "reason": getattr(choice, "reason", "") or getattr(choice, "name", ""),
        }  # fmt: skip
        ready_s = (now - first.t_ms) / 1000 if first is not None else None
        self._sorties.say(Kind.DECISION, choice.drone_id, request, ready_s, told)

    def _fault(self, policy: DronePolicy, what: str) -> PolicyFault:
        now = self._clock.now_ms
        return PolicyFault(policy.name, f"{self._clock.at(now):%Y-%m-%d %H:%M:%S} ({now} ms)", what)


def _place(request: Request) -> np.ndarray:
    return np.array([request.first.x_m, request.first.y_m])
