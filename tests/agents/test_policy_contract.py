"""Every policy passes one contract, and what breaks it is named with its moment."""

from __future__ import annotations

import random
import time
import tomllib
from pathlib import Path

import numpy as np
import pytest

from agents.policies.closest import Closest
from agents.policies.stay import Stay
from agents.policy import Dispatch, Hold, Move, Redispatch
from agents.policy_contract import broken_rules
from agents.policy_lookup import BUILT_IN, DISPATCH, RELOCATION, find_policy


@pytest.mark.parametrize("name", sorted(BUILT_IN[DISPATCH]))
def test_every_built_in_dispatch_policy_passes_the_contract(name):
    assert broken_rules(BUILT_IN[DISPATCH][name]) == []


@pytest.mark.parametrize("name", sorted(BUILT_IN[RELOCATION]))
def test_every_built_in_relocation_policy_passes_the_contract_alone_and_behind_another(name):
    assert broken_rules(BUILT_IN[RELOCATION][name], relocation=True) == []
    assert broken_rules(lambda: find_policy(f"closest + {name}")) == []


@pytest.mark.parametrize("group", [DISPATCH, RELOCATION])
def test_what_is_built_in_is_what_is_installed(group):
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    told = {name: f"{kind.__module__}:{kind.__name__}" for name, kind in BUILT_IN[group].items()}
    assert project["project"]["entry-points"][group] == told


class Raises(Closest):
    def decide(self, view, rng):
        return [Dispatch(view.waiting[0].key, "T0")]


class AlwaysTheFirst(Closest):
    def decide(self, view, rng):
        return [Dispatch(w.key, str(view.teams.id[0])) for w in view.waiting if view.teams.id.size]


class Returns(Closest):
    def decide(self, view, rng):
        return (choice for choice in super().decide(view, rng))


class TwiceTheSame(Closest):
    def decide(self, view, rng):
        choices = super().decide(view, rng)
        return [*choices, *(Dispatch(c.key, c.team_id) for c in choices)]


class SomeTeam(Closest):
    def decide(self, view, rng):
        return [Dispatch(w.key, str(view.teams.id[row])) for row, w in enumerate(view.waiting[: len(view.teams.id)])]


class AnyService(Closest):
    def decide(self, view, rng):
        free = np.flatnonzero(view.teams.free)
        return [Dispatch(w.key, str(view.teams.id[row])) for w, row in zip(view.waiting, free, strict=False)]


class NoWay(Closest):
    def decide(self, view, rng):
        free = view.teams.free.nonzero()[0]
        return [Move(str(view.teams.id[row]), 0) for row in free]


class Elsewhere(Closest):
    def decide(self, view, rng):
        return [Move(str(view.teams.id[row]), 10_000) for row in view.teams.free.nonzero()[0]]


class TurnsTheFree(Closest):
    def decide(self, view, rng):
        return [Redispatch(w.key, str(view.teams.id[0])) for w in view.waiting[: len(view.teams.id)]]


class Unsteady(Closest):
    count = 0

    def decide(self, view, rng):
        type(self).count += 1
        return [Hold(w.key, str(self.count)) for w in view.waiting]


class GlobalRandom(Closest):
    def decide(self, view, rng):
        np.random.random()  # noqa: NPY002
        return []


class PythonRandom(Closest):
    def decide(self, view, rng):
        random.random()
        return []


class Changes(Closest):
    def decide(self, view, rng):
        object.__setattr__(view, "now_ms", 0)
        return []


class AnyKind(Closest):
    def decide(self, view, rng):
        free = {str(s): str(i) for s, i, f in zip(view.teams.service, view.teams.id, view.teams.free, strict=True) if f}
        return [Dispatch(w.key, free[w.service]) for w in view.waiting[:1] if w.service in free]


class NeverReturns(Closest):
    def decide(self, view, rng):
        while view.waiting:
            pass
        return []


class Sleeps(Closest):
    def decide(self, view, rng):
        time.sleep(2)
        return []


class NeverMade(Closest):
    def __init__(self):
        while True:
            pass


class Nameless(Closest):
    name = ""


class Declares(Closest):
    def decide(self, view, rng):
        return ["send somebody"]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Raises, "IndexError"),
        (AlwaysTheFirst, "not free"),
        (Returns, "generator"),
        (TwiceTheSame, "no such request is waiting"),
        (SomeTeam, "not free"),
        (AnyService, "another service"),
        (AnyKind, "is wanted"),
        (NoWay, "no way there"),
        (Elsewhere, "no such node"),
        (TurnsTheFree, "not under way"),
        (Unsteady, "other decisions"),
        (GlobalRandom, "global stream"),
        (PythonRandom, "global stream"),
        (Changes, "changed the view"),
        (Nameless, "no name"),
        (Declares, "no decision"),
    ],
)
def test_the_contract_catches(kind, words):
    assert any(words in rule for rule in broken_rules(kind)), broken_rules(kind)


def test_what_breaks_the_contract_is_named_with_its_moment():
    assert all(rule.startswith("at moment 60000 ms") for rule in broken_rules(AlwaysTheFirst))


@pytest.mark.parametrize(
    ("kind", "words"),
    [(NeverReturns, "at moment 60000 ms: it had not returned after 0.2 s"), (Sleeps, "at moment 0 ms: it had not"),
     (NeverMade, "when it is made: it had not returned")],
)  # fmt: skip
def test_a_policy_that_never_returns_is_not_waited_for(kind, words):
    assert words in broken_rules(kind, limit_s=0.2)[0]


def test_a_relocation_part_may_only_move():
    assert "may only Move" in broken_rules(Closest, relocation=True)[0]
    assert broken_rules(Stay, relocation=True) == []
