"""What the glass before the sensor does: glare of the sun and of lamps, and dirt on the dome."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.streams import stream
from vision.render.shot import Shot

Picture = NDArray[np.uint8]
COARSE: Final = 8  # glare and dirt are worked out at an eighth of the picture's size
BRIGHT: Final = 228  # from this grey level on a pixel scatters light over its surroundings
LEAST_DIRT: Final = 0.04
_FILM: Final = (96, 92, 86)  # colour of dust by day


def dazzled(image: Picture, shot: Shot, glare: float) -> Picture:
    """Return the picture with light scattered by the glass: halos round what is bright, a veil when the sun is ahead.

    Args:
        image: (h, w, 3) uint8.
        shot: its camera and its light.
        glare: in [0, 1].
    """
    import cv2

    height, width = image.shape[:2]
    small = cv2.resize(image, (width // COARSE, height // COARSE), interpolation=cv2.INTER_AREA)
    shine = cv2.subtract(small, (BRIGHT, BRIGHT, BRIGHT, 0))
    veil = _sun_veil(shot, width, height) * glare
    if not shine.any() and veil.max(initial=0.0) < 1.0:
        return image
    halo = cv2.GaussianBlur(shine, (0, 0), 0.018 * width / COARSE).astype(np.float32) * (9.0 * glare)
    halo += veil[..., None] * np.array([1.0, 0.95, 0.85], np.float32)
    spread = cv2.resize(np.clip(halo, 0, 255).astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.add(image, spread), np.uint8)


def _sun_veil(shot: Shot, width_px: int, height_px: int) -> NDArray[np.float32]:
    """Return (height, width) coarse grey levels that the sun itself adds at full glare: 0 behind the camera."""
    light, lens = shot.light, shot.lens
    width, height = width_px // COARSE, height_px // COARSE
    strength = max(light.sun) / 1.5
    seen = lens.axes @ np.array(light.sun_way)
    if strength < 0.03 or seen[2] < 0.2:
        return np.zeros((height, width), np.float32)
    at_x = (width_px / 2 + lens.focal_px * seen[0] / seen[2]) / COARSE
    at_y = (height_px / 2 - lens.focal_px * seen[1] / seen[2]) / COARSE
    x, y = np.arange(width, dtype=np.float32)[None, :], np.arange(height, dtype=np.float32)[:, None]
    away = np.hypot(x - np.float32(at_x), y - np.float32(at_y)) / np.float32(width)
    near = np.exp(-away / np.float32(0.22)) * 150 + 26.0
    return np.asarray(near * np.float32(strength * ((seen[2] - 0.2) / 0.8) ** 1.5), np.float32)


def dirtied(image: Picture, key: str, dirt: float, daylight: float) -> Picture:
    """Return the picture through a dirty dome.

    Args:
        image: (h, w, 3) uint8.
        key: names the camera; its dirt stays where it is.
        dirt: in [0, 1].
        daylight: in [0, 1], how bright the dirt itself is.
    """
    if dirt < LEAST_DIRT:
        return image
    import cv2

    height, width = image.shape[:2]
    small = cv2.resize(image, (width // COARSE, height // COARSE), interpolation=cv2.INTER_AREA)
    film = np.array(_FILM, np.float64) * (0.25 + 0.75 * daylight)
    blurred = cv2.addWeighted(
        cv2.GaussianBlur(small, (0, 0), 2.0), 0.55, np.zeros_like(small) + film.astype(np.uint8), 0.45, 0.0
    )
    over = cv2.resize(blurred, (width, height), interpolation=cv2.INTER_LINEAR)
    spots, clear = _spots(key, width, height, round(dirt, 2))
    return np.asarray(cv2.add(cv2.multiply(over, spots, scale=1 / 255), cv2.multiply(image, clear, scale=1 / 255)))


@lru_cache(maxsize=32)
def _spots(key: str, width: int, height: int, dirt: float) -> tuple[Picture, Picture]:
    """Return (h, w, 3) uint8 opacity of a dome's dirt, and 255 less it: dried drops, a film that is thicker below."""
    import cv2

    rng = stream(0, "dome", key)
    small = np.zeros((height // 2, width // 2), np.float32)
    for _ in range(int(8 + 42 * dirt)):
        x, y = int(rng.integers(0, width // 2)), int(rng.integers(0, height // 2))
        axes = (rng.uniform(0.004, 0.03, 2) * width / 2).astype(int) + 1
        cv2.ellipse(small, (x, y), axes.tolist(), float(rng.uniform(0, 180)), 0, 360, float(rng.uniform(0.4, 1.2)), -1)
    small = cv2.GaussianBlur(small, (0, 0), 0.004 * width)
    film = np.linspace(0.02, 0.28, height // 2, dtype=np.float32)[:, None]
    opacity = np.clip((small + film) * (0.2 + 0.8 * dirt), 0, 0.92) * 255
    spots = np.asarray(cv2.merge([cv2.resize(opacity.astype(np.uint8), (width, height))] * 3), np.uint8)
    return spots, np.asarray(255 - spots)
