"""Fair plans: by hand, and worth and bound against every plan there is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from tests.twin.cover_cases import Case, cases
from twin.cover import CoverProblem, fairest, solve
from twin.errors import InputError


def shares(problem: CoverProblem, part: np.ndarray, rows: list[int]) -> np.ndarray:
    """Covered share of each part that has demand, by definition."""
    miss = (1.0 - problem.cover.toarray().astype(float)[rows]).prod(axis=0)
    seen = problem.weight * (1 - miss * (1.0 if problem.missed is None else problem.missed))
    names = np.unique(part[problem.weight > 0])
    return np.array([seen[part == name].sum() / problem.weight[part == name].sum() for name in names])


def test_the_small_mahalla_is_not_forgotten():
    """One site covers 10 of the large mahalla's 20, two others each 1 of the small ones' 2: fairness takes those."""
    cover = csr_array(np.array([[1, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 1, 0]], dtype=float))
    made = CoverProblem(cover, np.array([10.0, 10, 1, 1, 1, 1]), missed=np.array([1, 0.5, 1, 1, 1, 1]))
    part = np.array([4, 4, 7, 7, 9, 9])
    assert solve(made, k=2).sites.tolist() == [0, 1]
    fair = fairest(made, part, k=2, share=0.6)
    assert sorted(fair.plan.sites.tolist()) == [1, 2]
    assert fair.part.tolist() == [4, 7, 9]
    assert fair.covered == pytest.approx([0.25, 0.5, 0.5])
    assert fair.worst == 2
    assert fair.plan.total == pytest.approx((0.25 + 0.5) / 2)
    assert fair.plan.value == pytest.approx([(0.0 + 0.25) / 2, (0.25 + 0.5) / 2])


@settings(max_examples=100, deadline=None)
@given(cases(), st.integers(0, 1000), st.sampled_from([0.1, 0.5, 1.0]))
def test_no_plan_is_fairer_than_the_bound(case: Case, seed: int, share: float):
    part = np.random.default_rng(seed).integers(0, 4, case.problem.demand)
    problem = replace(case.problem, cost=None)
    if not problem.weight.any():
        return
    case = replace(case, problem=problem)
    fair = fairest(problem, part, case.k, case.budget, share)
    rows = fair.plan.sites.tolist()
    worth = lambda rows: float(np.sort(shares(problem, part, list(rows)))[: fair.worst].mean())  # noqa: E731
    assert case.allows(tuple(rows))
    assert fair.covered == pytest.approx(shares(problem, part, rows))
    assert fair.plan.total == pytest.approx(worth(rows))
    assert [worth(rows[:n]) for n in range(1, len(rows) + 1)] == pytest.approx(fair.plan.value.tolist())
    most = max(worth(plan) for plan in case.plans)
    assert fair.plan.total <= most + 1e-9 <= fair.plan.bound + 1e-8


def test_the_bound_of_fairness_is_worth_printing():
    """A town of 12 mahallas: the gap is a few per cent, and the worst tenth has far more than with the plain plan."""
    rng = np.random.default_rng(5)
    at, home = rng.random((300, 2)), rng.random((3000, 2))
    near = np.hypot(*(at[:, None] - home).transpose(2, 0, 1)) < 0.07
    part = (home[:, 0] * 4).astype(int) * 3 + (home[:, 1] * 3).astype(int)
    made = CoverProblem(csr_array(near.astype(np.uint8)), rng.integers(1, 20, 3000) * np.where(part < 3, 0.2, 1.0))
    fair, plain = fairest(made, part, k=30), solve(made, k=30)
    assert fair.worst == 2
    assert fair.plan.gap < 0.08
    assert fair.plan.total > 1.3 * np.sort(shares(made, part, plain.sites.tolist()))[:2].mean()


def test_faults_of_fairness_are_named_all_at_once():
    made = CoverProblem(csr_array(np.ones((2, 2))), np.ones(2), cost=np.ones(2))
    with pytest.raises(InputError) as caught:
        fairest(made, np.array([0.5, 1.0]), k=1, share=0.0)
    assert len(caught.value.faults) == 3
