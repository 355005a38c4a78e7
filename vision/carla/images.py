"""CARLA's pictures as arrays: bytes blue, green, red, alpha, from the top left.

An instance picture has the tag of the thing in red and its actor's id in 16 bits, the low byte in green and the high
one in blue (release 0.9.16; things that are no actors have an id of Unreal's, which can be the same, but other tags). A
depth picture has the distance along the optical axis in 24 bits, lowest in red, over 1,000 m.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

ACTOR_TAGS: Final = (12, 13, 14, 15, 16, 17, 18, 19)
"""Tags of things that move, by ``carla.CityObjectLabel``: pedestrians, riders, cars, trucks, buses, trains,
motorcycles, bicycles."""
ID_BITS: Final = 16
DEPTH_RANGE_M: Final = 1000.0


def pixels_of(image: Any) -> NDArray[np.uint8]:
    """Return (height, width, 4) bytes of a ``carla.Image``.

    Raises:
        ValueError: the image has not the bytes of its size.
    """
    raw = np.frombuffer(image.raw_data, np.uint8)
    if raw.size != image.height * image.width * 4:
        raise ValueError(f"a picture of {image.width} x {image.height} has {raw.size} bytes")
    return raw.reshape(image.height, image.width, 4)


def rgb_of(image: Any) -> NDArray[np.uint8]:
    """Return (height, width, 3) red, green, blue."""
    return np.ascontiguousarray(pixels_of(image)[..., 2::-1])


def actor_ids_of(image: Any) -> NDArray[np.int32]:
    """Return (height, width) the lowest 16 bits of the actor's id, or -1 where nothing that moves is seen."""
    pixels = pixels_of(image).astype(np.int32)
    ids = pixels[..., 1] | pixels[..., 0] << 8
    return np.where(np.isin(pixels[..., 2], ACTOR_TAGS), ids, np.int32(-1))


def depth_m_of(image: Any) -> NDArray[np.float32]:
    """Return (height, width) metres along the optical axis."""
    pixels = pixels_of(image).astype(np.float32)
    whole = pixels[..., 2] + 256.0 * pixels[..., 1] + 65536.0 * pixels[..., 0]
    return np.asarray(whole * (DEPTH_RANGE_M / (2.0**24 - 1.0)), np.float32)
