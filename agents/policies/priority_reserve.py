"""Some teams are kept for the most urgent."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np

from agents.policies.closest import Closest
from agents.policies.in_turn import InTurn
from agents.policy import Choice, Hold, Ints, View, Waiting


class PriorityReserve(InTurn):
    """Sends the nearest, but lets the less urgent wait as long as no more than some teams of the service are free.

    A cutoff priority queue (Taylor and Templeton 1980, «Waiting time in a multi-server cutoff-priority queue, and its
    application to an urban ambulance service»). What waits for this reason is held once, with the reason in the log.
    """

    name = "priority_reserve"

    def __init__(self, keep: int = 2, share: float = 0.0, urgent: int = 1) -> None:
        """Say how many are kept.

        Args:
            keep: teams of each service, at least 0.
            share: of the service's teams on duty, from 0 up to 1; the larger number of the two holds.
            urgent: priorities up to this one are always served.

        Raises:
            ValueError: one of them is out of its range.
        """
        if keep < 0 or not 0 <= share < 1:
            raise ValueError(f"keep must be at least 0 and share from 0 up to 1, but they are {keep} and {share}")
        super().__init__()
        self.keep, self.share, self.urgent = keep, share, urgent
        self._nearest = Closest()
        self._held: set[int] = set()
        self._now: list[Hold] = []

    def choose(self, view: View, request: Waiting, rows: Ints) -> int:
        """Return the nearest row, or none for the less urgent when only the reserve is left."""
        kept = self._kept(view, request.service)
        if request.priority > self.urgent and len(rows) <= kept:
            if request.key not in self._held:
                reason = f"{kept} {request.service} teams are kept for priority {self.urgent}"
                self._now.append(Hold(request.key, reason))
            return -1
        return self._nearest.choose(view, request, rows)

    def decide(self, view: View, rng: np.random.Generator) -> Sequence[Choice]:
        """Return what is sent, and what is held from now on."""
        self._now = []
        sent = super().decide(view, rng)
        self._held = {r.key for r in view.waiting} & (self._held | {hold.key for hold in self._now})
        return [*sent, *self._now]

    def _kept(self, view: View, service: str) -> int:
        if not self.share:
            return self.keep
        on_duty = int(view.teams.on_duty[self.rows.fitting(view.teams, service)].sum())
        return max(self.keep, ceil(self.share * on_duty))
