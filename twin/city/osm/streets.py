"""Routable ways as streets between junctions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from twin.city.model import LAYERS
from twin.city.osm.figures import figures
from twin.city.osm.ground import Ground
from twin.city.osm.ledger import Ledger
from twin.city.osm.reading import Extract, Way
from twin.city.osm.tags import (
    DRIVABLE,
    Direction,
    closed_to_vehicles,
    direction,
    is_link,
    lanes,
    level,
    may_walk,
    opened_to_vehicles,
    speed_limit_kmh,
    street_class,
    width_m,
)
from twin.city.schema import layer_table

SIGNAL_REACH_M: Final = 50.0

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a way that lies between two nodes of the city.

    Attributes:
        way: position in the list of routable ways.
        rows: rows of its nodes in the extract, in the direction of the street.
    """

    way: int
    rows: Rows


def street_layers(extract: Extract, ground: Ground, ledger: Ledger) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the city's ``nodes`` and ``streets``.

    A way is cut at every node it shares with another routable way or meets twice itself, and where nodes are missing
    or lie outside the box. Nodes on one spot that follow each other in a way become one.
    """
    ways = _routable(extract, ledger)
    runs = _runs(ways, extract, ground, ledger)
    pieces = _pieces(runs, len(extract.node_ids))
    ends = np.array([(piece.rows[0], piece.rows[-1]) for piece in pieces], dtype=np.int64).reshape(-1, 2)
    node_rows, index = np.unique(ends, return_inverse=True)
    u, v = index.reshape(-1, 2).T
    signal = np.isin(node_rows, _signal_rows(pieces, ways, extract, ground, ledger))
    nodes = layer_table(
        "nodes",
        {"osm_id": extract.node_ids[node_rows], "signal": signal},
        shapely.points(ground.xy_m[node_rows]),
        ground.crs,
    )
    return nodes, _street_table(pieces, ways, u, v, ground)


def is_drivable(tags: dict[str, str]) -> bool:
    """Return whether a way's class is one that vehicles use, whatever its access tags say."""
    return street_class(tags) in DRIVABLE


def _routable(extract: Extract, ledger: Ledger) -> list[Way]:
    ways = []
    for way in extract.ways.values():
        if street_class(way.tags) is not None:
            ledger.read[_kind(way)] += 1
            ways.append(way)
        elif "highway" in way.tags:
            ledger.read["other_highway_ways"] += 1
            ledger.refuse("other_highway_ways", f"highway={way.tags['highway']} is no street")
    return ways


def _kind(way: Way) -> str:
    return "drivable_ways" if is_drivable(way.tags) else "walking_ways"


def _runs(ways: list[Way], extract: Extract, ground: Ground, ledger: Ledger) -> list[Piece]:
    """Return the unbroken parts of each way, counting every way as imported or refused."""
    refs = [ref for way in ways for ref in way.refs]
    rows = extract.rows(refs)
    starts = np.cumsum([0, *(len(way.refs) for way in ways)])
    same = _one_spot(rows, starts, ground, ledger)
    runs: list[Piece] = []
    for i, way in enumerate(ways):
        own = rows[starts[i] : starts[i + 1]]
        kept = own >= 0
        kept[kept] = ground.inside[own[kept]]
        parts = [_without_repeats(same[own[a:b]]) for a, b in _stretches(kept)]
        parts = [part for part in parts if len(part) > 1]
        if not parts:
            ledger.refuse(_kind(way), _why_not(own, ground))
            continue
        ledger.imported[_kind(way)] += 1
        ledger.repaired["ways cut where nodes are missing"] += bool((own < 0).any())
        back = direction(way.tags) is Direction.AGAINST
        runs += [Piece(i, part[::-1] if back else part) for part in parts]
    return runs


def _one_spot(rows: Rows, starts: NDArray[np.int64], ground: Ground, ledger: Ledger) -> Rows:
    """Return for each node the node that stands for it: itself, or the first of those on its spot in a way."""
    n = len(ground.xy_m)
    a, b = rows[:-1], rows[1:]
    ok = (a >= 0) & (b >= 0) & (a != b)
    ok[starts[1:-1][(starts[1:-1] > 0) & (starts[1:-1] < len(rows))] - 1] = False
    ok[ok] = (ground.xy_m[a[ok]] == ground.xy_m[b[ok]]).all(axis=1)
    if not ok.any():
        return np.arange(n)
    _, label = connected_components(coo_array((np.ones(int(ok.sum())), (a[ok], b[ok])), shape=(n, n)), directed=False)
    _, first = np.unique(label, return_index=True)
    ledger.repaired["nodes on one spot joined"] += n - len(first)
    joined: Rows = first[label]
    return joined


def _stretches(kept: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], kept, [False]]).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _without_repeats(rows: Rows) -> Rows:
    keep = np.ones(len(rows), dtype=bool)
    keep[1:] = np.diff(rows) != 0
    return rows[keep]


def _why_not(rows: Rows, ground: Ground) -> str:
    present = rows >= 0
    if present.sum() < 2 or not (present[1:] & present[:-1]).any():
        return "no two neighbouring nodes of it are in the file"
    if not ground.inside[rows[present]].all():
        return "outside the box"
    return "no length"


def _pieces(runs: list[Piece], n_rows: int) -> list[Piece]:
    pieces: list[Piece] = []
    if not runs:
        return pieces
    ends = [run.rows[[0, -1]] for run in runs]
    uses = np.bincount(np.concatenate([*(run.rows for run in runs), *ends]), minlength=n_rows)
    for run in runs:
        cuts = np.flatnonzero(uses[run.rows] > 1).tolist()
        pieces += [Piece(run.way, run.rows[a : b + 1]) for a, b in pairwise(cuts)]
    return pieces


def _signal_rows(pieces: list[Piece], ways: list[Way], extract: Extract, ground: Ground, ledger: Ledger) -> Rows:
    """Return the junctions with signals; one that stands before its junction counts for the nearer end within reach."""
    lit = [osm_id for osm_id, tags in extract.node_tags.items() if tags.get("highway") == "traffic_signals"]
    rows = extract.rows(lit)
    signals = set(rows[rows >= 0].tolist())
    found: dict[int, int] = {}
    for piece in pieces:
        here = [k for k, row in enumerate(piece.rows.tolist()) if row in signals]
        if not here or not is_drivable(ways[piece.way].tags):
            continue
        at_m = _along_m(ground.xy_m[piece.rows])
        for k in here:
            ahead_m = at_m[-1] - at_m[k]
            if min(at_m[k], ahead_m) <= SIGNAL_REACH_M:
                found[int(piece.rows[k])] = int(piece.rows[0] if at_m[k] <= ahead_m else piece.rows[-1])
    ledger.read["signals"] += len(signals)
    ledger.imported["signals"] += len(found)
    for _ in range(len(signals) - len(found)):
        ledger.refuse("signals", f"no junction of a drivable street within {SIGNAL_REACH_M:.0f} m")
    return np.unique(np.array(list(found.values()), dtype=np.int64))


def _along_m(xy_m: NDArray[np.float64]) -> NDArray[np.float64]:
    steps = np.diff(xy_m, axis=0)
    return np.concatenate([[0.0], np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))])


def _street_table(pieces: list[Piece], ways: list[Way], u: Rows, v: Rows, ground: Ground) -> gpd.GeoDataFrame:
    rows = [_way_row(way) for way in ways]
    of_way = [rows[piece.way] for piece in pieces]
    columns: dict[str, Any] = {name: [row[name] for row in of_way] for name in rows[0]} if rows else {}
    lines = [shapely.LineString(ground.xy_m[piece.rows]) for piece in pieces]
    columns |= {"u": u, "v": v, "length_m": np.maximum(np.round(shapely.length(lines), 3), 0.001)}
    told = {name: columns.get(name, []) for name in LAYERS["streets"] if name in columns or not rows}
    return layer_table("streets", told, lines, ground.crs)


def _way_row(way: Way) -> dict[str, Any]:
    """Return the columns of a street that its way decides."""
    name = street_class(way.tags) or ""
    figure = figures()["streets"][name]
    oneway = direction(way.tags) is not Direction.BOTH
    given = {"speed_kmh": speed_limit_kmh(way.tags), "lanes": lanes(way.tags), "width_m": width_m(way.tags)}
    drive = closed_to_vehicles(way.tags) is None if name in DRIVABLE else opened_to_vehicles(way.tags)
    n_lanes = given["lanes"] or _usual_lanes(way, int(figure["lanes"]), oneway, drive)
    speed_kmh = given["speed_kmh"] or _usual_speed_kmh(way, figure["speed_kmh"], name, drive)
    return {
        "oneway": oneway,
        "street_class": name,
        "lanes": n_lanes,
        "speed_kmh": float(speed_kmh),
        "width_m": given["width_m"] or float(max(1, n_lanes) * figure["lane_m"]),
        "name": way.tags.get("name") or way.tags.get("ref", ""),
        "drive": drive,
        "walk": may_walk(way.tags, name),
        "layer": level(way.tags),
        "osm_id": way.id,
        "inferred": ",".join(name for name, value in given.items() if value is None and (n_lanes or name != "lanes")),
    }


def _usual_lanes(way: Way, of_class: int, oneway: bool, drive: bool) -> int:
    if is_link(way.tags):
        return int(figures()["link_lanes"])
    return max(int(drive), of_class // 2 if oneway else of_class)


def _usual_speed_kmh(way: Way, of_class: float, name: str, drive: bool) -> float:
    if is_link(way.tags):
        return float(figures()["link_speed_kmh"])
    return float(figures()["opened_path_speed_kmh"]) if drive and name not in DRIVABLE else of_class


def count_closed(extract: Extract, imported: set[int]) -> Counter[str]:
    """Return the drivable ways among those imported that traffic may not use, by the access value that says so."""
    ways = (extract.ways[i] for i in imported)
    values = (closed_to_vehicles(way.tags) for way in ways if is_drivable(way.tags))
    return Counter(sorted(value for value in values if value is not None))
