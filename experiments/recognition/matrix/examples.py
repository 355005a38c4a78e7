"""Frames of the worst cells, rendered again: what was found, what was missed, what was not there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from experiments.recognition.matrix.counts import DISTANCES, OCCLUSIONS, Counts, band
from experiments.recognition.matrix.scenes import Condition
from experiments.recognition.matrix.watched import Watching, close_kept, opened, seen_under
from vision.clip import outlined
from vision.dataset import LabelRule, as_jpeg
from vision.scoring.matching import WORKING_SCORE, Scored, match_objects
from vision.scoring.score import DISTANCE_EDGES_M, HIDDEN_EDGES

FOUND: Final = (70, 200, 90)
MISSED: Final = (255, 60, 50)
ELSEWHERE: Final = (190, 190, 190)
FALSE: Final = (255, 190, 40)
_QUALITY: Final = 82


@dataclass(frozen=True)
class Example:
    """A frame of a bad cell.

    Attributes:
        where: the cell, by axis.
        view: number of the view.
        missed, asked: objects of the cell in this frame.
        jpeg: the picture with its boxes.
    """

    where: dict[str, str]
    view: int
    missed: int
    asked: int
    jpeg: bytes


def worst_examples(
    what: Watching, counts: Counts, cells: Sequence[Mapping[str, Any]], most: int, least_n: int
) -> list[Example]:
    """Return a frame of each of the worst cells with enough objects, no frame twice.

    Args:
        what: how the views were watched.
        counts: what came of it.
        cells: rows of the report, the worst first.
        most: examples wanted.
        least_n: objects a cell has at least.
    """
    made: list[Example] = []
    shown: set[tuple[int, int]] = set()
    try:
        for cell in cells:
            if len(made) == most:
                break
            if cell["n"] < least_n or cell["recall"] == 1.0:
                continue
            chosen = _most_missed(counts, cell, shown)
            if chosen is not None:
                shown.add(chosen[:2])
                made.append(_example(what, cell, *chosen))
    finally:
        close_kept()
    return made


def _most_missed(
    counts: Counts, cell: Mapping[str, Any], shown: set[tuple[int, int]]
) -> tuple[int, int, int, int] | None:
    """Return view, condition, missed and asked of the frame in which most of a cell is missed."""
    condition = counts.conditions.index(Condition(cell["light"], cell["weather"], cell["faults"]))
    at = condition, DISTANCES.index(cell["distance"]), OCCLUSIONS.index(cell["occlusion"])
    asked, found = counts.asked[:, *at], counts.found[:, *at]
    for view in np.argsort(found - asked, kind="stable"):
        if asked[view] > found[view] and (int(view), condition) not in shown:
            return int(view), condition, int(asked[view] - found[view]), int(asked[view])
    return None


def _example(
    what: Watching, cell: Mapping[str, Any], view: int, condition: int, missed: int, asked: int
) -> Example:  # fmt: skip
    views, recogniser = opened(what)
    frame, scored = next(seen_under(views, recogniser, view, [what.under[condition]]))
    axes = ("light", "weather", "faults", "distance", "occlusion")
    jpeg = as_jpeg(outlined(frame.image, *_boxes(scored, cell)), _QUALITY)
    return Example({axis: str(cell[axis]) for axis in axes}, view, missed, asked, jpeg)


def _boxes(scored: Scored, cell: Mapping[str, Any]) -> tuple[Any, list[tuple[int, int, int]]]:
    """Return boxes and their colours: what is asked for, in the cell or not, and what answers to nothing."""
    truth, found = scored.truth, scored.found
    asked = LabelRule().counts(truth, scored.width_px)
    of = match_objects(scored)
    sure = found.score >= WORKING_SCORE
    got = np.isin(np.arange(len(truth)), of[sure])
    inside = (band(truth.distance_m.astype(float), DISTANCE_EDGES_M) == DISTANCES.index(cell["distance"])) & (
        band(1.0 - truth.visible.astype(float), HIDDEN_EDGES) == OCCLUSIONS.index(cell["occlusion"])
    )
    rows = np.flatnonzero(asked)
    colours = [(FOUND if got[row] else MISSED) if inside[row] else ELSEWHERE for row in rows]
    wrong = np.flatnonzero(sure & (of < 0))
    return np.concatenate([truth.box[rows], found.box[wrong]]), [*colours, *[FALSE] * len(wrong)]
