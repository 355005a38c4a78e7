"""Walls, decks and crowns into cells, one tile at a time.

A cell holds one thing. Walls are raised first, along every cell their line crosses; decks hang where nothing stands;
crowns hang where there is neither, and grow together where they meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numba
import numpy as np
from numpy.typing import NDArray

from twin.city.heights.codes import HANGS, MOST_BOTTOM_M, MOST_TOP_M, hanging, packed, solid
from twin.city.heights.fill import Outlines, by_tile, in_cells
from twin.city.heights.raster import Frame, Window
from twin.city.model import City
from twin.city.squares import Floats, Ints, Squares
from twin.city.standing import decks_in, trees_in, walls_in
from twin.city.standing.crowns import BALL_ROWS

WALL_CELL_M: Final = 2.0
"""In larger cells a wall would swallow the ground beside it; a coarser raster has none."""

WIDEST_CROWN_M: Final = 25.0


@dataclass(frozen=True, eq=False)
class Standing:
    """What stands in a city beside its buildings, as the kernels read it.

    Attributes:
        walls: (n, 4) column and row of both ends; ``wall_codes`` (n,); ``wall_tiles``.
        decks: outlines of decks, the highest first.
        crowns: (m, 5) column and row of the trunk, kind, scale across and upwards; ``crown_tiles``.
        cell_m: side of a cell.
    """

    walls: Floats
    wall_codes: NDArray[np.uint16]
    wall_tiles: Squares
    decks: tuple[Outlines, ...]
    crowns: Floats
    crown_tiles: Squares
    cell_m: float

    @classmethod
    def of(cls, city: City, frame: Frame, window: Window | None) -> Standing:
        """Take what stands in a window (None: all) apart."""
        walls, codes = _walls(city, frame, window)
        boxes = np.column_stack([np.minimum(walls[:, :2], walls[:, 2:]), np.maximum(walls[:, :2], walls[:, 2:])])
        crowns, radius = _crowns(city, frame, window)
        at = crowns[:, :2]
        around = np.column_stack([at - radius[:, None], at + radius[:, None]])
        decks = _decks(city, frame, window)
        return cls(walls, codes, by_tile(boxes, frame), decks, crowns, by_tile(around, frame), frame.cell_m)

    def fill(self, tile: int, top: int, left: int, codes: NDArray[np.uint16]) -> None:
        """Set what stands into the cells of a tile."""
        members = self.wall_tiles.of(tile)
        if len(members):
            _raise_walls(self.walls, self.wall_codes, members, top, left, codes)
        for outlines in self.decks:
            deck = np.zeros_like(codes)
            outlines.fill(tile, top, left, deck)
            free = (deck > 0) & ((codes == 0) | (codes >= HANGS))
            codes[free] = deck[free]
        members = self.crown_tiles.of(tile)
        if len(members):
            _hang_crowns(self.crowns, BALL_ROWS, members, top, left, self.cell_m, codes)


def _walls(city: City, frame: Frame, window: Window | None) -> tuple[Floats, NDArray[np.uint16]]:
    if frame.cell_m > WALL_CELL_M:
        return np.zeros((0, 4)), np.zeros(0, dtype=np.uint16)
    walls = walls_in(city, window)
    return in_cells(walls.ends_m.reshape(-1, 2), frame).reshape(-1, 4), solid(walls.height_m)


def _decks(city: City, frame: Frame, window: Window | None) -> tuple[Outlines, ...]:
    decks = decks_in(city, window)
    levels = np.unique(decks.underside_m)[::-1]
    chosen = [decks.underside_m == level for level in levels]
    return tuple(
        Outlines.of(decks.shapes[own], hanging(decks.underside_m[own], decks.top_m[own]), frame) for own in chosen
    )


def _crowns(city: City, frame: Frame, window: Window | None) -> tuple[Floats, Floats]:
    if window is not None:
        west, south, east, north = window
        wide = WIDEST_CROWN_M
        window = (west - wide, south - wide, east + wide, north + wide)
    trees = trees_in(city, window)
    return (
        np.column_stack([in_cells(trees.xy_m, frame), trees.kind, trees.wide, trees.tall]),
        trees.crown_m / frame.cell_m,
    )


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _raise_walls(
    walls: Floats, wall_codes: NDArray[np.uint16], members: Ints, top: int, left: int, codes: NDArray[np.uint16]
) -> None:
    """Raise every cell that a wall's line crosses (Amanatides and Woo's traversal, Eurographics 1987)."""
    rows, columns = codes.shape
    for i in members:
        x, y, dx, dy = walls[i, 0], walls[i, 1], walls[i, 2] - walls[i, 0], walls[i, 3] - walls[i, 1]
        column, row = int(np.floor(x)), int(np.floor(y))
        steps = abs(int(np.floor(x + dx)) - column) + abs(int(np.floor(y + dy)) - row)
        across, down = (1 if dx > 0 else -1), (1 if dy > 0 else -1)
        next_x = (column + (1 if dx > 0 else 0) - x) / dx if dx != 0.0 else np.inf
        next_y = (row + (1 if dy > 0 else 0) - y) / dy if dy != 0.0 else np.inf
        every_x = 1.0 / abs(dx) if dx != 0.0 else np.inf
        every_y = 1.0 / abs(dy) if dy != 0.0 else np.inf
        for _ in range(steps + 1):
            if top <= row < top + rows and left <= column < left + columns:
                codes[row - top, column - left] = max(codes[row - top, column - left], wall_codes[i])
            if next_x < next_y:
                column, next_x = column + across, next_x + every_x
            else:
                row, next_y = row + down, next_y + every_y


_MOST_LOW: Final = int(MOST_BOTTOM_M * 5)
_MOST_HIGH: Final = int(MOST_TOP_M * 5)


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _hang_crowns(
    crowns: Floats, balls: Floats, members: Ints, top: int, left: int, cell_m: float, codes: NDArray[np.uint16]
) -> None:
    """Hang into each cell the part of a crown's ellipsoids that lies over its middle."""
    rows, columns = codes.shape
    for i in members:
        wide, tall = crowns[i, 3], crowns[i, 4]
        for b in range(len(balls)):
            if balls[b, 0] != crowns[i, 2]:
                continue
            x, y = crowns[i, 0] + balls[b, 1] * wide / cell_m, crowns[i, 1] - balls[b, 2] * wide / cell_m
            a, c = balls[b, 4] * wide / cell_m, balls[b, 5] * wide / cell_m
            middle_m, half_m = balls[b, 3] * tall, balls[b, 6] * tall
            for row in range(max(top, int(np.floor(y - c))), min(top + rows, int(np.ceil(y + c)) + 1)):
                for column in range(max(left, int(np.floor(x - a))), min(left + columns, int(np.ceil(x + a)) + 1)):
                    u, v = (column + 0.5 - x) / a, (row + 0.5 - y) / c
                    share = 1.0 - u * u - v * v
                    code = np.int64(codes[row - top, column - left])
                    if share <= 0.0 or (code > 0 and (code & (HANGS | 1)) != (HANGS | 1)):
                        continue
                    reach_m = half_m * np.sqrt(share)
                    low = min(_MOST_LOW, max(0, int(np.rint((middle_m - reach_m) * 5.0))))
                    high = min(_MOST_HIGH, int(np.rint((middle_m + reach_m) * 5.0)))
                    if code > 0:
                        low, high = min(low, int((code >> 8) & 0x7F)), max(high, int(code & 0xFF))
                    codes[row - top, column - left] = packed(low, high, 1)
