"""Travel times that come as a table between zones, for regions without a street network."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from twin.travel.contract import Ints, Route, least, soonest, write_route

HOUR_MS = 3_600_000


class MatrixTravel:
    """A :class:`twin.travel.contract.Travel` over tables from zone to zone; the nodes are the zones.

    A vehicle drives from zone to zone in a straight line and passes no zone on its way: sent elsewhere while it is
    under way, it goes on to where it was going.

    Attributes:
        times_ms: (periods, n, n) int64 from each zone to each zone, -1 where there is no way; not writable.
        from_hour: (periods,) the hour of the day from which each table is in force, ascending.
        xy_m: (n, 2) where the zones lie.
    """

    def __init__(self, times_ms: Ints, from_hour: Sequence[int], xy_m: NDArray[np.float64], start: datetime) -> None:
        """Bind tables to the start of a run.

        Args:
            times_ms: as above; from a zone to itself 0.
            from_hour: as above; before the first the last is in force, as at night.
            xy_m: as above.
            start: zoned time of simulated time 0.

        Raises:
            ValueError: the shapes do not fit, the hours do not ascend, or ``start`` has no zone.
        """
        self.times_ms, self.from_hour = np.array(times_ms, dtype=np.int64), np.array(from_hour, dtype=np.int64)
        self.xy_m = np.asarray(xy_m, dtype=np.float64)
        n = len(self.xy_m)
        if self.times_ms.shape != (len(self.from_hour), n, n) or not len(self.from_hour):
            raise ValueError(f"times_ms must be ({len(self.from_hour)}, {n}, {n}), but is {self.times_ms.shape}")
        if (np.diff(self.from_hour) <= 0).any() or self.from_hour[0] < 0 or self.from_hour[-1] > 23:
            raise ValueError(f"from_hour must ascend from 0 to 23, but is {list(from_hour)}")
        if start.tzinfo is None:
            raise ValueError("start needs a time zone")
        self.times_ms.setflags(write=False)
        self._start_ms = ((start.hour * 60 + start.minute) * 60 + start.second) * 1000 + start.microsecond // 1000
        self._tree, self._near = cKDTree(self.xy_m), min(4, n)

    @property
    def node_count(self) -> int:
        """Nodes are 0 to ``node_count - 1``."""
        return len(self.xy_m)

    def period_at(self, t_ms: int) -> int:
        """Return the table in force at a simulated time."""
        hour = (self._start_ms + t_ms) // HOUR_MS % 24
        return int(np.searchsorted(self.from_hour, hour, side="right") - 1) % len(self.from_hour)

    def one_to_one_ms(self, origin: int, goal: int, period: int) -> int:
        """Return the time of the way, -1 for none.

        Raises:
            IndexError: a zone that is not there, here and in all that follows.
        """
        return int(self.times_ms[period, self._zone(origin), self._zone(goal)])

    def many_to_one_ms(self, origins: Ints, goal: int, period: int) -> Ints:
        """Return the (n,) times from each origin to one goal, -1 for none."""
        times_ms: Ints = self.times_ms[period, self._zones(origins), self._zone(goal)]
        return times_ms

    def one_to_many_ms(self, origin: int, goals: Ints, period: int) -> Ints:
        """Return the (n,) times from one origin to each goal, -1 for none."""
        times_ms: Ints = self.times_ms[period, self._zone(origin), self._zones(goals)]
        return times_ms

    def quickest_to(self, origins: Ints, goal: int, period: int) -> tuple[int, int]:
        """Return which origin is the quickest at one goal, of equals the first, and its time; -1, -1 for none."""
        return soonest(self.many_to_one_ms(origins, goal, period))

    def cheapest_from(self, origin: int, goals: Ints, extra_ms: Ints, period: int) -> tuple[int, int]:
        """Return which goal takes least from one origin, the time and its own ``extra_ms`` together, and the time."""
        return least(self.one_to_many_ms(origin, goals, period), extra_ms)

    def lay(self, origin: int, goal: int, period: int, row: int, nodes: Ints, at_ms: Ints) -> int:
        """Write the nodes and times of :meth:`route` into one row of two tables; return how many there are."""
        return write_route(self.route(origin, goal, period), row, nodes, at_ms)

    def route(self, origin: int, goal: int, period: int) -> Route:
        """Return the way itself, which has no zone between its ends; its arc is the pair's place in the table."""
        time_ms = self.one_to_one_ms(origin, goal, period)
        if time_ms < 0:
            empty = np.zeros(0, dtype=np.int64)
            return Route(empty, empty, empty)
        if origin == goal:
            return Route(np.array([origin]), np.array([0]), np.zeros(0, dtype=np.int64))
        return Route(np.array([origin, goal]), np.array([0, time_ms]), np.array([origin * self.node_count + goal]))

    def pose_on(self, route: Route, elapsed_ms: int) -> tuple[float, float, float]:
        """Return ``x_m, y_m, bearing_deg`` on the straight line."""
        begin, end = self.xy_m[route.nodes[0]], self.xy_m[route.nodes[-1]]
        share = min(1.0, max(0, elapsed_ms) / max(1, route.travel_ms))
        east, north = end - begin
        x_m, y_m = begin + share * (end - begin)
        return float(x_m), float(y_m), float(np.degrees(np.arctan2(east, north)) % 360.0)

    @overload
    def nearest_node(self, x_m: float, y_m: float) -> int: ...

    @overload
    def nearest_node(self, x_m: NDArray[np.float64], y_m: NDArray[np.float64]) -> Ints: ...

    def nearest_node(self, x_m: ArrayLike, y_m: ArrayLike) -> int | Ints:
        """Return the closest zone to each point, of equals the lowest; an int for scalars."""
        points = np.stack(np.broadcast_arrays(np.asarray(x_m, float), np.asarray(y_m, float)), axis=-1)
        away_m, zones = (np.asarray(part) for part in self._tree.query(points, k=list(range(1, self._near + 1))))
        best = np.where(away_m <= away_m[..., :1], zones, self.node_count).min(axis=-1).astype(np.int64)
        return int(best) if points.ndim == 1 else best

    def _zone(self, zone: int) -> int:
        if not 0 <= zone < self.node_count:
            raise IndexError(f"zone {zone} is not one of 0 to {self.node_count - 1}")
        return int(zone)

    def _zones(self, zones: Ints) -> Ints:
        if len(zones) and int(zones.min()) < 0:
            raise IndexError(f"zones must be from 0 to {self.node_count - 1}")
        return zones
