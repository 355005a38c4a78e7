"""The whole chain: nothing is lost, the same seed gives the same log, and whatever ends a run the log stays whole."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from agents.policies.closest import Closest
from agents.settings import Duration
from tests.agents.lives import (
    START,
    Told,
    alarm,
    call,
    constant,
    detail,
    events,
    grid,
    incident,
    live,
    settings,
    team,
)
from twin.log import EventLog, content_hash
from twin.records import Kind, Service
from twin.streams import stream
from twin.travel import SearchedTravel

SERVICES = (Service.AMBULANCE, Service.FIRE)


def busy_day(seed: int, n: int = 60, hour_s: float = 3000.0):
    """Random incidents on the 6 x 6 grid, one to three calls each, some false calls, an alarm for some."""
    rng = stream(seed, "busy day")
    incidents = [
        incident(
            i, float(t), int(rng.integers(36)), service=SERVICES[int(rng.integers(2))],
            priority=int(rng.integers(1, 4)), transport=bool(rng.random() < 0.5),
            on_scene_ms=int(rng.integers(600_000)),
        )
        for i, t in enumerate(np.sort(rng.uniform(0, hour_s, n)))
    ]  # fmt: skip
    rings = [
        (one.t_ms / 1000 + float(rng.exponential(60)), one) for one in incidents for _ in range(rng.integers(1, 4))
    ]
    rings += [(float(rng.uniform(0, hour_s)), None) for _ in range(10)]
    calls = [
        call(i, t, one, node=int(rng.integers(36))) for i, (t, one) in enumerate(sorted(rings, key=lambda r: r[0]))
    ]
    alarms = [alarm(one.t_ms / 1000 + 3, one, camera_id=f"C-{one.id}") for one in incidents[::5]]
    alarms += [alarm(float(rng.uniform(10, hour_s)), None, node=int(rng.integers(36))) for _ in range(10)]
    return incidents, calls, [Told(alarms)]


def live_busy(day: int, teams: int = 8, **changes):
    incidents, calls, sources = busy_day(day)
    specs = [team(f"T{i}", (7 * i) % 36, SERVICES[i % 2]) for i in range(teams)]
    cv = {"turnout": Duration(60, 0.5), "join_window_s": 300.0, "operators": 3, "p_dismissed_false": 0.5}
    rest = {"travel": SearchedTravel(grid()), "hospitals": [0, 35], "settings": settings(**cv), "sources": sources}
    return live(incidents, calls, specs, **(rest | changes))


@effort(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), teams=st.integers(0, 12), minutes=st.sampled_from([5, 30, 60, 600]))
def test_every_call_and_alarm_is_accounted_for(seed, teams, minutes):
    """Whatever rang is processed or in hand; whatever is processed joined or opened a request; and so on to the end."""
    world = live_busy(seed, teams, duration_ms=minutes * 60_000)
    n = Counter(str(event.kind) for event in world.log)
    end = detail(events(world, Kind.RUN_ENDED)[0])
    assert n["call"] == n["processed"] + end["calls"]
    assert n["alarm"] == n["alarm_confirmed"] + n["alarm_dismissed"] + end["alarms"]
    assert n["dispatched"] == n["processed"] + n["alarm_confirmed"] - n["joined"] - end["requests"]
    assert n["decision"] == n["dispatched"]
    doing = Counter(team.doing for team in world.fleet.teams)
    attended = {detail(e)["request"] for e in events(world, Kind.ARRIVED)}
    assert n["dispatched"] == len(attended) + doing["turnout"] + doing["driving"]
    assert n["arrived"] == n["scene_cleared"] + doing["on_scene"]
    assert n["at_hospital"] == n["handed_over"] + doing["handover"]
    assert end["waiting"] == end["calls"] + end["alarms"] + end["requests"]
    if minutes == 600 and teams >= 2:
        assert end["waiting"] == 0, "ten hours are enough for one busy hour"


@effort(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_log_is_in_order_and_no_team_is_in_two_places(seed):
    world = live_busy(seed, 6, duration_ms=6 * 3_600_000)
    times = [event.t_ms for event in world.log]
    assert times == sorted(times)
    follows = {
        "dispatched": {"turned_out"},
        "turned_out": {"arrived"},
        "arrived": {"scene_cleared"},
        "scene_cleared": {"arrived", "at_hospital", "returned", "dispatched"},
        "at_hospital": {"handed_over"},
        "handed_over": {"returned", "dispatched"},
        "returned": {"dispatched"},
    }
    last: dict[str, str] = {}
    for event in world.log:
        if event.team_id and event.kind is not Kind.DECISION:
            assert event.kind in follows[last.get(event.team_id, "returned")]
            last[event.team_id] = str(event.kind)


@effort(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_stages_add_up_to_what_the_street_graph_says(seed):
    """From its post, arrived less turned out is the graph's own travel time; the expected time is the real one."""
    world = live_busy(seed, 8)
    graph, post = world.fleet.travel.streets, {t.spec.id: t.spec.post_node for t in world.fleet.teams}
    out, home, expected = {}, dict.fromkeys(post, True), {}
    for e in world.log:
        if e.kind is Kind.DISPATCHED:
            out[e.team_id], expected[e.team_id] = home[e.team_id], e.value
            home[e.team_id] = False
        elif e.kind is Kind.RETURNED:
            home[e.team_id] = True
        elif e.kind is Kind.ARRIVED and e.value:
            assert e.value == expected[e.team_id]
            if out[e.team_id]:
                assert round(1000 * e.value) == graph.times_from_ms(post[e.team_id])[e.node]


def test_the_same_seed_gives_the_same_log_and_another_seed_another():
    hashes = [content_hash(live_busy(3, seed=seed).log.to_table()) for seed in (1, 1, 2)]
    assert hashes[0] == hashes[1] != hashes[2]


def test_how_often_progress_is_asked_for_changes_nothing(monkeypatch):
    plain = content_hash(live_busy(5).log.to_table())
    monkeypatch.setattr("agents.world.PROGRESS_MS", 777)
    assert content_hash(live_busy(5).log.to_table()) == plain


def test_two_policies_meet_the_same_draws():
    """One sends the closest team, the other the team of the highest row: every stage but travel is the same."""

    class Last(Closest):
        name = "last"

        def decide(self, view, rng):
            from agents.policy import Dispatch

            free, choices = view.teams.free.copy(), []
            for request in view.waiting:
                rows = np.flatnonzero(free & (view.teams.service == request.service))
                if rows.size:
                    free[rows[-1]] = False
                    choices.append(Dispatch(request.key, str(view.teams.id[rows[-1]])))
            return choices

    def stages(world):
        kinds = (Kind.ANSWERED, Kind.PROCESSED, Kind.ALARM_CONFIRMED, Kind.ALARM_DISMISSED)
        return {(e.kind, e.call_id, e.alarm_id, e.value) for e in world.log if e.kind in kinds}

    def turnouts(world):
        return {(e.call_id, e.alarm_id): e.value for e in events(world, Kind.TURNED_OUT) if e.value}

    closest, last = live_busy(4, teams=300), live_busy(4, teams=300, policy=Last())
    assert stages(closest) == stages(last)
    shared = turnouts(closest).keys() & turnouts(last).keys()
    assert len(shared) > 30
    assert [turnouts(closest)[key] for key in shared] == [turnouts(last)[key] for key in shared]
    assert content_hash(closest.log.to_table()) != content_hash(last.log.to_table())


def test_another_call_changes_no_draw_of_the_others():
    one = incident(0, 0, node=2)
    lognormal = settings(answer=Duration(5, 0.5), process=Duration(60, 0.5), turnout=Duration(60, 0.5))
    alone = live([one], [call(7, 10, one)], [team("A", 0), team("B", 0)], settings=lognormal)
    both = live([one], [call(3, 9, None), call(7, 10, one)], [team("A", 0), team("B", 0)], settings=lognormal)

    def of_seven(world):
        return [e.value for e in world.log if e.call_id == 7 and e.kind in {Kind.PROCESSED, Kind.TURNED_OUT}]

    assert of_seven(alone) == of_seven(both)


def test_the_log_begins_and_ends_with_the_run():
    world = live(scenario="friday", duration_ms=90_000)
    first, last = list(world.log)
    assert (first.kind, detail(first)) == (
        Kind.RUN_STARTED,
        {"scenario": "friday", "seed": 1, "start": START.isoformat()},
    )
    assert (last.kind, last.t_ms, last.value, detail(last)["status"]) == (Kind.RUN_ENDED, 90_000, 90, "done")


def test_progress_is_told_every_minute_and_at_the_end():
    from agents.world import World
    from tests.agents.lives import line

    told: list[int] = []
    World(SearchedTravel(line()), START, 150_000, 1, [], [], [], [], settings(), Closest()).run(told.append)
    assert told == [60_000, 120_000, 150_000]


@pytest.mark.parametrize("where", ["source", "listener", "progress"])
def test_an_interrupt_comes_through_and_leaves_the_log_whole(where):
    def stop(*_):
        raise KeyboardInterrupt

    log, told = EventLog(), Told([alarm(100, None)])
    if where == "source":
        told.look = stop
    if where == "listener":
        log.subscribe(lambda event: stop() if event.kind is Kind.ALARM else None)
    from agents.world import World
    from tests.agents.lives import line

    one = incident(0, 20, node=2)
    world = World(
        SearchedTravel(line()),
        START,
        3_600_000,
        1,
        [one],
        [call(0, 30, one)],
        [],
        [],
        settings(),
        Closest(),
        [told],
        log,
    )
    with pytest.raises(KeyboardInterrupt):
        world.run(stop if where == "progress" else None)
    kinds = [str(event.kind) for event in log]
    assert kinds[:3] == ["run_started", "incident", "call"]
    assert (kinds[-1], detail(log[-1])["status"]) == ("run_ended", "interrupted")
    assert log.to_table().num_rows == len(log)


def test_ids_must_be_unique_and_known():
    one = incident(0, 0, node=1)
    with pytest.raises(ValueError, match="share one"):
        live([one, one])
    with pytest.raises(ValueError, match="share one"):
        live([one], [call(0, 0, one), call(0, 1, one)])
    with pytest.raises(ValueError, match=r"not there: \[0\]"):
        live([], [call(0, 0, one)])


def test_a_day_without_anything_is_lived_too():
    world = live(settings=settings(turnout=constant(0)))
    assert [str(e.kind) for e in world.log] == ["run_started", "run_ended"]
