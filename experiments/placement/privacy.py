"""How many dwellings each pose would look into: what a plan pays for or keeps within a limit."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from numba import prange
from numpy.typing import NDArray

from sensors.cameras import CameraFleet, take_cameras
from sensors.homes import YARD, homes_of
from sensors.kernels import parallel_kernel
from sensors.sightline import Floats
from sensors.visibility import visibility
from twin.city import City
from twin.city.heights import HeightRaster

POSES_AT_ONCE: Final = 40_000
OUTSIDE_M: Final = 0.75


def dwellings_of_poses(fleet: CameraFleet, city: City, heights: HeightRaster, least_px_m: float) -> Floats:
    """Return (n,) the dwellings with a window or yard in view of each camera at a density or better.

    Counted as :func:`sensors.exposure.exposure` counts them for single cameras: the density on a wall is that of a
    target facing the camera, times the cosine of the angle it is looked at under; a yard in view is everybody's of the
    house. What two cameras both see counts for each of them.

    Args:
        fleet: n poses, those of one mount after one another.
        city: its dwellings.
        heights: what stands in the way.
        least_px_m: least density on the wall.
    """
    buildings = _homes_near(city, fleet)
    found = np.zeros(len(fleet))
    if not len(buildings):
        return found
    homes = homes_of(city, buildings, OUTSIDE_M)
    outdoors = heights.at(homes.xyz_m[:, 0], homes.xyz_m[:, 1]) <= homes.xyz_m[:, 2]
    point = np.flatnonzero(outdoors)
    unit = homes.unit[point]
    point = point[np.lexsort((point, homes.storey[unit], homes.building[unit]))]
    unit = homes.unit[point]
    shares = homes.dwellings[unit]
    for first in range(0, len(fleet), POSES_AT_ONCE):
        part = take_cameras(fleet, np.arange(first, min(first + POSES_AT_ONCE, len(fleet))))
        seen = visibility(part, heights, homes.xyz_m[point], least_px_m=least_px_m)
        feet = np.column_stack([part.x_m, part.y_m, part.height_m])
        _count(
            seen.indptr, seen.point, seen.px_per_m, homes.xyz_m[point], homes.outward[point], homes.building[unit],
            homes.storey[unit], shares, feet, least_px_m, found[first : first + len(part)],
        )  # fmt: skip
    return found


def _homes_near(city: City, fleet: CameraFleet) -> NDArray[np.int64]:
    """Return the rows of buildings with dwellings within reach of the box around a fleet."""
    homes = np.flatnonzero(city.buildings["dwellings"].to_numpy(np.int64) > 0)
    if not len(fleet):
        return homes[:0]
    far = float(fleet.range_m.max())
    box = shapely.box(fleet.x_m.min() - far, fleet.y_m.min() - far, fleet.x_m.max() + far, fleet.y_m.max() + far)
    near: NDArray[np.int64] = homes[shapely.intersects(city.buildings.geometry.to_numpy()[homes], box)]
    return near


@parallel_kernel
def _count(
    first: NDArray[np.int64], point: NDArray[np.int32], px_per_m: NDArray[np.float32], points: Floats, outward: Floats,
    building: NDArray[np.int64], storey: NDArray[np.int64], shares: Floats, feet: Floats, least_px_m: float,
    found: Floats,
) -> None:  # fmt: skip
    """Add up dwellings; points come house by house, the yard first, then storey by storey."""
    for i in prange(len(first) - 1):
        total, yard, windows, house, level = 0.0, 0.0, 0.0, -1, -2
        for entry in range(first[i], first[i + 1]):
            at = point[entry]
            if building[at] == house and storey[at] == level:
                continue
            x, y, z = feet[i, 0] - points[at, 0], feet[i, 1] - points[at, 1], feet[i, 2] - points[at, 2]
            facing = 1.0
            if outward[at, 0] != 0.0 or outward[at, 1] != 0.0:
                ahead = x * outward[at, 0] + y * outward[at, 1]
                facing = ahead / max((x * x + y * y + z * z) ** 0.5, 1e-9)
            if px_per_m[entry] * facing < least_px_m:
                continue
            if building[at] != house:
                total += max(yard, windows)
                yard, windows, house = 0.0, 0.0, building[at]
            level = storey[at]
            if level == YARD:
                yard = shares[at]
            else:
                windows += shares[at]
        found[i] = total + max(yard, windows)
