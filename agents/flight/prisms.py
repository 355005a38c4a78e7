"""Buildings and wires as what a drone can fly into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city import City

REACH_M: Final = 150.0
"""Only what is nearer than this to a drone is loaded."""
WIRE_M: Final = 0.02
WIRE_PARTS: Final = 8


@dataclass(frozen=True)
class Prism:
    """A building as a closed surface of triangles about its own middle.

    Attributes:
        row: in the city's buildings.
        middle_m: (2,) city metres.
        corners_m: (n, 3) relative to the middle, heights from the ground.
        triangles: (m, 3) rows of corners.
    """

    row: int
    middle_m: tuple[float, float]
    corners_m: NDArray[np.float64]
    triangles: NDArray[np.int64]


class Buildings:
    """The buildings of a city, found by place; heights are those of the city's table, flat roofs.

    Args:
        city: gives footprints and ``height_m``.
    """

    def __init__(self, city: City) -> None:
        self._shape = np.asarray(city.buildings.geometry.to_numpy(), dtype=object)
        self.height_m = city.buildings["height_m"].to_numpy(np.float64)
        self._tree = shapely.STRtree(self._shape)

    def within(self, x_m: float, y_m: float, reach_m: float = REACH_M) -> list[int]:
        """Return the rows of buildings within a reach of a place, in their order."""
        return sorted(self._tree.query(shapely.Point(x_m, y_m), predicate="dwithin", distance=reach_m).tolist())

    def under(self, x_m: float, y_m: float) -> tuple[float, int]:
        """Return the height of the highest roof over a place and its row; 0 and -1 for open ground."""
        rows = self._tree.query(shapely.Point(x_m, y_m), predicate="intersects")
        if not len(rows):
            return 0.0, -1
        best = int(rows[self.height_m[rows].argmax()])
        return float(self.height_m[best]), best

    def along(self, line: shapely.LineString, side_m: float) -> NDArray[np.intp]:
        """Return the rows of buildings that a line passes nearer than ``side_m``, in their order."""
        return np.sort(self._tree.query(line, predicate="dwithin", distance=side_m))

    def shape(self, row: int) -> Any:
        """Return the footprint of a row."""
        return self._shape[row]

    def prism(self, row: int) -> Prism:
        """Return a building as triangles: roof, walls, and walls of its courts."""
        shape = shapely.normalize(self._shape[row])
        x_m, y_m = (float(v) for v in np.round(shape.centroid.coords[0], 2))
        top = float(self.height_m[row])
        corners, triangles = _roof(shape, top)
        for ring in (shape.exterior, *shape.interiors):
            wall, faces = _wall(np.asarray(ring.coords)[:, :2], top)
            triangles = np.concatenate([triangles, faces + len(corners)])
            corners = np.concatenate([corners, wall])
        return Prism(row, (x_m, y_m), corners - [x_m, y_m, 0.0], triangles)


def _roof(shape: Any, top: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    pieces = shapely.get_parts(shapely.constrained_delaunay_triangles(shape))
    flat = np.concatenate([np.asarray(piece.exterior.coords)[:3, :2] for piece in pieces])
    corners = np.column_stack([flat, np.full(len(flat), top)])
    return corners, np.arange(len(flat), dtype=np.int64).reshape(-1, 3)


def _wall(ring: NDArray[np.float64], top: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    n = len(ring) - 1
    low = np.column_stack([ring[:-1], np.zeros(n)])
    high = np.column_stack([ring[:-1], np.full(n, top)])
    this, after = np.arange(n), (np.arange(n) + 1) % n
    first = np.column_stack([this, after, after + n])
    second = np.column_stack([this, after + n, this + n])
    return np.concatenate([low, high]), np.concatenate([first, second]).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Wire:
    """A wire between two points, hanging through by ``sag_m`` in its middle.

    Attributes:
        name: for what is told of it.
        a_m, b_m: x, y, height of its ends.
        sag_m: not negative.
    """

    name: str
    a_m: tuple[float, float, float]
    b_m: tuple[float, float, float]
    sag_m: float

    def points(self) -> NDArray[np.float64]:
        """Return (9, 3) points along it: a parabola, which a taut wire is."""
        share = np.linspace(0.0, 1.0, WIRE_PARTS + 1)[:, None]
        line = np.asarray(self.a_m) * (1 - share) + np.asarray(self.b_m) * share
        line[:, 2] -= 4 * self.sag_m * (share * (1 - share))[:, 0]
        return line
