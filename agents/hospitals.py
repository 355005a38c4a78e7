"""Where patients are taken, and the crews that wait there to hand them over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from agents.desk import Desk
from agents.roads import Roads
from agents.settings import HospitalSettings

_NEVER_MS: Final = np.iinfo(np.int64).max


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
        self._coming = np.zeros(len(nodes), dtype=np.int64)

    def choose(self, roads: Roads, node: int) -> tuple[int, int]:
        """Return the row of the hospital for a patient at a node, and the travel time; (-1, -1) where there is none."""
        if not len(self.nodes):
            return -1, -1
        times_ms = roads.times_ms(node, self.nodes)
        cost = np.where(times_ms < 0, _NEVER_MS, times_ms)
        if self._by_load:
            cost = cost + np.where(times_ms < 0, 0, self._coming * self._mean_ms // (self._bays or 1))
        row = int(cost.argmin())
        travel_ms = int(times_ms[row])
        return (row, travel_ms) if travel_ms >= 0 else (-1, -1)

    def send(self, row: int) -> None:
        """A crew is on its way there."""
        self._coming[row] += 1

    def hand_over(self, row: int) -> None:
        """A crew has handed over and leaves."""
        self._coming[row] -= 1
        self.desks[row].done()
