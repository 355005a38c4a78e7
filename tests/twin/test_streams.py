"""Streams and hashed draws: the same on every machine, apart from each other, and uniform."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from twin.streams import draw_u32, draw_unit, happens, happens_one, stream, threshold_u32


def test_streams_of_two_purposes_differ_and_each_repeats():
    first, again, other = (stream(7, *p).random(5) for p in (("calls", "north"), ("calls", "north"), ("calls",)))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_draws_are_pinned():
    """These values must never change: every recorded run depends on them."""
    assert draw_u32(1, "pinned", np.arange(3)).tolist() == draw_u32(1, "pinned", [0, 1, 2]).tolist()
    assert [int(draw_u32(1, "pinned", i)) for i in range(3)] == PINNED


PINNED = [1986870023, 253732421, 3720784032]


@given(st.integers(0, 2**40), st.integers(0, 2**40), st.integers(0, 10**9))
def test_adding_a_thing_changes_no_other_things_draw(seed: int, camera: int, incident: int):
    alone = draw_u32(seed, "sees", camera, incident)
    among = draw_u32(seed, "sees", np.array([camera, camera + 1, camera + 2]), incident)
    assert among[0] == alone


def test_draws_are_uniform_and_independent_of_neighbours():
    unit = draw_unit(3, "uniform", np.arange(200)[:, None], np.arange(100)[None, :]).ravel()
    assert stats.kstest(unit, "uniform").pvalue > 0.001
    assert abs(np.corrcoef(unit[:-1], unit[1:])[0, 1]) < 0.03


def test_certain_things_always_happen_and_impossible_ones_never():
    ids = np.arange(10_000)
    assert happens(5, "certain", 1.0, ids).all()
    assert not happens(5, "never", 0.0, ids).any()
    share = happens(5, "sometimes", 0.3, ids).mean()
    assert share == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / 10_000))


def test_a_last_digit_does_not_move_a_threshold():
    assert threshold_u32(0.3) == threshold_u32(np.nextafter(0.3, 1))
    assert threshold_u32([0.0, 0.5, 1.0]).tolist() == [0, 1 << 31, 1 << 32]


@given(st.integers(0, 2**40), st.floats(-0.5, 1.5), st.integers(0, 2**62), st.integers(0, 10**9))
def test_a_single_thing_happens_exactly_when_it_would_among_many(seed: int, p: float, camera: int, incident: int):
    assert happens_one(seed, "alone", p, camera, incident) == bool(happens(seed, "alone", p, camera, incident))
