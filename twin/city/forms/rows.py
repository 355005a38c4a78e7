"""Layers as rows with an ``id``: how they leave in other programs' tables, and how they are taken back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.city.model import DTYPES, LAYERS, MAY_LACK, OPTIONAL, City
from twin.city.schema import layer_table
from twin.city.store import checked_city, manifest_faults, stamped
from twin.errors import Fault, InputError

REFERENCES: Final[Mapping[str, Mapping[str, str]]] = {
    "streets": {"u": "nodes", "v": "nodes"},
    "places": {"node": "nodes"},
    "restrictions": {"via_node": "nodes", "from_street": "streets", "to_street": "streets"},
}
"""Columns that name a row of another layer."""


def rows_of(city: City, layer: str) -> gpd.GeoDataFrame:
    """Return a layer with its row number as the column ``id`` in front."""
    table: gpd.GeoDataFrame = getattr(city, layer)[[*LAYERS[layer], "geometry"]].reset_index(names="id")
    return table


def manifest_text(city: City) -> str:
    """Return the manifest that travels with a city: its account, its name, its coordinate system, its hash."""
    return json.dumps(stamped(city), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def city_of_rows(tables: Mapping[str, gpd.GeoDataFrame], manifest: Any, asked: str, source: Path) -> City:
    """Return the city whose layers another program may have edited.

    Rows are taken in the order of ``id``; rows without one come last. Where rows were taken out the others are counted
    anew, and the columns that name them follow.

    Raises:
        InputError: layers, columns, values or the manifest have faults; all of them are named.
    """
    faults = ["no manifest; a city carries one"] if manifest is None else manifest_faults(manifest)
    crs = manifest["crs"] if not faults else ""
    faults += [
        f"no layer {layer!r}; a city has {', '.join(LAYERS)}"
        for layer in LAYERS
        if layer not in tables and layer not in MAY_LACK
    ]
    ordered = {layer: _in_order(tables[layer]) for layer in LAYERS if layer in tables}
    made: dict[str, gpd.GeoDataFrame] = {}
    for layer, table in ordered.items():
        columns, wrong = _columns(layer, table)
        columns, lost = _renumbered(layer, columns, ordered)
        faults += wrong + lost
        if not wrong and not lost and crs:
            made[layer] = layer_table(layer, columns, table.geometry.to_numpy(), str(table.crs or crs))
    if faults:
        raise InputError(asked, [Fault(fault) for fault in faults], source)
    return checked_city(made, manifest, asked)


def _in_order(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if "id" in table.columns:
        table = table.sort_values("id", kind="stable", na_position="last")
    return table.reset_index(drop=True)


def _columns(layer: str, table: gpd.GeoDataFrame) -> tuple[dict[str, Any], list[str]]:
    """Return a layer's columns in the kinds of the schema, and what is wrong with them."""
    if not len(table):
        return {column: pd.Series([], dtype=DTYPES[column]) for column in LAYERS[layer]}, []
    optional = OPTIONAL.get(layer, {})
    missing = [column for column in LAYERS[layer] if column not in table.columns and column not in optional]
    if missing:
        return {}, [f"{layer}: no column {', '.join(missing)}; a city has {', '.join(LAYERS[layer])}"]
    columns, faults = {}, []
    for column in LAYERS[layer]:
        if column in table.columns:
            columns[column], wrong = _as_kind(table[column], DTYPES[column])
            if wrong.any():
                row = int(wrong.argmax())
                found, wanted = table[column].iloc[row], DTYPES[column]
                faults.append(f"{layer}.{column}: {wrong.sum()} rows are no {wanted}, first row {row} has {found!r}")
    return columns, faults


def _as_kind(values: pd.Series[Any], dtype: str) -> tuple[Any, NDArray[np.bool_]]:
    """Return a column in its kind, and which rows cannot be; a text that is not there is an empty one."""
    if dtype == "str":
        text = values.astype(object).where(values.notna(), "")
        return text.astype(str).to_numpy(), np.zeros(len(values), dtype=bool)
    plain = pd.api.types.is_numeric_dtype(values)
    numbers = (values if plain else pd.to_numeric(values.astype(object), errors="coerce")).to_numpy(
        dtype=np.float64, na_value=np.nan
    )
    if dtype == "float64":
        return numbers, np.isnan(numbers)
    wrong: NDArray[np.bool_] = np.isnan(numbers) | (numbers != np.floor(numbers))
    if dtype == "bool":
        wrong |= (numbers != 0) & (numbers != 1)
    if pd.api.types.is_integer_dtype(values.dtype) and not wrong.any():
        return values.to_numpy().astype(dtype), wrong
    wrong |= np.abs(numbers) > 2.0**53
    return np.where(wrong, 0, numbers).astype(dtype), wrong


def _renumbered(
    layer: str, columns: dict[str, Any], tables: Mapping[str, gpd.GeoDataFrame]
) -> tuple[dict[str, Any], list[str]]:
    """Let the columns that name rows of another layer follow those rows to their new numbers."""
    faults = []
    for column, of in REFERENCES.get(layer, {}).items():
        if column not in columns or of not in tables or "id" not in tables[of].columns:
            continue
        ids = tables[of]["id"].dropna().to_numpy(dtype=np.int64)
        if len(np.unique(ids)) != len(ids):
            faults.append(f"{of}.id: {len(ids) - len(np.unique(ids))} rows share the id of another")
            continue
        named = np.asarray(columns[column])
        at = np.minimum(np.searchsorted(ids, named), max(0, len(ids) - 1))
        lost = ids[at] != named if len(ids) else np.ones(len(named), dtype=bool)
        if lost.any():
            row = int(lost.argmax())
            faults.append(
                f"{layer}.{column}: {lost.sum()} rows name {of} that are not there, first row {row}: {named[row]}"
            )
        columns = {**columns, column: at.astype(np.int64)}
    return columns, faults
