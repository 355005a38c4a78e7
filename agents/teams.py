"""Teams: a crew with its vehicle. SimPy owns time, Mesa holds the teams; a position is a function of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np

from agents.mesa_import import Agent, AgentSet, Model
from agents.policy import TeamsView
from agents.sealed import sealed
from agents.trip import Trip, standing
from twin.travel import Travel


class Doing(StrEnum):
    """What a team does; in the first two it can be sent."""

    IDLE = "idle"  # at its post, or where it was told to wait
    BACK = "back"  # on its way there
    TURNOUT = "turnout"
    DRIVING = "driving"
    ON_SCENE = "on_scene"
    TO_HOSPITAL = "to_hospital"
    HANDOVER = "handover"


FOREVER_MS: Final = 1 << 62
FREE = frozenset({Doing.IDLE, Doing.BACK})
UNDER_WAY = frozenset({Doing.TURNOUT, Doing.DRIVING})


@dataclass(frozen=True, slots=True)
class TeamSpec:
    """A team as the fleet file names it.

    Attributes:
        id: unique name.
        service: the service it belongs to.
        post_node: the street node where it waits.
        kind: of vehicle, free text.
    """

    id: str
    service: str
    post_node: int
    kind: str = ""


class Team(Agent):
    """One team at work.

    Attributes:
        spec: its entry in the fleet.
        row: its place in the fleet.
        doing: what it does now; set by :meth:`turn_to`.
        node: where it stands, or last stood.
        trip: its drive, None while it stands.
        rolls_ms: when its turnout is over.
        key: the request it serves, or -1.
        wait_node: where it waits, or is told to wait.
        process: the SimPy process it is in, which an order from the centre interrupts.
    """

    def __init__(self, model: Model, spec: TeamSpec, row: int, fleet: Fleet) -> None:
        super().__init__(model)
        self.spec, self.row, self._fleet = spec, row, fleet
        self.node, self.trip, self.rolls_ms, self.key = spec.post_node, None, 0, -1
        self.wait_node = spec.post_node
        self.process: Any = None
        self.doing = Doing.IDLE
        self.turn_to(Doing.IDLE)

    def turn_to(self, doing: Doing, key: int = -1, trip: Trip | None = None) -> None:
        """Begin something: what, for which request, on which drive; without a drive it stands where it is."""
        self.doing, self.key, self.trip = doing, key, trip
        self._fleet.note(self)

    def stand(self, doing: Doing, node: int, key: int = -1) -> None:
        """Stop at a node and begin something there."""
        self.node = node
        self.turn_to(doing, key)

    def next_junction(self, t_ms: int) -> tuple[int, int]:
        """Return the node it can be sent from, and when it is there (``t_ms``, or later on the road)."""
        return self.trip.next_junction(t_ms) if self.trip else (self.node, t_ms)

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


class Fleet:
    """All teams, as Mesa agents and as columns; row order is the fleet's order.

    Attributes:
        teams: in the fleet's order.
        agents: the same as Mesa's AgentSet.
        by_id: the same by name.
        travel: what they drive by.
        shown_ms: the time of the last :meth:`step`.
    """

    def __init__(self, specs: Sequence[TeamSpec], travel: Travel) -> None:
        """Put every team at its post.

        Raises:
            ValueError: two teams have one name.
        """
        names = [spec.id for spec in specs]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"each team needs a name of its own, but there are several {', '.join(twice)}")
        self.travel, self.shown_ms = travel, 0
        self._node = np.array([spec.post_node for spec in specs], dtype=np.int64)
        self._key = np.full(len(specs), -1, dtype=np.int64)
        self._free = np.ones(len(specs), dtype=bool)
        self._under_way = np.zeros(len(specs), dtype=bool)
        self._until_ms = np.full(len(specs), FOREVER_MS, dtype=np.int64)  # so long ``_node`` is the next junction
        self._on_duty, self._wait_node = np.ones(len(specs), dtype=bool), self._node.copy()
        texts = (names, [str(spec.service) for spec in specs], [spec.kind for spec in specs])
        self._fixed = [sealed(np.array(c, dtype=np.str_)) for c in texts] + [sealed(self._node)]
        model = Model(seed=0)
        self.teams = [Team(model, spec, row, self) for row, spec in enumerate(specs)]
        self.agents: AgentSet = model.agents
        self.by_id = {team.spec.id: team for team in self.teams}
        Agent._ids.pop(model, None)  # Mesa would hold every model of the program for ever

    def note(self, team: Team) -> None:
        """Bring the columns up to what a team does now."""
        row = team.row
        self._key[row] = team.key
        self._free[row], self._under_way[row] = team.doing in FREE, team.doing in UNDER_WAY
        self._node[row] = team.node
        self._until_ms[row] = -1 if team.trip else FOREVER_MS
        self._wait_node[row] = team.wait_node

    def view(self, t_ms: int) -> TeamsView:
        """Return the columns as a policy may see them; nobody can make them writable."""
        for row in np.flatnonzero(self._until_ms < t_ms).tolist():
            self._node[row], self._until_ms[row] = self.teams[row].next_junction(t_ms)
        ids, service, kind, post = self._fixed
        changing = (self._node, self._wait_node, self._free, self._on_duty, self._under_way, self._key)
        node, wait_node, free, on_duty, under_way, key = map(sealed, changing)
        return TeamsView(ids, service, kind, node, post, wait_node, free, on_duty, under_way, key)

    def step(self, t_ms: int) -> None:
        """Let Mesa step the teams to a time, for footage."""
        self.shown_ms = t_ms
        self.agents.do("step")
