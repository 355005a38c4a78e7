"""Average precision over frames, as COCO has it: the precision envelope at 101 recalls, the mean over classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.scoring.matching import Matched

Floats = NDArray[np.float64]
_RECALLS: Final = np.linspace(0, 1, 101)


def average_precision(scores: NDArray[np.floating], hits: NDArray[np.bool_], asked: float) -> float:
    """Return the average precision of detections among which ``hits`` are right, when ``asked`` could be found.

    Worked by hand: three detections by falling score, right, wrong, right, of two that could be found. Precision is
    1 at recall 0.5 and 2/3 at recall 1; the envelope is 1 at 51 of the 101 recalls and 2/3 at 50.

    >>> round(average_precision(np.array([0.9, 0.8, 0.7]), np.array([True, False, True]), 2), 4)
    0.835
    """
    order = np.argsort(-scores, kind="stable")
    return float(weighted_precision(hits[order], np.ones((1, len(order))), np.array([asked], float))[0])


def weighted_precision(hits: NDArray[np.bool_], weights: Floats, asked: Floats) -> Floats:
    """Return (b,) average precisions of the same detections, each time with other weights.

    Args:
        hits: (d,) which are right, by falling score.
        weights: (b, d) how often each detection counts, such as how often its frame was drawn.
        asked: (b,) how many objects could be found.
    """
    right = np.cumsum(weights * hits, axis=1)
    precision = right / np.maximum(np.cumsum(weights, axis=1), 1e-12)
    envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    padded = np.concatenate([envelope, np.zeros((len(envelope), 1))], axis=1)
    recall = right / np.maximum(asked, 1e-12)[:, None]
    return np.array([row[np.searchsorted(at, _RECALLS)].mean() for row, at in zip(padded, recall, strict=True)])


def class_precision(matched: Sequence[Matched], cls: int) -> Floats | None:
    """Return (k,) the average precision of one class at each overlap; None where nothing of it is asked for."""
    if not any((one.asked_cls == cls).any() for one in matched):
        return None
    return resampled_precision(matched, cls, np.ones((1, len(matched))))[:, 0]


def resampled_precision(matched: Sequence[Matched], cls: int, drawn: Floats, overlaps: int | None = None) -> Floats:
    """Return (k, b) average precisions of one class, NaN where a draw asks for nothing of it.

    Args:
        matched: the frames.
        cls: row in ``DETECTOR_CLASSES``.
        drawn: (b, frames) how often each frame is in each draw.
        overlaps: how many of the overlaps, from the first; all when None.
    """
    asked = drawn @ np.array([(one.asked_cls == cls).sum() for one in matched], float)
    rows = [one.cls == cls for one in matched]
    scores = np.concatenate([one.score[row] for one, row in zip(matched, rows, strict=True)])
    frame = np.repeat(np.arange(len(matched)), [row.sum() for row in rows])
    order = np.argsort(-scores, kind="stable")
    out = []
    for k in range(overlaps or len(matched[0].hit)):
        hits, counts = (
            np.concatenate([getattr(one, name)[k][row] for one, row in zip(matched, rows, strict=True)])[order]
            for name in ("hit", "counts")
        )
        found = weighted_precision(hits[counts], drawn[:, frame[order][counts]], asked)
        out.append(np.where(asked > 0, found, np.nan))
    return np.array(out)
