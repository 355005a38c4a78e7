"""What a real camera does to a picture: exposure, softness, noise that grows in the dark, JPEG. All in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensors.cameras import Camera
from twin.errors import MissingPart
from twin.sky import Sky
from twin.streams import draw_unit, stream

Picture = NDArray[np.uint8]
_NOISE: Final = {"day": 1.8, "dusk": 4.0, "night": 7.5}
_TILE: Final = 512


@dataclass(frozen=True, slots=True)
class Faults:
    """How imperfect one camera is.

    Attributes:
        gain_spread: relative spread of its exposure from frame to frame.
        blur_px: sigma of its lens blur.
        noise: sigma of its noise, in grey levels of 255.
        jpeg_quality: 1 to 100; 0 leaves the picture uncompressed.
    """

    gain_spread: float
    blur_px: float
    noise: float
    jpeg_quality: int


def faults_of(camera: Camera, sky: Sky, seed: int) -> Faults:
    """Return the faults of a camera under a sky; each camera has its own blur and quality, the same all its life."""
    name = np.frombuffer(camera.id.encode(), np.uint8).astype(np.int64)
    own = draw_unit(seed, "camera faults", int(np.dot(name, np.arange(1, len(name) + 1))), np.arange(3))
    return Faults(
        gain_spread=0.03,
        blur_px=0.35 + 0.35 * float(own[0]),
        noise=_NOISE[sky.light] * (0.7 + 0.6 * float(own[1])),
        jpeg_quality=int(72 + 22 * own[2]),
    )


def apply_faults(image: Picture, faults: Faults, rng: np.random.Generator) -> Picture:
    """Return the (h, w, 3) uint8 picture as the camera would deliver it; the same generator state, the same pixels."""
    try:
        import cv2
    except ImportError as missing:
        raise MissingPart("opencv-python", "camera faults", "footage") from missing
    gain = float(np.clip(rng.normal(1.0, faults.gain_spread), 0.85, 1.15))
    out = cv2.GaussianBlur(image, (0, 0), faults.blur_px) if faults.blur_px > 0.2 else image
    grain = _grain(image.shape[:2], rng)
    out = np.asarray(cv2.addWeighted(out, gain, grain, faults.noise / 32.0, -128.0 * faults.noise / 32.0))
    if not faults.jpeg_quality:
        return out.astype(np.uint8)
    _, packed = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, faults.jpeg_quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def frame_stream(camera: Camera, t_ms: int, seed: int) -> np.random.Generator:
    """Return the random stream of one frame."""
    return stream(seed, "frame", camera.id, str(t_ms))


_TILES: dict[int, Picture] = {}


def _grain(shape: tuple[int, int], rng: np.random.Generator) -> Picture:
    """Return (h, w, 3) uint8 noise round 128 with sigma 32: a shifted piece of one tile, grey with a little colour."""
    if not _TILES:
        source = stream(0, "grain")
        grey = source.normal(0, 28, (_TILE, _TILE, 1))
        colour = source.normal(0, 15, (_TILE, _TILE, 3))
        _TILES[0] = np.clip(128 + grey + colour, 0, 255).astype(np.uint8)
    dy, dx = rng.integers(0, _TILE, 2)
    rows, columns = -(-(shape[0] + dy) // _TILE), -(-(shape[1] + dx) // _TILE)
    return np.tile(_TILES[0], (int(rows), int(columns), 1))[dy : dy + shape[0], dx : dx + shape[1]]
