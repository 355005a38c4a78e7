"""The plane an extract is laid out on: the UTM zone of its middle, and the box that was asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from twin.city.osm.ledger import OUTSIDE, Ledger
from twin.city.osm.reading import Extract
from twin.errors import Fault, InputError

Box = tuple[float, float, float, float]
REACH_M: Final = 100_000.0


@dataclass(frozen=True)
class Ground:
    """Where every node of an extract lies.

    Attributes:
        crs: authority code of the UTM zone.
        longitude_deg: of the middle.
        xy_m: (n, 2) metres, rounded to millimetres so that every machine writes the same city.
        inside: (n,) bool, in the box that was asked for; all True without one.
        box: that box in metres as a polygon (its sides bent as the zone bends them), or None.
    """

    crs: str
    longitude_deg: float
    xy_m: NDArray[np.float64]
    inside: NDArray[np.bool_]
    box: shapely.Polygon | None


def lay_out(extract: Extract, bbox: Box | None, ledger: Ledger) -> tuple[Extract, Ground]:
    """Project an extract into the UTM zone of its middle (the median node).

    Nodes that lie farther from the middle than a city reaches are taken out of the ways and counted: one node at
    0, 0 by mistake would otherwise stretch the city over half the world.
    """
    inside = _inside(extract.lon_lat, bbox)
    chosen = extract.lon_lat[inside]
    if not len(chosen):
        where = f"in the box {','.join(map(str, bbox))}" if bbox else "in it"
        raise InputError(f"make a city of {extract.path}", f"no node lies {where}{_span(extract)}")
    lon, lat = np.median(chosen, axis=0)
    zone = int(np.clip((lon + 180) // 6 + 1, 1, 60))
    crs = f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"
    move = _projection(crs)
    xy_m = np.round(np.stack(move.transform(extract.lon_lat[:, 0], extract.lon_lat[:, 1]), axis=1), 3)
    with np.errstate(invalid="ignore"):
        far_m = np.abs(xy_m - move.transform(lon, lat)).max(axis=1)
    near = np.isfinite(far_m) & (far_m <= REACH_M)
    ledger.refuse("nodes", "without a sound location", (f"n{osm_id}" for osm_id in extract.no_location))
    reason = OUTSIDE if bbox else f"more than {REACH_M / 1000:.0f} km from the middle; give a box with --bbox"
    ledger.refuse("nodes", reason, (f"n{osm_id}" for osm_id in extract.node_ids[~near].tolist()))
    ledger.read["nodes"] = len(extract.node_ids) + len(extract.no_location)
    ledger.imported["nodes"] = int(near.sum())
    box = None
    if bbox:
        outline = shapely.get_coordinates(shapely.segmentize(shapely.box(*bbox), 0.01))
        box = shapely.Polygon(np.stack(move.transform(outline[:, 0], outline[:, 1]), axis=1))
    if near.all():
        return extract, Ground(crs, float(lon), xy_m, inside, box)
    rows = extract.rows
    kept = np.where((rows >= 0) & near[rows], rows, -1)
    far_ids = set(extract.node_ids[~near].tolist())
    tags = {osm_id: tags for osm_id, tags in extract.node_tags.items() if osm_id not in far_ids}
    return replace(extract, rows=kept, node_tags=tags), Ground(crs, float(lon), xy_m, inside & near, box)


def checked_box(bbox: Box | None) -> Box | None:
    """Return the box west, south, east, north in degrees.

    Raises:
        InputError: its sides are out of order or out of the world.
    """
    if bbox is None:
        return None
    west, south, east, north = bbox
    faults = []
    if not -180 <= west < east <= 180:
        faults.append(f"west {west} must be less than east {east}, both in -180 to 180 degrees")
    if not -90 <= south < north <= 90:
        faults.append(f"south {south} must be less than north {north}, both in -90 to 90 degrees")
    if faults:
        asked = f"cut the box {west},{south},{east},{north} (west,south,east,north)"
        raise InputError(asked, [Fault(fault) for fault in faults])
    return bbox


@cache
def _projection(crs: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)


def _inside(lon_lat: NDArray[np.float64], bbox: Box | None) -> NDArray[np.bool_]:
    if bbox is None:
        return np.ones(len(lon_lat), dtype=bool)
    west, south, east, north = bbox
    lon, lat = lon_lat.T
    inside: NDArray[np.bool_] = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return inside


def _span(extract: Extract) -> str:
    if not len(extract.lon_lat):
        return "; the file holds no node at all"
    (west, south), (east, north) = extract.lon_lat.min(axis=0), extract.lon_lat.max(axis=0)
    return f"; the file spans {west:.4f},{south:.4f},{east:.4f},{north:.4f}"
