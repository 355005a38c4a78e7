"""Buildings of an extract: outlines with holes, from closed ways and multipolygon relations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import geopandas as gpd
import shapely

from twin.city.osm.building_parts import part_heights
from twin.city.osm.building_rows import Building, building_rows
from twin.city.osm.ground import Ground
from twin.city.osm.ledger import OUTSIDE, Ledger, way_name
from twin.city.osm.outlines import Outline, polygon_parts, relation_outline, way_outlines
from twin.city.osm.reading import Extract, Relation, Way
from twin.city.osm.tags import Tags

_NO_DOOR: Final = frozenset({"no", "emergency", "exit"})


def building_table(extract: Extract, ground: Ground, ledger: Ledger) -> gpd.GeoDataFrame:
    """Return the city's ``buildings``; every building that was read is counted as imported or refused."""
    found = list(_buildings(extract, ground, ledger))
    part_heights(found, extract, ground, ledger)
    return building_rows(found, extract, ground, ledger)


def is_building(tags: Tags) -> bool:
    """Return whether an object is a building."""
    return tags.get("building", "no") != "no"


def building_relations(extract: Extract) -> list[Relation]:
    """Return the multipolygon relations that are buildings."""
    return [r for r in extract.relations.values() if r.tags.get("type") == "multipolygon" and is_building(r.tags)]


def _buildings(extract: Extract, ground: Ground, ledger: Ledger) -> Iterator[Building]:
    doors = _door_ids(extract)
    points = [i for i, tags in extract.node_tags.items() if is_building(tags) and i not in doors]
    ledger.read["building_points"] += len(points)
    ledger.refuse("building_points", "a point has no outline", (f"n{i}" for i in points))
    relations = building_relations(extract)
    outlines = {r.id: relation_outline(r, extract, ground) for r in relations}
    outer_of = {ref for r in relations if outlines[r.id].parts for ref, role in r.ways if role != "inner"}
    yield from _of_ways(_own_ways(extract, outer_of, ledger), doors, extract, ground, ledger)
    for relation in relations:
        ledger.read["buildings"] += 1
        ways = [extract.ways[ref] for ref, _ in relation.ways if ref in extract.ways]
        on_ring = sum(_doors_on(way, doors, extract) for way in ways)
        yield from _counted(-relation.id, relation.tags, outlines[relation.id], on_ring, ground, ledger)


def _own_ways(extract: Extract, outer_of: set[int], ledger: Ledger) -> list[Way]:
    """Return the building ways that are neither the outline of a relation nor a second copy."""
    ways, seen = [], set()
    for way in extract.ways.values():
        if not is_building(way.tags):
            continue
        ledger.read["buildings"] += 1
        corners = frozenset(extract.refs[way.start : way.stop].tolist())
        if way.id in outer_of:
            ledger.imported["buildings"] += 1
            ledger.repaired["building ways that are the outline of a building relation, kept as that"] += 1
        elif corners in seen and len(corners) > 2:
            ledger.refuse("buildings", "has the corners of an earlier building", [f"w{way.id}"])
        else:
            seen.add(corners)
            ways.append(way)
    return ways


def _of_ways(ways: list[Way], doors: set[int], extract: Extract, ground: Ground, ledger: Ledger) -> Iterator[Building]:
    holes = _holes_of_ways(extract)
    for way, plain in zip(ways, way_outlines(ways, extract, ground), strict=True):
        outline = _with_holes(plain, holes[way.id], extract, ground) if way.id in holes else plain
        yield from _counted(way.id, way.tags, outline, _doors_on(way, doors, extract), ground, ledger)


def _counted(
    osm_id: int, tags: dict[str, str], outline: Outline, doors: int, ground: Ground, ledger: Ledger
) -> Iterator[Building]:
    reason = outline.reason
    if outline.parts and ground.box is not None and not ground.box.contains(outline.parts[0].representative_point()):
        reason = OUTSIDE
    elif outline.parts and tags.get("location") == "underground":
        reason = "it lies under the ground"
    if reason:
        ledger.refuse("buildings", reason, [way_name(osm_id)])
        return
    ledger.imported["buildings"] += 1
    if outline.mended:
        ledger.repaired[f"buildings: {outline.mended}"] += 1
    whole_m2 = sum(part.area for part in outline.parts)
    for part in outline.parts:
        share = part.area / whole_m2
        yield Building(osm_id, tags, part, round(doors * share), share)


def _door_ids(extract: Extract) -> set[int]:
    return {
        osm_id
        for osm_id, tags in extract.node_tags.items()
        if tags.get("entrance", "no") not in _NO_DOOR or tags.get("building") == "entrance"
    }


def _doors_on(way: Way, doors: set[int], extract: Extract) -> int:
    return len(doors.intersection(extract.refs[way.start : way.stop].tolist())) if doors else 0


def _holes_of_ways(extract: Extract) -> dict[int, list[Way]]:
    """Return the inner rings of multipolygons whose tags stand on the outer way (the old way of mapping)."""
    holes: dict[int, list[Way]] = defaultdict(list)
    for relation in extract.relations.values():
        if relation.tags.get("type") != "multipolygon" or is_building(relation.tags):
            continue
        inner = [extract.ways[ref] for ref, role in relation.ways if role == "inner" and ref in extract.ways]
        outer = [extract.ways[ref] for ref, role in relation.ways if role != "inner" and ref in extract.ways]
        if inner and len(outer) == 1 and is_building(outer[0].tags):
            holes[outer[0].id] += inner
    return dict(holes)


def _with_holes(outline: Outline, holes: list[Way], extract: Extract, ground: Ground) -> Outline:
    rings = [part for hole in way_outlines(holes, extract, ground) for part in hole.parts]
    if not rings or not outline.parts:
        return outline
    left = shapely.difference(shapely.union_all(outline.parts), shapely.union_all(rings))
    parts = polygon_parts(left)
    return Outline(parts, outline.mended) if parts else outline
