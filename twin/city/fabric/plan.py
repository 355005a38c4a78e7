"""A street plan as a planar subdivision: points, ways between them, and the faces (blocks) they enclose.

Streets are laid by cutting faces, so junctions are shared points by construction and nothing has to be noded
afterwards. The idea of half-edges is that of Muller and Preparata (1978), kept as a dict from a directed pair of points
to the face on its left.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from math import hypot

import shapely
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from twin.city.fabric.ways import Way, is_main

XY = tuple[float, float]
Edge = tuple[int, int]
Spot = tuple[int, XY | None]  # index in a ring, and a point to be inserted after it (None: the corner itself)
MIN_COMPACT = 0.22  # 4 pi area / perimeter^2 of the thinnest block that a cut may leave


class Plan:
    """Points (metres, rounded to centimetres), ways (None: a border that is no street) and faces (rings, ccw).

    Attributes:
        points: metres.
        ways: by the two points they join, the lower number first.
        faces: rings of points.
        origin: the way of the start that a way was once a part of; none for a way laid since.
    """

    def __init__(
        self, points: Sequence[XY], ways: Mapping[Edge, Way | None], faces: Mapping[int, Sequence[int]]
    ) -> None:
        self.points: list[XY] = list(points)
        self.ways: dict[Edge, Way | None] = dict(ways)
        self.origin: dict[Edge, Edge] = {edge: edge for edge in ways}
        self.faces: dict[int, list[int]] = {}
        self._left: dict[tuple[int, int], int] = {}
        for face, ring in faces.items():
            self._add_face(face, list(ring))
        self._next = max(faces, default=-1) + 1

    @classmethod
    def within(cls, outline: Sequence[XY], border: Sequence[Way | None]) -> Plan:
        """Return a plan of one face: an outline (ccw) with the way on each of its sides."""
        rim = range(len(outline))
        ends = zip(rim, [*rim[1:], 0], border, strict=True)
        return cls(outline, {edge_of(u, v): way for u, v, way in ends}, {0: rim})

    def add_point(self, xy: XY) -> int:
        """Return the number of a new point."""
        self.points.append((round(float(xy[0]), 2), round(float(xy[1]), 2)))
        return len(self.points) - 1

    def add_way(self, u: int, v: int, way: Way) -> None:
        """Lay a loose way that encloses nothing, such as a dead end."""
        self.ways[edge_of(u, v)] = way

    def way(self, u: int, v: int) -> Way | None:
        """Return the way between two points of a ring."""
        return self.ways[edge_of(u, v)]

    def polygon(self, face: int) -> Polygon:
        """Return a face as a polygon."""
        return Polygon([self.points[i] for i in self.faces[face]])

    def sides(self, face: int) -> Iterator[tuple[int, int, Way | None]]:
        """Yield the sides of a face, ccw, as point, point, way."""
        ring = self.faces[face]
        for u, v in zip(ring, [*ring[1:], ring[0]], strict=True):
            yield u, v, self.ways[edge_of(u, v)]

    def ground(self, face: int, extra_m: float = 0.0) -> BaseGeometry:
        """Return what may be built on: the face without its streets, verges and sidewalks."""
        strips = [
            LineString([self.points[u], self.points[v]]).buffer((way.clear_m if way else 1.0) + extra_m, quad_segs=2)
            for u, v, way in self.sides(face)
        ]
        return self.polygon(face).difference(shapely.union_all(strips))

    def main_sides(self, face: int) -> BaseGeometry:
        """Return the centre lines of the main streets that bound a face; empty for none."""
        main = [
            LineString([self.points[u], self.points[v]])
            for u, v, way in self.sides(face)
            if way is not None and is_main(way)
        ]
        return shapely.union_all(main) if main else LineString()

    def neighbours(self, face: int) -> dict[int, float]:
        """Return the faces beyond the sides of this one, with the metres of side they share."""
        shared: dict[int, float] = {}
        for u, v, _ in self.sides(face):
            other = self._left.get((v, u))
            if other is not None:
                (x1, y1), (x2, y2) = self.points[u], self.points[v]
                shared[other] = shared.get(other, 0.0) + hypot(x2 - x1, y2 - y1)
        return shared

    def cut(
        self, face: int, line: Sequence[XY], way: Way | None, snap_m: float, least: float = MIN_COMPACT
    ) -> tuple[int, int] | None:
        """Cut a face along a line between two spots of its ring; None when that would leave a sliver.

        Args:
            face: the face to cut; it disappears, the two halves are returned.
            line: from one side to another; its ends move to the nearest corner within ``snap_m``.
            way: what is laid along the cut.
            snap_m: metres.
            least: how compact each half must be, as MIN_COMPACT says it.
        """
        first, last = self._spot(face, line[0], snap_m), self._spot(face, line[-1], snap_m)
        inner = [xy for xy in line[1:-1] if self._clear_of_ring(face, xy, snap_m)]
        if not self._leaves_two_blocks(face, first, last, inner, least):
            return None
        a, b = self._settle(face, first, last)
        path = [a, *(self.add_point(xy) for xy in inner), b]
        for u, v in itertools.pairwise(path):
            self.ways[edge_of(u, v)] = way
        return self._split(face, path)

    def attach(self, face: int, xy: XY, snap_m: float) -> int:
        """Return the point of the face's ring nearest to ``xy``; a new one, unless a corner lies within ``snap_m``."""
        index, new = self._spot(face, xy, snap_m)
        return self._settle_one(face, index, new)

    def stop_way(self, u: int, v: int, xy: XY) -> None:
        """Turn the way u-v into a dead end that leads from u to ``xy``; the rest becomes a wall."""
        w = self._insert(u, v, xy)
        self.ways[edge_of(w, v)] = None

    def side_at(self, face: int, xy: XY) -> Way | None:
        """Return the way of the side nearest to ``xy``."""
        index, _ = self._spot(face, xy, 0.0)
        ring = self.faces[face]
        return self.ways[edge_of(ring[index], ring[(index + 1) % len(ring)])]

    def _add_face(self, face: int, ring: list[int]) -> None:
        self.faces[face] = ring
        for u, v in zip(ring, [*ring[1:], ring[0]], strict=True):
            self._left[u, v] = face

    def _clear_of_ring(self, face: int, xy: XY, snap_m: float) -> bool:
        return bool(self.polygon(face).exterior.distance(shapely.Point(xy)) > snap_m)

    def _spot(self, face: int, xy: XY, snap_m: float) -> Spot:
        ring = self.faces[face]
        corners = [self.points[i] for i in ring]
        near = min(range(len(ring)), key=lambda i: _distance(corners[i], xy))
        if _distance(corners[near], xy) <= snap_m:
            return near, None
        feet = [_foot(a, b, xy) for a, b in zip(corners, [*corners[1:], corners[0]], strict=True)]
        index = min(range(len(ring)), key=lambda i: _distance(feet[i], xy))
        foot = (round(feet[index][0], 2), round(feet[index][1], 2))
        if foot == corners[index]:
            return index, None
        if foot == corners[(index + 1) % len(ring)]:
            return (index + 1) % len(ring), None
        return index, foot

    def _leaves_two_blocks(self, face: int, first: Spot, last: Spot, inner: Sequence[XY], least: float) -> bool:
        if first == last:
            return False
        corners: list[XY] = []
        at: dict[str, int] = {}
        for i, point in enumerate(self.faces[face]):
            corners.append(self.points[point])
            for name, (index, new) in _along_side(i, self.points[point], first, last):
                if new is not None:
                    corners.append(new)
                at[name] = len(corners) - 1
                assert index == i
        halves = _halves(corners, at["first"], at["last"], list(inner))
        return all(_is_block(half, least) for half in halves)

    def _settle(self, face: int, first: Spot, last: Spot) -> tuple[int, int]:
        """Insert both spots; the one further along the ring first, so that the other's index stays right."""
        start = self.points[self.faces[face][first[0]]]
        if first[0] == last[0] and first[1] is not None and last[1] is not None:
            ahead = _distance(start, first[1]) > _distance(start, last[1])
        else:
            ahead = first[0] > last[0] or (first[0] == last[0] and first[1] is not None)
        if ahead:
            a = self._settle_one(face, *first)
            return a, self._settle_one(face, *last)
        b = self._settle_one(face, *last)
        return self._settle_one(face, *first), b

    def _settle_one(self, face: int, index: int, new: XY | None) -> int:
        ring = self.faces[face]
        if new is None:
            return ring[index]
        return self._insert(ring[index], ring[(index + 1) % len(ring)], new)

    def _insert(self, u: int, v: int, xy: XY) -> int:
        w = self.add_point(xy)
        way, origin = self.ways.pop(edge_of(u, v)), self.origin.pop(edge_of(u, v), None)
        self.ways[edge_of(u, w)] = self.ways[edge_of(w, v)] = way
        if origin is not None:
            self.origin[edge_of(u, w)] = self.origin[edge_of(w, v)] = origin
        for a, b in ((u, v), (v, u)):
            face = self._left.pop((a, b), None)
            if face is not None:
                ring = self.faces[face]
                ring.insert(ring.index(a) + 1, w)
                self._left[a, w] = self._left[w, b] = face
        return w

    def _split(self, face: int, path: list[int]) -> tuple[int, int]:
        ring = self.faces.pop(face)
        i = ring.index(path[0])
        ring = ring[i:] + ring[:i]
        j = ring.index(path[-1])
        one, two = self._next, self._next + 1
        self._next += 2
        self._add_face(one, ring[: j + 1] + path[-2:0:-1])
        self._add_face(two, ring[j:] + path[:-1])
        return one, two


def edge_of(u: int, v: int) -> Edge:
    """Return the key of the way between two points."""
    return (u, v) if u < v else (v, u)


def _distance(a: XY, b: XY) -> float:
    return hypot(a[0] - b[0], a[1] - b[1])


def _foot(a: XY, b: XY, p: XY) -> XY:
    """Return the point of the segment a-b nearest to p."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    t = ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / (dx * dx + dy * dy)
    t = min(max(t, 0.0), 1.0)
    return a[0] + t * dx, a[1] + t * dy


def _along_side(i: int, corner: XY, first: Spot, last: Spot) -> list[tuple[str, Spot]]:
    """Return the spots on side i in ring order (corners before inserted points)."""
    here = [(name, spot) for name, spot in (("first", first), ("last", last)) if spot[0] == i]
    return sorted(here, key=lambda item: 0.0 if item[1][1] is None else _distance(corner, item[1][1]))


def _halves(corners: list[XY], a: int, b: int, inner: list[XY]) -> tuple[list[XY], list[XY]]:
    turned = corners[a:] + corners[:a]
    j = (b - a) % len(corners)
    return turned[: j + 1] + inner[::-1], turned[j:] + turned[:1] + inner


def compactness(block: Polygon) -> float:
    """Return 4 pi area / perimeter^2: 1 for a circle, 0.785 for a square, near 0 for a strip."""
    return float(12.566 * block.area / block.length**2)


def _is_block(ring: list[XY], least: float) -> bool:
    if len(ring) < 3:
        return False
    block = Polygon(ring)
    if not block.is_valid or block.area < 1.0 or not block.exterior.is_ccw:  # clockwise: the cut left the face
        return False
    return compactness(block) > least
