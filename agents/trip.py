"""One drive on the streets: where it is at any time, and which junction comes next."""

from __future__ import annotations

from bisect import bisect_left

from twin.streets import StreetGraph


class Trip:
    """A drive from one node to another; the path is worked out when first asked for.

    Attributes:
        origin, goal: nodes.
        start_ms: when the vehicle leaves ``origin``.
        travel_ms: how long it takes.
        lead: the drive it was on before ``start_ms`` when it was sent from the road, else None.
    """

    __slots__ = ("_at_ms", "_nodes", "_streets", "goal", "lead", "origin", "start_ms", "travel_ms")

    def __init__(
        self, streets: StreetGraph, origin: int, goal: int, start_ms: int, travel_ms: int, lead: Trip | None = None
    ) -> None:
        self.origin, self.goal, self.start_ms, self.travel_ms, self.lead = origin, goal, start_ms, travel_ms, lead
        self._streets = streets
        self._nodes: list[int] = []
        self._at_ms: list[int] = []

    @property
    def end_ms(self) -> int:
        """When it is there."""
        return self.start_ms + self.travel_ms

    def next_junction(self, t_ms: int) -> tuple[int, int]:
        """Return the node the vehicle is at or comes to next, and when it is there (not before ``t_ms``)."""
        if t_ms <= self.start_ms:
            return self.origin, self.start_ms
        if t_ms >= self.end_ms:
            return self.goal, t_ms
        self._find_path()
        ahead = bisect_left(self._at_ms, t_ms - self.start_ms)
        return self._nodes[ahead], self.start_ms + self._at_ms[ahead]

    def pose(self, t_ms: int) -> tuple[float, float, float]:
        """Return ``x_m, y_m, bearing_deg`` on the street; it stands at the goal afterwards."""
        if self.lead and t_ms < self.start_ms:
            return self.lead.pose(t_ms)
        self._find_path()
        return self._streets.pose_along(self._nodes, min(max(0, t_ms - self.start_ms), self.travel_ms))

    def on_road(self, t_ms: int) -> Trip:
        """Return the drive the vehicle is really on at ``t_ms``: this one, or the one that leads to its start."""
        return self.lead if self.lead and t_ms < self.start_ms else self

    def _find_path(self) -> None:
        if not self._nodes:
            self._nodes = self._streets.path(self.origin, self.goal)
            self._at_ms = self._streets.path_ms(self._nodes).tolist()
