"""Scores worked out by hand, and invariants of average precision."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.scene import Look
from vision.detections import Detections
from vision.frame import Truth
from vision.scoring.matching import Scored
from vision.scoring.overlap import overlaps
from vision.scoring.plates import plate_density
from vision.scoring.precision import average_precision
from vision.scoring.score import score


def truth(*rows: tuple[Look, tuple[float, float, float, float]], visible: float = 1.0, plate: str = "") -> Truth:
    n = len(rows)
    box = np.array([box for _, box in rows], np.float32).reshape(n, 4)
    corners = np.full((n, 4, 2), np.nan, np.float32)
    return Truth(
        np.array([cls for cls, _ in rows], np.uint8), box, box, np.full(n, visible, np.float32),
        np.full(n, 20, np.float32), np.arange(n), np.full(n, plate, "<U12"), corners, np.full(n, -1),
    )  # fmt: skip


def found(*rows: tuple[Look, tuple[float, float, float, float], float], plate: str = "") -> Detections:
    n = len(rows)
    return Detections(
        np.array([box for _, box, _ in rows], np.float32).reshape(n, 4), np.array([s for *_, s in rows], np.float32),
        np.array([cls for cls, *_ in rows], np.uint8), np.full(n, -1), np.full(n, plate, "<U12"),
        np.ones(n, np.float32),
    )  # fmt: skip


HERE, THERE, ELSEWHERE = (100, 100, 180, 160), (400, 100, 480, 160), (700, 300, 780, 360)


def test_average_precision_worked_by_hand() -> None:
    """Four detections: right, wrong, right, wrong, of three objects. Precision 1 up to recall 1/3 (34 of the 101
    recalls: 0.00 to 0.33), 2/3 up to recall 2/3 (33: 0.34 to 0.66), then 0: (34 + 33 * 2 / 3) / 101."""
    ap = average_precision(np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, False, True, False]), 3)
    assert ap == pytest.approx((34 + 33 * 2 / 3) / 101)


@given(st.lists(st.booleans(), max_size=30), st.integers(0, 10))
def test_average_precision_is_a_share_and_a_better_order_is_never_worse(hits: list[bool], missed: int) -> None:
    asked = sum(hits) + missed
    if not asked:
        return
    scores = -np.arange(len(hits), dtype=float)
    ap = average_precision(scores, np.array(hits, bool), asked)
    assert 0 <= ap <= 1
    assert average_precision(scores, np.array(sorted(hits, reverse=True), bool), asked) >= ap - 1e-12
    perfect = average_precision(np.zeros(asked), np.ones(asked, bool), asked)
    assert perfect == pytest.approx(1.0)


def test_overlap_of_halves() -> None:
    """Two unit-high boxes of width 2 that share width 1: 1 over 3."""
    assert overlaps(np.array([[0, 0, 2, 1.0]]), np.array([[1, 0, 3, 1.0], [5, 5, 6, 6]])) == pytest.approx(
        np.array([[1 / 3, 0]])
    )


def test_all_found_is_one_and_absent_classes_are_named_not_scored() -> None:
    result = score([Scored(truth((Look.CAR, HERE)), found((Look.CAR, HERE, 0.9)), 960)])
    assert result["map50"] == 1.0
    assert result["ap50"] == {"car": 1.0}
    assert "bus" in result["absent"]
    assert len(result["absent"]) == 9
    assert result["false_per_frame"] == 0


def test_two_boxes_on_one_object_are_one_hit_and_one_false_detection() -> None:
    frame = Scored(truth((Look.CAR, HERE)), found((Look.CAR, HERE, 0.9), (Look.CAR, HERE, 0.8)), 960)
    assert score([frame])["false_per_frame"] == 1


def test_what_the_rule_does_not_ask_for_is_neither_hit_nor_miss() -> None:
    """An object of which 10 % can be seen is not asked for: finding it costs nothing, missing it neither."""
    hidden = truth((Look.CAR, HERE), visible=0.1)
    seen = score([Scored(hidden, found((Look.CAR, HERE, 0.9)), 960)])
    assert (seen["map50"], seen["false_per_frame"]) == (None, 0)
    assert score([Scored(hidden, found(), 960)])["false_per_frame"] == 0


def test_a_wrong_class_is_a_miss_and_a_false_detection() -> None:
    result = score([Scored(truth((Look.CAR, HERE)), found((Look.BUS, HERE, 0.9)), 960)])
    assert (result["ap50"]["car"], result["false_per_frame"]) == (0.0, 1)


def test_recall_is_by_height_in_the_full_frame() -> None:
    """Of two cars 60 px high one is found; the band 32 to 64 px holds both."""
    frame = Scored(
        truth((Look.CAR, HERE), (Look.CAR, THERE)), found((Look.CAR, THERE, 0.9), (Look.CAR, ELSEWHERE, 0.1)), 960
    )
    bands = {(b["from_px"], b["to_px"]): (b["n"], b["recall"]) for b in score([frame])["recall_by_height"]}
    assert bands[32, 64] == (2, 0.5)
    assert bands[64, 128] == (0, None)


def test_a_plate_counts_by_its_density_along_its_own_edge() -> None:
    """A plate 117 px long, turned by 30 degrees in the picture, is 225 px/m, whatever its upright box measures."""
    turn = np.array([[np.cos(np.pi / 6), np.sin(np.pi / 6)], [-np.sin(np.pi / 6), np.cos(np.pi / 6)]])
    corners = (np.array([[0, 0], [117, 0], [117, 22], [0, 22]]) @ turn + 300).astype(np.float32)
    low, high = corners.min(axis=0), corners.max(axis=0)
    base = truth((Look.PLATE, (*low, *high)), plate="00A123BC")
    real = Truth(base.cls, base.box, base.full_box, base.visible, base.distance_m, base.track_id, base.plate,
                 corners[None], base.incident_id)  # fmt: skip
    assert plate_density(real, 0) == pytest.approx(225, abs=0.1)
    right = Scored(real, found((Look.PLATE, (*low, *high), 0.9), plate="00A123BC"), 960)
    wrong = Scored(real, found((Look.PLATE, (*low, *high), 0.9), plate="00A123BD"), 960)
    (band,) = [b for b in score([right, wrong])["plates_by_density"] if b["n"]]
    assert (band["light"], band["from_px_m"], band["n"], band["read"]) == ("day", 200, 2, 0.5)


def test_no_frames_no_scores() -> None:
    assert score([])["map50"] is None


def test_recall_is_by_sky_distance_and_occlusion() -> None:
    """A car by day is found, one at night in the rain, half hidden and 20 m off, is not."""
    seen = Scored(truth((Look.CAR, HERE)), found((Look.CAR, HERE, 0.9)), 960)
    missed = Scored(truth((Look.CAR, HERE), visible=0.5), found(), 960, "night", "rain")
    result = score([seen, missed])
    assert [(row["light"], row["weather"], row["recall"]) for row in result["recall_by_sky"]] == [
        ("day", "clear", 1.0), ("night", "rain", 0.0),
    ]  # fmt: skip
    assert [(row["n"], row["recall"]) for row in result["recall_by_distance"]] == [
        (0, None),
        (2, 0.5),
        (0, None),
        (0, None),
    ]
    assert [row["recall"] for row in result["recall_by_occlusion"]] == [1.0, None, 0.0]
