"""Walks and drives through an area, sampled on the street graph, as rows of the cells they pass."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from experiments.placement.demand import Demand
from experiments.placement.watched import Watched
from sensors.sightline import Floats
from twin.city import City
from twin.streams import stream

STEP_M: Final = 3.0
LEAST_M: Final = 150.0
SOURCES: Final = 200
WALK_KMH: Final = 4.8


def sampled_walks(
    city: City, area: shapely.Geometry, demand: Demand, watched: Watched, drive: bool, n: int, seed: int
) -> csr_array:
    """Return (walks, cells) sparse, which cells of the demand each walk passes.

    A walk goes the shortest way between two junctions of the area, both drawn by what the streets at them are worth;
    a drive the quickest way at the limits. Ways shorter than 150 m are left out. ``SOURCES`` starts serve all of them.

    Args:
        city: whose streets are walked.
        area: starts and ends lie in it.
        demand: whose cells are passed.
        watched: whose weights of streets draw the ends.
        drive: drives by vehicle, in the directions allowed, else walks.
        n: how many, at most.
        seed: of the draws.
    """
    rng = stream(seed, "placement", "drives" if drive else "walks")
    streets = _Streets(city, area, drive)
    if not len(streets.lines):
        return csr_array((0, len(demand)), dtype=np.uint8)
    graph = streets.graph(len(city.nodes))
    inside = streets.nodes_in(city, area)
    weight = np.bincount(streets.ends, weights=np.tile(streets.worth(watched), 2), minlength=len(city.nodes))[inside]
    share = weight / weight.sum()
    starts = np.unique(rng.choice(inside, size=min(SOURCES, n), p=share))
    _, before = dijkstra(graph, indices=starts, return_predecessors=True)
    start = rng.integers(0, len(starts), size=n)
    end = rng.choice(inside, size=n, p=share)
    rows, cells = [], []
    for way in zip(start.tolist(), end.tolist(), strict=True):
        passed = streets.cells_of(_path(before[way[0]], int(starts[way[0]]), way[1]), demand)
        if len(passed) * demand.grid.cell_m >= LEAST_M:
            rows.append(np.full(len(passed), len(rows)))
            cells.append(passed)
    if not rows:
        return csr_array((0, len(demand)), dtype=np.uint8)
    at = (np.concatenate(rows), np.concatenate(cells))
    return csr_array((np.ones(len(at[0]), np.uint8), at), shape=(len(rows), len(demand)))


class _Streets:
    """Streets of one way of moving: ends, lines, costs."""

    def __init__(self, city: City, area: shapely.Geometry, drive: bool) -> None:
        chosen = city.streets["drive" if drive else "walk"].to_numpy(dtype=bool)
        table = city.streets[chosen & shapely.intersects(city.streets.geometry.to_numpy(), area)]
        self.lines = table.geometry.to_numpy()
        self.u, self.v = table["u"].to_numpy(np.int64), table["v"].to_numpy(np.int64)
        self.ends = np.concatenate([self.u, self.v])
        self._oneway = table["oneway"].to_numpy(dtype=bool) & drive
        speed = table["speed_kmh"].to_numpy(np.float64) if drive else np.full(len(table), WALK_KMH)
        self.length_m = table["length_m"].to_numpy(np.float64)
        self.time_s = np.maximum(self.length_m / (speed / 3.6), 1e-3)
        self._class = table["street_class"].to_numpy().astype(str)
        self._of: dict[tuple[int, int], int] = {}
        for row in np.argsort(-self.time_s, kind="stable").tolist():
            self._of[int(self.u[row]), int(self.v[row])] = row
            if not self._oneway[row]:
                self._of[int(self.v[row]), int(self.u[row])] = row
        self._cells: dict[int, NDArray[np.int64]] = {}

    def worth(self, watched: Watched) -> Floats:
        """Return (streets,) length by what its class of ground is worth."""
        weight = {name: spec.weight for spec in watched.classes.values() for name in spec.streets}
        return self.length_m * np.array([weight.get(name, 1.0) for name in self._class])

    def graph(self, nodes: int) -> csr_array:
        """Return (nodes, nodes) seconds; of parallel streets the quickest."""
        pairs = np.array(list(self._of), dtype=np.int64).reshape(-1, 2)
        cost = self.time_s[np.fromiter(self._of.values(), np.int64, len(self._of))]
        return csr_array((cost, (pairs[:, 0], pairs[:, 1])), shape=(nodes, nodes))

    def nodes_in(self, city: City, area: shapely.Geometry) -> NDArray[np.int64]:
        """Return the nodes of these streets that lie in an area; all of them where none does."""
        nodes = np.unique(self.ends)
        found = nodes[shapely.intersects(city.nodes.geometry.to_numpy()[nodes], area)]
        return found if len(found) else nodes

    def cells_of(self, path: list[int], demand: Demand) -> NDArray[np.int64]:
        """Return the rows of the demand that a path of nodes passes, ascending."""
        parts = [self._street_cells(self._of[pair], demand) for pair in pairwise(path)]
        return np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.int64)

    def _street_cells(self, street: int, demand: Demand) -> NDArray[np.int64]:
        if street not in self._cells:
            along = np.arange(0.0, max(self.length_m[street], 1e-6), STEP_M)
            xy = shapely.get_coordinates(shapely.line_interpolate_point(self.lines[street], along))
            cells = np.unique(demand.grid.cells_of(xy[:, 0], xy[:, 1]))
            rows = np.searchsorted(demand.cell, cells).clip(0, max(len(demand) - 1, 0))
            self._cells[street] = rows[demand.cell[rows] == cells] if len(demand) else rows[:0]
        return self._cells[street]


def _path(before: NDArray[np.int32], start: int, end: int) -> list[int]:
    """Return the nodes from a start to an end, [] where no way leads there."""
    path = [end]
    while path[-1] != start:
        step = int(before[path[-1]])
        if step < 0:
            return []
        path.append(step)
    return path[::-1]
