"""Dividing a block into smaller ones by streets laid across it, again and again."""

from __future__ import annotations

from collections.abc import Callable
from math import hypot
from typing import Final

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon

from twin.city.fabric.plan import MIN_COMPACT, XY, Plan, compactness
from twin.city.fabric.ways import Way

STRIP_M2: Final = 450_000.0
STRIP_SHARES: Final = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82)
WayOf = Callable[[float], Way | None]


def divide(
    plan: Plan,
    face: int,
    rng: np.random.Generator,
    *,
    target_m2: float,
    way_of: WayOf,
    bend: float = 0.0,
    skew: float = 0.0,
    snap_m: float = 30.0,
) -> list[int]:
    """Cut a face until its parts are about ``target_m2``, and return the parts.

    Args:
        plan: changed in place.
        face: the face to divide.
        rng: chooses where the cuts run.
        target_m2: parts come out between about half and 1.6 times this.
        way_of: the way to lay across a block of so many square metres.
        bend: how far the middle of a street lies off its chord, as a share of its length.
        skew: how far a cut turns off the square, radians at most.
        snap_m: a cut ends in a corner that is nearer than this, which makes crossings rather than offsets.
    """
    todo, parts = [face], []
    while todo:
        block = todo.pop()
        area = plan.polygon(block).area
        halves = None
        if area > target_m2 * rng.uniform(0.95, 1.6):
            halves = cut_across(plan, block, rng, way_of(area), bend=bend, skew=skew, snap_m=snap_m)
        if halves is None:
            parts.append(block)
        else:
            todo.extend(halves)
    return parts


def divide_rows(
    plan: Plan,
    face: int,
    rng: np.random.Generator,
    *,
    depth_m: float,
    length_m: float,
    way_of: WayOf,
    bend: float,
    skew: float,
    snap_m: float,
) -> list[int]:
    """Cut a face into long blocks, about ``depth_m`` deep and ``length_m`` long, and return them.

    A block is first cut along until it is no deeper than two rows of plots, then across where it is long; the other
    arguments are those of :func:`divide`.
    """
    todo, parts = [face], []
    while todo:
        block = todo.pop()
        _, along, across = box_of(plan.polygon(block))
        long_m, deep_m = hypot(*along), hypot(*across)
        deep = deep_m > depth_m * rng.uniform(1.25, 1.5)
        halves = None
        if deep or long_m > length_m * rng.uniform(1.1, 1.6):
            way = way_of(long_m * deep_m)
            halves = cut_across(plan, block, rng, way, bend=bend, skew=skew, snap_m=snap_m, along=deep)
        if halves is None:
            parts.append(block)
        else:
            todo.extend(halves)
    return parts


def cut_across(
    plan: Plan,
    face: int,
    rng: np.random.Generator,
    way: Way | None,
    *,
    share: float | None = None,
    bend: float = 0.0,
    skew: float = 0.0,
    snap_m: float = 30.0,
    along: bool = False,
) -> tuple[int, int] | None:
    """Cut a face once across its longer axis, at ``share`` of its length (drawn near the middle when None).

    ``along`` cuts it along that axis instead.
    """
    block = plan.polygon(face)
    for attempt in range(5):
        at = share if share is not None and attempt == 0 else rng.uniform(0.4, 0.6)
        line = _line_across(
            block, at, rng.uniform(-skew, skew), rng.uniform(-bend, bend), turned=along is (attempt < 3)
        )
        piece = longest_piece(block, line)
        if piece is not None:
            halves = plan.cut(face, piece, way, snap_m)
            if halves is not None:
                return halves
    return _cut_strip(plan, face, way, snap_m) if share is None else None


def _cut_strip(plan: Plan, face: int, way: Way | None, snap_m: float) -> tuple[int, int] | None:
    """Cut a large face that no ordinary cut leaves compact parts of, such as a strip along the city's border; straight.

    The parts must only not be thinner than the face was.
    """
    block = plan.polygon(face)
    if block.area < STRIP_M2:
        return None
    least = min(MIN_COMPACT, compactness(block))
    for at in STRIP_SHARES:
        for turned in (False, True):
            piece = longest_piece(block, _line_across(block, at, 0.0, 0.0, turned=turned))
            halves = plan.cut(face, piece, way, snap_m, least) if piece is not None else None
            if halves is not None:
                return halves
    return None


def longest_piece(block: Polygon, line: list[XY]) -> list[XY] | None:
    """Return the longest stretch of a line inside a block, or None."""
    inside = shapely.intersection(block, LineString(line))
    pieces = [p for p in shapely.get_parts(inside) if p.geom_type == "LineString" and p.length > 1.0]
    if not pieces:
        return None
    return [(float(x), float(y)) for x, y in max(pieces, key=lambda p: p.length).coords]


def box_of(block: Polygon) -> tuple[XY, XY, XY]:
    """Return a corner of the smallest rectangle round a block, its longer and its shorter side as vectors."""
    corners = shapely.get_coordinates(block.minimum_rotated_rectangle)[:4]
    start = int(np.lexsort(np.round(corners, 3).T)[0])
    a, b, d = corners[start], corners[(start + 1) % 4], corners[(start + 3) % 4]
    one, two = (b[0] - a[0], b[1] - a[1]), (d[0] - a[0], d[1] - a[1])
    corner = (float(a[0]), float(a[1]))
    return (corner, one, two) if hypot(*one) >= hypot(*two) else (corner, two, one)


def _line_across(block: Polygon, share: float, turn: float, bend: float, *, turned: bool) -> list[XY]:
    (x, y), along, across = box_of(block)
    if turned:
        along, across = across, along
    shift = np.tan(turn)
    foot = np.array([x + along[0] * share, y + along[1] * share])
    over = np.array(across) + shift * hypot(*across) / max(hypot(*along), 1.0) * np.array(along)
    side = np.array(along) / max(hypot(*along), 1.0) * bend * hypot(*across)
    steps = ((-0.3, 0.0), (0.0, 0.0), (0.5, 1.0), (1.0, 0.0), (1.3, 0.0)) if bend else ((-0.3, 0.0), (1.3, 0.0))
    points = [foot + t * over + b * side - 0.5 * (over - np.array(across)) for t, b in steps]
    return [(float(p[0]), float(p[1])) for p in points]
