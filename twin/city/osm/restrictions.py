"""Turn restrictions of an extract (wiki.openstreetmap.org/wiki/Relation:restriction)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import geopandas as gpd
import numpy as np

from twin.city.osm.ledger import Ledger, shown
from twin.city.osm.reading import Extract, Relation
from twin.city.osm.streets import StreetNet
from twin.city.schema import layer_table

_KEYS: Final = ("restriction", "restriction:motorcar", "restriction:motor_vehicle")
_EXEMPT: Final = frozenset({"motorcar", "motor_vehicle", "emergency"})
_HOURS: Final = ("day_on", "day_off", "hour_on", "hour_off", "time", "opening_hours")
_TURNS: Final = frozenset({"left_turn", "right_turn", "straight_on", "u_turn", "entry", "exit"})

Turn = tuple[int, int, int, str]


class Refused(Exception):
    """A restriction cannot be told in rows; the text says why."""


def restriction_table(extract: Extract, net: StreetNet, ledger: Ledger) -> gpd.GeoDataFrame:
    """Return the city's ``restrictions``; each relation is counted as imported or refused.

    A row forbids (or alone allows) the way from the piece of a street that ends at the junction to one that starts
    there. A point that vehicles cannot pass forbids all ways over it but turning back; its rows carry the node's id
    with a minus sign.
    """
    arms = _Arms(net)
    found: dict[Turn, int] = {}
    for relation in extract.relations.values():
        if not relation.tags.get("type", "").startswith("restriction"):
            continue
        ledger.read["turn_restrictions"] += 1
        try:
            turns = _turns(relation, extract, arms)
            if all(turn in found for turn in turns):
                raise Refused("it says the same as an earlier one")
        except Refused as reason:
            ledger.refuse("turn_restrictions", str(reason), [f"r{relation.id}"])
            continue
        ledger.imported["turn_restrictions"] += 1
        for turn in turns:
            found.setdefault(turn, relation.id)
    osm_ids = net.nodes["osm_id"].to_numpy()
    for node in net.closed_points.tolist():
        for turn in arms.all_but_turning_back(node):
            found.setdefault(turn, -int(osm_ids[node]))
    turns = sorted(found)
    columns = {
        "from_street": [turn[0] for turn in turns],
        "via_node": [turn[1] for turn in turns],
        "to_street": [turn[2] for turn in turns],
        "kind": [turn[3] for turn in turns],
        "osm_id": [found[turn] for turn in turns],
    }
    points = net.nodes.geometry.to_numpy()[np.array(columns["via_node"], dtype=np.int64)]
    return layer_table("restrictions", columns, points, str(net.nodes.crs))


class _Arms:
    """The drivable streets at each junction, by the way they are a piece of."""

    def __init__(self, net: StreetNet) -> None:
        self.node_of = net.node_of
        table = net.streets
        self.u, self.v = table["u"].to_numpy(), table["v"].to_numpy()
        self.two_way, self.drive = ~table["oneway"].to_numpy(), table["drive"].to_numpy()
        self.of_way: dict[int, list[int]] = defaultdict(list)
        for row, osm_id in enumerate(table["osm_id"].tolist()):
            self.of_way[osm_id].append(row)
        self.at: dict[int, list[int]] = defaultdict(list)
        closed = set(net.closed_points.tolist())
        touching = np.isin(self.u, net.closed_points) | np.isin(self.v, net.closed_points)
        for row in np.flatnonzero(self.drive & touching).tolist():
            for node in {int(self.u[row]), int(self.v[row])} & closed:
                self.at[node].append(row)

    def arriving(self, way: int, node: int) -> list[int]:
        """Return the pieces of a way by which vehicles come to a node."""
        return [r for r in self._open(way) if self.v[r] == node or (self.u[r] == node and self.two_way[r])]

    def leaving(self, way: int, node: int) -> list[int]:
        """Return the pieces of a way by which vehicles go from a node."""
        return [r for r in self._open(way) if self.u[r] == node or (self.v[r] == node and self.two_way[r])]

    def all_but_turning_back(self, node: int) -> list[Turn]:
        """Return every way over a node from one street to another."""
        rows = self.at[node]
        come = [r for r in rows if self.v[r] == node or self.two_way[r]]
        go = [r for r in rows if self.u[r] == node or self.two_way[r]]
        return [(a, node, b, "no") for a in come for b in go if a != b or self.u[a] == self.v[a]]

    def _open(self, way: int) -> Iterable[int]:
        return (row for row in self.of_way.get(way, ()) if self.drive[row])


def _turns(relation: Relation, extract: Extract, arms: _Arms) -> list[Turn]:
    kind, turn = _kind(relation.tags)
    via = [(what, ref) for what, ref, role in relation.members if role == "via"]
    come = [ref for what, ref, role in relation.members if role == "from" and what == "w"]
    go = [ref for what, ref, role in relation.members if role == "to" and what == "w"]
    if not come or not go or not via:
        raise Refused("it lacks a member: from, via or to")
    if any(what == "w" for what, _ in via):
        raise Refused("its via is a way; a city's restrictions hold at one junction")
    if len(via) > 1 or via[0][0] != "n":
        raise Refused("its via is not one node")
    if (len(come) > 1 and turn != "entry") or (len(go) > 1 and turn != "exit"):
        raise Refused("it has more than one from or to")
    absent = [ref for ref in [*come, *go] if ref not in arms.of_way]
    if absent:
        where = "is not in the city" if any(ref in extract.ways for ref in absent) else "is not in the file"
        raise Refused(f"a way of it {where}")
    row = int(extract.rows_of_ids([via[0][1]])[0])
    node = int(arms.node_of[row]) if row >= 0 else -1
    if node < 0:
        raise Refused("its via is no junction of the city")
    starts = [_one(arms.arriving(ref, node), "from") for ref in come]
    ends = [_one(arms.leaving(ref, node), "to") for ref in go]
    return [(a, node, b, kind) for a in starts for b in ends]


def _kind(tags: dict[str, str]) -> tuple[str, str]:
    """Return ``no`` or ``only`` and the turn it speaks of."""
    value = next((tags[key] for key in _KEYS if key in tags), None)
    if value is None:
        conditional = any(key.endswith(":conditional") for key in tags)
        special = any(key.startswith("restriction:") for key in tags)
        raise Refused(
            "it holds under a condition" if conditional
            else "it holds for other vehicles only" if special
            else "it does not say which turn"
        )  # fmt: skip
    if "@" in value or any(key in tags for key in _HOURS):
        raise Refused("it holds at some hours only")
    if not _EXEMPT.isdisjoint(part.strip() for part in tags.get("except", "").split(";")):
        raise Refused(f"it does not hold for response vehicles (except={shown(tags['except'])})")
    kind, _, turn = value.partition("_")
    if kind not in {"no", "only"} or turn not in _TURNS:
        raise Refused(f"restriction={shown(value)} is not known")
    return kind, turn


def _one(rows: list[int], role: str) -> int:
    if not rows:
        does = "comes to" if role == "from" else "leaves"
        raise Refused(f"no vehicle {does} the via by its {role} way")
    if len(rows) > 1:
        raise Refused(f"its {role} way runs through the via: which side is meant is not said")
    return rows[0]
