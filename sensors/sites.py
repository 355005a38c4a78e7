"""Where cameras can hang: poles beside the carriageway at junctions, walls of buildings, poles at places.

A queue of sites is ordered once, by draws tied to each site, so that the first of them are the same however many are
taken. A site gives another spot in each round, for fleets with more cameras than sites.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from sensors.sightline import Floats
from twin.city import City
from twin.streams import draw_unit

CLEAR_OF_WALLS_M: Final = 0.3
POLE_BESIDE_M: Final = 1.2
ROUND_ALONG_M: Final = 30.0
FACADE_M: Final = 9.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A place to hang a camera, and the bearing it would look along."""

    x_m: float
    y_m: float
    bearing_deg: float


class Sites(Protocol):
    """One family of sites, in the order they are taken."""

    def __len__(self) -> int:
        """Return how many there are."""
        ...

    def spot(self, row: int, turn: int, kind: str) -> Spot | None:
        """Return the spot of the row-th site in that round for a camera of that kind; None where it has none."""
        ...


class Obstacles:
    """Buildings and carriageways, asked whether a pole can stand somewhere."""

    def __init__(self, city: City) -> None:
        streets = city.streets[city.streets["drive"].to_numpy(dtype=bool)]
        self._buildings = shapely.STRtree(city.buildings.geometry.to_numpy())
        self._lines = streets.geometry.to_numpy()
        self._streets = shapely.STRtree(self._lines)
        self._half_width = streets["width_m"].to_numpy(np.float64) / 2.0

    def clear(self, spot: Spot) -> bool:
        """Return whether the spot lies off every carriageway, clear of the walls."""
        point = shapely.Point(spot.x_m, spot.y_m)
        if len(self._buildings.query(point, "dwithin", CLEAR_OF_WALLS_M)):
            return False
        near = self._streets.query(point, "dwithin", float(self._half_width.max(initial=0.0)))
        return bool((shapely.distance(self._lines[near], point) >= self._half_width[near]).all())


class JunctionSites:
    """A pole beside each arm of each junction, looking along the arm away from it; great streets first.

    A junction is a node with three or more drivable ways; in a city without one, every node of a drivable street.
    """

    def __init__(self, city: City, weights: Mapping[str, float], seed: int) -> None:
        streets = city.streets[city.streets["drive"].to_numpy(dtype=bool)]
        ends = np.concatenate([streets["u"].to_numpy(np.int64), streets["v"].to_numpy(np.int64)])
        ways = np.bincount(ends, minlength=len(city.nodes) + 1)
        wanted = ways[ends] >= (3 if (ways >= 3).any() else 1)
        weight = np.array([weights.get(name, 1.0) for name in streets["street_class"]], dtype=np.float64)
        arm = np.arange(len(ends))[wanted]
        keys = draw_unit(seed, "junction sites", arm) / np.tile(weight, 2)[arm]
        self._arms = arm[np.argsort(keys, kind="stable")]
        self._lines: Sequence[Any] = streets.geometry.to_numpy()
        self._width = streets["width_m"].to_numpy(np.float64)
        self._widest = np.zeros(len(ways))
        np.maximum.at(self._widest, ends, np.tile(self._width, 2))
        self._ends = ends

    def __len__(self) -> int:
        return len(self._arms)

    def spot(self, row: int, turn: int, kind: str) -> Spot | None:
        """Return the pole on the right of the arm, on the left in odd rounds, 30 m farther each second round."""
        arm = int(self._arms[row])
        line = self._lines[arm % len(self._lines)]
        if arm >= len(self._lines):
            line = shapely.reverse(line)
        along_m = self._widest[self._ends[arm]] / 2.0 + 2.0 + ROUND_ALONG_M * (turn // 2)
        if along_m > line.length / 2.0 and turn > 1:
            return None
        here, ahead = (line.interpolate(min(along_m, line.length / 2.0) + more) for more in (0.0, 10.0))
        east, north = _unit(ahead.x - here.x, ahead.y - here.y)
        beside_m = (self._width[arm % len(self._lines)] / 2.0 + POLE_BESIDE_M) * (1.0 if turn % 2 == 0 else -1.0)
        return Spot(here.x + north * beside_m, here.y - east * beside_m, _bearing(east, north))


class EntranceSites:
    """Long walls of dwellings, blocks of many flats first: on the wall, looking along it, or on a pole before it."""

    def __init__(self, city: City, seed: int) -> None:
        homes = np.flatnonzero(city.buildings["dwellings"].to_numpy(np.int64) > 0)
        dwellings = city.buildings["dwellings"].to_numpy(np.int64)[homes]
        self._rows = homes[np.argsort(draw_unit(seed, "entrance sites", homes) / dwellings, kind="stable")]
        self._shapes: Sequence[Any] = city.buildings.geometry.to_numpy()

    def __len__(self) -> int:
        return len(self._rows)

    def spot(self, row: int, turn: int, kind: str) -> Spot | None:
        """Return a spot on the longest side, on the next longest in the next round."""
        corners = np.asarray(shapely.orient_polygons(self._shapes[self._rows[row]]).exterior.coords)[:, :2]
        sides = np.diff(corners, axis=0)
        lengths = np.hypot(sides[:, 0], sides[:, 1])
        order = np.argsort(-lengths, kind="stable")
        if turn >= len(order) or lengths[order[turn]] < 4.0:
            return None
        side = int(order[turn])
        east, north = _unit(*sides[side])
        if kind == "face":
            middle = corners[side] + 0.5 * sides[side]
            return Spot(middle[0] + north * FACADE_M, middle[1] - east * FACADE_M, _bearing(-north, east))
        start = corners[side] + 0.1 * sides[side]
        outward = _unit(east + 0.3 * north, north - 0.3 * east)
        return Spot(start[0] + 0.8 * north, start[1] - 0.8 * east, _bearing(*outward))


class PlaceSites:
    """Poles 12 to 24 m from schools, bazaars, stations and the like, looking at them."""

    def __init__(self, city: City, seed: int) -> None:
        self._seed = seed
        self._xy: Floats = shapely.get_coordinates(city.places.geometry.to_numpy())
        self._rows = np.argsort(draw_unit(seed, "place sites", np.arange(len(self._xy))), kind="stable")

    def __len__(self) -> int:
        return len(self._rows)

    def spot(self, row: int, turn: int, kind: str) -> Spot | None:
        """Return a pole at a distance and on a side that is another in each round."""
        place = int(self._rows[row])
        side = 2.0 * math.pi * float(draw_unit(self._seed, "place side", place, turn))
        far_m = 12.0 + 12.0 * float(draw_unit(self._seed, "place distance", place, turn))
        east, north = math.sin(side), math.cos(side)
        x_m, y_m = self._xy[place]
        return Spot(float(x_m) - far_m * east, float(y_m) - far_m * north, _bearing(east, north))


class Queue:
    """Takes spots of one family one after another, passing over those that stand in buildings or are too near."""

    ROUNDS: Final = 12

    def __init__(self, sites: Sites, obstacles: Obstacles) -> None:
        self._sites, self._obstacles = sites, obstacles
        self._next = 0

    def take(self, kind: str) -> Spot | None:
        """Return the next spot for a camera of that kind; None when every round is used up."""
        while self._next < self.ROUNDS * len(self._sites):
            turn, row = divmod(self._next, len(self._sites))
            self._next += 1
            spot = self._sites.spot(row, turn, kind)
            if spot is not None and self._obstacles.clear(spot):
                return spot
        return None


def _unit(east: float, north: float) -> tuple[float, float]:
    length = math.hypot(east, north) or 1.0
    return float(east) / length, float(north) / length


def _bearing(east: float, north: float) -> float:
    return math.degrees(math.atan2(east, north)) % 360.0


def chosen(shares: Mapping[str, float], draw: float) -> str:
    """Return the name whose stretch of the summed shares holds the draw in (0, 1)."""
    names, ends = list(shares), np.cumsum(list(shares.values()))
    ends_: NDArray[np.float64] = ends / ends[-1]
    return names[min(int(np.searchsorted(ends_, draw)), len(names) - 1)]
