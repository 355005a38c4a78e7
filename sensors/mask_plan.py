"""Masks as a planning measure: which windows and yards to black out for each camera, and the coverage that costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from sensors.cameras import Camera, CameraFleet, Mask, column, fleet_of
from sensors.coverage import TARGET_M
from sensors.exposure import Exposure
from sensors.homes import homes_of
from sensors.masking import masked
from sensors.optics import dori_class, project
from sensors.poses import poses_of
from sensors.visibility import visibility
from twin.city import City
from twin.city.heights import HeightRaster

HALF_WINDOW_M: Final = 2.0
AROUND_HOUSE_M: Final = 1.0
CELL_M: Final = 2.0
MOST: Final = 100

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class MaskPlan:
    """What masks would do to one camera.

    Attributes:
        camera: row of the fleet.
        masks: to be added to its own.
        dwellings_freed: dwellings it would no longer have in view at that class or better.
        ground_lost_m2: open ground it would no longer see.
        ground_m2: open ground it sees now.
    """

    camera: int
    masks: tuple[Mask, ...]
    dwellings_freed: float
    ground_lost_m2: float
    ground_m2: float


def propose_masks(
    fleet: CameraFleet, heights: HeightRaster, city: City, seen: Exposure, least_class: int = 1, most: int = MOST
) -> list[MaskPlan]:
    """Return masks for the cameras with the most dwellings in view, those first.

    A camera that stands still gets a polygon in its picture around the windows and yards of each house it has in view;
    one that turns gets the houses' own ground, since its picture moves.

    Args:
        fleet: n cameras.
        heights: what stands in the way.
        city: its homes.
        seen: the fleet's exposure.
        least_class: row of the edition's classes from which on a home counts as in view.
        most: for how many cameras.
    """
    in_view = seen.by_camera[:, least_class - 1]
    order = np.argsort(-in_view, kind="stable")[:most]
    middles = shapely.centroid(city.buildings.geometry.to_numpy())
    tree = shapely.STRtree(middles)
    homes = city.buildings["dwellings"].to_numpy(np.int64) > 0
    plans = []
    for row in order[in_view[order] > 0].tolist():
        spot = shapely.Point(fleet.x_m[row], fleet.y_m[row])
        near = np.sort(tree.query(spot, "dwithin", float(fleet.range_m[row]) + 2.0 * heights.cell_m))
        plan = _plan(fleet[row], row, near[homes[near]], heights, city, seen, least_class)
        plans += [plan] if plan is not None else []
    return plans


def with_masks(fleet: CameraFleet, plans: Sequence[MaskPlan]) -> CameraFleet:
    """Return the fleet with the masks of the plans beside its own."""
    masks = list(fleet.masks)
    for plan in plans:
        masks[plan.camera] = (*masks[plan.camera], *plan.masks)
    return replace(fleet, masks=column("masks", masks))


def _plan(
    camera: Camera, row: int, buildings: NDArray[np.int64], heights: HeightRaster, city: City, seen: Exposure,
    least_class: int,
) -> MaskPlan | None:  # fmt: skip
    if not len(buildings):
        return None
    homes = homes_of(city, buildings, max(0.5, 0.75 * heights.cell_m))
    looked, density = _looked_at(camera, heights, homes.xyz_m)
    outward = homes.outward[looked]
    way = np.array([camera.x_m, camera.y_m, camera.height_m]) - homes.xyz_m[looked]
    facing = (way[:, :2] * outward).sum(axis=1) / np.maximum(np.linalg.norm(way, axis=1), 1e-9)
    density = density * np.where((outward == 0).all(axis=1), 1.0, np.maximum(facing, 0.0))
    bad = dori_class(density, seen.dori) >= least_class
    looked = looked[bad]
    if not len(looked):
        return None
    unit = homes.unit[looked]
    masks = _masks(camera, homes.xyz_m[looked], homes.building[unit], city)
    wearing = replace(camera, masks=masks)
    still = np.setdiff1d(unit, unit[masked(wearing, homes.xyz_m[looked])])
    freed = np.setdiff1d(unit, still)
    ground = _ground(camera, heights)
    sees, _ = _looked_at(camera, heights, ground)
    lost = masked(wearing, ground[sees])
    return MaskPlan(row, masks, float(homes.dwellings[freed].sum()), float(lost.sum()) * CELL_M**2,
                    float(len(sees)) * CELL_M**2)  # fmt: skip


def _looked_at(camera: Camera, heights: HeightRaster, points: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Return the points some pose of a camera sees past its masks, and the highest density on each."""
    poses = poses_of(fleet_of([camera]))
    found = visibility(poses.fleet, heights, points)
    best = np.zeros(len(points))
    np.maximum.at(best, found.point, found.px_per_m)
    best[best > 0] *= ~masked(camera, points[best > 0])
    seen = np.flatnonzero(best > 0)
    return seen, best[seen]


def _ground(camera: Camera, heights: HeightRaster) -> Floats:
    """Return the open ground within range of a camera, every 2 m."""
    steps = np.arange(-camera.range_m, camera.range_m + CELL_M, CELL_M)
    east, south = (part.ravel() for part in np.meshgrid(steps, steps))
    x_m, y_m = camera.x_m + east, camera.y_m - south
    clear = heights.at(x_m, y_m) <= TARGET_M
    return np.column_stack([x_m[clear], y_m[clear], np.full(int(clear.sum()), TARGET_M)])


def _masks(camera: Camera, points: Floats, building: NDArray[np.int64], city: City) -> tuple[Mask, ...]:
    if camera.kind == "ptz":
        houses = city.buildings.geometry.to_numpy()[np.unique(building)]
        shapes = shapely.convex_hull(shapely.buffer(houses, AROUND_HOUSE_M + HALF_WINDOW_M, join_style="mitre"))
        return tuple(Mask("ground", _corners(shape)) for shape in shapes)
    uv, depth_m = project(camera, points)
    edge_px = HALF_WINDOW_M * camera.width_px / (2.0 * np.tan(np.radians(camera.hfov_deg / 2.0))) / depth_m
    blots = shapely.box(uv[:, 0] - edge_px, uv[:, 1] - edge_px, uv[:, 0] + edge_px, uv[:, 1] + edge_px)
    picture = shapely.box(0.0, 0.0, camera.width_px, camera.height_px)
    hulls = [
        shapely.intersection(shapely.convex_hull(shapely.union_all(blots[building == house])), picture)
        for house in np.unique(building)
    ]
    return tuple(Mask("picture", _corners(hull)) for hull in hulls if hull.geom_type == "Polygon" and hull.area > 0)


def _corners(shape: shapely.Polygon) -> tuple[tuple[float, float], ...]:
    ring = shapely.get_coordinates(shapely.get_exterior_ring(shape))[:-1]
    return tuple((round(float(a), 2), round(float(b), 2)) for a, b in ring)
