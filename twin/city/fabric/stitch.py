"""Districts joined: their own ways and the skeleton's, parted at the points that either side set on a shared border."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from twin.city.fabric.fill import Fabric
from twin.city.fabric.plan import XY, Edge, edge_of
from twin.city.fabric.skeleton import Skeleton
from twin.city.fabric.ways import Way

SAME_M: Final = 1.0


def stitched(skeleton: Skeleton, fabrics: Sequence[Fabric]) -> tuple[list[XY], dict[Edge, Way], int]:
    """Return points, the ways between them, and how many ways were left out because no street leads to them."""
    points = list(skeleton.points)
    laid: list[tuple[int, int, Way]] = []
    on_edge: dict[Edge, list[int]] = {}
    for fabric in fabrics:
        first = len(points) - len(fabric.own)
        points.extend(fabric.points[len(fabric.own) :])

        def number(point: int, own: tuple[int, ...] = fabric.own, first: int = first) -> int:
            return own[point] if point < len(own) else first + point

        for (u, v), way in fabric.ways.items():
            laid.append((number(u), number(v), way))
        for edge, inserted in fabric.inserted.items():
            on_edge.setdefault(edge, []).extend(number(point) for point in inserted)
    same: dict[int, int] = {}
    for edge in _edges_of(skeleton, fabrics):
        main = skeleton.ways[edge]
        chain = _along(points, edge, on_edge.get(edge, []), same)
        if main is not None:
            laid += [(u, v, main) for u, v in pairwise(chain)]
    joined = [(same.get(u, u), same.get(v, v), way) for u, v, way in laid]
    ways = {edge_of(u, v): way for u, v, way in joined if u != v}
    kept = _hanging_together(len(points), ways)
    return points, kept, len(ways) - len(kept)


def _edges_of(skeleton: Skeleton, fabrics: Sequence[Fabric]) -> list[Edge]:
    built = {fabric.district for fabric in fabrics}
    rings = [ground.ring for ground in skeleton.grounds if ground.district in built]
    return sorted({edge_of(u, v) for ring in rings for u, v in zip(ring, (*ring[1:], ring[0]), strict=True)})


def _along(points: Sequence[XY], edge: Edge, inserted: Sequence[int], same: dict[int, int]) -> list[int]:
    """Return the points on an edge from its one end to the other; where two lie in one place, ``same`` learns of it."""
    (x, y), (x2, y2) = points[edge[0]], points[edge[1]]
    order = sorted(inserted, key=lambda p: ((points[p][0] - x) * (x2 - x) + (points[p][1] - y) * (y2 - y), p))
    chain = [edge[0]]
    for point in order:
        near = next((end for end in (chain[-1], edge[1]) if _close(points[end], points[point])), None)
        if near is None:
            chain.append(point)
        else:
            same[point] = near
    return [*chain, edge[1]]


def _close(a: XY, b: XY) -> bool:
    return abs(a[0] - b[0]) < SAME_M and abs(a[1] - b[1]) < SAME_M


def _hanging_together(count: int, ways: dict[Edge, Way]) -> dict[Edge, Way]:
    """Return the ways without islands: vehicles' ways among themselves, footways with any way."""
    order = sorted(ways)
    edges = np.array(order)
    drive = np.array([ways[edge].drive for edge in order])
    keep = np.where(drive, _in_largest(count, edges, drive), True)
    keep &= _in_largest(count, edges, keep)
    return {edge: ways[edge] for edge, stays in zip(order, keep.tolist(), strict=True) if stays}


def _in_largest(count: int, edges: NDArray[np.int64], chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    u, v = edges[chosen].T
    _, label = connected_components(coo_matrix((np.ones(len(u)), (u, v)), shape=(count, count)), directed=False)
    return np.asarray(chosen & (label[edges[:, 0]] == np.bincount(label[u]).argmax()))
