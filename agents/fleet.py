"""All teams, as Mesa agents and as columns that a policy may see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agents.junctions import Junctions
from agents.live_teams import LiveTeams, passed
from agents.mesa_import import Agent, AgentSet, Model
from agents.policy import Ints
from agents.sealed import sealed
from agents.teams import FREE, UNDER_WAY, Doing, Team, TeamSpec
from agents.trip import Trip
from twin.travel import Travel

_TRACKED: Final = FREE | UNDER_WAY
_SHOWN: Final[dict[str, Callable[[Team], Any]]] = {
    "key": lambda team: team.key,
    "wait_node": lambda team: team.wait_node,
    "under_way": lambda team: team.doing in UNDER_WAY,
}
_REMEMBERED: Final = 5000
_ANEW: Final = -1
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
        self._free, self._on_duty = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
        self._columns = {
            "key": np.full(n, -1, dtype=np.int64), "wait_node": post_node.copy(), "free": self._free,
            "on_duty": self._on_duty, "under_way": np.zeros(n, dtype=bool),
        }  # fmt: skip
        self._sealed: dict[str, NDArray[Any]] = {}
        self._turned: list[Team] = []  # who turned to something, and how far each column has read that
        self._read = dict.fromkeys(("node", *_SHOWN), 0)
        self._seen_turned = 0
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
            team.come_on_duty()
            team.turn_to(Doing.IDLE)

    def note(self, team: Team) -> None:
        """A team has turned to something: it is counted at once, and the rest of its row when somebody looks."""
        self._turned.append(team)
        free = team.doing in FREE
        if free is not team.counted_free:
            team.counted_free = self._free[team.row] = free
            self.free_of[team.service] += 1 if free else -1
            self._sealed.pop("free", None)

    def note_duty(self, team: Team) -> None:
        """A team has come on duty, or gone off it."""
        self._on_duty[team.row] = team.on_duty
        self.on_duty_of[team.service] += 1 if team.on_duty else -1
        self._sealed.pop("on_duty", None)

    def view(self, t_ms: int, under_way: bool = True) -> LiveTeams:
        """Return the columns as a policy may see them; nobody can make them writable.

        The node of a team on its way to a hospital, or home for the end of its shift, is where it last stood; so is
        that of one under way where ``under_way`` is False, which saves looking up its way.
        """
        if self._shown is not None:
            self._shown.close()
        if len(self._turned) > _REMEMBERED:
            self._forget()
        self._seen_turned = len(self._turned)
        self._shown = LiveTeams.at(self, t_ms, under_way)
        return self._shown

    def column(self, name: str, t_ms: int, under_way: bool) -> NDArray[Any]:
        """Return a changing column as of now, sealed; made anew only when it changed.

        Raises:
            RuntimeError: a team has turned to something since the view was made.
        """
        if len(self._turned) > self._seen_turned:
            raise RuntimeError(passed(name))
        if name == "node":
            rows = self._junctions.rows
            self._advance(t_ms, rows if under_way else rows[~self._current("under_way")])
            return sealed(self._junctions.node)
        column, kept = self._current(name), self._sealed.get(name)
        if kept is None:
            kept = self._sealed[name] = sealed(column)
        return kept

    def nearest(self, rows: Ints, node: int, t_ms: int, period: int) -> int:
        """Return which of some rows drives to a node the quickest, of equals the first; -1 where none can."""
        self._advance(t_ms, rows)
        which, _ = self.travel.quickest_to(self._junctions.node[rows], node, period)
        return int(rows[which]) if which >= 0 else -1

    def next_junction(self, team: Team, t_ms: int) -> tuple[int, int]:
        """Return the node that a team on a drive comes to next, and when it is there."""
        if team.doing not in _TRACKED:
            return team.trip.next_junction(t_ms)
        row, junctions = team.row, self._junctions
        if self._read["node"] < len(self._turned) or junctions.behind(row, t_ms):
            self._advance(t_ms, junctions.rows[row : row + 1])
        return junctions.node.item(row), junctions.when_ms(row, t_ms)

    def lay(self, team: Team, trip: Trip) -> int:
        """Look up the way of the drive a team begins next; return how long it takes, -1 where there is no way."""
        return self._junctions.lay(team.row, trip)

    def _current(self, name: str) -> NDArray[Any]:
        """Return a column with the rows brought up of all teams that turned to something since it was looked at."""
        column, turned = self._columns[name], self._turned
        read = self._read.get(name, len(turned))
        if read < len(turned):
            shown = _SHOWN[name]
            for team in self.teams if read == _ANEW else turned[read:]:
                column[team.row] = shown(team)
            self._read[name] = len(turned)
            self._sealed.pop(name, None)
        return column

    def _advance(self, t_ms: int, rows: Ints) -> None:
        """Bring the nodes of some rows up to a time."""
        turned, junctions = self._turned, self._junctions
        for team in turned[self._read["node"] :]:
            if team.trip is not None and team.doing in _TRACKED:
                junctions.follow(team.row, team.trip)
            else:
                junctions.halt(team.row, team.node)
        self._read["node"] = len(turned)
        junctions.advance(t_ms, rows, self.teams)

    def _forget(self) -> None:
        """What has turned need not be remembered: a column that lags behind is made anew when somebody looks at it."""
        self._advance(0, self._junctions.rows[:0])
        self._read = {name: 0 if read == len(self._turned) else _ANEW for name, read in self._read.items()}
        self._turned.clear()

    def step(self, t_ms: int) -> None:
        """Let Mesa step the teams to a time, for footage."""
        self.shown_ms = t_ms
        self.agents.do("step")
