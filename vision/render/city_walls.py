"""Walls, hedges and decks of bridges as triangles."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.polygon import orient

from twin.city.model import BARRIER_KINDS
from twin.city.standing import Decks, Walls
from twin.city.standing.draws import spot_draws
from vision.render.still import COLUMNS, flat
from vision.render.textures import Tile

THICK_M: Final = 0.3
WALLS_TO_M: Final = 260.0
_PLASTER: Final = np.array([[0.78, 0.73, 0.64], [0.72, 0.66, 0.58], [0.80, 0.78, 0.74]])
_HEDGE: Final = np.array([0.30, 0.42, 0.20])
_GATE: Final = np.array(
    [[0.20, 0.42, 0.34], [0.22, 0.36, 0.56], [0.42, 0.26, 0.20], [0.50, 0.52, 0.54], [0.30, 0.50, 0.28]]
)
GATE_M: Final = 3.0
GATE_FROM_M: Final = 6.0  # walls shorter than this have none
GATES: Final = 0.45  # share of the longer walls that have one; assumed, as are their colours
_CONCRETE: Final = (0.62, 0.61, 0.59)
_ORDER: Final = [0, 1, 2, 0, 2, 3]


def wall_rows(walls: Walls, middle: NDArray[np.float64]) -> list[NDArray[np.float32]]:
    """Return walls up to ``WALLS_TO_M`` away as boxes ``THICK_M`` thick, relative to ``middle``."""
    ends = walls.ends_m.reshape(-1, 2, 2) - middle
    near = np.hypot(*ends.mean(axis=1).T) <= WALLS_TO_M
    ends, high_m = ends[near], walls.height_m[near]
    if not len(ends):
        return []
    along = ends[:, 1] - ends[:, 0]
    length = np.maximum(np.hypot(*along.T), 1e-9)
    side = np.column_stack([-along[:, 1], along[:, 0]]) / length[:, None] * (THICK_M / 2)
    hedge = walls.kind[near] == BARRIER_KINDS.index("hedge")
    luck = spot_draws("plaster", walls.ends_m[near].reshape(-1, 2, 2).mean(axis=1), 1)[:, 0]
    rgb = np.where(hedge[:, None], _HEDGE, _PLASTER[(luck * len(_PLASTER)).astype(int)])
    tile = np.where(hedge, Tile.LEAVES, Tile.BLANK)
    ring = np.stack([ends[:, 0] - side, ends[:, 1] - side, ends[:, 1] + side, ends[:, 0] + side], axis=1)
    top = np.concatenate([ring, np.broadcast_to(high_m[:, None, None], (len(ring), 4, 1))], axis=2)[:, _ORDER]
    faces = [_upright(ring[:, k], ring[:, (k + 1) % 4], 0.0, high_m, tile, rgb) for k in range(4)]
    gates = _gates(ends[~hedge & (length >= GATE_FROM_M)], high_m[~hedge & (length >= GATE_FROM_M)], middle)
    return [*faces, *gates, _rows(top, np.array([[0.0, 0.0, 1.0]]), top[..., :2] * 0.5, tile, rgb)]


def _gates(
    ends: NDArray[np.float64], high_m: NDArray[np.float64], middle: NDArray[np.float64]
) -> list[NDArray[np.float32]]:
    """Return gates of sheet metal, as high as their walls, on both sides of some walls (n, 2, 2)."""
    if not len(ends):
        return []
    luck = spot_draws("gate", ends.mean(axis=1) + middle, 3)
    some = luck[:, 0] < GATES
    ends, high_m, luck = ends[some], high_m[some], luck[some]
    along = ends[:, 1] - ends[:, 0]
    length = np.hypot(*along.T)[:, None]
    along = along / np.maximum(length, 1e-9)
    side = np.column_stack([along[:, 1], -along[:, 0]]) * (THICK_M / 2 + 0.04)
    foot = ends[:, 0] + along * (0.6 + (length - GATE_M - 1.2) * luck[:, 1:2])
    rgb, tile = _GATE[(luck[:, 2] * len(_GATE)).astype(int)], np.full(len(ends), Tile.GATE)
    a, b = foot + side, foot + along * GATE_M + side
    c, d = b - 2 * side, a - 2 * side
    return [_upright(*pair, 0.0, high_m, tile, rgb, 2 * GATE_M, 1.0) for pair in ((a, b), (c, d))]


def deck_rows(decks: Decks, middle: NDArray[np.float64]) -> list[NDArray[np.float32]]:
    """Return decks of bridges as slabs, relative to ``middle``."""
    parts: list[NDArray[np.float32]] = []
    for shape, low, high in zip(decks.shapes, decks.underside_m, decks.top_m, strict=True):
        parts.append(flat(shape, middle, Tile.ASPHALT, (0.33, 0.33, 0.34), height_m=float(high)))
        below = flat(shape, middle, Tile.PLAIN, _CONCRETE, height_m=float(low)).reshape(-1, 3, COLUMNS)[:, ::-1]
        below[..., 5] = -1.0
        parts.append(below.reshape(-1, COLUMNS).copy())
        ring = shapely.get_coordinates(orient(shape).exterior) - middle
        plain, rgb = np.full(len(ring) - 1, Tile.PLAIN), np.tile(_CONCRETE, (len(ring) - 1, 1))
        parts.append(_upright(ring[:-1], ring[1:], float(low), np.full(len(ring) - 1, high), plain, rgb))
    return parts


def _upright(
    a: NDArray[np.float64], b: NDArray[np.float64], low_m: float, high_m: NDArray[np.float64],
    tile: NDArray[np.int64], rgb: NDArray[np.float64], across_m: float = 6.4, rise_m: float = 0.0,
) -> NDArray[np.float32]:  # fmt: skip
    """Return upright rectangles over the edges a to b (n, 2), their fronts to the right of that way.

    The tile repeats every ``across_m`` along and every 3 m upwards; ``rise_m`` 1 stretches it over the whole height.
    """
    along = b - a
    length = np.maximum(np.hypot(*along.T), 1e-9)
    normal = np.column_stack([along[:, 1], -along[:, 0], np.zeros(len(a))]) / length[:, None]
    low, none = np.full(len(a), low_m), np.zeros(len(a))
    foot = np.stack([a, b, b, a], axis=1)
    position = np.concatenate([foot, np.stack([low, low, high_m, high_m], axis=1)[..., None]], axis=2)
    u = np.stack([none, length, length, none], axis=1) / across_m
    v = np.stack([none, none, high_m - low, high_m - low], axis=1) / (3.0 if not rise_m else (high_m - low)[:, None])
    return _rows(position[:, _ORDER], normal, np.stack([u, v], axis=2)[:, _ORDER], tile, rgb)


def _rows(
    position: NDArray[np.float64], normal: NDArray[np.float64], uv: NDArray[np.float64], tile: NDArray[np.int64],
    rgb: NDArray[np.float64],
) -> NDArray[np.float32]:  # fmt: skip
    """Return rows of (n, k, ...) corners, one normal, tile and colour for each n."""
    out = np.zeros((*position.shape[:2], COLUMNS), np.float32)
    out[..., 0:3], out[..., 3:6], out[..., 6:8] = position, normal[:, None], uv
    out[..., 8], out[..., 9:12] = tile[:, None], rgb[:, None]
    return out.reshape(-1, COLUMNS)
