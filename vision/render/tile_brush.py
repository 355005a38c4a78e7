"""Brushes with which the surface pictures are drawn: grain, rectangles, windows, signs."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.streams import stream

WIDTH_PX: Final = 256  # two bays of a facade
HEIGHT_PX: Final = 128  # one storey
SIGN: Final = 0.5  # alpha of what is always lit at night
Picture = NDArray[np.float32]


def plain(level: float) -> Picture:
    """Return a tile of one grey, nothing of it lit."""
    picture = np.full((HEIGHT_PX, WIDTH_PX, 4), level, np.float32)
    picture[..., 3] = 0
    return picture


def grain(name: str, level: float, spread: float, cells: tuple[int, ...]) -> Picture:
    """Return a grey tile with noise of several sizes that repeats without a seam; ``cells`` are the sizes in pixels."""
    from scipy.ndimage import gaussian_filter

    rng, picture = stream(0, "tile", name), plain(level)
    for cell in cells:
        lumps = rng.normal(0, 1, (HEIGHT_PX, WIDTH_PX))
        if cell > 1:
            lumps = gaussian_filter(lumps, (cell / 2, cell / 2), mode="wrap")
        picture[..., :3] += (lumps / lumps.std() * spread).astype(np.float32)[..., None]
    return picture


def paint(
    picture: Picture, x: tuple[float, float], y: tuple[float, float], rgb: tuple[float, ...], glass: float = 0.0
) -> None:
    """Fill a rectangle given in bays from the left (0 to 2) and in storeys from the floor (0 to 1)."""
    x0, x1 = (round(v * WIDTH_PX / 2) for v in x)
    y0, y1 = (round((1 - v) * HEIGHT_PX) for v in y[::-1])
    picture[y0:y1, x0:x1, :3] = rgb
    picture[y0:y1, x0:x1, 3] = glass


def window(
    picture: Picture, x: tuple[float, float], y: tuple[float, float], sashes: int = 2, frame: float = 0.93
) -> None:
    """Draw a framed window with a sill, a sky reflection and a curtain."""
    paint(picture, (x[0] - 0.02, x[1] + 0.02), (y[0] - 0.03, y[1] + 0.02), (frame,) * 3)
    step = (x[1] - x[0]) / sashes
    for i in range(sashes):
        left, right = x[0] + i * step + 0.015, x[0] + (i + 1) * step - 0.015
        paint(picture, (left, right), y, (0.20, 0.25, 0.30), 1.0)
        paint(picture, (left, right), (y[1] - 0.12, y[1]), (0.36, 0.42, 0.48), 1.0)
    paint(picture, (x[0] + 0.02, x[0] + 0.02 + 0.15 * (x[1] - x[0])), y, (0.55, 0.54, 0.50), 0.8)
    paint(picture, (x[0] - 0.02, x[1] + 0.02), (y[0] - 0.05, y[0] - 0.025), (0.62,) * 3)


def lettering(
    picture: Picture, x: tuple[float, float], y: tuple[float, float], rgb: tuple[float, float, float]
) -> None:
    """Draw a sign's board with a row of letters, all of it lit at night."""
    paint(picture, x, y, rgb, SIGN)
    rng = stream(0, "letters", str(x), str(rgb))
    at, low, high = x[0] + 0.10, y[0] + 0.05, y[1] - 0.05
    while at < x[1] - 0.16:
        wide = float(rng.uniform(0.03, 0.07))
        paint(picture, (at, at + wide), (low, high), (0.97, 0.96, 0.92), SIGN)
        if rng.random() < 0.6:
            paint(picture, (at + 0.012, at + wide - 0.012), (low + 0.04, high - 0.04), rgb, SIGN)
        at += wide + 0.02


def plaster(name: str) -> Picture:
    """Return plaster with a few stains."""
    picture = grain(name, 0.95, 0.010, (1, 6, 40))
    stains = np.clip(grain(name + " stains", 0.0, 0.014, (5, 24))[..., :1], 0, 1)
    picture[..., :3] -= stains
    return picture
