"""Tracks against the truth: HOTA, IDF1 and MOTA.

HOTA follows Luiten et al., «HOTA: A Higher Order Metric for Evaluating Multi-Object Tracking» (IJCV 129, 2021), IDF1
Ristani et al. (ECCV workshops 2016), MOTA Bernardin and Stiefelhagen (2008) with the preference for last frame's pairs.
Where the papers leave a choice, TrackEval's is taken: ``tests/vision/test_tracks_like_trackeval.py`` holds the figures
against that package on drawn sequences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ALPHAS: Final = np.arange(0.05, 0.99, 0.05)  # 19 least overlaps
MATCH_OVERLAP: Final = 0.5  # of IDF1 and MOTA
_EPS: Final = float(np.finfo(float).eps)
_STAYS: Final = 1000.0  # what a pair of the frame before is worth beside any overlap


class Seen(NamedTuple):
    """One frame of a clip.

    Attributes:
        truth: (n,) track ids that are there, each once.
        found: (m,) track ids of the tracker, each once.
        overlap: (n, m) of their boxes, in [0, 1].
    """

    truth: Ints
    found: Ints
    overlap: Floats


@dataclass(frozen=True)
class TrackCounts:
    """What the scores of tracking are made of; counts of several clips add up.

    Attributes:
        hit, missed, false: (19,) at each of ``ALPHAS``.
        associated: (19,) over hits, the overlap in time of their two tracks, summed.
        located: (19,) overlap of hits, summed.
        pairs, lost, extra: of MOTA: matched at 0.5, objects without a match, detections without one.
        switches: matches that gave an object another track than its last.
        mostly_tracked, mostly_lost, objects: truth tracks matched in more than 80 % of their frames, in less than 20 %,
            all.
        same, truth_boxes, found_boxes: of IDF1: boxes that agree under the best one-to-one pairing of tracks; all.
    """

    hit: Floats
    missed: Floats
    false: Floats
    associated: Floats
    located: Floats
    pairs: int
    lost: int
    extra: int
    switches: int
    mostly_tracked: int
    mostly_lost: int
    objects: int
    same: int
    truth_boxes: int
    found_boxes: int

    def __add__(self, other: TrackCounts) -> TrackCounts:
        return TrackCounts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def scores(self) -> dict[str, Any]:
        """Return the scores, None where there is nothing to score.

        MOTA has no value where there is no object. Keys: ``hota``, ``deta``, ``assa`` and ``loca`` (means over the
        overlaps), ``idf1``, ``mota``, ``switches``, ``mostly_tracked``, ``mostly_lost``, ``objects``,
        ``truth_boxes``, ``found_boxes``.
        """
        if not self.truth_boxes and not self.found_boxes:
            named: dict[str, float | None] = dict.fromkeys(("hota", "deta", "assa", "loca", "idf1", "mota"))
        else:
            deta = self.hit / np.maximum(1, self.hit + self.missed + self.false)
            assa = self.associated / np.maximum(1, self.hit)
            loca = np.maximum(1e-10, self.located) / np.maximum(1e-10, self.hit)
            means = {"hota": np.sqrt(deta * assa), "deta": deta, "assa": assa, "loca": loca}
            named = {name: float(values.mean()) for name, values in means.items()}
            named["idf1"] = 2 * self.same / max(1, self.truth_boxes + self.found_boxes)
            real = self.pairs - self.extra - self.switches
            named["mota"] = real / self.truth_boxes if self.truth_boxes else None
        more = ("switches", "mostly_tracked", "mostly_lost", "objects", "truth_boxes", "found_boxes")
        return named | {name: getattr(self, name) for name in more}


def count_tracks(frames: Sequence[Seen]) -> TrackCounts:
    """Return what a clip's tracks come to; no frames, or nothing in any, count nothing.

    Raises:
        ValueError: an id stands twice in one frame, or an overlap's shape does not fit.
    """
    clip = _numbered(frames)
    parts: list[Any] = [*_higher_order(clip), *_clear(clip), *_identity(clip)]
    return TrackCounts(*parts)


@dataclass(frozen=True)
class _Clip:
    """Frames whose ids count from 0, with how often each is there."""

    frames: list[Seen]
    truth_count: Ints
    found_count: Ints


def _numbered(frames: Sequence[Seen]) -> _Clip:
    for nth, (truth, found, overlap) in enumerate(frames):
        if len(set(truth.tolist())) != len(truth) or len(set(found.tolist())) != len(found):
            raise ValueError(f"a track id stands twice in frame {nth}")
        if overlap.shape != (len(truth), len(found)):
            raise ValueError(f"frame {nth} needs overlaps of shape {(len(truth), len(found))}, found {overlap.shape}")
    truths, truth_count = _names([frame.truth for frame in frames])
    founds, found_count = _names([frame.found for frame in frames])
    rows = [Seen(truth, found, frame.overlap) for truth, found, frame in zip(truths, founds, frames, strict=True)]
    return _Clip(rows, truth_count, found_count)


def _names(ids: list[Ints]) -> tuple[list[Ints], Ints]:
    every = np.concatenate([*ids, np.zeros(0, np.int64)])
    _, row, count = np.unique(every, return_inverse=True, return_counts=True)
    return np.split(row, np.cumsum([len(part) for part in ids]))[:-1], count.astype(np.int64)


def _higher_order(clip: _Clip) -> tuple[Floats, ...]:
    """Return hits, misses, false ones, and the sums of association and location, at each overlap."""
    either = clip.truth_count[:, None] + clip.found_count[None]
    shared = np.zeros(either.shape)
    for truth, found, overlap in clip.frames:
        rest = overlap.sum(axis=0)[None] + overlap.sum(axis=1)[:, None] - overlap
        shared[np.ix_(truth, found)] += np.divide(overlap, rest, out=np.zeros_like(overlap), where=rest > _EPS)
    aligned = shared / np.maximum(either - shared, _EPS)
    hit, located = np.zeros(len(ALPHAS)), np.zeros(len(ALPHAS))
    together = np.zeros((len(ALPHAS), *either.shape))
    for truth, found, overlap in clip.frames:
        rows, columns = linear_sum_assignment(aligned[np.ix_(truth, found)] * overlap, maximize=True)
        matched = overlap[rows, columns]
        enough = matched[None] >= ALPHAS[:, None] - _EPS
        hit += enough.sum(axis=1)
        located += (enough * matched).sum(axis=1)
        together[:, truth[rows], found[columns]] += enough
    associated = (together * (together / np.maximum(1, either - together))).sum(axis=(1, 2))
    return hit, clip.truth_count.sum() - hit, clip.found_count.sum() - hit, associated, located


def _clear(clip: _Clip) -> tuple[int, ...]:
    """Return matched, missed and false boxes, switches, and objects mostly tracked, mostly lost, in all."""
    last, now = (np.full(len(clip.truth_count), -1, np.int64) for _ in range(2))
    tracked = np.zeros(len(clip.truth_count), np.int64)
    pairs = switches = 0
    for truth, found, overlap in clip.frames:
        if not len(truth) or not len(found):  # a frame without either leaves the pairs of the one before
            continue
        worth = _STAYS * (found[None] == now[truth][:, None]) + overlap
        worth[overlap < MATCH_OVERLAP - _EPS] = 0.0
        rows, columns = linear_sum_assignment(worth, maximize=True)
        real = worth[rows, columns] > _EPS
        whose, which = truth[rows[real]], found[columns[real]]
        switches += int(((last[whose] >= 0) & (last[whose] != which)).sum())
        last[whose], now[:] = which, -1
        now[whose] = which
        tracked[whose] += 1
        pairs += len(whose)
    share = tracked / np.maximum(1, clip.truth_count)
    mostly, partly = int((share > 0.8).sum()), int((share >= 0.2).sum())
    truths, founds = int(clip.truth_count.sum()), int(clip.found_count.sum())
    return pairs, truths - pairs, founds - pairs, switches, mostly, len(share) - partly, len(share)


def _identity(clip: _Clip) -> tuple[int, int, int]:
    """Return the boxes that agree under the best pairing of whole tracks, and all boxes of either side."""
    agree = np.zeros((len(clip.truth_count), len(clip.found_count)))
    for truth, found, overlap in clip.frames:
        rows, columns = np.nonzero(overlap >= MATCH_OVERLAP)
        agree[truth[rows], found[columns]] += 1
    best = agree[linear_sum_assignment(agree, maximize=True)].sum()
    return int(best), int(clip.truth_count.sum()), int(clip.found_count.sum())
