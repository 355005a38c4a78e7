"""How good a recogniser is on labelled frames: mAP, recall by size, distance and occlusion, plates, false detections.

mAP equals that of COCO's own evaluation (``tests/vision/test_scores_like_coco.py`` holds it against pycocotools).
What the label rule does not ask for is neither a hit nor a miss (see :mod:`vision.scoring.matching`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.scene import DETECTOR_CLASSES
from vision.dataset import LabelRule
from vision.scoring.matching import Matched, Scored, match
from vision.scoring.plates import TARGET_EDGES_PX_M, half_hidden_plates, plates_by_density
from vision.scoring.precision import class_precision

Floats = NDArray[np.float64]

HEIGHT_EDGES_PX: Final = (0, 16, 32, 64, 128, 256, 10_000)  # of the object's box in the full frame
DISTANCE_EDGES_M: Final = (0, 15, 30, 60, 10_000)
HIDDEN_EDGES: Final = (0.0, 0.05, 0.4, 1.01)  # share of an object that cannot be seen
TALL_PX: Final = 16.0  # at the network's input


def score(frames: Sequence[Scored], rule: LabelRule | None = None) -> dict[str, Any]:
    """Return the scores over all frames, as plain numbers for JSON.

    Keys: ``frames``; ``map50`` and ``map50_95`` over the classes that the truth holds; ``map50_tall`` and
    ``map50_95_tall``: the same where only objects of 16 px and up at the network's input are asked for (plates by
    their width as ever); ``ap50`` of each class; ``asked``: objects of each class that are asked for, and how many are
    found at the working score; ``absent``: classes that are not in the truth and therefore not scored;
    ``recall_by_height`` (pixel height in the full frame), ``recall_by_distance``, ``recall_by_occlusion``: at the
    working score, with ``n``; ``recall_by_sky``: by light and weather; ``plates`` and ``plates_by_density``: share of
    plates read whole and mean character error, by px/m (coarse and fine) and light, among all fully visible plates,
    found or not; ``plates_half_hidden``: the same of those not fully visible;
    ``false_per_frame``: detections at the working score that match nothing.
    """
    rule = rule or LabelRule()
    matched = [match(frame, rule) for frame in frames]
    by_class = _by_class(matched)
    tall_rule = replace(rule, least_height_px=max(TALL_PX, rule.least_height_px))
    tall = _by_class([match(frame, tall_rule) for frame in frames])
    return {
        "frames": len(frames),
        **_means(by_class, ""),
        **_means(tall, "_tall"),
        "ap50": {DETECTOR_CLASSES[cls]: round(float(ap[0]), 4) for cls, ap in by_class.items()},
        "asked": {DETECTOR_CLASSES[cls]: _counted(matched, cls) for cls in by_class},
        "absent": [name for cls, name in enumerate(DETECTOR_CLASSES) if cls not in by_class],
        "recall_by_height": _recall_by(matched, "asked_height_px", HEIGHT_EDGES_PX, "px"),
        "recall_by_distance": _recall_by(matched, "asked_distance_m", DISTANCE_EDGES_M, "m"),
        "recall_by_occlusion": _recall_by(matched, "asked_hidden", HIDDEN_EDGES, "hidden"),
        "recall_by_sky": _recall_by_sky(frames, matched),
        "plates": plates_by_density(frames, TARGET_EDGES_PX_M),
        "plates_by_density": plates_by_density(frames),
        "plates_half_hidden": half_hidden_plates(frames),
        "false_per_frame": round(sum(one.false for one in matched) / len(frames), 4) if frames else None,
    }


def asked_and_found(frame: Scored, rule: LabelRule | None = None) -> tuple[int, int]:
    """Return how many objects of one frame are asked for, and how many of them are found at the working score."""
    matched = match(frame, rule, at=(0.5,))
    return len(matched.got), int(matched.got.sum())


def _by_class(matched: Sequence[Matched]) -> dict[int, Floats]:
    found = {cls: class_precision(matched, cls) for cls in range(len(DETECTOR_CLASSES))}
    return {cls: ap for cls, ap in found.items() if ap is not None}


def _means(by_class: dict[int, Floats], name: str) -> dict[str, float | None]:
    if not by_class:
        return {f"map50{name}": None, f"map50_95{name}": None}
    table = np.array(list(by_class.values()))
    return {f"map50{name}": round(float(table[:, 0].mean()), 4), f"map50_95{name}": round(float(table.mean()), 4)}


def _counted(matched: Sequence[Matched], cls: int) -> dict[str, int]:
    got = np.concatenate([one.got[one.asked_cls == cls] for one in matched])
    return {"truth": len(got), "found": int(got.sum())}


def _recall_by(matched: Sequence[Matched], name: str, edges: Sequence[float], unit: str) -> list[dict[str, Any]]:
    values = np.concatenate([getattr(one, name) for one in matched]) if matched else np.zeros(0)
    got = np.concatenate([one.got for one in matched]) if matched else np.zeros(0, bool)
    return [
        {f"from_{unit}": low, f"to_{unit}": high, "n": int(within.sum()), "recall": _share(got[within])}
        for low, high in pairwise(edges)
        for within in [(values >= low) & (values < high)]
    ]


def _recall_by_sky(frames: Sequence[Scored], matched: Sequence[Matched]) -> list[dict[str, Any]]:
    rows = []
    for light, weather in sorted({(frame.light, frame.weather) for frame in frames}):
        of = [m for frame, m in zip(frames, matched, strict=True) if (frame.light, frame.weather) == (light, weather)]
        got = np.concatenate([one.got for one in of])
        rows.append({"light": light, "weather": weather, "frames": len(of), "n": len(got), "recall": _share(got)})
    return rows


def _share(hits: NDArray[np.bool_]) -> float | None:
    return round(float(hits.mean()), 4) if hits.size else None
