"""Surface pictures, drawn by rule: one tile each, all in one stack.

Alpha says what burns at night: 1 is glass, lit where somebody is at home; ``SIGN`` is a shop's sign, always lit.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.render import tile_facades as facades
from vision.render import tile_ground as ground
from vision.render.tile_brush import HEIGHT_PX, WIDTH_PX, Picture

__all__ = ["HEIGHT_PX", "WIDTH_PX", "Tile", "tile_stack"]


class Tile(IntEnum):
    """A layer of the stack; facades repeat every two bays across and every storey upwards."""

    PLAIN = 0
    ASPHALT = 1
    PAVING = 2
    GRASS = 3
    PANEL = 4
    BALCONY = 5
    HOUSE = 6
    OFFICE = 7
    SHOP = 8
    ROOF = 9
    LEAVES = 10
    ENTRANCE = 11
    CIVIC = 12
    BLANK = 13
    WATER = 14
    PAINT = 15
    BRICK = 16
    ESTATE = 17
    SHOP_B = 18
    SHOP_C = 19
    LOBBY = 20
    CLINIC = 21
    WORKS = 22
    GARAGE = 23
    BAZAAR = 24
    GATE = 25
    SHEET = 26


def tile_stack() -> NDArray[np.uint8]:
    """Return (layers, HEIGHT_PX, WIDTH_PX, 4) uint8, bottom row first, the same on every call."""
    layers = [_MAKERS[tile]() for tile in Tile]
    return np.stack([np.clip(layer[::-1] * 255, 0, 255).astype(np.uint8) for layer in layers])


_MAKERS: Final[dict[Tile, Callable[[], Picture]]] = {
    Tile.PLAIN: ground.plain_tile,
    Tile.ASPHALT: ground.asphalt_tile,
    Tile.PAVING: ground.paving_tile,
    Tile.GRASS: ground.grass_tile,
    Tile.PANEL: facades.panel_tile,
    Tile.BALCONY: facades.balcony_tile,
    Tile.HOUSE: facades.house_tile,
    Tile.OFFICE: facades.office_tile,
    Tile.SHOP: facades.shop_tile,
    Tile.ROOF: ground.roof_tile,
    Tile.LEAVES: ground.leaves_tile,
    Tile.ENTRANCE: facades.entrance_tile,
    Tile.CIVIC: facades.civic_tile,
    Tile.BLANK: facades.blank_tile,
    Tile.WATER: ground.water_tile,
    Tile.PAINT: ground.worn_paint_tile,
    Tile.BRICK: facades.brick_tile,
    Tile.ESTATE: facades.estate_tile,
    Tile.SHOP_B: facades.shop_b_tile,
    Tile.SHOP_C: facades.shop_c_tile,
    Tile.LOBBY: facades.lobby_tile,
    Tile.CLINIC: facades.clinic_tile,
    Tile.WORKS: facades.works_tile,
    Tile.GARAGE: facades.garage_tile,
    Tile.BAZAAR: facades.bazaar_tile,
    Tile.GATE: facades.gate_tile,
    Tile.SHEET: ground.sheet_tile,
}
