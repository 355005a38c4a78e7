"""The closest free team."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from agents.policy import Choice, Dispatch, View


class Closest:
    """Sends to each waiting request, in their order, the free team of its service that is nearest by travel time.

    Of equally near teams it takes the lowest row. A request that no free team can reach waits.
    """

    name = "closest"

    def decide(self, view: View, rng: np.random.Generator) -> Sequence[Choice]:
        """Return one Dispatch for each request that can be served now."""
        teams = view.teams
        free = teams.free.copy()
        choices: list[Choice] = []
        spent: set[str] = set()
        for request in view.waiting:
            if request.service in spent:
                continue
            rows = np.flatnonzero(free & (teams.service == request.service))
            if not rows.size:
                spent.add(request.service)
                continue
            row = _nearest(view, rows, request.node)
            if row is not None:
                free[row] = False
                choices.append(Dispatch(request.key, str(teams.id[row])))
        return choices


def _nearest(view: View, rows: NDArray[np.intp], node: int) -> int | None:
    time_ms = view.travel_ms(view.teams.node[rows], node)
    reach = np.flatnonzero(time_ms >= 0)
    return int(rows[reach[np.argmin(time_ms[reach])]]) if reach.size else None
