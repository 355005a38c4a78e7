"""COCO: one JSON for many frames, with everything that is known of each object beside COCO's own keys.

Beside ``bbox`` (around the visible pixels) an object has ``full_bbox`` (around all of it, hidden or cut off by the
frame's edge as it may be), ``visible`` and ``occlusion`` (shares that can and cannot be seen), ``height_px`` (of the
full box), ``distance_m``, ``track_id``, ``incident_id``, ``plate`` (a plate's text, or that of the vehicle that wears
it), ``corners`` of a plate from top left clockwise, and ``labelled``: whether the label rule asks for it. A frame has
camera, time, light and weather.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.scene import DETECTOR_CLASSES, Look
from vision.frame import Frame, Truth
from vision.labels.masks import run_lengths

Row = dict[str, Any]


def empty_coco() -> dict[str, list[Row]]:
    """Return a COCO file without frames."""
    categories = [{"id": row, "name": name} for row, name in enumerate(DETECTOR_CLASSES)]
    return {"images": [], "annotations": [], "categories": categories}


def coco_image(number: int, frame: Frame) -> Row:
    """Return the row of a frame."""
    height, width = frame.image.shape[:2]
    return {
        "id": number, "file_name": f"{number:06d}.jpg", "width": width, "height": height,
        "camera_id": frame.camera_id, "t_ms": frame.t_ms, "light": frame.sky.light, "weather": frame.sky.weather,
    }  # fmt: skip


def coco_objects(truth: Truth, counts: NDArray[np.bool_], image: int, first: int) -> list[Row]:
    """Return the rows of a frame's objects.

    Args:
        truth: what is in it.
        counts: (n,) which objects the label rule asks for.
        image: the frame's number.
        first: number of the first object.
    """
    return [_object(truth, i) | {"id": first + i, "image_id": image, "labelled": int(counts[i])}
            for i in range(len(truth))]  # fmt: skip


def add_masks(rows: Sequence[Row], frame: Frame) -> None:
    """Give a frame's object rows their ``segmentation``: the visible pixels, as run lengths.

    Raises:
        ValueError: the frame came without masks.
    """
    mask = frame.instance_mask
    for i, row in enumerate(rows):
        inside = mask == i
        row |= {"segmentation": run_lengths(inside), "area": int(inside.sum())}


def _object(truth: Truth, i: int) -> Row:
    box, full = _corner_size(truth.box[i]), _corner_size(truth.full_box[i])
    row = {
        "category_id": int(truth.cls[i]), "iscrowd": 0, "bbox": box, "area": round(box[2] * box[3], 2),
        "full_bbox": full, "visible": round(float(truth.visible[i]), 4),
        "occlusion": round(float(truth.occlusion[i]), 4), "height_px": round(float(truth.height_px[i]), 2),
        "distance_m": round(float(truth.distance_m[i]), 2), "track_id": int(truth.track_id[i]),
        "incident_id": int(truth.incident_id[i]),
    }  # fmt: skip
    if truth.plate[i]:
        row["plate"] = str(truth.plate[i])
    if truth.cls[i] == Look.PLATE:
        row["plate"] = str(truth.plate[i])
        corners = truth.plate_corners[i]
        row["corners"] = np.round(corners, 2).tolist() if np.isfinite(corners).all() else None
    return row


def _corner_size(box: NDArray[np.float32]) -> list[float]:
    x1, y1, x2, y2 = (round(float(v), 2) for v in box)
    return [x1, y1, round(x2 - x1, 2), round(y2 - y1, 2)]


def truth_of(rows: Sequence[Mapping[str, Any]]) -> Truth:
    """Return the truth that a frame's COCO rows hold; where they have no full box, the visible one stands for it."""
    n = len(rows)
    corners = np.full((n, 4, 2), np.nan, dtype=np.float32)
    for i, row in enumerate(rows):
        if row.get("corners"):
            corners[i] = row["corners"]
    return Truth(
        cls=np.array([row["category_id"] for row in rows], dtype=np.uint8),
        box=_boxes([row["bbox"] for row in rows]),
        full_box=_boxes([row.get("full_bbox", row["bbox"]) for row in rows]),
        visible=np.array([row["visible"] for row in rows], dtype=np.float32),
        distance_m=np.array([row["distance_m"] for row in rows], dtype=np.float32),
        track_id=np.array([row["track_id"] for row in rows], dtype=np.int64),
        plate=np.array([row.get("plate", "") for row in rows], dtype="<U12"),
        plate_corners=corners,
        incident_id=np.array([row.get("incident_id", -1) for row in rows], dtype=np.int64),
    )


def _boxes(rows: Sequence[Sequence[float]]) -> NDArray[np.float32]:
    box = np.array(rows, dtype=np.float32).reshape(len(rows), 4)
    return np.concatenate([box[:, :2], box[:, :2] + box[:, 2:]], axis=1)
