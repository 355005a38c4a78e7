from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from twin.clock import Clock
from twin.errors import InputError

TASHKENT = ZoneInfo("Asia/Tashkent")


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 5, 15, 18, 0, tzinfo=TASHKENT))


def test_a_process_lives_in_whole_milliseconds(clock):
    seen = []

    def walk():
        yield clock.timeout_ms(1500)
        seen.append(clock.now_ms)
        yield clock.timeout_ms(1)
        seen.append(clock.now_ms)

    clock.process(walk())
    clock.run_until_ms(10_000)
    assert seen == [1500, 1501]
    assert clock.now_ms == 10_000


@pytest.mark.parametrize("delay", [1.0, 0.5, np.int64(3), np.float64(2), True])
def test_a_delay_that_is_no_int_is_refused(clock, delay):
    with pytest.raises(TypeError, match="whole milliseconds"):
        clock.timeout_ms(delay)
    with pytest.raises(TypeError, match="whole milliseconds"):
        clock.timeout(delay)


def test_a_negative_delay_is_refused(clock):
    with pytest.raises(ValueError, match="-1"):
        clock.timeout_ms(-1)


def test_the_calendar_is_the_citys_own(clock):
    assert clock.at(0) == clock.start
    assert clock.at(3_600_000).isoformat() == "2026-05-15T19:00:00+05:00"
    assert clock.at(6 * 3_600_000 + 1).isoformat(timespec="milliseconds") == "2026-05-16T00:00:00.001+05:00"


def test_an_hour_lost_to_summer_time_is_not_lived():
    clock = Clock(datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo("Europe/Helsinki")))
    assert clock.at(2 * 3_600_000).isoformat() == "2026-03-29T04:30:00+03:00"


def test_a_start_without_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        Clock(datetime(2026, 5, 15, 18, 0))


def test_what_is_due_at_the_end_is_not_lived_yet(clock):
    seen = []
    clock.call_at(100, lambda: seen.append("moment"))
    clock.timeout_ms(100).callbacks.append(lambda _: seen.append("timeout"))
    clock.run_until_ms(100)
    assert (seen, clock.now_ms) == ([], 100)
    clock.run_until_ms(101)
    assert seen == ["moment", "timeout"]


def test_what_comes_from_outside_goes_first_and_the_rest_in_scheduling_order(clock):
    seen = []
    clock.timeout_ms(50).callbacks.append(lambda _: (seen.append("a"), clock.call_soon(lambda: seen.append("soon"))))
    clock.timeout_ms(50).callbacks.append(lambda _: seen.append("b"))
    clock.call_at(50, lambda: seen.append("outside"))
    clock.run_until_ms(60)
    assert seen == ["outside", "a", "b", "soon"]


def test_the_past_cannot_be_scheduled(clock):
    clock.run_until_ms(10)
    with pytest.raises(ValueError, match="has passed"):
        clock.call_at(9, lambda: None)


def test_a_fault_inside_a_process_comes_out_with_its_words(clock):
    def walk():
        yield clock.timeout_ms(1)
        raise InputError("walk", "no way")

    clock.process(walk())
    with pytest.raises(InputError, match="cannot walk") as caught:
        clock.run_until_ms(10)
    assert [fault.what for fault in caught.value.faults] == ["no way"]


def test_what_is_known_to_come_is_lived_in_its_turn(clock):
    """At one time: what was called for there, what is known to come, the rest, and last what is asked soon."""
    seen = []
    clock.receive([(50, seen.append, "first visit"), (50, seen.append, "second visit"), (70, seen.append, "late")])
    clock.call_after(
        50, lambda: (clock.call_soon(lambda: seen.append("soon")), clock.call_after(0, seen.append, "now"))
    )
    clock.call_after(50, seen.append, "ordinary")
    clock.call_at(50, seen.append, "urgent")
    clock.run_until_ms(60)
    assert seen == ["urgent", "first visit", "second visit", "ordinary", "now", "soon"]
    clock.run_until_ms(70)
    assert seen[-1] == "soon"
    clock.run_until_ms(71)
    assert (seen[-1], clock.now_ms) == ("late", 71)


def test_what_is_cancelled_passes_without_a_call(clock):
    seen = []
    due = clock.call_after(5, seen.append, "gone")
    clock.call_after(5, seen.append, "there")
    due.cancel()
    clock.run(until=10)  # SimPy's own step lives them too
    assert seen == ["there"]
