"""Cover plans: small answers by hand, and value and bound against every possible plan."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from tests.twin.cover_cases import Case, cases, worth
from twin.cover import EFFORTS, GREEDY, QUICK, CoverProblem, Effort, Limit, best, solve
from twin.cover.exact import Program
from twin.cover.incidence import MANY
from twin.cover.task import Task
from twin.errors import InputError

STEPS = Effort(passes=5, steps=200, exact=0)


def problem(rows: list[list[float]], weight: list[float], **more: object) -> CoverProblem:
    return CoverProblem(csr_array(np.array(rows, dtype=float)), np.array(weight, dtype=float), **more)  # type: ignore[arg-type]


def test_two_sites_that_together_see_everything():
    """Site 1 sees most; then site 2 adds what is left, and the plan is proven best."""
    plan = solve(problem([[1, 1, 0, 0], [0, 1, 1, 1], [1, 0, 0, 0]], [1, 1, 1, 1]), k=2)
    assert plan.sites.tolist() == [1, 0]
    assert plan.value.tolist() == [3.0, 4.0]
    assert plan.spent.tolist() == [1.0, 2.0]
    assert plan.gap == pytest.approx(0.0, abs=1e-6)


def test_nothing_left_to_gain_ends_the_plan_early():
    plan = solve(problem([[1, 1], [1, 1], [1, 1]], [1, 2]), k=3)
    assert plan.sites.tolist() == [0]
    assert plan.bound == pytest.approx(3.0)


def test_exchange_mends_what_greedy_chose_wrong():
    """Greedy takes the middle, 6, and then an end; two sites side by side would have covered all 10."""
    middle = problem([[0, 1, 1, 1, 1, 0], [1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]], [2, 1.5, 1.5, 1.5, 1.5, 2])
    assert solve(middle, k=2, effort=GREEDY).sites.tolist() == [0, 1]
    better = solve(middle, k=2, effort=QUICK)
    assert sorted(better.sites.tolist()) == [1, 2]
    assert better.total == better.bound == 10.0


def test_money_goes_where_it_buys_most_and_greedy_by_gain_alone_would_waste_it():
    """With 3: one site for 3 sees 5; three sites for 1 each see 2, 2 and 2."""
    rows = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    plan = solve(problem(rows, [5, 2, 2, 2], price=np.array([3.0, 1, 1, 1])), budget=3, effort=GREEDY)
    assert sorted(plan.sites.tolist()) == [1, 2, 3]
    assert plan.total == 6.0
    assert plan.spent[-1] == 3.0


def test_greedy_for_the_money_alone_would_miss_the_big_one():
    """With 10: the small site gains 2 for 1, the big one 15 for 10 and leaves room for nothing else."""
    plan = solve(problem([[1, 0], [0, 1]], [2, 15], price=np.array([1.0, 10.0])), budget=10, effort=GREEDY)
    assert plan.sites.tolist() == [1]


def test_one_camera_on_a_pole():
    """The pole's two headings see 5 and 4; another pole's sees 3."""
    rows = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    plan = solve(problem(rows, [5, 4, 3], group=np.array([7, 7, -1])), k=2)
    assert plan.sites.tolist() == [0, 2]
    assert plan.total == pytest.approx(plan.bound) == 8.0
    assert solve(problem(rows, [5, 4, 3], group=np.array([7, 7, -1]), most_in_group=2), k=2).total == 9.0


def test_what_is_seen_already_counts_no_more():
    """An existing camera sees half of the first element: 10 becomes 5, and the second with 6 is worth more."""
    plan = solve(problem([[1, 0], [0, 1]], [10, 6], missed=np.array([0.5, 1.0])), k=1)
    assert plan.sites.tolist() == [1]
    assert plan.total == 6.0


def test_privacy_as_a_cost_and_as_a_limit():
    """Site 0 sees 10 and 4 dwellings, site 1 sees 7 and none: at 1 each the first still wins, at 2 it does not."""
    rows, weight, dwellings = [[1, 0], [0, 1]], [10, 7], np.array([4.0, 0.0])
    assert solve(problem(rows, weight, cost=0.5 * dwellings), k=1).sites.tolist() == [0]
    assert solve(problem(rows, weight, cost=dwellings), k=1).sites.tolist() == [1]
    assert solve(problem(rows, weight, cost=3 * dwellings), k=2).sites.tolist() == [1], "10 is not worth 12"
    limited = solve(problem(rows, weight, limit=Limit(dwellings, 3.0, "dwellings in view")), k=2)
    assert limited.sites.tolist() == [1]
    assert limited.bound == pytest.approx(7.0)


def test_two_cameras_that_fail_one_time_in_ten():
    """Each covers with 0.9: together 0.99 of what both see; the second place with 2 is worth 1.8 against 0.9."""
    rows = [[0.9, 0], [0.9, 0], [0, 0.9]]
    plan = solve(problem(rows, [10, 0.5]), k=2)
    assert sorted(plan.sites.tolist()) == [0, 1]
    assert plan.total == pytest.approx(9.9)
    assert solve(problem(rows, [10, 2]), k=2).total == pytest.approx(9.0 + 1.8)


def test_two_teams_at_the_town_or_one_at_each_end_by_hand():
    """A reaches 10 of demand, B 6: with busy 0.2 one at each, 8 + 4.8; B 3 and busy 0.6: both at A, 6.4."""
    plan = best(problem([[0.8, 0], [0, 0.8]], [10, 6], most_at_site=2), k=2)
    assert sorted(plan.sites.tolist()) == [0, 1]
    assert plan.total == pytest.approx(12.8)
    plan = best(problem([[0.4, 0], [0, 0.4]], [10, 3], most_at_site=2), k=2)
    assert plan.sites.tolist() == [0, 0]
    assert plan.total == pytest.approx(6.4)


def test_a_stored_zero_covers_nothing():
    stored = csr_array((np.array([0.0, 1.0]), np.array([0, 1]), np.array([0, 1, 2])), shape=(2, 2))
    plan = solve(CoverProblem(stored, np.array([9.0, 1.0])), k=1)
    assert plan.sites.tolist() == [1]
    assert plan.bound == pytest.approx(1.0)


def test_must_have_sites_come_first_and_count():
    plan = solve(problem([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [1, 5, 4], must=(0,)), k=2)
    assert plan.sites.tolist() == [0, 1]
    assert plan.value.tolist() == [1.0, 6.0]
    assert plan.bound == pytest.approx(6.0)


@settings(max_examples=150, deadline=None)
@given(cases(), st.sampled_from(sorted(EFFORTS)))
def test_a_plan_keeps_every_limit_and_no_plan_beats_its_bound(case: Case, effort: str):
    """Against every plan there is: value as defined, value <= best <= bound, all limits kept."""
    plan = solve(case.problem, case.k, case.budget, EFFORTS[effort])
    rows = plan.sites.tolist()
    assert case.allows(tuple(rows))
    assert plan.total == pytest.approx(worth(case.problem, rows), abs=1e-9)
    assert [worth(case.problem, rows[:n]) for n in range(1, len(rows) + 1)] == pytest.approx(
        plan.value.tolist(), abs=1e-9
    )
    assert plan.total <= case.best + 1e-9
    assert case.best <= plan.bound + 1e-6
    assert plan.spent == pytest.approx(np.cumsum(case.problem.prices[plan.sites]))


@settings(max_examples=60, deadline=None)
@given(cases())
def test_the_proven_plan_is_the_best_of_all(case: Case):
    """Where all probabilities are equal; where they are not, the bound still holds."""
    plan = best(case.problem, case.k, case.budget)
    assert case.best <= plan.bound + 1e-6
    if len(np.unique(case.problem.cover.data)) <= 1:
        assert plan.total == pytest.approx(case.best, abs=1e-6)
        assert plan.bound == pytest.approx(case.best, abs=1e-5)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_one_site_more_never_lowers_the_best_plan(seed: int, k: int):
    rng = np.random.default_rng(seed)
    cover, weight = (rng.random((8, 14)) < 0.3).astype(float), rng.integers(0, 9, 14).astype(float)
    totals = [best(CoverProblem(csr_array(cover[:n]), weight), k=k).total for n in (6, 7, 8)]
    assert totals[0] <= totals[1] + 1e-9
    assert totals[1] <= totals[2] + 1e-9


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6))
def test_the_lagrangian_bound_is_not_below_the_linear_program(seed: int, k: int):
    """Its best is the value of the linear program (Geoffrion 1974), from above."""
    rng = np.random.default_rng(seed)
    cover, weight = csr_array((rng.random((20, 60)) < 0.15).astype(float)), rng.integers(1, 9, 60).astype(float)
    made = CoverProblem(cover, weight, group=rng.integers(0, 8, 20))
    _, linear = Program.of(Task.of(made, k, None)).solved(whole=False)
    bound = solve(made, k=k, effort=STEPS).bound
    assert linear - 1e-6 <= bound <= 1.03 * linear


def test_faults_are_named_all_at_once():
    with pytest.raises(InputError) as caught:
        problem(
            [[2.0, 0], [0, 1], [1, 1]],
            [1, -1],
            price=np.array([1.0, 0.0, np.nan]),
            missed=np.array([0.5, 1.5]),
            limit=Limit(np.ones(3), 0.5, "dwellings in view"),
            must=(0, 0),
        )
    text = str(caught.value)
    for part in (
        "probabilities",
        "-1 at 1",
        "0 at 1, nan at 2",
        "1.5 at 1",
        "dwellings in view",
        "site 0 must be chosen 2",
    ):
        assert part in text
    assert len(caught.value.faults) == 6


def test_contradictory_limits_are_named_all_at_once():
    dear = problem([[1, 0], [0, 1]], [1, 1], price=np.array([5.0, 8.0]), must=(0, 1))
    with pytest.raises(InputError, match="k, a budget, or both"):
        solve(dear)
    with pytest.raises(InputError) as caught:
        solve(dear, k=0, budget=3.0)
    text = str(caught.value)
    assert "k must be a whole number, 1 or more" in text
    assert "cheapest site, 0, costs 5" in text
    assert "cost 13 together" in text
    with pytest.raises(InputError, match="2 sites must be chosen, 0, 1, but k is 1"):
        solve(dear, k=1)


def test_an_element_named_twice_by_a_site_is_a_fault():
    twice = csr_array((np.ones(2), np.array([1, 1]), np.array([0, 2])), shape=(1, 3))
    with pytest.raises(InputError, match="site 0 names element 1 twice"):
        CoverProblem(twice, np.ones(3))


def test_equal_problems_get_equal_plans_with_any_threads():
    rng = np.random.default_rng(1)
    cover = csr_array((rng.random((400, 9000)) < 0.6).astype(np.uint8))
    made = CoverProblem(cover, rng.random(9000))
    before = numba.get_num_threads()
    plans = []
    for threads in (1, before):
        numba.set_num_threads(threads)
        plans.append(solve(made, k=5, effort=Effort(passes=2, steps=20, exact=0)))
    numba.set_num_threads(before)
    assert cover.nnz > MANY
    assert plans[0].sites.tolist() == plans[1].sites.tolist()
    assert plans[0].bound == plans[1].bound
