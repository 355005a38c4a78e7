"""Detections of one stream joined into tracks, frame by frame.

Tracking follows Zhang et al., ByteTrack (ECCV 2022), in the form ultralytics ships. Its state is fresh for each clip;
people, vehicles, plates and fire are followed apart, so that what burns never takes over a car's track.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.scene import VEHICLES, Look
from vision.detections import Detections
from vision.quiet import ultralytics

FOLLOWED: Final = (
    (Look.PERSON, Look.PERSON_LYING), VEHICLES, (Look.PLATE,), (Look.FIRE, Look.SMOKE),
)  # fmt: skip
FAINT: Final = 0.1  # of a detection that may go on a track
_KEEP_LOST_S: Final = 2.0


class Follower:
    """The tracks of one stream; ids count from 0 in the order in which tracks are first seen.

    Args:
        fps: frames a second, for how long a lost track is kept.
    """

    def __init__(self, fps: float) -> None:
        self._trackers = _trackers(fps)
        self._names: dict[int, int] = {}

    def update(self, found: Detections) -> Detections:
        """Return the next frame's detections with track ids; what belongs to no track gets -1."""
        ids = np.full(len(found), -1, dtype=np.int64)
        for group, (looks, tracker) in enumerate(zip(FOLLOWED, self._trackers, strict=True)):
            rows = np.flatnonzero(np.isin(found.cls, looks))
            track, row = _update(tracker, found.take(rows))
            ids[rows[row]] = track * len(FOLLOWED) + group
        for row in np.flatnonzero(ids >= 0):
            ids[row] = self._names.setdefault(int(ids[row]), len(self._names))
        return replace(found, track_id=ids)


def follow(frames: Sequence[Detections], fps: float) -> list[Detections]:
    """Return a whole clip's detections with track ids; each group of classes is followed by itself."""
    follower = Follower(fps)
    return [follower.update(frame) for frame in frames]


def _trackers(fps: float) -> list[Any]:
    ultralytics()
    from ultralytics.trackers.basetrack import BaseTrack
    from ultralytics.trackers.byte_tracker import BYTETracker

    settings = SimpleNamespace(
        track_high_thresh=0.3, track_low_thresh=FAINT, new_track_thresh=0.35, match_thresh=0.85, fuse_score=True,
        track_buffer=max(1, round(fps * _KEEP_LOST_S)),
    )  # fmt: skip
    counted = BaseTrack._count
    made = [BYTETracker(settings) for _ in FOLLOWED]
    BaseTrack._count = counted  # making one starts the ids of all from 0 again, those of other streams included
    return made


def _update(tracker: Any, found: Detections) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the track ids that this frame's detections belong to, and the rows of those detections."""
    from ultralytics.engine.results import Boxes

    table = np.column_stack([found.box, found.score, found.cls]).astype(np.float32)
    out = np.asarray(tracker.update(Boxes(table, (1, 1)))).reshape(-1, 8)
    return out[:, 4].astype(np.int64), out[:, 7].astype(np.int64)
