"""Main lines brought together: a line beside another is taken for the same, loose ends go on to what is near."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from twin.city.fabric.plan import XY

CROSSING: Final = 3.2  # a line that stays beside another for less than this many reaches crosses it
SHORTEST_M: Final = 60.0
SHIFT_EVERY_M: Final = 1200.0
COARSE_M: Final = 260.0


def rounded(line: Sequence[XY]) -> list[XY]:
    """Return a line with its corners cut once (Chaikin, 1974); the ends stay."""
    cut: list[XY] = [line[0]]
    for (x1, y1), (x2, y2) in pairwise(line):
        cut += [(0.75 * x1 + 0.25 * x2, 0.75 * y1 + 0.25 * y2), (0.25 * x1 + 0.75 * x2, 0.25 * y1 + 0.75 * y2)]
    return [*cut, line[-1]]


def moved(course: Sequence[XY], shift_m: float, rng: np.random.Generator) -> list[XY]:
    """Return a course moved sideways, smoothly, by ``shift_m`` at most; coarse courses lose their corners."""
    xy = np.array(course)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    if shift_m:
        knots = np.linspace(0.0, along[-1], max(2, round(along[-1] / SHIFT_EVERY_M)) + 1)
        reach = shift_m / 2
        shifts = rng.uniform(-reach, reach, 2) + rng.uniform(-reach, reach, (len(knots), 2))
        xy = xy + np.column_stack([np.interp(along, knots, shifts[:, i]) for i in (0, 1)])
    points = [(float(x), float(y)) for x, y in xy]
    return rounded(points) if along[-1] / (len(points) - 1) > COARSE_M else points


def fitted(line: LineString, laid: BaseGeometry, reach_m: float) -> list[LineString]:
    """Return what of a line is to be laid beside lines that lie already.

    Where the line keeps within ``reach_m`` of what is laid it is taken for the same and left out; what remains is
    carried on to the nearest point of what is laid. A short stay within reach is a crossing, and stays.
    """
    west, south, east, north = line.bounds
    around = 3.0 * reach_m
    laid = shapely.clip_by_rect(laid, west - around, south - around, east + around, north + around)
    if laid.is_empty:
        return [line]
    near = laid.buffer(reach_m, quad_segs=4)
    cuts = shapely.get_coordinates(line.intersection(near.boundary))
    at = sorted({0.0, line.length, *(float(line.project(Point(xy))) for xy in cuts)})
    runs: list[list[float]] = []
    for start, end in pairwise(at):
        beside = near.contains(line.interpolate((start + end) / 2))
        inner = start > 0.0 and end < line.length
        if end - start < 1e-6 or (beside and not (inner and end - start < CROSSING * reach_m)):
            continue
        if runs and runs[-1][1] == start:
            runs[-1][1] = end
        else:
            runs.append([start, end])
    pieces = [substring(line, start, end) for start, end in runs if end - start >= SHORTEST_M]
    return [_carried(piece, laid, reach_m) for piece in pieces]


def _carried(piece: LineString, laid: BaseGeometry, reach_m: float) -> LineString:
    """Return a piece with its ends carried on to what is laid, where that is within reach."""
    points = [(float(x), float(y)) for x, y in piece.coords]
    for end in (0, -1):
        foot = shapely.shortest_line(Point(points[end]), laid)
        if 0.0 < foot.length <= 1.05 * reach_m:
            xy = (float(foot.coords[1][0]), float(foot.coords[1][1]))
            points = [xy, *points] if end == 0 else [*points, xy]
    return LineString(points)


def carried_on(line: LineString, others: BaseGeometry, reach_m: float, ahead_m: float) -> LineString:
    """Return a line whose loose ends go on to the nearest other line, or straight ahead to the first one there."""
    points = [(float(x), float(y)) for x, y in line.coords]
    for end, before in ((0, 1), (-1, -2)):
        tip = Point(points[end])
        foot = shapely.shortest_line(tip, others)
        if foot is None or foot.length < 0.02:
            continue
        go = np.array(points[end]) - np.array(points[before])
        go = go / max(float(np.hypot(*go)), 1e-9)
        ray = LineString([np.array(points[end]) + 0.5 * go, np.array(points[end]) + ahead_m * go])
        hit = shapely.get_coordinates(ray.intersection(others))
        if foot.length > reach_m and not len(hit):
            continue
        goal = min(hit.tolist(), key=lambda xy: tip.distance(Point(xy))) if foot.length > reach_m else foot.coords[1]
        xy = (float(goal[0]), float(goal[1]))
        points = [xy, *points] if end == 0 else [*points, xy]
    return LineString(points)


def segments_of(shape: BaseGeometry) -> NDArray[np.float64]:
    """Return the segments of lines, (n, 2, 2) metres, each once, sorted."""
    parts = shapely.get_parts(shape)
    xy, index = shapely.get_coordinates(parts, return_index=True)
    same = index[1:] == index[:-1]
    pairs = np.round(np.stack([xy[:-1][same], xy[1:][same]], axis=1), 2)
    swap = (pairs[:, 0, 0] > pairs[:, 1, 0]) | ((pairs[:, 0, 0] == pairs[:, 1, 0]) & (pairs[:, 0, 1] > pairs[:, 1, 1]))
    pairs[swap] = pairs[swap][:, ::-1]
    flat = np.unique(pairs.reshape(-1, 4), axis=0)
    flat = flat[(flat[:, 0] != flat[:, 2]) | (flat[:, 1] != flat[:, 3])]
    return flat.reshape(-1, 2, 2)  # type: ignore[no-any-return]
