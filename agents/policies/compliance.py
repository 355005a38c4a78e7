"""A compliance table: for each number of free teams, where they wait."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from agents.policies.cover_tables import NORM_S, CoverTables, demand_units
from agents.policies.fleet_rows import FleetRows
from agents.policies.positions import median_sites, mexclp_sites, nearest_pairs
from agents.policies.table_files import read_order
from agents.policy import Choice, Ints, Move, View


class Compliance:
    """Keeps free teams where a nested table wants them: with k free, at the first k of its places.

    When a team leaves or comes back the places wanted and the places held differ by a few, and teams that are too many
    somewhere go where one is missing, by the least driving. Such tables are what many dispatch centres work by
    (Gendreau, Laporte and Semet 2006, «The maximal expected coverage relocation problem for emergency vehicles»;
    Alanis, Ingolfsson and Kolfal 2013). The table is made by MEXCLP or p-median from the demand and the travel times
    of the first moment, for each service and kind, or read from a file.
    """

    name = "compliance"

    def __init__(
        self, by: Literal["mexclp", "median"] = "mexclp", busy: float = 0.4, norm_s: float = NORM_S, file: str = ""
    ) -> None:
        """Say where the table comes from.

        Args:
            by: what makes it.
            busy: as for ``mexclp``.
            norm_s: as for ``mexclp``.
            file: a YAML file with ``order``: for each service the nodes, the most needed first.

        Raises:
            ValueError: one of them is out of its range.
            InputError: the file is missing or has faults; all of them, by line.
        """
        if by not in ("mexclp", "median") or not 0 <= busy < 1 or not norm_s > 0:
            raise ValueError(
                f"by must be mexclp or median, busy from 0 up to 1 and norm_s positive, but they are {by!r}, {busy} "
                f"and {norm_s}"
            )
        self._solver = median_sites() if by == "median" else mexclp_sites(busy)
        self._order = read_order(Path(file)) if file else {}
        self._tables, self._rows = CoverTables(norm_s), FleetRows()
        self._places: dict[tuple[str, str], Ints] = {}

    def decide(self, view: View, rng: np.random.Generator) -> Sequence[Choice]:
        """Return the Moves that bring the free teams where the table wants them."""
        moves: list[Choice] = []
        for service, kind, rows in self._rows.groups(view.teams):
            free = rows[view.teams.free[rows]]
            wanted = self._wanted(view, service, kind, len(rows))[: len(free)]
            spare, missing = _difference(view.teams.wait_node[free], wanted)
            pairs = nearest_pairs(view, free[spare], missing)
            moves += [Move(str(view.teams.id[row]), node) for row, node in sorted(pairs)]
        return moves

    def _wanted(self, view: View, service: str, kind: str, n: int) -> Ints:
        if (service, kind) not in self._places:
            if service in self._order:
                nodes = np.resize(np.array(self._order[service], np.int64), n)
            else:
                table = self._tables.of(view, service)
                nodes = table.site[self._solver(table, demand_units(view, service), n)]
            self._places[service, kind] = nodes
        return self._places[service, kind]


def _difference(held: Ints, wanted: Ints) -> tuple[Ints, Ints]:
    """Return which of the held are too many at their node (the later ones of it), and which nodes miss a team."""
    nodes, index = np.unique(np.concatenate([held, wanted]), return_inverse=True)
    have = np.bincount(index[: len(held)], minlength=len(nodes))
    want = np.bincount(index[len(held) :], minlength=len(nodes))
    if (have == want).all():
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    spare = np.flatnonzero(have[index[: len(held)]] > want[index[: len(held)]])
    return spare, np.repeat(nodes, np.maximum(want - have, 0))
