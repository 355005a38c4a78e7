"""Turn restrictions of an extract (wiki.openstreetmap.org/wiki/Relation:restriction)."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np

from twin.city.osm.arms import Arms, Refused
from twin.city.osm.ledger import Ledger, shown
from twin.city.osm.reading import Extract, Relation
from twin.city.osm.streets import StreetNet
from twin.city.osm.via_ways import Turn, via_turns
from twin.city.schema import layer_table

_KEYS: Final = ("restriction", "restriction:motorcar", "restriction:motor_vehicle")
_EXEMPT: Final = frozenset({"motorcar", "motor_vehicle", "emergency"})
_HOURS: Final = ("day_on", "day_off", "hour_on", "hour_off", "time", "opening_hours")
_TURNS: Final = frozenset({"left_turn", "right_turn", "straight_on", "u_turn", "entry", "exit"})


def restriction_table(extract: Extract, net: StreetNet, ledger: Ledger) -> gpd.GeoDataFrame:
    """Return the city's ``restrictions``; each relation is counted as imported or refused.

    A row forbids (or alone allows) the way from the piece of a street that ends at the junction to one that starts
    there. A point that vehicles cannot pass forbids all ways over it but turning back; its rows carry the node's id
    with a minus sign.
    """
    arms = Arms(net)
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
        for turn in _over(node, arms):
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


def _over(node: int, arms: Arms) -> list[Turn]:
    """Return every way over a node from one street to another."""
    rows = arms.at(node)
    come = [row for row in rows if arms.arrives(row, node)]
    go = [row for row in rows if arms.leaves(row, node)]
    return [(a, node, b, "no") for a in come for b in go if a != b or arms.u[a] == arms.v[a]]


def _turns(relation: Relation, extract: Extract, arms: Arms) -> list[Turn]:
    kind, turn = _kind(relation.tags)
    via = [(what, ref) for what, ref, role in relation.members if role == "via"]
    come = [ref for what, ref, role in relation.members if role == "from" and what == "w"]
    go = [ref for what, ref, role in relation.members if role == "to" and what == "w"]
    if not come or not go or not via:
        raise Refused("it lacks a member: from, via or to")
    if (len(come) > 1 and turn != "entry") or (len(go) > 1 and turn != "exit"):
        raise Refused("it has more than one from or to")
    absent = [ref for ref in [*come, *go] if ref not in arms.of_way]
    if absent:
        where = "is not in the city" if any(ref in extract.ways for ref in absent) else "is not in the file"
        raise Refused(f"a way of it {where}")
    if all(what == "w" for what, _ in via):
        vias = [ref for _, ref in via]
        return [turn for a in come for b in go for turn in via_turns(a, vias, b, kind, arms)]
    if len(via) > 1 or via[0][0] != "n":
        raise Refused("its via is neither one node nor ways")
    row = int(extract.rows_of_ids([via[0][1]])[0])
    node = int(arms.node_of[row]) if row >= 0 else -1
    if node < 0:
        raise Refused("its via is no junction of the city")
    starts = [_one([r for r in arms.open_pieces(ref) if arms.arrives(r, node)], "from") for ref in come]
    ends = [_one([r for r in arms.open_pieces(ref) if arms.leaves(r, node)], "to") for ref in go]
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
