"""Paired statistics, held against scipy, against answers by hand, and against what they promise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from experiments.statistics.paired import (
    detectable,
    holm,
    mean_of,
    paired,
    power_of,
    stein_days,
    stein_interval,
)
from experiments.statistics.pooled import pooled_percentile

RNG = np.random.default_rng(1)


def test_the_interval_and_p_value_are_those_of_a_paired_t_test():
    a, b = RNG.normal(100, 20, 30), RNG.normal(95, 20, 30)
    ours, theirs = paired(a.tolist(), b.tolist()), stats.ttest_rel(b, a)
    low, high = theirs.confidence_interval(0.95)
    assert (ours.low, ours.high, ours.p) == pytest.approx((low, high, theirs.pvalue), rel=1e-12)


def test_days_that_lack_a_figure_are_left_out_of_both():
    found = paired([1.0, math.nan, 3.0, 4.0], [2.0, 2.0, math.nan, 6.0])
    assert (found.n, found.first, found.second, found.value) == (2, 2.5, 4.0, 1.5)


def test_policies_that_never_differ_differ_by_nothing_for_sure():
    found = paired([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    assert (found.value, found.low, found.high, found.p, found.detectable) == (0.0, 0.0, 0.0, 1.0, 0.0)


def test_one_day_has_no_interval():
    found = paired([1.0], [2.0])
    assert found.value == 1.0
    assert math.isnan(found.low)
    assert math.isnan(mean_of([]).value)


def test_the_same_days_save_what_their_correlation_says():
    """Daily levels vary by 10, the difference by 1: two rows of days of their own vary 200 times as much."""
    level = RNG.normal(0, 10, 4000)
    found = paired(level.tolist(), (level + RNG.normal(1, 1, 4000)).tolist())
    assert found.saved == pytest.approx(200, rel=0.1)


def test_what_is_detectable_is_found_with_the_power_promised():
    gap = detectable(sd=2.0, n=25)
    assert power_of(gap, 2.0, 25) == pytest.approx(0.8)
    days = RNG.normal(gap, 2.0, (4000, 25))
    found = stats.ttest_1samp(days, 0.0, axis=1).pvalue < 0.05
    assert found.mean() == pytest.approx(0.8, abs=0.025)


def test_steins_rule_by_hand():
    """Pilot 0, 2, 4: s = 2, t(0.975, 2) = 4.303; half-width 1 takes (8.605)^2 = 74.05, so 75 days."""
    assert stein_days([0.0, 2.0, 4.0], 1.0) == 75
    assert stein_days([0.0, 2.0, 4.0], 100.0) == 3


def test_steins_interval_is_as_narrow_as_asked_for_and_holds_the_truth():
    held = 0
    for _ in range(2000):
        days = RNG.normal(3, 5, 1500).tolist()
        n = stein_days(days[:10], 1.0)
        found = stein_interval(days[:n], 10)
        assert found.high - found.low <= 2.0 + 1e-9
        held += found.low <= 3 <= found.high
    assert held / 2000 >= 0.94


def test_holm_by_hand_and_with_a_figure_that_is_missing():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, math.nan, 0.01])[2] == pytest.approx(0.02)


def test_a_percentile_over_all_days_takes_whole_days_as_what_varies():
    days = [RNG.exponential(300_000, 40).astype(np.int64) for _ in range(60)]
    found = pooled_percentile(days, [day - 20_000 * (day > 20_000) for day in days], 0.9)
    assert found.value == pytest.approx(-20, abs=1)
    assert found.low <= -19
    assert found.high >= -21
    assert pooled_percentile(days, days, 0.5).high == 0.0
