"""A recognised clip as tracks beside the true ones: people and vehicles apart, what is not asked for left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import add
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from twin.scene import VEHICLES, Look
from vision.dataset import LabelRule
from vision.scoring.matching import Scored
from vision.scoring.overlap import overlaps
from vision.scoring.tracking import MATCH_OVERLAP, Seen, TrackCounts, count_tracks

FOLLOWED: Final[Mapping[str, tuple[Look, ...]]] = {
    "people": (Look.PERSON, Look.PERSON_LYING), "vehicles": tuple(VEHICLES),
}  # fmt: skip
"""Whose tracks are scored: within a group a wrong class does not end a track, as the tracker sees it too."""


def clip_tracks(frames: Sequence[Scored], rule: LabelRule | None = None) -> dict[str, TrackCounts]:
    """Return the counts of one clip's frames, by group of :data:`FOLLOWED`.

    A detection that answers to an object which the rule does not ask for is left out before anything is counted, as
    MOT Challenge leaves out those on distractors.
    """
    rule = rule or LabelRule()
    return {
        name: count_tracks([_seen(frame, looks, rule) for frame in frames]) for name, looks in FOLLOWED.items()
    }  # fmt: skip


def track_report(clips: Sequence[Mapping[str, TrackCounts]]) -> dict[str, Any]:
    """Return the scores over several clips: over all tracks (``all``) and those of each group."""
    groups = {name: reduce(add, [clip[name] for clip in clips]) for name in FOLLOWED}
    return {"all": reduce(add, groups.values()).scores()} | {name: group.scores() for name, group in groups.items()}


def _seen(frame: Scored, looks: Sequence[Look], rule: LabelRule) -> Seen:
    truth, found = frame.truth, frame.found
    asked = rule.counts(truth, frame.width_px)
    there = np.flatnonzero(np.isin(truth.cls, looks))
    tracked = np.flatnonzero(np.isin(found.cls, looks) & (found.track_id >= 0))
    overlap = overlaps(truth.box[there], found.box[tracked])
    kept = ~_on_unasked(overlap, asked[there])
    wanted = asked[there]
    return Seen(truth.track_id[there[wanted]], found.track_id[tracked[kept]], overlap[np.ix_(wanted, kept)])


def _on_unasked(overlap: NDArray[np.float64], asked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return (m,) which detections go, one to one over all objects, to an object that is not asked for."""
    out = np.zeros(overlap.shape[1], bool)
    if not asked.all():
        rows, columns = linear_sum_assignment(np.where(overlap >= MATCH_OVERLAP, overlap, 0.0), maximize=True)
        out[columns[(overlap[rows, columns] >= MATCH_OVERLAP) & ~asked[rows]]] = True
    return out
