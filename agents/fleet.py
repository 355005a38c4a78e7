"""All teams, as Mesa agents and as columns that a policy may see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agents.junctions import Junctions
from agents.mesa_import import Agent, AgentSet, Model
from agents.policy import TeamsView
from agents.sealed import sealed
from agents.teams import FREE, UNDER_WAY, Doing, Team, TeamSpec
from twin.travel import Travel

_TRACKED: Final = FREE | UNDER_WAY
_CHANGING: Final = ("key", "wait_node", "free", "on_duty", "under_way")
_FREE, _ON_DUTY = 2, 3


class Fleet:
    """All teams; row order is the fleet's order.

    Attributes:
        teams: in the fleet's order.
        agents: the same as Mesa's AgentSet.
        by_id: the same by name.
        travel: what they drive by.
        shown_ms: the time of the last :meth:`step`.
        free_of, on_duty_of: how many teams of each service can be sent, and how many are on duty.
    """

    def __init__(self, specs: Sequence[TeamSpec], travel: Travel) -> None:
        """Put every team at its post.

        Raises:
            ValueError: two teams have one name.
        """
        names = [spec.id for spec in specs]
        if twice := sorted(name for name, times in Counter(names).items() if times > 1):
            raise ValueError(f"each team needs a name of its own, but there are several {', '.join(twice)}")
        self.travel, self.shown_ms = travel, 0
        n = len(specs)
        self._junctions = Junctions(np.array([spec.post_node for spec in specs], dtype=np.int64))
        post_node = self._junctions.node.copy()
        whole = [np.full(n, -1, dtype=np.int64), post_node.copy()]
        self._columns = dict(zip(_CHANGING, whole + [np.zeros(n, dtype=bool) for _ in _CHANGING[2:]], strict=True))
        self._noted = [(-1, spec.post_node, False, False, False) for spec in specs]
        self.free_of: Counter[str] = Counter()
        self.on_duty_of: Counter[str] = Counter()
        texts = (names, [str(spec.service) for spec in specs], [spec.kind for spec in specs])
        self._fixed = [sealed(np.array(c, dtype=np.str_)) for c in texts] + [sealed(post_node)]
        self._seen: dict[str, NDArray[Any]] = {}
        model = Model(seed=0)
        self.teams = [Team(model, spec, row, self) for row, spec in enumerate(specs)]
        self.agents: AgentSet = model.agents
        self.by_id = {team.id: team for team in self.teams}
        Agent._ids.pop(model, None)  # Mesa would hold every model of the program for ever
        for team in self.teams:
            team.turn_to(Doing.IDLE)

    def note(self, team: Team) -> None:
        """Bring the columns up to what a team does now."""
        row, doing, trip = team.row, team.doing, team.trip
        if trip is not None and doing in _TRACKED:
            self._junctions.follow(row, trip)
        else:
            self._junctions.halt(row, team.node)
        before = self._noted[row]
        now = (team.key, team.wait_node, doing in FREE, team.on_duty, doing in UNDER_WAY)
        if now == before:
            return
        self._noted[row] = now
        for name, value, was in zip(_CHANGING, now, before, strict=True):
            if value != was:
                self._columns[name][row] = value
                self._seen.pop(name, None)
        self.free_of[team.service] += now[_FREE] - before[_FREE]
        self.on_duty_of[team.service] += now[_ON_DUTY] - before[_ON_DUTY]

    def view(self, t_ms: int, under_way: bool = True) -> TeamsView:
        """Return the columns as a policy may see them; nobody can make them writable.

        The node of a team on its way to a hospital, or home for the end of its shift, is where it last stood; so is
        that of one under way where ``under_way`` is False, which saves looking up its way.
        """
        skipped = None if under_way else self._columns["under_way"]
        self._junctions.advance(t_ms, self.teams, skipped)
        ids, service, kind, post = self._fixed
        node, column = sealed(self._junctions.node), self._column
        return TeamsView(
            ids, service, kind, node, post, column("wait_node"), column("free"), column("on_duty"),
            column("under_way"), column("key"),
        )  # fmt: skip

    def _column(self, name: str) -> NDArray[Any]:
        """The sealed copy of a column, made anew only when it changed."""
        if name not in self._seen:
            self._seen[name] = sealed(self._columns[name])
        return self._seen[name]

    def step(self, t_ms: int) -> None:
        """Let Mesa step the teams to a time, for footage."""
        self.shown_ms = t_ms
        self.agents.do("step")
