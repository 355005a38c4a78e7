"""MOT Challenge's text: a line an object and frame, for truth and for tracks, and the sequence's ``seqinfo.ini``.

Frames, tracks and classes count from 1; plates are left out, since nobody follows a plate without its vehicle. A folder
``gt/gt.txt`` with ``seqinfo.ini`` is what TrackEval reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from twin.scene import DETECTOR_CLASSES, Look
from vision.detections import Detections
from vision.frame import Truth


def truth_lines(truths: Sequence[Truth]) -> list[str]:
    """Return ``frame,track,x,y,width,height,1,class,visible`` of every visible object; tracks by first appearance."""
    names: dict[int, int] = {}
    lines = []
    for number, truth in enumerate(truths, 1):
        for i in np.flatnonzero(truth.cls != Look.PLATE):
            track = names.setdefault(int(truth.track_id[i]), len(names) + 1)
            more = f"1,{int(truth.cls[i]) + 1},{float(truth.visible[i]):.3f}"
            lines.append(f"{number},{track},{_box(truth.box[i])},{more}\n")
    return lines


def track_lines(number: int, found: Detections) -> Iterator[str]:
    """Yield ``frame,track,x,y,width,height,score,-1,-1,-1`` of what is on a track in the frame of that number."""
    for i in np.flatnonzero((found.cls != Look.PLATE) & (found.track_id >= 0)):
        track = int(found.track_id[i]) + 1
        yield f"{number},{track},{_box(found.box[i])},{float(found.score[i]):.4f},-1,-1,-1\n"


def sequence_text(name: str, frames: int, fps: float, width_px: int, height_px: int, pictures: str = "img1") -> str:
    """Return a sequence's ``seqinfo.ini``."""
    return (
        f"[Sequence]\nname={name}\nimDir={pictures}\nframeRate={fps:g}\nseqLength={frames}\n"
        f"imWidth={width_px}\nimHeight={height_px}\nimExt=.jpg\n"
    )


def write_sequence(
    folder: Path, name: str, truths: Sequence[Truth], fps: float, width_px: int, height_px: int
) -> Path:  # fmt: skip
    """Write ``gt/gt.txt``, ``seqinfo.ini`` and ``gt/labels.txt`` (class names in order) and return the folder."""
    (folder / "gt").mkdir(parents=True, exist_ok=True)
    (folder / "gt" / "gt.txt").write_text("".join(truth_lines(truths)), encoding="ascii")
    (folder / "gt" / "labels.txt").write_text("\n".join(DETECTOR_CLASSES) + "\n", encoding="ascii")
    text = sequence_text(name, len(truths), fps, width_px, height_px)
    (folder / "seqinfo.ini").write_text(text, encoding="utf-8")
    return folder


def _box(box: NDArray[np.float32]) -> str:
    x1, y1, x2, y2 = (float(v) for v in box)
    return f"{x1:.1f},{y1:.1f},{x2 - x1:.1f},{y2 - y1:.1f}"
