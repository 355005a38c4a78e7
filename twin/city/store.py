"""A city as a folder: ``manifest.json`` and one GeoParquet file for each layer."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely

from twin.cache import cache_folder
from twin.city.model import DTYPES, LAYERS, City
from twin.city.schema import city_faults, kind_faults, tidied
from twin.errors import Fault, InputError
from twin.runfolder import refuse_taken

SCHEMA: Final = 3
MANIFEST: Final = "manifest.json"


def kept_folder(name: str) -> Path:
    """Return the folder in the cache folder for a city of this name.

    Raises:
        InputError: the name is no name of a folder.
    """
    fault = name_fault(name)
    if fault:
        raise InputError("keep the city in the cache folder", f"{fault}; or choose where by --out")
    return cache_folder() / "cities" / name


def name_fault(name: str) -> str:
    """Return why a city cannot be called so, "" where it can: its name is that of its folder and files."""
    if name.strip(". ") and not any(c in '/\\:"' or not c.isprintable() for c in name):
        return ""
    return f"the name {name!r} is no name of a folder; letters, digits, blanks, - and _ would work"


def save_city(city: City, folder: Path) -> City:
    """Write a city into a new folder, whole or not at all, and return it as it would be loaded from there.

    Raises:
        InputError: the folder already holds something, cannot be written, or the city has faults.
    """
    asked = f"write the city to {folder}"
    _refuse(asked, city_faults(city))
    refuse_taken(folder, asked)
    whole = replace(city, folder=folder, **{layer: tidied(layer, getattr(city, layer), city.crs) for layer in LAYERS})
    whole = replace(whole, manifest=stamped(whole))
    try:
        _write(whole, folder)
    except OSError as fault:
        raise InputError(asked, f"{fault.strerror or fault}; choose another folder") from fault
    return whole


def load_city(folder: Path) -> City:
    """Read a city from its folder.

    ``manifest["hash"]`` is the hash of the layers as they are; ``manifest["edited"]`` is set when that is not the hash
    they were saved with.

    Raises:
        InputError: the folder is no city, or its layers have faults; all of them are named.
    """
    asked = f"open the city {folder}"
    manifest = _read_manifest(folder, asked)
    tables, faults = _read_layers(folder)
    if faults:
        raise InputError(asked, faults)
    return replace(checked_city(tables, manifest, asked), folder=folder)


def stamped(city: City) -> dict[str, Any]:
    """Return a city's manifest with what a reader needs beside it: version of the layers, name, system and hash."""
    return {**city.manifest, "schema": SCHEMA, "name": city.name, "crs": city.crs, "hash": city_hash(city)}


def checked_city(tables: Mapping[str, gpd.GeoDataFrame], manifest: Mapping[str, Any], asked: str) -> City:
    """Return the city of layers that were read.

    Its hash says whether they are as they were written; what is still so was checked then, anything else is now.

    Layers that are still as written were checked then; others are checked whole again.

    Raises:
        InputError: the layers have faults; all of them are named.
    """
    city = City(name=manifest["name"], crs=manifest["crs"], manifest=manifest, **tables)
    _refuse(asked, [fault for layer in LAYERS for fault in kind_faults(layer, getattr(city, layer), city.crs)])
    tidy = replace(city, **{layer: tidied(layer, getattr(city, layer), city.crs) for layer in LAYERS})
    found = city_hash(tidy)
    if found == manifest.get("hash"):
        return tidy
    _refuse(asked, city_faults(city))
    return replace(tidy, manifest={**manifest, "hash": found, "edited": True})


def city_hash(city: City) -> str:
    """Return the SHA-256 of a city's layers: coordinate system, columns and geometry, in their order.

    Equal for a city in memory and the same city read back from its folder; the name and the manifest do not enter.
    """
    digest = hashlib.sha256(city.crs.encode())
    with ThreadPoolExecutor(2) as writers:
        for part in writers.map(lambda layer: _layer_bytes(layer, getattr(city, layer)), LAYERS):
            digest.update(part)
    return digest.hexdigest()


def _layer_bytes(layer: str, table: gpd.GeoDataFrame) -> bytes:
    columns = [_column_bytes(table[column], DTYPES[column]) for column in LAYERS[layer]]
    shapes = shapely.to_wkb(table.geometry.to_numpy(), byte_order=1, include_srid=False)
    return b"".join([f"\n{layer} {len(table)}".encode(), *columns, *shapes])


def _column_bytes(column: Any, dtype: str) -> bytes:
    if dtype == "str":
        return json.dumps(column.tolist(), ensure_ascii=False).encode()
    values: np.ndarray[Any, Any] = column.to_numpy().astype(dtype)
    return values.astype(values.dtype.newbyteorder("<")).tobytes()


def _refuse(asked: str, faults: list[str]) -> None:
    if faults:
        raise InputError(asked, [Fault(fault) for fault in faults])


def _write(city: City, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        for layer in LAYERS:
            getattr(city, layer).to_parquet(part / f"{layer}.parquet", index=False)
        text = json.dumps(dict(city.manifest), indent=1, ensure_ascii=False, sort_keys=True, allow_nan=False)
        (part / MANIFEST).write_text(text + "\n", encoding="utf-8")
        part.chmod(0o755)
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _read_manifest(folder: Path, asked: str) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.is_file():
        found = "no such folder" if not folder.exists() else f"no {MANIFEST} in it"
        raise InputError(asked, f"{found}; give a folder that `twin city build` made")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as fault:
        raise InputError(asked, [Fault(f"not JSON: {fault.msg}", fault.lineno)], path) from fault
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError(asked, f"cannot be read: {fault}", path) from fault
    faults = manifest_faults(manifest)
    if faults:
        raise InputError(asked, [Fault(fault) for fault in faults], path)
    return dict(manifest)


def manifest_faults(manifest: Any) -> list[str]:
    """Return what is wrong with a manifest as it was read."""
    if not isinstance(manifest, dict):
        return ["is no JSON object; build the city again"]
    faults = [
        f"{key!r} must be a text, found {manifest.get(key)!r}"
        for key in ("name", "crs", "timezone")
        if not isinstance(manifest.get(key), str)
    ]
    if manifest.get("schema") != SCHEMA:
        faults.append(f"'schema' is {manifest.get('schema')!r}, this version reads {SCHEMA}; build the city again")
    return faults


def _read_layers(folder: Path) -> tuple[dict[str, gpd.GeoDataFrame], list[Fault]]:
    """Read the layers side by side: most of the time is spent outside the interpreter's lock."""
    with ThreadPoolExecutor(2) as readers:
        read = dict(
            zip(LAYERS, readers.map(lambda layer: _read_layer(folder / f"{layer}.parquet"), LAYERS), strict=True)
        )
    tables = {layer: table for layer, table in read.items() if not isinstance(table, Fault)}
    return tables, [fault for fault in read.values() if isinstance(fault, Fault)]


def _read_layer(path: Path) -> gpd.GeoDataFrame | Fault:
    if not path.is_file():
        return Fault(f"no {path.name} in it; build the city again")
    try:
        return gpd.read_parquet(path)
    except (OSError, ValueError) as fault:
        return Fault(f"{path.name} is no GeoParquet file ({str(fault).splitlines()[0]}); build the city again")
