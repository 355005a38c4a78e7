"""The tables of a city from its network and its districts' fabric."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from twin.city.fabric.fill import Fabric
from twin.city.fabric.network import Network
from twin.city.fabric.places import Place
from twin.city.fabric.skeleton import Skeleton
from twin.city.frame import Frame
from twin.city.schema import layer_table

BUILDING_INFERRED: Final = "use,storeys,height_m,dwellings,residents,entrances,built_year,geometry"
STREET_INFERRED: Final = "street_class,lanes,speed_kmh,width_m,name,oneway,geometry"
SCHOOL_KMH: Final = 30.0
SCHOOL_REACH_M: Final = 150.0  # signed 30 within 300 m of schools where signed (tashkenttimes.uz); how far is assumed
SLOWED: Final = ("residential",)
RIM_M: Final = 0.1


def node_table(network: Network, crs: str) -> gpd.GeoDataFrame:
    """Return the nodes layer."""
    columns = {"osm_id": -1, "signal": np.array(network.signals, dtype=bool)}
    return layer_table("nodes", columns, shapely.points(np.array(network.points)), crs)


def street_table(network: Network, schools: NDArray[np.float64], crs: str) -> gpd.GeoDataFrame:
    """Return the streets layer; ``schools`` is (n, 2) metres: signed limits hold on quarter streets beside them."""
    ways = [street.way for street in network.streets]
    lines = _lines(network)
    lanes = np.array([way.lanes for way in ways], dtype=np.int64)
    oneway = np.array([way.oneway for way in ways], dtype=bool)
    drive = np.array([way.drive for way in ways], dtype=bool)
    classes = [way.street_class for way in ways]
    limit = np.array([way.speed_kmh for way in ways], dtype=np.float64)
    if len(schools):
        middles = shapely.get_coordinates(shapely.line_interpolate_point(lines, 0.5, normalized=True))
        near = cKDTree(schools).query(middles)[0] < SCHOOL_REACH_M
        limit = np.where(near & np.isin(classes, SLOWED), np.minimum(limit, SCHOOL_KMH), limit)
    forward = np.where(oneway, lanes, (lanes + 1) // 2)
    columns = {
        "u": [s.u for s in network.streets],
        "v": [s.v for s in network.streets],
        "oneway": oneway,
        "street_class": classes,
        "lanes": lanes,
        "speed_kmh": limit,
        "length_m": np.round(shapely.length(lines), 2),
        "width_m": [way.width_m for way in ways],
        "name": [way.name for way in ways],
        "drive": drive,
        "walk": [way.walk for way in ways],
        "layer": [way.layer for way in ways],
        "osm_id": -1,
        "inferred": [STREET_INFERRED if way.inferred == "all" else way.inferred for way in ways],
        "lanes_forward": np.where(drive, forward, 0),
        "lanes_backward": np.where(drive, lanes - forward, 0),
        "structure": [way.structure for way in ways],
        "corridor": [way.corridor for way in ways],
        "names": [way.names for way in ways],
    }
    return layer_table("streets", columns, lines, crs)


def building_table(fabrics: Sequence[Fabric], crs: str) -> gpd.GeoDataFrame:
    """Return the buildings layer, district after district."""
    names = fabrics[0].columns
    columns: dict[str, Any] = {
        name: np.concatenate([np.asarray(f.columns[name]) for f in fabrics]) for name in names if name != "use"
    }
    columns["use"] = [use for fabric in fabrics for use in fabric.columns["use"]]
    shapes = shapely.from_wkb(np.concatenate([fabric.shapes for fabric in fabrics]))
    return layer_table("buildings", {**columns, "osm_id": -1, "inferred": BUILDING_INFERRED}, shapes, crs)


def place_table(places: Sequence[Place], network: Network, crs: str) -> gpd.GeoDataFrame:
    """Return the places layer, each place tied to the nearest drivable node that can be reached from all others."""
    at = np.array([place.at for place in places])
    nodes = main_nodes(network)
    _, nearest = cKDTree(np.array(network.points)[nodes]).query(at)
    columns = {
        "kind": [place.kind for place in places],
        "name": [place.name for place in places],
        "node": nodes[nearest],
        "osm_id": -1,
        "inferred": [place.inferred for place in places],
    }
    return layer_table("places", columns, shapely.points(at), crs)


def district_table(frame: Frame, skeleton: Skeleton, fabrics: Sequence[Fabric]) -> gpd.GeoDataFrame:
    """Return the districts layer: each the faces that are its own."""
    columns = {
        "name": [frame.districts[fabric.district].name for fabric in fabrics],
        "residents": [int(np.sum(np.asarray(fabric.columns["residents"]))) for fabric in fabrics],
        "inferred": "",
    }
    shapes = [ground_of(skeleton, fabric.district) for fabric in fabrics]
    return layer_table("districts", columns, shapes, frame.figures.crs)


def ground_of(skeleton: Skeleton, district: int) -> shapely.Geometry:
    """Return the ground of a district: all its faces."""
    rings = [[skeleton.points[p] for p in g.ring] for g in skeleton.grounds if g.district == district]
    return shapely.union_all([shapely.Polygon(ring) for ring in rings])


def mahalla_table(frame: Frame, fabrics: Sequence[Fabric]) -> gpd.GeoDataFrame:
    """Return the mahallas layer."""
    rows = [(frame.districts[f.district].name, *mahalla) for f in fabrics for mahalla in f.mahallas]
    district, name, residents, shapes = zip(*rows, strict=True)
    columns = {"name": name, "district": district, "residents": residents, "inferred": "residents,geometry"}
    return layer_table("mahallas", columns, shapely.from_wkb(np.array(shapes, dtype=object)), frame.figures.crs)


def area_table(fabrics: Sequence[Fabric], crs: str) -> gpd.GeoDataFrame:
    """Return the areas layer."""
    rows = [area for fabric in fabrics for area in fabric.areas]
    columns = {
        "kind": [kind for kind, _, _ in rows],
        "name": [name for _, name, _ in rows],
        "osm_id": -1,
        "inferred": "geometry",
    }
    shapes = shapely.from_wkb(np.array([shape for _, _, shape in rows], dtype=object))
    return layer_table("areas", columns, shapes, crs)


def gates(frame: Frame, network: Network, ground: shapely.Geometry) -> list[Place]:
    """Return the gates: where a main street that the frame knows ends on the city's rim."""
    rim = shapely.union_all([shapely.Polygon(part.exterior) for part in shapely.get_parts(ground)]).boundary
    lines = _lines(network)
    main = {street.name for street in frame.streets if street.street_class != "pedestrian"}
    ranked = np.array([street.way.name in main for street in network.streets])
    shapely.prepare(rim)
    inside = shapely.distance(shapely.line_interpolate_point(lines, 0.5, normalized=True), rim) > 1.0
    found: dict[tuple[float, float], str] = {}
    for i in np.flatnonzero(ranked & inside).tolist():
        street = network.streets[i]
        for node in (street.u, street.v):
            if rim.distance(shapely.Point(network.points[node])) < RIM_M:
                found.setdefault(network.points[node], street.way.name)
    return [Place("gate", f"{name} chegarasi" if name else "chegara", at) for at, name in sorted(found.items())]


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


def _lines(network: Network) -> NDArray[np.object_]:
    counts = [len(street.line) for street in network.streets]
    xy = np.array([point for street in network.streets for point in street.line])
    return np.asarray(shapely.linestrings(xy, indices=np.repeat(np.arange(len(counts)), counts)), dtype=object)
