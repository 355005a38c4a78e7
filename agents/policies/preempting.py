"""The most urgent may take a team that is under way to something less urgent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from agents.policies.closest import Closest
from agents.policy import Choice, Dispatch, Ints, Redispatch, View, Waiting

_MOST_KEPT: Final = 1000


class Preempting(Closest):
    """Sends the nearest; what is urgent may take a team under way to a less urgent request if that is much quicker.

    What the team leaves waits again and is answered like everything that waits. Redispatch of a unit en route is what
    JEMSS offers as its redispatch rule; the gain asked for keeps teams from being turned round for seconds.
    """

    name = "preempting"
    sees_under_way = True

    def __init__(self, gain_s: float = 60.0, urgent: int = 1) -> None:
        """Say when a team is turned round.

        Args:
            gain_s: by how much it must be quicker than the nearest free team, at least 0.
            urgent: priorities up to this one may take it, from a request of a priority beyond.

        Raises:
            ValueError: the gain is negative.
        """
        if gain_s < 0:
            raise ValueError(f"gain_s must not be negative, but is {gain_s}")
        super().__init__()
        self.gain_ms, self.urgent = round(1000 * gain_s), urgent
        self._priority: dict[int, int] = {}

    def decide(self, view: View, rng: np.random.Generator) -> Sequence[Choice]:
        """Return what is sent, and what is turned round."""
        self._remember(view)
        turned: list[Choice] = []
        gone: set[int] = set()
        sent = {choice.key: choice for choice in super().decide(view, rng) if isinstance(choice, Dispatch)}
        for request in view.waiting:
            row = self._turned(view, request, sent.get(request.key), gone) if request.priority <= self.urgent else -1
            if row >= 0:
                gone.add(row)
                sent.pop(request.key, None)
                turned.append(Redispatch(request.key, str(view.teams.id[row])))
        return [*sent.values(), *turned]

    def _remember(self, view: View) -> None:
        """The priorities of what teams are under way to, from when it waited; what is over is dropped now and then."""
        if len(self._priority) > _MOST_KEPT:
            under_way = set(view.teams.key[view.teams.under_way].tolist())
            self._priority = {key: p for key, p in self._priority.items() if key in under_way}
        for request in view.waiting:
            self._priority[request.key] = request.priority

    def _turned(self, view: View, request: Waiting, sent: Dispatch | None, gone: set[int]) -> int:
        rows = self._less_urgent(view, request, gone)
        if not len(rows):
            return -1
        times_ms = view.travel_ms(view.teams.node[rows], request.node)
        best = int(times_ms.view(np.uint64).argmin())
        if times_ms[best] < 0:
            return -1
        if sent is not None:
            row = int(np.flatnonzero(view.teams.id == sent.team_id)[0])
            other_ms = int(view.travel_ms(view.teams.node[[row]], request.node)[0])
            if times_ms[best] + self.gain_ms > other_ms:
                return -1
        return int(rows[best])

    def _less_urgent(self, view: View, request: Waiting, gone: set[int]) -> Ints:
        teams = view.teams
        rows = self.rows.fitting(teams, request.service, request.kinds)
        rows = rows[teams.under_way[rows]]
        less = [self._priority.get(int(teams.key[row]), 0) > self.urgent and int(row) not in gone for row in rows]
        return rows[np.array(less, dtype=bool)]
