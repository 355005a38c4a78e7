"""DMEXCLP: whoever is done waits where it adds most to what the idle teams cover."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agents.policies.cover_tables import NORM_S, CoverTable, ExpectedCover, demand_units
from agents.policies.fleet_rows import FleetRows, Freed
from agents.policy import Choice, Ints, Move, View


class Dmexclp:
    """Sends a team that has become free to the post with the largest marginal expected cover.

    The dynamic MEXCLP heuristic of Jagtenberg, Bhulai and van der Mei 2015 («An efficient heuristic for real-time
    ambulance redeployment»): with k idle teams in reach of a place, where a team on its way counts as if it were there
    already, one more adds ``demand * (1 - busy) * busy ** k``; the post with the largest sum over the places it
    reaches within the norm is taken. Only a team that becomes free is moved, so nobody drives more often than before.
    Teams of one kind count for each other. Of equally good posts the team keeps the one it is going to, or takes the
    one with the lowest node.
    """

    name = "dmexclp"

    def __init__(self, busy: float = 0.4, norm_s: float = NORM_S) -> None:
        """Say what counts as covered.

        Args:
            busy: probability that a team is busy, from 0 up to 1 (0.4 assumed).
            norm_s: driving time within which a place is covered (240 s, the first unit's travel time of NFPA 1710).

        Raises:
            ValueError: one of them is out of its range.
        """
        self._cover, self._freed, self._rows = ExpectedCover(busy, norm_s), Freed(), FleetRows()

    def decide(self, view: View, rng: np.random.Generator) -> Sequence[Choice]:
        """Return a Move for each team that has become free and would wait elsewhere."""
        moves: list[Choice] = []
        waits = view.teams.wait_node.copy()
        for row in self._freed.rows(view):
            node = self._best(view, row, waits)
            if node >= 0 and node != int(waits[row]):
                waits[row] = node
                moves.append(Move(str(view.teams.id[row]), node))
        return moves

    def _best(self, view: View, row: int, waits: Ints) -> int:
        teams, service = view.teams, str(view.teams.service[row])
        table = self._cover.tables.of(view, service)
        like = self._rows.fitting(teams, service, (str(teams.kind[row]),))
        idle = self._idle(table, waits[like[teams.free[like] & (like != row)]])
        gains = self._cover.gains(table, demand_units(view, service), idle)
        now = int(table.site_of(waits[[row]])[0])
        while gains.size:
            best = int(gains.argmax())
            best = now if now >= 0 and gains[now] == gains[best] else best
            if gains[best] < 0:
                break
            if view.travel_from_ms(int(teams.node[row]), table.site[best : best + 1])[0] >= 0:
                return int(table.site[best])
            gains[best] = -1.0
        return -1

    def _idle(self, table: CoverTable, nodes: Ints) -> Ints:
        site = table.site_of(nodes)
        return np.bincount(site[site >= 0], minlength=len(table.site))
