"""Closed ways and multipolygon relations as polygons, mended where they cross themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.osm.ground import Ground
from twin.city.osm.reading import Extract, Relation, Way

LEAST_M2: Final = 1.0
MOST_NODES: Final = 2000
MOST_CROSSINGS: Final = 100


@dataclass(frozen=True, slots=True)
class Outline:
    """The polygons of one object, largest first; none where there is no outline.

    Attributes:
        parts: valid polygons in metres, holes kept, each of at least 1 m2.
        mended: what was mended, "" where nothing was.
        reason: why there are no parts.
    """

    parts: tuple[shapely.Polygon, ...]
    mended: str = ""
    reason: str = ""


TANGLED: Final = Outline((), reason=f"it crosses itself in more than {MOST_CROSSINGS} places")


def way_outlines(ways: Sequence[Way], extract: Extract, ground: Ground) -> list[Outline]:
    """Return the polygon of each closed way.

    Nodes that are missing are passed over while three remain and at least half of all; an open line of three nodes or
    more is closed; an outline that crosses itself is made valid. Whole and sound outlines are made all at once.
    """
    rows = [extract.rows_of(way) for way in ways]
    whole = [
        i
        for i, (way, own) in enumerate(zip(ways, rows, strict=True))
        if len(own) >= 4 and own[0] == own[-1] and own.min() >= 0
    ]
    outlines: list[Outline | None] = [None] * len(ways)
    if whole:
        index = np.repeat(np.arange(len(whole)), [len(rows[i]) for i in whole])
        shapes = shapely.polygons(
            shapely.linearrings(ground.xy_m[np.concatenate([rows[i] for i in whole])], indices=index)
        )
        sound = shapely.is_valid(shapes) & (shapely.area(shapes) >= LEAST_M2)
        tidy = shapely.remove_repeated_points(shapes, 0.0)
        for at, i in enumerate(whole):
            if sound[at]:
                outlines[i] = Outline((tidy[at],))
    return [done or _mended_outline(way, extract, ground) for way, done in zip(ways, outlines, strict=True)]


def way_outline(way: Way, extract: Extract, ground: Ground) -> Outline:
    """Return the polygon of one closed way; see ``way_outlines``."""
    return way_outlines([way], extract, ground)[0]


def _mended_outline(way: Way, extract: Extract, ground: Ground) -> Outline:
    rows = extract.rows_of(way)
    present = rows[rows >= 0]
    if len(np.unique(present)) < 3 or 2 * len(present) < len(rows):
        return Outline((), reason=_why_open(rows))
    shape = shapely.Polygon(ground.xy_m[present])
    mended = []
    if len(present) < len(rows):
        mended.append("closed across missing nodes")
    elif not extract.is_closed(way):
        mended.append("open outline closed")
    return _sound(shape, mended)


def relation_outline(relation: Relation, extract: Extract, ground: Ground) -> Outline:
    """Return the polygons of a multipolygon relation: its outer rings less its inner ones.

    Rings are put together from any number of ways; a ring that is not whole in the file is left out.
    """
    outer, gaps = _rings(_members(relation, extract, inner=False), extract, ground)
    inner, _ = _rings(_members(relation, extract, inner=True), extract, ground)
    missing = any(ref not in extract.ways for ref, role in relation.ways if role != "inner")
    if not outer:
        return Outline((), reason="no outer ring of it is whole in the file")
    sound_outer, sound_inner = ([_untangled(ring) for ring in rings] for rings in (outer, inner))
    if None in sound_outer or None in sound_inner:
        return TANGLED
    shape = shapely.union_all(sound_outer)
    crossed = not all(shapely.is_valid(ring) for ring in [*outer, *inner])
    if inner:
        shape = shapely.difference(shape, shapely.union_all(sound_inner))
    mended = ["outline crossed itself"] if crossed else []
    return _sound(shape, [*mended, *(["outer rings that are not whole left out"] if gaps or missing else [])])


def is_whole(relation: Relation, extract: Extract) -> bool:
    """Return whether every way of a relation, and every node of those, is in the file."""
    ways = [extract.ways.get(ref) for ref, _ in relation.ways]
    found = [way for way in ways if way is not None]
    return bool(found) and len(found) == len(ways) and all((extract.rows_of(way) >= 0).all() for way in found)


def polygon_parts(shape: shapely.Geometry) -> tuple[shapely.Polygon, ...]:
    """Return the polygons in any geometry that have at least 1 m2, largest first."""
    flat = [part for part in _flat(shape) if part.geom_type == "Polygon" and part.area >= LEAST_M2]
    return tuple(sorted(flat, key=lambda part: (-part.area, part.bounds)))


def _sound(shape: shapely.Geometry, mended: list[str]) -> Outline:
    if not shapely.is_valid(shape):
        shape = _untangled(shape)
        mended = [*mended, "outline crossed itself"]
    if shape is None:
        return TANGLED
    parts = tuple(shapely.remove_repeated_points(part, 0.0) for part in polygon_parts(shape))
    parts = tuple(shapely.set_precision(part, 0.001) for part in parts) if len(mended) else parts
    parts = tuple(piece for part in parts for piece in polygon_parts(part))
    if not parts:
        return Outline((), reason=f"it covers less than {LEAST_M2:g} m2")
    return Outline(parts, mended="; ".join(mended))


def _untangled(shape: shapely.Geometry) -> shapely.Geometry | None:
    """Return a shape made valid, or None for a tangle: mending takes minutes for some thousands of crossings.

    No way has more than 2,000 nodes (the limit of the OpenStreetMap API), so no larger outline is taken to pieces.
    """
    if shapely.is_valid(shape):
        return shape
    points = shapely.get_coordinates(shape)
    if len(points) > MOST_NODES:
        return None
    steps = np.stack([points[:-1], points[1:]], axis=1)
    lines = shapely.linestrings(steps[(steps[:, 0] != steps[:, 1]).any(axis=1)])
    a, b = shapely.STRtree(lines).query(lines, predicate="intersects")
    apart = b - a
    if np.count_nonzero((apart > 1) & (apart < len(lines) - 1)) > MOST_CROSSINGS:
        return None
    return shapely.make_valid(shape)


def _why_open(rows: NDArray[np.int64]) -> str:
    if (rows < 0).any():
        return "too few of its nodes are in the file"
    return "it has fewer than three different nodes"


def _members(relation: Relation, extract: Extract, inner: bool) -> Iterator[Way]:
    for ref in dict.fromkeys(ref for ref, role in relation.ways if (role == "inner") == inner):
        if ref in extract.ways:
            yield extract.ways[ref]


def _rings(ways: Iterable[Way], extract: Extract, ground: Ground) -> tuple[list[shapely.Polygon], bool]:
    """Return the closed rings that ways form, as polygons, and whether any way was left over."""
    chains: list[list[int]] = []
    broken = False
    for way in ways:
        rows = extract.rows_of(way)
        if len(rows) < 2 or (rows < 0).any():
            broken = True
            continue
        chains.append(rows.tolist())
    closed, left = _joined(chains)
    rings = [shapely.Polygon(ground.xy_m[ring]) for ring in closed if len(set(ring)) >= 3]
    return rings, broken or left


def _joined(chains: Sequence[list[int]]) -> tuple[list[list[int]], bool]:
    """Join chains of nodes end to end, the earliest that fits first, until they close."""
    closed = [chain for chain in chains if chain[0] == chain[-1]]
    open_ = [chain for chain in chains if chain[0] != chain[-1]]
    at: dict[int, list[int]] = defaultdict(list)
    for i, chain in enumerate(open_):
        at[chain[0]].append(i)
        at[chain[-1]].append(i)
    used = [False] * len(open_)
    left = False
    for first, start in enumerate(open_):
        if used[first]:
            continue
        used[first] = True
        ring = list(start)
        while ring[0] != ring[-1]:
            step = next((i for i in at[ring[-1]] if not used[i]), None)
            if step is None:
                break
            used[step] = True
            other = open_[step]
            ring += (other if other[0] == ring[-1] else other[::-1])[1:]
        if ring[0] == ring[-1]:
            closed.append(ring)
        else:
            left = True
    return closed, left


def _flat(shape: shapely.Geometry) -> Iterator[shapely.Geometry]:
    if hasattr(shape, "geoms"):
        for part in shape.geoms:
            yield from _flat(part)
    else:
        yield shape
