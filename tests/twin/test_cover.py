"""Maximum cover: small answers by hand, and the bound against every possible plan."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from twin.cover import greedy_cover


def test_two_sites_that_together_see_everything():
    """Site 1 sees most; then site 2 adds what is left, and the plan is proven best."""
    cover = csr_array(np.array([[1, 1, 0, 0], [0, 1, 1, 1], [1, 0, 0, 0]], dtype=float))
    plan = greedy_cover(cover, np.array([1.0, 1.0, 1.0, 1.0]), k=2)
    assert plan.sites.tolist() == [1, 0]
    assert plan.value.tolist() == [3.0, 4.0]
    assert plan.gap == 0.0


def test_nothing_left_to_gain_ends_the_plan_early():
    plan = greedy_cover(csr_array(np.ones((3, 2))), np.array([1.0, 2.0]), k=3)
    assert plan.sites.tolist() == [0]
    assert plan.bound == 3.0


def test_weights_must_fit():
    with pytest.raises(ValueError, match="one value per column"):
        greedy_cover(csr_array(np.ones((2, 3))), np.ones(2), k=1)
    with pytest.raises(ValueError, match="negative"):
        greedy_cover(csr_array(np.ones((2, 2))), np.array([1.0, -1.0]), k=1)


@given(st.integers(0, 10_000), st.integers(1, 4))
def test_no_plan_beats_the_bound_and_greedy_keeps_its_promise(seed: int, k: int):
    """Against every plan of k sites: value <= best <= bound, and value >= (1 - 1/e) best."""
    rng = np.random.default_rng(seed)
    cover = (rng.random((7, 12)) < 0.3).astype(float)
    weight = rng.integers(0, 9, 12).astype(float)
    best = max(weight[cover[list(rows)].any(axis=0)].sum() for rows in combinations(range(7), k))
    plan = greedy_cover(csr_array(cover), weight, k)
    value = plan.value[-1] if len(plan.value) else 0.0
    assert (1 - 1 / np.e) * best - 1e-9 <= value <= best + 1e-9
    assert best <= plan.bound + 1e-9
