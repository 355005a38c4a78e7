"""Time of the stages, on clocks of the test's own."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")
pytest.importorskip("ultralytics")
pytest.importorskip("cv2")

import numpy as np

from vision.dataset import as_jpeg
from vision.detections import Detections
from vision.recogniser import Recogniser
from vision.stages import STAGES, Stopwatch, time_stages


class Made:
    """Time that passes as the parts of a recogniser say."""

    at = 0.0

    def __call__(self) -> float:
        return self.at

    def passes(self, seconds: float) -> None:
        self.at += seconds


@pytest.fixture
def timed(monkeypatch):
    """A recogniser whose forward pass takes 10 ms, all of detection 12 ms, plates 1 ms."""
    clock = Made()

    def model(*given):
        clock.passes(0.010)

    def detect(self, images, least_score=0.25):
        self.model(images)
        clock.passes(0.002)
        return [Detections.none() for _ in images]

    def read_plates(self, image, found):
        clock.passes(0.001)
        return found

    monkeypatch.setattr(Recogniser, "detect", detect)
    monkeypatch.setattr(Recogniser, "read_plates", read_plates)
    return Recogniser(model, None, np.zeros(1, np.int64), "0" * 64), Stopwatch(clock, clock)


def test_stages_add_up_and_are_held_against_the_forward_pass_inside_them(timed) -> None:
    recogniser, watch = timed
    jpeg = as_jpeg(np.zeros((90, 160, 3), np.uint8))
    found = time_stages(recogniser, [jpeg] * 8, 5.0, watch)
    assert found["frames"] == 5
    assert found["cpu_ms"] == {"decode": 0.0, "detect": 12.0, "track": 0.0, "plates": 1.0, "forward": 10.0, "all": 13.0}
    assert found["ratio"] == pytest.approx(1.3)
    assert set(STAGES) < set(found["wall_ms"])


def test_too_few_frames_are_refused(timed) -> None:
    recogniser, watch = timed
    with pytest.raises(ValueError, match="too few"):
        time_stages(recogniser, [b""] * 3, 5.0, watch)
