"""What a city is, whoever made it: one frozen object of tables with documented columns and units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

STREET_CLASSES: Final = (
    "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street",
    "service", "track", "pedestrian", "footway", "path", "steps", "cycleway",
)  # fmt: skip

PLACE_KINDS: Final = (
    "school", "kindergarten", "hospital", "clinic", "police", "fire_station", "ambulance_post", "security_post",
    "bazaar", "metro", "park", "data_centre", "gate", "university", "stadium", "airport", "rail_station", "landmark",
    "technical_centre", "situation_centre", "mahalla_post",
)  # fmt: skip

AREA_KINDS: Final = ("water", "park", "airport", "rail", "square", "field", "cemetery", "industry")

CORRIDORS: Final = ("", "safe_street", "safe_sidewalk", "gastronomic")

STRUCTURES: Final = ("", "bridge", "tunnel")

RESTRICTIONS: Final = ("no", "only")

TREE_KINDS: Final = ("", "broadleaved", "needleleaved")

BARRIER_KINDS: Final = ("wall", "city_wall", "hedge", "fence")

LAYERS: Final[Mapping[str, tuple[str, ...]]] = {
    "nodes": ("osm_id", "signal"),
    "streets": (
        "u", "v", "oneway", "street_class", "lanes", "speed_kmh", "length_m", "width_m", "name", "drive", "walk",
        "layer", "osm_id", "inferred", "lanes_forward", "lanes_backward", "structure", "corridor", "names",
    ),
    "buildings": (
        "use", "storeys", "height_m", "dwellings", "residents", "entrances", "osm_id", "inferred", "built_year",
    ),
    "places": ("kind", "name", "node", "osm_id", "inferred"),
    "districts": ("name", "residents", "inferred"),
    "mahallas": ("name", "district", "residents", "inferred"),
    "areas": ("kind", "name", "osm_id", "inferred"),
    "restrictions": ("from_street", "via_node", "to_street", "kind", "osm_id"),
    "trees": ("kind", "height_m", "crown_m", "osm_id", "inferred"),
    "barriers": ("kind", "height_m", "osm_id", "inferred"),
}  # fmt: skip

DTYPES: Final[Mapping[str, str]] = {
    "osm_id": "int64", "signal": "bool",
    "u": "int64", "v": "int64", "oneway": "bool", "street_class": "str", "lanes": "int64", "speed_kmh": "float64",
    "length_m": "float64", "width_m": "float64", "name": "str", "drive": "bool", "walk": "bool", "layer": "int64",
    "use": "str", "storeys": "int64", "height_m": "float64", "dwellings": "int64", "residents": "int64",
    "entrances": "int64", "kind": "str", "node": "int64", "district": "str", "inferred": "str",
    "lanes_forward": "int64", "lanes_backward": "int64", "structure": "str", "corridor": "str", "names": "str",
    "crown_m": "float64", "built_year": "int64", "from_street": "int64", "via_node": "int64", "to_street": "int64",
}  # fmt: skip
"""A column's kind, the same in every layer it stands in."""

OPTIONAL: Final[Mapping[str, Mapping[str, Any]]] = {
    "streets": {"lanes_forward": 0, "lanes_backward": 0, "structure": "", "corridor": "", "names": ""},
    "buildings": {"built_year": 0},
}
"""Columns that a maker may leave out, and what then stands there."""

MAY_LACK: Final = ("areas", "restrictions", "trees", "barriers")
"""Layers that a city can do without."""


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
            of the carriageway; ``name`` or ""; ``drive``, ``walk`` bool: who may use it; ``layer`` int (bridges > 0);
            ``lanes_forward``, ``lanes_backward`` int, of vehicles from u to v and back, 0 where not known;
            ``structure`` in STRUCTURES; ``corridor`` in CORRIDORS; ``names`` JSON object of further names by language
            (``{"ru": "..."}``) or "".
        buildings: Polygons, holes kept (a multipolygon is one row for each part); ``use`` str; ``storeys`` int;
            ``height_m`` above ground; ``dwellings``, ``residents``, ``entrances`` int; ``built_year`` int, 0 where not
            known.
        places: Points; ``kind`` in PLACE_KINDS; ``node`` the nearest drivable node.
        districts: Polygons, ``residents`` int.
        mahallas: Polygons, ``district`` str, ``residents`` int; in an OSM city without them, one cell each.
        areas: Polygons of open ground and water; ``kind`` in AREA_KINDS; ``name`` or "".
        restrictions: Points; who comes by street row ``from_street`` to ``via_node`` may not (``kind`` "no") go on by
            ``to_street``, or may go on by no other ("only").
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
    areas: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)
    restrictions: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)
    trees: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)
    barriers: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)
    folder: Path | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Fill in what a maker may leave out: the OPTIONAL columns, and whole layers it knows nothing of."""
        for layer in ("streets", "buildings"):
            table = getattr(self, layer)
            left_out = {column: value for column, value in OPTIONAL[layer].items() if column not in table}
            if left_out:
                object.__setattr__(self, layer, table.assign(**left_out))
        for layer in MAY_LACK:
            if not len(getattr(self, layer).columns):
                columns = {column: pd.Series([], dtype=DTYPES[column]) for column in LAYERS[layer]}
                object.__setattr__(self, layer, gpd.GeoDataFrame(columns, geometry=[], crs=self.crs))

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
