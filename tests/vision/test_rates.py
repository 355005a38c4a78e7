"""Rates of rare events: the exact Poisson interval."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from vision.scoring.rates import rate_of


def test_none_seen_allows_three_point_seven_over_the_hours() -> None:
    """exp(-3.689) is 0.025: a rate above it would have shown itself in 39 of 40 cases."""
    rate = rate_of(0, 2.0)
    assert (rate.an_hour, rate.low) == (0.0, 0.0)
    assert rate.high == pytest.approx(3.6889 / 2, abs=1e-3)


def test_the_published_interval_of_ten() -> None:
    """Ten events: 4.80 to 18.39 (table of exact Poisson limits, Garwood 1936)."""
    rate = rate_of(10, 1.0)
    assert (rate.low, rate.high) == pytest.approx((4.795, 18.390), abs=5e-3)


@given(st.integers(0, 200), st.floats(0.01, 1000))
def test_both_ends_leave_a_fortieth(events, hours) -> None:
    rate = rate_of(events, hours)
    assert rate.low <= rate.an_hour <= rate.high
    assert poisson.cdf(events, rate.high * hours) == pytest.approx(0.025, abs=1e-6)
    if events:
        assert poisson.sf(events - 1, rate.low * hours) == pytest.approx(0.025, abs=1e-6)


def test_no_hours_no_rate() -> None:
    with pytest.raises(ValueError, match="needs hours"):
        rate_of(1, 0.0)
