"""A small town that has one of everything a city can hold, for forms that must not lose any of it."""

from __future__ import annotations

import json
from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import LineString, Point, box

from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.city import City
from twin.city.schema import layer_table

CRS = "EPSG:32642"


def full_town(columns: int = 5, rows: int = 4) -> City:
    """A grid of 100 m blocks with a one-way street, a loop, a bridge, a footway, signals, turn restrictions, areas,
    trees, a wall and a fence."""
    town = grid_town(columns, rows)
    streets = town.streets.copy()
    streets.loc[0, ["oneway", "lanes", "street_class"]] = [True, 3, "primary"]
    streets["structure"] = ["bridge" if i == 1 else "" for i in range(len(streets))]
    streets["names"] = [json.dumps({"ru": "Улица"}, ensure_ascii=False) if i == 2 else "" for i in range(len(streets))]
    streets["name"] = ['"Shota" & <Rustaveli>' if i == 3 else f"Ko‘cha {i}" for i in range(len(streets))]
    streets.loc[7, ["drive", "street_class"]] = [False, "footway"]
    corners = [(0, 0), (-30.3, -10), (-30, -40), (10, -30), (0, 0)]
    loop = LineString([(WEST_M + x, SOUTH_M + y) for x, y in corners])
    more = streets.iloc[[5]].assign(u=0, v=0, length_m=round(loop.length, 3), geometry=[loop])
    streets = gpd.GeoDataFrame(gpd.pd.concat([streets, more], ignore_index=True), crs=CRS)
    streets["lanes_forward"], streets["lanes_backward"] = 0, 0
    nodes = town.nodes.assign(
        signal=[i == columns + 1 for i in range(len(town.nodes))], osm_id=range(100, 100 + len(town.nodes))
    )
    districts = layer_table(
        "districts",
        {"name": ["West tumani", "East tumani"], "residents": [100, 200], "inferred": ["", "residents"]},
        [
            shapely.MultiPolygon([_box(-60, -60, 199.5, 400), _box(-90, -90, -70, -70)]),
            _box(199.5, -60, 600, 400),
        ],
        CRS,
    )
    ring = _box(20, 20, 80, 80).difference(_box(40, 40, 60, 60))
    buildings = town.buildings.assign(built_year=1980)
    buildings.loc[0, "geometry"] = ring
    buildings.loc[0, "height_m"] = 12.345678901234567
    areas = layer_table(
        "areas",
        {"kind": ["water", "park"], "name": ["Anhor", ""], "osm_id": [7, -1], "inferred": ""},
        [_box(10, 10, 15, 290), _box(110, 110, 390, 115)],
        CRS,
    )
    via = columns + 1
    into, straight, left = (
        _street(streets, columns, via),
        _street(streets, via, via + 1),
        _street(streets, via, 2 * columns + 1),
    )
    restrictions = layer_table(
        "restrictions",
        {
            "from_street": [into, straight],
            "via_node": [via, via],
            "to_street": [left, into],
            "kind": ["no", "only"],
            "osm_id": [9, 10],
        },
        [Point(nodes.geometry[via])] * 2,
        CRS,
    )
    return replace(
        town, name="full-town", nodes=nodes, streets=streets, districts=districts, buildings=buildings, areas=areas,
        restrictions=restrictions, trees=_trees(), barriers=_barriers(),
    )  # fmt: skip


def _trees() -> gpd.GeoDataFrame:
    columns = {
        "kind": ["broadleaved", ""], "height_m": [11.3, 7.0], "crown_m": [6.25, 4.2], "osm_id": [21, -1],
        "inferred": ["", "height_m,crown_m"],
    }  # fmt: skip
    return layer_table(
        "trees", columns, [Point(WEST_M + 20.5, SOUTH_M + 30.25), Point(WEST_M + 310, SOUTH_M + 30)], CRS
    )


def _barriers() -> gpd.GeoDataFrame:
    columns = {"kind": ["wall", "fence"], "height_m": [2.2, 1.5], "osm_id": [22, 23], "inferred": ["", "height_m"]}
    lines = [[(110, 10), (190, 10), (190, 60.125)], [(310, 210), (380, 230)]]
    return layer_table(
        "barriers", columns, [LineString([(WEST_M + x, SOUTH_M + y) for x, y in line]) for line in lines], CRS
    )


def _street(streets: gpd.GeoDataFrame, u: int, v: int) -> int:
    return int(np.flatnonzero((streets["u"] == u) & (streets["v"] == v))[0])


def _box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return box(WEST_M + west, SOUTH_M + south, WEST_M + east, SOUTH_M + north)
