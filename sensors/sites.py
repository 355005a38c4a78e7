"""Where cameras can hang: poles beside the carriageway at junctions, walls of buildings, poles at places.

The sites of a family are ordered once, by draws tied to each site, so that the first of them are the same however many
are taken. A site gives another spot in each round, for fleets with more cameras than sites. All is asked for many sites
at a time, since a fleet of a whole city has tens of thousands of cameras.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from sensors.sightline import Floats
from twin.city import City
from twin.streams import draw_unit

POLE_BESIDE_M: Final = 1.2
ROUND_ALONG_M: Final = 30.0
FACADE_M: Final = 9.0
LEAST_WALL_M: Final = 4.0

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Spots:
    """Places to hang cameras, (n,) each: position, the bearing a camera would look along, and whether there is one."""

    x_m: Floats
    y_m: Floats
    bearing_deg: Floats
    there: NDArray[np.bool_]


class Sites(Protocol):
    """One family of sites, in the order they are taken."""

    def __len__(self) -> int:
        """Return how many there are."""
        ...

    def spots(self, rows: Ints, turns: Ints, facing: bool) -> Spots:
        """Return the spot of each site in that round, before its entrance where ``facing``, else as for any camera."""
        ...


class JunctionSites:
    """A pole beside each arm of each junction, looking along the arm away from it; great streets first.

    A junction is a node with three or more drivable ways; in a city without one, every node of a drivable street.

    Args:
        city: with streets.
        weights: how much sooner an arm of a class is taken than one of weight 1.
        seed: another seed gives another order.
        nodes: (nodes,) which junctions may be taken, by default all.
        only: leave out arms of classes without a weight, where there are others.
    """

    def __init__(
        self,
        city: City,
        weights: Mapping[str, float],
        seed: int,
        nodes: NDArray[np.bool_] | None = None,
        only: bool = False,
    ) -> None:
        streets = city.streets[city.streets["drive"].to_numpy(dtype=bool)]
        ends = np.concatenate([streets["u"].to_numpy(np.int64), streets["v"].to_numpy(np.int64)])
        ways = np.bincount(ends, minlength=len(city.nodes) + 1)
        wanted = ways[ends] >= (3 if (ways >= 3).any() else 1)
        classes = streets["street_class"].to_numpy().astype(str)
        if nodes is not None:
            wanted &= nodes[ends]
        known = wanted & np.tile(np.isin(classes, list(weights)), 2)
        if only and known.any():
            wanted = known
        weight = np.array([weights.get(name, 1.0) for name in classes], dtype=np.float64)
        arm = np.arange(len(ends))[wanted]
        keys = draw_unit(seed, "junction sites", arm) / np.tile(weight, 2)[arm]
        self._arms = arm[np.argsort(keys, kind="stable")]
        self._lines = streets.geometry.to_numpy()
        self._width = streets["width_m"].to_numpy(np.float64)
        self._widest = np.zeros(len(ways))
        np.maximum.at(self._widest, ends, np.tile(self._width, 2))
        self._ends = ends

    def __len__(self) -> int:
        return len(self._arms)

    def spots(self, rows: Ints, turns: Ints, facing: bool) -> Spots:
        """Return poles on the right of the arms, on the left in odd rounds, 30 m farther each second round."""
        arms = self._arms[rows]
        street = arms % len(self._lines)
        lines = self._lines[street]
        backwards = arms >= len(self._lines)
        lines[backwards] = shapely.reverse(lines[backwards])
        half_m = shapely.length(lines) / 2.0
        along_m = self._widest[self._ends[arms]] / 2.0 + 2.0 + ROUND_ALONG_M * (turns // 2)
        there = (along_m <= half_m) | (turns <= 1)
        at_m = np.minimum(along_m, half_m)
        here, ahead = (shapely.get_coordinates(shapely.line_interpolate_point(lines, at_m + on)) for on in (0.0, 10.0))
        east, north = _unit(ahead - here)
        beside_m = (self._width[street] / 2.0 + POLE_BESIDE_M) * np.where(turns % 2 == 0, 1.0, -1.0)
        return Spots(here[:, 0] + north * beside_m, here[:, 1] - east * beside_m, _bearing(east, north), there)


class EntranceSites:
    """Long walls of dwellings, blocks of many flats first: on the wall, looking along it, or on a pole before it."""

    def __init__(self, city: City, seed: int) -> None:
        dwellings = city.buildings["dwellings"].to_numpy(np.int64)
        homes = np.flatnonzero(dwellings > 0)
        self._rows = homes[np.argsort(draw_unit(seed, "entrance sites", homes) / dwellings[homes], kind="stable")]
        self._shapes = city.buildings.geometry.to_numpy()

    def __len__(self) -> int:
        return len(self._rows)

    def spots(self, rows: Ints, turns: Ints, facing: bool) -> Spots:
        """Return spots on the longest sides, on the next longest in the next round."""
        rings = shapely.get_exterior_ring(shapely.orient_polygons(self._shapes[self._rows[rows]]))
        corners, ring = shapely.get_coordinates(rings, return_index=True)
        side = np.flatnonzero(ring[1:] == ring[:-1])
        along = corners[side + 1] - corners[side]
        length_m = np.hypot(along[:, 0], along[:, 1])
        order = np.lexsort((side, -length_m, ring[side]))
        first = np.searchsorted(ring[side][order], np.arange(len(rows)))
        count = np.bincount(ring[side], minlength=len(rows))
        there = turns < count
        chosen = order[first + np.where(there, turns, 0)]
        there &= length_m[chosen] >= LEAST_WALL_M
        start, (east, north) = corners[side[chosen]], _unit(along[chosen])
        if facing:
            middle = start + 0.5 * along[chosen]
            return Spots(middle[:, 0] + north * FACADE_M, middle[:, 1] - east * FACADE_M, _bearing(-north, east), there)
        start = start + 0.1 * along[chosen]
        outward = _unit(np.column_stack([east + 0.3 * north, north - 0.3 * east]))
        return Spots(start[:, 0] + 0.8 * north, start[:, 1] - 0.8 * east, _bearing(*outward), there)


class PlaceSites:
    """Poles 12 to 24 m, later farther, from places of some kinds (None: all), such as schools, looking at them."""

    def __init__(self, city: City, seed: int, kinds: Sequence[str] | None = None) -> None:
        self._seed = seed
        self._xy: Floats = shapely.get_coordinates(city.places.geometry.to_numpy()).reshape(-1, 2)
        rows = np.arange(len(self._xy))
        if kinds is not None:
            rows = rows[city.places["kind"].isin(kinds).to_numpy()]
        self._rows = rows[np.argsort(draw_unit(seed, "place sites", rows), kind="stable")]

    def __len__(self) -> int:
        return len(self._rows)

    def spots(self, rows: Ints, turns: Ints, facing: bool) -> Spots:
        """Return poles at a distance and on a side that is another in each round."""
        places = self._rows[rows]
        side = 2.0 * np.pi * draw_unit(self._seed, "place side", places, turns)
        far_m = 12.0 + (12.0 + 3.0 * turns) * draw_unit(self._seed, "place distance", places, turns)
        east, north = np.sin(side), np.cos(side)
        x_m, y_m = self._xy[places].T
        return Spots(x_m - far_m * east, y_m - far_m * north, _bearing(east, north), np.ones(len(rows), dtype=bool))


def _unit(along: Floats) -> tuple[Floats, Floats]:
    length = np.hypot(along[:, 0], along[:, 1])
    length[length == 0.0] = 1.0
    return along[:, 0] / length, along[:, 1] / length


def _bearing(east: Floats, north: Floats) -> Floats:
    turned: Floats = np.degrees(np.arctan2(east, north)) % 360.0
    return turned
