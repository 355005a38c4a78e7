"""Travel times by plain searches that are kept: for small cities, and the oracle for everything quicker."""

from __future__ import annotations

import numpy as np

from twin.streets import StreetGraph
from twin.travel.contract import Ints, Route


class SearchedTravel:
    """A :class:`twin.travel.contract.Travel` over one street graph, at the same speeds all week.

    Attributes:
        streets: the graph.
    """

    def __init__(self, streets: StreetGraph) -> None:
        self.streets = streets

    @property
    def node_count(self) -> int:
        """Nodes are 0 to ``node_count - 1``."""
        return len(self.streets.drivable)

    def period_at(self, t_ms: int) -> int:
        """Return 0: there is one period."""
        return 0

    def one_to_one_ms(self, origin: int, goal: int, period: int) -> int:
        """Return the time of the quickest way, -1 for none."""
        return int(self.streets.times_to_ms(goal)[origin])

    def many_to_one_ms(self, origins: Ints, goal: int, period: int) -> Ints:
        """Return the (n,) times from each origin to one goal, -1 for none."""
        return self.streets.times_to_ms(goal)[origins]

    def one_to_many_ms(self, origin: int, goals: Ints, period: int) -> Ints:
        """Return the (n,) times from one origin to each goal, -1 for none."""
        return self.streets.times_from_ms(origin)[goals]

    def route(self, origin: int, goal: int, period: int) -> Route:
        """Return the quickest way; of equally quick ways the one to the lowest node at each turn."""
        path = self.streets.path(origin, goal)
        if not path:
            empty = np.zeros(0, dtype=np.int64)
            return Route(empty, empty, empty)
        nodes = np.array(path, dtype=np.int64)
        return Route(nodes, self.streets.path_ms(path), self.streets.arcs_along(path))

    def pose_on(self, route: Route, elapsed_ms: int) -> tuple[float, float, float]:
        """Return ``x_m, y_m, bearing_deg`` on the street."""
        return self.streets.pose_along(route.nodes.tolist(), elapsed_ms)
