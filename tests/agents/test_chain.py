"""Plans, joins across services, desks, duty, overload and injects: each by hand on the line of 10 s blocks."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from agents.desk import Desk
from agents.injects import CamerasFail, NewIncident, PolicyChange, StaffChange, TeamBreakdown
from agents.overload import OverloadRule
from agents.plans import Need, Plans
from agents.policies.closest import Closest
from agents.policy_fault import PolicyFault
from agents.settings import HospitalSettings
from agents.teams import TeamSpec
from tests.agents.lives import START, Told, alarm, call, constant, detail, events, incident, live, settings, story, team
from twin.endings import unaccounted
from twin.records import Channel, Kind, Service

CRASH = {"service": Service.POLICE, "category": "crash"}
JOINS = {"join_radius_m": 50.0, "join_window_s": 120.0}


def crash_settings(**changes):
    plan = (Need("police"), Need("ambulance", when="injured"), Need("fire", ("ladder",), when="second_alarm"))
    plans = Plans({"crash": plan}, {"crash": "crash", "hurt": "crash"}, size_up_s=10)
    return replace(settings(**JOINS), plans=plans, **changes)


def endings(world):
    return [(e.call_id, e.alarm_id, detail(e)["how"]) for e in events(world, Kind.ENDED)]


def test_an_injured_crash_sends_police_and_ambulance_at_once():
    one = incident(0, 0, node=2, injured=True, **CRASH)
    world = live([one], [call(0, 0, one)], [team("P", 0, "police"), team("A", 4)], settings=crash_settings())
    assert [(e.t_ms, e.team_id) for e in events(world, Kind.DISPATCHED)] == [(5000, "P"), (5000, "A")]
    assert endings(world) == [(0, None, "served")]
    assert events(world, Kind.ENDED)[0].t_ms == 50_000, "with the last team to clear it"


def test_three_calls_to_two_services_and_a_camera_alarm_are_one_incident():
    one = incident(0, 0, node=2, **CRASH)
    to_103 = call(1, 1, one, service=Service.AMBULANCE, category="hurt")
    calls = [call(0, 0, one), to_103, call(2, 3, one)]
    seen = alarm(2, one, service=Service.POLICE, category="crash")
    teams = [team("P", 0, "police"), team("A", 0), team("P2", 0, "police")]
    world = live([one], calls, teams, settings=crash_settings(), sources=[Told([seen])])
    assert Counter(how for _, _, how in endings(world)) == {"served": 1, "joined": 3}
    assert [e.team_id for e in events(world, Kind.DISPATCHED)] == ["P", "A"], "the 103 call adds an ambulance"


def test_the_first_team_asks_for_what_is_missing():
    """A camera alarm tells of nobody hurt; 10 s after arriving the patrol asks for an ambulance and the ladder."""
    one = incident(0, 0, node=2, injured=True, level=2, on_scene_ms=100_000, **CRASH)
    teams = [
        team("P", 2, "police"),
        team("A", 2),
        TeamSpec("E", "fire", 2, "engine"),
        TeamSpec("L", "fire", 2, "ladder"),
    ]
    seen = alarm(1, one, service=Service.POLICE, category="crash")
    world = live([one], [], teams, settings=crash_settings(), sources=[Told([seen])])
    asked = [(e.t_ms, detail(e)["what"], e.value) for e in events(world, Kind.ESCALATED)]
    assert asked == [(46_000, "injured", 1), (46_000, "second_alarm", 1)]
    assert {e.team_id for e in events(world, Kind.ARRIVED)} == {"P", "A", "L"}


def test_a_team_of_another_kind_is_refused():
    class Any(Closest):
        name = "any"

        def decide(self, view, rng):
            from agents.policy import Dispatch

            return [Dispatch(w.key, "E") for w in view.waiting]

    one = incident(0, 0, node=2, service=Service.FIRE, category="high")
    plans = Plans({"high": (Need("fire", ("ladder",)),)})
    with pytest.raises(PolicyFault, match="kind 'engine', but it takes ladder"):
        live([one], [call(0, 0, one)], [TeamSpec("E", "fire", 0, "engine")], policy=Any(),
             settings=replace(settings(), plans=plans))  # fmt: skip


def test_a_caller_hangs_up_and_is_counted():
    """One operator, busy with the first call until 5 s; the second waits 2 s and no longer."""
    one = incident(0, 0, node=1)
    impatient = settings(operators=1, patience=constant(2))
    world = live([one], [call(0, 0, one), call(1, 1, None)], [team("A", 0)], settings=impatient)
    assert endings(world) == [(1, None, "abandoned"), (0, None, "served")]
    assert events(world, Kind.ENDED)[0].t_ms == 3000


def test_operators_come_and_go_by_the_hour():
    """Nobody from 18 to 19 h but one; two from 19 h on: the second of two calls waits for the hour."""
    roster = tuple([1] * 19 + [2] * 5)
    slow = settings(operators=1, roster=roster, process=constant(100))
    calls = [call(0, 3590, None), call(1, 3591, None)]
    world = live([], calls, [], settings=slow, duration_ms=7_200_000)
    assert START.hour == 18
    assert [(e.t_ms, e.value) for e in events(world, Kind.STAFFED)] == [(3_600_000, 2)]
    assert [e.t_ms for e in events(world, Kind.ANSWERED)] == [3_592_000, 3_602_000]


def test_a_desk_takes_the_urgent_first_and_finishes_when_its_staff_shrinks():
    taken = []
    desk = Desk(1)
    for name, priority in (("a", 2), ("b", 2), ("c", 1)):
        desk.enter(priority, taken.append, name)
    desk.set_staff(0)
    desk.done()
    assert taken == ["a"]
    desk.set_staff(2)
    assert taken == ["a", "c", "b"]


def test_a_shift_ends_when_the_job_is_done():
    """On duty until 30 s; sent at 5 s, clears at 40 s, drives home unasked and is off at 50 s; the next call waits."""
    one, two = incident(0, 0, node=1), incident(1, 35, node=1)
    spec = TeamSpec("A", "ambulance", 0, duty_ms=((0, 30_000), (90_000, 1_000_000)))
    world = live([one, two], [call(0, 0, one), call(1, 35, two)], [spec])
    assert story(world, Kind.OFF_DUTY, Kind.ON_DUTY)[:2] == [(50, "off_duty", None), (90, "on_duty", None)]
    assert [e.t_ms for e in events(world, Kind.DISPATCHED)] == [5000, 90_000]


def test_a_break_is_taken_at_the_post_and_nobody_is_sent_during_it():
    base = settings()
    ambulance = replace(base.services["ambulance"], break_after_s=10, pause=constant(100))
    paused = replace(base, services={**base.services, "ambulance": ambulance})
    one = incident(0, 0, node=1)
    world = live([one], [call(0, 20, one)], [team("A", 0)], settings=paused)
    assert story(world, Kind.BREAK_STARTED, Kind.BREAK_ENDED, Kind.DISPATCHED) == [
        (10, "break_started", None),
        (110, "break_ended", None),
        (110, "dispatched", 0),
    ]


def test_a_team_that_breaks_down_under_way_gives_its_request_back():
    """A rolls at 10 s for node 4 and breaks down at 25 s, before node 2; B goes on at once."""
    one = incident(0, 0, node=4)
    world = live([one], [call(0, 0, one)], [team("A", 0), team("B", 10)], injects=[TeamBreakdown(25_000, "A", 60_000)])
    assert [(e.t_ms, e.team_id) for e in events(world, Kind.DISPATCHED)] == [(5000, "A"), (25_000, "B")]
    broke = events(world, Kind.BROKE_DOWN)[0]
    assert (broke.node, broke.value) == (2, 60)
    assert next((e.t_ms, e.team_id, e.node) for e in events(world, Kind.RETURNED)) == (105_000, "A", 0)


def test_without_teams_the_centre_treats_by_phone_and_turns_away():
    """No team is free: of three calls of priority 3 the first waits, and the rules touch the later ones."""
    rules = [
        OverloadRule("talk", "ambulance", "hear_and_treat", free_below=0.5, waiting_over=1.5, treat=constant(60)),
        OverloadRule("turn", "ambulance", "no_send", waiting_over=0.5, max_wait_s=600),
    ]
    calls = [call(i, 10 * i, None, priority=3) for i in range(3)]
    world = live([], calls, [], settings=replace(settings(), overload=rules), duration_ms=1_200_000)
    assert endings(world) == [(1, None, "no_send"), (2, None, "no_send"), (0, None, "no_send")]
    assert events(world, Kind.ENDED)[2].t_ms == 605_000, "what has waited ten minutes is turned away too"
    assert next(detail(e)["rule"] for e in events(world, Kind.OVERLOAD)) == "turn"


def test_mutual_aid_comes_after_its_delay_and_leaves_again():
    rule = OverloadRule("aid", "ambulance", "mutual_aid", free_below=0.5, delay=constant(100), stay_s=200)
    one = incident(0, 0, node=1)
    aid = TeamSpec("N", "ambulance", 3, outside=True)
    world = live([one], [call(0, 0, one)], [aid], settings=replace(settings(), overload=[rule]))
    assert [(e.t_ms, e.team_id) for e in events(world, Kind.DISPATCHED)] == [(105_000, "N")]
    assert [e.t_ms for e in events(world, Kind.OFF_DUTY)] == [305_000]


def test_crews_wait_for_a_bay_and_the_load_decides_the_hospital():
    """Two patients at node 2; hospitals at 1 and 4. By time both go to 1, where one bay takes them in turn."""
    both = [incident(i, 0, node=2, transport=True) for i in range(2)]
    calls = [call(i, 0, one) for i, one in enumerate(both)]
    teams = [team("A", 2), team("B", 2)]
    by_time = replace(settings(), hospitals=HospitalSettings("time", bays=1))
    world = live(both, calls, teams, settings=by_time, hospitals=[1, 4])
    assert [e.value for e in events(world, Kind.HANDED_OVER)] == [60, 120]
    by_load = replace(settings(), hospitals=HospitalSettings("load", bays=1))
    world = live(both, calls, teams, settings=by_load, hospitals=[1, 4])
    assert {e.node for e in events(world, Kind.AT_HOSPITAL)} == {1, 4}


def test_injects_are_events_and_do_what_they_say():
    late = NewIncident(40_000, incident(9, 40, node=1), [call(9, 41, incident(9, 40, node=1))])
    dead = CamerasFail(0, 100_000, frozenset({"C-1"}), "centre 3")
    injects = [dead, StaffChange(10_000, "phones", 3), late]
    sources = [Told([alarm(50, None), alarm(150, None)])]
    world = live([], [], [team("A", 0)], injects=injects, sources=sources)
    assert [detail(e)["inject"] for e in events(world, Kind.INJECT)] == ["camera_failure", "staff", "incident"]
    assert [e.t_ms for e in events(world, Kind.ALARM)] == [150_000], "the dead camera raised none at 50 s"
    assert story(world, Kind.ARRIVED)[0] == (61, "arrived", 0)


def test_a_policy_changes_on_the_way_and_the_log_up_to_it_stays():
    class Never(Closest):
        name = "never"

        def decide(self, view, rng):
            return []

    ones = [incident(i, 0, node=1) for i in range(2)]
    calls = [call(0, 0, ones[0]), call(1, 200, ones[1])]
    plain = live(ones, calls, [team("A", 0)])
    turned = live(ones, calls, [team("A", 0)], injects=[PolicyChange(100_000, Never())])
    before = [e for e in plain.log if e.t_ms < 100_000]
    assert before == [e for e in turned.log if e.t_ms < 100_000]
    assert len(events(turned, Kind.DISPATCHED)) == 1


def test_a_policy_that_never_returns_ends_the_run():
    class Stuck(Closest):
        name = "stuck"

        def decide(self, view, rng):
            while True:
                try:
                    sum(range(1000))
                except Exception:
                    continue

    from agents.world import World
    from tests.agents.lives import line
    from twin.travel import SearchedTravel

    one = incident(0, 0, node=1)
    world = World(
        SearchedTravel(line()), START, 60_000, 1, [one], [call(0, 0, one)], [team("A", 0)], [], settings(), Stuck()
    )
    world.limit_s = 0.2
    with pytest.raises(PolicyFault, match=r"'stuck' at .*\n.*had not returned after 0.2 s"):
        world.run()
    assert detail(world.log[-1])["status"] == "interrupted"


def test_channels_are_told():
    world = live([], [call(0, 0, None, channel=Channel.PHONE_103), call(1, 0, None, channel=Channel.FIRE_MONITOR)], [],
                 settings=settings(monitor_process=constant(1)))  # fmt: skip
    assert [detail(e)["channel"] for e in events(world, Kind.CALL)] == ["103", "fire_monitor"]
    assert [e.call_id for e in events(world, Kind.ANSWERED)] == [0]


def test_whatever_happens_every_call_and_alarm_ends_once():
    from tests.agents.test_world import live_busy

    rules = [OverloadRule("turn", "ambulance", "no_send", waiting_over=1.0, max_wait_s=600)]
    base = settings(patience=constant(30), operators=1, p_dismissed_false=0.5)
    for seed in range(4):
        world = live_busy(seed, 4, settings=replace(base, overload=rules))
        assert unaccounted(world.log.to_table()) == []
        assert Counter(e.kind for e in world.log)[Kind.ENDED] > 60
