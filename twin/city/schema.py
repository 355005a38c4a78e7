"""The kind of every column of every layer, how a layer is made to fit, and what can be wrong with one."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from twin.city.model import (
    AREA_KINDS,
    BARRIER_KINDS,
    CORRIDORS,
    DTYPES,
    LAYERS,
    OPTIONAL,
    PLACE_KINDS,
    RESTRICTIONS,
    STREET_CLASSES,
    STRUCTURES,
    TREE_KINDS,
    City,
)

GEOMETRY: Final[Mapping[str, str]] = {
    "nodes": "Point",
    "streets": "LineString",
    "buildings": "Polygon",
    "places": "Point",
    "districts": "Polygon or MultiPolygon",
    "mahallas": "Polygon or MultiPolygon",
    "areas": "Polygon or MultiPolygon",
    "restrictions": "Point",
    "trees": "Point",
    "barriers": "LineString",
}

_ABOVE_ZERO: Final = ("speed_kmh", "length_m", "width_m", "height_m", "storeys", "crown_m")
_NOT_NEGATIVE: Final = (
    "lanes", "dwellings", "residents", "entrances", "lanes_forward", "lanes_backward", "built_year",
)  # fmt: skip
_ONE_OF: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("streets", "street_class"): STREET_CLASSES,
    ("streets", "structure"): STRUCTURES,
    ("streets", "corridor"): CORRIDORS,
    ("places", "kind"): PLACE_KINDS,
    ("areas", "kind"): AREA_KINDS,
    ("restrictions", "kind"): RESTRICTIONS,
    ("trees", "kind"): TREE_KINDS,
    ("barriers", "kind"): BARRIER_KINDS,
}


def layer_table(layer: str, columns: Mapping[str, Any], geometry: Any, crs: str) -> gpd.GeoDataFrame:
    """Return a layer with exactly the columns of ``LAYERS``, in their order and kind, its rows counted from 0.

    Args:
        layer: a name in ``LAYERS``.
        columns: a value or a sequence for each column of the layer; others are left out. OPTIONAL ones may be missing.
        geometry: one shapely geometry for each row.
        crs: authority code of the city's projected system.

    Raises:
        KeyError: a column of the layer is not given.
    """
    shapes = np.asarray(geometry, dtype=object)
    optional = OPTIONAL.get(layer, {})
    rows = pd.RangeIndex(len(shapes))
    table = {
        column: pd.Series(
            _values(optional[column] if column in optional and column not in columns else columns[column], len(shapes)),
            index=rows,
            dtype=DTYPES[column],
        )
        for column in LAYERS[layer]
    }
    return gpd.GeoDataFrame(
        pd.DataFrame(table, index=rows), geometry=gpd.GeoSeries(shapes, index=rows, crs=_system(crs))
    )


def tidied(layer: str, table: gpd.GeoDataFrame, crs: str) -> gpd.GeoDataFrame:
    """Return a layer's table with its columns in the order and kind of the schema, without any others."""
    wanted = [*LAYERS[layer], "geometry"]
    if list(table.columns) == wanted and table.geometry.name == "geometry" and isinstance(table.index, pd.RangeIndex):
        fits = all(str(table[column].dtype) == DTYPES[column] for column in LAYERS[layer])
        if fits and table.index.equals(pd.RangeIndex(len(table))) and table.crs == crs:
            return table
    return layer_table(layer, table, table.geometry.to_numpy(), crs)


def city_faults(city: City) -> list[str]:
    """Return every fault of a city's layers, one sentence each; [] for a sound city."""
    with ThreadPoolExecutor(2) as checkers:
        told = list(checkers.map(lambda layer: layer_faults(layer, getattr(city, layer), city.crs), LAYERS))
    return [fault for faults in told for fault in faults] or _reference_faults(city)


def layer_faults(layer: str, table: gpd.GeoDataFrame, crs: str) -> list[str]:
    """Return what is wrong with one layer taken alone: columns, kinds, geometry, values."""
    return kind_faults(layer, table, crs) or [*_value_faults(layer, table), *_geometry_faults(layer, table)]


def kind_faults(layer: str, table: gpd.GeoDataFrame, crs: str) -> list[str]:
    """Return what is wrong with the columns of one layer, their kinds and its coordinate system."""
    missing = [column for column in LAYERS[layer] if column not in table.columns]
    if missing:
        return [f"{layer}: no column {', '.join(missing)}; a city has {', '.join(LAYERS[layer])}"]
    faults = [
        f"{layer}.{column}: found {table[column].dtype}, wanted {DTYPES[column]}"
        for column in LAYERS[layer]
        if not _fits(table[column], DTYPES[column])
    ]
    if table.crs is None or table.crs != _system(crs):
        faults.append(f"{layer}: is in {table.crs or 'no coordinate system'}, the city in {crs}")
    return faults


@cache
def _system(name: str) -> CRS:
    """Return a coordinate system by its code; looked up once, which takes 10 ms."""
    return CRS.from_user_input(name)


def _values(given: Any, rows: int) -> Any:
    if isinstance(given, (str, bytes)) or np.isscalar(given):
        return [given] * rows
    return given.to_numpy() if isinstance(given, pd.Series) else given


def _fits(column: pd.Series[Any], dtype: str) -> bool:
    types = pd.api.types
    if dtype == "str":
        return bool(types.is_string_dtype(column)) and not bool(column.isna().any())
    if dtype == "bool":
        return bool(types.is_bool_dtype(column))
    if dtype == "int64":
        return bool(types.is_integer_dtype(column))
    return bool(types.is_numeric_dtype(column)) and not bool(types.is_bool_dtype(column))


def _value_faults(layer: str, table: gpd.GeoDataFrame) -> list[str]:
    faults: list[str] = []
    for column in LAYERS[layer]:
        if column in _ABOVE_ZERO:
            faults += _some(layer, column, table[column], ~(table[column] > 0), "must be above 0")
        elif column in _NOT_NEGATIVE:
            faults += _some(layer, column, table[column], table[column] < 0, "must not be negative")
    if layer == "streets":
        none = table["drive"] & (table["lanes"] < 1)
        faults += _some(layer, "lanes", table["lanes"], none, "a drivable street has at least 1")
    for (of, column), known in _ONE_OF.items():
        if of == layer:
            told = ", ".join(word or "''" for word in known)
            faults += _some(layer, column, table[column], ~table[column].isin(known), f"known: {told}")
    return faults


def _geometry_faults(layer: str, table: gpd.GeoDataFrame) -> list[str]:
    shapes = table.geometry.to_numpy()
    wanted = GEOMETRY[layer]
    kinds = np.isin(shapely.get_type_id(shapes), [_TYPE_IDS[kind] for kind in wanted.split(" or ")])
    wrong = ~kinds | shapely.is_empty(shapes) | ~np.isfinite(shapely.bounds(shapes)).all(axis=1)
    if wrong.any():
        return [f"{layer}: {wrong.sum()} of {len(wrong)} rows are no {wanted}, first row {int(wrong.argmax())}"]
    broken = ~shapely.is_valid(shapes)
    if broken.any():
        first = int(broken.argmax())
        return [
            f"{layer}: {broken.sum()} shapes are not valid, first row {first}: {shapely.is_valid_reason(shapes[first])}"
        ]
    return []


_TYPE_IDS: Final = {"Point": 0, "LineString": 1, "Polygon": 3, "MultiPolygon": 6}


def _reference_faults(city: City) -> list[str]:
    faults: list[str] = []
    if not len(city.nodes):
        faults.append("nodes: the layer is empty; a city has streets")
    for layer, columns, of in (
        ("streets", ("u", "v"), "nodes"), ("places", ("node",), "nodes"), ("restrictions", ("via_node",), "nodes"),
        ("restrictions", ("from_street", "to_street"), "streets"),
    ):  # fmt: skip
        table, rows = getattr(city, layer), len(getattr(city, of))
        for column in columns:
            outside = (table[column] < 0) | (table[column] >= rows)
            faults += _some(layer, column, table[column], outside, f"{of} are 0 to {rows - 1}")
    return faults or _loose_ends(city)


def _loose_ends(city: City) -> list[str]:
    streets: NDArray[np.object_] = city.streets.geometry.to_numpy()
    nodes = shapely.get_coordinates(city.nodes.geometry.to_numpy())
    off = np.zeros(len(streets), dtype=bool)
    for column, at in (("u", 0), ("v", -1)):
        ends = shapely.get_coordinates(shapely.get_point(streets, at))
        off |= np.abs(ends - nodes[city.streets[column].to_numpy()]).max(axis=1, initial=0.0) > 0.01
    if off.any():
        return [f"streets: {off.sum()} do not start and end at their nodes, first row {int(off.argmax())}"]
    return []


def _some(layer: str, column: str, values: pd.Series[Any], wrong: pd.Series[bool], wanted: str) -> list[str]:
    if not bool(wrong.any()):
        return []
    row = int(np.argmax(wrong.to_numpy()))
    return [f"{layer}.{column}: {int(wrong.sum())} rows are wrong, first row {row} has {values.iloc[row]!r}; {wanted}"]
