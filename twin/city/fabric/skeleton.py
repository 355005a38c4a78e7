"""The skeleton of the whole city: main streets, borders, canals, rails, known lands, and the faces between them.

Main streets are laid as the frame knows them, moved by a seed where it knows little; districts' borders follow a street
or a canal that runs beside them; canals and the railway are strips that only main streets and a few bridges cross. All
of it becomes one planar subdivision, so each district can then be filled by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from twin.city.fabric.lines import carried_on, fitted, moved, segments_of
from twin.city.fabric.plan import XY, Edge, edge_of
from twin.city.fabric.ways import BANK_ROAD, BANK_WALK, COLLECTOR, DISTRICT, DRIVE, FOOTWAY, PROMENADE, Way, avenue
from twin.city.frame import Frame, MainStreet, load_frame
from twin.streams import stream

STREET_REACH_M: Final = 45.0
BORDER_REACH_M: Final = 110.0
END_REACH_M: Final = 260.0
AHEAD_M: Final = 1500.0
CORNER_M: Final = 310.0  # corners on borders, so that streets from both sides meet
BRIDGE_M: Final = 750.0
BRIDGE_FREE_M: Final = 280.0
RAIL_WIDTH_M: Final = 30.0
MOST_ROUNDS: Final = 8
VERGE_M2: Final = 6000.0
VERGE_WIDE_M: Final = 34.0
LAND_EDGES: Final[Mapping[str, Way | None]] = {
    "park": FOOTWAY, "square": FOOTWAY, "cemetery": FOOTWAY, "bazaar": DRIVE, "campus": DRIVE, "stadium": DRIVE,
    "industry": None,
}  # fmt: skip
"""What runs round a land: walks round parks, drives round bazaars, a wall round a factory."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A face of the skeleton.

    Attributes:
        ring: points, anticlockwise.
        district: number of its district in the frame.
        use: "" for ground to be filled, ``verge`` for a sliver that stays open, ``water``, ``rail``, or the kind of a
            land that the frame knows, such as ``airport`` or ``park``.
        name: of the water or land, or "".
    """

    ring: tuple[int, ...]
    district: int
    use: str
    name: str


@dataclass(frozen=True)
class Skeleton:
    """Points (metres), the ways between them (None: no street) and the faces."""

    points: tuple[XY, ...]
    ways: dict[Edge, Way | None]
    grounds: tuple[Ground, ...]


@dataclass(frozen=True)
class _Line:
    shape: LineString
    way: Way | None


@dataclass(frozen=True)
class _Strip:
    kind: str
    name: str
    shape: BaseGeometry


@cache
def skeleton_of(seed: int) -> Skeleton:
    """Return the skeleton of the whole frame for a seed."""
    frame = load_frame()
    strips = _strips(frame)
    streets = _streets(frame, strips, seed)
    lines = [*streets, *_bridges(frame, strips, streets), *_banks(frame, strips), *_lands(frame, streets, strips)]
    lines += _borders(frame, streets, strips)
    segments = _noded(lines)
    for _ in range(MOST_ROUNDS):
        faces, loose = _faces(segments)
        if not loose:
            break
        lines += [_Line(line, COLLECTOR) for line in loose]
        segments = segments_of(shapely.union_all([shapely.multilinestrings(list(segments)), *loose], grid_size=0.01))
    return _assembled(faces, lines, strips, frame)


def _streets(frame: Frame, strips: Sequence[_Strip], seed: int) -> list[_Line]:
    """Return the main streets, the greatest first, each fitted to those before it."""
    airport = shapely.union_all([strip.shape for strip in strips if strip.kind == "airport"])
    order = sorted(frame.streets, key=lambda street: _RANKS.index(street.street_class))
    laid: list[_Line] = []
    for street in order:
        course = LineString(moved(street.course, street.shift_m, stream(seed, "city", "course", street.name)))
        way, before = _way_of(street), shapely.union_all([line.shape for line in laid])
        for part in shapely.get_parts(course.difference(airport.buffer(40.0))):
            laid += [_Line(piece, way) for piece in fitted(part, before, STREET_REACH_M)]
    rim = frame.outline.boundary
    others = [
        shapely.union_all([rim, *(line.shape for j, line in enumerate(laid) if j != i)]) for i in range(len(laid))
    ]
    return [
        replace(line, shape=carried_on(line.shape, rest, END_REACH_M, AHEAD_M))
        for line, rest in zip(laid, others, strict=True)
    ]


_RANKS: Final = ("trunk", "primary", "secondary", "tertiary", "pedestrian")


def _way_of(street: MainStreet) -> Way:
    inferred = "lanes,width_m" if street.quality == "good" else "all"
    if street.street_class == "pedestrian":
        way = replace(PROMENADE, name=street.name, inferred=inferred)
    elif street.street_class in ("trunk", "primary"):
        way = avenue(street.name, street.lanes, street.speed_kmh, inferred)
        way = replace(way, street_class=street.street_class, walk=street.street_class != "trunk")
    else:
        usual = DISTRICT if street.street_class == "secondary" else COLLECTOR
        way = replace(usual, name=street.name, speed_kmh=street.speed_kmh, inferred=inferred)
    return replace(way, corridor=street.corridor, names=street.names)


def _strips(frame: Frame) -> list[_Strip]:
    """Return the airport, the waters and the railways, as polygons that do not overlap."""
    city = frame.outline.buffer(60.0)
    strips = [_Strip("airport", land.name, Polygon(land.outline)) for land in frame.lands if land.kind == "airport"]
    courses = [("water", w.name, w.course, w.width_m) for w in frame.waters]
    courses += [("rail", r.name, r.course, RAIL_WIDTH_M) for r in frame.rails if r.kind == "rail"]
    for kind, name, course, width_m in courses:
        taken = shapely.union_all([strip.shape for strip in strips])
        line = LineString(moved(course, 0.0, stream(0, name)))
        shape = line.buffer(width_m / 2, cap_style="flat", quad_segs=2).intersection(city).difference(taken)
        parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and part.area > 2000.0]
        strips += [_Strip(kind, name, Polygon(part.exterior.simplify(1.0))) for part in parts]
    return strips


def _lands(frame: Frame, streets: Sequence[_Line], strips: Sequence[_Strip]) -> list[_Line]:
    """Return the edges of the lands the frame knows where no main street or strip runs beside them."""
    laid = shapely.union_all([*(line.shape for line in streets), *(s.shape.boundary for s in strips)])
    out = []
    for land in frame.lands:
        if land.kind == "airport":
            continue
        ring = LineString(Polygon(land.outline).exterior.coords)
        way = LAND_EDGES.get(land.kind)
        out += [_Line(piece, way) for piece in fitted(ring, laid, STREET_REACH_M)]
    return out


def _bridges(frame: Frame, strips: Sequence[_Strip], streets: Sequence[_Line]) -> list[_Line]:
    """Return short crossings of canals where no main street crosses for a long way."""
    wet = shapely.union_all([strip.shape for strip in strips if strip.kind == "water"])
    main = shapely.union_all([street.shape for street in streets])
    out: list[_Line] = []
    for water in (water for water in frame.waters if water.kind == "canal"):
        line = LineString(moved(water.course, 0.0, stream(0, water.name)))
        for at in np.arange(BRIDGE_M / 2, line.length, BRIDGE_M).tolist():
            here, ahead = line.interpolate(at), line.interpolate(at + 5.0)
            if not wet.contains(here) or here.distance(main) < BRIDGE_FREE_M:
                continue
            go = np.array([here.y - ahead.y, ahead.x - here.x]) / here.distance(ahead) * (water.width_m / 2 + 8.0)
            middle = np.array([here.x, here.y])
            out.append(_Line(LineString([middle - go, middle + go]), COLLECTOR))
    return out


def _banks(frame: Frame, strips: Sequence[_Strip]) -> list[_Line]:
    """Return the edges of strips: of a canal a road on the one bank and a walk on the other, of others no street."""
    out = []
    for strip in strips:
        sides = shapely.linestrings(segments_of(strip.shape.exterior.segmentize(CORNER_M)))
        ways: list[Way | None] = [None] * len(sides)
        if strip.kind == "water":
            course = next(LineString(water.course) for water in frame.waters if water.name == strip.name)
            ways = [BANK_ROAD if _lies_left(side, course) else BANK_WALK for side in sides]
        out += [_Line(side, way) for side, way in zip(sides, ways, strict=True)]
    return out


def _lies_left(side: LineString, course: LineString) -> bool:
    at = side.interpolate(0.5, normalized=True)
    along = course.project(at)
    back, ahead = course.interpolate(max(along - 5.0, 0.0)), course.interpolate(along + 5.0)
    return bool((ahead.x - back.x) * (at.y - back.y) - (ahead.y - back.y) * (at.x - back.x) > 0.0)


def _borders(frame: Frame, streets: Sequence[_Line], strips: Sequence[_Strip]) -> list[_Line]:
    """Return the districts' borders where no main street or strip runs beside them; the city's own rim is no street."""
    outlines = [district.polygon for district in frame.districts]
    rim = frame.outline.boundary
    rings = shapely.union_all([outline.exterior for outline in outlines])
    laid = shapely.union_all([*(line.shape for line in streets), *(s.shape.boundary for s in strips)])
    out = []
    for edge in shapely.get_parts(shapely.line_merge(rings)):
        inside = not rim.buffer(1.0).contains(edge.interpolate(0.5, normalized=True))
        if not inside:
            out.append(_Line(edge, None))
            continue
        pieces = [*fitted(edge, laid, BORDER_REACH_M), *_to_rim(edge, laid, rim)]
        out += [_Line(shapely.segmentize(piece, CORNER_M), COLLECTOR) for piece in pieces]
    return out


def _to_rim(edge: LineString, laid: BaseGeometry, rim: BaseGeometry) -> list[LineString]:
    """Return how a border goes on from a street near the rim to the rim itself, so that it parts the ground beyond."""
    ends = [Point(edge.coords[i]) for i in (0, -1)]
    lines = [shapely.shortest_line(end, laid) for end in ends if rim.distance(end) < 1.0]
    return [line for line in lines if 1.0 < line.length <= BORDER_REACH_M]


def _noded(lines: Sequence[_Line]) -> NDArray[np.float64]:
    return segments_of(shapely.union_all([line.shape for line in lines], grid_size=0.01))


def _faces(segments: NDArray[np.float64]) -> tuple[list[Polygon], list[LineString]]:
    """Return the faces, and connections for those that have holes: a face is to be one ring."""
    lines = shapely.linestrings(segments)
    faces = list(shapely.get_parts(shapely.polygonize(lines)))
    loose: list[LineString] = []
    for face in faces:
        rings = [face.exterior, *face.interiors]
        for i, hole in enumerate(rings[1:], 1):
            others = shapely.union_all([ring for j, ring in enumerate(rings) if j != i])
            tips = (min(hole.coords), max(hole.coords))
            loose += [shapely.shortest_line(Point(tip), others) for tip in tips]
    return faces, loose


def _assembled(faces: Sequence[Polygon], lines: Sequence[_Line], strips: Sequence[_Strip], frame: Frame) -> Skeleton:
    outlines = np.array([district.polygon for district in frame.districts], dtype=object)
    known = [*strips, *(_Strip(land.kind, land.name, Polygon(land.outline)) for land in frame.lands)]
    kept, owner = _owned(faces, outlines)
    number: dict[XY, int] = {}
    grounds = []
    for face, district in zip(kept, owner, strict=True):
        xy = np.round(shapely.get_coordinates(shapely.orient_polygons(face).exterior)[:-1], 2)
        ring = tuple(number.setdefault((float(x), float(y)), len(number)) for x, y in xy)
        grounds.append(Ground(ring, district, *_use_of(face, known)))
    edges = {edge_of(u, v) for g in grounds for u, v in zip(g.ring, (*g.ring[1:], g.ring[0]), strict=True)}
    points = tuple(number)
    return Skeleton(points, _ways(points, sorted(edges), lines, strips), tuple(grounds))


def _owned(faces: Sequence[Polygon], outlines: NDArray[np.object_]) -> tuple[list[Polygon], list[int]]:
    """Return the faces that lie in the city, from west to east, each with the district most of it lies in."""
    order = sorted(faces, key=lambda face: tuple(np.round(face.bounds, 2)))
    shared = np.array([shapely.area(shapely.intersection(face, outlines)) for face in order])
    inside = shared.sum(axis=1) > 0.5 * shapely.area(np.array(order, dtype=object))
    return [f for f, keep in zip(order, inside, strict=True) if keep], shared.argmax(axis=1)[inside].tolist()


def _use_of(face: Polygon, known: Sequence[_Strip]) -> tuple[str, str]:
    """Return the use and the name of a face: of the strip or land that most of it is, else of ground or a sliver."""
    for strip in known:
        if shapely.area(shapely.intersection(strip.shape, face)) > 0.6 * face.area:
            return strip.kind, strip.name
    return ("verge" if face.area < VERGE_M2 or 2 * face.area / face.length < VERGE_WIDE_M else ""), ""


def _ways(
    points: Sequence[XY], edges: Sequence[Edge], lines: Sequence[_Line], strips: Sequence[_Strip]
) -> dict[Edge, Way | None]:
    """Return the way of each edge: that of the first line it lies on, as a bridge where it crosses a strip."""
    parts = [shapely.linestrings(segments_of(line.shape)) for line in lines]
    source = np.repeat(np.arange(len(lines)), [len(part) for part in parts])
    tree = STRtree(np.concatenate(parts))
    xy = np.array(points)
    u, v = np.array(edges).T
    middles = (xy[u] + xy[v]) / 2
    edge, segment = tree.query(shapely.points(middles), predicate="dwithin", distance=0.05)
    first = np.full(len(edges), len(lines))
    np.minimum.at(first, edge, source[segment])
    over = np.zeros(len(edges), dtype=bool)
    for strip in strips:
        if strip.kind in ("water", "rail"):
            over |= shapely.contains_xy(strip.shape.buffer(-0.3), *middles.T)
    ways: dict[Edge, Way | None] = {}
    for key, line, bridge in zip(edges, first.tolist(), over.tolist(), strict=True):
        way = lines[line].way if line < len(lines) else None
        ways[key] = replace(way, structure="bridge", layer=1) if way is not None and bridge else way
    return ways
