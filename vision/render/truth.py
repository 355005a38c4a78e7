"""From a picture of ids to the truth of a frame; the same for every renderer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.scene import Look, Scene
from vision.frame import Truth
from vision.render.projection import NEAR_M, Lens
from vision.render.tally import tally

PLATE_MIN_WIDTH_PX: Final = 8.0


@dataclass(frozen=True)
class Items:
    """What was drawn, in the order of its ids (the first has id 1 in the picture of ids); ``n`` may be 0.

    Attributes:
        cls: (n,) uint8, row in ``DETECTOR_CLASSES``.
        row: (n,) intp, the actor's row in the scene; a plate has its vehicle's.
        full_box: (n, 4) float64 pixels, not clipped.
        area_px: (n,) float64, pixels it would cover if nothing hid it.
        owner: (n,) intp, for a plate the item it hangs on, else -1.
        corners: (n, 4, 2) float64 pixels for plates, NaN elsewhere.
    """

    cls: NDArray[np.uint8]
    row: NDArray[np.intp]
    full_box: NDArray[np.float64]
    area_px: NDArray[np.float64]
    owner: NDArray[np.intp]
    corners: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.cls)


def truth_of(ids: NDArray[np.integer], items: Items, scene: Scene, lens: Lens) -> tuple[Truth, NDArray[np.int32]]:
    """Return the truth of a frame, and (items + 1,) which of its rows each id has, -1 for none.

    Args:
        ids: (height, width) integers, 0 where no item is seen, else the item's place + 1.
        items: what was drawn.
        scene: the actors the items belong to.
        lens: the camera.
    """
    count, box = tally(ids, len(items))
    plates = np.flatnonzero(items.owner >= 0)
    for plate in plates:  # a plate's pixels are its vehicle's too
        owner = items.owner[plate]
        count[owner] += count[plate]
        box[owner, :2] = np.minimum(box[owner, :2], box[plate, :2])
        box[owner, 2:] = np.maximum(box[owner, 2:], box[plate, 2:])
    keep = count > 0
    wide = np.ptp(items.corners[plates, :, 0], axis=1) >= PLATE_MIN_WIDTH_PX
    keep[plates] &= wide
    at = np.flatnonzero(keep)
    row = items.row[at]
    away = scene.xyz_m[row] + [0, 0, 0.5] * scene.size_m[row, 2:] - lens.origin_m - lens.eye_m
    plated = (items.cls[at] == Look.PLATE) | np.isin(
        items.cls[at], (Look.CAR, Look.BUS, Look.TRUCK, Look.MOTORCYCLE, Look.EMERGENCY)
    )
    row_of = np.full(len(items) + 1, -1, np.int32)
    row_of[at + 1] = np.arange(len(at))
    hidden = plates[~keep[plates]]
    row_of[hidden + 1] = row_of[items.owner[hidden] + 1]  # a plate without a row of its own is part of its vehicle
    truth = Truth(
        cls=items.cls[at],
        box=box[at].astype(np.float32),
        full_box=items.full_box[at].astype(np.float32),
        visible=np.clip(count[at] / np.maximum(items.area_px[at], 1.0), 0.0, 1.0).astype(np.float32),
        distance_m=np.linalg.norm(away, axis=1).astype(np.float32),
        track_id=scene.track_id[row],
        plate=np.where(plated, scene.plate[row], ""),
        plate_corners=items.corners[at].astype(np.float32),
        incident_id=scene.incident_id[row],
    )
    return truth, row_of


def outer_boxes(
    points_px: NDArray[np.float64], depth_m: NDArray[np.float64], starts: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return (n, 4) boxes around runs of projected points that begin at ``starts``; points behind are left out."""
    if not len(starts):
        return np.zeros((0, 4))
    behind = depth_m < NEAR_M
    low = np.where(behind[:, None], np.inf, points_px)
    high = np.where(behind[:, None], -np.inf, points_px)
    return np.concatenate([np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)], axis=1)
