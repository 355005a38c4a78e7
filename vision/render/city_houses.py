"""Houses: walls with windows by use and storeys, entrances, roofs."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from twin.streams import draw_u32, draw_unit
from vision.render.still import flat, rows
from vision.render.textures import Tile

BAY_M: Final = 3.2
BAYS_PER_DOOR: Final = 5
HALL_M: Final = 5.0
MAIN_CLASSES: Final = ("trunk", "primary", "secondary", "tertiary")
SHOP_REACH_M: Final = 45.0  # flats and offices nearer to a main street than this have shops towards it
_WALLS: Final = np.array([(0.82, 0.80, 0.76), (0.86, 0.82, 0.72), (0.78, 0.74, 0.68), (0.80, 0.82, 0.82),
                          (0.74, 0.66, 0.58), (0.85, 0.78, 0.70)])  # fmt: skip
_BRICK: Final = np.array([(0.72, 0.58, 0.44), (0.78, 0.68, 0.52), (0.66, 0.48, 0.38), (0.80, 0.74, 0.60)])
_NEW: Final = np.array([(0.88, 0.86, 0.82), (0.80, 0.74, 0.66), (0.70, 0.72, 0.74), (0.90, 0.82, 0.68)])
_HOUSE_ROOFS: Final = np.array([(0.50, 0.34, 0.28), (0.46, 0.46, 0.46), (0.30, 0.42, 0.40), (0.38, 0.28, 0.26),
                                (0.56, 0.54, 0.50)])  # fmt: skip
_FLAT_ROOFS: Final = np.array([(0.42, 0.41, 0.40), (0.52, 0.50, 0.48), (0.36, 0.36, 0.37)])
_SHOPS: Final = (Tile.SHOP, Tile.SHOP_B, Tile.SHOP_C)
_STYLES: Final = {  # upper storeys, ground floor
    "house": (Tile.HOUSE, Tile.HOUSE),
    "courtyard": (Tile.HOUSE, Tile.HOUSE),
    "detached": (Tile.HOUSE, Tile.HOUSE),
    "office": (Tile.OFFICE, Tile.LOBBY),
    "commercial": (Tile.OFFICE, Tile.LOBBY),
    "retail": (Tile.CIVIC, Tile.SHOP),
    "shop": (Tile.CIVIC, Tile.SHOP),
    "bazaar": (Tile.BLANK, Tile.BAZAAR),
    "school": (Tile.CIVIC, Tile.CIVIC),
    "kindergarten": (Tile.CIVIC, Tile.CIVIC),
    "university": (Tile.CIVIC, Tile.LOBBY),
    "hospital": (Tile.CLINIC, Tile.CLINIC),
    "clinic": (Tile.CLINIC, Tile.CLINIC),
    "police": (Tile.CIVIC, Tile.CIVIC),
    "fire_station": (Tile.CIVIC, Tile.GARAGE),
    "stadium": (Tile.BLANK, Tile.LOBBY),
    "data_centre": (Tile.BLANK, Tile.BLANK),
    "industrial": (Tile.WORKS, Tile.WORKS),
    "warehouse": (Tile.WORKS, Tile.GARAGE),
    "garage": (Tile.GARAGE, Tile.GARAGE),
    "garages": (Tile.GARAGE, Tile.GARAGE),
}
_WITH_SHOPS: Final = (Tile.BRICK, Tile.PANEL, Tile.BALCONY, Tile.ESTATE, Tile.OFFICE)


def _style(use: str, storeys: int, built_year: int, row: int) -> tuple[Tile, Tile, NDArray[np.float64]]:
    """Return the tiles of the upper storeys and of the ground floor, and the colours its walls may have.

    Flats by their age: brick before 1965, panels from then on, with loggias from 1975, new estates from 2000; where the
    year is not known, by height.
    """
    if use in _STYLES:
        return *_STYLES[use], _WALLS
    if storeys <= 2 and use != "residential":
        return Tile.HOUSE, Tile.HOUSE, _WALLS
    year = built_year or (1970 if storeys <= 5 else 1982 if storeys <= 9 else 2012)
    if year < 1965:
        return Tile.BRICK, Tile.BRICK, _BRICK
    if year >= 2000:
        return Tile.ESTATE, Tile.ESTATE, _NEW
    loggias = int(draw_u32(0, "facade", row)) % 4 != 0 if year >= 1975 else int(draw_u32(0, "facade", row)) % 3 == 0
    return Tile.BALCONY if loggias else Tile.PANEL, Tile.PANEL, _WALLS


def main_streets(streets: Any) -> BaseGeometry:
    """Return the centre lines of the main streets, along which there are shops."""
    return shapely.union_all(streets.geometry.to_numpy()[streets["street_class"].isin(MAIN_CLASSES).to_numpy()])


@dataclass(frozen=True)
class _Facade:
    """What a building's walls look like; ``row`` is its id."""

    upper: Tile
    ground: Tile
    shops: Tile
    colour: NDArray[np.float64]
    storeys: int
    height_m: float
    row: int

    @property
    def storey_m(self) -> float:
        return self.height_m / self.storeys


def house_rows(house: Any, row: int, middle: NDArray[np.float64], main: BaseGeometry) -> list[NDArray[np.float32]]:
    """Return the rows of one building of the city's table, relative to ``middle``.

    Args:
        house: the row of the table.
        row: its id.
        middle: (2,) city metres.
        main: the main streets: :func:`main_streets`.
    """
    shape, height_m = orient(house["geometry"]), float(house["height_m"])
    storeys = max(int(house["storeys"]), 1)
    if height_m > HALL_M * storeys:  # halls: their walls are divided as if they had storeys
        storeys = round(height_m / BAY_M)
    upper, ground, walls = _style(str(house["use"]), storeys, int(house["built_year"]), row)
    luck = int(draw_u32(0, "wall", row))
    colour = walls[luck % len(walls)] * (0.92 + 0.12 * float(draw_unit(0, "wash", row)))
    shops = _SHOPS[luck // 8 % len(_SHOPS)]
    ground = shops if ground == Tile.SHOP else ground
    facade = _Facade(upper, ground, shops, colour, storeys, height_m, row)
    rings = [np.array(ring.coords)[:, :2] - middle for ring in (shape.exterior, *shape.interiors)]
    flats = upper in (Tile.BRICK, Tile.PANEL, Tile.BALCONY, Tile.ESTATE) and int(house["entrances"]) > 0
    doors = _door_walls(rings[0]) if flats else set()
    shopping = _shop_walls(rings[0] + middle, main) if upper in _WITH_SHOPS and storeys >= 3 else set()
    parts = []
    for k, ring in enumerate(rings):
        for i, (a, b) in enumerate(itertools.pairwise(ring)):
            shop = k == 0 and i in shopping
            parts += _wall(a, b, facade, shop, door=k == 0 and i in doors and not shop)
    roofs = _FLAT_ROOFS if storeys > 2 or ground not in (Tile.HOUSE,) else _HOUSE_ROOFS
    roof = Tile.ROOF if roofs is _FLAT_ROOFS else Tile.SHEET
    return [*parts, flat(shape, middle, roof, roofs[luck // 64 % len(roofs)], height_m=facade.height_m)]


def _shop_walls(ring_m: NDArray[np.float64], main: BaseGeometry) -> set[int]:
    """Return the walls that look at a main street near by."""
    if main.is_empty or shapely.Polygon(ring_m).distance(main) > SHOP_REACH_M:
        return set()
    along = np.diff(ring_m, axis=0)
    length = np.maximum(np.hypot(*along.T), 1e-9)
    centre = ring_m[:-1] + along / 2
    ahead = centre + np.column_stack([along[:, 1], -along[:, 0]]) / length[:, None] * 8.0
    here, there = (shapely.distance(shapely.points(points), main) for points in (centre, ahead))
    return set(np.flatnonzero((here < SHOP_REACH_M) & (there < here - 5.0) & (length > 2 * BAY_M)).tolist())


def _door_walls(ring: NDArray[np.float64]) -> set[int]:
    """Return the walls with entrances: the longest one and its equals."""
    lengths = np.linalg.norm(np.diff(ring, axis=0), axis=1)
    return set(np.flatnonzero(lengths > 0.95 * lengths.max()).tolist())


def _wall(
    a: NDArray[np.float64], b: NDArray[np.float64], facade: _Facade, shop: bool, door: bool
) -> list[NDArray[np.float32]]:
    length = float(np.hypot(*(b - a)))
    if length < 0.05:
        return []
    bays, blank = max(round(length / BAY_M), 1), length < BAY_M / 2
    ground, upper = (facade.shops if shop else facade.ground), facade.upper
    if blank:
        ground = upper = Tile.BLANK
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
