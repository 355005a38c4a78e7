"""A recogniser under load, with a made-up recogniser and clock: scores count what was lost as not found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from console.vision_load import levels_of
from experiments.recognition import load_test
from experiments.recognition.load_fit import fitted_load
from experiments.recognition.load_report import carried
from experiments.recognition.load_test import LoadTest, measure_level, report
from experiments.recognition.loops import Loop
from tests.vision.test_stream_load import Made
from twin.errors import InputError
from twin.scene import Look
from vision.dataset import as_jpeg
from vision.detections import Detections
from vision.frame import Truth

BOX = np.array([[100, 100, 200, 180]], dtype=np.float32)
CAR = Truth(
    np.array([Look.CAR], np.uint8), BOX, BOX, np.ones(1, np.float32), np.full(1, 20, np.float32), np.zeros(1, np.int64),
    np.array([""]), np.full((1, 4, 2), np.nan, np.float32), np.full(1, -1),
)  # fmt: skip
KNOWN = Detections(
    BOX, np.ones(1, np.float32), CAR.cls, np.zeros(1, np.int64), np.array([""]), np.zeros(1, np.float32)
)  # fmt: skip


class Knowing:
    """Finds the car each time, and takes 0.1 s for it."""

    def __init__(self, clock: Made) -> None:
        self.clock = clock

    def look(self, image: np.ndarray, follower: object) -> Detections:
        self.clock.at += 0.1
        return KNOWN


@pytest.fixture(scope="module")
def levels():
    pytest.importorskip("cv2")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(load_test, "Follower", lambda fps: None)
        return _levels()


def _levels():
    picture = as_jpeg(np.zeros((360, 640, 3), np.uint8))
    loops, alone = [Loop((picture,) * 3, (CAR,) * 3, 640)], [[KNOWN] * 3]
    test, found = LoadTest((1, 2, 4), seconds=20.0, places=2, need=4), []
    for streams in test.streams:
        clock = Made()
        found.append(measure_level(test, Knowing(clock), loops, alone, streams, 5.0, clock))
    return test, found


def test_ten_frames_a_second_are_what_a_tenth_of_a_second_allows(levels):
    """One and two cameras of five frames a second are carried; of four, half the frames are lost and not found."""
    _, (one, two, four) = levels
    assert (one.lost, two.lost) == (0, 0)
    assert one.recall == two.recall == 1.0
    assert four.lost_share == pytest.approx(0.5, abs=0.02)
    assert four.recall == pytest.approx(1 - four.lost_share)
    assert four.alone.recall == 1.0
    assert one.p95_s == pytest.approx(0.1)


def test_the_verdict_names_how_many_are_carried_and_the_model_says_the_same_of_what_it_was_not_fitted_on(levels):
    test, found = levels
    model = fitted_load(found, 5.0, test.places, "made up", "a car", "0" * 64)
    said = report(test, found, model)
    assert said["carried"] == 2
    assert not said["ok"]
    assert [row["ok"] for row in said["levels"]] == [True, True, False]
    assert said["verdicts"][-1]["told"] == "this machine carries 2; 4 cameras were asked for"
    assert [row["ok"] for row in said["verdicts"] if row["name"].startswith("4 cameras")] == [True, False, False]
    assert model.held_out_error < 0.02
    assert model.service_ms[0] == pytest.approx(100.0)


def test_a_recogniser_that_finds_nothing_carries_nothing(levels):
    """All of nothing is kept under any load; the verdict must not be «carried» for that."""
    test, (one, *_) = levels
    blind = replace(one, under_load=replace(one.under_load, found=0), alone=replace(one.alone, found=0))
    told = {verdict.name: verdict for verdict in test.limits.verdicts(blind)}
    assert not told["1 camera: recall kept"].ok
    assert "objects is found even without load" in told["1 camera: recall kept"].told
    assert carried([blind], test.limits) == 0


def test_what_is_asked_for_is_checked():
    assert levels_of("1..12") == (1, 2, 4, 8, 12)
    assert levels_of("3") == (3,)
    for text in ("0..4", "many", "4..1"):
        with pytest.raises(InputError, match=r"write 1\.\.16"):
            levels_of(text)
    with pytest.raises(InputError) as told:
        LoadTest((4, 2), seconds=0, places=0)
    assert len(told.value.faults) == 3
    with pytest.raises(InputError, match="goes up to 4 only"):
        LoadTest((2, 4), need=8)


def test_tracks_are_scored_over_all_frames_and_each_showing_of_a_loop_by_itself(levels):
    """Without load every showing of three frames is one whole track: HOTA 1. With four cameras in this step, two are
    always driven out and two never: half the boxes are missed and no track is cut, so DetA is the recall and AssA 1.
    """
    _, (one, _, four) = levels
    assert one.under_load.hota == four.alone.hota == pytest.approx(1.0)
    assert four.worst_lost_share == 1.0
    assert four.under_load.hota == pytest.approx(four.recall**0.5, abs=0.01)
    assert one.under_load.tracks.objects == pytest.approx(one.offered / 3, abs=1)


def test_a_stream_that_ends_within_a_showing_is_compared_with_as_much_of_it_alone(levels):
    _, (one, two, four) = levels
    for level in (one, two, four):
        assert level.alone.objects == level.under_load.objects == level.offered


def test_plates_that_are_not_there_are_not_judged(levels):
    test, (one, *_) = levels
    names = [verdict.name for verdict in test.limits.verdicts(one)]
    assert names == ["1 camera: latency", "1 camera: recall kept", "1 camera: HOTA kept"]
