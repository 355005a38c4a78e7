"""What the recogniser found in one frame, as arrays; everything after the detector speaks this type."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Detections:
    """Found objects; ``n`` may be 0.

    Attributes:
        box: (n, 4) float32, pixels ``x1 y1 x2 y2``, origin top left.
        score: (n,) float32 in [0, 1].
        cls: (n,) uint8, row in ``DETECTOR_CLASSES``.
        track_id: (n,) int64, the tracker's id within the clip, or -1.
        plate: (n,) str, text as read for plates, else "".
        plate_score: (n,) float32, the least character confidence, 0 where nothing was read.
    """

    box: NDArray[np.float32]
    score: NDArray[np.float32]
    cls: NDArray[np.uint8]
    track_id: NDArray[np.int64]
    plate: NDArray[np.str_]
    plate_score: NDArray[np.float32]

    def __post_init__(self) -> None:
        n = len(self.score)
        if self.box.shape != (n, 4):
            raise ValueError(f"box must have shape ({n}, 4), one row per score, but has {self.box.shape}")
        for name in ("cls", "track_id", "plate", "plate_score"):
            if getattr(self, name).shape != (n,):
                raise ValueError(f"{name} must have shape ({n},), but has {getattr(self, name).shape}")

    def __len__(self) -> int:
        return len(self.score)

    @classmethod
    def none(cls) -> Detections:
        """Return what is found where nothing is."""
        return cls(
            np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.uint8), np.zeros(0, np.int64),
            np.zeros(0, "<U12"), np.zeros(0, np.float32),
        )  # fmt: skip

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Detections:
        """Return only those rows."""
        return Detections(
            self.box[rows], self.score[rows], self.cls[rows], self.track_id[rows], self.plate[rows],
            self.plate_score[rows],
        )  # fmt: skip
