"""Hundreds of differences at once: what is real is found, what is not is not, whatever hangs together."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.statistics.many import joint_p_values


def test_all_signs_the_same_is_as_sure_as_so_few_places_allow() -> None:
    """Eight places that all got worse by one: of 2^8 turns two are as extreme, so p is 2/256."""
    assert joint_p_values(np.full((8, 1), -1.0), 1)[0] == pytest.approx(2 / 256, abs=0.003)


def test_no_difference_is_no_evidence() -> None:
    assert joint_p_values(np.zeros((5, 3)), 1).tolist() == [1.0, 1.0, 1.0]


def test_a_real_change_is_found_among_two_hundred_that_are_none() -> None:
    rng = np.random.default_rng(4)
    differences = rng.normal(size=(24, 200))
    differences[:, 17] += 2.5
    p = joint_p_values(differences, 1, 1999)
    assert p[17] < 0.05
    assert int(p.argmin()) == 17
    assert (p < 0.05).sum() <= 2


def test_one_in_twenty_looks_at_nothing_finds_something_however_many_figures_are_in_it() -> None:
    """200 comparisons of old and new that are the same, 30 figures each: about 10 find anything at all."""
    rng, found = np.random.default_rng(7), 0
    for seed in range(200):
        places = rng.normal(size=(12, 30)) + rng.normal(size=(12, 1))  # figures of one place hang together
        found += bool((joint_p_values(places * rng.choice([-1, 1], (12, 1)), seed, 199) < 0.05).any())
    assert 2 <= found <= 22


def test_steps_give_the_second_figure_its_chance_once_the_first_is_settled() -> None:
    differences = np.column_stack([np.full(12, 1.0), np.r_[np.full(11, 1.0), -1.0]])
    p = joint_p_values(differences, 1)
    assert p[0] <= p[1]
    assert p[1] < 0.05
