"""Curves and phases: nested plans by hand, and every level's bound against every plan of the level."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.sparse import csr_array, eye_array

from tests.twin.cover_cases import Case, cases, worth
from twin.cover import CoverProblem, curve, phases
from twin.errors import InputError

SEPARATE = CoverProblem(csr_array(eye_array(4)), np.array([1.0, 4.0, 2.0, 3.0]))
"""Four sites that see 1, 4, 2 and 3, and nothing in common."""


def test_the_curve_of_sites_that_share_nothing_is_what_they_see_added_up():
    line = curve(SEPARATE, [1, 2, 3, 4])
    assert line.value.tolist() == [4.0, 7.0, 9.0, 10.0]
    assert line.bound == pytest.approx([4.0, 7.0, 9.0, 10.0])
    assert line.plan.sites.tolist() == [1, 3, 2, 0]


def test_the_curve_over_money():
    """The dear one sees 4 for 4, the others 3 for 1 and 2 for 1: money goes to those first."""
    line = curve(replace(SEPARATE, price=np.array([9.0, 4.0, 1.0, 1.0])), [1, 2, 6], by="budget")
    assert line.value.tolist() == [3.0, 5.0, 9.0]
    assert (line.bound >= line.value).all()


def test_a_first_phase_is_part_of_the_second():
    """One site in the middle would be the best first; the best two do without it, and two phases cannot have both."""
    rows = np.array([[0, 1, 1, 1, 1, 0], [1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]], dtype=float)
    middle = CoverProblem(csr_array(rows), np.array([2, 1.5, 1.5, 1.5, 1.5, 2]))
    first, second = phases(middle, [1, 2])
    assert [first.total, second.total] in ([6.0, 8.0], [5.0, 10.0])
    assert [first.bound, second.bound] == pytest.approx([6.0, 10.0])
    assert second.total == 10.0, "5 of 6 and 10 of 10 is more than 6 of 6 and 8 of 10"


def test_levels_that_make_no_sense_are_named():
    with pytest.raises(InputError, match="rise"):
        curve(SEPARATE, [3, 2])
    with pytest.raises(InputError, match="whole"):
        phases(SEPARATE, [1, 2.5])
    with pytest.raises(InputError, match="cheapest"):
        curve(replace(SEPARATE, price=np.full(4, 5.0)), [3.0, 9.0], by="budget")
    with pytest.raises(InputError, match="k must be 1"):
        phases(SEPARATE, [0, 2])


@settings(max_examples=60, deadline=None)
@given(cases())
def test_no_plan_of_any_level_beats_its_bound_and_phases_are_nested(case: Case):
    by, top = ("k", case.k) if case.k is not None else ("budget", case.budget)
    levels = [level for level in (1.0, 2.0, 3.0, 4.0, 5.0) if level <= top]
    problem = replace(case.problem, must=())
    if by == "budget":
        levels = [level for level in levels if level >= problem.prices.min()]
    line, plans = curve(problem, levels, by), phases(problem, levels, by)  # type: ignore[arg-type]
    before: list[int] = []
    for level, value, bound, plan in zip(levels, line.value, line.bound, plans, strict=True):
        part = Case(problem, *((int(level), None) if by == "k" else (None, level)))
        rows = plan.sites.tolist()
        assert value <= part.best + 1e-9 <= bound + 1e-6
        assert part.best <= plan.bound + 1e-6
        assert part.allows(tuple(rows))
        assert plan.total == pytest.approx(worth(problem, rows), abs=1e-9)
        assert rows[: len(before)] == before
        before = rows
