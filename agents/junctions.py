"""Which junction each team on the road comes to next, for all teams at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from agents.trip import Trip
from twin.travel.contract import Ints

if TYPE_CHECKING:
    from agents.teams import Team

FOREVER_MS: Final = 1 << 62
_FIRST_LENGTH: Final = 128


class Junctions:
    """Where each team can be sent from; the ways of drives are looked up when they are first needed.

    Attributes:
        node: (n,) int64, where it stands, or the junction it comes to next, as of the last :meth:`advance`.
    """

    def __init__(self, node: Ints) -> None:
        n = len(node)
        self.node = node
        self._until_ms = np.full(n, FOREVER_MS, dtype=np.int64)  # so long ``node`` holds
        self._at, self._length = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        self._way_node = np.zeros((n, _FIRST_LENGTH), dtype=np.int64)
        self._way_ms = np.zeros((n, _FIRST_LENGTH), dtype=np.int64)
        self._unknown, self._none = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=bool)

    def halt(self, row: int, node: int) -> None:
        """A team stands at a node, or nobody asks where it is."""
        self.node[row], self._until_ms[row] = node, FOREVER_MS

    def follow(self, row: int, trip: Trip) -> None:
        """A team is on a drive; until it leaves it is at its origin."""
        self.node[row], self._until_ms[row], self._length[row] = trip.origin, trip.start_ms, 0

    def advance(self, t_ms: int, teams: Sequence[Team], skipped: NDArray[np.bool_] | None = None) -> None:
        """Bring ``node`` up to a time, not before the last one; of rows that are skipped no way is looked up."""
        skipped = self._none if skipped is None else skipped
        missing = self._advance(t_ms, skipped)
        if missing:
            for row in self._unknown[:missing].tolist():
                self._learn(row, teams[row].trip)
            self._advance(t_ms, skipped)

    def _advance(self, t_ms: int, skipped: NDArray[np.bool_]) -> int:
        missing: int = _advance(
            t_ms, skipped, self._until_ms, self.node, self._at, self._length, self._way_ms, self._way_node,
            self._unknown,
        )  # fmt: skip
        return missing

    def _learn(self, row: int, trip: Any) -> None:
        route = trip.route
        length = len(route.nodes)
        if length > self._way_ms.shape[1]:
            room = ((0, 0), (0, 2 * length - self._way_ms.shape[1]))
            self._way_ms, self._way_node = np.pad(self._way_ms, room), np.pad(self._way_node, room)
        self._way_node[row, :length] = route.nodes
        self._way_ms[row, :length] = route.at_ms
        self._way_ms[row, :length] += trip.start_ms
        self._at[row], self._length[row] = 0, length


@njit(cache=True)  # type: ignore[untyped-decorator]
def _advance(
    t_ms: int, skipped: NDArray[np.bool_], until_ms: Ints, node: Ints, at: Ints, length: Ints, way_ms: Ints,
    way_node: Ints, unknown: Ints,
) -> int:  # fmt: skip
    """Move rows on to the first junction reached at ``t_ms`` or later; return how many ways are still unknown."""
    missing = 0
    for row in range(len(node)):
        if until_ms[row] >= t_ms:
            continue
        if length[row] == 0:
            if not skipped[row]:
                unknown[missing] = row
                missing += 1
            continue
        i = at[row]
        while i < length[row] - 1 and way_ms[row, i] < t_ms:
            i += 1
        at[row] = i
        node[row] = way_node[row, i]
        until_ms[row] = FOREVER_MS if i == length[row] - 1 else way_ms[row, i]
    return missing
