"""What the sensor and the encoder do: softness, exposure, noise, and a bit rate that leaves no room for detail."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.streams import stream
from vision.render.faults.levels import STREAM_FPS

Picture = NDArray[np.uint8]
INTER_GAIN: Final = 10.0
"""JPEG spends about so many times the bits of a video stream on a frame of a fixed camera, most of which stays the same
from frame to frame (assumed)."""
_TILE: Final = 512
_BAND, _PERIOD = 16, 64  # rows of the picture that the coded size is estimated from
_QUALITY_STEP: Final = 2
_MIDDLE_GREY: Final = 112.0


def exposed(image: Picture, ev: float, jitter: float, noise: float, rng: np.random.Generator) -> Picture:
    """Return the picture as the automatic exposure sets it, off by ``ev`` stops, with noise.

    The exposure draws the mean a quarter of the way to middle grey, a third up or down at most; grey levels are square
    roots of light, so a stop is a factor of 1.41 in them.

    Args:
        image: (h, w, 3) uint8.
        ev: stops.
        jitter: relative spread from frame to frame.
        noise: sigma in grey levels.
        rng: the frame's stream.
    """
    import cv2

    mean = float(np.mean(cv2.mean(image[::4, ::4])[:3]))
    settles = float(np.clip((_MIDDLE_GREY / max(mean, 1.0)) ** 0.25, 0.75, 1.33)) if jitter or ev else 1.0
    gain = settles * 2.0 ** (ev / 2.0) * float(np.clip(rng.normal(1.0, jitter), 0.85, 1.15) if jitter else 1.0)
    dy, dx = (int(v) for v in rng.integers(0, _TILE, 2))
    if noise <= 0.0:
        return image if gain == 1.0 else np.asarray(cv2.convertScaleAbs(image, alpha=gain), np.uint8)
    grain = _sheet(image.shape[0], image.shape[1])[dy : dy + image.shape[0], dx : dx + image.shape[1]]
    return np.asarray(cv2.addWeighted(image, gain, grain, noise / 32.0, -128.0 * noise / 32.0), np.uint8)


@cache
def _sheet(height: int, width: int) -> Picture:
    """Return uint8 noise round 128 with sigma 32, a tile larger than a picture: grey with a little colour."""
    source = stream(0, "grain")
    grey = source.normal(0, 28, (_TILE, _TILE, 1))
    colour = source.normal(0, 15, (_TILE, _TILE, 3))
    tile = np.clip(128 + grey + colour, 0, 255).astype(np.uint8)
    return np.tile(tile, (-(-height // _TILE) + 1, -(-width // _TILE) + 1, 1))


def coded(image: Picture, bitrate_kbps: float) -> Picture:
    """Return the picture after coding at a stream's bit rate: JPEG at the quality that needs as many bits."""
    import cv2

    quality = quality_for(image, frame_bytes(bitrate_kbps))
    _, packed = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


def frame_bytes(bitrate_kbps: float) -> float:
    """Return the bytes of a JPEG that stands for one frame of a stream."""
    return bitrate_kbps * 1000.0 / 8.0 / STREAM_FPS * INTER_GAIN


def quality_for(image: Picture, size_bytes: float) -> int:
    """Return the JPEG quality, 4 to 95, at which a picture stays just below a size; tried on a quarter of its rows."""
    import cv2

    rows = image.shape[0] // _PERIOD * _PERIOD
    bands = image[:rows].reshape(rows // _PERIOD, _PERIOD, *image.shape[1:])[:, :_BAND] if rows else image[None]
    sample = np.ascontiguousarray(bands.reshape(-1, *image.shape[1:]))
    wanted = size_bytes * sample.shape[0] / image.shape[0]
    low, high = 4, 95
    while high - low > _QUALITY_STEP:
        middle = (low + high + 1) // 2
        _, packed = cv2.imencode(".jpg", sample, [cv2.IMWRITE_JPEG_QUALITY, middle])
        low, high = (middle, high) if len(packed) <= wanted else (low, middle - 1)
    return low
