"""The team that is missed least."""

from __future__ import annotations

import numpy as np

from agents.policies.cover_tables import NORM_S, ExpectedCover, demand_units
from agents.policies.in_turn import InTurn
from agents.policy import Ints, View, Waiting


class CoverPreserving(InTurn):
    """Sends, of the teams that arrive within the norm, the one whose leaving costs the least expected cover.

    Of equals the nearest; where none arrives within the norm, and for the most urgent, the nearest of all. It is the
    dispatch rule that goes with DMEXCLP (Jagtenberg, Bhulai and van der Mei 2017, «Dynamic ambulance dispatching: is
    the closest-idle policy always optimal?»). What is covered is counted from where free teams wait or are going to
    wait, among teams of the same service; a team that waits at no post covers nothing.
    """

    name = "cover_preserving"

    def __init__(self, busy: float = 0.4, norm_s: float = NORM_S, urgent: int = 1) -> None:
        """Say what counts as covered.

        Args:
            busy: probability that a team is busy, from 0 up to 1 (0.4 assumed).
            norm_s: driving time within which a place is covered (240 s, the first unit's travel time of NFPA 1710).
            urgent: priorities up to this one always get the nearest.

        Raises:
            ValueError: one of them is out of its range.
        """
        super().__init__()
        self._cover, self._norm_ms, self.urgent = ExpectedCover(busy, norm_s), round(1000 * norm_s), urgent

    def choose(self, view: View, request: Waiting, rows: Ints) -> int:
        """Return the row that is missed least."""
        times_ms = view.travel_ms(view.teams.node[rows], request.node)
        nearest = int(times_ms.view(np.uint64).argmin())
        if times_ms[nearest] < 0:
            return -1
        in_time = np.flatnonzero((times_ms >= 0) & (times_ms <= self._norm_ms))
        if request.priority <= self.urgent or len(in_time) < 2:
            return int(rows[nearest])
        lost = self._lost(view, request.service, rows)[in_time]
        return int(rows[in_time[np.lexsort((times_ms[in_time], lost))[0]]])

    def _lost(self, view: View, service: str, rows: Ints) -> Ints:
        """The cover lost with each row; counted over the free rows that were handed in, of all kinds."""
        table = self._cover.tables.of(view, service)
        site = table.site_of(view.teams.wait_node[rows])
        idle = np.bincount(site[site >= 0], minlength=len(table.site))
        losses = self._cover.losses(table, demand_units(view, service), idle)
        return np.where(site >= 0, losses[site], 0.0)
