"""No two drones too near, ever: flights as pieces of even motion, compared exactly, and the timetable they enter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from twin.airspace.rules import AirRules

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Flight:
    """A planned flight, even motion from each moment to the next; on the ground before the first and after the last.

    Attributes:
        id: unique.
        t_ms: (k,) moments, rising.
        xyz_m: (k, 3) where it is then, z above ground.
    """

    id: str
    t_ms: NDArray[np.int64]
    xyz_m: Floats

    @cached_property
    def box_m(self) -> tuple[Floats, Floats]:
        """The lowest and the highest of each coordinate, (3,) each."""
        return self.xyz_m.min(axis=0), self.xyz_m.max(axis=0)

    def at(self, t_ms: int) -> Floats:
        """Return where it is (3,), at its first or last place when it is not in the air."""
        return np.array([np.interp(t_ms, self.t_ms, self.xyz_m[:, axis]) for axis in range(3)])

    def later(self, delay_ms: int) -> Flight:
        """Return the same flight, begun later."""
        return Flight(self.id, self.t_ms + delay_ms, self.xyz_m)


def too_near(first: Flight, second: Flight, rules: AirRules) -> tuple[int, float] | None:
    """Return the first moment, in ms, at which two flights are too near, and how far apart they then are in metres.

    Exact for even motion: within each piece both move evenly, so the level distance squared is a parabola in time and
    the difference of heights a line; too near is where one is below ``apart_level_m`` and the other below
    ``apart_up_m``. Exactly at the distance is not too near. None if never.
    """
    begin, end = max(first.t_ms[0], second.t_ms[0]), min(first.t_ms[-1], second.t_ms[-1])
    if begin > end:
        return None
    moments = np.unique(np.concatenate([first.t_ms, second.t_ms, [begin, end]]))
    moments = moments[(moments >= begin) & (moments <= end)]
    apart = np.column_stack(
        [np.interp(moments, first.t_ms, first.xyz_m[:, axis]) - np.interp(moments, second.t_ms, second.xyz_m[:, axis])
         for axis in range(3)]
    )  # fmt: skip
    if len(moments) == 1:
        moments, apart = np.repeat(moments, 2), np.repeat(apart, 2, axis=0)
    enter, leave = _near_parts(apart[:-1], np.diff(apart, axis=0), rules)
    hit = np.flatnonzero(enter < leave)
    if not len(hit):
        return None
    piece = int(hit[0])
    where = apart[piece] + enter[piece] * (apart[piece + 1] - apart[piece])
    at_ms = moments[piece] + enter[piece] * (moments[piece + 1] - moments[piece])
    return int(np.ceil(at_ms)), float(np.linalg.norm(where))


def _near_parts(start: Floats, change: Floats, rules: AirRules) -> tuple[Floats, Floats]:
    """Return the share of each piece (k,) from which and to which both distances are too small; empty if not below."""
    level, up = _level_part(start, change, rules.apart_level_m), _up_part(start, change, rules.apart_up_m)
    return np.maximum(np.maximum(level[0], up[0]), 0.0), np.minimum(np.minimum(level[1], up[1]), 1.0)


def _level_part(start: Floats, change: Floats, least_m: float) -> tuple[Floats, Floats]:
    speed = (change[:, :2] ** 2).sum(axis=1)
    along = (start[:, :2] * change[:, :2]).sum(axis=1)
    over = (start[:, :2] ** 2).sum(axis=1) - least_m**2
    moving = speed > 0
    root = along**2 - speed * over
    width = np.sqrt(np.maximum(root, 0.0))
    safe = np.where(moving, speed, 1.0)
    enter = np.where(moving, (-along - width) / safe, np.where(over < 0, -np.inf, np.inf))
    leave = np.where(moving, (-along + width) / safe, np.where(over < 0, np.inf, -np.inf))
    return np.where(moving & (root <= 0), np.inf, enter), np.where(moving & (root <= 0), -np.inf, leave)


def _up_part(start: Floats, change: Floats, least_m: float) -> tuple[Floats, Floats]:
    moving = change[:, 2] != 0
    safe = np.where(moving, change[:, 2], 1.0)
    ends = np.stack([(-least_m - start[:, 2]) / safe, (least_m - start[:, 2]) / safe])
    near = np.abs(start[:, 2]) < least_m
    enter = np.where(moving, ends.min(axis=0), np.where(near, -np.inf, np.inf))
    return enter, np.where(moving, ends.max(axis=0), np.where(near, np.inf, -np.inf))


class Timetable:
    """All flights there are; admits one only if it is never too near to any other.

    Args:
        rules: how near is too near.
    """

    def __init__(self, rules: AirRules) -> None:
        self._rules = rules
        self._apart_m = np.array([rules.apart_level_m, rules.apart_level_m, rules.apart_up_m])
        self._flights: dict[str, Flight] = {}

    def __len__(self) -> int:
        return len(self._flights)

    def conflict(self, flight: Flight) -> tuple[str, int, float] | None:
        """Return the first flight admitted that this one comes too near to, when in ms, and how near in metres."""
        for other in self._flights.values():
            if other.id != flight.id and self._may_meet(flight, other):
                near = too_near(flight, other, self._rules)
                if near is not None:
                    return other.id, *near
        return None

    def _may_meet(self, first: Flight, second: Flight) -> bool:
        """Whether times and boxes of two flights come near enough for a closer look."""
        if first.t_ms[0] > second.t_ms[-1] or second.t_ms[0] > first.t_ms[-1]:
            return False
        (low, high), (other_low, other_high) = first.box_m, second.box_m
        return bool((low - other_high <= self._apart_m).all() and (other_low - high <= self._apart_m).all())

    def admit(self, choices: Iterable[Flight]) -> Flight | None:
        """Admit the first of some choices that is near to none, and return it; None if none is.

        A flight takes the place of one with the same id.
        """
        for flight in choices:
            if self.conflict(flight) is None:
                self._flights[flight.id] = flight
                return flight
        return None

    def put(self, flight: Flight) -> None:
        """Take a flight in whether it is near to others or not: what falls asks nobody."""
        self._flights[flight.id] = flight

    def drop_before(self, t_ms: int) -> None:
        """Forget flights that have ended by a moment."""
        self._flights = {id: flight for id, flight in self._flights.items() if flight.t_ms[-1] >= t_ms}
