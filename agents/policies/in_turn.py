"""What most dispatch policies have in common: what waits is answered in its order, each with one free team."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from agents.policies.fleet_rows import FleetRows
from agents.policy import Choice, Dispatch, Ints, View, Waiting


class InTurn(ABC):
    """Goes through what waits, the most urgent first, and sends the team that :meth:`choose` names.

    What no free team fits, or none can reach, waits.
    """

    def __init__(self) -> None:
        self.rows = FleetRows()

    @abstractmethod
    def choose(self, view: View, request: Waiting, rows: Ints) -> int:
        """Return the row to send, or -1 for none.

        Args:
            view: the moment.
            request: what waits.
            rows: the free teams that fit, ascending, at least one.
        """

    def decide(self, view: View, rng: np.random.Generator) -> Sequence[Choice]:
        """Return one Dispatch for each that can be served now."""
        if not view.waiting:
            return []
        teams, choices = view.teams, []
        free, sent = teams.free, -1
        spent: set[tuple[str, tuple[str, ...]]] = set()
        for request in view.waiting:
            wanted = (request.service, request.kinds)
            if wanted in spent:
                continue
            if sent >= 0:
                free = free.copy() if free is teams.free else free
                free[sent] = False
            rows = self.rows.fitting(teams, *wanted)
            rows = rows[free[rows]]
            if not len(rows):
                spent.add(wanted)
                continue
            sent = self.choose(view, request, rows)
            if sent >= 0:
                choices.append(Dispatch(request.key, teams.id.item(sent)))
        return choices
