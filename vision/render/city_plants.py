"""Trees and lamp posts of the city as triangles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.city.heights.codes import CUT_BACK_M
from twin.city.standing import LampPosts, Trees
from twin.city.standing.crowns import BALLS, TRUNK_M
from twin.city.standing.draws import spot_draws
from vision.render.mesh import Mesh, ball, box, join, tube
from vision.render.still import COLUMNS, rows
from vision.render.textures import Tile

POST_CLEAR_M: Final = 11.0  # lamp posts nearer to a camera are left out, and their light stays
TREES_TO_M: Final = 260.0
WHOLE_TO_M: Final = 90.0  # further off, crowns have fewer sides

_BARK: Final = (0.36, 0.30, 0.25)
_GREEN: Final = np.array([0.30, 0.42, 0.20])
_TRUNK: Final = tube((0, 0, 0), (0, 0, TRUNK_M), (0.16, 0.11), 0, 6)


def _crown(
    balls: Sequence[tuple[tuple[float, float, float], tuple[float, float, float]]], rings: int, sides: int
) -> Mesh:
    """Return ellipsoids dented as foliage is: nowhere outside the ellipsoid, a fifth inside it at most."""
    parts = []
    for at, radii in balls:
        mesh = ball((0, 0, 0), radii, 0, rings, sides)
        shape = 1.0 - 0.2 * spot_draws("dent", np.round(mesh.position_m[:, :2] * 10 + mesh.position_m[:, 2:] * 37), 1)
        parts.append(Mesh(mesh.position_m * shape + np.asarray(at), mesh.normal, mesh.slot))
    return join(parts)


_CROWNS: Final = tuple(_crown(balls, 6, 9) for balls in BALLS)
_FAR_CROWNS: Final = tuple(_crown(balls, 4, 5) for balls in BALLS)


def _placed(mesh: Mesh, at: ArrayLike, tile: Tile, rgb: Sequence[float], number: float = 0.0) -> NDArray[np.float32]:
    return rows(mesh.position_m + np.asarray(at), mesh.normal, _uv(mesh.position_m), tile, rgb, number)


def _uv(position_m: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([position_m[:, 0] + position_m[:, 1], position_m[:, 2]]) * 0.7


def tree_rows(trees: Trees, middle: NDArray[np.float64]) -> list[NDArray[np.float32]]:
    """Return trees relative to ``middle``, where a camera hangs: those nearer than ``CUT_BACK_M`` are left out."""
    away_m = np.hypot(*(trees.xy_m - middle).T)
    trees = trees.where((away_m >= CUT_BACK_M) & (away_m <= TREES_TO_M))
    away_m = np.hypot(*(trees.xy_m - middle).T)
    feet = np.column_stack([trees.xy_m - middle, np.zeros(len(trees))])
    green = _GREEN * (0.8 + 0.4 * spot_draws("leaves", trees.xy_m, 1))
    upright = np.column_stack([np.ones((len(trees), 2)), trees.tall])
    scale = np.column_stack([trees.wide, trees.wide, trees.tall])
    parts = [_copies(_TRUNK, feet, upright, Tile.PLAIN, np.broadcast_to(_BARK, (len(trees), 3)))]
    for kind in range(len(BALLS)):
        for crowns, own in ((_CROWNS, away_m < WHOLE_TO_M), (_FAR_CROWNS, away_m >= WHOLE_TO_M)):
            some = own & (trees.kind == kind)
            parts.append(_copies(crowns[kind], feet[some], scale[some], Tile.LEAVES, green[some]))
    return parts


def _copies(
    mesh: Mesh, at: NDArray[np.float64], scale: NDArray[np.float64], tile: Tile, rgb: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return a mesh once for each place (n, 3), with its scale (n, 3) and colour (n, 3)."""
    sized = (mesh.position_m[None] * scale[:, None]).reshape(-1, 3)
    times = len(mesh)
    out = np.empty((len(sized), COLUMNS), np.float32)
    out[:, 0:3], out[:, 3:6] = sized + np.repeat(at, times, axis=0), np.tile(mesh.normal, (len(at), 1))
    out[:, 6:8], out[:, 8], out[:, 9:12], out[:, 12] = _uv(sized), tile, np.repeat(rgb, times, axis=0), 0.0
    return out


def post_rows(posts: LampPosts, middle: NDArray[np.float64]) -> tuple[list[NDArray[np.float32]], NDArray[np.float64]]:
    """Return lamp posts and (n, 3) where their lamps burn, relative to ``middle``."""
    parts: list[NDArray[np.float32]] = []
    lamps = posts.lamp_m - [*middle, 0.0]
    for (x, y), lamp in zip(posts.foot_m - middle, lamps, strict=True):
        if np.hypot(x, y) >= POST_CLEAR_M:
            parts += _post(np.array([x, y, 0.0]), lamp)
    return parts, lamps


def _post(foot: NDArray[np.float64], head: NDArray[np.float64]) -> list[NDArray[np.float32]]:
    top = foot + np.array([0, 0, head[2]])
    steel = tube(foot, top, (0.09, 0.06), 0, 6), tube(top - np.array([0, 0, 0.1]), head, (0.05, 0.04), 0, 5)
    lamp = box((0, 0, 0), (0.7, 0.3, 0.12), 0)
    return [
        *(_placed(bar, (0, 0, 0), Tile.PLAIN, (0.55, 0.56, 0.57)) for bar in steel),
        _placed(lamp, head, Tile.PLAIN, (0.85, 0.84, 0.8), -1.0),
    ]
