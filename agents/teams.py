"""Teams: a crew with its vehicle. SimPy owns time, Mesa holds the teams; a position is a function of time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from agents.mesa_import import Agent, Model
from agents.request import Unit
from agents.trip import Trip, standing
from twin.clock import Due

if TYPE_CHECKING:
    from agents.fleet import Fleet


class Doing(StrEnum):
    """What a team does; in the first two it can be sent."""

    IDLE = "idle"  # at its post, or where it was told to wait
    BACK = "back"  # on its way there
    TURNOUT = "turnout"
    DRIVING = "driving"
    ON_SCENE = "on_scene"
    TO_HOSPITAL = "to_hospital"
    HANDOVER = "handover"
    HOME = "home"  # on its way to its post for the end of its shift, or for a break
    BREAK = "break"
    BROKEN = "broken"  # stands where its vehicle broke down
    OFF = "off"


FREE: Final = frozenset({Doing.IDLE, Doing.BACK})
UNDER_WAY: Final = frozenset({Doing.TURNOUT, Doing.DRIVING})
AT_WORK: Final = frozenset({Doing.ON_SCENE, Doing.TO_HOSPITAL, Doing.HANDOVER})


@dataclass(frozen=True, slots=True)
class TeamSpec:
    """A team as the fleet file names it.

    Attributes:
        id: unique name.
        service: the service it belongs to.
        post_node: the street node where it waits.
        kind: of vehicle, such as ``reanimation`` or ``ladder``.
        duty_ms: from when to when it is on duty, ascending; None: always.
        outside: it belongs to a neighbour, and comes only when mutual aid calls it; ``post_node`` is where it enters.
    """

    id: str
    service: str
    post_node: int
    kind: str = ""
    duty_ms: tuple[tuple[int, int], ...] | None = None
    outside: bool = False


class Team(Agent):
    """One team at work.

    Attributes:
        spec: its entry in the fleet.
        row: its place in the fleet.
        doing: what it does now; set by :meth:`turn_to`.
        node: where it stands, or last stood.
        trip: its drive, None while it stands.
        rolls_ms: when its turnout is over.
        unit: the unit it fills, or filled last on its way back; None for none.
        key: that unit's key while it is at it, or -1.
        wait_node: where it waits, or is told to wait.
        on_duty: whether its shift runs, or its last job does.
        leaves, pauses, fails: what is due as soon as it is free: end of shift, break, breakdown.
        called: whether mutual aid has called it, and it has not left again.
        counted_free: whether the fleet counts it among those that can be sent.
        due: what ends what it does now, which an order from the centre cancels.
    """

    def __init__(self, model: Model, spec: TeamSpec, row: int, fleet: Fleet) -> None:
        super().__init__(model)
        self.spec, self.row, self._fleet = spec, row, fleet
        self.id, self.service = spec.id, str(spec.service)
        self.node, self.trip, self.rolls_ms, self.key = spec.post_node, None, 0, -1
        self.wait_node, self.on_duty = spec.post_node, False
        self.leaves = self.pauses = self.fails = self.called = False
        self.unit: Unit | None = None
        self.due: Due | None = None
        self.doing = Doing.IDLE
        self.counted_free = False

    def turn_to(self, doing: Doing, key: int = -1, trip: Trip | None = None) -> None:
        """Begin something: what, for which unit, on which drive; without a drive it stands where it is."""
        self.doing, self.key, self.trip = doing, key, trip
        self._fleet.note(self)

    def come_on_duty(self) -> None:
        """Its shift begins."""
        self.on_duty = True
        self._fleet.note_duty(self)

    def go_off_duty(self) -> None:
        """Its shift is over, and its last job is done."""
        self.on_duty = False
        self._fleet.note_duty(self)

    def stand(self, doing: Doing, node: int, key: int = -1) -> None:
        """Stop at a node and begin something there."""
        self.node = node
        self.turn_to(doing, key)

    def stop(self) -> None:
        """Cancel what would end what it does now."""
        if self.due is not None:
            self.due.cancel()
            self.due = None

    def next_junction(self, t_ms: int) -> tuple[int, int]:
        """Return the node it can be sent from, and when it is there (``t_ms``, or later on the road)."""
        return (self.node, t_ms) if self.trip is None else self._fleet.next_junction(self, t_ms)

    def lay(self, trip: Trip) -> int:
        """Look up the way of the drive it begins next; return how long it takes, -1 where there is no way."""
        return self._fleet.lay(self, trip)

    def pose(self, t_ms: int) -> tuple[float, float, float]:
        """Return ``x_m, y_m, bearing_deg``, on its street; ``t_ms`` not before what it does now."""
        return self.trip.pose(t_ms) if self.trip else self._fleet.travel.pose_on(standing(self.node), 0)

    def position(self, t_ms: int) -> tuple[float, float]:
        """Return ``x_m, y_m``, on its street; ``t_ms`` not before what it does now."""
        x_m, y_m, _ = self.pose(t_ms)
        return x_m, y_m

    def step(self) -> None:
        """Put Mesa's ``pos`` where the team is; called inside footage windows."""
        self.pos = self.position(self._fleet.shown_ms)
