"""Which detection answers to which object, frame by frame, as COCO does it (Lin et al., ECCV 2014).

Detections choose by falling score: the object of their class that is asked for, free, and overlapped most. Where there
is none, one that is not asked for; such a detection is neither a hit nor false, and left out of the count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.dataset import LabelRule
from vision.detections import Detections
from vision.frame import Truth
from vision.scoring.overlap import overlaps

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

OVERLAPS: Final = tuple(round(0.5 + 0.05 * k, 2) for k in range(10))  # of COCO: 0.50 to 0.95
WORKING_SCORE: Final = 0.25  # recall, false detections and plates are counted at it


@dataclass(frozen=True)
class Scored:
    """One frame's answers beside its truth.

    Attributes:
        truth: what is in it.
        found: what was recognised, down to low scores (0.01) for a full curve.
        width_px: of the frame.
        light: ``day``, ``dusk`` or ``night``.
        weather: one of :data:`twin.sky.WEATHERS`.
    """

    truth: Truth
    found: Detections
    width_px: int
    light: str = "day"
    weather: str = "clear"


@dataclass(frozen=True)
class Matched:
    """One frame after matching; d detections, t objects that are asked for.

    Attributes:
        cls, score: (d,) of detections.
        hit: (k, d) at each overlap, whether it has an object that is asked for.
        counts: (k, d) at each overlap, whether it is a hit or false; the rest belongs to what is not asked for.
        asked_cls, asked_height_px, asked_distance_m, asked_hidden: (t,) of objects; height of the visible box in the
            full frame; hidden is the share that cannot be seen.
        taken_score: (t,) score of the detection that matched at the first overlap, or 0.
    """

    cls: NDArray[np.uint8]
    score: NDArray[np.float32]
    hit: Flags
    counts: Flags
    asked_cls: NDArray[np.uint8]
    asked_height_px: Floats
    asked_distance_m: Floats
    asked_hidden: Floats
    taken_score: Floats

    @property
    def got(self) -> Flags:
        """(t,) which objects are found at the working score."""
        return self.taken_score >= WORKING_SCORE

    @property
    def false(self) -> int:
        """How many detections at the working score answer to nothing."""
        return int((self.counts[0] & ~self.hit[0] & (self.score >= WORKING_SCORE)).sum())


def match(frame: Scored, rule: LabelRule | None = None, at: Sequence[float] = OVERLAPS) -> Matched:
    """Return which detections of a frame are right at each overlap.

    Args:
        frame: answers and truth.
        rule: which objects are asked for.
        at: least overlaps.
    """
    truth, found = frame.truth, frame.found
    asked = (rule or LabelRule()).counts(truth, frame.width_px)
    overlap = _class_overlaps(frame)
    hit, counts = np.zeros((len(at), len(found)), bool), np.ones((len(at), len(found)), bool)
    taken = np.zeros(len(truth))
    order = np.argsort(-found.score, kind="stable")
    for k, least in enumerate(at):
        of = _objects_of(overlap, order, asked, least)
        there = of >= 0
        hit[k, there] = asked[of[there]]
        counts[k] = ~there | hit[k]
        if not k:
            taken[of[there]] = found.score[there]
    return Matched(
        found.cls, found.score, hit, counts, truth.cls[asked],
        (truth.box[asked, 3] - truth.box[asked, 1]).astype(np.float64), truth.distance_m[asked].astype(np.float64),
        1.0 - truth.visible[asked].astype(np.float64), taken[asked],
    )  # fmt: skip


def match_objects(frame: Scored, rule: LabelRule | None = None, least: float = OVERLAPS[0]) -> NDArray[np.intp]:
    """Return (d,) the row of the truth that each detection of a frame takes, or -1."""
    asked = (rule or LabelRule()).counts(frame.truth, frame.width_px)
    order = np.argsort(-frame.found.score, kind="stable")
    return _objects_of(_class_overlaps(frame), order, asked, least)


def _class_overlaps(frame: Scored) -> Floats:
    same = frame.found.cls[:, None] == frame.truth.cls[None]
    return np.asarray(overlaps(frame.found.box, frame.truth.box) * same, dtype=np.float64)


def _objects_of(overlap: Floats, order: NDArray[np.intp], asked: Flags, least: float) -> NDArray[np.intp]:
    """Return (d,) the object that each detection takes, or -1."""
    of = np.full(len(order), -1, dtype=np.intp)
    free = np.ones(len(asked), bool)
    for row in order[(overlap[order] >= least).any(axis=1)]:
        for among in (free & asked, free & ~asked):
            fits = np.flatnonzero(among & (overlap[row] >= least))
            if len(fits):
                best = fits[np.flatnonzero(overlap[row, fits] == overlap[row, fits].max())[-1]]  # COCO takes the last
                of[row], free[best] = best, False
                break
    return of
