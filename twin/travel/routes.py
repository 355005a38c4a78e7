"""A row of arcs as a route, and where a vehicle on it is."""

from __future__ import annotations

import numpy as np

from twin.streets import StreetGraph
from twin.travel.contract import Ints, Route


def no_route() -> Route:
    """Return the route where there is no way."""
    empty = np.zeros(0, dtype=np.int64)
    return Route(empty, empty, empty)


def route_of(streets: StreetGraph, origin: int, arcs: Ints) -> Route:
    """Return the route that leaves ``origin`` and takes these arcs of the graph."""
    nodes = np.concatenate([[origin], streets.head[arcs]]).astype(np.int64)
    return Route(nodes, streets.times_along(arcs), 2 * streets.street[arcs] + ~streets.forward[arcs])


def pose_on(streets: StreetGraph, route: Route, elapsed_ms: int) -> tuple[float, float, float]:
    """Return ``x_m, y_m, bearing_deg`` of a vehicle on its way, of any period of the city; it stands at the end."""
    if len(route.nodes) < 2:
        return streets.pose_along(route.nodes.tolist(), 0)
    return streets.lines.pose((route.arcs >> 1).tolist(), (route.arcs & 1 == 0).tolist(), route.at_ms, elapsed_ms)
