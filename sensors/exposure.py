"""The other side of coverage: whose windows and yards are in view, at which class, and how long a day.

Computed beside every coverage figure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from sensors.cameras import CameraFleet
from sensors.coverage import CoverageMap
from sensors.homes import YARD, Homes, homes_of
from sensors.masking import unmasked
from sensors.night import Lamps, load_night, night_reach_m
from sensors.optics import Dori
from sensors.poses import Poses, poses_of, take_poses
from sensors.sightline import PTZ_PRESETS
from sensors.tally import CellTally, tally
from sensors.visibility import visibility
from twin.city import City
from twin.city.heights import HeightRaster

BLOCK_M: Final = 1024.0
DAY_MIN: Final = 1440.0

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Exposure:
    """Homes in view of a fleet of n cameras; u units are storeys and yards near a camera, k classes.

    Attributes:
        dori: the classes.
        total: dwellings of the whole city.
        building, storey, dwellings: (u,) as in :class:`sensors.homes.Homes`.
        best, night: (u,) best class by day, and at night.
        minutes: (u, k) a day that somebody may look at that class or better, as rotating cameras turn independently.
        by_camera: (n, k) dwellings each camera has in view at that class or better.
        alone: (n,) dwellings that camera alone has in view.
    """

    dori: Dori
    total: int
    building: Ints
    storey: Ints
    dwellings: Floats
    best: NDArray[np.uint8]
    night: NDArray[np.uint8]
    minutes: Floats
    by_camera: Floats
    alone: Floats


def exposure(
    fleet: CameraFleet, heights: HeightRaster, city: City, dori: Dori, lamps: Lamps, ptz_presets: int = PTZ_PRESETS
) -> Exposure:
    """Return the homes that a fleet has in view.

    The density on a wall is that of a target facing the camera, times the cosine of the angle it is looked at under,
    so that a camera that looks along its own wall reads no window on it. At night a camera sees as far as its own
    infrared light, and what street lamps light; a window with its own light on is not told apart.

    Args:
        fleet: n cameras; lenses, presets and masks count.
        heights: what stands in the way.
        city: its buildings.
        dori: classes.
        lamps: street lamps.
        ptz_presets: bearings a rotating camera without presets tours.
    """
    poses = poses_of(fleet, ptz_presets)
    classes = len(dori.bounds_px_m)
    by_camera, alone = np.zeros((len(fleet), classes)), np.zeros(len(fleet))
    parts = []
    for near, homes in _blocks(poses, city, heights.cell_m):
        parts.append(_seen_homes(take_poses(poses, near), homes, heights, dori, lamps, by_camera, alone))
        heights.let_go()
    parts.append(
        (np.zeros(0, np.int64),) * 2 + (np.zeros(0),) + (np.zeros(0, np.uint8),) * 2 + (np.zeros((0, classes)),)
    )
    building, storey, dwellings, best, night, minutes = (np.concatenate(column) for column in zip(*parts, strict=True))
    total = int(city.buildings["dwellings"].sum())
    return Exposure(dori, total, building, storey, dwellings, best, night, minutes, by_camera, alone)


def exposure_figures(found: Exposure) -> dict[str, Any]:
    """Return the figures of an exposure, ready for JSON; every class holds the better ones too.

    Returns:
        ``dwellings`` in all; by class name ``in_view`` (by windows or yard), ``windows``, ``yards``, ``at_night`` and
        ``minutes_a_day`` (mean over the dwellings with a window in view at that class).
    """
    names = found.dori.names[1:]
    figures: dict[str, Any] = {"dwellings": found.total}
    windows, yards, either, night, minutes = [], [], [], [], []
    is_yard = found.storey == YARD
    for k in range(1, len(names) + 1):
        seen = found.best >= k
        windows.append(round(float(found.dwellings[seen & ~is_yard].sum())))
        yards.append(round(float(found.dwellings[seen & is_yard].sum())))
        either.append(_either(found, seen))
        night.append(_either(found, found.night >= k))
        looked = seen & ~is_yard
        time = float((found.minutes[looked, k - 1] * found.dwellings[looked]).sum())
        minutes.append(time / max(float(found.dwellings[looked].sum()), 1e-9))
    for name, values in (
        ("in_view", either), ("windows", windows), ("yards", yards), ("at_night", night), ("minutes_a_day", minutes),
    ):  # fmt: skip
        figures[name] = dict(zip(names, values, strict=True))
    return figures


def in_view_by_area(found: Exposure, area: Ints, areas: int) -> list[dict[str, int]]:
    """Return, for each area, the dwellings with a window or yard in view, by class name.

    Args:
        found: the fleet's exposure.
        area: (buildings of the city,) row of the area each lies in, negative for none.
        areas: how many there are.
    """
    rows: list[dict[str, int]] = [{} for _ in range(areas)]
    for k, name in enumerate(found.dori.names[1:], start=1):
        building, dwellings = _by_building(found, found.best >= k)
        inside = area[building] >= 0
        sums = np.bincount(area[building][inside], dwellings[inside], areas)
        for row, total in zip(rows, sums.tolist(), strict=True):
            row[name] = round(total)
    return rows


def dwellings_in_view(seen: CoverageMap, city: City) -> dict[str, int]:
    """Return, for each class, the dwellings with a window or yard in view of a map's fleet at it or better."""
    found = exposure(seen.fleet, seen.heights, city, seen.dori, Lamps(np.zeros((0, 3))), seen.ptz_presets)
    in_view: dict[str, int] = exposure_figures(found)["in_view"]
    return in_view


def _either(found: Exposure, seen: NDArray[np.bool_]) -> int:
    """Return the dwellings whose windows or yard are among some units."""
    return round(float(_by_building(found, seen)[1].sum()))


def _by_building(found: Exposure, seen: NDArray[np.bool_]) -> tuple[Ints, Floats]:
    """Return the buildings among some units and their dwellings in view; a yard in view is everybody's of the house."""
    building, row = np.unique(found.building[seen], return_inverse=True)
    is_yard, dwellings = found.storey[seen] == YARD, found.dwellings[seen]
    windows = np.bincount(row, np.where(is_yard, 0.0, dwellings), len(building))
    yards = np.bincount(row, np.where(is_yard, dwellings, 0.0), len(building))
    return building, np.maximum(windows, yards)


def _blocks(poses: Poses, city: City, cell_m: float) -> Iterator[tuple[Ints, Homes]]:
    """Yield the poses near the homes of each square kilometre, and those homes."""
    homes = np.flatnonzero(city.buildings["dwellings"].to_numpy(np.int64) > 0)
    if not len(homes) or not len(poses):
        return
    box = shapely.bounds(city.buildings.geometry.to_numpy()[homes])
    middle = (box[:, :2] + box[:, 2:]) / 2.0
    half_m = np.hypot(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1]) / 2.0 + max(4.0, cell_m)
    places = np.column_stack([poses.fleet.x_m, poses.fleet.y_m])
    away_m, _ = cKDTree(places).query(middle)
    near = away_m <= half_m + float(poses.fleet.range_m.max())
    homes, middle, half_m = homes[near], middle[near], half_m[near]
    down, along = (np.floor(middle[:, axis] / BLOCK_M).astype(np.int64) for axis in (1, 0))
    order = np.lexsort((homes, along, down))
    moved = (np.diff(down[order]) != 0) | (np.diff(along[order]) != 0)
    for own in np.split(order, np.flatnonzero(moved) + 1) if len(order) else []:
        low, high = (middle[own] - half_m[own][:, None]).min(axis=0), (middle[own] + half_m[own][:, None]).max(axis=0)
        gap = np.hypot(*(np.clip(places, low, high) - places).T)
        yield np.flatnonzero(gap <= poses.fleet.range_m), homes_of(city, homes[own], max(0.5, 0.75 * cell_m))


Part = tuple[Ints, Ints, Floats, NDArray[np.uint8], NDArray[np.uint8], Floats]


def _seen_homes(
    poses: Poses, homes: Homes, heights: HeightRaster, dori: Dori, lamps: Lamps, by_camera: Floats, alone: Floats
) -> Part:
    """Return the units in view with their figures, and add to the cameras' own."""
    points = homes.xyz_m
    outdoors = heights.at(points[:, 0], points[:, 1]) <= points[:, 2]  # not inside the house next door
    points, outward, unit = points[outdoors], homes.outward[outdoors], homes.unit[outdoors]
    found = visibility(poses.fleet, heights, points, least_px_m=float(dori.bounds_px_m[0]))
    starts, point, density = unmasked(poses.lenses, found.indptr, found.point.astype(np.int64), found.px_per_m, points)
    pose = np.repeat(np.arange(len(poses)), np.diff(starts))
    density = (density * _facing(poses.fleet, points[point], outward[point], pose)).astype(np.float32)
    away = np.hypot(points[point, 0] - poses.fleet.x_m[pose], points[point, 1] - poses.fleet.y_m[pose])
    dark = (away <= night_reach_m(poses.fleet)[pose]) | lamps.light(points)[point]
    units = len(homes.building)
    by_day = _tallied(poses, pose, unit[point], density, units, dori)
    by_night = _tallied(poses, pose[dark], unit[point[dark]], density[dark], units, dori)
    night_min = load_night().night_hours * 60.0
    minutes = (DAY_MIN - night_min) * (1.0 - by_day.away) + night_min * (1.0 - by_night.away)
    _by_camera(poses, pose, unit[point], density, homes.dwellings, dori, by_camera)
    lonely = by_day.sole[:, 0] >= 0
    np.add.at(alone, by_day.sole[lonely, 0], homes.dwellings[lonely])
    seen = by_day.best > 0
    return (
        homes.building[seen], homes.storey[seen], homes.dwellings[seen], by_day.best[seen], by_night.best[seen],
        minutes[seen].astype(np.float64),
    )  # fmt: skip


def _tallied(poses: Poses, pose: Ints, unit: Ints, density: NDArray[np.float32], units: int, dori: Dori) -> CellTally:
    """Return the figures of units, each at the densest point of it that a pose sees."""
    order = np.lexsort((-density, unit, pose))
    pose, unit, density = pose[order], unit[order], density[order]
    first = np.ones(len(pose), dtype=bool)
    first[1:] = (np.diff(pose) != 0) | (np.diff(unit) != 0)
    pose, unit, density = pose[first], unit[first], density[first]
    cells = CellTally.empty(units, len(dori.bounds_px_m), 0)
    tally(
        np.searchsorted(pose, np.arange(len(poses) + 1)), unit, density, np.zeros(len(pose), dtype=bool), poses.camera,
        poses.share, np.zeros(len(poses), np.uint64), dori.bounds_px_m, np.ones(len(poses)),
        np.zeros(len(poses), np.int64), np.zeros((2, 2, 1, 1, 0)),
        *cells.columns(),
    )  # fmt: skip
    return cells


def _by_camera(
    poses: Poses, pose: Ints, unit: Ints, density: NDArray[np.float32], dwellings: Floats, dori: Dori, by_camera: Floats
) -> None:
    """Add to each camera the dwellings it has in view, by class."""
    for k, bound in enumerate(dori.bounds_px_m.tolist()):
        seen = density >= bound
        pairs = np.unique(np.column_stack([poses.camera[pose[seen]], unit[seen]]), axis=0)
        np.add.at(by_camera[:, k], pairs[:, 0], dwellings[pairs[:, 1]])


def _facing(fleet: CameraFleet, points: Floats, outward: Floats, pose: Ints) -> Floats:
    """Return the cosine (e,) of the angle between a wall's outward direction and its camera; 0 behind, 1 in yards."""
    way = np.column_stack([fleet.x_m[pose], fleet.y_m[pose], fleet.height_m[pose]]) - points
    ahead: Floats = (way[:, :2] * outward).sum(axis=1)
    facing = np.maximum(ahead, 0.0) / np.maximum(np.linalg.norm(way, axis=1), 1e-9)
    return np.where((outward == 0.0).all(axis=1), 1.0, facing)
