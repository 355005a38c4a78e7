"""What nothing may be planted or set on: carriageways and buildings, asked for many points at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numba
import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.model import City
from twin.city.squares import Floats, Ints, Squares, square_at

SQUARE_M: Final = 32.0
CORNER_M: Final = 4.0
"""Kerbs turn round a junction's corner at this radius, and asphalt fills what is narrower than twice that (assumed)."""

REACH_M: Final = 3.0
"""How far from a building its presence is told; nothing asks for more."""

_DIRECTIONS: Final = np.array(
    [(a * x, b * y) for x, y in ((1.0, 0.0), (0.8, 0.6), (0.6, 0.8), (0.0, 1.0)) for a in (1, -1) for b in (1, -1)]
)

Window = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Carriageways:
    """Straight pieces of carriageway with round ends, and which lie near which square.

    Attributes:
        pieces: (k, 5) x and y of both ends of the centre line, and half the width, metres.
        squares: pieces by square, grown by their half width and ``CORNER_M``.
    """

    pieces: Floats
    squares: Squares

    @classmethod
    def of(cls, streets: gpd.GeoDataFrame, least_width_m: float = 0.0) -> Carriageways:
        """Take the centre lines of streets to pieces; a narrower street counts as ``least_width_m`` wide."""
        points, line = shapely.get_coordinates(streets.geometry.to_numpy(), return_index=True)
        first = np.flatnonzero(line[1:] == line[:-1])
        half = np.maximum(streets["width_m"].to_numpy(np.float64), least_width_m)[line[first]] / 2.0
        pieces = np.column_stack([points[first], points[first + 1], half]).reshape(-1, 5)
        grown = (half + CORNER_M)[:, None]
        low = np.minimum(pieces[:, 0:2], pieces[:, 2:4]) - grown
        high = np.maximum(pieces[:, 0:2], pieces[:, 2:4]) + grown
        return cls(pieces, Squares.around(np.column_stack([low, high]), SQUARE_M))

    def clear(self, points: Floats, outward: Floats, gap_m: float) -> NDArray[np.bool_]:
        """Return which points (n, 2) are ``gap_m`` from the asphalt, its corners and narrow gaps filled.

        That is where a disc of ``CORNER_M`` that touches no carriageway reaches over the point by the gap: it is tried
        towards ``outward`` (n, 2; away from the nearest street) first, then in twelve directions.
        """
        at = self.squares
        grid = (at.corner, at.side, at.down, at.along, at.starts, at.members)
        clear: NDArray[np.bool_] = _off_asphalt(points, outward, gap_m, _DIRECTIONS, self.pieces, *grid)
        return clear

    def off(self, points: Floats) -> NDArray[np.bool_]:
        """Return which points (n, 2) lie on no carriageway."""
        at = self.squares
        grid = (at.corner, at.side, at.down, at.along, at.starts, at.members)
        off: NDArray[np.bool_] = _off_streets(points, self.pieces, *grid)
        return off


@dataclass(frozen=True, eq=False)
class Footprints:
    """Rings of the buildings, and which buildings lie near which square.

    Attributes:
        points: (k, 2) corners of all rings.
        starts: (n + 1,) where each building starts in ``points``.
        last: (k,) whether a corner is the last of its ring.
        squares: buildings by square, grown by ``REACH_M``.
    """

    points: Floats
    starts: Ints
    last: NDArray[np.bool_]
    squares: Squares

    @classmethod
    def of(cls, buildings: gpd.GeoDataFrame) -> Footprints:
        """Take buildings to pieces."""
        shapes = buildings.geometry.to_numpy()
        rings, owner = shapely.get_rings(shapes, return_index=True)
        points, ring = shapely.get_coordinates(rings, return_index=True)
        last = np.append(ring[1:] != ring[:-1], True)[: len(ring)]
        starts = np.searchsorted(owner[ring], np.arange(len(shapes) + 1)).astype(np.int64)
        boxes = shapely.bounds(shapes).reshape(-1, 4) + np.array([-REACH_M, -REACH_M, REACH_M, REACH_M])
        return cls(points, starts, last, Squares.around(boxes, SQUARE_M))

    def clear(self, points: Floats, gap_m: float) -> NDArray[np.bool_]:
        """Return which points (n, 2) are in no building and ``gap_m`` from all."""
        at = self.squares
        grid = (at.corner, at.side, at.down, at.along, at.starts, at.members)
        clear: NDArray[np.bool_] = _off_houses(points, gap_m, self.points, self.starts, self.last, *grid)
        return clear


def near_window(table: gpd.GeoDataFrame, window: Window | None, reach_m: float) -> gpd.GeoDataFrame:
    """Return the rows of a layer within reach of a window, in their order; None holds all."""
    if window is None or not len(table):
        return table
    west, south, east, north = window
    near = table.sindex.query(shapely.box(west - reach_m, south - reach_m, east + reach_m, north + reach_m))
    return table.iloc[np.sort(near)]


def streets_near(city: City, window: Window | None, reach_m: float) -> gpd.GeoDataFrame:
    """Return the streets on the ground within reach of a window, in their order; tunnels are no part of it."""
    streets = near_window(city.streets, window, reach_m)
    return streets[streets["structure"].to_numpy() != "tunnel"]


def buildings_near(city: City, window: Window | None, reach_m: float) -> gpd.GeoDataFrame:
    """Return the buildings within reach of a window, in their order."""
    return near_window(city.buildings, window, reach_m)


def within(points: Floats, window: Window | None) -> NDArray[np.bool_]:
    """Return which points (n, 2) lie in a window, its west and south sides included; None holds all."""
    if window is None:
        return np.ones(len(points), dtype=bool)
    west, south, east, north = window
    x, y = points[:, 0], points[:, 1]
    inside: NDArray[np.bool_] = (x >= west) & (x < east) & (y >= south) & (y < north)
    return inside


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def gap_m(x: float, y: float, x0: float, y0: float, x1: float, y1: float) -> float:
    """Return the distance of a point from a straight piece."""
    dx, dy = x1 - x0, y1 - y0
    square = dx * dx + dy * dy
    share = min(1.0, max(0.0, ((x - x0) * dx + (y - y0) * dy) / square)) if square > 0.0 else 0.0
    ex, ey = x - x0 - share * dx, y - y0 - share * dy
    return float(np.sqrt(ex * ex + ey * ey))


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _least_edge_m(
    x: float, y: float, pieces: Floats, corner: Floats, side: float, down: int, along: int, starts: Ints, members: Ints
) -> float:
    """Return the distance to the nearest edge of a carriageway, negative on it; inf where none is near."""
    least = np.inf
    square = square_at(x, y, corner, side, down, along)
    if square >= 0:
        for at in range(starts[square], starts[square + 1]):
            k = members[at]
            least = min(least, gap_m(x, y, pieces[k, 0], pieces[k, 1], pieces[k, 2], pieces[k, 3]) - pieces[k, 4])
    return least


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _off_streets(
    points: Floats, pieces: Floats, corner: Floats, side: float, down: int, along: int, starts: Ints, members: Ints
) -> NDArray[np.bool_]:
    off = np.ones(len(points), dtype=np.bool_)
    for i in range(len(points)):
        x, y = points[i]
        off[i] = _least_edge_m(x, y, pieces, corner, side, down, along, starts, members) >= 0.0
    return off


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _off_asphalt(
    points: Floats, outward: Floats, least_m: float, directions: Floats, pieces: Floats, corner: Floats, side: float,
    down: int, along: int, starts: Ints, members: Ints,
) -> NDArray[np.bool_]:  # fmt: skip
    clear = np.zeros(len(points), dtype=np.bool_)
    away = CORNER_M - least_m
    for i in range(len(points)):
        for turn in range(-2, len(directions)):
            dx, dy = directions[max(turn, 0)]
            if turn == -2:
                dx, dy = 0.0, 0.0
            elif turn == -1:
                dx, dy = outward[i]
            x, y = points[i, 0] + away * dx, points[i, 1] + away * dy
            if _least_edge_m(x, y, pieces, corner, side, down, along, starts, members) >= CORNER_M:
                clear[i] = True
                break
    return clear


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _off_houses(
    points: Floats, least_m: float, corners: Floats, firsts: Ints, last: NDArray[np.bool_], corner: Floats, side: float,
    down: int, along: int, starts: Ints, members: Ints,
) -> NDArray[np.bool_]:  # fmt: skip
    clear = np.ones(len(points), dtype=np.bool_)
    for i in range(len(points)):
        x, y = points[i]
        square = square_at(x, y, corner, side, down, along)
        if square < 0:
            continue
        for at in range(starts[square], starts[square + 1]):
            b = members[at]
            inside = False
            for k in range(firsts[b], firsts[b + 1] - 1):
                if last[k]:
                    continue
                x0, y0, x1, y1 = corners[k, 0], corners[k, 1], corners[k + 1, 0], corners[k + 1, 1]
                if gap_m(x, y, x0, y0, x1, y1) < least_m:
                    inside = True
                    break
                if (y0 <= y) != (y1 <= y) and x < x0 + (y - y0) / (y1 - y0) * (x1 - x0):
                    inside = not inside
            if inside:
                clear[i] = False
                break
    return clear
