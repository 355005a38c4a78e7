"""Houses as cubes: a world made of a map alone is empty beside its roads, and what can be put there is small.

CARLA has no building among its blueprints; ``static.prop.mesh`` takes any mesh of the server's content, scaled alike in
all directions. So a house is cut into boxes (its plan, in slabs between its corners), and each box is covered with
cubes of the engine's own unit cube as wide as its shortest side, evenly spread so that the outer faces are flush: the
box exactly. Cubes wholly inside are left out. The ground is one more cube, sunk. All are grey: windows and colours are
not to be had.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city import City

MESH: Final = "/Engine/BasicShapes/Cube.Cube"
"""A cube of one metre round its own middle, part of the engine; whether a server has it packed, a ray finds out."""
HOUSE_REACH_M: Final = 320.0
CUBES_MOST: Final = 2500
"""Cubes of one world at most; nearer houses come first (assumed)."""
GROUND_M: Final = 1600.0
GROUND_BELOW_M: Final = 0.03
"""How far the ground lies under the roads, so that the two do not flicker (assumed)."""
_CORNER_M: Final = 1.0  # corners nearer to each other than this, across a house, are one
_WHOLE: Final = 0.9  # a plan that fills this share of its rectangle is that rectangle
_EDGE_M: Final = 0.01  # a slab is measured this far from its cuts, along which plans have edges
_SLABS_MOST: Final = 6


@dataclass(frozen=True, slots=True)
class Cube:
    """A cube in the city.

    Attributes:
        middle_m: x, y, z of its middle, city metres.
        bearing_deg: of one of its upright faces.
        side_m: its side.
    """

    middle_m: tuple[float, float, float]
    bearing_deg: float
    side_m: float


@dataclass(frozen=True, slots=True)
class Box:
    """An upright box that stands on the ground.

    Attributes:
        middle_m: x, y of its middle.
        bearing_deg: where its length runs.
        size_m: length, width, height.
    """

    middle_m: tuple[float, float]
    bearing_deg: float
    size_m: tuple[float, float, float]


def cubes_near(city: City, middle_m: tuple[float, float], most: int = CUBES_MOST) -> tuple[list[Cube], int]:
    """Return the cubes of the houses within :data:`HOUSE_REACH_M`, and how many houses had to be left out.

    Args:
        city: the city.
        middle_m: a point, city metres; houses near it come first.
        most: cubes at most.
    """
    shapes = city.buildings.geometry.to_numpy()
    away_m = shapely.distance(shapes, shapely.Point(*middle_m))
    near = np.flatnonzero(away_m < HOUSE_REACH_M)
    order = near[np.argsort(away_m[near], kind="stable")]
    heights = city.buildings["height_m"].to_numpy(dtype=float)
    cubes: list[Cube] = []
    left_out = 0
    for row in order.tolist():
        own = [cube for box in boxes_of(shapes[row], float(heights[row])) for cube in cubes_of(box)]
        if len(cubes) + len(own) > most:
            left_out += 1
        else:
            cubes += own
    return cubes, left_out


def ground_cube(middle_m: tuple[float, float]) -> Cube:
    """Return the cube whose upper face is the ground round a point."""
    return Cube((*middle_m, -GROUND_M / 2 - GROUND_BELOW_M), 0.0, GROUND_M)


def boxes_of(plan: shapely.Polygon, height_m: float) -> list[Box]:
    """Return boxes that cover a house's plan: one where it is nearly a rectangle, else a slab between any corners.

    Yards inside are covered too.
    """
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(plan))
    if len(corners) < 4 or plan.area < 1.0:
        return []
    edge = max(corners[1] - corners[0], corners[2] - corners[1], key=lambda step: float(np.hypot(*step)))
    along = edge / np.hypot(*edge)
    axes = np.stack([along, [-along[1], along[0]]])
    turned = shapely.transform(shapely.Polygon(plan.exterior), lambda xy: xy @ axes.T)
    low_x, low_y, high_x, high_y = turned.bounds
    whole = turned.area >= _WHOLE * (high_x - low_x) * (high_y - low_y)
    cuts = np.array([low_x, high_x]) if whole else _cuts(shapely.get_coordinates(turned)[:, 0])
    boxes = []
    for left, right in itertools.pairwise(cuts.tolist()):
        slab = turned.intersection(shapely.box(left + _EDGE_M, low_y - 1, right - _EDGE_M, high_y + 1))
        if slab.area < 0.05 * (right - left):
            continue
        _, bottom, _, top = slab.bounds
        middle = np.array([(left + right) / 2, (bottom + top) / 2]) @ axes
        bearing = math.degrees(math.atan2(along[0], along[1])) % 360.0
        boxes.append(Box((float(middle[0]), float(middle[1])), bearing, (right - left, top - bottom, height_m)))
    return boxes


def cubes_of(box: Box) -> list[Cube]:
    """Return the cubes whose union is a box, without those inside it."""
    side = min(box.size_m)
    if side < 0.2:
        return []
    counts = [max(1, math.ceil(size / side - 1e-9)) for size in box.size_m]
    places = [_spread(size, side, count) for size, count in zip(box.size_m, counts, strict=True)]
    b = math.radians(box.bearing_deg)
    ahead, right = np.array([math.sin(b), math.cos(b)]), np.array([math.cos(b), -math.sin(b)])
    cubes = []
    for i, j, k in itertools.product(*(range(count) for count in counts)):
        inside = 0 < i < counts[0] - 1 and 0 < j < counts[1] - 1 and k < counts[2] - 1
        if inside:
            continue
        x_m, y_m = np.array(box.middle_m) + ahead * places[0][i] + right * places[1][j]
        cubes.append(Cube((float(x_m), float(y_m), places[2][k] + box.size_m[2] / 2), box.bearing_deg, side))
    return cubes


def _spread(size_m: float, side_m: float, count: int) -> list[float]:
    """Return middles of so many sides, evenly from one end of a length to the other, about its middle."""
    room = size_m - side_m
    return [0.0] if count == 1 else [room * (i / (count - 1) - 0.5) for i in range(count)]


def _cuts(corner: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where a plan is cut: at its corners, those close together as one, evenly where there are too many."""
    at = np.unique(corner)
    kept = [float(at[0])]
    for value in at[1:-1].tolist():
        if value - kept[-1] >= _CORNER_M and at[-1] - value >= _CORNER_M:
            kept.append(value)
    kept.append(float(at[-1]))
    return np.array(kept) if len(kept) <= _SLABS_MOST + 1 else np.linspace(at[0], at[-1], _SLABS_MOST + 1)
