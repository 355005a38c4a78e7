"""An exact test of lines of sight on the outlines of buildings: no raster, every ray against every wall."""

from __future__ import annotations

import numpy as np
import shapely
from numba import njit

from sensors.cameras import Camera
from sensors.sightline import MOUNT_M
from twin.city import City


def walls_near(city: City, camera: Camera, reach_m: float):
    """Return the walls (k, 4), x and y of both ends, of the buildings within reach, their building and its roof."""
    shapes = city.buildings.geometry.to_numpy()
    near = city.buildings.sindex.query(shapely.Point(camera.x_m, camera.y_m).buffer(reach_m))
    rings, owner = shapely.get_rings(shapes[near], return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    building = near[owner[ring[:-1][same]]]
    roof_m = np.rint(city.buildings["height_m"].to_numpy()[building] * 10.0) / 10.0
    return np.hstack([corners[:-1][same], corners[1:][same]]), building, roof_m


def seen_exactly(camera: Camera, xyz_m, walls, building, roof_m):
    """Return which points (n,), all outdoors and below the camera, it sees over the roofs; see ``walls_near``.

    A ray falls towards its target, so over a building it is lowest where it leaves: it is blocked if it leaves below
    the roof, further than the mount's reach from the camera.
    """
    order = np.argsort(building, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(building[order]) != 0, True]) if len(order) else np.zeros(1, np.int64)
    eye = np.array([camera.x_m, camera.y_m, camera.height_m])
    return _seen(eye, np.asarray(xyz_m, np.float64), walls[order], roof_m[order], starts)


@njit(cache=True)
def _seen(eye, points, walls, roof_m, starts):
    seen = np.ones(len(points), dtype=np.bool_)
    for i in range(len(points)):
        dx, dy, dz = points[i, 0] - eye[0], points[i, 1] - eye[1], points[i, 2] - eye[2]
        from_share = MOUNT_M / max(np.hypot(dx, dy), 1e-9)
        for b in range(len(starts) - 1):
            leaves = -1.0
            for w in range(starts[b], starts[b + 1]):
                ax, ay = walls[w, 0] - eye[0], walls[w, 1] - eye[1]
                wx, wy = walls[w, 2] - walls[w, 0], walls[w, 3] - walls[w, 1]
                across = dx * wy - dy * wx
                if across == 0.0:
                    continue
                share, along = (ax * wy - ay * wx) / across, (ax * dy - ay * dx) / across
                if 0.0 <= share <= 1.0 and 0.0 <= along <= 1.0:
                    leaves = max(leaves, share)
            if leaves > from_share and eye[2] + dz * leaves < roof_m[starts[b]]:
                seen[i] = False
                break
    return seen
