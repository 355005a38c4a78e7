"""Percentiles against answers worked out by hand, tables in textbooks and invariants."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reports.quantiles import Waits, percentile, share_curve, share_within, summary

seconds_lists = st.lists(st.integers(0, 5000).map(float), min_size=1, max_size=60)


def test_percentile_is_the_least_time_by_which_that_share_is_over():
    waits = Waits.of(range(10, 0, -1))
    assert percentile(waits, 0.5)["value"] == 5.0
    assert percentile(waits, 0.9)["value"] == 9.0
    assert percentile(waits, 0.95)["value"] == 10.0


def test_median_of_a_hundred_lies_between_the_40th_and_the_61st():
    """The order-statistic interval that tables give for n = 100 (Conover, table A3)."""
    found = percentile(Waits.of(np.arange(1, 101)), 0.5)
    assert (found["low"], found["high"]) == (40.0, 61.0)


def test_interval_of_the_90th_of_a_hundred_holds_95_percent():
    found = percentile(Waits.of(np.arange(1, 101)), 0.9)
    low, high = int(found["low"]), int(found["high"])
    assert stats.binom.cdf(high - 1, 100, 0.9) - stats.binom.cdf(low - 1, 100, 0.9) >= 0.95
    assert stats.binom.cdf(low, 100, 0.9) > 0.025  # the next rank up would not do
    assert stats.binom.cdf(high - 2, 100, 0.9) < 0.975


def test_five_waits_are_too_few_to_bound_their_median():
    found = percentile(Waits.of([1, 2, 3, 4, 5]), 0.5)
    assert found == {"value": 3.0, "low": None, "high": None}


def test_open_waits_are_counted_while_they_lasted():
    """Kaplan and Meier by hand: 6 at risk, 2 done at 240, then 3 of 4 left at 360, 2 of 3 at 430; one leaves at 540."""
    waits = Waits.of([240, 240, 360, 430, 970], [540])
    times, shares = share_curve(waits)
    assert times.tolist() == [240, 360, 430, 540, 970]
    assert shares == pytest.approx([1 / 3, 1 / 2, 2 / 3, 2 / 3, 1.0])
    assert percentile(waits, 0.5)["value"] == 360.0
    assert percentile(waits, 0.9)["value"] == 970.0


def test_a_level_that_open_waits_keep_out_of_reach_has_no_value():
    waits = Waits.of([100, 200], [300, 300])
    assert percentile(waits, 0.5)["value"] == 200.0
    assert percentile(waits, 0.9) == {"value": None, "low": 200.0, "high": None}


def test_leaving_open_waits_out_would_have_read_too_low():
    over, still = [100, 200, 300, 400], [350, 350, 350, 350]
    assert percentile(Waits.of(over), 0.5)["value"] == 200.0
    assert percentile(Waits.of(over, still), 0.5)["value"] == 400.0


def test_nothing_to_measure_is_an_ordinary_value():
    empty = {"value": None, "low": None, "high": None}
    assert summary(Waits.of([])) == {"n": 0, "open": 0, "p50": empty, "p90": empty, "p95": empty}
    assert summary(Waits.of([], [10]))["open"] == 1


@given(seconds_lists, st.sampled_from([0.5, 0.9, 0.95]))
def test_percentile_agrees_with_numpy_and_lies_in_its_interval(seconds, level):
    found = percentile(Waits.of(seconds), level)
    assert found["value"] == np.quantile(seconds, level, method="inverted_cdf")
    assert found["low"] is None or found["low"] <= found["value"]
    assert found["high"] is None or found["high"] >= found["value"]


@given(seconds_lists, seconds_lists)
def test_with_open_waits_the_interval_still_holds_the_value(over, still):
    found = percentile(Waits.of(over, still), 0.5)
    if found["value"] is not None:
        assert found["low"] is None or found["low"] <= found["value"]
        assert found["high"] is None or found["high"] >= found["value"]


def test_share_within_a_limit_takes_open_waits_for_what_they_are():
    """Past the limit and still open: late. Open and not yet past it: undecided."""
    found = share_within(Waits.of([10, 20, 300], [50, 500]), 60)
    assert (found["kept"], found["judged"], found["undecided"]) == (2, 4, 1)
    assert found["share"] == 0.5


def test_interval_of_all_of_twenty_is_the_exact_one():
    """20 of 20: the lower bound is the 20th root of 0.025 (Clopper and Pearson)."""
    found = share_within(Waits.of([1] * 20), 5)
    assert found["low"] == pytest.approx(0.025 ** (1 / 20))
    assert found["high"] == 1.0
