"""Parts of buildings (``building:part``) lend their height to a building that states none."""

from __future__ import annotations

import numpy as np
import shapely

from twin.city.osm.building_rows import Building
from twin.city.osm.figures import figures
from twin.city.osm.ground import Ground
from twin.city.osm.ledger import Ledger, way_name
from twin.city.osm.outlines import relation_outline, way_outlines
from twin.city.osm.reading import Extract
from twin.city.osm.tags import Tags, height_m, storeys


def part_heights(found: list[Building], extract: Extract, ground: Ground, ledger: Ledger) -> None:
    """Give buildings without height and storeys those of the tallest part within; each part is counted."""
    parts = list(_parts(extract, ground))
    ledger.read["building_parts"] += len(parts)
    standing = []
    for name, tags, shape in parts:
        if shape is None:
            ledger.refuse("building_parts", "has no outline", [name])
        elif height_m(tags) is None and storeys(tags) is None:
            ledger.refuse("building_parts", "states neither height nor storeys", [name])
        else:
            standing.append((name, tags, shape))
    if not standing:
        return
    tree = shapely.STRtree([building.shape for building in found])
    points = shapely.point_on_surface(np.array([shape for _, _, shape in standing], dtype=object))
    pairs = tree.query(points, predicate="within").T.tolist()
    of: dict[int, list[int]] = {}
    for part, building in pairs:
        of.setdefault(building, []).append(part)
    lent = set()
    for building, members in sorted(of.items()):
        if height_m(found[building].tags) is None and storeys(found[building].tags) is None:
            tallest = max(members, key=lambda i: (_top_m(standing[i][1]), -i))
            found[building].parts_tags = standing[tallest][1]
            lent.update(members)
    inside = {part for part, _ in pairs}
    ledger.imported["building_parts"] += len(lent)
    told = [name for i, (name, _, _) in enumerate(standing) if i in inside - lent]
    ledger.refuse("building_parts", "its building states its own height or storeys", told)
    alone = [name for i, (name, _, _) in enumerate(standing) if i not in inside]
    ledger.refuse("building_parts", "lies in no building", alone)


def _parts(extract: Extract, ground: Ground) -> list[tuple[str, Tags, shapely.Polygon | None]]:
    ways = [way for way in extract.ways.values() if _is_part(way.tags)]
    found: list[tuple[str, Tags, shapely.Polygon | None]] = [
        (way_name(way.id), way.tags, outline.parts[0] if outline.parts else None)
        for way, outline in zip(ways, way_outlines(ways, extract, ground), strict=True)
    ]
    for relation in extract.relations.values():
        if relation.tags.get("type") == "multipolygon" and _is_part(relation.tags):
            parts = relation_outline(relation, extract, ground).parts
            found.append((f"r{relation.id}", relation.tags, parts[0] if parts else None))
    return found


def _is_part(tags: Tags) -> bool:
    return tags.get("building:part", "no") != "no" and tags.get("building", "no") == "no"


def _top_m(tags: Tags) -> float:
    return height_m(tags) or (storeys(tags) or 0) * float(figures()["buildings"]["storey_m"])
