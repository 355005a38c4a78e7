"""Where a camera can be hung: masts beside streets, masts at crossings, walls of buildings, masts before gates.

Each family is worked out for a whole city at once, in arrays. Lamp posts are those the city is lit by. What is found
stands clear of walls and carriageways.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from sensors.candidate_options import MOUNTS, CandidateOptions, MountOption
from sensors.queues import Obstacles
from sensors.sightline import Floats
from sensors.sites import POLE_BESIDE_M
from twin.city import City
from twin.city.model import STREET_CLASSES
from twin.city.standing import lamp_posts_in

MOST_HIGH_M: Final = 500.0
OFF_WALL_M: Final = 0.4
BEFORE_GATE_M: Final = 14.0
LEAST_WALL_M: Final = 6.0
NO_MASTS: Final = ("track", "footway", "path", "steps", "cycleway", "service")
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Mounts:
    """Places to hang cameras, (n,) each.

    Attributes:
        x_m, y_m: in the city's metres.
        facing_deg: the way the mount faces, clockwise from north: along the street, or away from the wall.
        top_m: a camera hangs below this height.
        family: row of ``candidate_options.MOUNTS``.
    """

    x_m: Floats
    y_m: Floats
    facing_deg: Floats
    top_m: Floats
    family: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.x_m)

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Mounts:
        """Return some of them."""
        return Mounts(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def mounts_in(city: City, area: shapely.Geometry, options: CandidateOptions) -> Mounts:
    """Return all mounts of a city that lie in an area, family by family in the order of ``MOUNTS``.

    Args:
        city: with streets, buildings and places; any of them may be empty.
        area: in the city's metres.
        options: which families there are, and their spacing.
    """
    makers = {"lamp_post": _lamp_posts, "pole": _poles, "crossing": _crossings, "facade": _facades, "gate": _gates}
    obstacles, made = Obstacles(city), []
    shapely.prepare(area)
    for name in MOUNTS:
        if name in options.mounts:
            x_m, y_m, facing_deg, top_m = makers[name](city, area, options.mounts[name])
            family = np.full(len(x_m), MOUNTS.index(name), dtype=np.int8)
            found = Mounts(x_m, y_m, facing_deg % 360.0, top_m, family)
            found = found.take(shapely.contains_xy(area, found.x_m, found.y_m))
            made.append(found.take(obstacles.clear(found.x_m, found.y_m)) if len(found) else found)
    return Mounts(*(np.concatenate([getattr(part, name) for part in made]) for name in Mounts.__dataclass_fields__))


Made = tuple[Floats, Floats, Floats, Floats]


def _lamp_posts(city: City, area: shapely.Geometry, option: MountOption) -> Made:
    """The city's lamp posts, a camera on the side of the carriageway, each facing along the street it lights."""
    posts = lamp_posts_in(city, area.bounds)
    if not len(posts):
        return _none()
    lines = city.streets.geometry.loc[posts.street].to_numpy()
    along_m = shapely.line_locate_point(lines, shapely.points(posts.foot_m))
    _, way = _at(lines, along_m)
    return posts.foot_m[:, 0], posts.foot_m[:, 1], _bearing(way), posts.lamp_m[:, 2]


def _poles(city: City, area: shapely.Geometry, option: MountOption) -> Made:
    """New masts beside the carriageway, on alternate sides, from half a spacing after the street's start."""
    streets = _drivable(city, area)
    streets = streets[~streets["street_class"].isin(NO_MASTS)]
    lines = streets.geometry.to_numpy()
    length_m = shapely.length(lines)
    count = np.maximum(np.rint(length_m / option.every_m), 1).astype(np.int64)
    street = np.repeat(np.arange(len(lines)), count)
    nth = np.arange(len(street)) - np.repeat(np.cumsum(count) - count, count)
    here, way = _at(lines[street], (nth + 0.5) * (length_m / count)[street])
    beside_m = streets["width_m"].to_numpy(np.float64)[street] / 2.0 + POLE_BESIDE_M
    side = np.where((nth + street) % 2 == 0, 1.0, -1.0) * beside_m
    return here[:, 0] + way[:, 1] * side, here[:, 1] - way[:, 0] * side, _bearing(way), np.full(len(here), MOST_HIGH_M)


def _crossings(city: City, area: shapely.Geometry, option: MountOption) -> Made:
    """A mast on the right of each arm of each junction of three ways or more, looking along the arm away from it."""
    streets = city.streets[city.streets["drive"].to_numpy(dtype=bool)]
    u, v = streets["u"].to_numpy(np.int64), streets["v"].to_numpy(np.int64)
    ends = np.concatenate([u, v])
    ways = np.bincount(ends, minlength=len(city.nodes))
    small = streets["street_class"].isin(["service", "living_street", "track"]).to_numpy()
    width_m = streets["width_m"].to_numpy(np.float64)
    widest = np.zeros(len(city.nodes))
    np.maximum.at(widest, ends, np.tile(width_m, 2))
    arm = np.flatnonzero((ways[ends] >= 3) & ~np.tile(small, 2))
    street, node = arm % len(streets), ends[arm]
    lines = streets.geometry.to_numpy()[street]
    lines = np.where(arm >= len(streets), shapely.reverse(lines), lines)
    here, way = _at(lines, np.minimum(widest[node] / 2.0 + 2.0, shapely.length(lines) / 2.0))
    beside_m = width_m[street] / 2.0 + POLE_BESIDE_M
    x_m, y_m = here[:, 0] + way[:, 1] * beside_m, here[:, 1] - way[:, 0] * beside_m
    return x_m, y_m, _bearing(way), np.full(len(here), MOST_HIGH_M)


def _facades(city: City, area: shapely.Geometry, option: MountOption) -> Made:
    """Points along outer walls, looking away from them; buildings of as many storeys as asked for, or more."""
    chosen = (city.buildings["storeys"] >= option.least_storeys).to_numpy()
    homes = np.flatnonzero(chosen & shapely.intersects(city.buildings.geometry.to_numpy(), area))
    rings = shapely.get_exterior_ring(shapely.orient_polygons(city.buildings.geometry.to_numpy()[homes]))
    corners, owner = shapely.get_coordinates(rings, return_index=True)
    same = owner[1:] == owner[:-1]
    start, side, wall_of = corners[:-1][same], np.diff(corners, axis=0)[same], owner[:-1][same]
    length_m = np.hypot(side[:, 0], side[:, 1])
    long = length_m >= LEAST_WALL_M
    start, side, wall_of, length_m = start[long], side[long], wall_of[long], length_m[long]
    count = np.maximum(np.rint(length_m / option.every_m), 1).astype(np.int64)
    wall = np.repeat(np.arange(len(count)), count)
    along = (np.arange(len(wall)) - np.repeat(np.cumsum(count) - count, count) + 0.5) / count[wall]
    outward = np.column_stack([side[:, 1], -side[:, 0]])[wall] / length_m[wall][:, None]
    at = start[wall] + along[:, None] * side[wall] + OFF_WALL_M * outward
    top_m = city.buildings["height_m"].to_numpy(np.float64)[homes[wall_of[wall]]] - 0.5
    return at[:, 0], at[:, 1], _bearing(outward), top_m


def _gates(city: City, area: shapely.Geometry, option: MountOption) -> Made:
    """A mast on each of four sides of a gate, school or the like, facing it."""
    chosen = city.places["kind"].isin(option.kinds).to_numpy(dtype=bool)
    xy = shapely.get_coordinates(city.places.geometry.to_numpy()[chosen]).reshape(-1, 2)
    way = np.array([[0.0, 1.0], [1.0, 0.0], [0.0, -1.0], [-1.0, 0.0]])
    at = (xy[:, None, :] - BEFORE_GATE_M * way[None, :, :]).reshape(-1, 2)
    facing = np.tile(_bearing(way), len(xy))
    return at[:, 0], at[:, 1], facing, np.full(len(at), MOST_HIGH_M)


def _drivable(city: City, area: shapely.Geometry) -> gpd.GeoDataFrame:
    wanted = city.streets["drive"].to_numpy(dtype=bool) & city.streets["street_class"].isin(STREET_CLASSES).to_numpy()
    return city.streets[wanted & shapely.intersects(city.streets.geometry.to_numpy(), area)]


def _at(lines: NDArray[np.object_], along_m: Floats) -> tuple[Floats, Floats]:
    """Return the points (n, 2) at a distance along each line, and the unit way the line goes there."""
    step_m = np.minimum(0.5, shapely.length(lines) / 4.0)
    before = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.maximum(along_m - step_m, 0.0)))
    after = shapely.get_coordinates(shapely.line_interpolate_point(lines, along_m + step_m))
    way = after - before
    length = np.hypot(way[:, 0], way[:, 1])
    return (before + after) / 2.0, way / np.maximum(length, 1e-9)[:, None]


def _bearing(way: Floats) -> Floats:
    turned: Floats = np.degrees(np.arctan2(way[:, 0], way[:, 1])) % 360.0
    return turned


def _none() -> Made:
    return np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0)
