"""Preference lists: for each district the posts in the order in which they are asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from agents.policies.cover_tables import CoverTables, demand_units
from agents.policies.in_turn import InTurn, nearest_of
from agents.policies.table_files import read_lists
from agents.policy import Ints, View, Waiting


class PreferenceLists(InTurn):
    """Sends from the first post of the district's list that has a free team, of its teams the nearest.

    A post's teams are those whose home it is. Fixed lists are what run cards hold, and what the hypercube model
    (Larson 1974) takes dispatching to be. Without a file the lists are made at the first moment: the posts of the
    service by their demand-weighted mean driving time to the district, of equals the lowest node. Posts that a list
    does not name come after those it names, and a request in no district gets the nearest team.
    """

    name = "preference_lists"

    def __init__(self, file: str = "") -> None:
        """Say where the lists come from.

        Args:
            file: a YAML file with ``lists``: for each service and district row the post nodes in order.

        Raises:
            InputError: the file is missing or has faults; all of them, by line.
        """
        super().__init__()
        self._lists = read_lists(Path(file)) if file else {}
        self._tables = CoverTables(norm_s=480.0)
        self._rank: dict[tuple[str, int], dict[int, int]] = {}

    def choose(self, view: View, request: Waiting, rows: Ints) -> int:
        """Return the nearest row of the first post that can send one."""
        district = int(view.district[request.node])
        if district < 0:
            return nearest_of(view, rows, request.node)
        rank = self._ranks(view, request.service, district)
        posts = view.teams.post_node[rows]
        place = np.array([rank.get(post, len(rank)) for post in posts.tolist()])
        for first in np.unique(place).tolist():
            row = nearest_of(view, rows[place == first], request.node)
            if row >= 0:
                return row
        return -1

    def _ranks(self, view: View, service: str, district: int) -> dict[int, int]:
        key = (service, district)
        if key not in self._rank:
            order = self._lists.get(service, {}).get(district) or self._made(view, service, district)
            self._rank[key] = {node: place for place, node in enumerate(order)}
        return self._rank[key]

    def _made(self, view: View, service: str, district: int) -> list[int]:
        """Posts by the mean driving time to the district's demand; a place out of reach counts as ten hours."""
        table = self._tables.of(view, service)
        there = view.district[view.demand.node] == district
        weight = demand_units(view, service)[there] + 1.0
        times_ms = np.where(table.times_ms < 0, 36_000_000, table.times_ms)[:, there]
        return table.site[np.argsort((times_ms * weight).sum(axis=1), kind="stable")].tolist()
