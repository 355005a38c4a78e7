"""The closest free team."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agents.policy import Choice, Dispatch, View


class Closest:
    """Sends to each waiting request, in their order, the free team of its service that is nearest by travel time.

    Of equally near teams it takes the lowest row. A request that no free team can reach waits.
    """

    name = "closest"

    def decide(self, view: View, rng: np.random.Generator) -> Sequence[Choice]:
        """Return one Dispatch for each request that can be served now."""
        teams = view.teams
        choices: list[Choice] = []
        rows = {service: np.flatnonzero(teams.free & (teams.service == service)) for service in _services(view)}
        for request in view.waiting:
            free = rows[request.service]
            if not free.size:
                continue
            time_ms = view.travel_ms(teams.node[free], request.node)
            time_ms = np.where(time_ms < 0, np.iinfo(np.int64).max, time_ms)
            best = int(np.argmin(time_ms))
            if time_ms[best] < np.iinfo(np.int64).max:
                choices.append(Dispatch(request.key, str(teams.id[free[best]])))
                rows[request.service] = np.delete(free, best)
        return choices


def _services(view: View) -> list[str]:
    return list(dict.fromkeys(request.service for request in view.waiting))
