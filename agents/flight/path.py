"""From waypoints to a plan that can be flown: corners as arcs, speeds within all limits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from agents.flight.corners import SLIGHT_RAD, corner_radius_m, corner_speed_ms, turns_rad
from agents.flight.drone_class import DroneClass
from agents.flight.reference import ACCEL, COLUMNS, HEADING, LEG, SPAN, SPEED, WAY, T, X

LINE_STEP_M: Final = 0.5
ARC_STEP_M: Final = 0.2
FLAT: Final = 0.3
"""A way with less than this of its length sideways is flown with the heading as it was."""


@dataclass(frozen=True)
class Course:
    """What is to be flown, in metres: straight legs between points.

    Attributes:
        points_m: (n, 3) x, y, height; no two in a row the same.
        speed_ms: (n - 1,) asked for on each leg, over the ground.
        hold_s: (n,) how long to stand at each point; above 0 it stops there. First and last stand anyway.
        names: (n - 1,) what each leg is called in what is told, or none.
    """

    points_m: NDArray[np.float64]
    speed_ms: NDArray[np.float64]
    hold_s: NDArray[np.float64]
    names: tuple[str, ...] = ()

    @property
    def ways(self) -> NDArray[np.float64]:
        """(n - 1, 3) direction of each leg, unit vectors."""
        moved = np.diff(self.points_m, axis=0)
        return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True))

    @property
    def length_m(self) -> NDArray[np.float64]:
        """(n - 1,) length of each leg."""
        return np.asarray(np.linalg.norm(np.diff(self.points_m, axis=0), axis=1))


def leg_speeds(course: Course, drone: DroneClass, wind_ms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (n - 1,) speed over the ground of each leg: as asked, within the limits of the class in this wind.

    Args:
        course: what is to be flown.
        drone: its limits: climb, descent, and speed through the air.
        wind_ms: (3,) mean wind, where the air moves to. A leg it cannot make against the wind gets 0.
    """
    ways, limits = course.ways, drone.limits
    along = ways[:, :2] @ wind_ms[:2]
    rest = limits.speed_ms.value**2 - (float(wind_ms[:2] @ wind_ms[:2]) - along**2)
    flat = np.linalg.norm(ways[:, :2], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        by_air = np.where(flat > 1e-6, (along / flat + np.sqrt(rest - along**2 / flat**2 + along**2)) / flat, np.inf)
        by_climb = np.where(ways[:, 2] > 0, limits.climb_ms.value / ways[:, 2], limits.descent_ms.value / -ways[:, 2])
    by_air = np.nan_to_num(by_air, nan=0.0, posinf=np.inf)
    by_climb = np.where(np.abs(ways[:, 2]) < 1e-9, np.inf, by_climb)
    return np.maximum(np.minimum(np.minimum(course.speed_ms, by_climb), by_air), 0.0)


def plan_of(
    course: Course, drone: DroneClass, wind_ms: NDArray[np.float64], heading_rad: float | None = None,
    start_ms: float = 0.0,
) -> NDArray[np.float64]:  # fmt: skip
    """Return the plan (k, 12) that flies a course; see :mod:`agents.flight.reference`.

    Args:
        course: what is to be flown.
        drone: its limits.
        wind_ms: (3,) mean wind it is made for.
        start_ms: how fast it already flies along the first leg.
        heading_rad: heading until the first leg that leads somewhere; that leg's where not given.
    """
    speeds = np.maximum(leg_speeds(course, drone, wind_ms), 0.2)
    accel = drone.limits.accel_ms2.value
    place, way, cap, leg, stop = _laid(course, speeds, accel)
    step = np.linalg.norm(np.diff(place, axis=0), axis=1)
    speed = cap.copy()
    speed[0], speed[-1] = start_ms, 0.0
    speed[stop] = 0.0
    _feasible(speed, step, accel)
    hold = np.zeros(len(place))
    hold[stop] = course.hold_s[leg[stop] + 1]
    return _timed(place, way, speed, step, leg, hold, _headings(way, heading_rad))


def _laid(
    course: Course, speeds: NDArray[np.float64], accel: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.intp], NDArray[np.bool_]]:
    """Return samples of lines and arcs: place (k, 3), way (k, 3), greatest speed (k,), leg (k,), stops there (k,)."""
    ways, lengths, points = course.ways, course.length_m, course.points_m
    turn = turns_rad(ways)
    radius = corner_radius_m(turn, lengths[:-1], lengths[1:])
    stops = (course.hold_s[1:-1] > 0) | (radius == 0.0)
    bends = ~stops & (turn > SLIGHT_RAD)
    cut = np.where(bends, radius * np.tan(np.where(bends, turn, 0.0) / 2), 0.0)
    parts: list[tuple[NDArray[np.float64], NDArray[np.float64], float, int]] = []
    at_stop: list[int] = []
    count = 0
    for i in range(len(ways)):
        a = points[i] + ways[i] * (cut[i - 1] if i else 0.0)
        b = points[i + 1] - ways[i] * (cut[i] if i < len(cut) else 0.0)
        line = _line(a, b)
        parts.append((line, np.broadcast_to(ways[i], line.shape), speeds[i], i))
        count += len(line)
        if i < len(cut) and bends[i]:
            arc, tangent = _arc(b, ways[i], ways[i + 1], radius[i], turn[i])
            most = min(speeds[i], speeds[i + 1], float(corner_speed_ms(radius[i], accel)))
            parts.append((arc, tangent, most, i))
            count += len(arc)
        elif i < len(cut) and stops[i]:
            at_stop.append(count)
    parts.append((points[-1:], ways[-1:], 0.0, len(ways) - 1))
    place = np.concatenate([part[0] for part in parts])
    way = np.concatenate([part[1] for part in parts])
    cap = np.concatenate([np.full(len(part[0]), part[2]) for part in parts])
    leg = np.concatenate([np.full(len(part[0]), part[3]) for part in parts])
    stop = np.zeros(len(place), dtype=bool)
    stop[at_stop] = True
    leg[stop] -= 1  # a stop ends the leg before it
    return place, way, cap, leg, stop


def _line(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points from a to b, b left out."""
    n = max(4, math.ceil(float(np.linalg.norm(b - a)) / LINE_STEP_M))
    return np.asarray(a + (b - a) * (np.arange(n) / n)[:, None])


def _arc(
    start: NDArray[np.float64], way: NDArray[np.float64], then: NDArray[np.float64], radius: float, turn: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return points and directions of an arc that leaves ``start`` along ``way``, its end left out."""
    side = then - way * float(way @ then)
    side /= np.linalg.norm(side)
    n = max(3, math.ceil(radius * turn / ARC_STEP_M))
    angle = (np.arange(n) / n * turn)[:, None]
    points = start + radius * (np.sin(angle) * way + (1 - np.cos(angle)) * side)
    return points, np.cos(angle) * way + np.sin(angle) * side


@njit(cache=True)
def _feasible(speed: NDArray[np.float64], step: NDArray[np.float64], accel: float) -> None:
    """Lower speeds (k,) until none needs more than the acceleration to be reached or left."""
    for i in range(1, len(speed)):
        speed[i] = min(speed[i], np.sqrt(speed[i - 1] ** 2 + 2 * accel * step[i - 1]))
    for i in range(len(speed) - 2, -1, -1):
        speed[i] = min(speed[i], np.sqrt(speed[i + 1] ** 2 + 2 * accel * step[i]))


def _headings(way: NDArray[np.float64], first: float | None) -> NDArray[np.float64]:
    """Return (k,) headings along the way, held where it leads up or down."""
    flat = np.linalg.norm(way[:, :2], axis=1) > FLAT
    heading = np.arctan2(way[:, 1], way[:, 0])
    if not flat.any():
        return np.full(len(way), first or 0.0)
    known = np.maximum.accumulate(np.where(flat, np.arange(len(way)), -1))
    begin = first if first is not None else float(heading[flat.argmax()])
    return np.where(known >= 0, heading[np.maximum(known, 0)], begin)


def _timed(
    place: NDArray[np.float64], way: NDArray[np.float64], speed: NDArray[np.float64], step: NDArray[np.float64],
    leg: NDArray[np.intp], hold: NDArray[np.float64], heading: NDArray[np.float64],
) -> NDArray[np.float64]:  # fmt: skip
    """Return the rows; a hold is a second row at its place."""
    twice = np.repeat(np.arange(len(place)), 1 + (hold > 0))
    rows = np.zeros((len(twice), COLUMNS))
    rows[:, X : X + 3], rows[:, WAY : WAY + 3] = place[twice], way[twice]
    rows[:, SPEED], rows[:, LEG], rows[:, HEADING] = speed[twice], leg[twice], heading[twice]
    stays = np.append(twice[1:] == twice[:-1], False)
    move = np.append(step, 0.0)[twice]
    total = np.append(speed[1:], 0.0)[twice] + speed[twice]
    rows[:, SPAN] = np.where(stays, hold[twice], 2 * move / np.maximum(total, 1e-9))
    rows[-1, SPAN] = 0.0
    changed = np.append(speed[1:], 0.0)[twice] - speed[twice]
    with np.errstate(divide="ignore", invalid="ignore"):
        rows[:, ACCEL] = np.where(stays | (rows[:, SPAN] <= 0), 0.0, changed / rows[:, SPAN])
    rows[1:, T] = np.cumsum(rows[:-1, SPAN])
    return rows
