"""The theory table's own parts, by hand; and a table that would notice a chain that is wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from experiments.theory.exact import conservation, mexclp_enumerated, monotonicity
from experiments.theory.formulas import cobham_waits_s, mmc_wait_s, mmck
from experiments.theory.hypercube import solve_hypercube
from experiments.theory.littles_law import littles_law
from experiments.theory.lives import live_stream, poisson_stream
from experiments.theory.rows import WORK, Row, team_waits_s, theory_rows
from experiments.validation.validate import CALIBRATION, pooled_checks, single_misses, validate
from sensors.fitted import load_fitted
from twin.records import Kind


def test_known_answers():
    assert mmc_wait_s(1.0, 0.5, 1) == pytest.approx(0.5)
    assert mmck(1.0, 1.0, 1, 2) == pytest.approx((1 / 3, 0.5))  # one of two let in finds the other in service
    assert cobham_waits_s([0.5], 1.0, 1)[0] == pytest.approx(1.0)  # one class is M/M/1


def test_two_teams_of_the_hypercube_by_hand():
    """Load 1, both zones alike: states 0, A, B, AB have 2 : 1 : 1 : 1 shares, so a team is busy 2 of 5."""
    exact = solve_hypercube(np.array([0.5, 0.5]), np.array([[0, 1], [1, 0]]), 1.0)
    assert exact.busy == pytest.approx([0.4, 0.4])
    assert exact.lost == pytest.approx(0.2)
    assert exact.sent.sum(axis=1) + exact.lost == pytest.approx([1.0, 1.0])


def test_teams_that_cannot_be_told_apart_lose_what_erlang_says():
    """Erlang's B formula for 4 servers at 2 erlangs is 0.0952."""
    exact = solve_hypercube(np.full(4, 0.5), np.array([np.roll(range(4), -zone) for zone in range(4)]), 1.0)
    assert exact.lost == pytest.approx(0.0952, abs=1e-4)


def test_the_chain_agrees_with_paper_on_a_few_seeds():
    checks = pooled_checks(theory_rows(3))
    assert len(checks) == 17
    assert all(check.ok for check in checks), [check.name for check in checks if not check.ok]


def test_a_chain_that_is_off_by_a_little_fails():
    values = tuple(100.0 + noise for noise in np.random.default_rng(1).normal(0, 2, 20))
    right = Row("wait", "s", 100.0, values, "somebody")
    assert pooled_checks([right])[0].ok
    assert not pooled_checks([replace(right, expected=104.0)])[0].ok
    assert single_misses([right]).ok
    assert not single_misses([replace(right, values=(*values[:-1], 130.0))] * 10).ok


def test_how_far_fitted_models_are_off_is_told_apart_from_theory():
    checks = validate(parts=[CALIBRATION])
    assert (
        len(checks) == 2 * (len(load_fitted().hazards) + 1) + 1
    )  # error and share per camera of each rule; lost frames
    assert {check.part for check in checks} == {CALIBRATION}
    assert all(check.ok == (check.found <= 0.05) for check in checks)


@pytest.fixture(scope="module")
def lived():
    return live_stream(poisson_stream(1, [0.9 * 2 / WORK.mean_s], 300, WORK, "test"), [0, 0], operators=2)


def test_whole_lives_lose_no_call_and_keep_littles_law(lived):
    assert all(row.found == 0 for row in [*conservation([lived]), *littles_law([lived])])


def test_a_lost_call_or_a_false_wait_would_be_seen(lived):
    gone = replace(lived, call_id=np.where(lived.is_kind(Kind.ENDED) & (lived.call_id == 5), 6, lived.call_id))
    assert conservation([gone])[0].found == 2
    value = lived.value.copy()
    value[lived.rows(Kind.ANSWERED)[3]] += 1.5
    assert littles_law([replace(lived, value=value)])[0].found == pytest.approx(1.5)


def test_a_team_more_never_hurts_and_does_help():
    assert monotonicity([1], calls=200)[0].found == 0
    day = poisson_stream(1, [0.9 * 2 / WORK.mean_s], 200, WORK, "monotone")
    assert team_waits_s(live_stream(day, [0, 0, 0])).sum() < team_waits_s(live_stream(day, [0, 0])).sum()


def test_mexclp_is_the_best_there_is():
    assert mexclp_enumerated(8)[0].found == 0
