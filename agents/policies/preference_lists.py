"""Preference lists: for each district or place the posts in the order in which they are asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from agents.policies.cover_tables import CoverTable, CoverTables
from agents.policies.in_turn import InTurn
from agents.policies.table_files import read_lists
from agents.policy import Ints, View, Waiting


class PreferenceLists(InTurn):
    """Sends from the first post of the list that has a free team, and of that post's teams the nearest.

    A post's teams are those whose home it is. Fixed lists are what run cards hold, and what the hypercube model
    (Larson 1974) takes dispatching to be. A file has a list for each district; a request in a district without one
    gets the nearest team. Without a file each place of demand has a list: the posts of the service by driving time to
    it when it was first asked about, of equals the lowest node; a request goes by the place nearest to it. Posts that
    a list does not name come after those it names.
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
        self._lists = read_lists(Path(file)) if file else None
        self._tables = CoverTables()
        self._rank: dict[tuple[str, int], dict[int, int]] = {}

    def choose(self, view: View, request: Waiting, rows: Ints) -> int:
        """Return the nearest row of the first post that can send one."""
        rank = self._ranks(view, request)
        if not rank:
            return view.nearest(rows, request.node)
        posts = view.teams.post_node[rows]
        place = np.array([rank.get(post, len(rank)) for post in posts.tolist()])
        for first in np.unique(place).tolist():
            row = view.nearest(rows[place == first], request.node)
            if row >= 0:
                return row
        return -1

    def _ranks(self, view: View, request: Waiting) -> dict[int, int]:
        """The place of each post in the list that holds for a request; {} where there is no list."""
        table = None if self._lists is not None else self._tables.of(view, request.service)
        area = int(view.district[request.node]) if table is None else _nearest_place(view, request.node)
        key = (request.service, area)
        if key not in self._rank:
            order = self._given(key) if table is None else _by_time(table, area)
            self._rank[key] = {node: place for place, node in enumerate(order)}
        return self._rank[key]

    def _given(self, key: tuple[str, int]) -> list[int]:
        service, district = key
        return (self._lists or {}).get(service, {}).get(district, [])


def _nearest_place(view: View, node: int) -> int:
    return int(view.travel_ms(view.demand.node, node).view(np.uint64).argmin())


def _by_time(table: CoverTable, place: int) -> list[int]:
    return table.site[table.times_ms[:, place].view(np.uint64).argsort(kind="stable")].tolist()
