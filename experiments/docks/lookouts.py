"""Points in the air from which a drone looks around: where they can be, and which ground shows from each."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from agents.drones.seeing import HEIGHT_PX, WIDTH_PX
from agents.drones.settings import Operations
from agents.drones.sky_ways import SkyWays
from sensors.cameras import Camera, Preset, fleet_of
from sensors.optics import load_dori
from sensors.visibility import visibility
from twin.city import City
from twin.city.heights import HeightRaster

Floats = NDArray[np.float64]
SPACING_M: Final = 150.0
REACH_M: Final = Operations.patrol_reach_m
TURNS: Final = (0.0, 90.0, 180.0, 270.0)
DOWN_DEG: Final = -45.0
HALF_SIDE: Final = math.tan(math.radians(50.0))
"""Four pictures, each 100 degrees wide and from straight down to the horizon, are what a drone sees that turns and
tilts its camera while it stays."""


@dataclass(frozen=True, eq=False)
class Lookouts:
    """n points.

    Attributes:
        xyz_m: (n, 3) where a drone stays.
        shows: (n, cells) 1 where a cell shows at «detect» or better.
    """

    xyz_m: Floats
    shows: csr_array

    def __len__(self) -> int:
        return len(self.xyz_m)


def lookouts_over(city: City, ways: SkyWays, heights: HeightRaster, cells_xyz_m: Floats, hfov_deg: float) -> Lookouts:
    """Return points over a city from which some cell shows, and which cells show from each.

    They lie on a grid of 150 m, outside red zones, at the lowest height the rules allow there.

    Args:
        city: says how wide the grid is.
        ways: zones, roofs and rules.
        heights: what stands in the way.
        cells_xyz_m: (m, 3) what is looked for.
        hfov_deg: of the drone's camera; sets how dense its picture is.
    """
    west, south, east, north = city.bounds_m
    x_m, y_m = np.meshgrid(np.arange(west, east, SPACING_M), np.arange(south, north, SPACING_M))
    xy_m = np.round(np.column_stack([x_m.ravel(), y_m.ravel()]), 1)
    xy_m = xy_m[_near(xy_m, cells_xyz_m)]
    xy_m = xy_m[[ways.is_free(*at) for at in xy_m.tolist()]]
    lowest = [way.heights_m if (way := ways.way(at, at)) is not None else () for at in xy_m]
    kept = np.array([bool(levels) for levels in lowest], dtype=bool)
    z_m = np.array([levels[0] for levels in lowest if levels])
    xyz_m = np.column_stack([xy_m[kept], z_m])
    shows = _shows(xyz_m, heights, cells_xyz_m, hfov_deg)
    some = np.diff(shows.indptr) > 0
    return Lookouts(xyz_m[some], csr_array(shows[some]))


def _near(xy_m: Floats, cells_xyz_m: Floats) -> NDArray[np.bool_]:
    """Return which points have a cell within reach on the level."""
    return np.isfinite(cKDTree(cells_xyz_m[:, :2]).query(xy_m, distance_upper_bound=REACH_M)[0])


def _shows(xyz_m: Floats, heights: HeightRaster, cells_xyz_m: Floats, hfov_deg: float) -> csr_array:
    focal_px = WIDTH_PX / 2 / math.tan(math.radians(hfov_deg) / 2)
    side_px, tall_px = round(2 * focal_px * HALF_SIDE), round(2 * focal_px)
    wide_deg = math.degrees(2 * math.atan(side_px / 2 / focal_px))
    cameras = [
        Camera(f"{i} {turn:.0f}", "drone", *map(float, at), turn, DOWN_DEG, wide_deg, side_px, tall_px, REACH_M)
        for i, at in enumerate(xyz_m)
        for turn in TURNS
    ]
    found = visibility(fleet_of(cameras), heights, cells_xyz_m, least_px_m=float(load_dori().bounds_px_m[0]))
    row = np.repeat(np.arange(len(cameras)) // len(TURNS), np.diff(found.indptr))
    shape = (len(xyz_m), len(cells_xyz_m))
    pairs = csr_array((np.ones(len(row)), (row, found.point)), shape=shape)
    pairs.data[:] = 1.0
    return pairs


def touring_camera(name: str, xyz_m: Floats, stay_s: float, hfov_deg: float) -> Camera:
    """Return the camera of a drone that stays at points (k, 3) in turn and looks to four sides at each."""
    stops = tuple(
        Preset(turn, stay_s / len(TURNS), None, None, float(x), float(y), float(z))
        for x, y, z in xyz_m
        for turn in TURNS
    )
    x, y, z = map(float, xyz_m[0])
    return Camera(name, "drone", x, y, z, 0.0, DOWN_DEG, hfov_deg, WIDTH_PX, HEIGHT_PX, REACH_M, presets=stops)
