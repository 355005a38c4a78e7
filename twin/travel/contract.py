"""What everybody who drives may ask, whatever answers: hub labels, plain searches, or a matrix of zones.

Times are whole milliseconds, exact, -1 where there is no way. A period is a stretch of the week in which speeds stay
the same, and in which the same closures hold; the period of the moment of departure holds for a whole trip. A trip may
leave its origin by any arc and reach its goal by any arc; turn restrictions hold between, so a route may pass a node
twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Route:
    """One quickest way.

    Attributes:
        nodes: (k,) int64, first and last node included; one node for a way of no length, none where there is no way.
        at_ms: (k,) int64, time from the start to each of them.
        arcs: (k - 1,) int64, how each node is left: ``2 * row of city.streets``, plus 1 where the street is driven
            against its line. The same in every period.
    """

    nodes: Ints
    at_ms: Ints
    arcs: Ints

    @property
    def travel_ms(self) -> int:
        """How long it takes; -1 where there is no way."""
        return int(self.at_ms[-1]) if len(self.at_ms) else -1

    def node_ahead(self, elapsed_ms: int) -> tuple[int, int]:
        """Return the next node and when the vehicle is there, in ms from the start; the last node at the end."""
        ahead = min(int(self.at_ms.searchsorted(elapsed_ms)), len(self.nodes) - 1)
        return int(self.nodes[ahead]), int(self.at_ms[ahead])


def soonest(times_ms: Ints) -> tuple[int, int]:
    """Return the place of the least of some times, of equals the first, and the time; -1, -1 where all are -1."""
    if not len(times_ms):
        return -1, -1
    which = int(times_ms.view(np.uint64).argmin())  # -1 is the largest there is
    return (which, int(times_ms[which])) if times_ms[which] >= 0 else (-1, -1)


def least(times_ms: Ints, extra_ms: Ints) -> tuple[int, int]:
    """Return the place of the least sum of a time and its extra, of equals the first, and the time; -1, -1 for none."""
    which, _ = soonest(np.where(times_ms < 0, -1, times_ms + extra_ms))
    return (which, int(times_ms[which])) if which >= 0 else (-1, -1)


def write_route(route: Route, row: int, nodes: Ints, at_ms: Ints) -> int:
    """Write a route's nodes and times into one row of two tables; return how many there are."""
    kept = min(len(route.nodes), nodes.shape[1])
    nodes[row, :kept], at_ms[row, :kept] = route.nodes[:kept], route.at_ms[:kept]
    return len(route.nodes)


class Travel(Protocol):
    """Travel times of one profile, bound to the zoned start of a run; equal answers for equal questions, always.

    Two implementations give the same times; of equally quick routes they may choose different ones.
    """

    @property
    def node_count(self) -> int:
        """Nodes are 0 to ``node_count - 1``."""
        ...

    def period_at(self, t_ms: int) -> int:
        """Return the period in force at a simulated time."""
        ...

    def one_to_one_ms(self, origin: int, goal: int, period: int) -> int:
        """Return the time of the quickest way.

        Raises:
            IndexError: a node that is not there, here and in all that follows.
        """
        ...

    def many_to_one_ms(self, origins: Ints, goal: int, period: int) -> Ints:
        """Return the (n,) times from each origin to one goal."""
        ...

    def one_to_many_ms(self, origin: int, goals: Ints, period: int) -> Ints:
        """Return the (n,) times from one origin to each goal."""
        ...

    def quickest_to(self, origins: Ints, goal: int, period: int) -> tuple[int, int]:
        """Return which origin is the quickest at one goal, of equals the first, and its time; -1, -1 for none."""
        ...

    def cheapest_from(self, origin: int, goals: Ints, extra_ms: Ints, period: int) -> tuple[int, int]:
        """Return which goal takes least from one origin, the time and its own ``extra_ms`` together, and the time.

        ``extra_ms`` holds (n,) waits of at least 0; of equals it is the first goal; -1, -1 where there is no way.
        """
        ...

    def lay(self, origin: int, goal: int, period: int, row: int, nodes: Ints, at_ms: Ints) -> int:
        """Write the nodes and times of :meth:`route` into a row of two (rows, room) tables; return how many there are.

        Where there are more than the row has room for, it holds only the first of them.
        """
        ...

    def route(self, origin: int, goal: int, period: int) -> Route:
        """Return the quickest way itself; of equally quick ways always the same one."""
        ...

    def pose_on(self, route: Route, elapsed_ms: int) -> tuple[float, float, float]:
        """Return ``x_m, y_m, bearing_deg`` of a vehicle on its way; it stands at the end afterwards."""
        ...
