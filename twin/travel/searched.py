"""Travel times by plain searches that are kept: for small cities, and the oracle for everything quicker."""

from __future__ import annotations

from twin.streets import StreetGraph
from twin.travel.contract import Ints, Route, least, soonest, write_route
from twin.travel.routes import no_route, pose_on, route_of


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
        if not 0 <= origin < self.node_count:
            raise IndexError(f"node {origin} is not one of 0 to {self.node_count - 1}")
        return self.streets.times_to_ms(goal).item(origin)

    def many_to_one_ms(self, origins: Ints, goal: int, period: int) -> Ints:
        """Return the (n,) times from each origin to one goal, -1 for none."""
        _check(origins, self.node_count)
        return self.streets.times_to_ms(goal)[origins]

    def one_to_many_ms(self, origin: int, goals: Ints, period: int) -> Ints:
        """Return the (n,) times from one origin to each goal, -1 for none."""
        _check(goals, self.node_count)
        return self.streets.times_from_ms(origin)[goals]

    def quickest_to(self, origins: Ints, goal: int, period: int) -> tuple[int, int]:
        """Return which origin is the quickest at one goal, of equals the first, and its time; -1, -1 for none."""
        return soonest(self.many_to_one_ms(origins, goal, period))

    def cheapest_from(self, origin: int, goals: Ints, extra_ms: Ints, period: int) -> tuple[int, int]:
        """Return which goal takes least from one origin, the time and its own ``extra_ms`` together, and the time."""
        return least(self.one_to_many_ms(origin, goals, period), extra_ms)

    def lay(self, origin: int, goal: int, period: int, row: int, nodes: Ints, at_ms: Ints) -> int:
        """Write the nodes and times of :meth:`route` into one row of two tables; return how many there are."""
        return write_route(self.route(origin, goal, period), row, nodes, at_ms)

    def route(self, origin: int, goal: int, period: int) -> Route:
        """Return the quickest way; of equally quick ways the one to the lowest node at each turn."""
        arcs = self.streets.path_arcs(origin, goal) if self.one_to_one_ms(origin, goal, period) >= 0 else None
        return no_route() if arcs is None else route_of(self.streets, origin, arcs)

    def pose_on(self, route: Route, elapsed_ms: int) -> tuple[float, float, float]:
        """Return ``x_m, y_m, bearing_deg`` on the street."""
        return pose_on(self.streets, route, elapsed_ms)


def _check(nodes: Ints, count: int) -> None:
    if len(nodes) and not (nodes.min() >= 0 and nodes.max() < count):
        raise IndexError(f"a node is not one of 0 to {count - 1}")
