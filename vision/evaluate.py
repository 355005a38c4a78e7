"""Score a recogniser on a data set on disk."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError
from vision.dataset import LabelRule, read_summary
from vision.frame import Truth
from vision.labels.coco import truth_of
from vision.recogniser import Recogniser
from vision.scoring.matching import Scored
from vision.scoring.score import score

_LEAST_SCORE: Final = 0.01
_BATCH: Final = 16


def score_dataset(folder: Path, recogniser: Recogniser, split: str = "val", most: int | None = None) -> dict[str, Any]:
    """Return the scores of ``vision.scoring`` on one split; each frame is taken by itself, without tracks.

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
    """Yield each frame of a split: the picture (h, w, 3) uint8 RGB, its truth, its light.

    Raises:
        InputError: a picture cannot be decoded.
    """
    import cv2

    coco = json.loads((folder / "annotations" / f"{split}.json").read_text(encoding="utf-8"))
    rows = defaultdict(list)
    for row in coco["annotations"]:
        rows[row["image_id"]].append(row)
    for image in coco["images"]:
        file = folder / "images" / split / image["file_name"]
        picture = cv2.imread(str(file))
        if picture is None:
            raise InputError(f"read the data set {folder}", "no picture, or one that cannot be decoded", file)
        yield np.ascontiguousarray(picture[:, :, ::-1]), truth_of(rows[image["id"]]), image["light"]


def _batches(frames: Iterator[Any], most: int | None) -> Iterator[list[Any]]:
    frames = islice(frames, most)
    while batch := list(islice(frames, _BATCH)):
        yield batch
