"""A city in pieces: the parts of a district, or rectangles of about as many junctions each, that lose nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.model import City
from twin.errors import InputError, unknown_name

MOST_JUNCTIONS: Final = 5000
"""Junctions of one tile at most: what one OpenDRIVE map holds in seconds and not in minutes and gigabytes."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Tile:
    """A rectangle of the city; the outermost tiles reach beyond its bounds, so that every point lies in one.

    Attributes:
        number: from 0 up.
        box_m: west, south, east, north; west and south edges belong to the tile, the others do not.
        junctions: how many junctions lie in it.
    """

    number: int
    box_m: Box
    junctions: int

    def holds(self, xy_m: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return whether each of (n, 2) points lies in the tile; a point lies in exactly one."""
        west, south, east, north = self.box_m
        x, y = xy_m[:, 0], xy_m[:, 1]
        inside: NDArray[np.bool_] = (x >= west) & (x < east) & (y >= south) & (y < north)
        return inside

    def shape(self, city: City) -> Any:
        """Return the tile's rectangle within the city's bounds and a metre beyond."""
        whole = city.bounds_m
        return shapely.box(
            max(self.box_m[0], whole[0] - 1), max(self.box_m[1], whole[1] - 1),
            min(self.box_m[2], whole[2] + 1), min(self.box_m[3], whole[3] + 1),
        )  # fmt: skip


def junctions_of(city: City) -> NDArray[np.bool_]:
    """Return which nodes are junctions: at least three ends of drivable streets meet there."""
    ends = city.streets.loc[city.streets["drive"], ["u", "v"]].to_numpy().ravel()
    junctions: NDArray[np.bool_] = np.bincount(ends, minlength=len(city.nodes)) >= 3
    return junctions


def tiles_of(city: City, most_junctions: int = MOST_JUNCTIONS) -> list[Tile]:
    """Cut a city into the fewest rectangles of at most so many junctions, each about as many as the next.

    A rectangle is cut across its longer side, between the junctions in the order of their coordinate (as in Bentley's
    k-d tree, Communications of the ACM 18, 1975). The same city gives the same tiles.
    """
    xy_m = shapely.get_coordinates(city.nodes.geometry.to_numpy())[junctions_of(city)]
    everything = (-math.inf, -math.inf, math.inf, math.inf)
    boxes = _cut(xy_m, everything, max(1, math.ceil(len(xy_m) / most_junctions)), most_junctions)
    return [Tile(number, box, count) for number, (box, count) in enumerate(boxes)]


def tile_numbered(city: City, number: int) -> Tile:
    """Return one tile.

    Raises:
        InputError: there is no tile of that number.
    """
    tiles = tiles_of(city)
    if not 0 <= number < len(tiles):
        raise InputError(f"take tile {number} of {city.name}", f"it has {len(tiles)} tiles, 0 to {len(tiles) - 1}")
    return tiles[number]


def district_named(city: City, name: str) -> int:
    """Return the row of a district, called by its name or by a part of it that no other district has.

    Raises:
        InputError: no district of the city is called so.
    """
    names = city.districts["name"].tolist()
    asked = name.casefold()
    same = [row for row, each in enumerate(names) if each.casefold() == asked]
    near = same or [row for row, each in enumerate(names) if asked and asked in each.casefold()]
    if len(near) == 1 or same:
        return near[0]
    raise InputError(f"take the district {name!r} of {city.name}", unknown_name("district", name, names))


def _cut(xy_m: NDArray[np.float64], box: Box, pieces: int, most: int) -> list[tuple[Box, int]]:
    if pieces <= 1 and len(xy_m) <= most:
        return [(box, len(xy_m))]
    pieces = max(2, pieces)
    axis = int(np.argmax(np.ptp(xy_m, axis=0)))
    at = np.sort(xy_m[:, axis])
    if at[0] == at[-1]:
        return [(box, len(xy_m))]  # all in one place
    split = float(max(at[len(at) * (pieces // 2) // pieces], at[at > at[0]][0]))
    low = xy_m[:, axis] < split
    lower = (box[0], box[1], split, box[3]) if axis == 0 else (box[0], box[1], box[2], split)
    upper = (split, box[1], box[2], box[3]) if axis == 0 else (box[0], split, box[2], box[3])
    return _cut(xy_m[low], lower, pieces // 2, most) + _cut(xy_m[~low], upper, pieces - pieces // 2, most)
