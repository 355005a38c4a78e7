"""What a city is, whoever made it: one frozen object of tables with documented columns and units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import geopandas as gpd

STREET_CLASSES: Final = (
    "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street",
    "service", "track", "pedestrian", "footway", "path", "steps", "cycleway",
)  # fmt: skip

PLACE_KINDS: Final = (
    "school", "kindergarten", "hospital", "clinic", "police", "fire_station", "ambulance_post", "security_post",
    "bazaar", "metro", "park", "data_centre", "gate",
)  # fmt: skip

LAYERS: Final[Mapping[str, tuple[str, ...]]] = {
    "nodes": ("osm_id", "signal"),
    "streets": (
        "u", "v", "oneway", "street_class", "lanes", "speed_kmh", "length_m", "width_m", "name", "drive", "walk",
        "layer", "osm_id", "inferred",
    ),
    "buildings": ("use", "storeys", "height_m", "dwellings", "residents", "entrances", "osm_id", "inferred"),
    "places": ("kind", "name", "node", "osm_id", "inferred"),
    "districts": ("name", "residents", "inferred"),
    "mahallas": ("name", "district", "residents", "inferred"),
}  # fmt: skip


@dataclass(frozen=True)
class City:
    """A city in its UTM zone, metres; every table has a 0-based row index that serves as the id.

    ``inferred`` names, separated by commas, the columns of that row that were inferred and not read; "" for none.

    Attributes:
        name: short name, such as ``"tashkent-chilonzor"``.
        crs: authority code of the projected system, such as ``"EPSG:32642"``.
        manifest: how it was made: source, licence, counts of what was read, inferred, repaired and refused; the
            sentence that says what is real and what is synthetic; the hash of the layers; ``timezone``.
        nodes: Points; ``osm_id`` int64 (-1 none), ``signal`` bool. Junctions and street ends.
        streets: LineStrings from node ``u`` to node ``v``; ``oneway`` bool (True: vehicles only u to v);
            ``street_class`` in STREET_CLASSES; ``lanes`` int in all; ``speed_kmh`` limit; ``length_m``; ``width_m``
            of the carriageway; ``name`` or ""; ``drive``, ``walk`` bool: who may use it; ``layer`` int (bridges > 0).
        buildings: Polygons, holes kept (a multipolygon is one row for each part); ``use`` str; ``storeys`` int;
            ``height_m`` above ground; ``dwellings``, ``residents``, ``entrances`` int.
        places: Points; ``kind`` in PLACE_KINDS; ``node`` the nearest drivable node.
        districts: Polygons, ``residents`` int.
        mahallas: Polygons, ``district`` str, ``residents`` int; in an OSM city without them, one cell each.
        folder: where it lies on disk, or None when it was only made in memory.
    """

    name: str
    crs: str
    manifest: Mapping[str, Any]
    nodes: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    mahallas: gpd.GeoDataFrame
    folder: Path | None = field(default=None, compare=False)

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """West, south, east, north of streets and buildings, in the city's metres."""
        boxes = [layer.total_bounds for layer in (self.nodes, self.streets, self.buildings) if len(layer)]
        west, south = (min(float(box[i]) for box in boxes) for i in (0, 1))
        east, north = (max(float(box[i]) for box in boxes) for i in (2, 3))
        return west, south, east, north

    @property
    def residents(self) -> int:
        """Residents of the whole city."""
        return int(self.districts["residents"].sum())
