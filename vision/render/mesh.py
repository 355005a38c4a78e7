"""Triangle meshes and the few solids that everything drawn is put together from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Mesh:
    """Triangles as a list of corners; three rows in a row are one triangle, front side counter-clockwise.

    Attributes:
        position_m: (3k, 3) float64, x forward, y left, z up.
        normal: (3k, 3) float64, unit.
        slot: (3k,) uint8, what it is made of (:class:`vision.render.materials.Slot`).
    """

    position_m: Floats
    normal: Floats
    slot: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.slot)

    @property
    def size_m(self) -> Floats:
        """(3,) extent along x, y and z."""
        return np.ptp(self.position_m, axis=0) if len(self) else np.zeros(3)

    def moved(self, by_m: ArrayLike) -> Mesh:
        """Return the mesh shifted."""
        return Mesh(self.position_m + np.asarray(by_m, float), self.normal, self.slot)

    def turned(self, rotation: Floats) -> Mesh:
        """Return the mesh turned about the origin by a (3, 3) rotation."""
        return Mesh(self.position_m @ rotation.T, self.normal @ rotation.T, self.slot)

    def mirrored(self) -> Mesh:
        """Return the mesh with left and right exchanged, still facing outwards."""
        order = np.arange(len(self)).reshape(-1, 3)[:, ::-1].ravel()
        flip = np.array([1.0, -1.0, 1.0])
        return Mesh((self.position_m * flip)[order], (self.normal * flip)[order], self.slot[order])


def join(parts: Sequence[Mesh]) -> Mesh:
    """Return all parts as one mesh."""
    if not parts:
        return Mesh(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0, np.uint8))
    return Mesh(
        np.concatenate([part.position_m for part in parts]),
        np.concatenate([part.normal for part in parts]),
        np.concatenate([part.slot for part in parts]),
    )


def triangles(corners_m: ArrayLike, slot: int | NDArray[np.uint8]) -> Mesh:
    """Return a mesh with flat normals from (k, 3, 3) triangle corners; those without area are left out."""
    tri = np.asarray(corners_m, float).reshape(-1, 3, 3)
    cross = np.cross(tri[:, 1] - tri[:, 0], tri[:, 2] - tri[:, 0])
    length = np.linalg.norm(cross, axis=1)
    keep = length > 1e-9
    normal = np.repeat(cross[keep] / length[keep, None], 3, axis=0)
    slots = np.broadcast_to(np.asarray(slot, np.uint8), (len(tri),))[keep]
    return Mesh(tri[keep].reshape(-1, 3), normal, np.repeat(slots, 3))


def quad(a: ArrayLike, b: ArrayLike, c: ArrayLike, d: ArrayLike, slot: int) -> Mesh:
    """Return a flat four-cornered face, corners counter-clockwise seen from its front."""
    a, b, c, d = (np.asarray(p, float) for p in (a, b, c, d))
    return triangles([[a, b, c], [a, c, d]], slot)


def box(middle_m: ArrayLike, size_m: ArrayLike, slot: int) -> Mesh:
    """Return an upright box by its middle and its length, width, height."""
    half = np.asarray(size_m, float) / 2
    low, high = np.asarray(middle_m, float) - half, np.asarray(middle_m, float) + half
    ring = [(low[0], low[1]), (high[0], low[1]), (high[0], high[1]), (low[0], high[1])]
    return prism(ring, low[2], high[2], slot)


def prism(ring: Sequence[tuple[float, float]], low_m: float, high_m: float, slot: int) -> Mesh:
    """Return a convex counter-clockwise ring raised from ``low_m`` to ``high_m``, closed on both ends."""
    down = [(x, y, low_m) for x, y in ring]
    up = [(x, y, high_m) for x, y in ring]
    n = len(ring)
    sides = [quad(down[i], down[(i + 1) % n], up[(i + 1) % n], up[i], slot) for i in range(n)]
    lids = [[up[0], up[i], up[i + 1]] for i in range(1, n - 1)]
    floors = [[down[0], down[i + 1], down[i]] for i in range(1, n - 1)]
    return join([*sides, triangles(lids + floors, slot)])


def tube(start_m: ArrayLike, end_m: ArrayLike, radii_m: tuple[float, float], slot: int, sides: int = 8) -> Mesh:
    """Return a closed round bar between two points, with a radius at each end and round shading."""
    start, end = np.asarray(start_m, float), np.asarray(end_m, float)
    axis = (end - start) / np.linalg.norm(end - start)
    across = np.cross(axis, [0.0, 0.0, 1.0] if abs(axis[2]) < 0.9 else [1.0, 0.0, 0.0])
    across /= np.linalg.norm(across)
    third = np.cross(axis, across)
    angle = np.arange(sides + 1) * 2 * np.pi / sides
    out = np.cos(angle)[:, None] * across + np.sin(angle)[:, None] * third
    low, high = start + out * radii_m[0], end + out * radii_m[1]
    corners, normals = [], []
    for i in range(sides):
        corners += [low[i], low[i + 1], high[i + 1], low[i], high[i + 1], high[i]]
        normals += [out[i], out[i + 1], out[i + 1], out[i], out[i + 1], out[i]]
        corners += [end, high[i], high[i + 1], start, low[i + 1], low[i]]
        normals += [axis] * 3 + [-axis] * 3
    return Mesh(np.array(corners), np.array(normals), np.full(len(corners), slot, np.uint8))


def disc(middle_m: ArrayLike, radius_m: float, slot: int, sides: int = 10) -> Mesh:
    """Return a flat round face that looks to the left (+y)."""
    angle = np.arange(sides + 1) * 2 * np.pi / sides
    rim = np.asarray(middle_m, float) + radius_m * np.stack([np.sin(angle), 0 * angle, np.cos(angle)], axis=1)
    centre = np.asarray(middle_m, float)
    return triangles([[centre, rim[i], rim[i + 1]] for i in range(sides)], slot)


def ball(middle_m: ArrayLike, radii_m: ArrayLike, slot: int, rings: int = 5, sides: int = 8) -> Mesh:
    """Return an ellipsoid by its middle and three radii, with round shading."""
    up = np.linspace(-np.pi / 2, np.pi / 2, rings + 1)
    around = np.arange(sides + 1) * 2 * np.pi / sides
    unit = np.stack(
        [
            np.outer(np.cos(up), np.cos(around)),
            np.outer(np.cos(up), np.sin(around)),
            np.outer(np.sin(up), 1 + 0 * around),
        ],
        axis=-1,
    )
    a, b, c, d = unit[:-1, :-1], unit[:-1, 1:], unit[1:, 1:], unit[1:, :-1]
    corners = np.stack([a, b, c, a, c, d], axis=2).reshape(-1, 3, 3)
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    corners = corners[np.linalg.norm(cross, axis=1) > 1e-9].reshape(-1, 3)
    radii = np.asarray(radii_m, float)
    normal = corners / radii
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    return Mesh(corners * radii + np.asarray(middle_m, float), normal, np.full(len(corners), slot, np.uint8))


def column(rings_m: ArrayLike, slot: int, sides: int = 10) -> Mesh:
    """Return an upright body from ellipses, lowest first: rows of height, half length, half width, middle's x."""
    rings = np.asarray(rings_m, float)
    angle = np.arange(sides + 1) * 2 * np.pi / sides
    x = rings[:, 3:4] + rings[:, 1:2] * np.cos(angle)
    y = rings[:, 2:3] * np.sin(angle)
    points = np.stack([x, y, np.broadcast_to(rings[:, :1], x.shape)], axis=-1)
    a, b, c, d = points[:-1, :-1], points[:-1, 1:], points[1:, 1:], points[1:, :-1]
    sheet = triangles(np.stack([a, b, c, a, c, d], axis=2).reshape(-1, 3, 3), slot)
    top, bottom = points[-1].mean(axis=0), points[0].mean(axis=0)
    lids = [[top, points[-1, i], points[-1, i + 1]] for i in range(sides)]
    lids += [[bottom, points[0, i + 1], points[0, i]] for i in range(sides)]
    return softened(join([sheet, triangles(lids, slot)]), 60.0)


def skin(sections_m: ArrayLike, slots: ArrayLike, crease_deg: float = 35.0) -> Mesh:
    """Return the surface through cross-sections, closed at both ends, soft where it bends little.

    Args:
        sections_m: (k, m, 3), k cross-sections of m points each, from the front backwards; points run so that
            ``(next section - this) x (next point - this)`` points outwards.
        slots: (k - 1, m - 1) slot of each face between sections and points; the ends take the slots of their
            neighbours' second faces.
        crease_deg: faces that meet at a smaller angle than this are shaded as one soft surface.
    """
    sections = np.asarray(sections_m, float)
    slot = np.asarray(slots, np.uint8)
    a, b = sections[:-1, :-1], sections[1:, :-1]
    c, d = sections[1:, 1:], sections[:-1, 1:]
    corners = np.stack([a, b, c, a, c, d], axis=2).reshape(-1, 3, 3)
    sheet = triangles(corners, np.repeat(slot.reshape(-1), 2))
    ends = []
    for ring, face, order in ((sections[0], slot[0, 1], 1), (sections[-1], slot[-1, 1], -1)):
        middle = ring.mean(axis=0)
        fan = [[middle, ring[i], ring[(i + 1) % len(ring)]] for i in range(len(ring))]
        ends.append(triangles([tri[::order] for tri in fan], int(face)))
    return softened(join([sheet, *ends]), crease_deg)


def softened(mesh: Mesh, crease_deg: float) -> Mesh:
    """Return the mesh with the normals of corners that share a place averaged, where the faces bend little."""
    _, group = unique_rows(np.round(mesh.position_m * 1000).astype(np.int64))
    normal = mesh.normal.copy()
    order = np.argsort(group, kind="stable")
    limit = np.cos(np.radians(crease_deg))
    for rows in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        near = mesh.normal[rows] @ mesh.normal[rows].T > limit
        mean = near @ mesh.normal[rows]
        normal[rows] = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9)
    return Mesh(mesh.position_m, normal, mesh.slot)


def coarse(mesh: Mesh, grid_m: float) -> Mesh:
    """Return the mesh with corners drawn together onto a grid: what is smaller than a cell goes.

    This is vertex clustering (Rossignac and Borrel, 1993), each cell's corners meeting in their mean. Of triangles that
    come to lie upon each other the first is kept.
    """
    _, group = unique_rows(np.round(mesh.position_m / grid_m).astype(np.int64))
    weight = np.bincount(group)
    mean = np.stack([np.bincount(group, mesh.position_m[:, k]) / weight for k in range(3)], axis=1)
    corner = group.reshape(-1, 3)
    keep = (corner[:, 0] != corner[:, 1]) & (corner[:, 1] != corner[:, 2]) & (corner[:, 2] != corner[:, 0])
    turn = (corner.argmin(axis=1)[:, None] + np.arange(3)) % 3
    _, same = unique_rows(np.take_along_axis(corner, turn, axis=1))
    first = np.full(same.max(initial=-1) + 1, len(same))
    np.minimum.at(first, same[keep], np.flatnonzero(keep))
    rows = np.repeat(keep & (first[same] == np.arange(len(same))), 3)
    return Mesh(mean[group][rows], mesh.normal[rows], mesh.slot[rows])


def unique_rows(rows: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return the different rows of (n, k), in order, and which of them each row is.

    The same as ``numpy.unique`` along axis 0, which compares whole rows and takes many times as long.
    """
    key, size = np.zeros(len(rows), np.int64), 1
    for column in rows.T:
        values, code = np.unique(column, return_inverse=True)
        if size * len(values) >= 2**62:
            kinds, key = np.unique(key, return_inverse=True)
            size = len(kinds)
        key, size = key * len(values) + code, size * max(len(values), 1)
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return rows[first], inverse


def rotation_y(angle_rad: float) -> Floats:
    """Return the rotation about the y axis that turns +x towards -z for a positive angle."""
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def rotation_x(angle_rad: float) -> Floats:
    """Return the rotation about the x axis that turns +y towards +z for a positive angle."""
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
