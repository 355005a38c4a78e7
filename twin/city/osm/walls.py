"""Walls, hedges and fences of an extract (wiki.openstreetmap.org/wiki/Key:barrier), with openings at their gates."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import shapely

from twin.city.model import BARRIER_KINDS
from twin.city.osm.figures import figures
from twin.city.osm.ground import Ground
from twin.city.osm.ledger import Ledger, shown
from twin.city.osm.lines import line_parts, way_lines
from twin.city.osm.reading import Extract, Way
from twin.city.osm.tags import Tags, length_m
from twin.city.schema import layer_table


def barrier_table(extract: Extract, ground: Ground, ledger: Ledger) -> gpd.GeoDataFrame:
    """Return the city's ``barriers``; every line that is a barrier is counted as imported or refused."""
    rows = list(_barriers(extract, ground, ledger))
    columns = {
        "kind": [kind for kind, _, _, _, _ in rows],
        "height_m": [height for _, height, _, _, _ in rows],
        "osm_id": [osm_id for _, _, osm_id, _, _ in rows],
        "inferred": [inferred for _, _, _, inferred, _ in rows],
    }
    return layer_table("barriers", columns, [line for _, _, _, _, line in rows], ground.crs)


def barrier_kind(tags: Tags) -> str | None:
    """Return the kind of a barrier that is a line, None for any other; a fence of boards or sheets is a wall."""
    value = tags.get("barrier", "no")
    if value == "fence" and tags.get("fence_type", tags.get("material", "")) in figures()["solid_fences"]:
        return "wall"
    return value if value in BARRIER_KINDS else None


def _barriers(
    extract: Extract, ground: Ground, ledger: Ledger
) -> Iterator[tuple[str, float, int, str, shapely.LineString]]:
    gates = _gate_rows(extract)
    related = [f"r{r.id}" for r in extract.relations.values() if r.tags.get("barrier", "no") != "no"]
    ledger.read["barrier_lines"] += len(related)
    ledger.refuse("barrier_lines", "a relation has no line of its own", related)
    for way in extract.ways.values():
        if way.tags.get("barrier", "no") == "no":
            continue
        ledger.read["barrier_lines"] += 1
        kind = barrier_kind(way.tags)
        lines, reason = way_lines(way, extract, ground)
        if kind is None:
            reason = f"barrier={shown(way.tags['barrier'])} is no wall, hedge or fence"
        if kind is None or reason:
            ledger.refuse("barrier_lines", reason, [f"w{way.id}"])
            continue
        ledger.imported["barrier_lines"] += 1
        height = length_m(way.tags.get("height", ""))
        stated = height is not None and 0.2 <= height <= 30
        if "height" in way.tags and not stated:
            ledger.note_unusable("height", way.tags["height"])
        high_m = float(height if stated and height is not None else figures()["barrier_m"][kind])
        for line in _opened(lines, way, gates, extract, ground, ledger):
            yield kind, high_m, way.id, "" if stated else "height_m", line


def _gate_rows(extract: Extract) -> set[int]:
    """Return the rows of the nodes at which one gets through a wall."""
    opens = set(figures()["wall_openings"])
    ids = [osm_id for osm_id, tags in extract.node_tags.items() if tags.get("barrier") in opens]
    return set(extract.rows_of_ids(ids).tolist())


def _opened(
    lines: list[shapely.LineString], way: Way, gates: set[int], extract: Extract, ground: Ground, ledger: Ledger
) -> list[shapely.LineString]:
    on = sorted(gates.intersection(extract.rows_of(way).tolist()))
    if not on:
        return [part for line in lines for part in line_parts(line)]
    ledger.repaired["gates at which a wall or fence is opened"] += len(on)
    holes = shapely.union_all(shapely.buffer(shapely.points(ground.xy_m[on]), figures()["opening_m"] / 2))
    return [part for line in lines for part in line_parts(shapely.difference(line, holes))]
