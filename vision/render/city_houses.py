"""Houses: walls with windows by use and storeys, entrances, roofs."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.polygon import orient

from twin.streams import draw_u32, draw_unit
from vision.render.still import flat, rows
from vision.render.textures import Tile

BAY_M: Final = 3.2
BAYS_PER_DOOR: Final = 5
_WALLS: Final = np.array(
    [
        (0.82, 0.80, 0.76),
        (0.86, 0.82, 0.72),
        (0.78, 0.74, 0.68),
        (0.80, 0.82, 0.82),
        (0.74, 0.66, 0.58),
        (0.85, 0.78, 0.70),
    ]
)
_STYLES: Final = {  # upper storeys, ground floor
    "house": (Tile.HOUSE, Tile.HOUSE),
    "courtyard": (Tile.HOUSE, Tile.HOUSE),
    "detached": (Tile.HOUSE, Tile.HOUSE),
    "office": (Tile.OFFICE, Tile.SHOP),
    "commercial": (Tile.OFFICE, Tile.SHOP),
    "retail": (Tile.CIVIC, Tile.SHOP),
    "shop": (Tile.CIVIC, Tile.SHOP),
    "bazaar": (Tile.BLANK, Tile.SHOP),
    "school": (Tile.CIVIC, Tile.CIVIC),
    "kindergarten": (Tile.CIVIC, Tile.CIVIC),
    "university": (Tile.CIVIC, Tile.CIVIC),
    "hospital": (Tile.CIVIC, Tile.CIVIC),
    "clinic": (Tile.CIVIC, Tile.CIVIC),
    "stadium": (Tile.BLANK, Tile.CIVIC),
    "data_centre": (Tile.BLANK, Tile.BLANK),
    "industrial": (Tile.BLANK, Tile.BLANK),
    "warehouse": (Tile.BLANK, Tile.BLANK),
    "garage": (Tile.BLANK, Tile.BLANK),
    "garages": (Tile.BLANK, Tile.BLANK),
}


def _style(use: str, storeys: int, row: int) -> tuple[Tile, Tile]:
    """Return the tiles of the upper storeys and of the ground floor."""
    if use in _STYLES:
        return _STYLES[use]
    if storeys <= 2:
        return Tile.HOUSE, Tile.HOUSE
    upper = (Tile.PANEL, Tile.BALCONY, Tile.BALCONY)[int(draw_u32(0, "facade", row)) % 3]
    return upper, Tile.PANEL


@dataclass(frozen=True)
class _Facade:
    """What a building's walls look like; ``row`` is its id."""

    upper: Tile
    ground: Tile
    colour: NDArray[np.float64]
    storeys: int
    height_m: float
    row: int

    @property
    def storey_m(self) -> float:
        return self.height_m / self.storeys


def house_rows(house: Any, row: int, middle: NDArray[np.float64]) -> list[NDArray[np.float32]]:
    """Return the rows of one building of the city's table, relative to ``middle``; ``row`` is its id."""
    shape, storeys = orient(house["geometry"]), max(int(house["storeys"]), 1)
    upper, ground = _style(str(house["use"]), storeys, row)
    wash = 0.92 + 0.12 * float(draw_unit(0, "wash", row))
    colour = _WALLS[int(draw_u32(0, "wall", row)) % len(_WALLS)] * wash
    facade = _Facade(upper, ground, colour, storeys, float(house["height_m"]), row)
    rings = [np.array(ring.coords)[:, :2] - middle for ring in (shape.exterior, *shape.interiors)]
    flats = upper in (Tile.PANEL, Tile.BALCONY) and int(house["entrances"]) > 0
    doors = _door_walls(rings[0]) if flats else set()
    parts = []
    for k, ring in enumerate(rings):
        for i, (a, b) in enumerate(itertools.pairwise(ring)):
            parts += _wall(a, b, facade, door=k == 0 and i in doors)
    roof = (0.56, 0.54, 0.52) if storeys > 2 else (0.52, 0.36, 0.30)
    return [*parts, flat(shape, middle, Tile.ROOF, roof, 10.0, facade.height_m)]


def _door_walls(ring: NDArray[np.float64]) -> set[int]:
    """Return the walls with entrances: the longest one and its equals."""
    lengths = np.linalg.norm(np.diff(ring, axis=0), axis=1)
    return set(np.flatnonzero(lengths > 0.95 * lengths.max()).tolist())


def _wall(a: NDArray[np.float64], b: NDArray[np.float64], facade: _Facade, door: bool) -> list[NDArray[np.float32]]:
    length = float(np.hypot(*(b - a)))
    if length < 0.05:
        return []
    bays, blank = max(round(length / BAY_M), 1), length < BAY_M / 2
    ground, upper = (Tile.BLANK, Tile.BLANK) if blank else (facade.ground, facade.upper)
    parts = [_pane(a, b, (0, 1), bays, ground, facade)]
    if facade.storeys > 1:
        parts.append(_pane(a, b, (1, facade.storeys), bays, upper, facade))
    if door:
        step = (b - a) / bays
        starts = [a + step * k for k in range(1, bays, BAYS_PER_DOOR)]
        parts += [_pane(start, start + step, (0, 1), 1, Tile.ENTRANCE, facade, out_m=0.06) for start in starts]
    return parts


def _pane(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    floors: tuple[int, int],
    bays: int,
    tile: Tile,
    facade: _Facade,
    out_m: float = 0.0,
) -> NDArray[np.float32]:
    """Return an upright rectangle over the edge a to b, its front to the right of that way."""
    d = (b - a) / np.linalg.norm(b - a)
    normal = np.array([d[1], -d[0], 0.0])
    order = [0, 1, 2, 0, 2, 3]
    uv = np.array([(0, floors[0]), (bays, floors[0]), (bays, floors[1]), (0, floors[1])], float)[order]
    foot = np.array([a, b, b, a])[order]
    position = np.column_stack([foot, uv[:, 1] * facade.storey_m]) + normal * out_m
    return rows(position, normal, uv * [0.5, 1.0], tile, facade.colour, facade.row + 1.0)
