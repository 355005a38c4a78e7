"""A city as one GeoPackage, in its own metres: a table for each layer and one for the manifest. Loses nothing."""

from __future__ import annotations

import json
import sqlite3
import warnings
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyogrio

from twin.city.forms.account import Account
from twin.city.forms.rows import city_of_rows, manifest_text, rows_of
from twin.city.model import LAYERS, City
from twin.errors import InputError

MANIFEST_TABLE: Final = "manifest"
LAST_CHANGE: Final = "1970-01-01T00:00:00.000Z"
"""What a GeoPackage says of the time of its making: the same city is the same file, whenever it is written."""


def write_geopackage(city: City, out: Path) -> Account:
    """Write all layers, geometry in the city's coordinate system, and the manifest as a table of one row."""
    made = out.with_name(f"{out.name}.gpkg")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": LAST_CHANGE})
    try:
        for layer in LAYERS:
            table = rows_of(city, layer)
            kinds = set(table.geom_type)
            kind = kinds.pop() if len(kinds) == 1 else "Unknown"
            pyogrio.write_dataframe(
                table, made, layer=layer, driver="GPKG", geometry_type=kind, promote_to_multi=False, use_arrow=True
            )
        text = pd.DataFrame({"json": [manifest_text(city)]})
        pyogrio.write_dataframe(text, made, layer=MANIFEST_TABLE, driver="GPKG")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    made.replace(out)
    return Account({layer: f"{len(getattr(city, layer)):,} rows" for layer in LAYERS})


def read_geopackage(path: Path) -> City:
    """Read a city back, the same one unless it was edited.

    Raises:
        InputError: it is no GeoPackage, lacks layers or columns, or has faults in its rows; all of them are named.
    """
    asked = f"read the city {path}"
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
            there = {str(row[0]) for row in file.execute("SELECT table_name FROM gpkg_contents")}
            manifest = _manifest(file) if MANIFEST_TABLE in there else None
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "File .* has GPKG application_id", RuntimeWarning)
            kept = [layer for layer in LAYERS if layer in there]
            tables = {layer: pyogrio.read_dataframe(path, layer=layer, use_arrow=True) for layer in kept}
    except (sqlite3.DatabaseError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as fault:
        raise InputError(asked, f"it is no GeoPackage that can be read: {fault}", path) from fault
    return city_of_rows(tables, manifest, asked, path)


def _manifest(file: sqlite3.Connection) -> Any:
    row = file.execute(f"SELECT json FROM {MANIFEST_TABLE}").fetchone()
    try:
        return json.loads(row[0]) if row else None
    except (TypeError, ValueError):
        return None
