"""Which incident an alarm shows, by the truth of the frame it was raised on."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.scene import DETECTOR_CLASSES
from vision.frame import Truth
from vision.rules import FiredAlarm

SAME_OBJECT: Final = 0.3  # least intersection over union of an alarm's box and the true box it shows


def incident_shown(fired: FiredAlarm, truth: Truth) -> int | None:
    """Return the incident of the true object an alarm's box shows; None for none, or for one of everyday life."""
    if fired.plate:
        worn = truth.incident_id[(truth.plate == fired.plate) & (truth.incident_id >= 0)]
        return int(worn[0]) if len(worn) else None
    if not len(truth):
        return None
    classes = [DETECTOR_CLASSES.index(name) for name in fired.rule.classes]
    overlap = np.where(np.isin(truth.cls, classes), overlaps_of(np.array(fired.box), truth.box), 0.0)
    best = int(overlap.argmax())
    if overlap[best] < SAME_OBJECT or truth.incident_id[best] < 0:
        return None
    return int(truth.incident_id[best])


def overlaps_of(box: NDArray[np.float64], others: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return (n,) intersection over union of one box (4,) with others (n, 4), pixels ``x1 y1 x2 y2``."""
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=1)
    areas = (others[:, 2:] - others[:, :2]).prod(axis=1) + (box[2:] - box[:2]).prod()
    return np.asarray(shared / np.maximum(areas - shared, 1e-9), dtype=np.float64)
