"""A city as OpenStreetMap XML: all layers but residents and what was inferred."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.forms.account import Account
from twin.city.forms.osm_tags import AREAS, barrier_tags, building_tags, place_tags, street_tags, tree_tags
from twin.city.forms.osm_text import OsmText, Tags, refs_of
from twin.city.model import City

SIGNAL: Final[Tags] = {"highway": "traffic_signals"}


def write_osm(city: City, out: Path) -> Account:
    """Write all layers; residents, entrances and what was inferred have no tag there and stay behind.

    Street row r is way r + 1, node row n is node n + 1. Times of change, users and changesets are left out.
    """
    with out.open("w", encoding="utf-8", newline="\n") as file:
        text = OsmText(file, city.crs)
        inner_first = _street_nodes(text, city)
        outlines = [
            _Outlines(text, city.buildings, building_tags),
            _Outlines(text, city.areas, lambda row: {**AREAS[row.kind], "name": row.name}),
            _Outlines(text, city.districts, lambda row: _border_tags(row.name, 6), always_relation=True),
            _Outlines(text, city.mahallas, lambda row: _border_tags(row.name, 10), always_relation=True),
        ]
        at = shapely.get_coordinates(city.places.geometry.to_numpy())
        text.nodes(at, {i: place_tags(row) for i, row in enumerate(city.places.itertuples())})
        trees = shapely.get_coordinates(city.trees.geometry.to_numpy()).reshape(-1, 2)
        text.nodes(trees, {i: tree_tags(row) for i, row in enumerate(city.trees.itertuples())})
        corners, barrier = shapely.get_coordinates(city.barriers.geometry.to_numpy(), return_index=True)
        corner_first = text.nodes(corners)
        _ways(text, city, inner_first)
        _barriers(text, city, corner_first + np.searchsorted(barrier, np.arange(len(city.barriers) + 1)))
        for outline in outlines:
            outline.ways()
        for outline in outlines:
            outline.relations()
        _restrictions(text, city)
        text.end()
    return Account(
        {
            "streets": f"{len(city.streets):,} ways between {len(city.nodes):,} nodes",
            "buildings": f"{len(city.buildings):,}",
            "restrictions": f"{len(city.restrictions):,}",
            "trees": f"{len(city.trees):,}",
            "barriers": f"{len(city.barriers):,}",
        },
        ["residents and entrances have no tag in OpenStreetMap and are not in it"],
    )


def _street_nodes(text: OsmText, city: City) -> list[int]:
    """Write the nodes and the inner corners of the streets; return the id of each street's first inner corner."""
    signals = {int(row): SIGNAL for row in np.flatnonzero(city.nodes["signal"].to_numpy(dtype=bool))}
    text.nodes(shapely.get_coordinates(city.nodes.geometry.to_numpy()), signals)
    shapes = city.streets.geometry.to_numpy()
    points, street = shapely.get_coordinates(shapes, return_index=True)
    inner = np.ones(len(points), dtype=bool)
    change = np.flatnonzero(np.diff(street))
    inner[np.concatenate([[0], change, change + 1, [len(points) - 1]])] = False
    first = text.nodes(points[inner])
    counts = shapely.get_num_points(shapes) - 2
    return [int(each) for each in first + np.cumsum(counts) - counts]


def _ways(text: OsmText, city: City, inner_first: list[int]) -> None:
    counts = (shapely.get_num_points(city.streets.geometry.to_numpy()) - 2).tolist()
    for row, first, inner in zip(city.streets.itertuples(), inner_first, counts, strict=True):
        text.way(refs_of(inner, first, int(row.u) + 1, int(row.v) + 1), street_tags(row))


def _barriers(text: OsmText, city: City, firsts: NDArray[np.int64]) -> None:
    for row, (first, end) in zip(city.barriers.itertuples(), pairwise(firsts.tolist()), strict=True):
        text.way(range(first, end), barrier_tags(row))


class _Outlines:
    """The polygons of one layer: their corners are written first, their rings and relations when it is their turn."""

    def __init__(
        self, text: OsmText, table: Any, tags_of: Callable[[Any], Tags], always_relation: bool = False
    ) -> None:
        self._text, self._tags_of, self._always = text, tags_of, always_relation
        self._rows = list(table.drop(columns="geometry").itertuples())
        parts, self._owner = shapely.get_parts(table.geometry.to_numpy(), return_index=True)
        self._rings, part = shapely.get_rings(parts, return_index=True)
        self._ring_owner = self._owner[part] if len(part) else part
        self._is_outer = np.concatenate([[True], np.diff(part) != 0])[: len(part)]
        points, ring = shapely.get_coordinates(self._rings, return_index=True)
        closing = np.concatenate([np.diff(ring) != 0, [True]])[: len(ring)]
        self._sizes = shapely.get_num_points(self._rings) - 1
        self._first = text.nodes(points[~closing]) + np.cumsum(self._sizes) - self._sizes
        self._members: list[list[tuple[str, int, str]]] = [[] for _ in self._rows]

    def ways(self) -> None:
        """Write the rings; a row of one ring is a way with tags, any other becomes a relation."""
        rings_of = np.bincount(self._ring_owner, minlength=len(self._rows))
        for row, each in enumerate(self._by_row()):
            alone = rings_of[row] == 1 and not self._always
            tags = self._tags_of(self._rows[row]) if alone else {}
            for first, size, outer in each:
                way = self._text.way((*range(first, first + size), first), tags)
                if not alone:
                    self._members[row].append(("way", way, "outer" if outer else "inner"))

    def relations(self) -> None:
        """Write the rows that have several rings."""
        for row, members in enumerate(self._members):
            if members:
                self._text.relation(members, {"type": "multipolygon", **self._tags_of(self._rows[row])})

    def _by_row(self) -> Iterator[list[tuple[int, int, bool]]]:
        rings = list(zip(self._first.tolist(), self._sizes.tolist(), self._is_outer.tolist(), strict=True))
        starts = np.searchsorted(self._ring_owner, np.arange(len(self._rows) + 1)).tolist()
        for start, end in pairwise(starts):
            yield rings[start:end]


def _border_tags(name: str, level: int) -> Tags:
    return {"type": "boundary", "boundary": "administrative", "admin_level": str(level), "name": name}


def _restrictions(text: OsmText, city: City) -> None:
    table = city.restrictions
    columns = (table[column].tolist() for column in ("from_street", "via_node", "to_street", "kind"))
    for turn, come, via, go, kind in zip(turn_names(city), *columns, strict=True):
        members = [("way", come + 1, "from"), ("node", via + 1, "via"), ("way", go + 1, "to")]
        text.relation(members, {"type": "restriction", "restriction": f"{kind}_{turn}"})


def turn_names(city: City) -> list[str]:
    """Return what each restriction calls its turn; up to 45 degrees aside is straight on."""
    table = city.restrictions
    come, via, go = (table[column].to_numpy() for column in ("from_street", "via_node", "to_street"))
    bend = np.angle(_leaving(city, go, via) / -_leaving(city, come, via), deg=True)
    names = np.where(np.abs(bend) <= 45, "straight_on", np.where(bend > 0, "left_turn", "right_turn"))
    return [str(name) for name in np.where(come == go, "u_turn", names)]


def _leaving(city: City, streets: NDArray[np.int64], via: NDArray[np.int64]) -> NDArray[np.complex128]:
    """Return as complex numbers how each street leaves its node."""
    shapes = city.streets.geometry.to_numpy()[streets]
    starts = city.streets["u"].to_numpy()[streets] == via
    first, second = (
        shapely.get_coordinates(np.where(starts, shapely.get_point(shapes, i), shapely.get_point(shapes, -1 - i)))
        for i in (0, 1)
    )
    way = second - first
    return np.asarray(way[:, 0] + 1j * way[:, 1])
