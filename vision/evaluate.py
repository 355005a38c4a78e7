"""Score a recogniser on a data set on disk."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError
from vision.dataset import LabelRule, read_summary
from vision.frame import Truth
from vision.recogniser import Recogniser
from vision.scoring.matching import Scored
from vision.scoring.score import score

_LEAST_SCORE: Final = 0.01
_BATCH: Final = 16


def score_dataset(folder: Path, recogniser: Recogniser, split: str = "val", most: int | None = None) -> dict[str, Any]:
    """Return the scores of ``vision.score`` on one split; each frame is taken by itself, without tracks.

    Raises:
        InputError: the folder is not a data set, or has no such frames.
    """
    rule = LabelRule(**read_summary(folder)["rule"])
    scored: list[Scored] = []
    for batch in _batches(labelled_frames(folder, split), most):
        images = [image for image, _, _ in batch]
        found = recogniser.detect(images, _LEAST_SCORE)
        for (image, truth, light), detections in zip(batch, found, strict=True):
            scored.append(Scored(truth, recogniser.read_plates(image, detections), image.shape[1], light))
    if not scored:
        raise InputError(f"score on {folder}", f"it has no {split} frames")
    return score(scored, rule)


def labelled_frames(folder: Path, split: str) -> Iterator[tuple[NDArray[np.uint8], Truth, str]]:
    """Yield each frame of a split: the picture (h, w, 3) uint8 RGB, its truth, its light."""
    import cv2

    coco = json.loads((folder / "annotations" / f"{split}.json").read_text(encoding="utf-8"))
    rows = defaultdict(list)
    for row in coco["annotations"]:
        rows[row["image_id"]].append(row)
    for image in coco["images"]:
        picture = cv2.imread(str(folder / "images" / split / image["file_name"]))
        yield np.ascontiguousarray(picture[:, :, ::-1]), truth_of(rows[image["id"]]), image["light"]


def truth_of(rows: Sequence[Mapping[str, Any]]) -> Truth:
    """Return the truth that a frame's COCO rows hold; the full box is not stored, so the visible one stands for it."""
    n = len(rows)
    corner_size = np.array([row["bbox"] for row in rows], dtype=np.float32).reshape(n, 4)
    box = np.concatenate([corner_size[:, :2], corner_size[:, :2] + corner_size[:, 2:]], axis=1)
    corners = np.full((n, 4, 2), np.nan, dtype=np.float32)
    for i, row in enumerate(rows):
        if row.get("corners"):
            corners[i] = row["corners"]
    return Truth(
        cls=np.array([row["category_id"] for row in rows], dtype=np.uint8),
        box=box,
        full_box=box,
        visible=np.array([row["visible"] for row in rows], dtype=np.float32),
        distance_m=np.array([row["distance_m"] for row in rows], dtype=np.float32),
        track_id=np.array([row["track_id"] for row in rows], dtype=np.int64),
        plate=np.array([row.get("plate", "") for row in rows], dtype="<U12"),
        plate_corners=corners,
        incident_id=np.full(n, -1, dtype=np.int64),
    )


def _batches(frames: Iterator[Any], most: int | None) -> Iterator[list[Any]]:
    frames = islice(frames, most)
    while batch := list(islice(frames, _BATCH)):
        yield batch
