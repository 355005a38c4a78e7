"""Posts chosen anew: every team gets the place to wait that an optimisation gives it, and keeps it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agents.policies.cover_tables import NORM_S, CoverTables, demand_units
from agents.policies.fleet_rows import FleetRows
from agents.policies.positions import Solver, median_sites, mexclp_sites, nearest_pairs
from agents.policy import Choice, Ints, Move, View


class HomePositions:
    """Gives each team on duty a place to wait, and sends it there whenever it is free and would wait elsewhere.

    Solved from the demand and the travel times of the first moment, for the whole fleet of one kind; with fewer on
    duty the least needed places stay empty. Who waits where is assigned by the least driving, and anew when the teams
    on duty change.
    """

    name = "home_positions"

    def __init__(self, solver: Solver, norm_s: float) -> None:
        if not norm_s > 0:
            raise ValueError(f"norm_s must be positive, but is {norm_s}")
        self._solver, self._tables, self._rows = solver, CoverTables(norm_s), FleetRows()
        self._sites: dict[tuple[str, str], Ints] = {}
        self._goal = np.zeros(0, np.int64)
        self._duty = np.zeros(0, bool)

    def decide(self, view: View, rng: np.random.Generator) -> Sequence[Choice]:
        """Return a Move for each free team that would wait elsewhere."""
        teams = view.teams
        if not np.array_equal(teams.on_duty, self._duty):
            self._duty = teams.on_duty.copy()
            self._goal = self._assigned(view)
        rows = np.flatnonzero(teams.free & (teams.wait_node != self._goal)).tolist()
        return [
            Move(str(teams.id[row]), int(self._goal[row]))
            for row in rows
            if view.travel_from_ms(int(teams.node[row]), self._goal[[row]])[0] >= 0
        ]

    def _assigned(self, view: View) -> Ints:
        goal = view.teams.wait_node.copy()
        for service, kind, rows in self._rows.groups(view.teams):
            on_duty = rows[view.teams.on_duty[rows]]
            for row, node in nearest_pairs(view, on_duty, self._nodes(view, service, kind, len(rows))):
                goal[row] = node
        return goal

    def _nodes(self, view: View, service: str, kind: str, n: int) -> Ints:
        if (service, kind) not in self._sites:
            table = self._tables.of(view, service)
            self._sites[service, kind] = table.site[self._solver(table, demand_units(view, service), n)]
        return self._sites[service, kind]


class Mexclp(HomePositions):
    """Places teams by the maximum expected covering location problem, and keeps them there.

    Daskin 1983, «A maximum expected covering location model: formulation, properties and heuristic solution».
    """

    name = "mexclp"

    def __init__(self, busy: float = 0.4, norm_s: float = NORM_S) -> None:
        """Say what counts as covered.

        Args:
            busy: probability that a team is busy, from 0 up to 1 (0.4 assumed).
            norm_s: driving time within which a place is covered (240 s, the first unit's travel time of NFPA 1710).

        Raises:
            ValueError: one of them is out of its range.
        """
        if not 0 <= busy < 1:
            raise ValueError(f"busy must be from 0 up to 1, but is {busy}")
        super().__init__(mexclp_sites(busy), norm_s)


class Median(HomePositions):
    """Places teams so that the mean driving time to demand is least, and keeps them there.

    The p-median: Hakimi 1964, «Optimum locations of switching centers and the absolute centers and medians of a graph».
    """

    name = "median"

    def __init__(self) -> None:
        super().__init__(median_sites(), NORM_S)
