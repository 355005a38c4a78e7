"""A block's own axes: along its front and into its depth."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from twin.city.fabric.divide import box_of
from twin.city.fabric.plan import XY, Plan


@dataclass(frozen=True, slots=True)
class Axes:
    """An origin, a unit vector ``along`` and, a quarter turn to the left of it, ``into``."""

    origin: XY
    along: XY

    def local(self, shape: BaseGeometry) -> BaseGeometry:
        """Return a shape in these axes."""
        return shapely.transform(shape, self._to_local)

    def world(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        """Return shapes of these axes in metres of the city, rounded to centimetres."""
        return shapely.transform(shapes, self._to_world)  # type: ignore[no-any-return]

    def point(self, u: float, v: float) -> XY:
        """Return a point of these axes in metres of the city."""
        (x, y), (a, b) = self.origin, self.along
        return x + u * a - v * b, y + u * b + v * a

    def _to_local(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        (a, b), moved = self.along, xy - np.array(self.origin)
        return np.column_stack([moved[:, 0] * a + moved[:, 1] * b, moved[:, 1] * a - moved[:, 0] * b])

    def _to_world(self, uv: NDArray[np.float64]) -> NDArray[np.float64]:
        (x, y), (a, b) = self.origin, self.along
        xy = np.column_stack([x + uv[:, 0] * a - uv[:, 1] * b, y + uv[:, 0] * b + uv[:, 1] * a])
        return np.asarray(np.round(xy, 2), dtype=np.float64)


def axes_of(block: Polygon) -> Axes:
    """Return axes along the longer side of the smallest rectangle round a block."""
    corner, along, across = box_of(block)
    length = hypot(*along)
    unit = (along[0] / length, along[1] / length)
    if unit[0] * across[1] - unit[1] * across[0] < 0:  # the rectangle lies to the right: go the other way
        corner, unit = (corner[0] + along[0], corner[1] + along[1]), (-unit[0], -unit[1])
    return Axes(corner, unit)


def front_axes(plan: Plan, face: int) -> Axes:
    """Return axes along the side that faces the greatest street (the longest of them)."""

    def weight(side: tuple[int, int]) -> tuple[float, float]:
        way = plan.way(*side)
        (x1, y1), (x2, y2) = (plan.points[i] for i in side)
        length = hypot(x2 - x1, y2 - y1)
        return (way.clear_m if way and length > 40.0 else 0.0), length

    u, v = max(((u, v) for u, v, _ in plan.sides(face)), key=weight)
    (x1, y1), (x2, y2) = plan.points[u], plan.points[v]
    length = hypot(x2 - x1, y2 - y1)
    return Axes((x1, y1), ((x2 - x1) / length, (y2 - y1) / length))
