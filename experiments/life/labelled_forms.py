"""A clip's frames in the forms that other tools read: a data set (COCO with masks, YOLO) and a MOT sequence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.dataset import DatasetWriter, LabelRule, save_jpeg
from vision.frame import Frame
from vision.labels.mot import write_sequence

FORMS: Final = ("dataset", "mot")


def write_forms(
    out: Path, name: str, frames: Sequence[Frame], images: Sequence[NDArray[np.uint8]], fps: float
) -> None:  # fmt: skip
    """Write ``dataset/`` (see :mod:`vision.dataset`, all frames in its split ``val``) and ``mot/NAME/``.

    Args:
        out: a folder that has neither.
        name: of the sequence.
        frames: with their truth, in order, at least one.
        images: the pictures as a viewer has them, one for each frame.
        fps: frames a second.
    """
    writer = DatasetWriter(out / "dataset", LabelRule(), masks=frames[0].ids is not None)
    pictures = out / "mot" / name / "img1"
    pictures.mkdir(parents=True)
    for number, (frame, image) in enumerate(zip(frames, images, strict=True), 1):
        writer.add("val", replace(frame, image=image))
        save_jpeg(pictures / f"{number:06d}.jpg", image)
    writer.finish({"clip": name, "frames_per_s": fps})
    height, width = images[0].shape[:2]
    write_sequence(out / "mot" / name, name, [frame.truth for frame in frames], fps, width, height)
