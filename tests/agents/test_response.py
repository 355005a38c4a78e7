"""One team on a street: every stage by hand. A block takes 10 s, see tests/agents/lives.py for the stages."""

from __future__ import annotations

import pytest

from tests.agents.lives import call, constant, detail, events, incident, live, settings, story, team
from twin.records import Kind
from twin.travel import SearchedTravel


def test_one_call_from_the_ring_to_the_return():
    """Rings at 10 s; +2 answered, +3 processed, +5 turned out, 3 blocks, 20 s of work, 3 blocks back."""
    one = incident(0, 4, node=3)
    world = live([one], [call(0, 10, one)], [team("A", 0)])
    assert story(world) == [
        (4, "incident", 0),
        (10, "call", 0),
        (12, "answered", 0),
        (15, "processed", 0),
        (15, "dispatched", 0),
        (20, "turned_out", 0),
        (50, "arrived", 0),
        (70, "scene_cleared", 0),
        (100, "returned", 0),
    ]
    lived = list(world.log)[1:-1]
    assert [e.value for e in lived if e.kind is not Kind.ENDED] == [2, 2, 2, 3, 0, 30, 5, 30, 20, 30]
    assert [(e.t_ms, e.value, detail(e)["how"]) for e in events(world, Kind.ENDED)] == [(70_000, 60, "served")]
    assert [e.node for e in lived if e.kind is not Kind.ENDED] == [3, 3, 3, 3, 3, 3, 0, 3, 3, 0]
    assert all(e.call_id == 0 for e in world.log if e.kind not in {Kind.INCIDENT, Kind.RUN_STARTED, Kind.RUN_ENDED})


def test_the_second_call_is_reached_after_the_first_is_done():
    """Both wait at 5 s; the team clears the first (node 2) at 50 s, and goes on from there to node 4: 20 s."""
    one, two = incident(0, 0, node=2), incident(1, 0, node=4)
    world = live([one, two], [call(0, 0, one), call(1, 0, two)], [team("A", 0)])
    assert story(world, Kind.ARRIVED) == [(30, "arrived", 0), (70, "arrived", 1)]
    assert story(world, Kind.TURNED_OUT) == [(10, "turned_out", 0), (50, "turned_out", 1)]
    assert story(world, Kind.RETURNED) == [(130, "returned", 1)], "sent on from the scene, it returns once"


def test_a_team_on_its_way_back_turns_at_the_next_junction():
    """It leaves node 4 at 70 s; at 85 s it is half-way from 3 to 2, at 2 by 90 s, and back at 4 by 110 s."""
    one, two = incident(0, 0, node=4), incident(1, 80, node=4)
    world = live([one, two], [call(0, 0, one), call(1, 80, two)], [team("A", 0)])
    assert story(world, Kind.SCENE_CLEARED, Kind.DISPATCHED, Kind.TURNED_OUT, Kind.ARRIVED)[3:] == [
        (70, "scene_cleared", 0),
        (85, "dispatched", 1),
        (85, "turned_out", 1),
        (110, "arrived", 1),
        (130, "scene_cleared", 1),
    ]
    sent, arrived = events(world, Kind.DISPATCHED)[1], events(world, Kind.ARRIVED)[1]
    assert sent.value == arrived.value == 25


def test_a_patient_goes_to_the_nearest_hospital_and_the_team_home_from_there():
    """Cleared at 50 s on node 2; hospitals at 0 (20 s) and 3 (10 s); 60 s hand-over; 3 blocks home."""
    one = incident(0, 0, node=2, transport=True)
    world = live([one], [call(0, 0, one)], [team("A", 0)], hospitals=[0, 3])
    assert story(world, Kind.AT_HOSPITAL, Kind.HANDED_OVER, Kind.RETURNED) == [
        (60, "at_hospital", 0),
        (120, "handed_over", 0),
        (150, "returned", 0),
    ]
    assert events(world, Kind.AT_HOSPITAL)[0].node == 3


def test_of_equally_near_hospitals_it_is_the_first():
    one = incident(0, 0, node=2, transport=True)
    world = live([one], [call(0, 0, one)], [team("A", 0)], hospitals=[3, 1])
    assert events(world, Kind.AT_HOSPITAL)[0].node == 3


def test_without_a_hospital_the_patient_is_handed_over_on_the_spot():
    one = incident(0, 0, node=2, transport=True)
    world = live([one], [call(0, 0, one)], [team("A", 0)], hospitals=[])
    assert story(world, Kind.AT_HOSPITAL) == []
    assert story(world, Kind.RETURNED) == [(70, "returned", 0)]


def test_a_false_call_costs_a_team_its_minutes():
    world = live([], [call(0, 0, None, node=2)], [team("A", 0)])
    assert story(world)[3:] == [
        (5, "dispatched", None),
        (10, "turned_out", None),
        (30, "arrived", None),
        (70, "scene_cleared", None),
        (90, "returned", None),
    ]


def test_the_second_team_at_one_incident_finds_it_attended():
    """Joins are off, so two calls about one incident are two requests; the second team is held up 20 s, not 300 s."""
    one = incident(0, 0, node=2, on_scene_ms=300_000)
    world = live([one], [call(0, 0, one), call(1, 1, one)], [team("A", 0), team("B", 0)])
    cleared = {e.team_id: e.value for e in events(world, Kind.SCENE_CLEARED)}
    assert cleared == {"A": 300, "B": 20}


def test_the_team_at_the_place_turns_out_and_is_there():
    one = incident(0, 0, node=0)
    world = live([one], [call(0, 0, one)], [team("A", 0)], settings=settings(turnout=constant(0)))
    assert story(world, Kind.DISPATCHED, Kind.ARRIVED, Kind.RETURNED) == [
        (5, "dispatched", 0),
        (5, "arrived", 0),
        (25, "returned", 0),
    ]


@pytest.mark.parametrize(
    ("t_s", "x_blocks"), [(0, 0), (15, 0), (20, 0), (35, 1.5), (50, 3), (69, 3), (85, 1.5), (500, 0)]
)
def test_a_position_is_a_function_of_time(t_s, x_blocks):
    """Out from 20 s to 50 s over three blocks, work until 70 s, back by 100 s."""
    from tests.agents.lives import AMBULANCE, line
    from tests.towns import SOUTH_M, WEST_M

    one = incident(0, 0, node=3)
    world = live(
        [one], [call(0, 10, one)], [team("A", 0, AMBULANCE)], travel=SearchedTravel(line()), duration_ms=t_s * 1000 + 1
    )
    x_m, y_m = world.fleet.teams[0].position(t_s * 1000)
    assert (x_m, y_m) == (pytest.approx(WEST_M + 100 * x_blocks), SOUTH_M)


def test_a_team_sent_back_from_the_road_never_jumps():
    """Turned round between junctions, it drives on to the next one first."""
    one, two = incident(0, 0, node=4), incident(1, 80, node=4)
    at = {}
    for t_s in (84, 86, 88, 90, 95):
        world = live([one, two], [call(0, 0, one), call(1, 80, two)], [team("A", 0)], duration_ms=1000 * t_s + 1)
        at[t_s] = world.fleet.teams[0].position(1000 * t_s)[0]
    start = at[84]
    assert [round(at[t] - start) for t in (86, 88, 90, 95)] == [-20, -40, -60, -10]


def test_the_stages_name_their_request():
    one = incident(0, 0, node=2)
    world = live([one], [call(0, 0, one)], [team("A", 0)])
    told = [detail(e) for e in world.log if e.kind in {Kind.DISPATCHED, Kind.ARRIVED, Kind.RETURNED}]
    assert told == 3 * [{"service": "ambulance", "request": 0}]
