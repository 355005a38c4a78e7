"""One drive on the streets: where it is at any time, and which junction comes next."""

from __future__ import annotations

import numpy as np

from twin.streets import StreetGraph


class Turns:
    """The arcs out of each node as plain lists, for following a path one junction at a time.

    It takes the same turns as ``StreetGraph.path``: of equally quick ways the one to the lowest node.

    Attributes:
        streets: the graph.
    """

    def __init__(self, streets: StreetGraph) -> None:
        self.streets = streets
        self._first: list[int] = np.searchsorted(streets.tail, np.arange(len(streets.drivable) + 1)).tolist()
        self._head: list[int] = streets.head.tolist()
        self._arc_ms: list[int] = streets.arc_ms.tolist()

    def next(self, node: int, left_ms: np.ndarray) -> tuple[int, int]:
        """Return the next node on the quickest way and the time to it.

        Args:
            node: where the vehicle is; not the goal.
            left_ms: (nodes,) ``StreetGraph.times_to_ms(goal)``.
        """
        left = left_ms.item(node)
        for arc in range(self._first[node], self._first[node + 1]):
            head, arc_ms = self._head[arc], self._arc_ms[arc]
            if left_ms.item(head) == left - arc_ms:
                return head, arc_ms
        raise ValueError(f"no street leads on from node {node}")


class Trip:
    """A drive from one node to another along the quickest path, followed as far as somebody asks.

    Attributes:
        origin, goal: nodes.
        start_ms: when the vehicle leaves ``origin``.
        travel_ms: how long it takes.
        lead: the drive it was on before ``start_ms`` when it was sent from the road, else None.
    """

    __slots__ = ("_left_ms", "_next", "_next_ms", "_turns", "goal", "lead", "origin", "start_ms", "travel_ms")

    def __init__(
        self, turns: Turns, origin: int, goal: int, start_ms: int, travel_ms: int, lead: Trip | None = None
    ) -> None:
        self.origin, self.goal, self.start_ms, self.travel_ms, self.lead = origin, goal, start_ms, travel_ms, lead
        self._turns = turns
        self._next, self._next_ms = origin, start_ms
        self._left_ms: np.ndarray | None = None

    @property
    def end_ms(self) -> int:
        """When it is there."""
        return self.start_ms + self.travel_ms

    def next_junction(self, t_ms: int) -> tuple[int, int]:
        """Return the node the vehicle is at or comes to next, and when it is there (at the goal, ``t_ms``).

        To be asked in the order of time.
        """
        if t_ms >= self.end_ms:
            return self.goal, t_ms
        if t_ms > self._next_ms:
            if self._left_ms is None:
                self._left_ms = self._turns.streets.times_to_ms(self.goal)
            while self._next_ms < t_ms:
                self._next, arc_ms = self._turns.next(self._next, self._left_ms)
                self._next_ms += arc_ms
        return self._next, self._next_ms

    def pose(self, t_ms: int) -> tuple[float, float, float]:
        """Return ``x_m, y_m, bearing_deg`` on the street; it stands at the goal afterwards."""
        if self.lead and t_ms < self.start_ms:
            return self.lead.pose(t_ms)
        streets = self._turns.streets
        path = streets.path(self.origin, self.goal)
        return streets.pose_along(path, min(max(0, t_ms - self.start_ms), self.travel_ms))

    def on_road(self, t_ms: int) -> Trip:
        """Return the drive the vehicle is really on at ``t_ms``: this one, or the one that leads to its start."""
        return self.lead if self.lead and t_ms < self.start_ms else self
