"""Routable ways as streets between junctions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.model import LAYERS
from twin.city.osm.barriers import closing_points
from twin.city.osm.cutting import Pieces, cut_ways
from twin.city.osm.directions import CHANGING
from twin.city.osm.ground import Ground
from twin.city.osm.ledger import Ledger, shown
from twin.city.osm.names import name_of, other_names
from twin.city.osm.reading import Extract, Rows, Way
from twin.city.osm.signals import signal_rows
from twin.city.osm.tags import street_class
from twin.city.osm.way_facts import WayFacts, way_facts
from twin.city.schema import layer_table


@dataclass(frozen=True)
class StreetNet:
    """The streets of a city and how they came about.

    Attributes:
        nodes, streets: the layers.
        ways: the routable ways; ``pieces`` has one piece for each row of ``streets``.
        pieces: the parts of the ways.
        node_of: for every node of the extract its row in ``nodes``, -1 for none.
        closed_points: rows of ``nodes`` at which vehicles cannot pass.
    """

    nodes: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    ways: list[Way]
    pieces: Pieces
    node_of: Rows
    closed_points: Rows


def street_net(extract: Extract, ground: Ground, ledger: Ledger) -> StreetNet:
    """Return the city's ``nodes`` and ``streets``.

    A way is cut at every node it shares with another routable way or meets twice itself, at points that vehicles
    cannot pass, and where nodes are missing or lie outside the box.
    """
    ways = _routable(extract, ledger)
    facts = [way_facts(way.tags) for way in ways]
    turned = np.array([fact.turned for fact in facts], dtype=bool)
    driven = np.array([fact.drivable_class for fact in facts], dtype=bool)
    points = closing_points(extract, ways, facts, ledger)
    pieces, why = cut_ways(ways, turned, points, extract, ground, ledger)
    _count(ways, facts, why, ledger)
    ends = np.stack([pieces.first, pieces.last], axis=1)
    node_rows, index = np.unique(ends, return_inverse=True)
    u, v = index.reshape(-1, 2).T
    signal = np.isin(node_rows, signal_rows(pieces, driven[pieces.way], extract, ground, ledger))
    nodes = layer_table(
        "nodes",
        {"osm_id": extract.node_ids[node_rows], "signal": signal},
        shapely.points(ground.xy_m[node_rows]),
        ground.crs,
    )
    node_of = np.full(len(extract.node_ids), -1, dtype=np.int64)
    node_of[node_rows] = np.arange(len(node_rows))
    node_of = node_of[pieces.same]
    closed = np.unique(node_of[points])
    streets = _street_table(pieces, ways, facts, u, v, ground)
    return StreetNet(nodes, streets, ways, pieces, node_of, closed[closed >= 0])


def _routable(extract: Extract, ledger: Ledger) -> list[Way]:
    """Return the ways with a street class; one that runs along the same nodes as an earlier of its class is refused."""
    ways, seen = [], set()
    for way in extract.ways.values():
        name = street_class(way.tags)
        if name is None:
            if "highway" in way.tags:
                ledger.read["other_highway_ways"] += 1
                ledger.refuse(
                    "other_highway_ways", f"highway={shown(way.tags['highway'])} is no street", [f"w{way.id}"]
                )
            continue
        kind = _kind(way)
        ledger.read[kind] += 1
        refs = extract.refs[way.start : way.stop].tobytes()
        line = (refs, name, way.tags.get("oneway", "no"), way.tags.get("layer", ""))
        if line in seen and way.stop - way.start > 1:
            ledger.refuse(kind, "runs along the nodes of an earlier way of its class", [f"w{way.id}"])
            continue
        seen.add(line)
        ways.append(way)
    return ways


def _kind(way: Way) -> str:
    return "drivable_ways" if way_facts(way.tags).drivable_class else "walking_ways"


def _count(ways: list[Way], facts: list[WayFacts], why: dict[int, str], ledger: Ledger) -> None:
    """Count every way as imported or refused, and what the tags of those imported leave open."""
    unusable: Counter[tuple[str, str]] = Counter()
    for i, (way, fact) in enumerate(zip(ways, facts, strict=True)):
        kind = "drivable_ways" if fact.drivable_class else "walking_ways"
        if i in why:
            ledger.refuse(kind, why[i], [f"w{way.id}"])
            continue
        ledger.imported[kind] += 1
        unusable.update(fact.unusable)
        if fact.closed is not None:
            ledger.closed[fact.closed] += 1
        if fact.limited is not None:
            ledger.limited[fact.limited] += 1
        ledger.repaired["ways whose speed limit differs by direction, the lower taken"] += fact.two_limits
        if way.tags.get("oneway") in CHANGING and fact.drivable_class:
            ledger.repaired["ways whose direction changes with the hour, taken as open both ways"] += 1
    for (key, value), times in sorted(unusable.items()):
        ledger.note_unusable(key, value, times)


def _street_table(
    pieces: Pieces, ways: list[Way], facts: list[WayFacts], u: Rows, v: Rows, ground: Ground
) -> gpd.GeoDataFrame:
    of = pieces.way
    lines = pieces.lines(ground)
    columns: dict[str, Any] = {
        name: _spread([fact.columns[name] for fact in facts], of) for name in (facts[0].columns if facts else ())
    }
    columns |= {
        "u": u,
        "v": v,
        "length_m": np.maximum(np.round(shapely.length(lines), 3), 0.001),
        "name": _spread([name_of(way.tags) for way in ways], of),
        "names": _spread([other_names(way.tags) for way in ways], of),
        "osm_id": _spread([way.id for way in ways], of),
    }
    told = {name: columns.get(name, []) for name in LAYERS["streets"] if name in columns or not facts}
    return layer_table("streets", told, lines, ground.crs)


def _spread(values: list[Any], of: Rows) -> NDArray[Any]:
    """Return a value of each way for each of its pieces."""
    kind = object if values and isinstance(values[0], str) else None
    spread: NDArray[Any] = np.array(values, dtype=kind)[of]
    return spread
