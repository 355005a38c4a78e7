from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from agents.settings import CentreSettings, Duration, ResponseSettings, shipped_verification
from sensors.alarms import load_alarm_rules

NONE = Duration(0.0)


def test_a_lognormal_has_the_mean_and_spread_it_was_given():
    drawn_s = Duration(120.0, 0.5).draw_ms(1, "test", np.arange(200_000)) / 1000
    assert drawn_s.mean() == pytest.approx(120.0, rel=4 * 0.5 / 200_000**0.5)
    assert drawn_s.std() / drawn_s.mean() == pytest.approx(0.5, rel=0.02)
    shape = np.sqrt(np.log(1.25))
    law = stats.lognorm(shape, scale=120.0 * np.exp(-(shape**2) / 2))
    assert stats.kstest(drawn_s[:20_000], law.cdf).pvalue > 0.001


def test_an_exponential_is_one():
    drawn_s = Duration(50.0, kind="exponential").draw_ms(1, "test", np.arange(20_000)) / 1000
    assert stats.kstest(drawn_s, stats.expon(scale=50.0).cdf).pvalue > 0.001


@given(st.floats(0, 1e5), st.integers(0, 100), st.integers(0, 1 << 40))
def test_a_constant_is_itself_in_whole_milliseconds(mean_s, seed, thing):
    assert Duration(mean_s, kind="constant").draw_ms(seed, "x", thing) == round(1000 * mean_s)
    assert Duration(mean_s).draw_ms(seed, "x", thing) == round(1000 * mean_s)


@given(st.sampled_from(["lognormal", "exponential"]), st.integers(0, 100), st.integers(0, 1 << 40))
def test_a_draw_belongs_to_its_thing_alone(kind, seed, thing):
    duration = Duration(60.0, 0.5, kind)
    alone = duration.draw_ms(seed, "turnout", thing)
    among = duration.draw_ms(seed, "turnout", np.array([1, thing, 2]))
    assert alone.dtype == np.int64
    assert alone == among[1]
    assert alone >= 0


@pytest.mark.parametrize("wrong", [{"mean_s": -1}, {"mean_s": float("nan")}, {"cv": -0.1}, {"cv": float("inf")}])
def test_an_impossible_duration_is_refused(wrong):
    with pytest.raises(ValueError, match="finite and not negative"):
        Duration(**({"mean_s": 1.0} | wrong))


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="lognormal, exponential, constant"):
        Duration(1.0, kind="uniform")


@pytest.mark.parametrize(
    ("changes", "words"), [((0, 1, 1, 1), "operator"), ((1, 0, 1, 1), "verifier"), ((1, 1, -1, 1), "radius")]
)
def test_an_impossible_centre_is_refused(changes, words):
    operators, verifiers, radius_m, window_s = changes
    with pytest.raises(ValueError, match=words):
        CentreSettings(operators, NONE, NONE, verifiers, radius_m, window_s)


def test_verification_comes_with_the_alarm_rules():
    ours, data = shipped_verification(), load_alarm_rules().verification
    assert ours.duration("any").mean_s == 60 * data.minutes_mean
    assert (ours.p_dismissed("any", True), ours.p_dismissed("any", False)) == (
        data.p_dismissed_true,
        data.p_dismissed_false,
    )


def test_a_service_without_settings_takes_no_time():
    centre = CentreSettings(1, NONE, NONE, 1, 0, 0)
    assert ResponseSettings(centre, {}).service("rescue").turnout.mean_s == 0
