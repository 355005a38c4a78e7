"""Tracking scores worked out by hand."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from twin.scene import Look
from vision.detections import Detections
from vision.frame import Truth
from vision.scoring.matching import Scored
from vision.scoring.tracked import clip_tracks, track_report
from vision.scoring.tracking import Seen, count_tracks


def seen(truth: list[int], found: list[int], pairs: dict[tuple[int, int], float]) -> Seen:
    """A frame in which the pairs of ids overlap as much as is said, and nothing else does."""
    overlap = np.array([[pairs.get((t, f), 0.0) for f in found] for t in truth]).reshape(len(truth), len(found))
    return Seen(np.array(truth, np.int64), np.array(found, np.int64), overlap)


def test_found_as_it_is_scores_one_everywhere() -> None:
    scores = count_tracks([seen([7, 9], [1, 2], {(7, 1): 1.0, (9, 2): 1.0})] * 5).scores()
    assert [scores[name] for name in ("hota", "deta", "assa", "idf1", "mota")] == pytest.approx([1.0] * 5)
    assert (scores["switches"], scores["mostly_tracked"], scores["mostly_lost"]) == (0, 2, 0)


def test_a_track_cut_in_half() -> None:
    """One object over four frames, found exactly, as track 1 twice and then as track 2 twice.

    Nothing is missed or false: DetA 1. Each hit's two tracks share 2 frames of 4 that either is in: AssA 1/2, so
    HOTA is sqrt(1/2). The best single track agrees in 2 of 4 frames: IDF1 2*2/(4+4). One switch: MOTA 1 - 1/4.
    """
    frames = [seen([5], [track], {(5, track): 1.0}) for track in (1, 1, 2, 2)]
    scores = count_tracks(frames).scores()
    assert scores["hota"] == pytest.approx(sqrt(0.5))
    assert (scores["deta"], scores["assa"]) == pytest.approx((1.0, 0.5))
    assert (scores["idf1"], scores["mota"], scores["switches"]) == pytest.approx((0.5, 0.75, 1))


def test_two_that_change_tracks_as_they_pass() -> None:
    """Two objects over four frames; from the third on each has the other's track.

    Every hit's tracks share 2 frames, and either is in 4 + 4 - 2 = 6: AssA 1/3. The best pairing agrees in 4 boxes
    of 8: IDF1 2*4/16. Two switches of eight boxes: MOTA 3/4.
    """
    straight, crossed = {(0, 0): 0.9, (1, 1): 0.9}, {(0, 1): 0.9, (1, 0): 0.9}
    counts = count_tracks([seen([0, 1], [0, 1], pairs) for pairs in (straight, straight, crossed, crossed)])
    scores = counts.scores()
    # at an overlap of 0.95 nothing matches, at the 18 below everything does
    assert scores["assa"] == pytest.approx(18 / 19 / 3)
    assert scores["hota"] == pytest.approx(18 / 19 * sqrt(1 / 3))
    assert (scores["idf1"], scores["mota"], scores["switches"]) == pytest.approx((0.5, 0.75, 2))


def test_missed_in_every_other_frame_and_one_that_is_not_there() -> None:
    """An object over four frames is found in two; in all four something else is called a track.

    2 hits, 2 missed, 4 false: DetA 2/8. The object's track is in 4 frames, that of its detections in 2, both in 2:
    AssA 1/2. HOTA sqrt(1/4 * 1/2). IDF1 2*2/(4+6). MOTA (2 - 4 - 0)/4 is below nothing.
    """
    found = seen([0], [3, 8], {(0, 3): 1.0})
    missed = seen([0], [8], {})
    scores = count_tracks([found, missed, found, missed]).scores()
    assert scores["hota"] == pytest.approx(sqrt(0.25 * 0.5))
    assert (scores["idf1"], scores["mota"], scores["switches"]) == pytest.approx((0.4, -0.5, 0))


def test_clips_add_up_and_a_track_number_of_another_clip_is_another_track() -> None:
    """The cut track as two clips of two frames: each is perfect, and so is the sum."""
    halves = [count_tracks([seen([5], [track], {(5, track): 1.0})] * 2) for track in (1, 2)]
    scores = (halves[0] + halves[1]).scores()
    assert (scores["hota"], scores["idf1"], scores["mota"], scores["objects"]) == pytest.approx((1, 1, 1, 2))


def test_nothing_there_and_nothing_found_has_no_score() -> None:
    assert count_tracks([]).scores()["hota"] is None
    assert count_tracks([seen([], [], {})] * 3).scores()["idf1"] is None
    assert count_tracks([seen([1], [], {})]).scores()["hota"] == 0.0
    only_false = count_tracks([seen([], [1], {})]).scores()
    assert (only_false["hota"], only_false["mota"]) == (0.0, None)


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="stands twice in frame 0"):
        count_tracks([seen([1, 1], [2], {})])
    with pytest.raises(ValueError, match="needs overlaps of shape"):
        count_tracks([Seen(np.array([1]), np.array([2]), np.zeros((2, 2)))])


NEAR, FAR = (100, 100, 180, 180), (600, 200, 640, 230)


def frame(cls: list[Look], boxes: list[tuple[int, ...]], visible: list[float], tracks: list[int]) -> Scored:
    """A frame in which everything is found where it is, hidden or not."""
    n = len(cls)
    box, looks = np.array(boxes, np.float32), np.array(cls, np.uint8)
    truth = Truth(looks, box, box, np.array(visible, np.float32), np.ones(n, np.float32), np.arange(n),
                  np.zeros(n, "<U12"), np.full((n, 4, 2), np.nan, np.float32), np.full(n, -1))  # fmt: skip
    found = Detections(
        box, np.ones(n, np.float32), looks, np.array(tracks), np.zeros(n, "<U12"), np.ones(n, np.float32)
    )
    return Scored(truth, found, 960)


def test_who_is_hardly_to_be_seen_costs_nothing_found_or_not_and_groups_are_apart() -> None:
    hidden = frame([Look.CAR, Look.CAR, Look.PERSON], [NEAR, FAR, FAR], [1.0, 0.1, 1.0], [1, 2, 3])
    report = track_report([clip_tracks([hidden] * 3)])
    assert report["all"]["hota"] == pytest.approx(1.0)
    assert (report["vehicles"]["objects"], report["people"]["objects"]) == (1, 1)
    assert report["vehicles"]["found_boxes"] == 3


def test_a_wrong_class_within_its_group_does_not_end_a_track() -> None:
    right = frame([Look.CAR], [NEAR], [1.0], [1])
    as_truck = Detections(right.found.box, right.found.score, np.array([Look.TRUCK], np.uint8), right.found.track_id,
                          right.found.plate, right.found.plate_score)  # fmt: skip
    report = track_report([clip_tracks([right, Scored(right.truth, as_truck, 960)])])
    assert report["vehicles"]["assa"] == pytest.approx(1.0)
    assert report["people"]["hota"] is None
