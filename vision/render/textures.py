"""Surface pictures, drawn by rule: one tile each, all in one stack; alpha marks glass that may be lit at night."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.streams import stream

WIDTH_PX: Final = 256  # two bays of a facade
HEIGHT_PX: Final = 128  # one storey
Picture = NDArray[np.float32]


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


def tile_stack() -> NDArray[np.uint8]:
    """Return (layers, HEIGHT_PX, WIDTH_PX, 4) uint8, bottom row first, the same on every call."""
    makers = {
        Tile.PLAIN: _plain, Tile.ASPHALT: _asphalt, Tile.PAVING: _paving, Tile.GRASS: _grass, Tile.PANEL: _panel,
        Tile.BALCONY: _balcony, Tile.HOUSE: _house, Tile.OFFICE: _office, Tile.SHOP: _shop, Tile.ROOF: _roof,
        Tile.LEAVES: _leaves, Tile.ENTRANCE: _entrance, Tile.CIVIC: _civic, Tile.BLANK: _blank,
    }  # fmt: skip
    layers = [makers[tile]() for tile in Tile]
    return np.stack([np.clip(layer[::-1] * 255, 0, 255).astype(np.uint8) for layer in layers])


def _flat(level: float) -> Picture:
    picture = np.full((HEIGHT_PX, WIDTH_PX, 4), level, np.float32)
    picture[..., 3] = 0
    return picture


def _grain(name: str, level: float, spread: float, cells: tuple[int, ...]) -> Picture:
    """Return a grey tile with noise of several sizes; ``cells`` are pixel sizes of its lumps."""
    rng, picture = stream(0, "tile", name), _flat(level)
    for cell in cells:
        coarse = rng.normal(0, spread, (HEIGHT_PX // cell, WIDTH_PX // cell)).astype(np.float32)
        picture[..., :3] += np.kron(coarse, np.ones((cell, cell), np.float32))[..., None]
    return picture


def _paint(
    picture: Picture, x: tuple[float, float], y: tuple[float, float], rgb: tuple[float, ...], glass: float = 0.0
) -> None:
    """Fill a rectangle given in bays from the left (0 to 2) and in storeys from the floor (0 to 1)."""
    x0, x1 = (round(v * WIDTH_PX / 2) for v in x)
    y0, y1 = (round((1 - v) * HEIGHT_PX) for v in y[::-1])
    picture[y0:y1, x0:x1, :3] = rgb
    picture[y0:y1, x0:x1, 3] = glass


def _window(
    picture: Picture, x: tuple[float, float], y: tuple[float, float], sashes: int = 2, frame: float = 0.93
) -> None:
    """Draw a framed window with a sill, a sky reflection and a curtain."""
    _paint(picture, (x[0] - 0.02, x[1] + 0.02), (y[0] - 0.03, y[1] + 0.02), (frame,) * 3)
    step = (x[1] - x[0]) / sashes
    for i in range(sashes):
        left, right = x[0] + i * step + 0.015, x[0] + (i + 1) * step - 0.015
        _paint(picture, (left, right), y, (0.20, 0.25, 0.30), 1.0)
        _paint(picture, (left, right), (y[1] - 0.12, y[1]), (0.36, 0.42, 0.48), 1.0)
    _paint(picture, (x[0] + 0.02, x[0] + 0.10), y, (0.55, 0.54, 0.50), 0.7)


def _plain() -> Picture:
    return _flat(1.0)


def _asphalt() -> Picture:
    picture = _grain("asphalt", 0.88, 0.035, (1, 4, 16))
    picture[60:63, 20:200, :3] *= 0.86
    return picture


def _paving() -> Picture:
    picture = _grain("paving", 0.92, 0.03, (1, 32))
    picture[::16, :, :3] *= 0.82
    picture[:, ::16, :3] *= 0.82
    return picture


def _grass() -> Picture:
    return _grain("grass", 0.85, 0.05, (1, 2, 8, 32))


def _roof() -> Picture:
    return _grain("roof", 0.9, 0.03, (2, 16))


def _leaves() -> Picture:
    return _grain("leaves", 0.8, 0.10, (2, 4, 16))


def _wall(name: str) -> Picture:
    return _grain(name, 0.95, 0.012, (1, 8, 64))


def _panel() -> Picture:
    picture = _wall("panel")
    for bay in (0, 1):
        _window(picture, (bay + 0.28, bay + 0.74), (0.30, 0.78), 2)
        _paint(picture, (bay, bay + 0.015), (0, 1), (0.72,) * 3)
    _paint(picture, (0, 2), (0, 0.02), (0.70,) * 3)
    _paint(picture, (1.78, 1.95), (0.36, 0.52), (0.86, 0.87, 0.88))
    return picture


def _balcony() -> Picture:
    picture = _panel()
    _window(picture, (0.12, 0.90), (0.40, 0.90), 4)
    _paint(picture, (0.08, 0.94), (0.04, 0.40), (0.80, 0.78, 0.72))
    for i in range(8):
        _paint(picture, (0.12 + i * 0.1, 0.13 + i * 0.1), (0.06, 0.38), (0.66, 0.64, 0.60))
    return picture


def _house() -> Picture:
    picture = _wall("house")
    for bay in (0, 1):
        _window(picture, (bay + 0.34, bay + 0.68), (0.34, 0.76), 2, 0.55)
    _paint(picture, (0, 2), (0, 0.12), (0.62, 0.60, 0.58))
    return picture


def _office() -> Picture:
    picture = _flat(0.80)
    for bay in range(8):
        _window(picture, (bay / 4 + 0.02, bay / 4 + 0.23), (0.22, 0.97), 1, 0.70)
    return picture


def _shop() -> Picture:
    picture = _wall("shop")
    for bay in (0, 1):
        _window(picture, (bay + 0.06, bay + 0.94), (0.08, 0.66), 3, 0.4)
    _paint(picture, (0.05, 0.95), (0.72, 0.94), (0.75, 0.22, 0.20), 0.6)
    _paint(picture, (1.05, 1.95), (0.72, 0.94), (0.16, 0.40, 0.66), 0.6)
    for x in np.arange(0.2, 0.8, 0.09):
        _paint(picture, (x, x + 0.05), (0.77, 0.89), (0.95, 0.95, 0.9), 0.8)
        _paint(picture, (x + 1, x + 1.05), (0.77, 0.89), (0.95, 0.95, 0.9), 0.8)
    return picture


def _entrance() -> Picture:
    picture = _panel()
    _paint(picture, (0.1, 0.9), (0, 0.98), (0.86, 0.85, 0.82))
    _paint(picture, (0.30, 0.70), (0, 0.72), (0.34, 0.26, 0.22))
    _paint(picture, (0.49, 0.505), (0, 0.72), (0.2, 0.16, 0.14))
    _paint(picture, (0.2, 0.8), (0.76, 0.82), (0.5, 0.5, 0.52))
    return picture


def _civic() -> Picture:
    picture = _wall("civic")
    for bay in (0, 1):
        _window(picture, (bay + 0.10, bay + 0.90), (0.30, 0.84), 3)
    _paint(picture, (0, 2), (0.12, 0.18), (0.72, 0.66, 0.56))
    return picture


def _blank() -> Picture:
    picture = _wall("blank")
    _paint(picture, (0, 2), (0, 0.015), (0.74,) * 3)
    return picture
