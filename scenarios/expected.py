"""Where requests are expected at an hour: the scenario's own rates, laid on nodes, as policies may know them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from agents.policy import DemandView, Ints
from agents.sealed import sealed
from scenarios.demand import YEAR_H
from scenarios.places import DrawnPlaces, NearestNode
from scenarios.rates import HOUR_MS, hour_factor
from scenarios.schema import Scenario, ServiceDemand
from twin.city import City

PLACES: Final = 600
Floats = NDArray[np.float64]


class ExpectedRequests:
    """The mean rate of incidents that are reported, and of false calls, by node and hour.

    It is what :func:`scenarios.demand.draw_day` draws from, without surges and without what is scripted. A street's
    incidents are laid half on the node nearest to each of its ends.

    Attributes:
        node: (m,) int64 places: all nodes with demand, or the busiest of each square where there are more than
            ``places``.
    """

    def __init__(
        self, city: City, graph: NearestNode, scenario: Scenario, spots: DrawnPlaces, places: int = PLACES
    ) -> None:
        """Lay the rates on nodes.

        Args:
            city: whose residents and nodes.
            graph: puts places on nodes.
            scenario: rates and hours.
            spots: where things can happen.
            places: at most so many are told apart.
        """
        self._scenario = scenario
        laid = _Laid(graph, spots, len(city.nodes))
        self._mean = {
            str(service): _mean_by_node(demand, str(service), city.residents, laid)
            for service, demand in scenario.demand.items()
        }
        total = np.sum(list(self._mean.values()), axis=0)
        xy_m = shapely.get_coordinates(city.nodes.geometry.to_numpy())
        node, self._place_of = _grouped(total, xy_m, places)
        self.node = sealed(node)
        self._made: dict[int, DemandView] = {}

    def at(self, t_ms: int) -> DemandView:
        """Return what is expected in the hour of a simulated time; the same object for the same hour."""
        scenario = self._scenario
        hour = (t_ms + (scenario.start.minute * 60 + scenario.start.second) * 1000) // HOUR_MS
        if hour not in self._made:
            rates = {
                str(service): sealed(self._on_places(str(service)) * hour_factor(demand, scenario, t_ms))
                for service, demand in scenario.demand.items()
            }
            self._made[hour] = DemandView(self.node, MappingProxyType(rates))
        return self._made[hour]

    def by_node(self) -> Mapping[str, Floats]:
        """Return for each service the (nodes,) mean requests an hour, all places told apart."""
        return MappingProxyType(self._mean)

    def _on_places(self, service: str) -> Floats:
        mean = self._mean[service]
        there = mean > 0
        return np.bincount(self._place_of[there], weights=mean[there], minlength=len(self.node))


class _Laid:
    """Places laid on nodes, each kind once."""

    def __init__(self, graph: NearestNode, spots: DrawnPlaces, nodes: int) -> None:
        self._graph, self.spots, self.nodes = graph, spots, nodes
        self._ends: dict[str, list[Ints]] = {}

    def share(self, where: str, factor: Floats) -> Floats:
        """Return how likely each node is, (nodes,), for one kind of places, by a factor for each mahalla."""
        places = self.spots.of(where)
        weight = places.weight * factor[places.mahalla]
        share = np.zeros(self.nodes)
        for at in self._nodes_of(where):
            share += np.bincount(at, weights=weight / 2, minlength=self.nodes)
        return share / share.sum()

    def _nodes_of(self, where: str) -> list[Ints]:
        """The nodes nearest to the two ends of each place; of a point they are one."""
        if where not in self._ends:
            places = self.spots.of(where)
            ends = [places.start_m] if places.end_m is places.start_m else [places.start_m, places.end_m]
            found = [np.atleast_1d(self._graph.nearest_node(end[:, 0], end[:, 1])) for end in ends]
            self._ends[where] = [found[0], found[-1]]
        return self._ends[where]


def _mean_by_node(demand: ServiceDemand, service: str, residents: int, laid: _Laid) -> Floats:
    factor, mean = laid.spots.unevenness(service, demand.unevenness), np.zeros(laid.nodes)
    calls_per_h = 0.0
    per_place: dict[str, Floats] = {}
    for category in demand.categories.values():
        if category.where not in per_place:
            per_place[category.where] = laid.share(category.where, factor)
        incidents_per_h = category.per_1000_residents_year.value * residents / 1000 / YEAR_H
        calls_per_h += incidents_per_h * category.callers
        if category.callers:
            mean += incidents_per_h * per_place[category.where]
    false = min(demand.false_calls.value, 0.99)
    first = next(iter(demand.categories.values()))
    return mean + calls_per_h * false / (1 - false) * per_place[first.where]


def _grouped(weight: Floats, xy_m: Floats, places: int) -> tuple[Ints, Ints]:
    """Return the places, and for each node the row of its place; squares are as large as need be."""
    busy = np.flatnonzero(weight > 0)
    if len(busy) <= places:
        row = np.zeros(len(weight), dtype=np.int64)
        row[busy] = np.arange(len(busy))
        return busy.astype(np.int64), row
    side_m = float(np.sqrt(np.prod(np.ptp(xy_m[busy], axis=0)) / places))
    while True:
        cell = np.unique(np.floor(xy_m[busy] / side_m).astype(np.int64), axis=0, return_inverse=True)[1].ravel()
        if cell.max() < places:
            break
        side_m *= 1.1
    order = np.lexsort((busy, -weight[busy], cell))
    first = order[np.unique(cell[order], return_index=True)[1]]
    row = np.zeros(len(weight), dtype=np.int64)
    row[busy] = cell
    return busy[first].astype(np.int64), row
