"""The own district's teams first."""

from __future__ import annotations

from agents.policies.in_turn import InTurn
from agents.policy import Ints, View, Waiting


class DistrictFirst(InTurn):
    """Sends the nearest free team of the request's own district, and the nearest of all where that has none free.

    A team is of the district in which its home post lies. It is how services with district stations work by their
    rules; where a border runs between a call and the nearest post it costs time.
    """

    name = "district_first"

    def choose(self, view: View, request: Waiting, rows: Ints) -> int:
        """Return the nearest row of the district, or of all."""
        here = view.district[request.node]
        own = rows[view.district[view.teams.post_node[rows]] == here]
        row = view.nearest(own, request.node) if len(own) and here >= 0 else -1
        return row if row >= 0 else view.nearest(rows, request.node)
