"""Covers proven: MEXCLP against every placement, its published objective by hand, bounds for every number of sites."""

from __future__ import annotations

from itertools import combinations, combinations_with_replacement

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from twin.cover import cover_value, greedy_cover, improved_cover
from twin.cover_exact import best_mexclp, certain_cover_bounds


def town(seed: int, sites: int = 5, points: int = 9) -> tuple[csr_array, np.ndarray]:
    rng = np.random.default_rng(seed)
    return csr_array((rng.random((sites, points)) < 0.4).astype(float)), rng.integers(0, 9, points).astype(float)


def expected(reach: csr_array, weight: np.ndarray, sites: tuple[int, ...], busy: float) -> float:
    """Daskin's objective by its definition: a point with n teams in reach counts ``1 - busy ** n``."""
    return float((weight * (1 - busy ** reach.toarray()[list(sites)].sum(axis=0))).sum())


def test_two_teams_at_the_town_or_one_at_each_end_by_hand():
    """A reaches 10 of demand, B 6: with busy 0.2 one at each, 8 + 4.8; B 3 and busy 0.6: both at A, 6.4."""
    reach = csr_array(np.array([[1.0, 0.0], [0.0, 1.0]]))
    plan = best_mexclp(reach, np.array([10.0, 6.0]), 2, busy=0.2)
    assert sorted(plan.sites.tolist()) == [0, 1]
    assert plan.value[-1] == pytest.approx(12.8)
    plan = best_mexclp(reach, np.array([10.0, 3.0]), 2, busy=0.6)
    assert plan.sites.tolist() == [0, 0]
    assert plan.value[-1] == pytest.approx(6.4)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4), st.sampled_from([0.0, 0.2, 0.4, 0.7]))
def test_the_best_mexclp_plan_is_the_best_of_all_placements(seed: int, k: int, busy: float):
    reach, weight = town(seed)
    best = max(expected(reach, weight, rows, busy) for rows in combinations_with_replacement(range(5), k))
    plan = best_mexclp(reach, weight, k, busy)
    value = plan.value[-1] if len(plan.value) else 0.0
    assert value == pytest.approx(best, abs=1e-6)
    assert plan.bound == pytest.approx(best, abs=1e-4)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5), st.sampled_from([0.0, 0.3, 0.6]), st.integers(1, 3))
def test_greedy_expected_cover_keeps_its_promise_and_its_bound(seed: int, k: int, busy: float, most: int):
    """Probabilities that differ, several at a site: greedy <= exchanged <= best <= bound."""
    reach, weight = town(seed)
    rng = np.random.default_rng(seed)
    cover = csr_array(reach.toarray() * (1 - busy) * rng.choice([0.5, 1.0], reach.shape))
    placements = [r for r in combinations_with_replacement(range(5), k) if max(map(r.count, r)) <= most]
    best = max((cover_value(cover, weight, rows) for rows in placements), default=weight.sum())
    plan = greedy_cover(cover, weight, k, most)
    better = improved_cover(cover, weight, plan, most)
    values = [p.value[-1] if len(p.value) else 0.0 for p in (plan, better)]
    assert (1 - 1 / np.e) * best - 1e-9 <= values[0] <= values[1] + 1e-9
    assert values[1] <= best + 1e-9
    assert best <= plan.bound + 1e-9
    assert values[1] == pytest.approx(cover_value(cover, weight, better.sites.tolist()))
    assert np.bincount(better.sites, minlength=5).max(initial=0) <= most


def test_exchange_mends_what_greedy_chose_wrong():
    """Greedy takes the middle, 6, and then an end; two sites side by side would have covered all 10."""
    reach = csr_array(np.array([[0, 1, 1, 1, 1, 0], [1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]], dtype=float))
    weight = np.array([2.0, 1.5, 1.5, 1.5, 1.5, 2.0])
    plan = greedy_cover(reach, weight, 2)
    assert plan.sites.tolist() == [0, 1]
    better = improved_cover(reach, weight, plan)
    assert sorted(better.sites.tolist()) == [1, 2]
    assert better.value[-1] == 10.0
    assert better.gap == 0.0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_no_number_of_sites_covers_more_than_its_bound(seed: int):
    reach, weight = town(seed, sites=6)
    bounds = certain_cover_bounds(reach, weight, np.array([1, 2, 4]))
    for n in range(7):
        best = max(expected(reach, weight, rows, 0.0) for rows in combinations(range(6), n))
        assert best <= bounds.at(n) + 1e-9
        if n == 1:
            assert bounds.at(1) == pytest.approx(best), "for one site the linear program is exact"


def test_probabilities_must_be_probabilities():
    with pytest.raises(ValueError, match="from 0 to 1"):
        greedy_cover(csr_array(np.array([[2.0]])), np.ones(1), 1)
