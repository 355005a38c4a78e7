"""Alarm rules: k of n frames, once for an object, at the right place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensors.alarms import AlarmRule, AlarmRules, Verification
from sensors.cameras import Camera
from sensors.optics import project
from twin.records import Service
from twin.scene import Look
from vision.detections import Detections
from vision.rules import apply_rules

CAMERA = Camera("c", "fixed", 0.0, 0.0, 6.0, 0.0, -15.0, 60.0, 960, 540, 80.0)
VERIFICATION = Verification(
    minutes_mean=1, minutes_cv=0.5, p_dismissed_true=0, p_dismissed_false=1, verifiers=1, as_of="2026", source="test"
)


def rules(kind: str, classes: Sequence[str], k: int, n: int, max_move_m: float | None = None) -> AlarmRules:
    rule = AlarmRule(
        name="rule", kind=kind, classes=tuple(classes), k_frames=k, of_frames=n, min_score=0.4, max_move_m=max_move_m,
        target_height_m=1.7, service=Service.POLICE, category="x", priority=1,
    )  # fmt: skip
    return AlarmRules(
        schema_version=1, as_of="2026", source="test", frames_per_s=5, rules=(rule,), verification=VERIFICATION
    )


def frame(*objects: tuple[Look, float, float, int], score: float = 0.9, plate: str = "") -> Detections:
    """Boxes 20 px wide and 30 px high whose foot stands at a ground point (class, x_m, y_m, track)."""
    n = len(objects)
    foot, _ = project(CAMERA, np.array([(x, y, 0.0) for _, x, y, _ in objects]).reshape(-1, 3))
    box = np.column_stack([foot[:, 0] - 10, foot[:, 1] - 30, foot[:, 0] + 10, foot[:, 1]]).astype(np.float32)
    return Detections(
        box.reshape(n, 4), np.full(n, score, np.float32), np.array([o[0] for o in objects], np.uint8),
        np.array([o[3] for o in objects], np.int64), np.full(n, plate), np.full(n, score, np.float32),
    )  # fmt: skip


def run(frames: Sequence[Detections], which: AlarmRules, step_ms: int = 200, street: bool = True, listed=()) -> list:
    times = [step_ms * i for i in range(len(frames))]
    return apply_rules(frames, times, CAMERA, which, lambda x, y: np.full(len(x), street), listed)


def test_an_alarm_comes_at_the_kth_frame_that_holds_and_says_where() -> None:
    lying = frame((Look.PERSON_LYING, 3.0, 20.0, 7))
    fired = run([frame(), lying, lying, frame(), lying, lying], rules("class", ["person_lying"], 3, 5))
    assert [(a.t_ms, a.frame, a.track_id) for a in fired] == [(800, 4, 7)]
    assert (fired[0].x_m, fired[0].y_m) == pytest.approx((3.0, 20.0), abs=0.01)


def test_frames_older_than_the_window_are_forgotten() -> None:
    """Two hits, then two empty frames, with 3 of 4: the first two no longer count when the third comes."""
    lying = frame((Look.PERSON_LYING, 3.0, 20.0, 7))
    assert run([lying, lying, frame(), frame(), lying], rules("class", ["person_lying"], 3, 4)) == []


def test_counts_follow_the_clips_own_frame_rate() -> None:
    """3 of 5 frames at 5 frames/s are 6 of 10 at 10 frames/s."""
    lying = frame((Look.PERSON_LYING, 3.0, 20.0, 7))
    fired = run([lying] * 10, rules("class", ["person_lying"], 3, 5), step_ms=100)
    assert [a.frame for a in fired] == [5]


def test_faint_untracked_and_other_classes_do_not_count() -> None:
    which = rules("class", ["person_lying"], 1, 1)
    assert run([frame((Look.PERSON_LYING, 3, 20, 7), score=0.3)], which) == []
    assert run([frame((Look.PERSON_LYING, 3, 20, -1))], which) == []
    assert run([frame((Look.PERSON, 3, 20, 7))], which) == []


def test_a_fire_and_its_smoke_are_one_object_and_a_far_fire_is_another() -> None:
    near = [(Look.FIRE, 0.0, 20.0, 1), (Look.SMOKE, 1.0, 20.5, 2)]
    both = frame(*near, (Look.FIRE, 15.0, 30.0, 3))
    assert [a.track_id for a in run([both] * 4, rules("class", ["fire", "smoke"], 2, 3))] == [1, 3]


def test_only_what_stands_where_standing_is_out_of_place_is_a_crash() -> None:
    which = rules("still", ["car"], 6, 8, max_move_m=1.0)
    stands = [frame((Look.CAR, 2.0, 15.0, 4))] * 8
    drives = [frame((Look.CAR, 2.0, 10.0 + i, 4)) for i in range(8)]
    assert [a.frame for a in run(stands, which)] == [5]
    assert run(drives, which) == []
    assert run(stands, which, street=False) == []


def test_a_car_that_stops_fires_once_its_driving_has_left_the_window() -> None:
    """It drives for 10 frames at 1 m a frame, then stands. 8 frames are looked back on: the window holds only
    standing frames from frame 10 + 7 on, and jitter is smoothed over 5 of them."""
    which = rules("still", ["car"], 6, 8, max_move_m=1.0)
    frames = [frame((Look.CAR, 2.0, 10.0 + min(i, 10), 4)) for i in range(30)]
    (alarm,) = run(frames, which)
    assert 14 <= alarm.frame <= 17


def test_a_listed_plate_is_one_alarm_however_many_tracks_show_it_and_stands_where_its_car_does() -> None:
    car = frame((Look.CAR, 0.0, 12.0, 1))
    x1, _, x2, y2 = car.box[0]
    plate_box = np.array([[(x1 + x2) / 2 - 4, y2 - 12, (x1 + x2) / 2 + 4, y2 - 10]], np.float32)
    seen = Detections(
        np.concatenate([car.box, plate_box]), np.full(2, 0.9, np.float32), np.array([Look.CAR, Look.PLATE], np.uint8),
        np.array([1, 2]), np.array(["", "00A123BC"]), np.array([0, 0.9], np.float32),
    )  # fmt: skip
    which = rules("listed_plate", ["plate"], 2, 5)
    (alarm,) = run([seen] * 6, which, listed={"00A123BC"})
    assert (alarm.plate, alarm.frame) == ("00A123BC", 1)
    assert (alarm.x_m, alarm.y_m) == pytest.approx((0.0, 12.0), abs=0.01)
    assert run([seen] * 6, which, listed={"00A123BD"}) == []
    assert run([seen] * 6, which) == []


@settings(max_examples=40, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=40), st.integers(1, 6), st.integers(0, 6))
def test_k_of_n_agrees_with_counting(seen: list[bool], k: int, more: int) -> None:
    n = k + more
    lying = frame((Look.PERSON_LYING, 3.0, 20.0, 7))
    expected = [i for i in range(len(seen)) if seen[i] and sum(seen[max(0, i - n + 1) : i + 1]) >= k][:1]
    fired = run([lying if s else frame() for s in seen], rules("class", ["person_lying"], k, n))
    assert [a.frame for a in fired] == expected


def test_a_clip_without_frames_has_no_alarms() -> None:
    assert run([], rules("class", ["fire"], 1, 1)) == []
