"""The columns of buildings; what is not tagged is inferred and named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median_high
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely

from twin.city.model import LAYERS
from twin.city.osm.figures import figures
from twin.city.osm.ground import Ground
from twin.city.osm.ledger import Ledger
from twin.city.osm.outlines import relation_outline, way_outlines
from twin.city.osm.reading import Extract
from twin.city.osm.tags import Tags, built_year, height_m, length_m, roof_m, storeys
from twin.city.osm.uses import DWELLED, ground_use, guessed_use, tagged_use
from twin.city.schema import layer_table

MOST_FLATS: Final = 5000


@dataclass(slots=True)
class Building:
    """One part of a building on its way to a row.

    Attributes:
        osm_id: of the way; of a relation, its id with a minus sign.
        tags: what is tagged.
        shape: the outline.
        doors: entrances mapped on it.
        share: this part's share of the whole building's ground.
        parts_tags: of the tallest ``building:part`` within, where the building itself states no height.
    """

    osm_id: int
    tags: dict[str, str]
    shape: shapely.Polygon
    doors: int
    share: float = 1.0
    parts_tags: Tags = field(default_factory=dict)


def building_rows(found: list[Building], extract: Extract, ground: Ground, ledger: Ledger) -> gpd.GeoDataFrame:
    """Return the layer of the buildings that were found."""
    footprint_m2 = shapely.area(np.array([building.shape for building in found], dtype=object)).tolist()
    uses, guessed = _uses(found, footprint_m2, extract, ground)
    usual = _usual_storeys(found, uses)
    rows = [
        _row(building, use, ["use"] if guess else [], usual, area_m2)
        for building, use, guess, area_m2 in zip(found, uses, guessed, footprint_m2, strict=True)
    ]
    _account(found, ledger)
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in LAYERS["buildings"]}
    return layer_table("buildings", columns, [building.shape for building in found], ground.crs)


def _uses(
    found: list[Building], footprint_m2: list[float], extract: Extract, ground: Ground
) -> tuple[list[str], list[bool]]:
    """Return the use of each building, and whether it was inferred."""
    own = [tagged_use(building.tags) for building in found]
    stated = list(own)
    areas = list(_grounds(extract, ground))
    unknown = [i for i, use in enumerate(own) if use is None and found[i].tags.get("building") == "yes"]
    if areas and unknown:
        middles = shapely.point_on_surface(np.array([found[i].shape for i in unknown], dtype=object))
        at, area = shapely.STRtree([shape for shape, _ in areas]).query(middles, predicate="within")
        size_m2 = shapely.area(np.array([shape for shape, _ in areas], dtype=object))
        for i, j in sorted(zip(at.tolist(), area.tolist(), strict=True), key=lambda pair: -size_m2[pair[1]]):
            stated[unknown[i]] = areas[j][1]
    uses = [use or guessed_use(area_m2) for use, area_m2 in zip(stated, footprint_m2, strict=True)]
    return uses, [use is None for use in own]


def _grounds(extract: Extract, ground: Ground) -> Iterator[tuple[shapely.Polygon, str]]:
    ways = [
        way
        for way in extract.ways.values()
        if ground_use(way.tags) and way.tags.get("building", "no") == "no" and extract.is_closed(way)
    ]
    for way, outline in zip(ways, way_outlines(ways, extract, ground), strict=True):
        use = ground_use(way.tags)
        yield from ((part, use) for part in outline.parts if use)
    for relation in extract.relations.values():
        use = ground_use(relation.tags)
        if use and relation.tags.get("type") == "multipolygon" and relation.tags.get("building", "no") == "no":
            yield from ((part, use) for part in relation_outline(relation, extract, ground).parts)


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


def _row(
    building: Building, use: str, inferred: list[str], usual: dict[str, int], footprint_m2: float
) -> dict[str, Any]:
    storey_m = float(figures()["buildings"]["storey_m"])
    tags = building.parts_tags or building.tags
    height, levels = height_m(tags), storeys(tags)
    if height is None:
        inferred = [*inferred, "height_m"]
    if levels is None:
        inferred = [*inferred, "storeys"]
        levels = usual[use] if height is None else max(1, round(height / storey_m))
    dwellings, flats_known = _dwellings(building, use, levels, footprint_m2)
    doors = building.doors or _usual_doors(dwellings, levels)
    year, exact = built_year(building.tags)
    inferred += [] if flats_known else ["dwellings"]
    inferred += (
        ["residents"] + ([] if building.doors else ["entrances"]) + (["built_year"] if year and not exact else [])
    )
    return {
        "use": use,
        "storeys": levels,
        "height_m": float(height if height is not None else levels * storey_m + roof_m(tags, storey_m)),
        "dwellings": dwellings,
        "residents": round(dwellings * figures()["buildings"]["residents_per_dwelling"]),
        "entrances": doors,
        "osm_id": building.osm_id,
        "inferred": ",".join(inferred),
        "built_year": year,
    }


def _dwellings(building: Building, use: str, levels: int, footprint_m2: float) -> tuple[int, bool]:
    flats = _flats(building.tags)
    if flats is not None:
        return round(flats * building.share), True
    if use not in DWELLED:
        return 0, False
    if use == "house":
        return 1, False
    gross_m2 = footprint_m2 * levels
    return max(1, round(gross_m2 / figures()["buildings"]["gross_m2_per_dwelling"])), False


def _flats(tags: Tags) -> int | None:
    text = tags.get("building:flats", "")
    known = text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) <= MOST_FLATS
    return int(text) if known else None


def _usual_doors(dwellings: int, levels: int) -> int:
    return max(1, round(dwellings / (levels * int(figures()["buildings"]["flats_per_landing"]))))


def _account(found: list[Building], ledger: Ledger) -> None:
    """Count what the tags leave open, once for each building."""
    raised = "buildings that begin above the ground (min_level, min_height), taken as standing on it"
    for tags in {building.osm_id: building.tags for building in found}.values():
        if "building:levels" in tags and storeys(tags) is None:
            ledger.note_unusable("building:levels", tags["building:levels"])
        if "height" in tags and height_m({"height": tags["height"]}) is None:
            ledger.note_unusable("height", tags["height"])
        if "start_date" in tags and not built_year(tags)[0]:
            ledger.note_unusable("start_date", tags["start_date"])
        if "building:flats" in tags and _flats(tags) is None:
            ledger.note_unusable("building:flats", tags["building:flats"])
        above = (
            tags.get("building:min_level", "0") not in {"0", "0.0"} or (length_m(tags.get("min_height", "")) or 0) > 0
        )
        ledger.repaired[raised] += above
    ledger.repaired["buildings that take the height of their tallest part"] += len(
        {building.osm_id for building in found if building.parts_tags}
    )
