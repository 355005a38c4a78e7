"""Open ground and water of an extract: the city's ``areas``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from twin.city.osm.figures import figures
from twin.city.osm.ground import Ground
from twin.city.osm.ledger import OUTSIDE, Ledger, way_name
from twin.city.osm.names import name_of
from twin.city.osm.outlines import Outline, polygon_parts, relation_outline, way_outlines
from twin.city.osm.reading import Extract, Way
from twin.city.osm.tags import Tags, length_m
from twin.city.schema import layer_table

KINDS: Final[Mapping[str, Mapping[str, str]]] = {
    "natural": {"water": "water", "bay": "water", "wood": "park"},
    "waterway": {"riverbank": "water", "dock": "water"},
    "water": dict.fromkeys(("river", "lake", "pond", "canal", "reservoir", "basin"), "water"),
    "landuse": {
        "reservoir": "water", "basin": "water", "recreation_ground": "park", "village_green": "park", "forest": "park",
        "railway": "rail", "farmland": "field", "farmyard": "field", "meadow": "field", "orchard": "field",
        "vineyard": "field", "cemetery": "cemetery", "industrial": "industry",
    },
    "leisure": {"park": "park", "garden": "park", "nature_reserve": "park"},
    "aeroway": {"aerodrome": "airport"},
    "amenity": {"grave_yard": "cemetery"},
    "place": {"square": "square"},
}  # fmt: skip
"""The kind of area by tag; the first that fits counts."""


@dataclass(frozen=True, slots=True)
class Area:
    """An area on its way to a row; ``inferred`` names the columns that were not read."""

    kind: str
    name: str
    osm_id: int
    shape: shapely.Geometry
    inferred: str = ""


def area_table(extract: Extract, ground: Ground, ledger: Ledger) -> gpd.GeoDataFrame:
    """Return the city's ``areas``; each object is counted as imported or refused, and cut at the box."""
    found = [*_outlined(extract, ground, ledger), *_waterways(extract, ground, ledger)]
    columns = {
        "kind": [area.kind for area in found],
        "name": [area.name for area in found],
        "osm_id": [area.osm_id for area in found],
        "inferred": [area.inferred for area in found],
    }
    return layer_table("areas", columns, [area.shape for area in found], ground.crs)


def area_kind(tags: Tags) -> str | None:
    """Return the kind of open ground an object is, None for anything else, buildings among them."""
    if tags.get("building", "no") != "no":
        return None
    if tags.get("highway") == "pedestrian" and (tags.get("area") == "yes" or tags.get("type") == "multipolygon"):
        return "square"
    for key, kinds in KINDS.items():
        kind = kinds.get(tags.get(key, ""))
        if kind:
            return kind
    return None


def _outlined(extract: Extract, ground: Ground, ledger: Ledger) -> Iterator[Area]:
    relations = [
        (relation, kind)
        for relation in extract.relations.values()
        if relation.tags.get("type") in {"multipolygon", "boundary"} and (kind := area_kind(relation.tags))
    ]
    outer_of = {(ref, kind) for relation, kind in relations for ref, role in relation.ways if role != "inner"}
    ways = []
    for way in extract.ways.values():
        kind = area_kind(way.tags)
        if kind is None:
            continue
        if (way.id, kind) in outer_of:
            ledger.read["areas"] += 1
            ledger.refuse("areas", "is the outline of a relation of its kind", [f"w{way.id}"])
        else:
            ways.append((way, kind))
    outlines = way_outlines([way for way, _ in ways], extract, ground)
    for (way, kind), outline in zip(ways, outlines, strict=True):
        whole = outline if extract.is_closed(way) else Outline((), reason="its line is not closed")
        yield from _counted(kind, way.tags, way.id, whole, ground, ledger)
    for relation, kind in relations:
        outline = relation_outline(relation, extract, ground)
        yield from _counted(kind, relation.tags, -relation.id, outline, ground, ledger)


def _counted(kind: str, tags: Tags, osm_id: int, outline: Outline, ground: Ground, ledger: Ledger) -> Iterator[Area]:
    ledger.read["areas"] += 1
    if not outline.parts:
        ledger.refuse("areas", outline.reason, [way_name(osm_id)])
        return
    parts = _in_box(outline.parts, ground)
    if not parts:
        ledger.refuse("areas", OUTSIDE, [way_name(osm_id)])
        return
    ledger.imported["areas"] += 1
    if outline.mended:
        ledger.repaired[f"areas: {outline.mended}"] += 1
    yield Area(kind, name_of(tags), osm_id, _one(parts))


def _waterways(extract: Extract, ground: Ground, ledger: Ledger) -> Iterator[Area]:
    """Return lines of water as wide as they are tagged, or as is usual; those under the ground are refused."""
    usual_m = figures()["waterway_m"]
    lines: list[shapely.LineString] = []
    wide_m: list[float] = []
    kept: list[tuple[Way, bool]] = []
    for way in extract.ways.values():
        kind = way.tags.get("waterway")
        if kind not in usual_m or area_kind(way.tags):
            continue
        ledger.read["waterways"] += 1
        rows = extract.rows_of(way)
        rows = rows[rows >= 0]
        if way.tags.get("tunnel", "no") != "no" or way.tags.get("location") == "underground":
            ledger.refuse("waterways", "it runs under the ground", [f"w{way.id}"])
        elif len(rows) < 2 or not np.ptp(ground.xy_m[rows], axis=0).any():
            ledger.refuse("waterways", "no two nodes of it apart are in the file", [f"w{way.id}"])
        else:
            stated = length_m(way.tags.get("width", ""))
            known = stated is not None and 0.1 <= stated <= 2000
            lines.append(shapely.LineString(ground.xy_m[rows]))
            wide_m.append(stated if known and stated is not None else float(usual_m[kind]))
            kept.append((way, known))
    if not lines:
        return
    halves_m = np.array(wide_m) / 2
    shapes = shapely.buffer(np.array(lines, dtype=object), halves_m, quad_segs=2, cap_style="flat", join_style="round")
    for (way, known), shape in zip(kept, shapely.set_precision(shapes, 0.001), strict=True):
        parts = _in_box(polygon_parts(shape), ground)
        if not parts:
            ledger.refuse(
                "waterways", OUTSIDE if ground.box is not None else "it covers less than 1 m2", [f"w{way.id}"]
            )
            continue
        ledger.imported["waterways"] += 1
        yield Area("water", name_of(way.tags), way.id, _one(parts), "" if known else "geometry")


def _in_box(parts: tuple[shapely.Polygon, ...], ground: Ground) -> tuple[shapely.Polygon, ...]:
    if ground.box is None or all(ground.box.contains(part) for part in parts):
        return parts
    cut = shapely.intersection(shapely.union_all(parts), ground.box)
    return polygon_parts(shapely.set_precision(cut, 0.001))


def _one(parts: tuple[shapely.Polygon, ...]) -> shapely.Geometry:
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
