"""A part of a city as a city of its own.

Every node lies in one part. A street between two parts is cut in the middle, and each half, of half the length, goes
with its end: the parts together have all the street there is. Buildings, trees and walls go by their centroid, places
by their node, turn restrictions by the node they are at.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.ops import substring

from twin.city.forms.tiles import district_named, tile_numbered
from twin.city.model import City
from twin.city.schema import tidied
from twin.errors import InputError

LAST_NODE: Final = -1
Ints = NDArray[np.int64]


def district_of(city: City, name: str) -> City:
    """Return a district as a city: what lies inside its outline.

    Raises:
        InputError: no district is called so, or it has no street.
    """
    row = district_named(city, name)
    shape = city.districts.geometry.iloc[row]
    shapely.prepare(shape)
    called = str(city.districts["name"].iloc[row])
    part = _part(city, f"{city.name}-{_short(called)}", shape, lambda xy: shapely.intersects_xy(shape, xy))
    own = city.mahallas["district"] == called
    return replace(part, districts=_rows(city.districts, [row]), mahallas=_rows(city.mahallas, np.flatnonzero(own)))


def tile_of(city: City, number: int) -> City:
    """Return a tile of ``tiles_of`` as a city.

    Raises:
        InputError: there is no such tile, or it has no street.
    """
    tile = tile_numbered(city, number)
    return _part(city, f"{city.name}-tile{number}", tile.shape(city), tile.holds)


def _part(city: City, name: str, shape: Any, holds: Any) -> City:
    inside = np.asarray(holds(shapely.get_coordinates(city.nodes.geometry.to_numpy())), dtype=bool)
    nodes, streets, restrictions, cut = _streets_of(city, inside)
    if not len(streets):
        raise InputError(f"take {name} out of {city.name}", "no street has an end in it; choose another part")
    buildings = _middle_in(city.buildings, holds)
    number = np.cumsum(inside) - 1
    places = _rows(city.places, np.flatnonzero(inside[city.places["node"].to_numpy()]))
    places["node"] = number[places["node"].to_numpy()]
    part = City(
        name=name,
        crs=city.crs,
        manifest={**{key: city.manifest[key] for key in city.manifest if key != "hash"}, "part": cut},
        nodes=nodes,
        streets=streets,
        buildings=buildings,
        places=places,
        districts=_clipped(city.districts, shape, buildings),
        mahallas=_clipped(city.mahallas, shape, buildings),
        areas=_clipped(city.areas, shape, None),
        restrictions=restrictions,
        trees=_middle_in(city.trees, holds),
        barriers=_middle_in(city.barriers, holds),
    )
    return replace(part, **{layer: tidied(layer, getattr(part, layer), city.crs) for layer in ("nodes", "streets")})


def _middle_in(table: gpd.GeoDataFrame, holds: Any) -> gpd.GeoDataFrame:
    """Return the rows whose middle lies in the part."""
    middles = shapely.get_coordinates(shapely.centroid(table.geometry.to_numpy()))
    return _rows(table, np.flatnonzero(holds(middles)) if len(table) else [])


def _streets_of(
    city: City, inside: NDArray[np.bool_]
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame, dict[str, Any]]:
    """Return nodes, streets and restrictions of a part, and the account of the streets that were cut for it."""
    u, v = city.streets["u"].to_numpy(), city.streets["v"].to_numpy()
    rows = np.flatnonzero(inside[u] | inside[v])
    streets = _rows(city.streets, rows)
    cut = inside[u[rows]] != inside[v[rows]]
    number = np.cumsum(inside) - 1
    first_new = int(inside.sum())
    ends = {"u": number[u[rows]], "v": number[v[rows]]}
    new = first_new + np.cumsum(cut) - 1
    ends["u"] = np.where(cut & ~inside[u[rows]], new, ends["u"])
    ends["v"] = np.where(cut & ~inside[v[rows]], new, ends["v"])
    shapes = streets.geometry.to_numpy().copy()
    middles = []
    for i in np.flatnonzero(cut).tolist():
        half = (0.0, 0.5) if inside[u[rows[i]]] else (0.5, 1.0)
        shapes[i] = substring(shapes[i], *half, normalized=True)
        middles.append(shapely.get_point(shapes[i], LAST_NODE if half[0] == 0.0 else 0))
    streets = streets.set_geometry(gpd.GeoSeries(shapes, crs=city.crs)).assign(**ends)
    streets["length_m"] = np.where(cut, streets["length_m"] / 2.0, streets["length_m"])
    nodes = _rows(city.nodes, np.flatnonzero(inside))
    added = gpd.GeoDataFrame({"osm_id": -1, "signal": False}, index=range(len(middles)), geometry=middles, crs=city.crs)
    nodes = gpd.GeoDataFrame(pd.concat([nodes, added], ignore_index=True) if middles else nodes, crs=city.crs)
    account = {
        "of": city.name,
        "of_hash": city.manifest.get("hash"),
        "within": city.manifest.get("part"),
        "cut_streets": [
            {"street": int(rows[i]), "row": i, "x_m": round(float(p.x), 3), "y_m": round(float(p.y), 3)}
            for i, p in zip(np.flatnonzero(cut).tolist(), middles, strict=True)
        ],
    }
    return nodes, streets, _restrictions_of(city, inside, number, rows), account


def _restrictions_of(city: City, inside: NDArray[np.bool_], number: Ints, rows: Ints) -> gpd.GeoDataFrame:
    table = city.restrictions
    kept = _rows(table, np.flatnonzero(inside[table["via_node"].to_numpy()]) if len(table) else [])
    kept["via_node"] = number[kept["via_node"].to_numpy()]
    for column in ("from_street", "to_street"):
        kept[column] = np.searchsorted(rows, kept[column].to_numpy())
    return kept


def _clipped(table: gpd.GeoDataFrame, shape: Any, buildings: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """Return the polygons of a table inside a shape, with the residents of the buildings in them where these count."""
    touched = np.flatnonzero(shapely.intersects(table.geometry.to_numpy(), shape)) if len(table) else np.zeros(0, int)
    kept = _rows(table, touched)
    if not len(kept):
        return kept
    whole = kept.geometry.to_numpy()
    shapes = np.array([_polygons(each) for each in shapely.intersection(whole, shape)], dtype=object)
    there = np.array([each is not None for each in shapes])
    changed = there & ~np.array([own.equals(each) for own, each in zip(whole, shapes, strict=True)], dtype=bool)
    kept = kept.set_geometry(gpd.GeoSeries(shapes, crs=table.crs))
    if buildings is not None and "residents" in kept:
        at = shapely.centroid(buildings.geometry.to_numpy())
        tree, living = shapely.STRtree(at), buildings["residents"].to_numpy()
        for i in np.flatnonzero(changed).tolist():
            kept.loc[i, "residents"] = int(living[tree.query(shapes[i], predicate="contains")].sum())
            kept.loc[i, "inferred"] = "residents,geometry"
    return _rows(kept, np.flatnonzero(there))


def _polygons(shape: Any) -> Any:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and part.area > 0]
    if shape.geom_type == "Polygon":
        return shape if shape.area > 0 else None
    return None if not parts else parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _rows(table: gpd.GeoDataFrame, rows: Any) -> gpd.GeoDataFrame:
    taken: gpd.GeoDataFrame = table.iloc[np.asarray(rows, dtype=np.int64)].reset_index(drop=True)
    return taken


def _short(name: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in name.casefold()).split())
