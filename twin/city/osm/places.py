"""Places of an extract: schools, hospitals, police, fire stations and the like, from nodes, ways and relations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import shapely

from twin.city.osm.ground import Ground
from twin.city.osm.ledger import OUTSIDE, Ledger, way_name
from twin.city.osm.names import name_of
from twin.city.osm.outlines import relation_outline, way_outlines
from twin.city.osm.reading import Extract
from twin.city.osm.tags import Tags
from twin.city.schema import layer_table

KINDS: Final[Mapping[tuple[str, str], str]] = {
    ("amenity", "school"): "school",
    ("amenity", "kindergarten"): "kindergarten",
    ("amenity", "childcare"): "kindergarten",
    ("amenity", "hospital"): "hospital",
    ("healthcare", "hospital"): "hospital",
    ("building", "hospital"): "hospital",
    ("amenity", "clinic"): "clinic",
    ("amenity", "doctors"): "clinic",
    ("healthcare", "clinic"): "clinic",
    ("healthcare", "centre"): "clinic",
    ("healthcare", "doctor"): "clinic",
    ("amenity", "police"): "police",
    ("amenity", "fire_station"): "fire_station",
    ("building", "fire_station"): "fire_station",
    ("emergency", "ambulance_station"): "ambulance_post",
    ("amenity", "university"): "university",
    ("amenity", "college"): "university",
    ("amenity", "marketplace"): "bazaar",
    ("leisure", "stadium"): "stadium",
    ("aeroway", "aerodrome"): "airport",
    ("railway", "station"): "rail_station",
    ("leisure", "park"): "park",
    ("telecom", "data_center"): "data_centre",
    ("telecom", "data_centre"): "data_centre",
    ("tourism", "attraction"): "landmark",
    ("historic", "monument"): "landmark",
}
"""The kind of place by tag; the first that fits counts."""

_KEYS: Final = tuple(dict.fromkeys(key for key, _ in KINDS))
SAME_PLACE_M: Final = 150.0


@dataclass(frozen=True, slots=True)
class Place:
    """A place before it has a node; ``area`` is its outline, or None for a point."""

    kind: str
    name: str
    osm_id: int
    point: shapely.Point
    area: shapely.Geometry | None


def find_places(extract: Extract, ground: Ground, ledger: Ledger) -> list[Place]:
    """Return the places; one that is mapped both as a point and as an area is counted once, as the area."""
    places = []
    for place in _all(extract, ground, ledger):
        if ground.box is not None and not ground.box.contains(place.point):
            name = f"n{place.osm_id}" if place.area is None else way_name(place.osm_id)
            ledger.refuse("places", OUTSIDE, [name])
        else:
            places.append(place)
    kept = _once(places, ledger)
    ledger.imported["places"] += len(kept)
    return kept


def place_table(places: list[Place], nodes: list[int], crs: str) -> gpd.GeoDataFrame:
    """Return the city's ``places``, each with its nearest drivable node."""
    columns = {
        "kind": [place.kind for place in places],
        "name": [place.name for place in places],
        "node": nodes,
        "osm_id": [place.osm_id for place in places],
        "inferred": "",
    }
    return layer_table("places", columns, [place.point for place in places], crs)


def place_kind(tags: Tags) -> str | None:
    """Return the kind of place an object is, None for anything else."""
    if tags.get("railway") in {"station", "halt"} and (tags.get("station") == "subway" or tags.get("subway") == "yes"):
        return "metro"
    for key in _KEYS:
        if key in tags:
            kind = KINDS.get((key, tags[key]))
            if kind:
                return kind
    return None


def _all(extract: Extract, ground: Ground, ledger: Ledger) -> Iterator[Place]:
    yield from _points(extract, ground, ledger)
    ways = [(way, kind) for way in extract.ways.values() if (kind := place_kind(way.tags))]
    ledger.read["places"] += len(ways)
    outlines = way_outlines([way for way, _ in ways], extract, ground)
    for (way, kind), outline in zip(ways, outlines, strict=True):
        yield from _area(kind, way.tags, way.id, outline.parts, ledger)
    for relation in extract.relations.values():
        kind = place_kind(relation.tags)
        if kind and relation.tags.get("type") in {"multipolygon", "site"}:
            ledger.read["places"] += 1
            parts = relation_outline(relation, extract, ground).parts
            yield from _area(kind, relation.tags, -relation.id, parts, ledger)


def _points(extract: Extract, ground: Ground, ledger: Ledger) -> Iterator[Place]:
    tagged = [(i, tags, kind) for i, tags in extract.node_tags.items() if (kind := place_kind(tags))]
    ledger.read["places"] += len(tagged)
    points = shapely.points(ground.xy_m[extract.rows_of_ids([osm_id for osm_id, _, _ in tagged])])
    for (osm_id, tags, kind), point in zip(tagged, points, strict=True):
        yield Place(kind, name_of(tags), osm_id, point, None)


def _area(kind: str, tags: Tags, osm_id: int, parts: tuple[shapely.Polygon, ...], ledger: Ledger) -> Iterator[Place]:
    if not parts:
        ledger.refuse("places", "its outline is not in the file", [way_name(osm_id)])
        return
    point = shapely.set_precision(parts[0].representative_point(), 0.001)
    yield Place(kind, name_of(tags), osm_id, point, parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts))


def _once(places: list[Place], ledger: Ledger) -> list[Place]:
    """Drop points within an area of their kind, and a second mention of a name close to the first."""
    kept = [place for place in places if place.area is not None]
    points = [place for place in places if place.area is None]
    inside: set[int] = set()
    if kept and points:
        tree = shapely.STRtree([place.area for place in kept])
        at, area = tree.query([place.point for place in points], predicate="covered_by")
        inside = {i for i, j in zip(at.tolist(), area.tolist(), strict=True) if points[i].kind == kept[j].kind}
    near: dict[tuple[str, str], list[shapely.Point]] = defaultdict(list)
    for place in kept:
        near[place.kind, place.name].append(place.point)
    for i, place in enumerate(points):
        others = near[place.kind, place.name]
        again = place.name != "" and any(place.point.distance(other) < SAME_PLACE_M for other in others)
        if i in inside or again:
            ledger.refuse("places", "mapped a second time", [f"n{place.osm_id}"])
        else:
            others.append(place.point)
            kept.append(place)
    return kept
