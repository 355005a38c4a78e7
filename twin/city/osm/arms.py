"""The drivable streets at each junction, by the way they are a piece of."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from twin.city.osm.streets import StreetNet


class Refused(Exception):
    """A restriction cannot be told in rows; the text says why."""


class Arms:
    """The pieces of drivable ways, and which of them vehicles come and go by at a node."""

    def __init__(self, net: StreetNet) -> None:
        table = net.streets
        self.node_of = net.node_of
        self.u, self.v = table["u"].to_numpy(), table["v"].to_numpy()
        self.two_way, self.drive = ~table["oneway"].to_numpy(), table["drive"].to_numpy()
        self.of_way: dict[int, list[int]] = defaultdict(list)
        for row, osm_id in enumerate(table["osm_id"].tolist()):
            self.of_way[osm_id].append(row)

    def open_pieces(self, way: int) -> list[int]:
        """Return the pieces of a way that vehicles may use."""
        return [row for row in self.of_way.get(way, ()) if self.drive[row]]

    def at(self, node: int) -> list[int]:
        """Return every street at a node that vehicles may use."""
        rows: list[int] = np.flatnonzero(self.drive & ((self.u == node) | (self.v == node))).tolist()
        return rows

    def arrives(self, row: int, node: int) -> bool:
        """Return whether vehicles come to a node by a street."""
        return bool(self.v[row] == node or (self.u[row] == node and self.two_way[row]))

    def leaves(self, row: int, node: int) -> bool:
        """Return whether vehicles go from a node by a street."""
        return bool(self.u[row] == node or (self.v[row] == node and self.two_way[row]))

    def far_end(self, row: int, node: int) -> int:
        """Return the other end of a street."""
        return int(self.v[row] if self.u[row] == node else self.u[row])
