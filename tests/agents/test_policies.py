"""Every policy passes one contract, and is found by name or in a file of the user's own."""

from __future__ import annotations

import random

import numpy as np
import pytest

from agents.policies.closest import Closest
from agents.policy import Dispatch, Hold, Move, Redispatch
from agents.policy_contract import broken_rules
from agents.policy_lookup import BUILT_IN, find_policy, policy_names
from twin.errors import InputError


@pytest.mark.parametrize("name", sorted(BUILT_IN))
def test_every_built_in_policy_passes_the_contract(name):
    assert broken_rules(BUILT_IN[name]) == []


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


def test_a_policy_is_found_by_name():
    assert isinstance(find_policy("closest"), Closest)
    assert "closest" in policy_names()


def test_a_wrong_name_meets_the_one_that_was_meant():
    with pytest.raises(InputError, match=r"no policy 'closets'; did you mean 'closest'.*path/to/file.py:Name"):
        find_policy("closets")


GOOD = "class Mine:\n    name = 'mine'\n    def decide(self, view, rng):\n        return []\n"


def test_a_policy_is_found_in_a_file(tmp_path):
    (tmp_path / "mine.py").write_text(GOOD)
    policy = find_policy(f"{tmp_path}/mine.py:Mine")
    assert policy.name == "mine"
    assert broken_rules(type(policy)) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "there is no file"),
        (GOOD.replace("Mine", "Mien"), "no policy 'Mine'; did you mean 'Mien'"),
        ("import nothing_of_this_name", "does not load: ModuleNotFoundError"),
        ("def (", "does not load: SyntaxError"),
        ("class Mine:\n    name = 'mine'\n", "no method decide"),
        (GOOD.replace("name = 'mine'", "name = 7"), "has no name"),
        (GOOD + "    def __init__(self, speed): ...\n", "cannot be made without arguments"),
    ],
)
def test_a_file_that_holds_no_policy_says_why(tmp_path, text, words):
    if text is not None:
        (tmp_path / "mine.py").write_text(text)
    with pytest.raises(InputError) as caught:
        find_policy(f"{tmp_path}/mine.py:Mine")
    assert words in str(caught.value)


def test_an_installed_policy_is_found_through_the_entry_point(monkeypatch):
    from importlib.metadata import EntryPoint

    points = [
        EntryPoint("theirs", "agents.policies.closest:Closest", "tashkent_twin.dispatch"),
        EntryPoint("broken", "agents.policies.closest:Farthest", "tashkent_twin.dispatch"),
    ]
    monkeypatch.setattr(
        "importlib.metadata.entry_points", lambda group, name=None: [p for p in points if name in (None, p.name)]
    )
    assert isinstance(find_policy("theirs"), Closest)
    assert policy_names() == ["broken", "closest", "theirs"]
    with pytest.raises(InputError, match="does not load: AttributeError"):
        find_policy("broken")
