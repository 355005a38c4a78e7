"""One drive: where it is at any time, and which junction comes next."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.travel import Route, Travel


class Trip:
    """A drive from one node to another along the quickest way at the speeds of its departure.

    The way itself is looked up only when somebody asks where the vehicle is.

    Attributes:
        origin, goal: nodes.
        start_ms: when the vehicle leaves ``origin``.
        travel_ms: how long it takes, -1 where there is no way.
        period: whose speeds hold for the whole of it.
        lead: the drive it was on before ``start_ms`` when it was sent from the road, else None.
    """

    __slots__ = ("_route", "_travel", "goal", "lead", "origin", "period", "start_ms", "travel_ms")

    def __init__(
        self, travel: Travel, origin: int, goal: int, start_ms: int, travel_ms: int = -1, period: int = 0,
        lead: Trip | None = None,
    ) -> None:  # fmt: skip
        self.origin, self.goal, self.start_ms, self.travel_ms, self.lead = origin, goal, start_ms, travel_ms, lead
        self.period, self._travel = period, travel
        self._route: Route | None = None

    @property
    def end_ms(self) -> int:
        """When it is there."""
        return self.start_ms + self.travel_ms

    @property
    def route(self) -> Route:
        """The way it takes."""
        if self._route is None:
            self._route = self._travel.route(self.origin, self.goal, self.period)
        return self._route

    def lay(self, row: int, nodes: NDArray[np.int64], at_ms: NDArray[np.int64]) -> int:
        """Write the nodes of the way, and the times from its start, into one row of two tables; return how many."""
        return self._travel.lay(self.origin, self.goal, self.period, row, nodes, at_ms)

    def next_junction(self, t_ms: int) -> tuple[int, int]:
        """Return the node the vehicle is at or comes to next, and when it is there (at the goal, ``t_ms``)."""
        if t_ms >= self.end_ms:
            return self.goal, t_ms
        if t_ms <= self.start_ms:
            return self.origin, self.start_ms
        node, after_ms = self.route.node_ahead(t_ms - self.start_ms)
        return node, self.start_ms + after_ms

    def pose(self, t_ms: int) -> tuple[float, float, float]:
        """Return ``x_m, y_m, bearing_deg`` on the street; it stands at the goal afterwards."""
        if self.lead and t_ms < self.start_ms:
            return self.lead.pose(t_ms)
        return self._travel.pose_on(self.route, min(max(0, t_ms - self.start_ms), self.travel_ms))

    def on_road(self, t_ms: int) -> Trip:
        """Return the drive the vehicle is really on at ``t_ms``: this one, or the one that leads to its start."""
        return self.lead if self.lead and t_ms < self.start_ms else self


def standing(node: int) -> Route:
    """Return the way of a vehicle that stands."""
    return Route(np.array([node], dtype=np.int64), np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64))
