"""The other side of coverage: whose windows are in view. Computed beside every coverage figure."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from sensors.cameras import CameraFleet
from sensors.coverage import CoverageMap
from sensors.optics import DORI_CLASSES, dori_class
from sensors.sightline import Floats, sees
from twin.city import City

EVERY_M: Final = 4.0
LEVELS_M: Final = (1.5, 4.5, 7.5, 13.5, 22.5)


def facade_points(
    city: City, outside_m: float, of: NDArray[np.int64] | None = None
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return points before the outer walls of buildings with dwellings, by default of all of them.

    One every 4 m of wall, at heights of 1.5 to 22.5 m below the roof, on the outside of the wall.

    Returns:
        xyz_m: (n, 3) city metres.
        outward: (n, 2) unit vector away from the wall, east and north.
        building: (n,) row of each point's building.
    """
    homes = np.flatnonzero(city.buildings["dwellings"].to_numpy(np.int64) > 0) if of is None else of
    shapes = shapely.orient_polygons(city.buildings.geometry.to_numpy()[homes])
    corners, owner = shapely.get_coordinates(shapely.get_exterior_ring(shapes), return_index=True)
    same = owner[1:] == owner[:-1]
    start, side, wall_of = corners[:-1][same], np.diff(corners, axis=0)[same], owner[:-1][same]
    length = np.hypot(side[:, 0], side[:, 1])
    kept = length > 0
    start, side, wall_of, length = start[kept], side[kept], wall_of[kept], length[kept]
    counts = np.maximum(np.rint(length / EVERY_M), 1).astype(np.int64)
    wall = np.repeat(np.arange(len(counts)), counts)
    along = (np.arange(len(wall)) - np.repeat(np.cumsum(counts) - counts, counts) + 0.5) / counts[wall]
    outward = np.column_stack([side[:, 1], -side[:, 0]]) / length[:, None]
    feet = start[wall] + along[:, None] * side[wall] + outside_m * outward[wall]
    building = homes[wall_of[wall]]
    point, z_m = _lifted(building, city.buildings["height_m"].to_numpy(np.float64))
    return np.column_stack([feet[point], z_m]), outward[wall][point], building[point]


def _lifted(building: NDArray[np.int64], height_m: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Return each point's row and its height, once for each level below the roof; the lowest level always."""
    levels = np.array(LEVELS_M)
    below = (levels[None, :] < height_m[building][:, None]) | (levels[None, :] == levels[0])
    point, level = np.nonzero(below)
    return point, levels[level]


def dwellings_in_view(seen: CoverageMap, city: City) -> dict[str, int]:
    """Return, for each class from ``detect`` up, the dwellings of buildings with a facade in view at it or better.

    All dwellings of a building count, whichever facade is seen: which window is whose is not known. The density on a
    wall is that of a target facing the camera, times the cosine of the angle it is looked at under, so that a camera
    that looks along its own wall reads no window on it.
    """
    points, outward, building = facade_points(city, max(0.5, 0.75 * seen.cell_m), _homes_in_range(seen, city))
    outdoors = seen.heights.at(points[:, 0], points[:, 1]) <= points[:, 2]  # not inside the house next door
    points, outward, building = points[outdoors], outward[outdoors], building[outdoors]
    pairs = sees(seen.fleet, seen.heights, points, seen.ptz_presets)
    density = pairs.px_per_m * _facing(seen.fleet, points[pairs.point], outward[pairs.point], pairs.camera)
    best = np.zeros(len(city.buildings), dtype=np.uint8)
    np.maximum.at(best, building[pairs.point], dori_class(density, seen.dori))
    dwellings = city.buildings["dwellings"].to_numpy(np.int64)
    return {name: int(dwellings[best >= row].sum()) for row, name in enumerate(DORI_CLASSES) if row}


def _homes_in_range(seen: CoverageMap, city: City) -> NDArray[np.int64]:
    """Return the rows of buildings with dwellings whose box comes within range of a camera."""
    homes = np.flatnonzero(city.buildings["dwellings"].to_numpy(np.int64) > 0)
    if not len(homes) or not len(seen.fleet):
        return homes[:0]
    box = shapely.bounds(city.buildings.geometry.to_numpy()[homes])
    half_m = np.hypot(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]) / 2 + max(1.0, seen.cell_m)
    cameras = cKDTree(np.column_stack([seen.fleet.x_m, seen.fleet.y_m]))
    away_m, _ = cameras.query((box[:, :2] + box[:, 2:]) / 2)
    near: NDArray[np.int64] = homes[away_m <= half_m + float(seen.fleet.range_m.max())]
    return near


def _facing(fleet: CameraFleet, points: Floats, outward: Floats, camera: NDArray[np.int64]) -> Floats:
    """Return the cosine (k,) between each wall's outward direction and the way to its camera; 0 from behind."""
    way = np.column_stack([fleet.x_m[camera], fleet.y_m[camera], fleet.height_m[camera]]) - points
    ahead: Floats = (way[:, :2] * outward).sum(axis=1)
    facing: Floats = np.maximum(ahead, 0.0) / np.maximum(np.linalg.norm(way, axis=1), 1e-9)
    return facing
