"""Trees and lamp posts along the streets; where they stand depends on the city alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry import Point

from twin.streams import draw_unit
from vision.render.mesh import Mesh, ball, box, tube
from vision.render.still import rows
from vision.render.textures import Tile

TREE_CLEAR_M: Final = 14.0  # trees nearer than this to a camera are left out: whoever hung it had them cut
POST_CLEAR_M: Final = 11.0  # the same for lamp posts, whose light stays
LAMP_HEIGHT_M: Final = 8.0
HIGH_LAMP_M: Final = 11.0  # beside wide streets
WIDE_STREET_M: Final = 9.0


def _beside(street: Any, step_m: float, offset_m: float, start_m: float) -> NDArray[np.float64]:
    """Return (k, 3) points beside a street, left and right by turns, with the side (+1 left) in the last column."""
    line, points = street.geometry, []
    for k, at in enumerate(np.arange(start_m, line.length, step_m)):
        here, there = (np.array(line.interpolate(at + d).coords[0]) for d in (-0.5, 0.5))
        along = (there - here) / max(float(np.linalg.norm(there - here)), 1e-9)
        side = 1.0 if k % 2 else -1.0
        spot = (here + there) / 2 + np.array([-along[1], along[0]]) * offset_m * side
        points.append([*spot, side])
    return np.array(points).reshape(-1, 3)


def _placed(
    mesh: Mesh, at: Sequence[float], tile: Tile, rgb: Sequence[float], number: float = 0.0
) -> NDArray[np.float32]:
    uv = np.column_stack([mesh.position_m[:, 0] + mesh.position_m[:, 1], mesh.position_m[:, 2]]) * 0.7
    return rows(mesh.position_m + np.asarray(at), mesh.normal, uv, tile, rgb, number)


_TRUNK: Final = tube((0, 0, 0), (0, 0, 2.6), (0.16, 0.11), 0, 6)
_BALLS: Final = (
    (((0, 0, 4.6), (1.9, 1.9, 2.3)), ((0.7, 0.4, 3.7), (1.3, 1.2, 1.1))),
    (((0, 0, 5.6), (1.1, 1.1, 3.6)),),
    (((-0.4, 0.2, 3.8), (1.7, 1.6, 1.3)), ((0.5, -0.3, 4.5), (1.5, 1.6, 1.4))),
)
_CROWNS: Final = tuple(tuple(ball(at, radii, 0, 5, 8) for at, radii in crown) for crown in _BALLS)
_FAR_CROWNS: Final = tuple(tuple(ball(at, radii, 0, 4, 5) for at, radii in crown) for crown in _BALLS)


def tree_rows(streets: Any, taken: STRtree, middle: NDArray[np.float64]) -> list[NDArray[np.float32]]:
    """Return trees beside the streets, where the index ``taken`` leaves room, relative to ``middle``."""
    parts = []
    for street in streets.itertuples():
        spots = _beside(street, 8.0, float(street.width_m) / 2 + 2.0, 6.0)
        for k, (x, y, _) in enumerate(spots):
            luck = draw_unit(0, "tree", int(street.Index), k, np.arange(4))
            near = np.hypot(x - middle[0], y - middle[1])
            if luck[0] > 0.62 or near < TREE_CLEAR_M or near > 260 or len(taken.query(Point(x, y), "dwithin", 1.3)):
                continue
            size, kind = 0.75 + 0.5 * luck[1], int(luck[2] * len(_CROWNS))
            at = (x - middle[0], y - middle[1], 0.0)
            green = np.array([0.30, 0.42, 0.20]) * (0.8 + 0.4 * luck[3])
            parts.append(_placed(_TRUNK, at, Tile.PLAIN, (0.36, 0.30, 0.25)))
            for crown in (_CROWNS if near < 90 else _FAR_CROWNS)[kind]:
                sized = Mesh(crown.position_m * [size, size, min(size, 1.1)], crown.normal, crown.slot)
                parts.append(_placed(sized, at, Tile.LEAVES, green))
    return parts


def post_rows(
    streets: Any, taken: STRtree, middle: NDArray[np.float64]
) -> tuple[list[NDArray[np.float32]], NDArray[np.float64]]:
    """Return lamp posts beside the streets and (n, 3) where their lamps are, relative to ``middle``."""
    parts, lamps = [], []
    for street in streets.itertuples():
        width = float(street.width_m)
        height = LAMP_HEIGHT_M if width <= WIDE_STREET_M else HIGH_LAMP_M
        for x, y, _ in _beside(street, 28.0, width / 2 + 0.8, min(14.0, street.geometry.length / 2)):
            if len(taken.query(Point(x, y), "dwithin", 0.3)):
                continue
            near = street.geometry.interpolate(street.geometry.project(Point(x, y)))
            inward = np.array([near.x - x, near.y - y])
            inward /= max(float(np.linalg.norm(inward)), 1e-9)
            foot = np.array([x - middle[0], y - middle[1], 0.0])
            lamps.append(foot + np.array([*inward * 0.2 * height, height]))
            if np.hypot(*foot[:2]) >= POST_CLEAR_M:
                parts += _post(foot, lamps[-1])
    return parts, np.array(lamps).reshape(-1, 3)


def _post(foot: NDArray[np.float64], head: NDArray[np.float64]) -> list[NDArray[np.float32]]:
    top = foot + np.array([0, 0, head[2]])
    steel = tube(foot, top, (0.09, 0.06), 0, 6), tube(top - np.array([0, 0, 0.1]), head, (0.05, 0.04), 0, 5)
    lamp = box((0, 0, 0), (0.7, 0.3, 0.12), 0)
    return [
        *(_placed(bar, (0, 0, 0), Tile.PLAIN, (0.55, 0.56, 0.57)) for bar in steel),
        _placed(lamp, head, Tile.PLAIN, (0.85, 0.84, 0.8), -1.0),
    ]
