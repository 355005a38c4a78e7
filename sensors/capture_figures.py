"""What a fleet's plate and face cameras can read where they hang: metres of street, metres of a walk towards them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from sensors.cameras import Camera, CameraFleet, take_cameras
from sensors.capture import face_capturable, load_capture, plate_readable
from sensors.poses import poses_of, take_poses
from sensors.samples import along_streets
from sensors.visibility import visibility
from twin.city import City
from twin.city.heights import HeightRaster

WALK_STEP_M: Final = 0.5
WALK_KMH: Final = 5.0

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def capture_figures(fleet: CameraFleet, heights: HeightRaster, city: City) -> dict[str, Any]:
    """Return what plate and face cameras can capture, ready for JSON.

    A plate is asked for every 5 m of both halves of each drivable street in range and in sight, of vehicles that keep
    to the right at its speed limit; a face every half metre of a straight walk towards the camera, along its axis.

    Args:
        fleet: n cameras; masks are not asked.
        heights: what stands in the way.
        city: its streets.

    Returns:
        ``plate``: ``cameras``, ``able`` (that can read plates somewhere), ``street_km`` on which somebody can, and
        ``of_km``; ``face``: ``cameras``, ``able``, ``median_walk_m`` of those able; ``conditions``: their sources.
    """
    plates = np.flatnonzero(fleet.kind == "plate")
    faces = np.flatnonzero(fleet.kind == "face")
    able, street_km, of_km = _plates(take_cameras(fleet, plates), heights, city)
    walks = np.array([_walk_m(fleet[int(row)]) for row in faces])
    capture = load_capture()
    return {
        "plate": {"cameras": len(plates), "able": able, "street_km": street_km, "of_km": of_km},
        "face": {
            "cameras": len(faces),
            "able": int((walks > 0).sum()),
            "median_walk_m": float(np.median(walks[walks > 0])) if (walks > 0).any() else None,
        },
        "conditions": {"plate": capture.plate.source, "face": capture.face.source},
    }


def _plates(fleet: CameraFleet, heights: HeightRaster, city: City) -> tuple[int, float, float]:
    """Return how many cameras read plates somewhere, and the kilometres of street on which one does, and of all."""
    streets = city.streets[city.streets["drive"].to_numpy(dtype=bool)]
    points, metres, street = along_streets(streets)
    of_km = float(metres.sum()) / 1000.0
    if not len(fleet) or not len(points):
        return 0, 0.0, of_km
    near = _in_range(fleet, points)
    points, metres, street = points[near], metres[near] / 2.0, street[near]
    lane, heading = _halves(streets, points, street)
    spots = np.column_stack([lane, np.full(len(lane), load_capture().plate.height_m)])
    speed, metres = np.tile(streets["speed_kmh"].to_numpy(np.float64)[street], 2), np.tile(metres, 2)
    poses = poses_of(fleet)
    found = visibility(poses.fleet, heights, spots)
    read, able = np.zeros(len(spots), dtype=bool), 0
    for row in range(len(poses)):
        seen = found.point[found.indptr[row] : found.indptr[row + 1]]
        camera = take_poses(poses, np.array([row])).lenses[0]
        got = plate_readable(camera, spots[seen, 0], spots[seen, 1], heading[seen], speed[seen]).readable
        read[seen[got]] = True
        able += bool(got.any())
    return able, float(metres[read].sum()) / 1000.0, of_km


def _in_range(fleet: CameraFleet, points: Floats) -> Ints:
    """Return the rows of points within range of some camera, ascending."""
    spots = shapely.points(fleet.x_m, fleet.y_m)
    _, row = shapely.STRtree(shapely.points(points)).query(spots, "dwithin", fleet.range_m)
    return np.unique(row).astype(np.int64)


def _halves(streets: Any, points: Floats, street: Ints) -> tuple[Floats, Floats]:
    """Return the middles (2 n, 2) of the right and the left half of the carriageway at points, and who drives where."""
    along = _heading(streets.geometry.to_numpy()[street], points)
    aside_m = (streets["width_m"].to_numpy(np.float64) / 4.0)[street]
    right = np.column_stack([np.cos(np.radians(along)), -np.sin(np.radians(along))]) * aside_m[:, None]
    back = np.where(streets["oneway"].to_numpy(dtype=bool)[street], 0.0, 180.0)
    return np.concatenate([points + right, points - right]), np.concatenate([along, along + back])


def _heading(lines: NDArray[np.object_], points: Floats) -> Floats:
    """Return the bearing (n,) of each line where it passes its point."""
    at_m = shapely.line_locate_point(lines, shapely.points(points))
    back, ahead = (shapely.get_coordinates(shapely.line_interpolate_point(lines, at_m + d)) for d in (-1.0, 1.0))
    bearing: Floats = np.degrees(np.arctan2(*(ahead - back).T)) % 360.0
    return bearing


def _walk_m(camera: Camera) -> float:
    """Return the metres of a walk towards a camera, along its axis, on which a face can be captured."""
    away = np.arange(WALK_STEP_M, camera.range_m + WALK_STEP_M, WALK_STEP_M)
    turn = np.radians(camera.bearing_deg)
    x_m, y_m = camera.x_m + away * np.sin(turn), camera.y_m + away * np.cos(turn)
    got = face_capturable(camera, x_m, y_m, camera.bearing_deg + 180.0, WALK_KMH)
    return float(got.readable.sum()) * WALK_STEP_M
