"""Tiny hand-made towns with answers that can be worked out on paper."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, Point, box

from twin.city import City

WEST_M, SOUTH_M = 516_000.0, 4_570_000.0  # in EPSG:32642, south-west Tashkent


def grid_town(
    columns: int = 4, rows: int = 4, block_m: float = 100.0, speed_kmh: float = 36.0, storeys: int = 4
) -> City:
    """Return a square grid of two-way streets, one building in the middle of each block.

    At 36 km/h a block of 100 m takes 10 s. Node ``row * columns + column`` counts from the south-west corner.
    Each building is 40 m square, 3 m a storey, with 8 dwellings and 24 residents a storey.
    """

    def at(column: int, row: int) -> tuple[float, float]:
        return WEST_M + column * block_m, SOUTH_M + row * block_m

    places = [(column, row) for row in range(rows) for column in range(columns)]
    nodes = gpd.GeoDataFrame(
        {"osm_id": -1, "signal": False}, index=range(len(places)), geometry=[Point(at(*p)) for p in places], crs=32642
    )
    ways = [(row * columns + c, row * columns + c + 1) for row in range(rows) for c in range(columns - 1)]
    ways += [(row * columns + c, (row + 1) * columns + c) for row in range(rows - 1) for c in range(columns)]
    lines = [LineString([at(*places[u]), at(*places[v])]) for u, v in ways]
    streets = gpd.GeoDataFrame(
        {
            "u": [u for u, _ in ways],
            "v": [v for _, v in ways],
            "oneway": False,
            "street_class": "residential",
            "lanes": 2,
            "speed_kmh": speed_kmh,
            "length_m": [line.length for line in lines],
            "width_m": 7.0,
            "name": [f"Street {i}" for i in range(len(ways))],
            "drive": True,
            "walk": True,
            "layer": 0,
            "osm_id": -1,
            "inferred": "",
        },
        geometry=lines,
        crs=32642,
    )
    middles = [at(c + 0.5, r + 0.5) for r in range(rows - 1) for c in range(columns - 1)]  # type: ignore[arg-type]
    buildings = gpd.GeoDataFrame(
        {
            "use": "residential",
            "storeys": storeys,
            "height_m": 3.0 * storeys,
            "dwellings": 8 * storeys,
            "residents": 24 * storeys,
            "entrances": 2,
            "osm_id": -1,
            "inferred": "",
        },
        index=range(len(middles)),
        geometry=[box(x - 20, y - 20, x + 20, y + 20) for x, y in middles],
        crs=32642,
    )
    whole = box(*at(0, 0), *at(columns - 1, rows - 1))
    residents = int(buildings["residents"].sum())
    places_table = gpd.GeoDataFrame(
        {
            "kind": ["hospital", "fire_station", "police"],
            "name": ["Hospital", "Fire station", "Police office"],
            "node": [0, len(places) - 1, columns - 1],
            "osm_id": -1,
            "inferred": "",
        },
        geometry=[nodes.geometry[0], nodes.geometry[len(places) - 1], nodes.geometry[columns - 1]],
        crs=32642,
    )
    border = {"name": ["Town"], "residents": [residents], "inferred": [""]}
    return City(
        name="grid-town",
        crs="EPSG:32642",
        manifest={"timezone": "Asia/Tashkent", "source": "hand-made"},
        nodes=nodes,
        streets=streets,
        buildings=buildings,
        places=places_table,
        districts=gpd.GeoDataFrame(border, geometry=[whole], crs=32642),
        mahallas=gpd.GeoDataFrame(pd.DataFrame(border).assign(district="Town"), geometry=[whole], crs=32642),
    )
