"""Camera alarms wait for the one verifier, who looks 30 s at each."""

from __future__ import annotations

import pytest

from tests.agents.lives import Told, alarm, detail, events, incident, live, place, settings, story, team
from twin.records import Kind, Sighting


def test_an_alarm_is_verified_and_answered_like_a_call():
    """Reaches the desk at 10 s, confirmed at 40 s, a team sent at once: turnout 5 s, two blocks."""
    lying = incident(0, 5, node=2)
    world = live([lying], [], [team("A", 0)], sources=[Told([alarm(10, lying)])])
    assert story(world)[:6] == [
        (5, "incident", 0),
        (10, "alarm", 0),
        (40, "alarm_confirmed", 0),
        (40, "dispatched", 0),
        (45, "turned_out", 0),
        (65, "arrived", 0),
    ]
    raised, confirmed, sent = (events(world, k)[0] for k in (Kind.ALARM, Kind.ALARM_CONFIRMED, Kind.DISPATCHED))
    assert (raised.alarm_id, raised.camera_id, raised.value) == (0, "C-1", 2)
    assert detail(raised) == {
        "rule": "person_lying", "service": "ambulance", "source": "fitted", "plate": "", "x_m": place(2)[0],
        "y_m": place(2)[1],
    }  # fmt: skip
    assert (confirmed.value, detail(confirmed)) == (30, {"rule": "person_lying"})
    assert (sent.alarm_id, sent.call_id) == (0, None)


def test_a_false_alarm_costs_the_team_its_minutes():
    """Confirmed by mistake: two blocks there, 20 s of looking about, two blocks back."""
    world = live([], [], [team("A", 0)], sources=[Told([alarm(10, None, node=2)])])
    assert story(world)[1:] == [
        (40, "alarm_confirmed", None),
        (40, "dispatched", None),
        (45, "turned_out", None),
        (65, "arrived", None),
        (85, "scene_cleared", None),
        (105, "returned", None),
    ]


def test_a_dismissed_alarm_costs_no_team_anything():
    told = Told([alarm(10, None, node=2)])
    world = live([], [], [team("A", 0)], sources=[told], settings=settings(p_dismissed_false=1.0))
    assert story(world) == [(10, "alarm", None), (40, "alarm_dismissed", None)]
    assert detail(events(world, Kind.RUN_ENDED)[0])["waiting"] == 0


def test_the_verdict_follows_its_own_probability():
    """400 false alarms an hour at each of 40 %: the share dismissed lies within 4 standard errors."""
    alarms = [alarm(10 + i, None, camera_id=f"C-{i}") for i in range(400)]
    rest = settings(p_dismissed_false=0.4, p_dismissed_true=1.0, verifiers=400)
    world = live(sources=[Told(alarms)], settings=rest)
    share = len(events(world, Kind.ALARM_DISMISSED)) / 400
    assert share == pytest.approx(0.4, abs=4 * (0.4 * 0.6 / 400) ** 0.5)


def test_another_camera_changes_no_verdict():
    alarms = [alarm(10 + 50 * i, None, camera_id=f"C-{i}") for i in range(40)]
    more = [alarm(11 + 50 * i, None, camera_id="NEW") for i in range(40)]
    verdicts = []
    for told in (alarms, alarms + more):
        world = live(sources=[Told(told)], settings=settings(p_dismissed_false=0.5, verifiers=2))
        kept = {e.alarm_id: e.camera_id for e in events(world, Kind.ALARM) if e.camera_id != "NEW"}
        verdicts.append({kept[e.alarm_id] for e in events(world, Kind.ALARM_CONFIRMED) if e.alarm_id in kept})
    assert verdicts[0] == verdicts[1]
    assert 0 < len(verdicts[0]) < 40


def test_alarms_queue_for_the_verifier_the_urgent_first():
    alarms = [alarm(10, None), alarm(11, None, camera_id="C-2"), alarm(12, None, camera_id="C-3", priority=1)]
    world = live(sources=[Told(alarms)])
    verdicts = [(e.camera_id, e.t_ms / 1000, e.value) for e in events(world, Kind.ALARM_CONFIRMED)]
    assert verdicts == [("C-1", 40, 30), ("C-3", 70, 58), ("C-2", 100, 89)]


def test_a_source_is_asked_at_its_wakes_and_what_it_saw_is_kept():
    class Watch(Told):
        def look(self, t_ms):
            report = super().look(t_ms)
            sighting = Sighting(t_ms, "C-1", "person_lying", 0.9, 0.0, 0.0, None)
            return type(report)([sighting], report.alarms)

    watch = Watch([alarm(10, None), alarm(20, None), alarm(3601, None)], early_ms=2000)
    world = live(sources=[watch])
    assert watch.asked == [8_000, 18_000, 3_599_000]
    assert [s.t_ms for s in world.sightings] == watch.asked
    assert [e.t_ms for e in events(world, Kind.ALARM)] == [10_000, 20_000], "the third comes after the end"


def test_a_source_that_invents_an_incident_is_named():
    lying = incident(7, 5, node=2)
    with pytest.raises(ValueError, match="told reports incident 7"):
        live([], [], sources=[Told([alarm(10, lying)])])


def test_an_alarm_for_a_service_without_teams_waits():
    world = live(sources=[Told([alarm(10, None, service="rescue")])], teams=[team("A", 0)])
    assert detail(events(world, Kind.RUN_ENDED)[0])["requests"] == 1
