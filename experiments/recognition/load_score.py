"""What is found over ALL frames that were offered: a lost one is one in which nothing was found.

A loop shown again is another clip: who was in it before is not expected to be known again, and each showing is scored
by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import reduce
from math import nan
from operator import add

from experiments.recognition.loops import Loop
from vision.detections import Detections
from vision.scoring.matching import Scored
from vision.scoring.plates import plates_and_read
from vision.scoring.score import asked_and_found
from vision.scoring.tracked import clip_tracks
from vision.scoring.tracking import TrackCounts


@dataclass(frozen=True)
class Found:
    """Scores of some frames as counts; those of several add up.

    Attributes:
        objects, found: asked for, and found.
        plates, read: fully visible, and read whole.
        tracks: of people and vehicles.
    """

    objects: int
    found: int
    plates: int
    read: int
    tracks: TrackCounts

    def __add__(self, other: Found) -> Found:
        return Found(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def recall(self) -> float:
        """Share of objects found; NaN where none is asked for."""
        return self.found / self.objects if self.objects else nan

    @property
    def plates_read(self) -> float:
        """Share of plates read whole; NaN where there is none."""
        return self.read / self.plates if self.plates else nan

    @property
    def hota(self) -> float:
        """Of the tracks; NaN where there is nobody to follow."""
        value = self.tracks.scores()["hota"]
        return nan if value is None or not self.tracks.truth_boxes else float(value)


def found_in(loop: Loop, found: Sequence[Detections]) -> Found:
    """Return the scores of one showing of a loop, which may end before the loop does."""
    frames = [Scored(loop.truth(nth), one, loop.width_px) for nth, one in enumerate(found)]
    objects, plates = [asked_and_found(frame) for frame in frames], [plates_and_read(frame) for frame in frames]
    tracks = reduce(add, clip_tracks(frames).values())
    return Found(
        sum(n for n, _ in objects), sum(n for _, n in objects), sum(n for n, _ in plates), sum(n for _, n in plates),
        tracks,
    )  # fmt: skip


def shown_over(loop: Loop, found: Sequence[Detections]) -> list[Found]:
    """Return the scores of each showing of a loop over a stream's frames."""
    return [found_in(loop, found[begin : begin + len(loop.jpegs)]) for begin in range(0, len(found), len(loop.jpegs))]
