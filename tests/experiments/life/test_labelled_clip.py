"""`twin footage`: when the clip is, and what is said when it was asked wrongly."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from experiments.life.labelled_clip import ClipRequest, _time_ms, labelled_clip
from experiments.request import RunRequest, silent
from twin.errors import InputError

START = datetime(2026, 11, 6, 18, tzinfo=ZoneInfo("Asia/Tashkent"))


@pytest.mark.parametrize(
    ("at", "t_ms"),
    [
        ("90", 90_000),
        ("-2.5", -2_500),
        ("18:00", 0),
        ("18:20:05", 1_205_000),
        ("17:59", 86_340_000),
        ("7:30", 48_600_000),
    ],
)
def test_a_moment_is_seconds_from_the_start_or_the_next_such_clock_time(at, t_ms):
    assert _time_ms(at, START) == t_ms


def test_all_faults_of_a_request_are_named_at_once(tmp_path):
    (tmp_path / "mot.txt").write_text("")
    run = RunRequest(scenario="friday_evening", out=tmp_path)
    with pytest.raises(InputError) as refused:
        labelled_clip(ClipRequest(run, "c", "half past six", 0.0, 60.0, "sunny"), silent)
    for part in ("--at 'half past six'", "--seconds 0", "--fps 60", "'sunny'", "already holds mot.txt"):
        assert part in str(refused.value)


@pytest.mark.parametrize("at", ["24:00", "18:60", "nan", "inf", ""])
def test_times_that_are_none_are_refused(tmp_path, at):
    run = RunRequest(scenario="friday_evening", out=tmp_path)
    with pytest.raises(InputError, match="--at"):
        labelled_clip(ClipRequest(run, "c", at, 5.0), silent)
