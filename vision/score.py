"""How good a recogniser is on labelled frames: mAP50, recall by size, plates read whole, false detections.

Average precision is the mean of the precision envelope at 101 recalls (COCO, Lin et al. 2014), at an overlap of 0.5.
What the label rule does not ask for is neither a hit nor a miss: a detection that overlaps such an object, and no
object that is asked for, is left out of the count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.scene import DETECTOR_CLASSES, Look
from vision.dataset import LabelRule
from vision.detections import Detections
from vision.frame import Truth

Floats = NDArray[np.float64]

OVERLAP: Final = 0.5
HEIGHT_EDGES_PX: Final = (0, 16, 32, 64, 128, 256, 10_000)  # of the object's box in the full frame
DENSITY_EDGES_PX_M: Final = (0, 50, 100, 150, 200, 300, 10_000)
PLATE_WIDTH_M: Final = 0.52
WORKING_SCORE: Final = 0.25  # recall, false detections and plates are counted at it
_FULLY_VISIBLE: Final = 0.95


@dataclass(frozen=True)
class Scored:
    """One frame's answers beside its truth.

    Attributes:
        truth: what is in it.
        found: what was recognised, down to low scores (0.01) for a full curve.
        width_px: of the frame.
        light: ``day``, ``dusk`` or ``night``.
    """

    truth: Truth
    found: Detections
    width_px: int
    light: str = "day"


def score(frames: Sequence[Scored], rule: LabelRule | None = None) -> dict[str, Any]:
    """Return the scores over all frames, as plain numbers for JSON.

    Keys: ``frames``; ``map50`` over the classes that the truth holds; ``ap50`` of each; ``asked``: objects
    of each class that are asked for, and how many are found at the working score; ``absent``: classes that are
    not in the truth and therefore not scored; ``recall_by_height``: by pixel height in the full frame, at the working
    score, with ``n``; ``plates_by_density``: share of plates read whole, by px/m and light, among all fully visible
    plates, found or not; ``false_per_frame``: detections at the working score that match nothing.
    """
    rule = rule or LabelRule()
    matched = [_match(frame, rule) for frame in frames]
    ap, asked, absent = {}, {}, []
    for row, name in enumerate(DETECTOR_CLASSES):
        value = _class_ap(matched, row)
        if value is None:
            absent.append(name)
        else:
            ap[name], asked[name] = value, _counted(matched, row)
    return {
        "frames": len(frames),
        "map50": round(float(np.mean(list(ap.values()))), 4) if ap else None,
        "ap50": {name: round(value, 4) for name, value in ap.items()},
        "asked": {name: {"truth": truth, "found": found} for name, (truth, found) in asked.items()},
        "absent": absent,
        "recall_by_height": _recall_by_height(frames, matched),
        "plates_by_density": plates_by_density(frames),
        "false_per_frame": round(_false(matched) / len(frames), 4) if frames else None,
    }


@dataclass(frozen=True)
class _Matched:
    """One frame after matching.

    Attributes:
        cls, score, hit: (d,) of detections that count; a hit matches an object that is asked for.
        asked_cls, asked_height: (t,) of objects that are asked for.
        taken_score: (t,) score of the detection that matched, or 0.
    """

    cls: NDArray[np.uint8]
    score: NDArray[np.float32]
    hit: NDArray[np.bool_]
    asked_cls: NDArray[np.uint8]
    asked_height: Floats
    taken_score: Floats


def overlaps(a: NDArray[np.floating], b: NDArray[np.floating]) -> Floats:
    """Return (n, m) intersection over union of boxes (n, 4) and (m, 4)."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    common = np.clip(high - low, 0, None).prod(axis=2)
    area_a, area_b = (np.clip(box[:, 2:] - box[:, :2], 0, None).prod(axis=1) for box in (a, b))
    union = area_a[:, None] + area_b[None] - common
    return np.asarray(common / np.maximum(union, 1e-9), dtype=np.float64)


def asked_and_found(frame: Scored, rule: LabelRule | None = None) -> tuple[int, int]:
    """Return how many objects of one frame are asked for, and how many of them are found at the working score."""
    matched = _match(frame, rule or LabelRule())
    return len(matched.taken_score), int((matched.taken_score >= WORKING_SCORE).sum())


def plates_and_read(frame: Scored) -> tuple[int, int]:
    """Return how many plates of one frame are fully visible, and how many of them are read whole."""
    rows = np.flatnonzero((frame.truth.cls == Look.PLATE) & (frame.truth.visible >= _FULLY_VISIBLE))
    return len(rows), sum(plate_read(frame.truth, int(row), frame.found) for row in rows)


def average_precision(scores: NDArray[np.floating], hits: NDArray[np.bool_], asked: int) -> float:
    """Return the average precision of detections among which ``hits`` are right, when ``asked`` could be found.

    Worked by hand: three detections by falling score, right, wrong, right, of two that could be found. Precision is
    1 at recall 0.5 and 2/3 at recall 1; the envelope is 1 at 51 of the 101 recalls and 2/3 at 50.

    >>> round(average_precision(np.array([0.9, 0.8, 0.7]), np.array([True, False, True]), 2), 4)
    0.835
    """
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum(hits[order])
    precision = right / np.arange(1, len(order) + 1)
    recall = right / asked
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(recall, np.linspace(0, 1, 101) - 1e-9, side="left")
    return float(np.mean(np.append(envelope, 0.0)[np.minimum(at, len(envelope))]))


def _match(frame: Scored, rule: LabelRule) -> _Matched:
    """Give each detection, best first, the object of its class it overlaps most and that is still free."""
    truth, found = frame.truth, frame.found
    asked = rule.counts(truth, frame.width_px)
    overlap = overlaps(found.box, truth.box) * (found.cls[:, None] == truth.cls[None])
    hit, counts = np.zeros(len(found), bool), np.ones(len(found), bool)
    taken = np.zeros(len(truth))
    for row in np.argsort(-found.score, kind="stable"):
        free = np.where(asked & (taken == 0), overlap[row], 0.0) if len(truth) else np.zeros(0)
        if free.size and free.max() >= OVERLAP:
            hit[row] = True
            taken[int(free.argmax())] = found.score[row]
        else:
            counts[row] = not (overlap[row][~asked] >= OVERLAP).any()
    height = (truth.box[:, 3] - truth.box[:, 1]).astype(np.float64)
    return _Matched(
        found.cls[counts], found.score[counts], hit[counts], truth.cls[asked], height[asked], taken[asked]
    )  # fmt: skip


def _class_ap(matched: Sequence[_Matched], row: int) -> float | None:
    asked = sum(int((m.asked_cls == row).sum()) for m in matched)
    if not asked:
        return None
    scores = np.concatenate([m.score[m.cls == row] for m in matched])
    hits = np.concatenate([m.hit[m.cls == row] for m in matched])
    return average_precision(scores, hits, asked)


def _counted(matched: Sequence[_Matched], row: int) -> tuple[int, int]:
    scores = np.concatenate([m.taken_score[m.asked_cls == row] for m in matched])
    return len(scores), int((scores >= WORKING_SCORE).sum())


def _false(matched: Sequence[_Matched]) -> int:
    return sum(int((~m.hit & (m.score >= WORKING_SCORE)).sum()) for m in matched)


def _recall_by_height(frames: Sequence[Scored], matched: Sequence[_Matched]) -> list[dict[str, Any]]:
    height = np.concatenate([m.asked_height for m in matched]) if frames else np.zeros(0)
    got = np.concatenate([m.taken_score for m in matched]) >= WORKING_SCORE if frames else np.zeros(0, bool)
    return [
        {"from_px": low, "to_px": high, "n": int(within.sum()), "recall": _share(got[within])}
        for low, high, within in _bands(height, HEIGHT_EDGES_PX)
    ]


def plates_by_density(frames: Sequence[Scored]) -> list[dict[str, Any]]:
    """Return the share of plates read whole, by light and by px/m across the plate, among fully visible plates.

    A plate counts as read when a detection on it (overlap 0.3 or more) carries its text.
    """
    density, read, light = [], [], []
    for frame in frames:
        for row in np.flatnonzero((frame.truth.cls == Look.PLATE) & (frame.truth.visible >= _FULLY_VISIBLE)):
            density.append(plate_density(frame.truth, int(row)))
            read.append(plate_read(frame.truth, int(row), frame.found))
            light.append(frame.light)
    px_m, whole, lights = np.array(density), np.array(read, dtype=bool), np.array(light)
    return [
        {"light": name, "from_px_m": low, "to_px_m": high, "n": int(within.sum()), "read": _share(whole[within])}
        for name in sorted(set(light))
        for low, high, band in _bands(px_m, DENSITY_EDGES_PX_M)
        if (within := band & (lights == name)).any()
    ]


def plate_density(truth: Truth, row: int) -> float:
    """Return px/m along a plate: the mean length of its upper and lower edge over 0.52 m."""
    corners = truth.plate_corners[row].astype(np.float64)
    if not np.isfinite(corners).all():
        return float(truth.box[row, 2] - truth.box[row, 0]) / PLATE_WIDTH_M
    top, bottom = corners[1] - corners[0], corners[2] - corners[3]
    return float((np.hypot(*top) + np.hypot(*bottom)) / 2 / PLATE_WIDTH_M)


def plate_read(truth: Truth, row: int, found: Detections) -> bool:
    """Return whether a detection on that plate carries its whole text."""
    right = np.flatnonzero((found.cls == Look.PLATE) & (found.plate == truth.plate[row]))
    return bool(right.size and overlaps(found.box[right], truth.box[row : row + 1]).max() >= 0.3)


def _bands(values: Floats, edges: Sequence[int]) -> list[tuple[int, int, NDArray[np.bool_]]]:
    return [(low, high, (values >= low) & (values < high)) for low, high in pairwise(edges)]


def _share(hits: NDArray[np.bool_]) -> float | None:
    return round(float(hits.mean()), 4) if hits.size else None
