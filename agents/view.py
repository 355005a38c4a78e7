"""What a policy sees at one moment: frozen, over columns that cannot be written to."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from agents.policy import TeamsView, Waiting
from twin.streets import StreetGraph


@dataclass(frozen=True)
class CityView:
    """A :class:`agents.policy.View` of the running world; ``waiting`` is sorted by priority, then by age."""

    now_ms: int
    waiting: tuple[Waiting, ...]
    teams: TeamsView
    _streets: StreetGraph = field(repr=False)

    def travel_ms(self, nodes: NDArray[np.int64], to: int) -> NDArray[np.int64]:
        """Return driving times from each node to one node, in ms; -1 where there is no way.

        Raises:
            IndexError: there is no such node.
        """
        times_ms = self._streets.times_to_ms(int(to))
        nodes = np.asarray(nodes, dtype=np.int64)
        if ((nodes < 0) | (nodes >= len(times_ms))).any():
            raise IndexError(f"nodes must be from 0 to {len(times_ms) - 1}")
        return times_ms[nodes]
