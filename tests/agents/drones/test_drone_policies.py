"""Drone parts: the contract, what each sends where, and what is said of one that breaks the rules."""

from __future__ import annotations

import numpy as np
import pytest

from agents.policies.closest import Closest
from agents.policies.drone_parts import DroneFirst, DroneLooksFirst, DronePart, DroneWhereLate
from agents.policies.with_drones import WithDrones
from agents.policy_contract import broken_rules
from agents.policy_drones import Launch, Patrol, Recall
from agents.policy_fault import PolicyFault
from agents.policy_lookup import BUILT_IN, DRONES, described, find_policy
from agents.policy_moments import moments
from tests.agents.drones.skies import FAR, call, drone, live, lying, squadron
from twin.errors import InputError


@pytest.mark.parametrize("name", sorted(BUILT_IN[DRONES]))
def test_drone_parts_keep_the_contract(name):
    assert broken_rules(lambda: find_policy(f"closest + dmexclp + {name}")) == []
    assert [row["name"] for row in described(DRONES)] == sorted(BUILT_IN[DRONES])


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("closest+drone_first", "closest + drone_first"),
        ("closest + none + drone_first(alarms_only=True)", "closest + none + drone_first(alarms_only=True)"),
        ("batch(every_s=30) + drone_where_late(margin_s=90)", "batch(every_s=30) + drone_where_late(margin_s=90)"),
    ],
)
def test_a_drone_part_stands_at_the_end(asked, name):
    policy = find_policy(asked)
    assert policy.name == name
    assert isinstance(policy, WithDrones)
    assert find_policy(policy.name).name == name


def test_a_part_in_a_file_is_known_by_its_flies(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(
        "class Mine:\n    name = 'mine'\n    flies = True\n"
        "    def decide(self, view, rng):\n        return []\n    def waits_for_drone(self, view):\n        return []\n"
    )
    assert isinstance(find_policy(f"closest + {path}:Mine"), WithDrones)
    with pytest.raises(InputError, match="no drone policy 'dron_first'; did you mean 'drone_first'"):
        find_policy("closest + none + dron_first")


class Strange(DronePart):
    """Does what it must not."""

    name = "strange"

    def __init__(self, *choices):
        self._choices = choices

    def wants(self, lookout, drone_ms):
        return False

    def decide(self, view, rng):
        return self._choices if view.lookouts else []


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (Launch("D-9", 0), "no drone 'D-9'"),
        (Launch("D-1", 7), "no drone is wanted there; requests to look at: 0"),
        (Recall("D-1"), "the drone is dock; recall one that is out or on station"),
        (Patrol("D-1", "gap"), "no such round is due"),
        ("up", "is no decision about a drone"),
    ],
)
def test_what_a_policy_may_not_do_ends_the_run_with_its_name(choice, words):
    incident = lying(0, 10, FAR)
    with pytest.raises(PolicyFault, match="strange") as fault:
        live(squadron([drone()]), [incident], [call(0, 20, incident)], [], Strange(choice))
    assert words in str(fault.value)


def test_the_contract_names_what_a_drone_part_breaks():
    def made(*choices):
        return lambda: WithDrones(Closest(), Strange(*choices))

    assert "no such drone" in broken_rules(made(Launch("D9", 0)))[0]
    assert "is no decision about a drone" in broken_rules(made("up"))[0]


def test_each_part_sends_what_it_says():
    rng = np.random.default_rng(0)
    seen = [moment for moment in moments(60) if moment.lookouts]
    first = [DroneFirst().decide(moment, rng) for moment in seen]
    late = [DroneWhereLate(60.0).decide(moment, rng) for moment in seen]
    assert sum(map(len, first)) > sum(map(len, late)) > 0  # a team that comes soon enough keeps the drone down
    for moment, choices in zip(seen, first, strict=True):
        for choice in choices:
            if isinstance(choice, Launch):
                row = list(moment.drones.id).index(choice.drone_id)
                mine = moment.drone_ms(choice.request)
                assert moment.drones.ready[row]
                assert mine[row] >= 0
    alarms = [c for m in seen for c in DroneFirst(alarms_only=True).decide(m, rng) if isinstance(c, Launch)]
    assert alarms
    assert all(choice.request % 2 == 0 for choice in alarms)  # those the made-up moments call alarms


def test_teams_for_urgent_requests_never_wait_for_a_drone():
    for moment in moments(60):
        held = set(DroneLooksFirst(at_most_s=1000, from_priority=2).waits_for_drone(moment))
        assert not held & {w.request for w in moment.waiting if w.priority < 2}
