"""What a policy may know of demand: the scenario's own rates by place and hour, never the drawn day."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from agents.policy import DemandView
from agents.sealed import sealed
from scenarios.places import DrawnPlaces, NearestNode
from scenarios.rates import HOUR_MS, hour_factor
from scenarios.schema import Scenario

YEAR_H = 365.0 * 24.0


class ScenarioDemand:
    """An :class:`agents.view.ExpectedDemand`: one place for each mahalla, at the middle of its demand.

    Attributes:
        node: (m,) int64, a street node for each place.
    """

    def __init__(self, spots: DrawnPlaces, graph: NearestNode, residents: int, scenario: Scenario) -> None:
        self._scenario, self._made = scenario, {}  # type: ignore[var-annotated]
        mean = {s: _by_mahalla(spots, scenario, str(s), residents) for s in scenario.demand}
        size = max((len(rate) for rate, _ in mean.values()), default=0)
        total, middle = np.zeros(size), np.zeros((size, 2))
        for rate, at in mean.values():
            total += rate
            middle += rate[:, None] * at
        used = np.flatnonzero(total > 0)
        middle = middle[used] / total[used, None]
        nodes = np.atleast_1d(graph.nearest_node(middle[:, 0], middle[:, 1])) if len(used) else np.zeros(0, np.int64)
        self.node = sealed(np.asarray(nodes, dtype=np.int64))
        self._mean = {service: rate[used] for service, (rate, _) in mean.items()}

    def at(self, t_ms: int) -> DemandView:
        """Return what is expected in the hour of a simulated time."""
        start = self._scenario.start
        hour = (t_ms + (start.minute * 60 + start.second) * 1000) // HOUR_MS
        if hour not in self._made:
            rates: Mapping[str, NDArray[np.float64]] = {
                str(service): sealed(rate * hour_factor(self._scenario.demand[service], self._scenario, t_ms))
                for service, rate in self._mean.items()
            }
            self._made[hour] = DemandView(self.node, MappingProxyType(rates))
        return self._made[hour]


def _by_mahalla(
    spots: DrawnPlaces, scenario: Scenario, service: str, residents: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean incidents an hour of each mahalla (the last for none), and the middle of where they happen."""
    demand = next(d for s, d in scenario.demand.items() if s == service)
    factor = spots.unevenness(service, demand.unevenness)
    rate, moment = np.zeros(len(factor)), np.zeros((len(factor), 2))
    for category in demand.categories.values():
        where = spots.of(category.where)
        weight = where.weight * factor[where.mahalla]
        share = weight / max(weight.sum(), 1e-12)
        per_h = category.per_1000_residents_year.value * residents / 1000 / YEAR_H * share
        row = where.mahalla % len(factor)  # -1, for none, is the last
        rate += np.bincount(row, weights=per_h, minlength=len(factor))
        for axis in (0, 1):
            middle = (where.start_m[:, axis] + where.end_m[:, axis]) / 2
            moment[:, axis] += np.bincount(row, weights=per_h * middle, minlength=len(factor))
    return rate, moment / np.maximum(rate, 1e-12)[:, None]
