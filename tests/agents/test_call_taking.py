"""Calls wait for operators: 2 s to pick up, 3 s to process, so one operator takes 5 s a call."""

from __future__ import annotations

from agents.injects import StaffChange
from agents.settings import OwnDesk
from tests.agents.lives import call, constant, detail, events, incident, live, settings, story, team
from twin.records import Channel, Kind


def answered(world) -> list[tuple[int, float, float]]:
    return [(e.call_id, e.t_ms / 1000, e.value) for e in events(world, Kind.ANSWERED)]


def test_the_one_operator_takes_the_most_urgent_and_of_equals_the_first():
    """All ring while call 0 is in hand: 3 (life at risk) goes first, then 1 before 2, both of priority 2."""
    calls = [call(0, 0, None), call(1, 1, None), call(2, 2, None), call(3, 3, None, priority=1)]
    world = live([], calls, settings=settings(operators=1))
    assert answered(world) == [(0, 2, 2), (3, 7, 4), (1, 12, 11), (2, 17, 15)]


def test_two_operators_halve_the_queue():
    world = live([], [call(i, 0, None) for i in range(4)], settings=settings(operators=2))
    assert answered(world) == [(0, 2, 2), (1, 2, 2), (2, 7, 7), (3, 7, 7)]


def test_a_panic_button_meets_no_phone_queue():
    """It is ready 1 s after it is pressed, though the only operator is busy for 5 s; nobody answers a phone."""
    one = incident(0, 0, node=1)
    pressed = call(1, 0, one, channel=Channel.PANIC_BUTTON)
    world = live([one], [call(0, 0, None), pressed], settings=settings(operators=1, panic_process=constant(1)))
    ready = [(e.call_id, e.t_ms / 1000, e.value) for e in events(world, Kind.PROCESSED)]
    assert ready == [(1, 1, 1), (0, 5, 3)]
    assert [e.call_id for e in events(world, Kind.ANSWERED)] == [0]


def test_without_a_way_of_its_own_a_panic_button_queues_like_a_phone():
    one = incident(0, 0, node=1)
    world = live(
        [one], [call(0, 0, None), call(1, 0, one, channel=Channel.PANIC_BUTTON)], settings=settings(operators=1)
    )
    assert answered(world) == [(0, 2, 2), (1, 7, 7)]


def test_a_call_is_logged_as_the_caller_states_it():
    world = live([], [call(0, 4, None, node=12, category='a "quoted" word')])
    told = detail(events(world, Kind.CALL)[0])
    assert told["category"] == 'a "quoted" word'
    assert (told["channel"], told["service"]) == ("phone", "ambulance")
    assert (told["x_m"], told["y_m"]) == (516_100.0, 4_570_100.0)


def test_the_run_ends_with_what_still_waits():
    """At 30 s call 0 has a request without a team, call 1 is being processed, call 2 waits for the operator."""
    calls = [call(0, 0, None), call(1, 26, None), call(2, 27, None), call(3, 30, None)]
    world = live([], calls, settings=settings(operators=1), duration_ms=30_000)
    end = events(world, Kind.RUN_ENDED)[0]
    assert detail(end) == {"status": "done", "waiting": 3, "calls": 2, "alarms": 0, "requests": 1}
    assert end.value == 30
    assert len(events(world, Kind.CALL)) == 3, "what is due at the end is not lived"


def test_equal_times_run_incidents_first_then_calls():
    one, two = incident(0, 5, node=1), incident(1, 5, node=1)
    world = live([one, two], [call(0, 5, two), call(1, 5, one)])
    assert [(str(e.kind), e.incident_id) for e in world.log][1:5] == [
        ("incident", 0),
        ("incident", 1),
        ("call", 1),
        ("call", 0),
    ]


def test_a_team_of_another_service_is_no_help():
    one = incident(0, 0, node=1)
    world = live([one], [call(0, 0, one)], [team("F", 1, "fire"), team("A", 9)])
    assert [e.team_id for e in events(world, Kind.ARRIVED)] == ["A"]
    assert story(world, Kind.ARRIVED) == [(90, "arrived", 0)]


def test_a_number_with_a_desk_of_its_own_does_not_wait_behind_the_others():
    """One operator at each desk: the call to 112 is picked up at once, and not after the two to 103."""
    calls = [call(0, 0, None, channel=Channel.PHONE_103), call(1, 1, None, channel=Channel.PHONE_103),
             call(2, 2, None, channel=Channel.PHONE_112)]  # fmt: skip
    apart = live([], calls, settings=settings(operators=1, own_desks={"103": OwnDesk(1)}))
    assert answered(apart) == [(0, 2, 2), (2, 4, 2), (1, 7, 6)]
    together = live([], calls, settings=settings(operators=1))
    assert answered(together) == [(0, 2, 2), (1, 7, 6), (2, 12, 10)]


def test_a_numbers_own_desk_has_a_roster_and_takes_staff_injects():
    """Nobody answers 103 until 19:00, an hour after the start; then one does, and two more from 19:10 to 20:00."""
    roster = tuple(0 if hour == 18 else 1 for hour in range(24))
    calls = [call(i, t, None, channel=Channel.PHONE_103) for i, t in enumerate((10, 4205, 4206, 4207))]
    world = live(
        [], calls, settings=settings(operators=1, own_desks={"103": OwnDesk(1, roster)}), duration_ms=10_800_000,
        injects=[StaffChange(4_200_000, "103", 3)],
    )  # fmt: skip
    assert answered(world) == [(0, 3602, 3592), (1, 4207, 2), (2, 4208, 2), (3, 4209, 2)]
    staffed = [(e.t_ms // 1000, e.value, detail(e)["desk"]) for e in events(world, Kind.STAFFED)]
    assert staffed == [(3600, 1.0, "103"), (4200, 3.0, "103"), (7200, 1.0, "103")]
