"""Ways that follow the streets: longer than straight ones, but over carriageways and not over courtyards."""

from __future__ import annotations

import itertools

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from twin.airspace.zones import AirSpace
from twin.city.model import City

Floats = NDArray[np.float64]


class StreetWays:
    """Shortest ways for drones along drivable streets, in either direction of each, clear of red zones.

    Args:
        city: whose streets; one that touches a red zone or runs in a tunnel is left out.
        space: whose red zones.
    """

    def __init__(self, city: City, space: AirSpace) -> None:
        streets = city.streets[
            city.streets["drive"].to_numpy(bool) & (city.streets["structure"] != "tunnel").to_numpy()
        ]
        lines = streets.geometry.to_numpy()
        free = ~shapely.intersects(space.red, lines)
        self._lines = lines[free]
        self._ends = streets[["u", "v"]].to_numpy(np.int64)[free]
        self._node_xy = shapely.get_coordinates(city.nodes.geometry.to_numpy())
        self._used = np.unique(self._ends)
        self._nearest = cKDTree(self._node_xy[self._used]) if len(self._used) else None
        self._edge, self._graph = self._shortest_edges()

    def _shortest_edges(self) -> tuple[dict[tuple[int, int], int], csr_array]:
        """Return the shortest street between each two nodes that have one, as a lookup and as a graph."""
        low, high = np.sort(self._ends.reshape(-1, 2), axis=1).T
        length_m = shapely.length(self._lines)
        order = np.lexsort((length_m, high, low))
        first = np.ones(len(order), dtype=bool)
        first[1:] = (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)
        rows = order[first & (low[order] != high[order])]
        size = len(self._node_xy)
        graph = csr_array(coo_array((length_m[rows], (low[rows], high[rows])), shape=(size, size)))
        return {(int(low[row]), int(high[row])): int(row) for row in rows}, graph

    def way(self, start: Floats, goal: Floats) -> Floats | None:
        """Return the way (k, 2): to the nearest node, along the streets, and on to the goal; None if there is none.

        Args:
            start: (2,) city metres.
            goal: (2,) city metres.
        """
        if self._nearest is None:
            return None
        first, last = (int(self._used[self._nearest.query(end)[1]]) for end in (start, goal))
        far_m, before = dijkstra(self._graph, directed=False, indices=np.array([first]), return_predecessors=True)
        if not np.isfinite(far_m[0, last]):
            return None
        nodes = [last]
        while nodes[-1] != first:
            nodes.append(int(before[0, nodes[-1]]))
        parts = [start[None], self._node_xy[[first]], *self._between(nodes[::-1]), goal[None]]
        way: Floats = np.vstack(parts)
        kept = np.concatenate([[True], (np.diff(way, axis=0) != 0).any(axis=1)])
        clean: Floats = way[kept]
        return clean

    def _between(self, nodes: list[int]) -> list[Floats]:
        parts = []
        for here, there in itertools.pairwise(nodes):
            row = self._edge[min(here, there), max(here, there)]
            xy = shapely.get_coordinates(self._lines[row])
            parts.append(xy[1:] if self._ends[row, 0] == here else xy[::-1][1:])
        return parts
