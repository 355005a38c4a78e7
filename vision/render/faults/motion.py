"""What moves while the shutter is open is smeared along its way, each thing by itself, all by the camera's shake."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.scene import Scene
from vision.render.shot import Shot

Picture = NDArray[np.uint8]
LEAST_PX: Final = 1.2  # a shorter way is within the lens's own softness
MOST_PX: Final = 60.0
MOST_ITEMS: Final = 40  # the longest ways are smeared, the rest left sharp


def smeared(image: Picture, ids: NDArray[np.integer], shot: Shot, scene: Scene, exposure_ms: float) -> Picture:
    """Return the picture with each moving actor smeared along the way it goes while the shutter is open.

    Args:
        image: (h, w, 3) uint8; changed in place where something moves.
        ids: (h, w) which item each pixel shows, 0 for none.
        shot: what was drawn.
        scene: the actors, with their speeds.
        exposure_ms: how long the shutter is open.
    """
    way_px = ways_px(shot, scene, exposure_ms)
    long = np.linalg.norm(way_px, axis=1)
    if long.max(initial=0.0) < LEAST_PX:
        return image
    owner = np.arange(len(shot.items) + 1) - 1
    owner[1:][shot.items.owner >= 0] = shot.items.owner[shot.items.owner >= 0]  # a plate moves with its vehicle
    for i in np.argsort(-long, kind="stable")[:MOST_ITEMS]:
        if long[i] < LEAST_PX:
            break
        _smear(image, ids, owner == i, shot.items.full_box[i], way_px[i] * min(1.0, MOST_PX / long[i]))
    return image


def ways_px(shot: Shot, scene: Scene, exposure_ms: float) -> NDArray[np.float64]:
    """Return (n, 2) how far each item with a body goes in the picture while the shutter is open."""
    row = shot.items.row[: len(shot.cast)]
    middle = scene.xyz_m[row] + scene.size_m[row] * [0, 0, 0.5] - shot.lens.origin_m
    b, go_m = np.radians(scene.bearing_deg[row]), scene.speed_ms[row] * exposure_ms / 1000.0
    step = np.stack([np.sin(b) * go_m, np.cos(b) * go_m, np.zeros(len(row))], axis=1)
    (before, depth), (after, _) = shot.lens.project(middle - step / 2), shot.lens.project(middle + step / 2)
    return np.where((depth > 1.0)[:, None], after - before, 0.0)


def shaken(image: Picture, way_px: tuple[float, float]) -> Picture:
    """Return the picture smeared as a whole."""
    import cv2

    return np.asarray(cv2.filter2D(image, -1, _line(np.array(way_px))), np.uint8)


def _smear(
    image: Picture, ids: NDArray[np.integer], own: NDArray[np.bool_], box: NDArray[np.float64], way: NDArray[np.float64]
) -> None:
    import cv2

    room = np.abs(way) / 2 + 2
    size = np.array(image.shape[1::-1])
    x1, y1 = np.clip(box[:2] - room, 0, size).astype(int)
    x2, y2 = np.clip(np.ceil(box[2:] + room), 0, size).astype(int)
    mask = (own * np.uint8(255))[ids[y1:y2, x1:x2]]
    if not mask.any():
        return
    kernel, part = _line(way), image[y1:y2, x1:x2]
    soft = cv2.merge([cv2.filter2D(mask, -1, kernel)] * 3)
    moved = cv2.multiply(cv2.filter2D(part, -1, kernel), soft, scale=1 / 255)
    part[:] = cv2.add(moved, cv2.multiply(part, cv2.bitwise_not(soft), scale=1 / 255))


def _line(way: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return a kernel that spreads a point evenly along a way in pixels."""
    reach = int(np.ceil(np.abs(way).max() / 2))
    kernel = np.zeros((2 * reach + 2, 2 * reach + 2), np.float32)
    at = reach + np.linspace(-0.5, 0.5, 4 * reach + 1)[:, None] * way
    corner = np.floor(at).astype(int)
    right, down = (at - corner).T
    for dx, wx in ((0, 1 - right), (1, right)):
        for dy, wy in ((0, 1 - down), (1, down)):
            np.add.at(kernel, (corner[:, 1] + dy, corner[:, 0] + dx), wx * wy)
    kernel = kernel[:-1, :-1]
    middle = slice(max(reach - int(np.ceil(abs(way[1]) / 2)), 0), reach + int(np.ceil(abs(way[1]) / 2)) + 1)
    across = slice(max(reach - int(np.ceil(abs(way[0]) / 2)), 0), reach + int(np.ceil(abs(way[0]) / 2)) + 1)
    return np.ascontiguousarray(kernel[middle, across] / kernel.sum())
