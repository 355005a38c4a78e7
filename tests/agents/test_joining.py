"""Several reports of one thing become one request, as far as place and time can tell."""

from __future__ import annotations

from tests.agents.lives import Told, alarm, call, detail, events, incident, live, settings, story, team
from twin.records import Kind, Service

JOINS = settings(join_radius_m=50.0, join_window_s=120.0)


def test_three_calls_and_an_alarm_for_one_crash_are_one_request():
    """Calls at 10, 12 and 40 s and an alarm at 11 s (verified by 41 s): one team goes, once."""
    crash = incident(0, 9, node=3)
    calls = [call(0, 10, crash), call(1, 12, crash), call(2, 40, crash)]
    world = live([crash], calls, [team("A", 0), team("B", 0)], sources=[Told([alarm(11, crash)])], settings=JOINS)
    joined = [(e.t_ms / 1000, e.call_id, e.alarm_id, detail(e)["request"]) for e in events(world, Kind.JOINED)]
    assert joined == [(17, 1, None, 0), (41, None, 0, 0), (45, 2, None, 0)]
    assert [(e.t_ms, e.team_id, e.call_id) for e in events(world, Kind.DISPATCHED)] == [(15_000, "A", 0)]
    assert len(events(world, Kind.RETURNED)) == 1


def test_too_far_too_late_or_another_service_is_another_request():
    crash = incident(0, 0, node=3)
    elsewhere = call(1, 1, crash, x_m=call(0, 0, crash).x_m + 51.0)
    late = call(2, 121.001, crash)  # 120 s after the latest report is still near
    to_fire = call(3, 1, crash, service=Service.FIRE)
    near = call(4, 1, crash, x_m=call(0, 0, crash).x_m - 50.0)
    calls = sorted([call(0, 0, crash), elsewhere, late, to_fire, near], key=lambda c: c.t_ms)
    world = live([crash], calls, [], settings=JOINS)
    requests = {e.call_id: detail(e)["request"] for e in events(world, Kind.PROCESSED)}
    assert requests[4] == requests[0]
    assert len({requests[0], requests[1], requests[2], requests[3]}) == 4


def test_a_call_joins_the_nearer_of_two_requests():
    calls = [call(0, 0, None, x_m=0.0), call(1, 1, None, x_m=60.0), call(2, 2, None, x_m=35.0)]
    world = live([], calls, settings=JOINS)
    assert [detail(e)["request"] for e in events(world, Kind.JOINED)] == [1]


def test_a_request_that_is_over_is_not_joined():
    """The team clears the scene at 35 s; who calls then about the same crash is sent a team of his own."""
    crash = incident(0, 0, node=1)
    world = live([crash], [call(0, 0, crash), call(1, 36, crash)], [team("A", 0)], settings=JOINS)
    assert story(world, Kind.JOINED) == []
    assert [e.value for e in events(world, Kind.SCENE_CLEARED)] == [20, 20]
    assert [detail(e)["request"] for e in events(world, Kind.ARRIVED)] == [0, 1]


def test_an_urgent_report_lifts_the_request_it_joins():
    """Request 0 (priority 2) is older than 1 (priority 2); a caller who says life is at risk lifts 1 over it."""
    early, lifted = incident(0, 0, node=2), incident(1, 0, node=8)
    busy = incident(2, 0, node=0, on_scene_ms=60_000)
    calls = [call(0, 0, busy, priority=1), call(1, 1, early), call(2, 2, lifted), call(3, 20, lifted, priority=1)]
    world = live([early, lifted, busy], calls, [team("A", 0)], settings=JOINS)
    assert [e.incident_id for e in events(world, Kind.ARRIVED)] == [2, 1, 0]


def test_two_incidents_taken_for_one_are_both_helped_by_the_team_that_came():
    """30 m apart: the centre sends one team, which turns to the second when the first is done (20 s each)."""
    one, two = incident(0, 0, node=3), incident(1, 0, node=3)
    calls = [call(0, 0, one), call(1, 1, two, x_m=call(0, 0, one).x_m + 30.0)]
    world = live([one, two], calls, [team("A", 0), team("B", 0)], settings=JOINS)
    assert story(world, Kind.ARRIVED, Kind.SCENE_CLEARED) == [
        (40, "arrived", 0),
        (60, "scene_cleared", 0),
        (60, "arrived", 1),
        (80, "scene_cleared", 1),
    ]
    assert {e.team_id for e in events(world, Kind.ARRIVED)} == {"A"}


def test_a_real_call_turns_a_false_request_real():
    """A false call sent the team; it is on its way when a real one joins, and it finds the patient."""
    real = incident(0, 0, node=3)
    world = live([real], [call(0, 0, None, node=3), call(1, 2, real)], [team("A", 0)], settings=JOINS)
    assert [(str(e.kind), e.incident_id) for e in world.log if e.team_id and e.kind is not Kind.DECISION] == [
        ("dispatched", None),
        ("turned_out", 0),
        ("arrived", 0),
        ("scene_cleared", 0),
        ("returned", 0),
    ]


def test_a_patient_who_calls_while_the_team_finds_nothing_is_found_after_all():
    """The false call holds the team from 20 s to 60 s; the real call joins at 35 s and is worked on from 60 s."""
    real = incident(0, 0, node=1)
    world = live([real], [call(0, 0, None, node=1), call(1, 30, real)], [team("A", 0)], settings=JOINS)
    assert story(world, Kind.ARRIVED, Kind.SCENE_CLEARED) == [
        (20, "arrived", None),
        (60, "scene_cleared", None),
        (60, "arrived", 0),
        (80, "scene_cleared", 0),
    ]
