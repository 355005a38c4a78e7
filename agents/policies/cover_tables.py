"""What posts reach: travel times from a service's posts to its demand, and what idle teams cover by them.

All weights are whole numbers kept as floats, so that sums are exact and the same in any order on any machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.policy import Ints, View

DEMAND_UNITS: Final = 1 << 26
CHANCE_UNITS: Final = 1 << 22
NORM_S: Final = 240.0
"""The first unit's travel time of NFPA 1710."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CoverTable:
    """One service at one period of travel times.

    Attributes:
        site: (p,) nodes where its teams may wait, ascending.
        times_ms: (p, m) from each site to each place of demand, -1 where there is no way.
        reach: (p, m) 1 where the norm is kept, else 0.
    """

    site: Ints
    times_ms: Ints
    reach: Floats

    def site_of(self, nodes: Ints) -> Ints:
        """Return the row of each node among the sites, -1 for a node that is none."""
        at = np.searchsorted(self.site, nodes).clip(0, len(self.site) - 1)
        return np.where(self.site[at] == nodes, at, -1)


class CoverTables:
    """Tables by service and period, made when first asked for."""

    def __init__(self, norm_s: float = NORM_S) -> None:
        self._norm_ms = round(1000 * norm_s)
        self._made: dict[tuple[str, int], CoverTable] = {}

    def of(self, view: View, service: str) -> CoverTable:
        """Return the table of a service at the period in force; its sites are its posts, home posts included.

        Raises:
            LookupError: nothing is known of demand.
        """
        if not len(view.demand.node):
            raise LookupError("nothing is known of demand, and this policy goes by it; run it where demand is expected")
        key = (service, view.period)
        if key not in self._made:
            homes = view.teams.post_node[view.teams.service == service]
            site = np.union1d(view.posts.get(service, homes), homes).astype(np.int64)
            times_ms = np.array([view.travel_from_ms(int(node), view.demand.node) for node in site], dtype=np.int64)
            times_ms = times_ms.reshape(len(site), len(view.demand.node))
            reach = ((times_ms >= 0) & (times_ms <= self._norm_ms)).astype(np.float64)
            self._made[key] = CoverTable(site, times_ms, reach)
        return self._made[key]


def demand_units(view: View, service: str) -> Floats:
    """Return the (m,) demand on a service at this hour as whole shares of DEMAND_UNITS; even where none is known."""
    rate = view.demand.rate_per_h.get(service)
    if rate is None or not (total := float(rate.sum())) > 0:
        return np.full(len(view.demand.node), float(DEMAND_UNITS // max(1, len(view.demand.node))))
    return np.floor(rate * (DEMAND_UNITS / total))


class ExpectedCover:
    """The marginal expected cover of the MEXCLP (Daskin 1983): one team more, where k are in reach, adds to a place
    ``demand * (1 - busy) * busy ** k``.
    """  # fmt: skip

    def __init__(self, busy: float, norm_s: float) -> None:
        """Say how busy teams are, and what counts as covered.

        Raises:
            ValueError: busy is not from 0 up to 1, or the norm is not positive.
        """
        if not 0 <= busy < 1 or not norm_s > 0:
            raise ValueError(f"busy must be from 0 up to 1 and norm_s positive, but they are {busy} and {norm_s}")
        self.tables, self._busy = CoverTables(norm_s), busy
        self._chance = np.zeros(0)

    def gains(self, table: CoverTable, demand: Floats, idle: Ints) -> Floats:
        """Return the (p,) gain of one team more at each site.

        Args:
            table: of the service.
            demand: (m,) in units.
            idle: (p,) teams that wait at each site.
        """
        return table.reach @ (demand * self._chances(idle @ table.reach))

    def losses(self, table: CoverTable, demand: Floats, idle: Ints) -> Floats:
        """Return the (p,) loss of one team less at each site that has one."""
        return table.reach @ (demand * self._chances(np.maximum(idle @ table.reach - 1, 0)))

    def _chances(self, in_reach: Floats) -> Floats:
        most = int(in_reach.max(initial=0))
        if most >= len(self._chance):
            chance = [1.0 - self._busy]
            for _ in range(most):
                chance.append(chance[-1] * self._busy)
            self._chance = np.rint(np.array(chance) * CHANCE_UNITS)
        return self._chance[in_reach.astype(np.intp)]
