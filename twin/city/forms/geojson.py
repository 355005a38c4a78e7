"""A city as a folder of GeoJSON files in WGS84 degrees, one for each layer, with its manifest.

Degrees written with all their digits come back to the city's metres far within a millimetre; the reader rounds them to
``GRID_M``, the millimetre on which the makers of cities put their coordinates. Rows whose metres do not come back
exactly so carry them in ``wkb_m`` (hexadecimal well-known binary), and these count as long as the shape drawn in
degrees is still where they say.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pyogrio
import pyproj
import shapely
from numpy.typing import NDArray

from twin.city.forms.account import Account
from twin.city.forms.rows import city_of_rows, manifest_text, rows_of
from twin.city.model import LAYERS, City
from twin.city.store import MANIFEST, manifest_faults
from twin.errors import Fault, InputError

GRID_M: Final = 0.001
STILL_THERE_M: Final = 0.01
_DECIMALS: Final = 3
_WGS84: Final = '{"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}'


def write_geojson(city: City, out: Path) -> Account:
    """Write ``LAYER.geojson`` for each layer and ``manifest.json``."""
    out.mkdir()
    said = {}
    for layer in LAYERS:
        table = rows_of(city, layer)
        drawn = _moved(table.geometry.to_numpy(), city.crs, "EPSG:4326")
        off = _off_grid(table.geometry.to_numpy(), drawn, city.crs)
        if off.any():
            table["wkb_m"] = np.where(off, shapely.to_wkb(table.geometry.to_numpy(), hex=True, byte_order=1), "")
        with (out / f"{layer}.geojson").open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(_text(layer, table.drop(columns="geometry"), shapely.to_geojson(drawn)))
        said[layer] = f"{len(table):,} rows" + (f", {off.sum():,} with their metres beside" if off.any() else "")
    (out / MANIFEST).write_text(manifest_text(city), encoding="utf-8")
    return Account(said)


def read_geojson(folder: Path) -> City:
    """Read a city back, the same one unless it was edited.

    Raises:
        InputError: files or columns are missing, or there are faults in the rows; all of them are named.
    """
    asked = f"read the city {folder}"
    try:
        manifest: Any = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        manifest = None
    faults = [Fault(f"{MANIFEST}: {fault}") for fault in manifest_faults(manifest)]
    tables, kept = {}, [layer for layer in LAYERS if (folder / f"{layer}.geojson").is_file()]
    for layer in kept:
        try:
            table = pyogrio.read_dataframe(folder / f"{layer}.geojson", DATE_AS_STRING="YES")
            tables[layer] = table if faults else _in_metres(table, manifest["crs"])
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, shapely.GEOSException) as fault:
            faults.append(Fault(f"{layer}.geojson cannot be read: {fault}"))
    if faults and len(tables) < len(kept):
        raise InputError(asked, faults, folder)
    return city_of_rows(tables, manifest, asked, folder)


def _text(layer: str, table: Any, shapes: NDArray[np.object_]) -> Iterator[str]:
    """Yield a FeatureCollection, a feature a line; numbers with as many digits as bring back the same number."""
    names = table.columns.tolist()
    rows = zip(*(table[name].tolist() for name in names), strict=True)
    yield f'{{"type": "FeatureCollection", "name": "{layer}", "crs": {_WGS84},\n"features": ['
    for i, (shape, row) in enumerate(zip(shapes.tolist(), rows, strict=True)):
        about = json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)
        yield f'{"," if i else ""}\n{{"type": "Feature", "properties": {about}, "geometry": {shape}}}'
    yield "\n]}\n"


def _moved(shapes: NDArray[np.object_], of: str, to: str) -> NDArray[np.object_]:
    change = pyproj.Transformer.from_crs(of, to, always_xy=True)
    moved: NDArray[np.object_] = shapely.transform(
        shapes, lambda xy: np.column_stack(change.transform(xy[:, 0], xy[:, 1]))
    )
    return moved


def _on_grid(drawn: NDArray[np.object_], crs: str) -> NDArray[np.object_]:
    snapped: NDArray[np.object_] = shapely.transform(
        _moved(drawn, "EPSG:4326", crs), lambda xy: np.round(xy, _DECIMALS)
    )
    return snapped


def _off_grid(shapes: NDArray[np.object_], drawn: NDArray[np.object_], crs: str) -> NDArray[np.bool_]:
    """Return the rows whose metres the reader would not find again from the degrees alone."""
    own, row = shapely.get_coordinates(shapes, return_index=True)
    back = shapely.get_coordinates(_on_grid(drawn, crs))
    off = np.zeros(len(shapes), dtype=bool)
    off[row[(own != back).any(axis=1)]] = True
    return off


def _in_metres(table: gpd.GeoDataFrame, crs: str) -> gpd.GeoDataFrame:
    shapes = _on_grid(table.geometry.to_numpy(), crs)
    if "wkb_m" in table.columns:
        text = table["wkb_m"].astype(object)
        own = shapely.from_wkb(text.where(text.notna() & (text != ""), None).to_numpy(), on_invalid="ignore")
        away_m = shapely.hausdorff_distance(own, shapes)
        shapes = np.where(np.nan_to_num(away_m, nan=np.inf) < STILL_THERE_M, own, shapes)
    return table.set_geometry(gpd.GeoSeries(shapes, crs=crs))
