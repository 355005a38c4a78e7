"""Places of an extract: schools, hospitals, police, fire stations and the like, from nodes, ways and relations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import shapely

from twin.city.osm.ground import Ground
from twin.city.osm.ledger import Ledger
from twin.city.osm.outlines import relation_outline, way_outline
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
    ("amenity", "marketplace"): "bazaar",
    ("leisure", "park"): "park",
    ("telecom", "data_center"): "data_centre",
    ("telecom", "data_centre"): "data_centre",
}
"""The kind of place by tag; the first that fits counts."""

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
            ledger.refuse("places", "outside the box")
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
    return next((kind for (key, value), kind in KINDS.items() if tags.get(key) == value), None)


def _all(extract: Extract, ground: Ground, ledger: Ledger) -> Iterator[Place]:
    yield from _points(extract, ground, ledger)
    for way in extract.ways.values():
        kind = place_kind(way.tags)
        if kind:
            ledger.read["places"] += 1
            yield from _area(kind, way.tags, way.id, way_outline(way, extract, ground).parts, ledger)
    for relation in extract.relations.values():
        kind = place_kind(relation.tags)
        if kind and relation.tags.get("type") in {"multipolygon", "site"}:
            ledger.read["places"] += 1
            parts = relation_outline(relation, extract, ground).parts
            yield from _area(kind, relation.tags, -relation.id, parts, ledger)


def _points(extract: Extract, ground: Ground, ledger: Ledger) -> Iterator[Place]:
    tagged = [(osm_id, tags, place_kind(tags)) for osm_id, tags in extract.node_tags.items()]
    for osm_id, tags, kind in tagged:
        if kind:
            ledger.read["places"] += 1
            point = shapely.Point(ground.xy_m[extract.rows([osm_id])[0]])
            yield Place(kind, tags.get("name", ""), osm_id, point, None)


def _area(kind: str, tags: Tags, osm_id: int, parts: tuple[shapely.Polygon, ...], ledger: Ledger) -> Iterator[Place]:
    if not parts:
        ledger.refuse("places", "its outline is not in the file")
        return
    point = shapely.set_precision(parts[0].representative_point(), 0.001)
    yield Place(kind, tags.get("name", ""), osm_id, point, shapely.union_all(parts))


def _once(places: list[Place], ledger: Ledger) -> list[Place]:
    """Drop points within an area of their kind, and a second mention of a name close to the first."""
    areas = [place for place in places if place.area is not None]
    kept = list(areas)
    for place in places:
        if place.area is not None:
            continue
        inside = any(area.kind == place.kind and shapely.covers(area.area, place.point) for area in areas)
        again = any(
            other.kind == place.kind
            and other.name == place.name != ""
            and other.point.distance(place.point) < SAME_PLACE_M
            for other in kept
        )
        if inside or again:
            ledger.refuse("places", "mapped a second time")
        else:
            kept.append(place)
    return kept
