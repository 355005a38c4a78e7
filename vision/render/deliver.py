"""From what a renderer drew to the frame a camera delivers: air, lens, shutter, sensor, encoder; and its truth."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sensors.cameras import Camera
from twin.scene import Scene
from twin.sky import Sky
from vision.frame import Frame
from vision.render.faults.apply import apply_faults
from vision.render.faults.levels import Faults, frame_stream
from vision.render.faults.motion import smeared
from vision.render.shot import Shot
from vision.render.truth import truth_of
from vision.render.warp import bent, bent_items
from vision.render.weather import fall


def with_faults(camera: Camera, faults: Faults) -> Camera:
    """Return the camera with the distortion that its faults add to its lens."""
    if not (faults.k1 or faults.k2):
        return camera
    return replace(camera, k1=camera.k1 + faults.k1, k2=camera.k2 + faults.k2)


def deliver(
    camera: Camera,
    scene: Scene,
    sky: Sky,
    seed: int,
    shot: Shot,
    drawn: tuple[NDArray[np.uint8], NDArray[np.integer]],
    faults: Faults,
    count_areas: Callable[[], None] | None = None,
) -> Frame:
    """Return the frame of a picture that was drawn.

    Args:
        camera: who took it, with the distortion of its faults (:func:`with_faults`).
        scene: its actors.
        sky: its light and weather.
        seed: of rain, snow and noise.
        shot: what was drawn, with the areas of its items filled in, or filled in by ``count_areas``.
        drawn: picture (h, w, 3) uint8 and ids (h, w), in the size of the shot's lens.
        faults: of the camera.
        count_areas: called while the picture goes through the camera, before the truth is taken.
    """
    rng = frame_stream(camera, scene.t_ms, seed)
    image, ids = drawn
    if faults.exposure_ms > 0:
        image = smeared(image, ids, shot, scene, faults.exposure_ms)
    image, ids = bent(image, ids, shot.lens, camera)
    image = fall(image, sky, float(np.mean(shot.light.horizon)), rng)
    delivered = _beside(os.getpid()).submit(apply_faults, image, faults, rng, shot, camera.id)
    if count_areas is not None:
        count_areas()
    truth, row = truth_of(ids, bent_items(shot.items, shot.lens, camera), scene, shot.lens)
    return Frame(camera.id, scene.t_ms, delivered.result(), truth, sky, ids, row)


@cache
def _beside(process: int) -> ThreadPoolExecutor:
    """Return a process's thread in which pictures go through the camera while their truth is taken."""
    return ThreadPoolExecutor(1, "camera")
