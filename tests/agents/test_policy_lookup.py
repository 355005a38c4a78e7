"""A policy is found by name, in a file of the user's own, or through an entry point, with parameters and in pairs."""

from __future__ import annotations

import pytest

from agents.policies.closest import Closest
from agents.policies.dmexclp import Dmexclp
from agents.policy_contract import broken_rules
from agents.policy_lookup import RELOCATION, described, find_policy, policy_names
from agents.policy_spec import policy_files, read_spec
from twin.errors import InputError


def test_a_policy_is_found_by_name():
    assert isinstance(find_policy("closest"), Closest)
    assert "closest" in policy_names()


def test_a_wrong_name_meets_the_one_that_was_meant():
    with pytest.raises(InputError, match=r"no dispatch policy 'closets'; did you mean 'closest'.*path/to/file.py:Name"):
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
        (GOOD + "    def __init__(self, speed): ...\n", "mine.py:Mine takes speed"),
    ],
)
def test_a_file_that_holds_no_policy_says_why(tmp_path, text, words):
    if text is not None:
        (tmp_path / "mine.py").write_text(text)
    with pytest.raises(InputError) as caught:
        find_policy(f"{tmp_path}/mine.py:Mine")
    assert words in str(caught.value)


def test_a_file_with_one_policy_needs_no_name_and_one_with_two_says_which_there_are(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("from agents.policies.closest import Closest\n" + GOOD)
    assert find_policy(f"{path}").name == "mine"
    assert policy_files(f"{path} + dmexclp") == {str(path): path}
    path.write_text(GOOD + GOOD.replace("Mine", "Other"))
    with pytest.raises(InputError, match=r"several policies; name one: .*mine.py:Mine, .*mine.py:Other"):
        find_policy(f"{path}")
    path.write_text("x = 1\n")
    with pytest.raises(InputError, match="no class with a method decide"):
        find_policy(f"{path}")


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
    assert {"broken", "closest", "theirs"} <= set(policy_names())
    with pytest.raises(InputError, match="does not load: AttributeError"):
        find_policy("broken")


@pytest.mark.parametrize(
    ("asked", "parts"),
    [
        ("closest", ["closest"]),
        ("closest + dmexclp", ["closest", "dmexclp"]),
        ("closest+dmexclp(busy=0.4)", ["closest", "dmexclp(busy=0.4)"]),
        ("batch( every_s = 30 ) + mexclp(busy=.3, norm_s=480)", ["batch(every_s=30)", "mexclp(busy=0.3, norm_s=480)"]),
        ("a/b+c/my file.py:Name(x=1) + nearest_post", ["a/b+c/my file.py:Name(x=1)", "nearest_post"]),
        ("closest + compliance(file='a + (b).yaml')", ["closest", "compliance(file='a + (b).yaml')"]),
    ],
)
def test_a_spec_is_read_into_its_parts(asked, parts):
    assert [str(part) for part in read_spec(asked) if part] == parts


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("", "at most one relocation part"),
        ("closest +", "at most one relocation part"),
        ("closest + none + none", "there is no drone policy 'none'; known: drone_first"),
        ("closest + none + none + none", "at most one drone part"),
        ("closest + drone_first + grounded", "there is a drone part already"),
        ("drone_first", "put a dispatch policy before it: closest + drone_first"),
        ("batch(", "cannot be read"),
        ("batch(30)", "write name=value"),
        ("batch(every_s=thirty)", "write name=value"),
        ("batch(every=30)", "batch takes every_s=0.0, urgent=1"),
        ("batch(every_s=-1)", "every_s must not be negative"),
        ("dmexclp", "put a dispatch policy before it: closest + dmexclp"),
        ("closest + batch", "batch sends teams, and comes before the plus"),
        ("closest + dmexcl", "there is no relocation policy 'dmexcl'; did you mean 'dmexclp'?"),
        ("closest + compliance(file='nowhere.yaml')", "cannot read the compliance table nowhere.yaml"),
    ],
)
def test_what_cannot_be_found_says_why(asked, words):
    with pytest.raises(InputError) as caught:
        find_policy(asked)
    assert words in str(caught.value)


def test_the_faults_of_both_parts_come_at_once():
    with pytest.raises(InputError) as caught:
        find_policy("closets + dmexcl")
    assert len(caught.value.faults) == 2


def test_a_policy_is_called_what_it_was_asked_as():
    assert find_policy("closest + dmexclp(busy=0.3)").name == "closest + dmexclp(busy=0.3)"
    assert find_policy("closest+none").name == "closest + none"
    assert Dmexclp.name == "dmexclp", "the class keeps its own"


def test_a_users_file_may_take_parameters_and_hold_a_relocation_part(tmp_path):
    (tmp_path / "mine.py").write_text(GOOD + "    def __init__(self, speed=1): self.speed = speed\n")
    policy = find_policy(f"{tmp_path}/mine.py:Mine(speed=3) + {tmp_path}/mine.py:Mine")
    assert policy.name == "mine(speed=3) + mine"


def test_every_policy_says_in_a_sentence_what_it_does():
    rows = {row["name"]: row for row in described(RELOCATION)}
    assert rows["dmexclp"]["parameters"] == "busy=0.4, norm_s=240.0"
    assert all(row["what"].endswith(".") for row in rows.values())


def test_the_files_a_policy_is_made_of_are_known():
    assert list(policy_files("a/mine.py:Name(x=1) + compliance(file='table.yaml')")) == ["a/mine.py", "table.yaml"]
    assert policy_files("closest + compliance") == {}
