"""The lens's distortion on a picture drawn with a pinhole, and on everything that is said about the picture."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensors.cameras import Camera
from sensors.lens import distorted, undistorted
from vision.render.projection import Lens
from vision.render.truth import Items

ROOM_MOST: Final = 1.5  # a picture is drawn at most so many times as wide as it is shown


def roomy(lens: Lens, camera: Camera) -> Lens:
    """Return a pinhole wide enough for all that the camera's own lens draws in from outside the pinhole's picture."""
    if not (camera.k1 or camera.k2):
        return lens
    half = np.array([camera.width_px, camera.height_px]) / 2 / lens.focal_px
    edge = np.array([half, half * [1, 0], half * [0, 1]])
    falls = np.linalg.norm(edge, axis=1)
    back = np.nan_to_num(undistorted(falls, camera.k1, camera.k2) / falls, nan=ROOM_MOST)
    need = np.clip((edge * back[:, None]).max(axis=0) / half, 1.0, ROOM_MOST)
    size = (np.ceil(need * half * lens.focal_px / 8) * 16).astype(int)
    return replace(lens, width_px=int(size[0]), height_px=int(size[1]))


def bent(
    image: NDArray[np.uint8], ids: NDArray[np.integer], lens: Lens, camera: Camera
) -> tuple[NDArray[np.uint8], NDArray[np.integer]]:
    """Return picture and ids as the camera's lens shows them; without distortion they come back untouched."""
    if not (camera.k1 or camera.k2):
        return image, ids
    import cv2

    x, y = _maps(lens.focal_px, camera.width_px, camera.height_px, lens.width_px, lens.height_px, camera.k1, camera.k2)
    shown = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(shown, np.uint8), cv2.remap(np.ascontiguousarray(ids.astype(np.uint16)), x, y, cv2.INTER_NEAREST)


def bent_items(items: Items, lens: Lens, camera: Camera) -> Items:
    """Return the items as the camera's lens shows them."""
    if not (camera.k1 or camera.k2):
        return items
    box = _bent_boxes(items.full_box, lens, camera)
    before, after = (np.prod(np.maximum(b[:, 2:] - b[:, :2], 1e-6), axis=1) for b in (items.full_box, box))
    return replace(
        items,
        full_box=box,
        corners=_bent_points(items.corners, lens, camera),
        area_px=items.area_px * np.where(np.isfinite(after / before), after / before, 1.0),
    )


@lru_cache(maxsize=8)
def _maps(
    focal: float, width: int, height: int, wide: int, high: int, k1: float, k2: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return for each pixel of the picture shown where in the pinhole's picture its light comes from."""
    x = (np.arange(width) + 0.5 - width / 2)[None, :] / focal
    y = (np.arange(height) + 0.5 - height / 2)[:, None] / focal
    falls = np.hypot(x, y)
    radii = np.linspace(0.0, float(falls.max()), 512)
    back = np.interp(falls, radii, np.nan_to_num(undistorted(radii, k1, k2), nan=10.0))
    scale = np.where(falls > 1e-9, back / np.maximum(falls, 1e-9), 1.0)
    return (
        (x * scale * focal + wide / 2 - 0.5).astype(np.float32),
        (y * scale * focal + high / 2 - 0.5).astype(np.float32),
    )


def _bent_points(pixels: NDArray[np.float64], lens: Lens, camera: Camera) -> NDArray[np.float64]:
    """Return (..., 2) where points of the pinhole's picture come to lie; NaN stays NaN."""
    ray = (pixels - [lens.width_px / 2, lens.height_px / 2]) / lens.focal_px
    radius = np.linalg.norm(ray, axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.where(radius > 1e-9, distorted(radius, camera.k1, camera.k2) / radius, 1.0)
    return np.asarray(ray * scale[..., None] * lens.focal_px + [camera.width_px / 2, camera.height_px / 2])


def _bent_boxes(boxes: NDArray[np.float64], lens: Lens, camera: Camera) -> NDArray[np.float64]:
    """Return (n, 4) boxes around the bent outlines of boxes."""
    share = np.array([(0, 0), (0.5, 0), (1, 0), (1, 0.5), (1, 1), (0.5, 1), (0, 1), (0, 0.5)])
    points = boxes[:, None, :2] + share * (boxes[:, None, 2:] - boxes[:, None, :2])
    moved = _bent_points(points, lens, camera)
    far = ~np.isfinite(moved)
    low = np.where(far, np.inf, moved).min(axis=1, initial=np.inf)
    high = np.where(far, -np.inf, moved).max(axis=1, initial=-np.inf)
    out = np.concatenate([low, high], axis=1)
    return np.where(np.isfinite(out), out, boxes)
