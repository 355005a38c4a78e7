"""What lies on the ground and on roofs, 16 m of it a tile; and leaves."""

from __future__ import annotations

import numpy as np

from twin.streams import stream
from vision.render.tile_brush import HEIGHT_PX, WIDTH_PX, Picture, grain, plain


def plain_tile() -> Picture:
    """Return one even colour."""
    return plain(1.0)


def asphalt_tile() -> Picture:
    """Return 16 m of worn asphalt with cracks and a patch or two."""
    picture, rng = grain("asphalt", 0.88, 0.022, (1, 3, 12, 40)), stream(0, "cracks")
    for _ in range(5):
        x, y = rng.integers(0, WIDTH_PX), rng.integers(0, HEIGHT_PX)
        for _ in range(int(rng.integers(25, 70))):
            x, y = (x + int(rng.integers(0, 3))) % WIDTH_PX, (y + int(rng.integers(-1, 2))) % HEIGHT_PX
            picture[y, x, :3] *= 0.80
    picture[70:84, 150:186, :3] *= 0.93
    picture[20:29, 30:52, :3] *= 1.05
    return picture


def paving_tile() -> Picture:
    """Return 16 m of slabs of half a metre."""
    picture = grain("paving", 0.92, 0.02, (1, 6, 30))
    slabs = stream(0, "slabs").normal(0, 0.02, (16, 32)).astype(np.float32)
    picture[..., :3] += np.kron(slabs, np.ones((8, 8), np.float32))[..., None]
    picture[::4, :, :3] *= 0.94
    picture[:, ::8, :3] *= 0.90
    return picture


def grass_tile() -> Picture:
    """Return 16 m of thin grass with bare, yellowish spots."""
    picture = grain("grass", 0.84, 0.035, (1, 2, 5, 14, 36))
    bare = np.clip((grain("bare", 0.0, 0.5, (20,))[..., :1] - 0.35) * 2, 0, 1)
    picture[..., :3] += bare * np.array([0.10, 0.03, -0.03], np.float32)
    return picture


def roof_tile() -> Picture:
    """Return roofing felt in strips."""
    picture = grain("roof", 0.9, 0.025, (2, 8, 30))
    picture[:, ::64, :3] *= 0.90
    return picture


def sheet_tile() -> Picture:
    """Return a roof of corrugated sheets."""
    picture = grain("sheet", 0.92, 0.02, (2, 20))
    waves = 0.06 * np.sin(np.arange(WIDTH_PX) * 2 * np.pi / 8).astype(np.float32)
    picture[..., :3] += waves[None, :, None]
    picture[::32, :, :3] *= 0.86
    return picture


def leaves_tile() -> Picture:
    """Return foliage, light and dark."""
    picture = grain("leaves", 0.74, 0.11, (2, 4, 9))
    picture[..., :3] += np.clip(grain("light leaves", 0.0, 0.2, (3,))[..., :1], 0, 1) * [0.5, 0.6, 0.2]
    return picture


def water_tile() -> Picture:
    """Return still water."""
    return grain("water", 0.85, 0.04, (3, 12))


def worn_paint_tile() -> Picture:
    """Return road paint, a little worn."""
    return grain("paint", 0.94, 0.035, (1, 3, 16))
