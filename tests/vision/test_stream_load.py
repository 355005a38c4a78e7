"""Frames offered in real time, with a clock of the test's own: the bench's queue is the fitted model's queue."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.fitted_load import waits_us
from vision.stream_load import Due, frames_due, offer


class Made:
    """Time that passes only when somebody sleeps or works; in whole units, so that sums are exact."""

    def __init__(self) -> None:
        self.at = 0.0

    def now_s(self) -> float:
        return self.at

    def wait_until(self, at_s: float) -> None:
        self.at = max(self.at, at_s)


def _offered(at: list[int], service: list[int], places: int):
    clock = Made()

    def work(frame: Due) -> None:
        clock.at += service[frame.nth]

    return offer([Due(float(t), 0, nth) for nth, t in enumerate(at)], work, places, clock)


@given(
    frames=st.lists(st.tuples(st.integers(0, 30), st.integers(1, 40)), min_size=1, max_size=40),
    places=st.integers(1, 5),
)
@settings(max_examples=80, deadline=None)
def test_the_bench_and_the_model_do_the_same_with_the_same_frames(frames, places):
    at = np.cumsum([gap for gap, _ in frames])
    service = [took for _, took in frames]
    seen = _offered(at.tolist(), service, places)
    waits = waits_us(at, np.array(service), places)
    assert np.where(seen.lost, -1, seen.begun_s - seen.at_s).tolist() == waits.tolist()


def test_a_late_recogniser_does_not_slow_the_cameras():
    seen = _offered([0, 1, 2, 3], [10, 10, 10, 10], 1)
    assert seen.lost.tolist() == [False, True, True, False]
    assert seen.result_s.tolist() == [10.0, 17.0]
    assert seen.service_s.tolist() == [10.0, 10.0]


def test_cameras_are_not_in_step():
    due = frames_due(2, 5.0, 1.0, np.array([0.0, 0.5]))
    assert [frame.stream for frame in due] == [0, 1] * 5
    assert due[1].at_s == pytest.approx(0.1)
    assert len(due) == 10
