"""Facades: two bays across and one storey high a tile."""

from __future__ import annotations

import numpy as np

from twin.streams import stream
from vision.render.tile_brush import HEIGHT_PX, SIGN, WIDTH_PX, Picture, grain, lettering, paint, plain, plaster, window


def _conditioner(picture: Picture, x: float, y: float) -> None:
    paint(picture, (x, x + 0.17), (y, y + 0.16), (0.86, 0.87, 0.88))
    paint(picture, (x + 0.03, x + 0.11), (y + 0.03, y + 0.13), (0.52, 0.53, 0.55))


def panel_tile() -> Picture:
    """Return large panels with open joints, a window in each, as built from 1965 on."""
    picture = plaster("panel")
    for bay in (0, 1):
        window(picture, (bay + 0.28, bay + 0.74), (0.30, 0.78), 2)
        paint(picture, (bay, bay + 0.015), (0, 1), (0.72,) * 3)
    paint(picture, (0, 2), (0, 0.02), (0.70,) * 3)
    _conditioner(picture, 1.78, 0.36)
    return picture


def balcony_tile() -> Picture:
    """Return panels with a loggia in every second bay, some glazed by those who live there."""
    picture = panel_tile()
    paint(picture, (0.05, 0.97), (0.02, 0.98), (0.50, 0.49, 0.47))
    window(picture, (0.12, 0.90), (0.40, 0.90), 4)
    paint(picture, (0.08, 0.94), (0.04, 0.40), (0.80, 0.78, 0.72))
    for i in range(8):
        paint(picture, (0.12 + i * 0.1, 0.13 + i * 0.1), (0.06, 0.38), (0.66, 0.64, 0.60))
    paint(picture, (0.05, 0.97), (0.90, 0.98), (0.42, 0.41, 0.40))
    return picture


def brick_tile() -> Picture:
    """Return brickwork with white-framed windows and a band under each."""
    picture = plaster("brick")
    for row in range(0, HEIGHT_PX, 4):
        picture[row, :, :3] *= 0.93
        picture[row : row + 4, (row // 4 % 2) * 4 :: 8, :3] *= 0.96
    for bay in (0, 1):
        window(picture, (bay + 0.30, bay + 0.70), (0.28, 0.80), 2)
        paint(picture, (bay + 0.24, bay + 0.76), (0.82, 0.87), (0.92, 0.90, 0.86))
    paint(picture, (1.06, 1.22), (0.10, 0.14), (0.80,) * 3)
    _conditioner(picture, 0.78, 0.40)
    return picture


def estate_tile() -> Picture:
    """Return a new estate: tall windows, a darker strip, glazed balconies with a glass parapet."""
    picture = plaster("estate")
    paint(picture, (0, 0.10), (0, 1), (0.62, 0.55, 0.48))
    window(picture, (0.18, 0.52), (0.10, 0.84), 1, 0.35)
    window(picture, (0.62, 0.90), (0.30, 0.84), 1, 0.35)
    paint(picture, (1.02, 1.94), (0.02, 0.98), (0.72, 0.70, 0.68))
    window(picture, (1.06, 1.90), (0.36, 0.94), 4, 0.30)
    paint(picture, (1.06, 1.90), (0.06, 0.34), (0.45, 0.50, 0.54), 0.3)
    paint(picture, (0, 2), (0, 0.03), (0.80,) * 3)
    return picture


def house_tile() -> Picture:
    """Return a low private house: small windows over a dark plinth."""
    picture = plaster("house")
    for bay in (0, 1):
        window(picture, (bay + 0.34, bay + 0.68), (0.34, 0.76), 2, 0.55)
    paint(picture, (0, 2), (0, 0.12), (0.62, 0.60, 0.58))
    return picture


def office_tile() -> Picture:
    """Return a curtain wall with spandrels."""
    picture = plain(0.62)
    for bay in range(8):
        window(picture, (bay / 4 + 0.02, bay / 4 + 0.23), (0.24, 0.97), 1, 0.70)
    paint(picture, (0, 2), (0, 0.18), (0.50, 0.54, 0.58), 0.3)
    return picture


def _shop_front(
    name: str, signs: tuple[tuple[float, float, float], ...], awning: tuple[float, float, float] | None
) -> Picture:
    picture = plaster(name)
    for bay in (0, 1):
        window(picture, (bay + 0.06, bay + 0.62), (0.10, 0.68), 2, 0.4)
        window(picture, (bay + 0.68, bay + 0.93), (0.02, 0.66), 1, 0.3)
        lettering(picture, (bay + 0.04, bay + 0.96), (0.74, 0.97), signs[bay])
        if awning is not None:
            for i in range(7):
                rgb = awning if i % 2 else (0.93, 0.92, 0.88)
                paint(picture, (bay + 0.05 + i * 0.13, bay + 0.05 + (i + 1) * 0.13), (0.58, 0.73), rgb)
    return picture


def shop_tile() -> Picture:
    """Return shop fronts under red and blue signs."""
    return _shop_front("shop", ((0.75, 0.16, 0.15), (0.14, 0.36, 0.66)), None)


def shop_b_tile() -> Picture:
    """Return shop fronts with green awnings."""
    return _shop_front("shop b", ((0.10, 0.48, 0.28), (0.86, 0.62, 0.12)), (0.15, 0.42, 0.30))


def shop_c_tile() -> Picture:
    """Return shop fronts with red awnings."""
    return _shop_front("shop c", ((0.30, 0.18, 0.46), (0.12, 0.12, 0.14)), (0.68, 0.20, 0.18))


def lobby_tile() -> Picture:
    """Return a glazed ground floor with one entrance under a canopy."""
    picture = plaster("lobby")
    for x in (0.06, 0.56, 1.56):
        window(picture, (x, x + 0.40), (0.06, 0.86), 1, 0.5)
    window(picture, (1.10, 1.46), (0.01, 0.74), 2, 0.25)
    paint(picture, (1.02, 1.54), (0.76, 0.88), (0.36, 0.38, 0.42))
    return picture


def clinic_tile() -> Picture:
    """Return narrow windows in pairs under a pale green band."""
    picture = plaster("clinic")
    for bay in (0, 1):
        window(picture, (bay + 0.14, bay + 0.46), (0.32, 0.82), 2)
        window(picture, (bay + 0.60, bay + 0.90), (0.32, 0.82), 2)
    paint(picture, (0, 2), (0.90, 1.0), (0.50, 0.68, 0.66))
    return picture


def works_tile() -> Picture:
    """Return profiled sheet with a strip of windows high up."""
    picture = grain("works", 0.92, 0.015, (2, 20))
    waves = 0.05 * np.sign(np.sin(np.arange(WIDTH_PX) * 2 * np.pi / 8)).astype(np.float32)
    picture[..., :3] += waves[None, :, None]
    for i in range(4):
        window(picture, (i * 0.5 + 0.06, i * 0.5 + 0.44), (0.72, 0.90), 2, 0.5)
    return picture


def garage_tile() -> Picture:
    """Return roller doors."""
    picture = plaster("garage")
    for bay in (0, 1):
        paint(picture, (bay + 0.10, bay + 0.90), (0, 0.74), (0.46, 0.50, 0.52))
        for y in np.arange(0.06, 0.74, 0.09):
            paint(picture, (bay + 0.10, bay + 0.90), (float(y), float(y) + 0.015), (0.36, 0.40, 0.42))
    return picture


def bazaar_tile() -> Picture:
    """Return open stalls under a painted beam, goods in many colours."""
    picture, rng = plaster("bazaar"), stream(0, "goods")
    paint(picture, (0, 2), (0, 0.66), (0.24, 0.22, 0.21))
    for x in np.arange(0.02, 1.98, 0.066):
        rgb = tuple(float(v) for v in rng.uniform((0.35, 0.2, 0.1), (0.95, 0.8, 0.5)))
        paint(picture, (float(x), float(x) + 0.06), (0.14, 0.14 + float(rng.uniform(0.12, 0.3))), rgb, 0.3)
    paint(picture, (0, 2), (0, 0.14), (0.46, 0.40, 0.34))
    for bay in (0, 1):
        paint(picture, (bay, bay + 0.05), (0, 0.7), (0.60, 0.58, 0.54))
    lettering(picture, (0.0, 2.0), (0.70, 0.92), (0.12, 0.40, 0.52))
    return picture


def gate_tile() -> Picture:
    """Return one pair of gates of sheet metal, stretched over the whole tile's first half."""
    picture = grain("gate", 0.92, 0.015, (2, 16))
    for leaf in (0.0, 0.5, 1.0, 1.5):
        paint(picture, (leaf, leaf + 0.025), (0, 1), (0.62,) * 3)
        paint(picture, (leaf + 0.10, leaf + 0.42), (0.12, 0.46), (0.80,) * 3)
        paint(picture, (leaf + 0.10, leaf + 0.42), (0.54, 0.90), (0.80,) * 3)
    return picture


def entrance_tile() -> Picture:
    """Return a stairwell's door under a canopy with a lamp."""
    picture = panel_tile()
    paint(picture, (0.1, 0.9), (0, 0.98), (0.86, 0.85, 0.82))
    paint(picture, (0.30, 0.70), (0, 0.72), (0.34, 0.26, 0.22))
    paint(picture, (0.49, 0.505), (0, 0.72), (0.2, 0.16, 0.14))
    paint(picture, (0.15, 0.85), (0.78, 0.86), (0.5, 0.5, 0.52))
    paint(picture, (0.46, 0.54), (0.72, 0.77), (0.98, 0.94, 0.82), SIGN)
    return picture


def civic_tile() -> Picture:
    """Return the wide windows of a school."""
    picture = plaster("civic")
    for bay in (0, 1):
        window(picture, (bay + 0.10, bay + 0.90), (0.30, 0.84), 3)
    paint(picture, (0, 2), (0.12, 0.18), (0.72, 0.66, 0.56))
    return picture


def blank_tile() -> Picture:
    """Return a wall without windows."""
    picture = plaster("blank")
    paint(picture, (0, 2), (0, 0.015), (0.74,) * 3)
    return picture
