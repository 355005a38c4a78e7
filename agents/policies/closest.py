"""The closest free team."""

from __future__ import annotations

from agents.policies.in_turn import InTurn
from agents.policy import Ints, View, Waiting


class Closest(InTurn):
    """Sends the free team that is nearest by travel time; of equally near ones the first of the fleet."""

    name = "closest"
    sees_under_way = False
    moves = False

    def choose(self, view: View, request: Waiting, rows: Ints) -> int:
        """Return the nearest row."""
        return view.nearest(rows, request.node)
