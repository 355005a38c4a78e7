"""Plates read: whole, and by characters; by px/m along the plate, by light, and half hidden ones apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from twin.scene import Look
from vision.detections import Detections
from vision.frame import Truth
from vision.scoring.matching import Scored
from vision.scoring.overlap import overlaps

DENSITY_EDGES_PX_M: Final = (0, 50, 100, 150, 200, 300, 10_000)
TARGET_EDGES_PX_M: Final = (0, 100, 200, 10_000)  # the densities that targets speak of
PLATE_WIDTH_M: Final = 0.52
FULLY_VISIBLE: Final = 0.95
HALF_HIDDEN: Final = 0.25  # share in view below which a plate is not asked for at all
_ON_IT: Final = 0.3  # overlap of a detection with the plate it is on


@dataclass(frozen=True, slots=True)
class ReadPlate:
    """One plate in one frame.

    Attributes:
        px_per_m: along the plate.
        visible: share that can be seen.
        light: of the frame.
        text: what is on it.
        read: what was read, "" for nothing.
        whole: it was read without a fault.
    """

    px_per_m: float
    visible: float
    light: str
    text: str
    read: str
    whole: bool

    @property
    def character_error(self) -> float:
        """Edits from what was read to the text, over its length; 1 where nothing was read."""
        return 0.0 if self.whole else edits(self.read, self.text) / max(len(self.text), 1)


def plates_in(frame: Scored) -> list[ReadPlate]:
    """Return the plates of a frame of which a quarter or more can be seen, found or not."""
    rows = np.flatnonzero((frame.truth.cls == Look.PLATE) & (frame.truth.visible >= HALF_HIDDEN))
    return [_trial(frame, int(row)) for row in rows]


def _trial(frame: Scored, row: int) -> ReadPlate:
    truth, found = frame.truth, frame.found
    read, text = _read_of(truth, row, found), str(truth.plate[row])
    return ReadPlate(
        plate_density(truth, row), float(truth.visible[row]), frame.light, text, read, bool(text) and read == text
    )  # fmt: skip


def _read_of(truth: Truth, row: int, found: Detections) -> str:
    """Return what was read on a plate: its own text if any detection on it has it, else that of the closest one."""
    rows = np.flatnonzero((found.cls == Look.PLATE) & (found.plate != ""))
    if not len(rows):
        return ""
    overlap = overlaps(found.box[rows], truth.box[row : row + 1])[:, 0]
    on_it = overlap >= _ON_IT
    if (on_it & (found.plate[rows] == truth.plate[row])).any():
        return str(truth.plate[row])
    return str(found.plate[rows[int(overlap.argmax())]]) if on_it.any() else ""


def plate_density(truth: Truth, row: int) -> float:
    """Return px/m along a plate: the mean length of its upper and lower edge over 0.52 m."""
    corners = truth.plate_corners[row].astype(np.float64)
    if not np.isfinite(corners).all():
        return float(truth.box[row, 2] - truth.box[row, 0]) / PLATE_WIDTH_M
    top, bottom = corners[1] - corners[0], corners[2] - corners[3]
    return float((np.hypot(*top) + np.hypot(*bottom)) / 2 / PLATE_WIDTH_M)


def plates_and_read(frame: Scored) -> tuple[int, int]:
    """Return how many plates of one frame are fully visible, and how many of them are read whole."""
    trials = [trial for trial in plates_in(frame) if trial.visible >= FULLY_VISIBLE]
    return len(trials), sum(trial.whole for trial in trials)


def plates_by_density(
    frames: Sequence[Scored], edges: Sequence[int] = DENSITY_EDGES_PX_M
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the share of fully visible plates read whole and the mean character error, by light and px/m."""
    trials = [t for frame in frames for t in plates_in(frame) if t.visible >= FULLY_VISIBLE]
    return [
        {"light": light, "from_px_m": low, "to_px_m": high} | _figures(within)
        for light in sorted({trial.light for trial in trials})
        for low, high in pairwise(edges)
        if (within := [t for t in trials if t.light == light and low <= t.px_per_m < high])
    ]


def half_hidden_plates(frames: Sequence[Scored]) -> dict[str, Any]:
    """Return the same of plates of which a quarter to 95 % can be seen, with how many were read as something else."""
    trials = [t for frame in frames for t in plates_in(frame) if t.visible < FULLY_VISIBLE]
    return _figures(trials)


def _figures(trials: Sequence[ReadPlate]) -> dict[str, Any]:
    """``n``, ``read`` (share read whole), ``character_error`` (mean), ``misread`` (share read as something else)."""
    if not trials:
        return {"n": 0, "read": None, "character_error": None, "misread": None}
    return {
        "n": len(trials),
        "read": round(float(np.mean([t.whole for t in trials])), 4),
        "character_error": round(float(np.mean([t.character_error for t in trials])), 4),
        "misread": round(float(np.mean([bool(t.read) and not t.whole for t in trials])), 4),
    }


def edits(found: str, wanted: str) -> int:
    """Return the least number of characters to put in, take out or change (Levenshtein 1966).

    >>> edits("00A123BC", "00A128BC"), edits("", "00A"), edits("0A123BC", "00A123BC")
    (1, 3, 1)
    """
    row = list(range(len(wanted) + 1))
    for i, a in enumerate(found, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(wanted, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]
