"""Figures as people read them."""

from __future__ import annotations

import doctest
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import words


def test_examples_in_the_docstrings_hold():
    assert doctest.testmod(words).failed == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (999.6, "1,000"), (0.0995, "0.0995"), (-12.345, "-12.3"), (1e6, "1,000,000"), (float("nan"), "–")],
)
def test_three_significant_digits(value, text):
    assert words.figure(value) == text


@given(st.floats(1e-4, 1e7))
def test_a_figure_is_within_half_a_percent_of_the_value(value):
    shown = words.figure(value)
    assert float(shown.replace(",", "")) == pytest.approx(value, rel=0.005001)
    assert len(re.sub(r"[^0-9]", "", shown).strip("0")) <= 3


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (25, "25 s"), (2700, "45 min"), (12000, "3 h 20 min"), (3601, "1 h 1 s")]
)
def test_length_of_a_run(seconds, text):
    assert words.lasting(seconds) == text
