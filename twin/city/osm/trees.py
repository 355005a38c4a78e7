"""Trees of an extract: single ones and rows of them (wiki.openstreetmap.org/wiki/Tag:natural%3Dtree)."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import shapely

from twin.city.model import TREE_KINDS
from twin.city.osm.figures import figures
from twin.city.osm.ground import Ground
from twin.city.osm.ledger import OUTSIDE, Ledger
from twin.city.osm.lines import way_lines
from twin.city.osm.reading import Extract
from twin.city.osm.tags import Tags, length_m
from twin.city.schema import layer_table

Row = tuple[str, float, float, int, str, shapely.Point]


def tree_table(extract: Extract, ground: Ground, ledger: Ledger) -> gpd.GeoDataFrame:
    """Return the city's ``trees``; single trees and rows are each counted as imported or refused.

    A row becomes trees at even steps of about 8 m along its line, its ends included.
    """
    found = [*_single(extract, ground, ledger), *_in_rows(extract, ground, ledger)]
    columns = {
        "kind": [kind for kind, *_ in found],
        "height_m": [row[1] for row in found],
        "crown_m": [row[2] for row in found],
        "osm_id": [row[3] for row in found],
        "inferred": [row[4] for row in found],
    }
    return layer_table("trees", columns, [row[5] for row in found], ground.crs)


def _single(extract: Extract, ground: Ground, ledger: Ledger) -> Iterator[Row]:
    ids = [osm_id for osm_id, tags in extract.node_tags.items() if tags.get("natural") == "tree"]
    no_points = _named(extract, "tree")
    ledger.read["trees"] += len(ids) + len(no_points)
    ledger.refuse("trees", "a tree is a point", no_points)
    rows = extract.rows_of_ids(ids)
    inside = ground.inside[rows] if len(rows) else np.zeros(0, dtype=bool)
    ledger.refuse("trees", OUTSIDE, [f"n{osm_id}" for osm_id, kept in zip(ids, inside, strict=True) if not kept])
    ledger.imported["trees"] += int(inside.sum())
    for osm_id, row, kept in zip(ids, rows.tolist(), inside.tolist(), strict=True):
        if kept:
            kind, high_m, wide_m, inferred = _size(extract.node_tags[osm_id], ledger)
            yield kind, high_m, wide_m, osm_id, ",".join(inferred), shapely.Point(ground.xy_m[row])


def _in_rows(extract: Extract, ground: Ground, ledger: Ledger) -> Iterator[Row]:
    points = [f"n{osm_id}" for osm_id, tags in extract.node_tags.items() if tags.get("natural") == "tree_row"]
    points += [name for name in _named(extract, "tree_row") if name.startswith("r")]
    ledger.read["tree_rows"] += len(points)
    ledger.refuse("tree_rows", "a row of trees is a line", points)
    step_m = float(figures()["trees"]["row_step_m"])
    for way in extract.ways.values():
        if way.tags.get("natural") != "tree_row":
            continue
        ledger.read["tree_rows"] += 1
        lines, reason = way_lines(way, extract, ground)
        if reason:
            ledger.refuse("tree_rows", reason, [f"w{way.id}"])
            continue
        ledger.imported["tree_rows"] += 1
        kind, high_m, wide_m, inferred = _size(way.tags, ledger)
        told = ",".join([*inferred, "geometry"])
        for line in lines:
            at = np.linspace(0.0, line.length, max(1, round(line.length / step_m)) + 1)
            for point in shapely.get_coordinates(shapely.line_interpolate_point(line, at)):
                yield kind, high_m, wide_m, way.id, told, shapely.Point(np.round(point, 3))


def _named(extract: Extract, value: str) -> list[str]:
    ways = [f"w{way.id}" for way in extract.ways.values() if way.tags.get("natural") == value]
    return ways + [f"r{r.id}" for r in extract.relations.values() if r.tags.get("natural") == value]


def _size(tags: Tags, ledger: Ledger) -> tuple[str, float, float, list[str]]:
    """Return kind, height and width of the crown, and the names of those that were inferred."""
    told = tags.get("leaf_type", "")
    kind = told if told in TREE_KINDS else ""
    usual = figures()["trees"][kind or "broadleaved"]
    stated = {}
    for name, key, most in (("height_m", "height", 80.0), ("crown_m", "diameter_crown", 40.0)):
        size = length_m(tags.get(key, ""))
        if size is not None and 0.5 <= size <= most:
            stated[name] = size
        elif key in tags:
            ledger.note_unusable(key, tags[key])
    high_m = stated.get("height_m", float(usual["height_m"]))
    wide_m = stated.get("crown_m", round(high_m * usual["crown_share"], 1))
    return kind, high_m, wide_m, [name for name in ("height_m", "crown_m") if name not in stated]
