"""Which period holds when: the local week, summer time, and what is laid over for a while."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.clock import Clock
from twin.overlays import Overlay
from twin.speeds import speed_profile
from twin.travel.calendar import Calendar

HOUR_MS = 3_600_000
CAR = speed_profile("car")


def name_at(calendar: Calendar, t_ms: int) -> str:
    return CAR.periods[calendar.speed_period(calendar.period_at(t_ms))].name


def test_a_friday_afternoon_runs_into_the_evening_peak_and_out_of_it() -> None:
    calendar = Calendar(CAR, datetime(2026, 6, 19, 13, 30, tzinfo=ZoneInfo("Asia/Tashkent")))
    names = [name_at(calendar, t) for t in (0, HOUR_MS // 2 - 1, HOUR_MS // 2, 7 * HOUR_MS // 2, 13 * HOUR_MS // 2)]
    assert names == ["friday_noon", "friday_noon", "day", "evening_peak", "day"]
    assert name_at(calendar, -2 * HOUR_MS) == "day"


def test_the_week_goes_by_the_city_and_not_by_who_started_the_run() -> None:
    start = datetime(2026, 6, 19, 12, 30, tzinfo=ZoneInfo("UTC"))  # 17:30 in Tashkent
    assert name_at(Calendar(CAR, start, zone=ZoneInfo("Asia/Tashkent")), 0) == "evening_peak"


def test_summer_time_is_lived_through() -> None:
    """On 29 March 2026 clocks in Helsinki go from 03:00 to 04:00: the night ends an hour of living earlier."""
    calendar = Calendar(CAR, datetime(2026, 3, 29, 2, 0, tzinfo=ZoneInfo("Europe/Helsinki")))
    assert name_at(calendar, 3 * HOUR_MS - 1) == "night"
    assert name_at(calendar, 3 * HOUR_MS) == "day"


@settings(max_examples=200, deadline=None)
@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.timezones()),
    st.integers(0, 400 * 24 * HOUR_MS),
)
def test_periods_are_those_of_the_clock_anywhere(start: datetime, t_ms: int) -> None:
    calendar = Calendar(CAR, start)
    assert calendar.period_at(t_ms) == CAR.period_of(Clock(start).at(t_ms))


def test_overlays_hold_for_their_time_and_combine() -> None:
    parade = Overlay("parade", closed=(1,), from_ms=1_000, until_ms=5_000)
    works = Overlay("works", closed=(2,), until_ms=3_000)
    flat = speed_profile("free_flow")
    calendar = Calendar(flat, datetime(2026, 6, 19, tzinfo=ZoneInfo("Asia/Tashkent")), [parade, works])
    held = {t: [o.name for o in calendar.overlays(calendar.period_at(t))] for t in (0, 999, 1_000, 2_999, 3_000, 5_000)}
    assert held == {
        0: ["works"], 999: ["works"], 1_000: ["parade", "works"], 2_999: ["parade", "works"], 3_000: ["parade"],
        5_000: [],
    }  # fmt: skip
    assert calendar.period_at(5_000) == 0
    assert calendar.period_count == 4


def test_a_start_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        Calendar(CAR, datetime(2026, 6, 19))
