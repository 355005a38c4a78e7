"""Where a camera stands so that it sees what it is meant to see: poles at junctions, and plate cameras over lanes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from agents.ambient.rates import LANE_OCCUPANCY
from agents.ambient.roads import Roads
from agents.staging import shows_at
from agents.staging_spots import Spot, spot_of
from sensors.cameras import Camera
from twin.city import City
from twin.errors import InputError
from twin.records import Incident, Service, Visual

WIDTH_PX: Final = 960
HEIGHT_PX: Final = 540
SPOTLIGHT_HFOV_DEG: Final = 64.0
SPOTLIGHT_HEIGHT_M: Final = 7.0
PLATE_HFOV_DEG: Final = 14.0
PLATE_HEIGHT_M: Final = 5.0
PLATE_M: Final = 16.0  # along the street, from the camera to the plate: 225 px/m at 960 px
_SIGNAL_BONUS: Final = 1.5


@dataclass(frozen=True, slots=True)
class View:
    """A camera and the place before it where an incident is put.

    Attributes:
        camera: the camera.
        x_m, y_m: where the incident is to be, in the city's metres.
        node: the junction's node.
    """

    camera: Camera
    x_m: float
    y_m: float
    node: int


def busiest_junctions(city: City, n: int, apart_m: float = 250.0) -> list[int]:
    """Return up to ``n`` nodes, the busiest first.

    Busy is lanes times the class's peak traffic, half as much more with traffic lights. Chosen greedily, each
    ``apart_m`` or more from those before it; where the town is too small, that distance is halved until it fits.
    Equal junctions go by their number. A junction has three arms or more; in a town without one, two or one will do.
    """
    roads = Roads(city)
    nodes = _by_traffic(roads, len(city.nodes))
    places = np.column_stack([city.nodes.geometry.x, city.nodes.geometry.y])
    while apart_m > 5.0:
        chosen = _spread(nodes, places, n, apart_m)
        if len(chosen) >= min(n, len(nodes)):
            break
        apart_m /= 2
    return chosen if apart_m > 5.0 else [int(node) for node in nodes[:n]]


def _by_traffic(roads: Roads, count: int) -> np.ndarray:
    """Return junctions, best first."""
    ends = [roads.junction[roads.u], roads.junction[roads.v]]
    outer = ends[0] != ends[1]
    weight = roads.lanes * np.array([LANE_OCCUPANCY[name] for name in roads.street_class]) * outer
    score, arms, signal = np.zeros(count), np.zeros(count, np.int64), np.zeros(count, bool)
    for end in ends:
        np.add.at(score, end, weight)
        np.add.at(arms, end, outer)
    np.logical_or.at(signal, roads.junction, roads.signal)
    score = np.round(np.where(signal, _SIGNAL_BONUS, 1.0) * score, 6)
    for least_arms in (3, 2, 1):
        nodes = np.flatnonzero(arms >= least_arms)
        if len(nodes):
            break
    order = np.lexsort((nodes, -score[nodes]))
    return nodes[order]


def _spread(nodes: np.ndarray, places: np.ndarray, n: int, apart_m: float) -> list[int]:
    chosen: list[int] = []
    for node in nodes:
        away = np.hypot(*(places[chosen] - places[node]).T) if chosen else np.array([np.inf])
        if away.min() >= apart_m:
            chosen.append(int(node))
        if len(chosen) == n:
            break
    return chosen


class Ground:
    """What stands in the way of a pole or of a look: houses, and carriageways."""

    def __init__(self, city: City) -> None:
        self._houses = shapely.STRtree(city.buildings.geometry.to_numpy())
        streets = city.streets[city.streets["drive"]]
        self._streets = shapely.STRtree(streets.geometry.to_numpy())
        self._half_m = streets["width_m"].to_numpy(np.float64) / 2

    def free(self, x_m: float, y_m: float) -> bool:
        """Return whether a pole can stand there: 1 m off walls, 0.5 m off every carriageway."""
        point = shapely.Point(x_m, y_m)
        near = self._streets.query(point, predicate="dwithin", distance=20.0)
        away = shapely.distance(self._streets.geometries[near], point) - self._half_m[near]
        return self.open_air(x_m, y_m) and (not len(near) or float(away.min()) > 0.5)

    def open_air(self, x_m: float, y_m: float) -> bool:
        """Return whether a place is 1 m or more from every house."""
        return not len(self._houses.query(shapely.Point(x_m, y_m), predicate="dwithin", distance=1.0))

    def wall_near(self, x_m: float, y_m: float, reach_m: float) -> tuple[float, float] | None:
        """Return the place half a metre before the nearest wall, or None where none is that near."""
        point = shapely.Point(x_m, y_m)
        near = np.sort(self._houses.query(point, predicate="dwithin", distance=reach_m))
        if not len(near):
            return None
        houses = self._houses.geometries[near]
        wall = shapely.shortest_line(houses[int(shapely.distance(houses, point).argmin())], point)
        foot = wall.interpolate(min(0.5, wall.length))
        return foot.x, foot.y

    def sees(self, x1_m: float, y1_m: float, x2_m: float, y2_m: float) -> bool:
        """Return whether no house stands between two points."""
        line = shapely.LineString([(x1_m, y1_m), (x2_m, y2_m)])
        return not len(self._houses.query(line, predicate="intersects"))


def spotlight_camera(
    city: City, x_m: float, y_m: float, camera_id: str, height_m: float = SPOTLIGHT_HEIGHT_M
) -> Camera:
    """Return a camera on a pole at a corner of a junction, looking over it.

    Args:
        city: its houses and carriageways are kept clear of.
        x_m: the junction's middle, in the city's metres.
        y_m: the same to the north.
        camera_id: the camera's id.
        height_m: of the camera.

    Raises:
        InputError: there is no free place for a pole within 34 m from which the middle can be seen.
    """
    return _aimed_from_pole(Ground(city), (x_m, y_m, 0.5), camera_id, height_m)


def _aimed_from_pole(ground: Ground, at: tuple[float, float, float], camera_id: str, height_m: float) -> Camera:
    x_m, y_m, _ = at
    best, best_seen = None, -1
    for px, py in _ring(x_m, y_m):
        if best_seen >= 16 or not (ground.free(px, py) and ground.sees(px, py, x_m, y_m)):
            continue
        seen = sum(ground.sees(px, py, qx, qy) for qx, qy in _circle(x_m, y_m, 22.0, 16))
        if seen > best_seen:
            best, best_seen = (px, py), seen
    if best is None:
        raise InputError(f"place a camera at ({x_m:.0f}, {y_m:.0f})", "no free spot for a pole with a view; move it")
    return aimed(camera_id, *best, height_m, at, SPOTLIGHT_HFOV_DEG)


def _circle(x_m: float, y_m: float, radius_m: float, n: int) -> Iterator[tuple[float, float]]:
    for k in range(n):
        angle = 2 * math.pi * (k + 0.5) / n
        yield x_m + radius_m * math.sin(angle), y_m + radius_m * math.cos(angle)


def _ring(x_m: float, y_m: float) -> Iterator[tuple[float, float]]:
    """Places for a pole, the best distances first."""
    for radius_m in (15.0, 17.0, 13.0, 19.0, 11.0, 22.0, 25.0, 29.0, 34.0, 9.0):
        yield from _circle(x_m, y_m, radius_m, 32)


def aimed(
    camera_id: str,
    x_m: float,
    y_m: float,
    height_m: float,
    at: tuple[float, float, float],
    hfov_deg: float,
    kind: str = "fixed",
    range_m: float = 80.0,
) -> Camera:
    """Return a camera whose optical axis goes through a point (x, y, z), in metres."""
    dx, dy = at[0] - x_m, at[1] - y_m
    bearing = math.degrees(math.atan2(dx, dy)) % 360.0
    pitch = math.degrees(math.atan2(at[2] - height_m, math.hypot(dx, dy)))
    return Camera(
        camera_id, kind, round(x_m, 2), round(y_m, 2), height_m, round(bearing, 2) % 360.0, round(pitch, 2), hfov_deg,
        WIDTH_PX, HEIGHT_PX, range_m,
    )  # fmt: skip


def plate_camera(city: City, spot: Spot, camera_id: str) -> Camera:
    """Return a plate camera that a car standing at a spot looks into, 200 px/m or more on its front plate.

    It hangs on a pole beside the lane, or, where there is no room, on an arm over it.
    """
    ground, angle = Ground(city), math.radians(spot.along_deg)
    ahead, right = (math.sin(angle), math.cos(angle)), (math.cos(angle), -math.sin(angle))
    plate = (spot.x_m + 2.2 * ahead[0], spot.y_m + 2.2 * ahead[1])
    beside_m = spot.half_m - spot.off_m + 0.8
    places = [
        (plate[0] + ahead[0] * along + right[0] * aside, plate[1] + ahead[1] * along + right[1] * aside)
        for aside in (beside_m, 0.0, -1.5)
        for along in (PLATE_M, PLATE_M - 2, PLATE_M - 4)
    ]
    poles = [p for p in places[:3] if ground.free(*p) and ground.sees(*p, *plate)]
    arms = [p for p in places if ground.open_air(*p) and ground.sees(*p, *plate)]
    x_m, y_m = (poles or arms or places)[0]
    return aimed(camera_id, x_m, y_m, PLATE_HEIGHT_M, (*plate, 0.7), PLATE_HFOV_DEG, "plate", 30.0)


def view_of(city: City, node: int, visual: Visual, camera_id: str) -> View:
    """Return a camera at a junction and a place in its view where an incident of that kind will show.

    Args:
        city: the city.
        node: the junction, such as one of :func:`busiest_junctions`.
        visual: what is to be seen; a listed plate gets a plate camera.
        camera_id: the camera's id.

    Raises:
        InputError: no place for a pole with a view of any place for the incident.
    """
    here = city.nodes.geometry.iloc[node]
    ground = Ground(city)
    for x_m, y_m in [(here.x, here.y), *_circle(here.x, here.y, 14.0, 8), *_circle(here.x, here.y, 24.0, 8)]:
        incident = _incident(visual, node, x_m, y_m)
        spot = spot_of(incident, city)
        if visual == Visual.LISTED_PLATE:
            return View(plate_camera(city, spot, camera_id), x_m, y_m, node)
        if not ground.open_air(spot.x_m, spot.y_m):
            continue
        try:
            at = shows_at(incident, spot)
            return View(_aimed_from_pole(ground, at, camera_id, SPOTLIGHT_HEIGHT_M), x_m, y_m, node)
        except InputError:
            continue
    raise InputError(
        f"place camera {camera_id} at node {node}", "no free spot for a pole with a view; use another node"
    )


def _incident(visual: Visual, node: int, x_m: float, y_m: float) -> Incident:
    return Incident(0, 0, Service.POLICE, "", 3, node, x_m, y_m, visual, 1, 0, False)
