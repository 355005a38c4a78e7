"""Which junction each team on the road comes to next, for all teams at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

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
    """Where each team can be sent from; the ways of drives are looked up when they are first needed, or before.

    Attributes:
        node: (n,) int64, where it stands, or the junction it comes to next, as of the last :meth:`advance` of its row.
    """

    def __init__(self, node: Ints) -> None:
        n = len(node)
        self.node, self.rows = node, np.arange(n)
        self._until_ms = np.full(n, FOREVER_MS, dtype=np.int64)  # so long ``node`` holds
        self._start_ms, self._at = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
        self._length = np.zeros(n, dtype=np.int64)  # of the way, 0 where it is unknown
        self._way_node = np.zeros((n, _FIRST_LENGTH), dtype=np.int64)
        self._way_ms = np.zeros((n, _FIRST_LENGTH), dtype=np.int64)
        self._unknown = np.zeros(n, dtype=np.int64)
        self._followed: list[Trip | None] = [None] * n
        self._laid: list[tuple[Trip | None, int]] = [(None, 0)] * n  # whose way is in the tables, and its length

    def halt(self, row: int, node: int) -> None:
        """A team stands at a node, or nobody asks where it is."""
        self.node[row], self._until_ms[row] = node, FOREVER_MS
        self._followed[row] = None

    def follow(self, row: int, trip: Trip) -> None:
        """A team is on a drive; until it leaves it is at its origin."""
        if trip is self._followed[row]:
            return
        self._followed[row] = trip
        laid, length = self._laid[row]
        self.node[row], self._at[row], self._length[row] = trip.origin, 0, length if laid is trip else 0
        self._until_ms[row] = self._start_ms[row] = trip.start_ms

    def advance(self, t_ms: int, rows: NDArray[np.int64], teams: Sequence[Team]) -> None:
        """Bring ``node`` of some rows up to a time, not before their last one."""
        missing = self._advance(t_ms, rows)
        if missing:
            for row in self._unknown[:missing].tolist():
                trip = teams[row].trip
                assert trip is not None, "only a team on a drive leaves its node by itself"
                self.lay(row, trip)
                self._length[row] = self._laid[row][1]
            self._advance(t_ms, rows)

    def behind(self, row: int, t_ms: int) -> bool:
        """Return whether a row has to be brought up to a time."""
        return self._until_ms.item(row) < t_ms

    def when_ms(self, row: int, t_ms: int) -> int:
        """Return when a team is at its ``node`` as of ``t_ms``; ``t_ms`` itself where it has come to its goal."""
        start_ms = self._start_ms.item(row)
        there_ms = start_ms + self._way_ms.item(row, self._at.item(row)) if self._length.item(row) else start_ms
        return max(t_ms, there_ms)

    def _advance(self, t_ms: int, rows: NDArray[np.int64]) -> int:
        missing: int = _advance(
            t_ms, rows, self._start_ms, self._until_ms, self.node, self._at, self._length, self._way_ms,
            self._way_node, self._unknown,
        )  # fmt: skip
        return missing

    def lay(self, row: int, trip: Trip) -> int:
        """Look up the way of the drive a team is on, or begins next; return how long it takes, -1 for no way."""
        length = trip.lay(row, self._way_node, self._way_ms)
        if length > self._way_ms.shape[1]:
            room = ((0, 0), (0, 2 * length - self._way_ms.shape[1]))
            self._way_ms, self._way_node = np.pad(self._way_ms, room), np.pad(self._way_node, room)
            length = trip.lay(row, self._way_node, self._way_ms)
        self._laid[row] = trip, length
        return self._way_ms.item(row, length - 1) if length else -1


@njit(cache=True)  # type: ignore[untyped-decorator]
def _advance(
    t_ms: int, rows: NDArray[np.int64], start_ms: Ints, until_ms: Ints, node: Ints, at: Ints, length: Ints,
    way_ms: Ints, way_node: Ints, unknown: Ints,
) -> int:  # fmt: skip
    """Move rows on to the first junction reached at ``t_ms`` or later; return how many ways are still unknown."""
    missing = 0
    for row in rows:
        if until_ms[row] >= t_ms:
            continue
        if length[row] == 0:
            unknown[missing] = row
            missing += 1
            continue
        i = at[row]
        while i < length[row] - 1 and start_ms[row] + way_ms[row, i] < t_ms:
            i += 1
        at[row] = i
        node[row] = way_node[row, i]
        until_ms[row] = FOREVER_MS if i == length[row] - 1 else start_ms[row] + way_ms[row, i]
    return missing
