"""All of a camera's faults on one picture, in the order in which light and bits meet them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twin.errors import MissingPart
from vision.render.faults.glass import dazzled, dirtied
from vision.render.faults.levels import Faults
from vision.render.faults.motion import shaken
from vision.render.faults.sensor import coded, exposed
from vision.render.shot import Shot

Picture = NDArray[np.uint8]


def apply_faults(image: Picture, faults: Faults, rng: np.random.Generator, shot: Shot, key: str) -> Picture:
    """Return the picture as the camera delivers it; the same generator state gives the same pixels.

    Distortion and the smear of what moves are not here: they need the ids of what was drawn
    (:mod:`vision.render.deliver`).

    Args:
        image: (h, w, 3) uint8.
        faults: of the camera.
        rng: the frame's stream.
        shot: the camera and the light.
        key: names the camera.

    Raises:
        MissingPart: OpenCV is not installed.
    """
    try:
        import cv2
    except ImportError as missing:
        raise MissingPart("opencv-python", "camera faults", "footage") from missing
    angle = float(rng.uniform(0, 2 * np.pi))
    if faults.shake_px > 0:
        image = shaken(image, (faults.shake_px * 2 * np.cos(angle), faults.shake_px * 2 * np.sin(angle)))
    if faults.dirt > 0:
        image = dirtied(image, key, faults.dirt, min(1.0, max(shot.light.above) + max(shot.light.sun)))
    if faults.glare > 0:
        image = dazzled(image, shot, faults.glare)
    if faults.blur_px > 0.2:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), faults.blur_px), np.uint8)
    image = exposed(image, faults.exposure_ev, faults.gain_spread, faults.noise, rng)
    return coded(image, faults.bitrate_kbps) if faults.bitrate_kbps > 0 else image
