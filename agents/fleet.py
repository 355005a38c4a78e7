"""All teams, as Mesa agents and as columns that a policy may see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agents.junctions import Junctions
from agents.live_teams import LiveTeams, passed
from agents.mesa_import import Agent, AgentSet, Model
from agents.policy import Ints
from agents.sealed import sealed
from agents.teams import FREE, UNDER_WAY, Doing, Team, TeamSpec
from twin.travel import Travel

_TRACKED: Final = FREE | UNDER_WAY
_CHANGING: Final = ("key", "wait_node", "free", "on_duty", "under_way")
_FIXED: Final = ("id", "service", "kind", "post_node")


class Fleet:
    """All teams; row order is the fleet's order.

    Attributes:
        teams: in the fleet's order.
        agents: the same as Mesa's AgentSet.
        by_id: the same by name.
        travel: what they drive by.
        shown_ms: the time of the last :meth:`step`.
        free_of, on_duty_of: how many teams of each service can be sent, and how many are on duty.
        fixed: the columns that do not change, sealed.
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
        self._sealed: dict[str, NDArray[Any]] = {}
        self._turned: list[Team] = []
        self._shown: LiveTeams | None = None
        self.free_of: Counter[str] = Counter()
        self.on_duty_of: Counter[str] = Counter()
        texts = (names, [str(spec.service) for spec in specs], [spec.kind for spec in specs])
        fixed = [sealed(np.array(c, dtype=np.str_)) for c in texts] + [sealed(post_node)]
        self.fixed = dict(zip(_FIXED, fixed, strict=True))
        model = Model(seed=0)
        self.teams = [Team(model, spec, row, self) for row, spec in enumerate(specs)]
        self.agents: AgentSet = model.agents
        self.by_id = {team.id: team for team in self.teams}
        Agent._ids.pop(model, None)  # Mesa would hold every model of the program for ever
        for team in self.teams:
            team.turn_to(Doing.IDLE)

    def note(self, team: Team) -> None:
        """A team has turned to something: it is counted at once, and its row brought up when somebody looks."""
        self._turned.append(team)
        free, on_duty = team.doing in FREE, team.on_duty
        if free is not team.counted_free:
            self.free_of[team.service] += 1 if free else -1
            team.counted_free = free
        if on_duty is not team.counted_on_duty:
            self.on_duty_of[team.service] += 1 if on_duty else -1
            team.counted_on_duty = on_duty

    def view(self, t_ms: int, under_way: bool = True) -> LiveTeams:
        """Return the columns as a policy may see them; nobody can make them writable.

        The node of a team on its way to a hospital, or home for the end of its shift, is where it last stood; so is
        that of one under way where ``under_way`` is False, which saves looking up its way.
        """
        if self._shown is not None:
            self._shown.close()
        self._catch_up()
        self._shown = LiveTeams.at(self, t_ms, under_way)
        return self._shown

    def column(self, name: str, t_ms: int, under_way: bool) -> NDArray[Any]:
        """Return a changing column as of now, sealed; made anew only when it changed.

        Raises:
            RuntimeError: a team has turned to something since the view was made.
        """
        if self._turned:
            raise RuntimeError(passed(name))
        if name == "node":
            rows = self._junctions.rows
            self._junctions.advance(t_ms, rows if under_way else rows[~self._columns["under_way"]], self.teams)
            return sealed(self._junctions.node)
        if name not in self._sealed:
            self._sealed[name] = sealed(self._columns[name])
        return self._sealed[name]

    def nearest(self, rows: Ints, node: int, t_ms: int, period: int) -> int:
        """Return which of some rows drives to a node the quickest, of equals the first; -1 where none can."""
        self._catch_up()
        self._junctions.advance(t_ms, rows, self.teams)
        which, _ = self.travel.quickest_to(self._junctions.node[rows], node, period)
        return int(rows[which]) if which >= 0 else -1

    def next_junction(self, team: Team, t_ms: int) -> tuple[int, int]:
        """Return the node that a team on a drive comes to next, and when it is there."""
        if team.doing not in _TRACKED:
            return team.trip.next_junction(t_ms)
        row, junctions = team.row, self._junctions
        self._catch_up()
        junctions.advance(t_ms, junctions.rows[row : row + 1], self.teams)
        return junctions.node.item(row), junctions.when_ms(row, t_ms)

    def _catch_up(self) -> None:
        """Bring the rows of all teams up that have turned to something since somebody looked."""
        if not self._turned:
            return
        columns = [self._columns[name] for name in _CHANGING]
        for team in self._turned:
            row, doing = team.row, team.doing
            if team.trip is not None and doing in _TRACKED:
                self._junctions.follow(row, team.trip)
            else:
                self._junctions.halt(row, team.node)
            now = (team.key, team.wait_node, doing in FREE, team.on_duty, doing in UNDER_WAY)
            for column, value in zip(columns, now, strict=True):
                column[row] = value
        self._turned.clear()
        self._sealed.clear()

    def step(self, t_ms: int) -> None:
        """Let Mesa step the teams to a time, for footage."""
        self.shown_ms = t_ms
        self.agents.do("step")
