"""Whether a course is clear: of buildings, with room to spare, and of wires."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from agents.flight.path import Course
from agents.flight.prisms import Buildings, Wire

SIDE_M: Final = 2.5
"""Room beside walls: positioning, gusts and the drone's own half width (assumed)."""
ABOVE_M: Final = 2.0
"""Room above roofs, and about wires (assumed)."""


@dataclass(frozen=True, slots=True)
class Obstructed:
    """A leg that is not clear: which, by what, and the height that would clear it."""

    leg: int
    what: str
    top_m: float
    height_m: float


def obstructions(course: Course, buildings: Buildings, wires: Sequence[Wire], own: int = -1) -> Iterator[Obstructed]:
    """Yield what the legs of a course pass too near, leg by leg; one building stands for a leg that passes several.

    Args:
        course: in city metres.
        buildings: of the city.
        wires: lines between poles.
        own: the building the dock stands on, which climb and landing may touch; -1 for none.
    """
    for leg in range(len(course.speed_ms)):
        a, b = course.points_m[leg], course.points_m[leg + 1]
        found = list(_houses(leg, a, b, buildings, own))
        if found:
            yield max(found, key=lambda one: one.top_m - one.height_m)
        for wire in wires:
            away = _between(a, b, wire.points())
            if away < ABOVE_M:
                yield Obstructed(
                    leg, f"wire {wire.name}, {away:.1f} m away", float(wire.points()[:, 2].max()), float(a[2])
                )


def _houses(
    leg: int, a: NDArray[np.float64], b: NDArray[np.float64], buildings: Buildings, own: int
) -> Iterator[Obstructed]:  # fmt: skip
    line: Any = shapely.LineString([a[:2], b[:2]]) if np.hypot(*(b - a)[:2]) > 0.01 else shapely.Point(a[:2])
    for row in buildings.along(line, SIDE_M).tolist():
        top = float(buildings.height_m[row])
        low = _lowest(line, a, b, buildings.shape(row))
        vertical = isinstance(line, shapely.Point)
        if low < top + ABOVE_M and not (row == own and vertical):
            yield Obstructed(leg, f"building {row}", top, low)


def _lowest(line: Any, a: NDArray[np.float64], b: NDArray[np.float64], shape: Any) -> float:
    """Return the least height of a leg over a footprint and its margin."""
    if isinstance(line, shapely.Point):
        return float(min(a[2], b[2]))
    part = line.intersection(shape.buffer(SIDE_M))
    shares = [line.project(shapely.Point(c), normalized=True) for c in shapely.get_coordinates(part)]
    if not shares:
        return float("inf")
    return float(min(a[2] + (b[2] - a[2]) * share for share in (min(shares), max(shares))))


def _between(a: NDArray[np.float64], b: NDArray[np.float64], wire: NDArray[np.float64]) -> float:
    """Return the least distance between a leg and the parts of a wire, by points half a metre apart on the wire."""
    lengths = np.linalg.norm(np.diff(wire, axis=0), axis=1)
    points = np.concatenate(
        [p + (q - p) * np.linspace(0, 1, max(2, int(2 * n) + 1))[:, None]
         for p, q, n in zip(wire[:-1], wire[1:], lengths, strict=True)]
    )  # fmt: skip
    way = b - a
    share = np.clip((points - a) @ way / max(float(way @ way), 1e-9), 0.0, 1.0)
    return float(np.linalg.norm(a + share[:, None] * way - points, axis=1).min())


def roofs_between(points_m: NDArray[np.float64], buildings: Buildings) -> float:
    """Return the height of the highest roof within the convex hull of points (n, 2) and 10 m about it; 0 for none."""
    hull = shapely.convex_hull(shapely.multipoints(points_m)).buffer(10.0)
    rows = buildings.along(hull, 0.0)
    return float(buildings.height_m[rows].max(initial=0.0))
