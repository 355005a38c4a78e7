"""Streets as arcs and junctions that traffic can be hung on.

Nodes joined by main streets shorter than ``LINK_M`` (the inside of a crossing of dual carriageways) are one junction;
the short streets inside it carry no traffic of their own, vehicles cross the junction on a curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from agents.ambient.rates import LANE_OCCUPANCY
from twin.city import City

LINK_M: Final = 22.0
_MAIN: Final = ("motorway", "trunk", "primary", "secondary", "tertiary")
_LANE_M: Final = 3.5


@dataclass(frozen=True)
class Arc:
    """One direction of a drivable street.

    Attributes:
        key: ``2 * street row``, plus 1 against the street's direction; a stable id.
        points: (n, 2) city metres, the street's middle line in driving direction.
        lanes: lanes in this direction.
        offsets_m: (lanes,) how far each lane's middle lies to the right of ``points``; lane 0 is at the kerb.
        length_m, width_m, speed_ms: of the street.
        street_class: as in the city.
        occupancy: share of a lane's places taken at the peak.
    """

    key: int
    points: NDArray[np.float64]
    lanes: int
    offsets_m: NDArray[np.float64]
    length_m: float
    width_m: float
    speed_ms: float
    street_class: str
    occupancy: float


class Roads:
    """Drivable streets of a city, found by place; arcs are made when they are asked for."""

    def __init__(self, city: City) -> None:
        streets = city.streets
        drivable = (streets["drive"] & streets["street_class"].isin(list(LANE_OCCUPANCY))).to_numpy(dtype=bool)
        self.rows = np.flatnonzero(drivable)
        part = streets.iloc[self.rows]
        self.geometry = np.asarray(part.geometry.to_numpy())
        self.u, self.v = part["u"].to_numpy(np.int64), part["v"].to_numpy(np.int64)
        self.oneway = part["oneway"].to_numpy(bool)
        self.lanes = np.maximum(part["lanes"].to_numpy(np.int64), 1)
        self.width_m = part["width_m"].to_numpy(np.float64)
        self.speed_ms = part["speed_kmh"].to_numpy(np.float64) / 3.6
        self.length_m = shapely.length(self.geometry)
        self.street_class = part["street_class"].to_numpy(str)
        self.signal = city.nodes["signal"].to_numpy(bool)
        self.tree = shapely.STRtree(self.geometry)
        self.junction = self._junctions(len(city.nodes))
        self._arcs_at = self._ends()

    def _junctions(self, nodes: int) -> NDArray[np.int64]:
        """(nodes,) the lowest node of each node's junction."""
        link = (self.length_m < LINK_M) & np.isin(self.street_class, _MAIN)
        graph = coo_array((np.ones(link.sum()), (self.u[link], self.v[link])), shape=(nodes, nodes))
        count, label = connected_components(graph, directed=False)
        lowest = np.full(count, nodes, np.int64)
        np.minimum.at(lowest, label, np.arange(nodes))
        return lowest[label]

    def _ends(self) -> dict[int, list[int]]:
        ends: dict[int, list[int]] = {}
        for i, (a, b) in enumerate(zip(self.junction[self.u], self.junction[self.v], strict=True)):
            for end in {int(a), int(b)} if a != b else ():
                ends.setdefault(end, []).append(i)
        return ends

    def near(self, x_m: float, y_m: float, radius_m: float) -> NDArray[np.int64]:
        """Return drivable streets (rows of this object) within a radius of a point, ascending."""
        return np.sort(self.tree.query(shapely.Point(x_m, y_m), predicate="dwithin", distance=radius_m))

    def junctions_of(self, streets: NDArray[np.int64]) -> list[int]:
        """Return the junctions at the ends of streets, ascending."""
        ends = np.concatenate([self.junction[self.u[streets]], self.junction[self.v[streets]]])
        return [int(j) for j in np.unique(ends)]

    def has_signal(self, junction: int) -> bool:
        """Return whether a junction has traffic lights at any of its nodes."""
        return bool(self.signal[self.junction == junction].any())

    def arcs(self, junction: int) -> tuple[list[Arc], list[Arc]]:
        """Return the arcs that enter a junction and those that leave it."""
        entering: list[Arc] = []
        leaving: list[Arc] = []
        for i in self._arcs_at.get(junction, []):
            at_end = int(self.junction[self.v[i]]) == junction
            forward, backward = self.arc(i, False), None if self.oneway[i] else self.arc(i, True)
            arriving, departing = (forward, backward) if at_end else (backward, forward)
            entering += [arriving] if arriving else []
            leaving += [departing] if departing else []
        return entering, leaving

    def arc(self, street: int, against: bool) -> Arc:
        """Return one direction of a street (a row of this object)."""
        points = shapely.get_coordinates(self.geometry[street])
        lanes, width = int(self.lanes[street]), float(self.width_m[street])
        if self.oneway[street]:
            here, lane_m = lanes, min(width / lanes, _LANE_M)
            offsets = (lanes / 2 - 0.5 - np.arange(lanes)) * lane_m
        else:
            here = max(1, lanes // 2 if against else (lanes + 1) // 2)
            lane_m = min(width / max(lanes, 2), _LANE_M)
            offsets = (here - 0.5 - np.arange(here)) * lane_m
        return Arc(
            key=2 * int(self.rows[street]) + int(against),
            points=points[::-1] if against else points,
            lanes=here,
            offsets_m=offsets,
            length_m=float(self.length_m[street]),
            width_m=width,
            speed_ms=float(self.speed_ms[street]),
            street_class=str(self.street_class[street]),
            occupancy=LANE_OCCUPANCY[str(self.street_class[street])],
        )
