"""Districts and mahallas of an extract: its boundaries, else the area of the data and cells of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.osm.clipped import clipped_shapes
from twin.city.osm.ground import Ground
from twin.city.osm.ledger import Ledger
from twin.city.osm.names import name_of
from twin.city.osm.outlines import is_whole, relation_outline
from twin.city.osm.reading import Extract, Relation
from twin.city.schema import layer_table

CELL_M: Final = 1000.0
COVERED: Final = 0.9
DISTRICT_LEVELS: Final = (5, 6, 7, 8, 9)
MAHALLA_LEVELS: Final = (9, 10, 11)


@dataclass(frozen=True, slots=True)
class Area:
    """A named area; ``inferred`` names the columns that were not read."""

    name: str
    shape: shapely.Geometry
    inferred: str = ""
    district: str = ""


def border_layers(
    extract: Extract,
    ground: Ground,
    ledger: Ledger,
    name: str,
    streets: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the city's ``districts`` and ``mahallas``; the residents of each add up to those of the buildings.

    Boundaries count where they are whole in the file, or their lines within it tell whose each side is, and those of
    one level hold nine tenths of the data; what they leave over is one more district. Without them the convex hull of
    the data is the one district, and each district is cut into cells of one kilometre.
    """
    whole = _data_area(streets, buildings, ground)
    levels = _boundaries(extract, ground, whole, ledger)
    level = next((level for level in DISTRICT_LEVELS if _holds(levels.get(level, []), whole, least=2)), None)
    level = level or next((level for level in DISTRICT_LEVELS if _holds(levels.get(level, []), whole, least=1)), None)
    districts = _filled(levels.get(level, []), whole, name) if level else [Area(name, whole, "name,geometry")]
    finer = next((n for n in MAHALLA_LEVELS if n > (level or 0) and _holds(levels.get(n, []), whole, least=2)), None)
    parts = _filled(levels.get(finer, []), whole, name) if finer else _cells(districts)
    homes = np.stack([buildings.geometry.representative_point().x, buildings.geometry.representative_point().y], axis=1)
    people = buildings["residents"].to_numpy()
    mahallas = _with_district(parts, districts)
    return (
        _table("districts", districts, homes, people, ground.crs),
        _table("mahallas", mahallas, homes, people, ground.crs),
    )


def _data_area(streets: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, ground: Ground) -> shapely.Geometry:
    points = [shapely.get_coordinates(layer.geometry.to_numpy()) for layer in (streets, buildings)]
    hull = shapely.convex_hull(shapely.linestrings(np.concatenate(points))).buffer(1.0, quad_segs=2)
    if ground.box is not None and not ground.box.intersection(hull).is_empty:
        hull = ground.box.intersection(hull)
    return shapely.set_precision(hull, 0.001)


def _boundaries(extract: Extract, ground: Ground, whole: shapely.Geometry, ledger: Ledger) -> dict[int, list[Area]]:
    """Return the boundaries by level: those that are whole, and what the lines in the file tell of the others."""
    by_level: dict[int, list[Relation]] = defaultdict(list)
    for relation in extract.relations.values():
        told = relation.tags.get("admin_level", "")
        if relation.tags.get("boundary") == "administrative" and told.isascii() and told.isdecimal():
            ledger.read["boundaries"] += 1
            by_level[int(told[:4])].append(relation)
    levels: dict[int, list[Area]] = {}
    for level, relations in by_level.items():
        outlines = {r.id: relation_outline(r, extract, ground).parts for r in relations if is_whole(r, extract)}
        shapes = {osm_id: shapely.union_all(parts) for osm_id, parts in outlines.items() if parts}
        clipped = {} if len(shapes) == len(relations) else clipped_shapes(relations, extract, ground, whole)
        levels[level] = [
            area
            for relation in relations
            for area in _counted(relation, shapes.get(relation.id), clipped.get(relation.id), whole, ground, ledger)
        ]
    return levels


def _counted(
    relation: Relation,
    shape: shapely.Geometry | None,
    clipped: shapely.Geometry | None,
    whole: shapely.Geometry,
    ground: Ground,
    ledger: Ledger,
) -> Iterator[Area]:
    name = name_of(relation.tags) or f"boundary {relation.id}"
    if shape is None and clipped is not None:
        ledger.imported["boundaries"] += 1
        ledger.repaired["boundaries that run out of the file, cut at its edge"] += 1
        yield Area(name, clipped, "geometry")
    elif shape is None or not shape.intersects(whole):
        reason = "too little of it is in the file" if shape is None else "it lies beside the data"
        ledger.refuse("boundaries", reason, [f"r{relation.id}"])
    else:
        ledger.imported["boundaries"] += 1
        yield Area(name, shape if ground.box is None else _polygonal(shape.intersection(ground.box)))


def _holds(areas: list[Area], whole: shapely.Geometry, least: int) -> bool:
    if len(areas) < least:
        return False
    held = shapely.union_all([area.shape for area in areas]).intersection(whole)
    return bool(held.area >= COVERED * whole.area)


def _filled(areas: list[Area], whole: shapely.Geometry, name: str) -> list[Area]:
    """Return areas that do not overlap, and one more for what they leave over."""
    done: list[Area] = []
    taken: shapely.Geometry = shapely.Polygon()
    for area in areas:
        shape = _polygonal(area.shape.difference(taken))
        if shape.area >= 1.0:
            done.append(Area(area.name, shape, area.inferred))
            taken = taken.union(shape)
    rest = _polygonal(whole.difference(taken))
    return [*done, Area(f"rest of {name}", rest, "name,geometry")] if rest.area >= 1.0 else done


def _cells(districts: list[Area]) -> list[Area]:
    cells = []
    for district in districts:
        west, south, east, north = district.shape.bounds
        columns, rows = (max(1, round(span / CELL_M)) for span in (east - west, north - south))
        x, y = np.linspace(west, east, columns + 1), np.linspace(south, north, rows + 1)
        for row in range(rows):
            for column in range(columns):
                square = shapely.box(x[column], y[row], x[column + 1], y[row + 1])
                shape = _polygonal(shapely.set_precision(square.intersection(district.shape), 0.001))
                if shape.area >= 1.0:
                    name = f"{district.name} {row + 1}-{column + 1}"
                    cells.append(Area(name, shape, "name,geometry", district.name))
    return cells


def _with_district(parts: list[Area], districts: list[Area]) -> list[Area]:
    tree = shapely.STRtree([district.shape for district in districts])
    done = []
    for part in parts:
        nearest = int(tree.nearest(part.shape.representative_point()))
        done.append(Area(part.name, part.shape, part.inferred, part.district or districts[nearest].name))
    return done


def _table(
    layer: str, areas: list[Area], homes: NDArray[np.float64], people: NDArray[np.int64], crs: str
) -> gpd.GeoDataFrame:
    """Return the layer, each building counted in the area it lies in, of several or none the nearest."""
    tree = shapely.STRtree([area.shape for area in areas])
    at = tree.query_nearest(shapely.points(homes), all_matches=True)
    order = np.lexsort((at[1], at[0]))
    _, first = np.unique(at[0][order], return_index=True)
    residents = np.bincount(at[1][order][first], weights=people, minlength=len(areas)).astype(np.int64)
    columns = {
        "name": [area.name for area in areas],
        "district": [area.district for area in areas],
        "residents": residents,
        "inferred": [f"{area.inferred},residents".lstrip(",") for area in areas],
    }
    return layer_table(layer, columns, [area.shape for area in areas], crs)


def _polygonal(shape: shapely.Geometry) -> shapely.Geometry:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in {"Polygon", "MultiPolygon"}]
    return shapely.union_all(parts) if parts else shapely.Polygon()
