"""A city in the forms other programs read."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import networkx as nx
import numpy as np
import pyproj
import shapely

from twin.city.model import LAYERS, City
from twin.errors import InputError, unknown_name
from twin.streets import StreetGraph


def export_city(city: City, form: str, out: Path) -> Path:
    """Write a city as ``geojson`` (a folder, WGS84), ``geopackage`` (one file, metres) or ``graphml`` (streets).

    Raises:
        InputError: the form is not known, or something lies where the export is to go.
    """
    asked = f"export {city.name} to {out}"
    if form not in FORMS:
        raise InputError(asked, unknown_name("form", form, list(FORMS)))
    if out.exists():
        raise InputError(asked, "something lies there already; choose another --out or remove it")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as part:
        made = Path(part) / out.name
        FORMS[form](city, made)
        shutil.move(made, out)
    return out


def to_networkx(city: City) -> nx.MultiDiGraph[int]:
    """Return the drivable streets as a graph, an edge for each direction of each street.

    Nodes have ``x``, ``y`` (metres), ``lon``, ``lat`` (degrees), ``osm_id``, ``signal``; edges have ``street`` (row),
    ``length_m``, ``speed_kmh``, ``time_s`` (free flow), ``street_class``, ``lanes``, ``name``.
    """
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(name=city.name, crs=city.crs)
    xy_m = shapely.get_coordinates(city.nodes.geometry.to_numpy())
    to_degrees = pyproj.Transformer.from_crs(city.crs, "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform(xy_m[:, 0], xy_m[:, 1])
    for node in np.flatnonzero(StreetGraph.of(city).drivable).tolist():
        place = {"x": float(xy_m[node, 0]), "y": float(xy_m[node, 1]), "lon": float(lon[node]), "lat": float(lat[node])}
        row = city.nodes.iloc[node]
        graph.add_node(node, **place, osm_id=int(row["osm_id"]), signal=bool(row["signal"]))
    drivable = city.streets[city.streets["drive"]]
    for street in drivable.itertuples():
        about = {
            "street": int(street.Index),
            "length_m": float(street.length_m),
            "speed_kmh": float(street.speed_kmh),
            "time_s": round(float(street.length_m) / (float(street.speed_kmh) / 3.6), 3),
            "street_class": str(street.street_class),
            "lanes": int(street.lanes),
            "name": str(street.name),
        }
        graph.add_edge(int(street.u), int(street.v), **about)
        if not street.oneway:
            graph.add_edge(int(street.v), int(street.u), **about)
    return graph


def _geojson(city: City, out: Path) -> None:
    out.mkdir()
    for layer in LAYERS:
        table = getattr(city, layer).to_crs("EPSG:4326").reset_index(names="id")
        (out / f"{layer}.geojson").write_text(table.to_json(drop_id=True, ensure_ascii=False), encoding="utf-8")
    text = json.dumps(dict(city.manifest), indent=1, ensure_ascii=False, sort_keys=True)
    (out / "manifest.json").write_text(text + "\n", encoding="utf-8")


def _geopackage(city: City, out: Path) -> None:
    made = out.with_suffix(".gpkg")
    for layer in LAYERS:
        table = getattr(city, layer).reset_index(names="id")
        if len(table):
            table.to_file(made, layer=layer, driver="GPKG")
    made.replace(out)


def _graphml(city: City, out: Path) -> None:
    nx.write_graphml(to_networkx(city), out)


FORMS: Final[Mapping[str, Callable[[City, Path], None]]] = {
    "geojson": _geojson,
    "geopackage": _geopackage,
    "graphml": _graphml,
}
SUFFIX: Final[Mapping[str, str]] = {"geojson": "", "geopackage": ".gpkg", "graphml": ".graphml"}
