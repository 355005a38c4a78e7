"""The shortest ways around red zones.

Among polygons a shortest way bends at their corners alone (Lozano-Perez and Wesley, CACM 1979), so all corners that see
each other are joined once, and a query joins its two ends to the corners they see.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path
from shapely.geometry.base import BaseGeometry

from twin.airspace.zones import AirSpace

Floats = NDArray[np.float64]
TOUCH_M = 1e-6


@dataclass(frozen=True)
class Corners:
    """What one point sees.

    Attributes:
        xy: (2,) the point.
        seen: (k,) corners in free sight.
        far_m: (k,) how far they are.
    """

    xy: Floats
    seen: NDArray[np.int64]
    far_m: Floats


class AirWays:
    """Shortest ways over a city that touch no red zone but at its edge.

    Args:
        space: whose red zones, margins included, are kept out of.

    Attributes:
        corner_xy: (n, 2) corners at which ways may bend.
    """

    def __init__(self, space: AirSpace) -> None:
        self._space = space
        self._shut: BaseGeometry = space.red.buffer(-TOUCH_M)
        shapely.prepare(self._shut)
        self.corner_xy = _corners(space.red)
        count = len(self.corner_xy)
        first, second = np.triu_indices(count, 1)
        free = self._free(self.corner_xy[first], self.corner_xy[second])
        far_m = np.linalg.norm(self.corner_xy[first] - self.corner_xy[second], axis=1)
        edges = csr_array((far_m[free], (first[free], second[free])), shape=(count, count))
        self._between_m, self._before = (
            shortest_path(edges, directed=False, return_predecessors=True)
            if count
            else (np.zeros((0, 0)), np.zeros((0, 0), dtype=np.int32))
        )

    def is_free(self, x_m: float, y_m: float) -> bool:
        """Return whether a drone may be over a point."""
        return not bool(shapely.intersects_xy(self._shut, x_m, y_m))

    def are_clear(self, starts: Floats, goal: Floats) -> NDArray[np.bool_]:
        """Return for each of some points (n, 2) whether the line to a goal (2,) touches no red zone but at its edge."""
        return self._free(starts, np.broadcast_to(goal, starts.shape))

    def corners(self, x_m: float, y_m: float) -> Corners:
        """Return which corners a point sees; worth keeping for a dock.

        Raises:
            ValueError: the point is in a red zone.
        """
        at = np.array([x_m, y_m], dtype=np.float64)
        if not self.is_free(x_m, y_m):
            raise ValueError(
                f"({x_m:.0f}, {y_m:.0f}) lies in {', '.join(self._space.names_at(x_m, y_m)) or 'a red zone'}"
            )
        seen = np.flatnonzero(self._free(np.broadcast_to(at, self.corner_xy.shape), self.corner_xy))
        return Corners(at, seen, np.linalg.norm(self.corner_xy[seen] - at, axis=1))

    def way(self, start: Corners, goal: Corners) -> Floats | None:
        """Return the shortest way (k, 2), ends included; None where red zones shut one end in."""
        if self.are_clear(start.xy[None], goal.xy)[0]:
            return np.array([start.xy, goal.xy])
        if not len(start.seen) or not len(goal.seen):
            return None
        whole_m = start.far_m[:, None] + self._between_m[np.ix_(start.seen, goal.seen)] + goal.far_m[None, :]
        here, there = divmod(int(np.argmin(whole_m)), len(goal.seen))
        if not np.isfinite(whole_m[here, there]):
            return None
        first, at = int(start.seen[here]), int(goal.seen[there])
        bends = [at]
        while at != first:
            at = int(self._before[first, at])
            bends.append(at)
        return np.vstack([start.xy, self.corner_xy[bends[::-1]], goal.xy])

    def lengths_m(self, start: Corners, xy_m: Floats) -> Floats:
        """Return the length (n,) of the shortest ways to points (n, 2); infinite into red zones."""
        points = np.asarray(xy_m, dtype=np.float64).reshape(-1, 2)
        straight_m = np.linalg.norm(points - start.xy, axis=1)
        length_m = np.where(self._free(np.broadcast_to(start.xy, points.shape), points), straight_m, np.inf)
        shut = shapely.intersects_xy(self._shut, points[:, 0], points[:, 1])
        length_m[shut] = np.inf
        for i in np.flatnonzero(np.isinf(length_m) & ~shut):
            way = self.way(start, self.corners(*points[i]))
            if way is not None:
                length_m[i] = float(np.linalg.norm(np.diff(way, axis=0), axis=1).sum())
        return length_m

    def _free(self, start: Floats, goal: Floats) -> NDArray[np.bool_]:
        lines = shapely.linestrings(np.stack([start, goal], axis=1)) if len(start) else np.zeros(0, dtype=object)
        free: NDArray[np.bool_] = ~shapely.intersects(self._shut, lines)
        return free


def _corners(red: BaseGeometry) -> Floats:
    """Return the corners (n, 2) of red polygons at which a way around them can bend: those that stick out."""
    found = [np.zeros((0, 2))]
    for part in getattr(red, "geoms", [red]):
        for ring in [] if part.is_empty else shapely.get_rings(shapely.orient_polygons(part)):
            xy = shapely.get_coordinates(ring)[:-1]  # red to the left of each side
            into, out = xy - np.roll(xy, 1, axis=0), np.roll(xy, -1, axis=0) - xy
            found.append(xy[into[:, 0] * out[:, 1] - into[:, 1] * out[:, 0] > 0])
    return np.vstack(found)
