"""Intervals over whole clusters, against theory and against what independent parts would say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.statistics.clusters import binomial_interval, drawn_clusters, figure_interval, interval_of, share_of


def test_a_share_of_single_parts_has_the_interval_of_theory() -> None:
    """400 clusters of one part, half of them hits: the normal interval is 0.5 +- 1.96 * 0.5 / 20."""
    hits = np.arange(400) % 2
    share = share_of(hits, np.ones(400), drawn_clusters(400, 1, "test"))
    assert share.value == 0.5
    assert share.high - share.low == pytest.approx(2 * 1.96 * 0.5 / 20, rel=0.08)


def test_parts_that_hang_together_count_as_one() -> None:
    """Ten parts a cluster that all agree: the interval is that of 40 clusters, not of 400 parts."""
    hits = 10 * (np.arange(40) % 2)
    share = share_of(hits, np.full(40, 10), drawn_clusters(40, 1, "test"))
    assert share.n == 400
    assert share.high - share.low == pytest.approx(2 * 1.96 * 0.5 / np.sqrt(40), rel=0.12)


def test_where_all_agree_or_few_there_are_the_binomial_interval_is_taken() -> None:
    """Drawing ten clusters of hits again gives hits alone; ten trials without a miss still allow 0.69."""
    all_hit = share_of(np.full(10, 3), np.full(10, 3), drawn_clusters(10, 1, "test"))
    assert (all_hit.low, all_hit.high) == binomial_interval(1.0, 10)
    assert all_hit.low == pytest.approx(0.025 ** (1 / 10))
    few = share_of(np.array([1, 2]), np.array([2, 2]), drawn_clusters(2, 1, "test"))
    assert few.high - few.low > 0.9
    nothing = share_of(np.zeros(3), np.zeros(3), drawn_clusters(3, 1, "test"))
    assert (nothing.n, nothing.value, nothing.low) == (0, None, None)


@given(
    cells=st.lists(
        st.integers(0, 6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=30
    ),
    seed=st.integers(0, 50),
)
def test_a_share_lies_in_its_interval(cells, seed) -> None:
    hits, asked = np.array(cells).T
    share = share_of(hits, asked, drawn_clusters(len(cells), seed, "test", 200))
    if share.value is not None:
        assert 0 <= share.low <= share.value + 0.15
        assert share.value - 0.15 <= share.high <= 1 + 1e-12


def test_the_same_seed_draws_the_same() -> None:
    assert np.array_equal(drawn_clusters(7, 3, "a"), drawn_clusters(7, 3, "a"))
    assert not np.array_equal(drawn_clusters(7, 3, "a"), drawn_clusters(7, 3, "b"))
    assert (drawn_clusters(7, 3, "a").sum(axis=1) == 7).all()
    assert drawn_clusters(0, 1, "none").shape == (1000, 0)


def test_a_figure_that_is_no_share_has_no_interval_where_drawing_again_says_nothing() -> None:
    spread = np.linspace(0.0, 1.0, 1000)
    assert figure_interval(spread, 4) == (None, None)
    assert figure_interval(np.ones(1000), 40) == (None, None)
    assert figure_interval(np.full(10, np.nan), 40) == (None, None)
    assert figure_interval(spread, 40) == (pytest.approx(0.025), pytest.approx(0.975))


def test_draws_without_a_value_are_left_out_of_an_interval() -> None:
    assert interval_of(np.array([np.nan, 1.0, 1.0])) == (1.0, 1.0)
