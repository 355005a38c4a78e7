"""Walls that stop sight: those that are mapped, and round the courtyards of the mahallas.

Courtyard houses stand behind continuous walls towards the street (general knowledge; 2.0 to 2.5 m, assumed). Their
gates are of sheet metal and as high, so a wall goes on across its gate. No wall crosses a street or a path. A fence can
be seen through and is no wall: those round schools and kindergartens are fences.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numba
import numpy as np
import shapely

from twin.city.model import BARRIER_KINDS, City
from twin.city.squares import Floats, Ints
from twin.city.standing.clear import Carriageways, Window, buildings_near, near_window, streets_near
from twin.city.standing.draws import spot_draws
from twin.city.standing.yards import LEAST_M, take_out, yard_walls

OPAQUE: Final = ("wall", "city_wall", "hedge")
LOWEST_YARD_M: Final = 2.0
YARD_SPAN_M: Final = 0.5
EDGE_M: Final = 0.3
PATH_M: Final = 1.5
REACH_M: Final = 60.0


@dataclass(frozen=True, eq=False)
class Walls:
    """Straight walls, solid from the ground up.

    Attributes:
        ends_m: (n, 4) x and y of both ends.
        height_m: (n,) above ground.
        kind: (n,) rows of ``BARRIER_KINDS``.
    """

    ends_m: Floats
    height_m: Floats
    kind: Ints

    def __len__(self) -> int:
        return len(self.ends_m)


def walls_in(city: City, window: Window | None = None) -> Walls:
    """Return the walls of a city that reach into a window (west, south, east, north in metres; None: all)."""
    yards, yard_m = _yards(city, window)
    lines, line_m, kind = _mapped(city, window)
    ends = np.concatenate([yards, lines])
    height_m = np.concatenate([yard_m, line_m])
    kind = np.concatenate([np.full(len(yards), BARRIER_KINDS.index("wall"), dtype=np.int64), kind])
    streets = streets_near(city, window, REACH_M)
    cut, of = _cut(ends, Carriageways.of(streets, PATH_M))
    return Walls(cut, height_m[of], kind[of])


def _yards(city: City, window: Window | None) -> tuple[Floats, Floats]:
    buildings = buildings_near(city, window, 0.0)
    walls, of = yard_walls(buildings)
    boxes = shapely.bounds(buildings.geometry.to_numpy()).reshape(-1, 4)
    height_m = LOWEST_YARD_M + YARD_SPAN_M * spot_draws("yard wall", (boxes[:, :2] + boxes[:, 2:]) / 2.0, 1)[:, 0]
    return walls, np.round(height_m, 1)[of]


def _mapped(city: City, window: Window | None) -> tuple[Floats, Floats, Ints]:
    """Return the straight pieces of mapped barriers that cannot be seen through."""
    table: gpd.GeoDataFrame = near_window(city.barriers, window, 0.0)
    table = table[table["kind"].isin(OPAQUE)]
    points, line = shapely.get_coordinates(table.geometry.to_numpy(), return_index=True)
    first = np.flatnonzero(line[1:] == line[:-1])
    kind = np.array([BARRIER_KINDS.index(name) for name in table["kind"]], dtype=np.int64)
    ends = np.column_stack([points[first], points[first + 1]]).reshape(-1, 4)
    return ends, table["height_m"].to_numpy(np.float64)[line[first]], kind[line[first]]


def _cut(ends: Floats, streets: Carriageways) -> tuple[Floats, Ints]:
    """Return what is left of walls (n, 4) beside the streets, and which wall each piece is of."""
    at = streets.squares
    cut, of = _beside_streets(
        np.ascontiguousarray(ends), streets.pieces, at.corner, at.side, at.down, at.along, at.starts, at.members
    )
    return cut, of


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _beside_streets(
    ends: Floats, pieces: Floats, corner: Floats, side: float, down: int, along: int, starts: Ints, members: Ints
) -> tuple[Floats, Ints]:
    out, of = [(0.0, 0.0, 0.0, 0.0) for _ in range(0)], [0 for _ in range(0)]
    for i in range(len(ends)):
        x, y, dx, dy = ends[i, 0], ends[i, 1], ends[i, 2] - ends[i, 0], ends[i, 3] - ends[i, 1]
        length = np.sqrt(dx * dx + dy * dy)
        if length < 1e-6:
            continue
        dx, dy = dx / length, dy / length
        runs = np.empty((int(length / LEAST_M) + 3, 2))
        runs[0, 0], runs[0, 1], n = 0.0, length, 1
        left = max(0, int(np.floor((min(x, ends[i, 2]) - corner[0]) / side)))
        right = min(along - 1, int(np.floor((max(x, ends[i, 2]) - corner[0]) / side)))
        low = max(0, int(np.floor((min(y, ends[i, 3]) - corner[1]) / side)))
        high = min(down - 1, int(np.floor((max(y, ends[i, 3]) - corner[1]) / side)))
        for row in range(low, high + 1):
            for square in range(row * along + left, row * along + right + 1):
                for at in range(starts[square], starts[square + 1]):
                    piece = pieces[members[at]]
                    start, end = _crossing(x, y, dx, dy, piece, piece[4] + EDGE_M)
                    if start < end:
                        n = take_out(runs, n, start, end, LEAST_M)
        for k in range(n):
            a, b = runs[k]
            out.append((x + a * dx, y + a * dy, x + b * dx, y + b * dy))
            of.append(i)
    cut = np.empty((len(out), 4))
    for k in range(len(out)):
        cut[k, 0], cut[k, 1], cut[k, 2], cut[k, 3] = out[k]
    return cut, np.array(of, dtype=np.int64)


@numba.njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _crossing(x: float, y: float, dx: float, dy: float, piece: Floats, reach: float) -> tuple[float, float]:
    """Return where a line lies within reach of a straight piece, as distances along it; (inf, -inf) where nowhere.

    What lies within reach of a piece is convex: a rectangle with round ends, so the line passes it in one go.
    """
    low, high = np.inf, -np.inf
    for end in range(2):
        ex, ey = piece[2 * end] - x, piece[2 * end + 1] - y
        middle, off = ex * dx + ey * dy, ex * dy - ey * dx
        if off * off < reach * reach:
            half = np.sqrt(reach * reach - off * off)
            low, high = min(low, middle - half), max(high, middle + half)
    px, py = piece[2] - piece[0], piece[3] - piece[1]
    length = np.sqrt(px * px + py * py)
    if length > 0.0:
        px, py = px / length, py / length
        first, last = -np.inf, np.inf
        rx, ry = x - piece[0], y - piece[1]
        for speed, start, least, most in (
            (dx * px + dy * py, rx * px + ry * py, 0.0, length),
            (dx * py - dy * px, rx * py - ry * px, -reach, reach),
        ):
            if abs(speed) < 1e-12:
                if start < least or start > most:
                    first, last = np.inf, -np.inf
            else:
                a, b = (least - start) / speed, (most - start) / speed
                first, last = max(first, min(a, b)), min(last, max(a, b))
        if first < last:
            low, high = min(low, first), max(high, last)
    return low, high
