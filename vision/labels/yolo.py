"""YOLO: a text file a frame, a line an object that is asked for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vision.frame import Truth


def yolo_lines(truth: Truth, counts: NDArray[np.bool_], width_px: int, height_px: int) -> list[str]:
    """Return ``class middle_x middle_y width height`` in shares of the picture, for the objects that count.

    Args:
        truth: what is in the frame.
        counts: (n,) which objects are asked for.
        width_px: of the frame.
        height_px: of the frame.
    """
    lines = []
    for cls, (x1, y1, x2, y2) in zip(truth.cls[counts], truth.box[counts], strict=True):
        shares = (x1 + x2) / 2 / width_px, (y1 + y2) / 2 / height_px, (x2 - x1) / width_px, (y2 - y1) / height_px
        lines.append(f"{int(cls)} " + " ".join(f"{v:.6f}" for v in shares) + "\n")
    return lines
