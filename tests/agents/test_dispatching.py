"""Policies on trial: what they may do is done and logged, what they may not do ends the run with their name."""

from __future__ import annotations

import numpy as np
import pytest

from agents.policies.closest import Closest
from agents.policies.preempting import Preempting
from agents.policy import Decline, Dispatch, Hold, Move, Redispatch
from agents.policy_fault import PolicyFault
from tests.agents.lives import call, detail, events, incident, live, settings, story, team
from tests.agents.lives import line as line_town
from twin.errors import InputError
from twin.records import Kind
from twin.travel import SearchedTravel


class Scripted:
    """Does what the test wrote down: a function of the view."""

    name = "scripted"

    def __init__(self, decide):
        self._decide = decide

    def decide(self, view, rng):
        return self._decide(view)


def live_with(decide, calls_s=(0,), teams=("A",), node=3, **changes):
    about = [incident(i, 0, node=node) for i in range(len(calls_s))]
    rings = [call(i, t, one) for i, (t, one) in enumerate(zip(calls_s, about, strict=True))]
    return live(about, rings, [team(name, 0) for name in teams], policy=Scripted(decide), **changes)


def first_free(view):
    return [Dispatch(w.key, str(t)) for w, t in zip(view.waiting, view.teams.id[view.teams.free], strict=False)]


def test_the_closest_free_team_goes_and_of_equals_the_first_row():
    one = incident(0, 0, node=4)
    for posts, sent in (((0, 5, 3), "T1"), ((0, 3, 5), "T1"), ((4, 4, 4), "T0"), ((9, 8, 0), "T1")):
        world = live([one], [call(0, 0, one)], [team(f"T{row}", post) for row, post in enumerate(posts)])
        assert events(world, Kind.DISPATCHED)[0].team_id == sent


def test_a_team_on_its_way_back_counts_from_its_next_junction():
    """At 95 s A, half-way from 2 to 1, counts from 1: as far from 2 as B at 3, and A is the lower row."""
    one, two = incident(0, 0, node=4), incident(1, 0, node=2)
    world = live([one, two], [call(0, 0, one), call(1, 90, two)], [team("A", 0), team("B", 10)])
    assert [e.team_id for e in events(world, Kind.DISPATCHED)] == ["A", "A"]
    assert [e.value for e in events(world, Kind.DISPATCHED)] == [40, 15]


def test_every_decision_is_an_event():
    def decide(view):
        return [Hold(w.key, "not yet") for w in view.waiting] if view.now_ms < 10_000 else first_free(view)

    world = live_with(decide, calls_s=(0, 10))
    told = [(e.t_ms, detail(e)) for e in events(world, Kind.DECISION)]
    base = {"by": "scripted", "alarm_id": None}
    assert told[0] == (
        5000,
        base | {"t_ms": 5000, "action": "hold", "team_id": "", "incident_id": 0, "call_id": 0, "reason": "not yet"},
    )
    assert told[1][1] == base | {
        "t_ms": 15_000, "action": "dispatch", "team_id": "A", "incident_id": 0, "call_id": 0, "reason": "",
    }  # fmt: skip


def test_a_request_that_is_declined_is_over():
    world = live_with(lambda view: [Decline(w.key, "no team for this") for w in view.waiting])
    assert detail(events(world, Kind.DECISION)[0])["reason"] == "no team for this"
    assert detail(events(world, Kind.RUN_ENDED)[0])["waiting"] == 0
    assert story(world, Kind.DISPATCHED) == []


def test_a_team_is_redispatched_from_its_next_junction_and_the_first_request_waits_again():
    """A rolls at 10 s for node 3; at 25 s, between 1 and 2, it is turned to request 1 (node 2): there at 30 s."""

    def decide(view):
        turned = [Redispatch(w.key, "A") for w in view.waiting if w.key == 1 and view.teams.under_way.any()]
        return turned or (first_free(view) if view.teams.free.any() else [])

    one, two = incident(0, 0, node=3), incident(1, 0, node=2)
    world = live([one, two], [call(0, 0, one), call(1, 20, two)], [team("A", 0)], policy=Scripted(decide))
    assert story(world, Kind.DISPATCHED, Kind.TURNED_OUT, Kind.ARRIVED) == [
        (5, "dispatched", 0),
        (10, "turned_out", 0),
        (25, "dispatched", 1),
        (25, "turned_out", 1),
        (30, "arrived", 1),
        (50, "dispatched", 0),
        (50, "turned_out", 0),
        (60, "arrived", 0),
    ]


def test_a_team_turned_round_during_turnout_finishes_its_turnout():
    def decide(view):
        turned = [Redispatch(w.key, "A") for w in view.waiting if w.key == 1 and view.teams.under_way.any()]
        return turned or first_free(view)

    one, two = incident(0, 0, node=3), incident(1, 0, node=2)
    world = live([one, two], [call(0, 0, one), call(1, 2, two)], [team("A", 0)], policy=Scripted(decide))
    turned = events(world, Kind.TURNED_OUT)[0]
    assert (turned.t_ms, turned.value, turned.incident_id) == (10_000, 3, 1)


def test_an_idle_team_moves_and_is_free_on_the_way():
    """Told at 5 s to wait at node 8; at 25 s it is at node 2, and answers a call at node 4 from there: 20 s."""

    def decide(view):
        if view.now_ms == 5000:
            return [Move("A", 8), *(Hold(w.key) for w in view.waiting)]
        return [Dispatch(w.key, "A") for w in view.waiting if w.key == 1 and view.teams.free[0]]

    one, two = incident(0, 0, node=9), incident(1, 0, node=4)
    world = live([one, two], [call(0, 0, one), call(1, 20, two)], [team("A", 0)], policy=Scripted(decide))
    moved = events(world, Kind.DECISION)[0]
    assert (moved.node, detail(moved)["action"]) == (8, "move")
    assert story(world, Kind.DISPATCHED, Kind.ARRIVED)[:2] == [(25, "dispatched", 1), (45, "arrived", 1)]
    assert [e.node for e in events(world, Kind.RETURNED)] == [0], "afterwards it goes home"


def test_a_moved_team_waits_where_it_was_sent():
    world = live_with(lambda view: [Move("A", 8)] if view.now_ms == 5000 else [])
    assert [(e.t_ms, e.node, e.call_id) for e in events(world, Kind.RETURNED)] == [(85_000, 8, None)]
    assert world.fleet.view(3_600_000).node.tolist() == [8]


def test_what_happens_at_one_time_is_decided_once():
    asked = []

    def decide(view):
        asked.append((view.now_ms, len(view.waiting)))
        return first_free(view)

    live_with(decide, calls_s=(0, 0, 0), teams=("A", "B", "C"))
    assert asked[:2] == [(0, 0), (5000, 3)], "once at the very start, so that it can place its teams"


def test_the_stream_is_the_policys_own():
    drawn = []

    class Drawing(Closest):
        name = "drawing"

        def decide(self, view, rng):
            drawn.append(rng.random())
            return super().decide(view, rng)

    one = incident(0, 0, node=1)
    for seed in (1, 1, 2):
        live([one], [call(0, 0, one)], [team("A", 0)], policy=Drawing(), seed=seed)
    third = len(drawn) // 3
    assert drawn[:third] == drawn[third : 2 * third] != drawn[2 * third :]


def raising(view):
    raise KeyError("oops")


def writing(view):
    view.teams.free[:] = True
    return []


def unsealing(view):
    view.teams.node.setflags(write=True)
    return []


def swapping(view):
    view.now_ms = 0
    return []


BREACHES = {
    "it raised KeyError: 'oops'": raising,
    "it raised ValueError: assignment destination is read-only": writing,
    "it raised ValueError: cannot set WRITEABLE": unsealing,
    "it raised FrozenInstanceError": swapping,
    "decide returned NoneType; return a list": lambda view: None,
    "decide returned str": lambda view: "A",
    "'A' is no decision": lambda view: ["A"],
    "no request 99 is waiting; waiting are: 0": lambda view: [Dispatch(99, "A")],
    "no request 'x' is waiting": lambda view: [Hold("x")],
    "there is no team 'AA'; did you mean 'A'?": lambda view: [Dispatch(0, "AA")],
    "the team is turnout; choose one that is free": lambda view: [Dispatch(0, "A"), Dispatch(1, "A")],
    "no request 0 is waiting; waiting are: 1": lambda view: [Dispatch(0, "A"), Dispatch(0, "B")],
    "the team is idle; choose one that is under way": lambda view: [Redispatch(0, "A")],
    "a fire team for a ambulance request": lambda view: [Dispatch(0, "F")],
    "the team is turnout; move one that is free": lambda view: [Dispatch(0, "A"), Move("A", 3)],
    "nodes are whole numbers from 0 to 21": lambda view: [Move("A", 22)],
    "nodes are whole numbers": lambda view: [Move("A", 2.0)],
    "it raised IndexError": lambda view: view.travel_ms(np.array([0]), 9999),
    "it raised IndexError: nodes must be from 0 to 21": lambda view: view.travel_ms(np.array([-1]), 0),
}


@pytest.mark.parametrize("words", BREACHES)
def test_a_breach_of_the_contract_ends_the_run(words):
    about = [incident(i, 0, node=3) for i in range(2)]
    world_calls = [call(i, 0, one) for i, one in enumerate(about)]
    teams = [team("A", 0), team("B", 0), team("F", 0, "fire")]
    with pytest.raises(PolicyFault) as caught:
        live(about, world_calls, teams, policy=Scripted(lambda view: BREACHES[words](view) if view.waiting else []))
    assert words in str(caught.value)
    assert "policy 'scripted' at 2026-05-15 18:00:05 (5000 ms)" in str(caught.value)


def test_a_policy_that_never_makes_up_its_mind_is_stopped():
    """It turns the only team to whichever request waits; the one it leaves waits at once, and so on for ever."""

    def decide(view):
        if view.teams.under_way.any():
            return [Redispatch(w.key, "A") for w in view.waiting[:1]]
        return first_free(view)

    with pytest.raises(PolicyFault, match=r"7000 ms.*\n.*decided 1000 times without time passing"):
        live_with(decide, calls_s=(0, 2))


def test_a_breach_leaves_the_log_with_its_end():
    from twin.log import EventLog

    log = EventLog()
    with pytest.raises(InputError):
        live_with(lambda view: None if view.waiting else [], log=log)
    assert (log[-1].kind, detail(log[-1])["status"], log[-1].t_ms) == (Kind.RUN_ENDED, "interrupted", 5000)


def test_a_fault_can_be_rebuilt_from_its_args():
    fault = PolicyFault("mine", "noon", "it broke")
    assert str(type(fault)(*fault.args)) == str(fault)


def test_a_team_without_a_way_is_not_sent():
    """A one-way street out of node 0's reach: the closest policy waits rather than break its contract."""
    from tests.towns import grid_town
    from twin.streets import StreetGraph

    town = grid_town(columns=4, rows=2)
    town.streets.loc[(town.streets["u"] == 2) & (town.streets["v"] == 3), "oneway"] = True
    town.streets.loc[(town.streets["u"] == 6) & (town.streets["v"] == 7), "oneway"] = True
    one = incident(0, 0, node=0)
    trapped = {"travel": SearchedTravel(StreetGraph.of(town)), "settings": settings()}
    world = live([one], [call(0, 0, one)], [team("A", 3)], **trapped)
    assert story(world, Kind.DISPATCHED) == []
    with pytest.raises(PolicyFault, match="no way to node 0"):
        live([one], [call(0, 0, one)], [team("A", 3)], policy=Scripted(first_free), **trapped)
    there = incident(0, 0, node=3)
    world = live([there], [call(0, 0, there)], [team("A", 0)], **trapped)
    assert story(world, Kind.SCENE_CLEARED, Kind.RETURNED) == [(60, "scene_cleared", 0)]
    assert world.fleet.view(100_000).free.tolist() == [True], "it cannot drive home, and waits there"


def test_line_town_is_what_the_hand_worked_answers_think():
    assert line_town().times_from_ms(0)[:4].tolist() == [0, 10_000, 20_000, 30_000]


def test_a_team_under_way_is_judged_by_where_it_is():
    """A drives from 0 to 4 and is at 3 when an urgent call comes from 5: it is 20 s away, B 50 s, A's post as well."""
    ones = [incident(0, 0, 4, priority=3), incident(1, 35, 5, priority=1)]
    world = live(
        ones, [call(0, 0, ones[0]), call(1, 35, ones[1])], [team("A", 0), team("B", 10)],
        policy=Preempting(gain_s=20),
    )  # fmt: skip
    sent = [(event.team_id, event.incident_id) for event in events(world, Kind.DISPATCHED)]
    assert sent == [("A", 0), ("A", 1), ("B", 0)]
