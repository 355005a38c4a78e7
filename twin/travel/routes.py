"""A row of arcs as a route, and where a vehicle on it is."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from twin.streets import StreetGraph
from twin.travel.contract import Ints, Route


def no_route() -> Route:
    """Return the route where there is no way."""
    empty = np.zeros(0, dtype=np.int64)
    return Route(empty, empty, empty)


def route_of(streets: StreetGraph, origin: int, arcs: Ints) -> Route:
    """Return the route that leaves ``origin`` and takes these arcs of the graph; negative ones are none."""
    return Route(*_laid(origin, arcs, streets.head, streets.arc_ms, streets.street, streets.forward))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _laid(
    origin: int, arcs: Ints, head: Ints, arc_ms: Ints, street: Ints, forward: NDArray[np.bool_]
) -> tuple[Ints, Ints, Ints]:
    """Return the nodes, the times to them, and how each is left."""
    nodes, at_ms = np.empty(len(arcs) + 1, np.int64), np.empty(len(arcs) + 1, np.int64)
    left = np.empty(len(arcs), np.int64)
    nodes[0], at_ms[0], k = origin, 0, 0
    for arc in arcs:
        if arc >= 0:
            nodes[k + 1], at_ms[k + 1] = head[arc], at_ms[k] + arc_ms[arc]
            left[k] = 2 * street[arc] + (not forward[arc])
            k += 1
    return nodes[: k + 1], at_ms[: k + 1], left[:k]


def pose_on(streets: StreetGraph, route: Route, elapsed_ms: int) -> tuple[float, float, float]:
    """Return ``x_m, y_m, bearing_deg`` of a vehicle on its way, of any period of the city; it stands at the end."""
    if len(route.nodes) < 2:
        return streets.pose_along(route.nodes.tolist(), 0)
    return streets.lines.pose((route.arcs >> 1).tolist(), (route.arcs & 1 == 0).tolist(), route.at_ms, elapsed_ms)
