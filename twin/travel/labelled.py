"""Travel times from hub labels: a question costs microseconds in a city of any size."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.streets import StreetGraph
from twin.travel.contract import Ints, Route
from twin.travel.label_queries import cheapest, many_ms, one_ms, quickest
from twin.travel.label_set import LabelSet
from twin.travel.label_ways import lay, way
from twin.travel.routes import no_route, pose_on, route_of


class LabelledTravel:
    """A :class:`twin.travel.contract.Travel` over the labels of one street graph, at the same speeds all week.

    Any number of threads may ask at once.

    Attributes:
        streets: the graph.
        labels: its labels.
        tables: the arrays behind them, as the kernels take them.
    """

    def __init__(self, streets: StreetGraph, labels: LabelSet) -> None:
        """Take labels that were made of this graph."""
        self.streets, self.labels = streets, labels
        graph, out, into = labels.graph, labels.out, labels.into
        self.tables = (
            graph.goal, labels.tree, labels.place, graph.ms,
            _bare(out.first), _bare(out.entry), _bare(into.first), _bare(into.entry),
        )  # fmt: skip
        self._ways = (*self.tables, _bare(out.step), _bare(into.step))
        onto = np.where(graph.arc >= 0, streets.head[graph.arc], -1)
        self._onto = _bare(np.stack([onto, graph.ms], axis=1).astype(np.int32))
        self._line = _line(streets)

    @property
    def node_count(self) -> int:
        """Nodes are 0 to ``node_count - 1``."""
        return len(self.labels.graph.goal)

    def period_at(self, t_ms: int) -> int:
        """Return 0: there is one period."""
        return 0

    def one_to_one_ms(self, origin: int, goal: int, period: int) -> int:
        """Return the time of the quickest way, -1 for none."""
        return int(one_ms(origin, goal, *self.tables))

    def many_to_one_ms(self, origins: Ints, goal: int, period: int) -> Ints:
        """Return the (n,) times from each origin to one goal, -1 for none."""
        times: Ints = many_ms(_asked(origins), goal, True, *self.tables)
        return times

    def one_to_many_ms(self, origin: int, goals: Ints, period: int) -> Ints:
        """Return the (n,) times from one origin to each goal, -1 for none."""
        times: Ints = many_ms(_asked(goals), origin, False, *self.tables)
        return times

    def quickest_to(self, origins: Ints, goal: int, period: int) -> tuple[int, int]:
        """Return which of the origins is the quickest at one goal, of equals the first, and its time; -1, -1 for none.

        Those that are too far by the straight line are not asked about.
        """
        which, time_ms = quickest(np.array(origins, dtype=np.int64), goal, *self._line, *self.tables)
        return int(which), int(time_ms)

    def cheapest_from(self, origin: int, goals: Ints, extra_ms: Ints, period: int) -> tuple[int, int]:
        """Return which goal takes least from one origin, the time and its own ``extra_ms`` together, and the time.

        Of equals it is the first; -1, -1 for none. Those that are too far by the straight line are not asked about.
        """
        which, time_ms = cheapest(origin, goals, extra_ms, *self._line, *self.tables)
        return int(which), int(time_ms)

    def lay(self, origin: int, goal: int, period: int, row: int, nodes: Ints, at_ms: Ints) -> int:
        """Write the nodes and times of :meth:`route` into one row of two tables; return how many there are."""
        return int(lay(origin, goal, row, nodes, at_ms, self._onto, *self._ways))

    def route(self, origin: int, goal: int, period: int) -> Route:
        """Return the quickest way; of equally quick ways always the same, the one by the weightiest junction."""
        rows, found = way(origin, goal, *self._ways)
        if not found:
            return no_route()
        return route_of(self.streets, origin, self.labels.graph.arc[rows])

    def rows(self, origin: int, goal: int) -> Ints:
        """Return the edges of the label graph on the quickest way; () where there is none."""
        rows: Ints = way(origin, goal, *self._ways)[0]
        return rows

    def pose_on(self, route: Route, elapsed_ms: int) -> tuple[float, float, float]:
        """Return ``x_m, y_m, bearing_deg`` on the street."""
        return pose_on(self.streets, route, elapsed_ms)


def _line(streets: StreetGraph) -> tuple[NDArray[np.float64], float]:
    """Return where the nodes lie, and the most metres of straight line that an arc covers in a millisecond."""
    points = streets.city.nodes.geometry
    xy_m = np.stack([points.x.to_numpy(), points.y.to_numpy()], axis=1)
    line_m = np.hypot(*(xy_m[streets.head] - xy_m[streets.tail]).T)
    return _bare(np.ascontiguousarray(xy_m)), float((line_m / streets.arc_ms).max(initial=0.0))


def _asked(nodes: Ints) -> Ints:
    """Return the nodes as the kernels are compiled for: whole, 64 bits, not to be written."""
    asked = np.ascontiguousarray(nodes, dtype=np.int64).view()
    asked.setflags(write=False)
    return asked


def _bare(column: NDArray[Any]) -> NDArray[Any]:
    """Return a plain view of a mapped array; the kernels are compiled for one kind of array."""
    bare = np.asarray(column).view(np.ndarray)
    bare.setflags(write=False)
    return bare
