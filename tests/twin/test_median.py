"""The p-median: a street by hand, every choice on small towns, and a bound that no choice beats."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.median import best_median, lagrangian_bound, median, median_cost


def street(n: int) -> np.ndarray:
    """Minutes between the houses of a street, one minute apart."""
    at = np.arange(float(n))
    return np.abs(at[:, None] - at)


def test_one_site_stands_at_the_weighted_median():
    """Weights 1 1 1 4: half of all 7 lies at the last house."""
    assert best_median(street(4), np.array([1.0, 1.0, 1.0, 4.0]), 1).sites.tolist() == [3]
    plan = median(street(5), np.ones(5), 1)
    assert (plan.sites.tolist(), plan.cost) == ([2], 6.0)


def test_two_sites_halve_the_street():
    plan = median(street(6), np.ones(6), 2)
    assert sorted(plan.sites.tolist()) == [1, 4]
    assert plan.cost == 4.0
    assert plan.gap < 0.05


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_the_optimum_the_heuristic_and_the_bound_are_in_order(seed: int, p: int):
    rng = np.random.default_rng(seed)
    cost, weight = rng.integers(0, 50, (6, 10)).astype(float), rng.integers(0, 9, 10).astype(float)
    best = min(median_cost(cost, weight, np.array(rows)) for rows in combinations(range(6), p))
    exact, heuristic = best_median(cost, weight, p), median(cost, weight, p)
    assert exact.cost == pytest.approx(best)
    assert exact.bound <= best + 1e-6
    assert heuristic.bound <= best + 1e-6 <= heuristic.cost + 2e-6
    assert lagrangian_bound(cost, weight, p, best) <= best + 1e-6


def test_a_large_town_is_solved_within_a_proven_gap():
    rng = np.random.default_rng(3)
    at, sites = rng.random((400, 2)), rng.random((80, 2))
    cost = np.hypot(*(sites[:, None] - at).transpose(2, 0, 1))
    plan = median(cost, np.ones(400), 10)
    assert plan.gap < 0.05


def test_what_does_not_fit_is_said():
    with pytest.raises(ValueError, match="p must be from 1 to the 3 sites"):
        median(street(3), np.ones(3), 4)
    with pytest.raises(ValueError, match="cost must be"):
        best_median(street(3), np.ones(2), 1)
