"""Plates read whole, in part, wrongly and not at all; half hidden ones apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.scene import Look
from vision.detections import Detections
from vision.frame import Truth
from vision.scoring.matching import Scored
from vision.scoring.plates import edits, half_hidden_plates, plates_and_read, plates_by_density, plates_in

HERE, THERE = (100, 100, 221, 126), (400, 100, 521, 126)


def frame(visible: float, read: list[str], boxes=(HERE, THERE), light: str = "day") -> Scored:
    """Two plates 233 px/m wide with the texts A and B, and what was read on each."""
    n, m = len(boxes), len(read)
    box = np.array(boxes, np.float32)
    texts = np.array(["00A123BC", "00B456DE"], "<U12")[:n]
    truth = Truth(np.full(n, Look.PLATE, np.uint8), box, box, np.full(n, visible, np.float32), np.ones(n, np.float32),
                  np.arange(n), texts, np.full((n, 4, 2), np.nan, np.float32), np.full(n, -1))  # fmt: skip
    found = Detections(box[:m], np.ones(m, np.float32), np.full(m, Look.PLATE, np.uint8), np.full(m, -1),
                       np.array(read, "<U12"), np.ones(m, np.float32))  # fmt: skip
    return Scored(truth, found, 960, light)


def test_whole_wrong_and_unread_by_hand() -> None:
    """One of two whole; the other has two of eight characters wrong: (0 + 2/8) / 2 characters in error."""
    (row,) = plates_by_density([frame(1.0, ["00A123BC", "00B4S6DF"])])
    assert (row["light"], row["from_px_m"], row["n"]) == ("day", 200, 2)
    assert (row["read"], row["character_error"], row["misread"]) == (0.5, 0.125, 0.5)
    (row,) = plates_by_density([frame(1.0, ["00A123BC"])])
    assert (row["read"], row["character_error"], row["misread"]) == (0.5, 0.5, 0.0)


def test_a_half_hidden_plate_is_counted_apart_and_a_hidden_one_not_at_all() -> None:
    half, hidden = frame(0.5, ["00A1", "00B456DE"]), frame(0.1, ["00A123BC"])
    assert plates_by_density([half, hidden]) == []
    assert plates_and_read(half) == (0, 0)
    told = half_hidden_plates([half, hidden])
    assert (told["n"], told["read"], told["character_error"], told["misread"]) == (2, 0.5, 0.25, 0.5)


def test_a_reading_belongs_to_the_plate_it_is_on() -> None:
    """Both texts read, but on each other's plate: neither is read."""
    assert [plate.whole for plate in plates_in(frame(1.0, ["00B456DE", "00A123BC"]))] == [False, False]


def test_no_plates_no_figures() -> None:
    assert half_hidden_plates([]) == {"n": 0, "read": None, "character_error": None, "misread": None}
    assert plates_by_density([]) == []


words = st.text("AB01", max_size=8)


@given(words, words, words)
def test_edits_are_a_distance(a: str, b: str, c: str) -> None:
    assert (edits(a, b) == 0) == (a == b)
    assert edits(a, b) == edits(b, a)
    assert edits(a, c) <= edits(a, b) + edits(b, c)
    assert abs(len(a) - len(b)) <= edits(a, b) <= max(len(a), len(b))


def test_plates_are_by_light() -> None:
    rows = plates_by_density([frame(1.0, ["00A123BC", "00B456DE"], light=light) for light in ("night", "day")])
    assert [(row["light"], row["read"]) for row in rows] == [("day", 1.0), ("night", pytest.approx(1.0))]
