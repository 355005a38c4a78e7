"""The first default city: the Chilonzor district of Tashkent, a real frame filled with a synthetic fabric.

Real: the outline, the area, the course of Bunyodkor avenue, the metro stations, the stadium's position, the number of
residents, the number and names of the mahallas, the shares of flats by storeys. Synthetic, drawn from a seed: every
other street, all buildings, all borders of mahallas, all posts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree
from shapely.geometry import LineString, Point, Polygon

from twin.city.fabric.borders import Parcel, join_mahallas, outline_of
from twin.city.fabric.frame import Frame, chilonzor
from twin.city.fabric.network import Network
from twin.city.fabric.people import settle
from twin.city.fabric.places import (
    Place,
    as_columns,
    gates,
    into_buildings,
    known_places,
    places_in_buildings,
    spread_posts,
)
from twin.city.fabric.stock import Building
from twin.city.fabric.town import Town, build_town
from twin.city.model import City
from twin.errors import InputError
from twin.streams import stream

GENERATOR_VERSION: Final = 1
REAL: Final = "the frame: outline, Bunyodkor avenue, metro stations, number of residents, number and names of mahallas."
SYNTHETIC: Final = "the fabric, drawn from a seed: all other streets, all buildings, the mahallas' borders, all posts."
BUILDING_INFERRED: Final = "use,storeys,height_m,dwellings,residents,entrances,geometry"


def default_city(seed: int = 1) -> City:
    """Return the Chilonzor district; another seed gives other streets and buildings inside the same frame.

    Args:
        seed: not negative; the same seed gives the same bytes in every layer.

    Raises:
        InputError: the seed is not a whole number from 0 up.
    """
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise InputError("build the default city", f"the seed is {seed!r}; a whole number from 0 up would work")
    frame = chilonzor()
    town = build_town(frame, int(seed))
    dwellings, residents = settle(town.stock, frame.figures["people"], int(seed))
    blocks = np.array([b.block for b in town.stock])
    in_block = np.bincount(blocks, weights=residents, minlength=len(town.parcels)).astype(np.int64)
    mahallas = _mahallas(frame, town.parcels, in_block, int(seed))
    places = _places(frame, town, residents, mahallas)
    return City(
        name=frame.figures["name"],
        crs=frame.figures["crs"],
        manifest=_manifest(frame, town, int(seed), len(places)),
        nodes=_frame_of(_node_columns(town.network), frame),
        streets=_frame_of(_street_columns(town.network), frame),
        buildings=_frame_of(_building_columns(town.stock, dwellings, residents), frame),
        places=_frame_of(as_columns(places, nearest_nodes(town.network, [p.at for p in places])), frame),
        districts=_frame_of(_district_columns(frame, residents), frame),
        mahallas=mahallas,
    )


def main_nodes(network: Network) -> NDArray[np.int64]:
    """Return the nodes of the largest set in which every node can be driven to from every other."""
    pairs = [(s.u, s.v) for s in network.streets if s.way.drive]
    pairs += [(s.v, s.u) for s in network.streets if s.way.drive and not s.way.oneway]
    u, v = np.array(pairs).T
    n = len(network.points)
    _, label = connected_components(coo_matrix((np.ones(len(u)), (u, v)), shape=(n, n)), connection="strong")
    touched = np.zeros(n, dtype=bool)
    touched[u] = True
    return np.flatnonzero((label == np.bincount(label[touched]).argmax()) & touched).astype(np.int64)


def nearest_nodes(network: Network, points: Sequence[tuple[float, float]]) -> NDArray[np.int64]:
    """Return the drivable node of the main component nearest to each point."""
    nodes = main_nodes(network)
    _, nearest = cKDTree(np.array(network.points)[nodes]).query(np.array(points))
    return nodes[nearest]


def _node_columns(network: Network) -> dict[str, Any]:
    return {
        "osm_id": np.full(len(network.points), -1, dtype=np.int64),
        "signal": np.array(network.signals, dtype=bool),
        "geometry": [Point(xy) for xy in network.points],
    }


def _street_columns(network: Network) -> dict[str, Any]:
    streets, ways = network.streets, [street.way for street in network.streets]
    lines = [LineString(street.line) for street in streets]
    every = "street_class,lanes,speed_kmh,width_m,name,oneway,geometry"
    return {
        "u": np.array([s.u for s in streets], dtype=np.int64),
        "v": np.array([s.v for s in streets], dtype=np.int64),
        "oneway": np.array([way.oneway for way in ways], dtype=bool),
        "street_class": [way.street_class for way in ways],
        "lanes": np.array([way.lanes for way in ways], dtype=np.int64),
        "speed_kmh": np.array([way.speed_kmh for way in ways], dtype=np.float64),
        "length_m": np.round(shapely.length(np.array(lines, dtype=object)), 2),
        "width_m": np.array([way.width_m for way in ways], dtype=np.float64),
        "name": [way.name for way in ways],
        "drive": np.array([way.drive for way in ways], dtype=bool),
        "walk": np.ones(len(ways), dtype=bool),
        "layer": np.zeros(len(ways), dtype=np.int64),
        "osm_id": np.full(len(ways), -1, dtype=np.int64),
        "inferred": [every if way.inferred == "all" else way.inferred for way in ways],
        "geometry": lines,
    }


def _building_columns(
    stock: Sequence[Building], dwellings: NDArray[np.int64], residents: NDArray[np.int64]
) -> dict[str, Any]:
    return {
        "use": [b.use for b in stock],
        "storeys": np.array([b.storeys for b in stock], dtype=np.int64),
        "height_m": np.array([b.height_m for b in stock], dtype=np.float64),
        "dwellings": dwellings,
        "residents": residents,
        "entrances": np.array([b.entrances for b in stock], dtype=np.int64),
        "osm_id": np.full(len(stock), -1, dtype=np.int64),
        "inferred": BUILDING_INFERRED,
        "geometry": [b.shape for b in stock],
    }


def _district_columns(frame: Frame, residents: NDArray[np.int64]) -> dict[str, Any]:
    name = [frame.figures["district"]]
    return {"name": name, "residents": [int(residents.sum())], "inferred": [""], "geometry": [Polygon(frame.outline)]}


def _mahallas(frame: Frame, parcels: Sequence[Parcel], people: NDArray[np.int64], seed: int) -> gpd.GeoDataFrame:
    names = frame.figures["mahallas"]
    group = np.array(join_mahallas(parcels, people, len(names)))
    order = stream(seed, "city", "mahalla names").permutation(len(names))
    return _frame_of(
        {
            "name": [names[i] for i in order],
            "district": frame.figures["district"],
            "residents": np.bincount(group, weights=people, minlength=len(names)).astype(np.int64),
            "inferred": "residents,geometry",
            "geometry": [outline_of(parcels, np.flatnonzero(group == i).tolist()) for i in range(len(names))],
        },
        frame,
    )


def _places(frame: Frame, town: Town, residents: NDArray[np.int64], mahallas: gpd.GeoDataFrame) -> list[Place]:
    counts = frame.figures["counts"]
    total = int(residents.sum())
    lived = residents > 0
    homes = shapely.get_coordinates(shapely.centroid(np.array([b.shape for b in town.stock], dtype=object)))[lived]
    posts: list[Place] = []
    for kind, name, every in (
        ("ambulance_post", "{}-tez yordam posti", counts["ambulance_residents"]),
        ("security_post", "{}-qo‘riqlash posti", counts["security_residents"]),
    ):
        posts += spread_posts(kind, name, max(1, round(total / every)), homes, residents[lived])
    for row in mahallas.itertuples():
        inside = shapely.contains_xy(row.geometry, *homes.T)
        middle = homes[inside].mean(axis=0) if inside.any() else shapely.get_coordinates(row.geometry.centroid)[0]
        posts.append(Place("police", f"{row.name} mahalla posti", (float(middle[0]), float(middle[1]))))
    places = known_places(frame) + places_in_buildings(town.stock) + into_buildings(posts, homes)
    places += [Place("park", f"{i + 1}-bog‘", at) for i, at in enumerate(town.parks)]
    return places + gates(town.gates)


def _manifest(frame: Frame, town: Town, seed: int, places: int) -> dict[str, Any]:
    return {
        "source": "generated inside a real frame",
        "made_by": {"generator": "default_city", "version": GENERATOR_VERSION, "seed": seed},
        "real": REAL,
        "synthetic": SYNTHETIC,
        "sources": list(frame.sources),
        "licence": frame.figures["licence"],
        "timezone": frame.figures["timezone"],
        "counts": {
            "nodes": len(town.network.points),
            "streets": len(town.network.streets),
            "buildings": len(town.stock),
            "places": places,
            "dead_ends": town.dead_ends,
            "oneways": town.oneways,
            "superblocks": dict(sorted(Counter(town.kinds).items())),
            "buildings_dropped_for_streets": town.dropped,
        },
    }


def _frame_of(columns: dict[str, Any], frame: Frame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry="geometry", crs=frame.figures["crs"])
