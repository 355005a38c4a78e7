"""From the plan to the street tables: avenues become two carriageways, bends become the shape of a street.

At a junction each avenue has two carriageways, so the junction becomes a small ring of as many corners as avenues meet,
driven anticlockwise (right-hand traffic); where a side street meets an avenue between two such junctions it reaches
only the carriageway on its own side.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import atan2, cos, hypot, sin
from typing import Final

from twin.city.fabric.plan import XY, Edge
from twin.city.fabric.ways import MEDIAN_M, Way

RANK: Final = {"trunk": 4, "primary": 4, "secondary": 3, "tertiary": 2, "residential": 1}
COURSE_M: Final = 24.0  # inside the strip that an avenue keeps free of houses
CORNER_REACH: Final = 1.8  # a corner lies at most this many offsets from its junction


@dataclass(frozen=True, slots=True)
class Street:
    """One street between two junctions: junction numbers, its points from u to v, and what it is."""

    u: int
    v: int
    line: tuple[XY, ...]
    way: Way


@dataclass(frozen=True)
class Network:
    """Junctions (metres), which of them have signals, and the streets between them."""

    points: list[XY]
    signals: list[bool]
    streets: list[Street]


def network_of(points: Sequence[XY], laid: Mapping[Edge, Way]) -> Network:
    """Return the street network of ways between points: avenues as two carriageways, no point that is no junction."""
    ways = dict(sorted(laid.items()))
    arms: dict[int, list[tuple[int, Way]]] = defaultdict(list)
    for (u, v), way in ways.items():
        arms[u].append((v, way))
        arms[v].append((u, way))
    junctions = _Junctions(points)
    streets: list[Street] = []
    for point in sorted(arms):
        streets.extend(junctions.open(point, arms[point]))
    for (u, v), way in ways.items():
        streets.extend(junctions.connect(u, v, way))
    return _contracted(junctions.points, junctions.signals, streets)


class _Junctions:
    """Which corner of which junction an arm of a street starts from."""

    def __init__(self, points: Sequence[XY]) -> None:
        self._plan_points = points
        self.points: list[XY] = []
        self.signals: list[bool] = []
        self._leaves: dict[tuple[int, int], int] = {}  # (point, next point) -> corner from which one drives out
        self._enters: dict[tuple[int, int], int] = {}

    def open(self, point: int, arms: list[tuple[int, Way]]) -> list[Street]:
        """Make the corners of a junction, and return the short streets between them."""
        here = self._plan_points[point]
        signal = has_signal([way for _, way in arms])
        arms = sorted(arms, key=lambda arm: _bearing(here, self._plan_points[arm[0]]))
        duals = [i for i, (_, way) in enumerate(arms) if way.dual]
        if len(duals) < 2:
            corner = self._add(here, signal)
            for other, _ in arms:
                self._leaves[point, other] = self._enters[point, other] = corner
            return []
        corners = [self._corner(here, arms, i, j, signal) for i, j in zip(duals, [*duals[1:], duals[0]], strict=True)]
        for k, (i, j) in enumerate(zip(duals, [*duals[1:], duals[0]], strict=True)):
            self._enters[point, arms[i][0]] = corners[k]
            self._leaves[point, arms[j][0]] = corners[k]
            between = range(i + 1, j if j > i else j + len(arms))
            for m in between:
                other = arms[m % len(arms)][0]
                self._leaves[point, other] = self._enters[point, other] = corners[k]
        return self._links(corners, arms)

    def connect(self, u: int, v: int, way: Way) -> list[Street]:
        """Return the street or the two carriageways of the way u-v."""
        if not way.dual:
            a, b = self._leaves[u, v], self._enters[v, u]
            line = [self.points[a], *self._back_on_course(u, v, a), *self._back_on_course(v, u, b), self.points[b]]
            return [Street(a, b, tuple(line), way)]
        half = replace(way, lanes=way.lanes // 2, width_m=way.width_m / 2, oneway=True, dual=False)
        pairs = ((self._leaves[u, v], self._enters[v, u]), (self._leaves[v, u], self._enters[u, v]))
        return [Street(a, b, (self.points[a], self.points[b]), half) for a, b in pairs]

    def _back_on_course(self, u: int, v: int, corner: int) -> list[XY]:
        """Return where a street that leaves from a corner beside its junction u is on its own course to v again."""
        (x, y), (x2, y2) = self._plan_points[u], self._plan_points[v]
        if self.points[corner] == (x, y):
            return []
        t = min(COURSE_M / hypot(x2 - x, y2 - y), 0.4)
        return [(round(x + t * (x2 - x), 2), round(y + t * (y2 - y), 2))]

    def _add(self, xy: XY, signal: bool) -> int:
        self.points.append((round(xy[0], 2), round(xy[1], 2)))
        self.signals.append(signal)
        return len(self.points) - 1

    def _corner(self, here: XY, arms: list[tuple[int, Way]], i: int, j: int, signal: bool) -> int:
        """Place the corner between avenues i and j (anticlockwise): where i's left and j's right carriageway meet."""
        one, two = (_bearing(here, self._plan_points[arms[k][0]]) for k in (i, j))
        shift_i, shift_j = (_offset(arms[k][1]) for k in (i, j))
        return self._add(_meeting(here, one, two, shift_i, shift_j), signal)

    def _links(self, corners: list[int], arms: list[tuple[int, Way]]) -> list[Street]:
        """Join the corners where one may turn across the avenue: at crossings with streets of rank."""
        dual = next(way for _, way in arms if way.dual)
        others = [way for _, way in arms if not way.dual and way.drive]
        if len(corners) == 2 and not any(RANK.get(way.street_class, 0) >= 2 for way in others):
            return []
        walk = len(corners) > 2 or dual.street_class != "trunk"  # the ring road is crossed on foot at avenues only
        link = replace(
            dual, walk=walk, lanes=2, width_m=7.0, dual=False, oneway=len(corners) > 2, name="", inferred="all"
        )
        pairs = list(zip(corners, [*corners[1:], corners[0]], strict=True))
        if len(corners) == 2:
            pairs = pairs[:1]
        return [Street(a, b, (self.points[a], self.points[b]), link) for a, b in pairs]


def has_signal(ways: list[Way]) -> bool:
    """Return whether a junction of these streets has signals: three arms, of which three are district streets."""
    ranks = sorted((RANK.get(way.street_class, 0) for way in ways if way.drive), reverse=True)
    return len(ranks) >= 3 and ranks[2] >= 2 and ranks[0] >= 3


def _bearing(a: XY, b: XY) -> float:
    return atan2(b[1] - a[1], b[0] - a[0])


def _offset(way: Way) -> float:
    return MEDIAN_M / 2 + way.width_m / 4


def _meeting(here: XY, one: float, two: float, shift_one: float, shift_two: float) -> XY:
    """Return where the line left of bearing ``one`` meets the line right of bearing ``two``."""
    ax, ay = here[0] - sin(one) * shift_one, here[1] + cos(one) * shift_one
    bx, by = here[0] + sin(two) * shift_two, here[1] - cos(two) * shift_two
    cross = cos(one) * sin(two) - sin(one) * cos(two)
    middle = ((ax + bx) / 2, (ay + by) / 2)
    if abs(cross) < 0.17:
        return middle
    t = ((bx - ax) * sin(two) - (by - ay) * cos(two)) / cross
    meeting = (ax + t * cos(one), ay + t * sin(one))
    far = CORNER_REACH * max(shift_one, shift_two)
    return meeting if hypot(meeting[0] - here[0], meeting[1] - here[1]) < far else middle


def _contracted(points: list[XY], signals: list[bool], streets: list[Street]) -> Network:
    """Join streets that run on into each other without a junction, and drop the points between."""
    ends: dict[int, list[int]] = defaultdict(list)
    for i, street in enumerate(streets):
        ends[street.u].append(i)
        ends[street.v].append(i)
    alive = dict(enumerate(streets))
    for point in sorted(ends):
        if signals[point] or len(ends[point]) != 2:
            continue
        joined = _joined(point, *(alive[i] for i in ends[point]))
        if joined is None:
            continue
        kept, gone = ends[point]
        del alive[gone]
        alive[kept] = joined
        for end in (joined.u, joined.v):
            ends[end] = [kept if i in (kept, gone) else i for i in ends[end]]
        ends[point] = []
    used = sorted({end for street in alive.values() for end in (street.u, street.v)})
    number = {point: i for i, point in enumerate(used)}
    final = [replace(street, u=number[street.u], v=number[street.v]) for _, street in sorted(alive.items())]
    return Network([points[i] for i in used], [signals[i] for i in used], final)


def _joined(point: int, one: Street, two: Street) -> Street | None:
    """Return two streets as one through their common point, or None where they differ, turn back or close a ring."""
    if one.way != two.way:
        return None
    if one.v != point and not one.way.oneway:
        one = _reversed(one)
    if two.u != point and not two.way.oneway:
        two = _reversed(two)
    if one.way.oneway and one.v != point:
        one, two = two, one
    if one.v != point or two.u != point or one.u == two.v:
        return None
    return Street(one.u, two.v, one.line + two.line[1:], one.way)


def _reversed(street: Street) -> Street:
    return Street(street.v, street.u, street.line[::-1], street.way)
