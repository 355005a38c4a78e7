"""An OpenStreetMap extract in, a city out."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import shapely

from twin.city.model import City
from twin.city.osm.areas import area_table
from twin.city.osm.buildings import building_table
from twin.city.osm.districts import border_layers
from twin.city.osm.figures import figures
from twin.city.osm.ground import Box, Ground, checked_box, lay_out
from twin.city.osm.ledger import Ledger
from twin.city.osm.places import find_places, place_table
from twin.city.osm.reading import Extract, read_extract
from twin.city.osm.restrictions import restriction_table
from twin.city.osm.streets import street_net
from twin.city.osm.trees import tree_table
from twin.city.osm.walls import barrier_table
from twin.errors import InputError
from twin.streets import StreetGraph

LICENCE: Final = "Open Database Licence 1.0; (c) OpenStreetMap contributors, openstreetmap.org/copyright"


def import_osm(path: Path, name: str, bbox: Box | None = None, timezone: str | None = None) -> City:
    """Make a city of an OpenStreetMap extract (``.osm``, ``.osm.pbf``, ``.osm.gz``, ``.osm.bz2``).

    Args:
        path: the file.
        name: the city's short name.
        bbox: west, south, east, north in degrees; ways are cut at their last node inside, areas and boundaries at
            its sides; buildings and places belong where a point inside them lies.
        timezone: such as ``"Asia/Tashkent"``; without it the zone of the longitude, without summer time.

    Raises:
        InputError: the file cannot be read, or no street that vehicles may use is in it (in the box).
    """
    bbox, timezone = checked_box(bbox), _checked_zone(timezone)
    ledger = Ledger()
    extract, ground = lay_out(read_extract(path), bbox, ledger)
    net = street_net(extract, ground, ledger)
    nodes, streets = net.nodes, net.streets
    if not streets["drive"].any():
        raise InputError(f"make a city of {path}", _no_street(ledger, bbox))
    buildings = building_table(extract, ground, ledger)
    places = find_places(extract, ground, ledger)
    districts, mahallas = border_layers(extract, ground, ledger, name, streets, buildings)
    layers = {"nodes": nodes, "streets": streets, "buildings": buildings, "districts": districts, "mahallas": mahallas}
    layers |= {
        "areas": area_table(extract, ground, ledger),
        "restrictions": restriction_table(extract, net, ledger),
        "trees": tree_table(extract, ground, ledger),
        "barriers": barrier_table(extract, ground, ledger),
    }
    city = City(name=name, crs=ground.crs, manifest={}, places=gpd.GeoDataFrame(), **layers)
    points = shapely.get_coordinates([place.point for place in places]).reshape(-1, 2)
    at = StreetGraph.of(city).nearest_node(points[:, 0], points[:, 1])
    layers["places"] = place_table(places, np.asarray(at).tolist(), ground.crs)
    for layer, table in layers.items():
        if "inferred" in table:
            ledger.note_inferred(layer, table)
    return City(name=name, crs=ground.crs, manifest=_manifest(extract, ground, ledger, bbox, timezone), **layers)


def _manifest(
    extract: Extract, ground: Ground, ledger: Ledger, bbox: Box | None, timezone: str | None
) -> dict[str, Any]:
    ledger.read["ways"], ledger.read["relations"] = len(extract.ways), len(extract.relations)
    ledger.repaired["objects that stood in the file twice"] = extract.twice
    derived = f"Etc/GMT{-round(ground.longitude_deg / 15):+d}"
    return {
        "made_by": {"importer": "twin.city.osm"},
        "source": extract.path.name,
        "source_sha256": extract.sha256,
        "data_date": extract.data_date,
        "licence": LICENCE,
        "bbox": list(bbox) if bbox else None,
        "timezone": timezone or derived,
        "timezone_from": "given" if timezone else "the longitude of the middle; no summer time",
        "elevation": "flat",
        "real": (
            "streets, turn restrictions, building outlines, areas, places, trees and walls are OpenStreetMap's; so are "
            "storeys, heights, years, speeds, lanes and widths where they are tagged."
        ),
        "synthetic": (
            "what is not tagged is inferred, and each row names it; dwellings and residents are inferred, "
            f"{figures()['buildings']['residents_per_dwelling']} residents a dwelling; posts, cameras, lamps and "
            "trees beside streets near which none is mapped are derived."
        ),
        **ledger.as_manifest(),
    }


def _checked_zone(timezone: str | None) -> str | None:
    if timezone is None:
        return None
    try:
        return ZoneInfo(timezone).key
    except (KeyError, OSError, ValueError) as fault:
        raise InputError(f"use the time zone {timezone!r}", "it is not known; try such as Asia/Tashkent") from fault


def _no_street(ledger: Ledger, bbox: Box | None) -> str:
    read = ledger.read["drivable_ways"]
    where = f" in the box {','.join(map(str, bbox))}" if bbox else ""
    if not read:
        return "it holds no street that vehicles may use; give an extract with its highways"
    return f"of its {read} drivable ways none can be driven{where}; give an extract or a box with streets"
