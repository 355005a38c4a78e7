"""All that waits is assigned together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment

from agents.policies.fleet_rows import FleetRows
from agents.policy import Choice, Dispatch, Ints, View, Waiting

NO_WAY: Final = -1
OLDEST: Final = 32
"""So many, or four for each free team, are looked at in one assignment; the rest have come later and wait."""


class Batch:
    """Assigns free teams to what waits so that the driving times of each priority add up to the least.

    A minimum-cost assignment (Kuhn 1955; scipy's is Crouse's 2016 form of Jonker and Volgenant's) for each service and
    priority in turn, on whole milliseconds, so that the same moment gives the same answer on any machine; among equal
    sums teams early in the fleet are preferred. With one request waiting it sends the nearest. With ``every_s`` the
    less urgent wait that long for each other, so that there is something to choose.
    """

    name = "batch"

    def __init__(self, every_s: float = 0.0, urgent: int = 1) -> None:
        """Say how long requests are gathered.

        Args:
            every_s: until the oldest has waited so long, at least 0; 0 assigns at once.
            urgent: priorities up to this one are never kept waiting.

        Raises:
            ValueError: the time is negative.
        """
        if every_s < 0:
            raise ValueError(f"every_s must not be negative, but is {every_s}")
        self.every_ms, self.urgent = round(1000 * every_s), urgent
        if every_s:
            self.review_s = every_s
        self._rows = FleetRows()

    def decide(self, view: View, rng: np.random.Generator) -> Sequence[Choice]:
        """Return the assignment."""
        ready = [r for r in view.waiting if r.priority <= self.urgent] if self._gathers(view) else view.waiting
        free = view.teams.free.copy()
        choices: list[Choice] = []
        for service, priority in sorted({(r.service, r.priority) for r in ready}):
            group = [r for r in ready if (r.service, r.priority) == (service, priority)]
            rows = self._rows.fitting(view.teams, service)
            for request, row in self._assigned(view, group, rows[free[rows]]):
                free[row] = False
                choices.append(Dispatch(request.key, str(view.teams.id[row])))
        return choices

    def _gathers(self, view: View) -> bool:
        oldest = min((r.since_ms for r in view.waiting if r.priority > self.urgent), default=view.now_ms)
        return view.now_ms - oldest < self.every_ms

    def _assigned(self, view: View, group: Sequence[Waiting], rows: Ints) -> list[tuple[Waiting, int]]:
        if not len(rows):
            return []
        group = group[: max(OLDEST, 4 * len(rows))]
        times_ms = np.array([self._times_ms(view, request, rows) for request in group])
        served = min(times_ms.shape)
        too_long_ms = (int(times_ms.max()) + 1) * (served + 1)  # so that as many as can be are served
        cost = np.where(times_ms == NO_WAY, too_long_ms, times_ms) * (len(rows) * served + 1) + np.arange(len(rows))
        requests, columns = linear_sum_assignment(cost)
        pairs = zip(requests.tolist(), columns.tolist(), strict=True)
        return [(group[i], int(rows[j])) for i, j in pairs if times_ms[i, j] != NO_WAY]

    def _times_ms(self, view: View, request: Waiting, rows: Ints) -> Ints:
        times_ms = view.travel_ms(view.teams.node[rows], request.node)
        fits = np.isin(rows, self._rows.fitting(view.teams, request.service, request.kinds))
        return np.where(fits, times_ms, NO_WAY)
