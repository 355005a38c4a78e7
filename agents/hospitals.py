"""Where patients are taken, and the crews that wait there to hand them over."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agents.desk import Desk
from agents.roads import Roads
from agents.settings import HospitalSettings


class Hospitals:
    """The hospitals of the city.

    Attributes:
        nodes: where they are.
        desks: who takes patients over, one for each hospital.
    """

    def __init__(self, nodes: Sequence[int], settings: HospitalSettings, mean_handover_ms: int) -> None:
        self.nodes = np.array(nodes, dtype=np.int64)
        self._by_load, self._mean_ms = settings.choice == "load", mean_handover_ms
        self._bays = settings.bays
        self.desks = [Desk(settings.bays or 1 << 30) for _ in nodes]
        self._coming = [0] * len(nodes)
        self._wait_ms = np.zeros(len(nodes), dtype=np.int64)  # to be expected, where it counts

    def choose(self, roads: Roads, node: int) -> tuple[int, int]:
        """Return the row of the hospital for a patient at a node, and the travel time; (-1, -1) where there is none."""
        return roads.cheapest(node, self.nodes, self._wait_ms)

    def send(self, row: int) -> None:
        """A crew is on its way there."""
        self._coming[row] += 1
        self._expect(row)

    def hand_over(self, row: int) -> None:
        """A crew has handed over and leaves."""
        self._coming[row] -= 1
        self._expect(row)
        self.desks[row].done()

    def _expect(self, row: int) -> None:
        if self._by_load:
            self._wait_ms[row] = self._coming[row] * self._mean_ms // (self._bays or 1)
