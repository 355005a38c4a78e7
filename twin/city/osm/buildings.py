"""Buildings of an extract: outlines with holes, storeys and heights, dwellings and residents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median_high
from typing import Any

import geopandas as gpd
import shapely

from twin.city.model import LAYERS, OPTIONAL
from twin.city.osm.figures import figures
from twin.city.osm.ground import Ground
from twin.city.osm.ledger import Ledger
from twin.city.osm.outlines import Outline, polygon_parts, relation_outline, way_outline
from twin.city.osm.reading import Extract, Relation, Way
from twin.city.osm.tags import height_m, storeys
from twin.city.osm.uses import DWELLED, ground_use, guessed_use, tagged_use
from twin.city.schema import layer_table


@dataclass(slots=True)
class Building:
    """One part of a building on its way to a row.

    Attributes:
        osm_id: of the way; of a relation, its id with a minus sign.
        tags: what is tagged.
        shape: the outline.
        doors: entrances mapped on it.
        share: this part's share of the whole building's ground.
    """

    osm_id: int
    tags: dict[str, str]
    shape: shapely.Polygon
    doors: int
    share: float = 1.0


def building_table(extract: Extract, ground: Ground, ledger: Ledger) -> gpd.GeoDataFrame:
    """Return the city's ``buildings``; every building that was read is counted as imported or refused."""
    found = list(_buildings(extract, ground, ledger))
    uses, guessed = _uses(found, extract, ground)
    rows = _rows(found, uses, guessed)
    columns: dict[str, Any] = {
        name: [row[name] for row in rows] for name in LAYERS["buildings"] if name not in OPTIONAL["buildings"]
    }
    return layer_table("buildings", columns, [building.shape for building in found], ground.crs)


def is_building(tags: dict[str, str]) -> bool:
    """Return whether an object is a building."""
    return tags.get("building", "no") != "no"


def building_relations(extract: Extract) -> list[Relation]:
    """Return the multipolygon relations that are buildings."""
    return [r for r in extract.relations.values() if r.tags.get("type") == "multipolygon" and is_building(r.tags)]


def _buildings(extract: Extract, ground: Ground, ledger: Ledger) -> Iterator[Building]:
    doors = _door_rows(extract)
    points = [tags for osm_id, tags in extract.node_tags.items() if is_building(tags) and osm_id not in doors]
    ledger.read["building_points"] += len(points)
    for _ in points:
        ledger.refuse("building_points", "a point has no outline")
    relations = building_relations(extract)
    outlines = {r.id: relation_outline(r, extract, ground) for r in relations}
    outer_of = {ref: r.id for r in relations if outlines[r.id].parts for ref, role in r.ways if role != "inner"}
    holes = _holes_of_ways(extract)
    for way in extract.ways.values():
        if not is_building(way.tags):
            continue
        ledger.read["buildings"] += 1
        if way.id in outer_of:
            ledger.imported["buildings"] += 1
            ledger.repaired["building ways that are the outline of a building relation, kept as that"] += 1
            continue
        outline = _with_holes(way_outline(way, extract, ground), holes.get(way.id, []), extract, ground)
        yield from _counted(way.id, way.tags, outline, _doors_on(way, doors), ground, ledger)
    for relation in relations:
        ledger.read["buildings"] += 1
        ways = [extract.ways[ref] for ref, _ in relation.ways if ref in extract.ways]
        on_ring = sum(_doors_on(way, doors) for way in ways)
        yield from _counted(-relation.id, relation.tags, outlines[relation.id], on_ring, ground, ledger)


def _counted(
    osm_id: int, tags: dict[str, str], outline: Outline, doors: int, ground: Ground, ledger: Ledger
) -> Iterator[Building]:
    if not outline.parts:
        ledger.refuse("buildings", outline.reason)
        return
    if ground.box is not None and not ground.box.contains(outline.parts[0].representative_point()):
        ledger.refuse("buildings", "outside the box")
        return
    ledger.imported["buildings"] += 1
    if outline.mended:
        ledger.repaired[f"buildings: {outline.mended}"] += 1
    whole_m2 = sum(part.area for part in outline.parts)
    for part in outline.parts:
        share = part.area / whole_m2
        yield Building(osm_id, tags, part, round(doors * share), share)


def _door_rows(extract: Extract) -> set[int]:
    return {
        osm_id
        for osm_id, tags in extract.node_tags.items()
        if tags.get("entrance", "no") not in {"no", "emergency", "exit"} or tags.get("building") == "entrance"
    }


def _doors_on(way: Way, doors: set[int]) -> int:
    return len(doors.intersection(way.refs))


def _holes_of_ways(extract: Extract) -> dict[int, list[Way]]:
    """Return the inner rings of multipolygons whose tags stand on the outer way (the old way of mapping)."""
    holes: dict[int, list[Way]] = defaultdict(list)
    for relation in extract.relations.values():
        if relation.tags.get("type") != "multipolygon" or is_building(relation.tags):
            continue
        inner = [extract.ways[ref] for ref, role in relation.ways if role == "inner" and ref in extract.ways]
        outer = [extract.ways[ref] for ref, role in relation.ways if role != "inner" and ref in extract.ways]
        if len(outer) == 1 and is_building(outer[0].tags):
            holes[outer[0].id] += inner
    return holes


def _with_holes(outline: Outline, holes: list[Way], extract: Extract, ground: Ground) -> Outline:
    rings = [part for way in holes for part in way_outline(way, extract, ground).parts]
    if not rings or not outline.parts:
        return outline
    left = shapely.difference(shapely.union_all(outline.parts), shapely.union_all(rings))
    parts = polygon_parts(left)
    return Outline(parts, outline.mended) if parts else outline


def _uses(found: list[Building], extract: Extract, ground: Ground) -> tuple[list[str], list[bool]]:
    """Return the use of each building, and whether it was inferred."""
    stated = [tagged_use(building.tags) for building in found]
    areas = list(_grounds(extract, ground))
    middles = [building.shape.representative_point() for building in found]
    if areas and middles:
        tree = shapely.STRtree([shape for shape, _ in areas])
        at, area = tree.query(middles, predicate="within")
        for i, j in sorted(zip(at.tolist(), area.tolist(), strict=True), key=lambda pair: -areas[pair[1]][0].area):
            if found[i].tags.get("building") == "yes" and tagged_use(found[i].tags) is None:
                stated[i] = areas[j][1]
    own = [tagged_use(building.tags) is not None for building in found]
    uses = [use or guessed_use(building.shape.area) for use, building in zip(stated, found, strict=True)]
    return uses, [not given for given in own]


def _grounds(extract: Extract, ground: Ground) -> Iterator[tuple[shapely.Polygon, str]]:
    for way in extract.ways.values():
        use = ground_use(way.tags)
        if use and not is_building(way.tags) and way.refs and way.refs[0] == way.refs[-1]:
            yield from ((part, use) for part in way_outline(way, extract, ground).parts)
    for relation in extract.relations.values():
        use = ground_use(relation.tags)
        if use and relation.tags.get("type") == "multipolygon" and not is_building(relation.tags):
            yield from ((part, use) for part in relation_outline(relation, extract, ground).parts)


def _rows(found: list[Building], uses: list[str], guessed: list[bool]) -> list[dict[str, Any]]:
    usual = _usual_storeys(found, uses)
    return [
        _row(building, use, ["use"] if guess else [], usual)
        for building, use, guess in zip(found, uses, guessed, strict=True)
    ]


def _usual_storeys(found: list[Building], uses: list[str]) -> dict[str, int]:
    """Return the storeys of each use: the median of those stated in the data where enough are, else a figure."""
    figure = figures()["buildings"]
    stated = defaultdict(list)
    for building, use in zip(found, uses, strict=True):
        value = storeys(building.tags)
        if value is not None:
            stated[use].append(value)
    return {
        use: int(median_high(stated[use])) if len(stated[use]) >= figure["median_from"] else int(assumed)
        for use, assumed in figure["storeys"].items()
    }


def _row(building: Building, use: str, inferred: list[str], usual: dict[str, int]) -> dict[str, Any]:
    figure = figures()["buildings"]
    height, levels = height_m(building.tags), storeys(building.tags)
    if height is None:
        inferred = [*inferred, "height_m"]
    if levels is None:
        inferred = [*inferred, "storeys"]
        levels = usual[use] if height is None else max(1, round(height / figure["storey_m"]))
    dwellings, flats_known = _dwellings(building, use, levels)
    doors = building.doors or _usual_doors(dwellings, levels)
    inferred += [] if flats_known else ["dwellings"]
    inferred += ["residents"] + ([] if building.doors else ["entrances"])
    return {
        "use": use,
        "storeys": levels,
        "height_m": float(height if height is not None else levels * figure["storey_m"]),
        "dwellings": dwellings,
        "residents": round(dwellings * figure["residents_per_dwelling"]),
        "entrances": doors,
        "osm_id": building.osm_id,
        "inferred": ",".join(inferred),
    }


def _dwellings(building: Building, use: str, levels: int) -> tuple[int, bool]:
    flats = building.tags.get("building:flats", "")
    if flats.isdecimal():
        return round(int(flats) * building.share), True
    if use not in DWELLED:
        return 0, False
    if use == "house":
        return 1, False
    gross_m2 = building.shape.area * levels
    return max(1, round(gross_m2 / figures()["buildings"]["gross_m2_per_dwelling"])), False


def _usual_doors(dwellings: int, levels: int) -> int:
    return max(1, round(dwellings / (levels * int(figures()["buildings"]["flats_per_landing"]))))
