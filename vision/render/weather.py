"""What falls between the camera and the street: streaks of rain, flakes of snow, grains of dust."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from twin.sky import Sky
from twin.streams import stream

Picture = NDArray[np.uint8]
_COUNT = {"rain": 420, "snow": 520}


def fall(image: Picture, sky: Sky, brightness: float, rng: np.random.Generator) -> Picture:
    """Return the picture with rain or snow in the air; other weathers leave it as it is.

    Args:
        image: (h, w, 3) uint8.
        sky: its weather decides.
        brightness: of the air, in [0, 1]; drops are a little lighter than it.
        rng: the frame's stream, which moves the drops.
    """
    if sky.weather not in _COUNT:
        return image
    import cv2

    veil = _veil(sky.weather, image.shape[0], image.shape[1])
    dy, dx = int(rng.integers(0, image.shape[0])), int(rng.integers(0, image.shape[1]))
    moved = np.roll(veil, (dy, dx), axis=(0, 1))
    light = int(255 * np.clip(0.25 + 0.6 * brightness, 0, 1))
    part = cv2.merge([moved] * 3)
    return np.asarray(
        cv2.add(image, cv2.multiply(cv2.subtract(np.full_like(image, light), image), part, scale=1 / 255)), np.uint8
    )


@lru_cache(maxsize=8)
def _veil(weather: str, height: int, width: int) -> Picture:
    """Return (h, w) uint8 opacity of drops or flakes."""
    import cv2

    rng, veil = stream(0, "veil", weather), np.zeros((height, width), np.uint8)
    scale = height / 540
    for x, y, near in zip(rng.integers(0, width, 2000), rng.integers(0, height, 2000), rng.random(2000), strict=True):
        if near > _COUNT[weather] / 2000:
            continue
        size = near * 2000 / _COUNT[weather]
        if weather == "rain":
            tip = (int(x + 3 * size * scale), int(y + (10 + 26 * size) * scale))
            cv2.line(veil, (int(x), int(y)), tip, int(50 + 70 * size), 1, cv2.LINE_AA)
        else:
            cv2.circle(
                veil,
                (int(x), int(y)),
                round((0.6 + 2.2 * size * size) * scale),
                int(150 + 80 * (1 - size)),
                -1,
                cv2.LINE_AA,
            )
    return cv2.GaussianBlur(veil, (0, 0), 0.7)
