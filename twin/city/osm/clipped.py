"""Boundaries of which an extract holds only a part: which side of each line belongs to whom follows from the others.

A line between two areas says that one lies on each side, not which on which. Where three areas or more come together
the lines decide it: what touches a line of A and B and a line of A and C is A. What stays open is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import shapely

from twin.city.osm.ground import Ground
from twin.city.osm.reading import Extract, Relation

REACH_M: Final = 750.0
_BEYOND_M: Final = 1.0
NOBODY: Final = 0
_TOUCH_M: Final = 0.01

Sides = tuple[frozenset[int], list[int]]


def clipped_shapes(
    relations: Sequence[Relation], extract: Extract, ground: Ground, whole: shapely.Geometry
) -> dict[int, shapely.Geometry]:
    """Return the part of each area within the data, by the relation's id, as far as the lines decide it.

    Args:
        relations: the boundaries of one level.
        extract: what was read.
        ground: where it lies.
        whole: the area of the data; lines that end within 750 m of its edge are drawn on to it (assumed).
    """
    owners: dict[int, set[int]] = {}
    for relation in relations:
        for ref, _ in relation.ways:
            if ref in extract.ways:
                owners.setdefault(ref, set()).add(relation.id)
    lines, owned = [], []
    for ref in sorted(owners):
        for line in _stretches(extract.rows_of(extract.ways[ref]), ground):
            lines.append(line)
            owned.append(frozenset(owners[ref] if len(owners[ref]) > 1 else {*owners[ref], NOBODY}))
    if not lines:
        return {}
    edge = whole.exterior if whole.geom_type == "Polygon" else shapely.boundary(whole)
    drawn_on = [_drawn_on(end, edge, whole) for end in _loose_ends(lines)]
    noded = shapely.union_all([*lines, *(line for line in drawn_on if line is not None), edge])
    faces = [face for face in shapely.get_parts(shapely.polygonize([noded])) if whole.contains(face.point_on_surface())]
    sides = list(_sides(shapely.get_parts(noded), lines, owned, faces))
    chosen = _decided(len(faces), sides)
    ids = sorted({owner for owner in chosen if owner is not None and owner != NOBODY})
    return {
        owner: shapely.set_precision(
            shapely.union_all([face for face, whose in zip(faces, chosen, strict=True) if whose == owner]), 0.001
        )
        for owner in ids
    }


def _stretches(rows: np.ndarray, ground: Ground) -> Iterator[shapely.LineString]:
    """Return the parts of a way whose nodes are in the file."""
    for part in np.split(rows, np.flatnonzero(rows < 0)):
        present = part[part >= 0]
        if len(present) > 1 and np.ptp(ground.xy_m[present], axis=0).any():
            yield shapely.LineString(ground.xy_m[present])


def _loose_ends(lines: list[shapely.LineString]) -> list[shapely.Point]:
    """Return the ends at which no other line goes on."""
    ends = np.array([point for line in lines for point in (shapely.get_point(line, 0), shapely.get_point(line, -1))])
    at, _ = shapely.STRtree(lines).query(ends, predicate="dwithin", distance=_TOUCH_M)
    loose: list[shapely.Point] = ends[np.bincount(at, minlength=len(ends)) == 1].tolist()
    return loose


def _drawn_on(end: shapely.Point, edge: shapely.Geometry, whole: shapely.Geometry) -> shapely.LineString | None:
    """Return the line from a loose end to a little beyond the edge of the data, None where it is too far."""
    away_m = end.distance(edge)
    if not whole.contains(end) or not 0 < away_m <= REACH_M:
        return None
    start, stop = shapely.get_coordinates(shapely.shortest_line(end, edge))
    return shapely.LineString([start, stop + (stop - start) * (_BEYOND_M / away_m)])


def _sides(
    edges: np.ndarray, lines: list[shapely.LineString], owned: list[frozenset[int]], faces: list[shapely.Polygon]
) -> Iterator[Sides]:
    """Return for each piece of a boundary line whose it is, and the faces on its two sides."""
    if not faces:
        return
    middles = shapely.line_interpolate_point(edges, 0.5, normalized=True)
    line_of = shapely.STRtree(lines)
    face_of = shapely.STRtree(faces)
    for middle in middles:
        of = line_of.query(middle, predicate="dwithin", distance=_TOUCH_M)
        beside = face_of.query(middle, predicate="dwithin", distance=_TOUCH_M)
        if len(of) and len(beside):
            yield owned[int(of.min())], sorted(beside.tolist())


def _decided(faces: int, sides: list[Sides]) -> list[int | None]:
    """Return whose each face is, None where the lines do not decide it or contradict each other."""
    may: list[set[int] | None] = [None] * faces
    for whose, beside in sides:
        for face in beside:
            known = may[face]
            may[face] = set(whose) if known is None else known & whose
    changed = True
    while changed:
        changed = False
        for _, beside in sides:
            for face, other in (beside, beside[::-1]) if len(beside) == 2 else ():
                one, left = may[face], may[other]
                if one is not None and left is not None and len(one) == 1 and one & left:
                    left -= one
                    changed = True
    return [next(iter(one)) if one is not None and len(one) == 1 else None for one in may]
