"""Turn restrictions of the default city: at some crossings with signals one may not turn left."""

from __future__ import annotations

from collections import defaultdict
from math import atan2, pi
from typing import Final

import geopandas as gpd
import shapely

from twin.city.fabric.network import RANK, Network, Street
from twin.city.schema import layer_table
from twin.streams import happens

RESTRICTED: Final = 0.2  # share of the crossings with signals where a left turn is forbidden (assumed)
LEFT: Final = (pi / 4, 3 * pi / 4)


def turn_table(network: Network, seed: int, crs: str) -> gpd.GeoDataFrame:
    """Return the restrictions layer: a left turn out of a main street, at a fifth of the crossings with signals."""
    arms: dict[int, list[int]] = defaultdict(list)
    for row, street in enumerate(network.streets):
        if street.way.drive:
            for node in (street.u, street.v):
                if network.signals[node]:
                    arms[node].append(row)
    found: list[tuple[int, int, int]] = []
    for node in sorted(arms):
        x, y = network.points[node]
        if len(arms[node]) >= 4 and bool(happens(seed, "no left turn", RESTRICTED, round(x * 100), round(y * 100))):
            found += _left_turns(network, node, arms[node])[:1]
    columns = {
        "from_street": [row for row, _, _ in found],
        "via_node": [node for _, node, _ in found],
        "to_street": [row for _, _, row in found],
        "kind": ["no"] * len(found),
        "osm_id": [-1] * len(found),
    }
    return layer_table("restrictions", columns, [shapely.Point(network.points[node]) for _, node, _ in found], crs)


def _left_turns(network: Network, node: int, rows: list[int]) -> list[tuple[int, int, int]]:
    """Return the left turns at a node (from, via, to), those out of the greatest streets first."""
    turns = []
    for one in rows:
        for two in rows:
            came, goes = network.streets[one], network.streets[two]
            if one == two or not _may(came, node, into=True) or not _may(goes, node, into=False):
                continue
            turn = (_bearing(goes, node) - (_bearing(came, node) + pi)) % (2 * pi)
            if LEFT[0] < turn < LEFT[1]:
                turns.append((-RANK.get(came.way.street_class, 0), one, two))
    return [(one, node, two) for _, one, two in sorted(turns)]


def _may(street: Street, node: int, *, into: bool) -> bool:
    return not street.way.oneway or (street.v if into else street.u) == node


def _bearing(street: Street, node: int) -> float:
    """Return the direction in which a street leaves a node."""
    a, b = (street.line[0], street.line[1]) if street.u == node else (street.line[-1], street.line[-2])
    return atan2(b[1] - a[1], b[0] - a[0])
