"""Drones in the chain: who goes, what is seen, what that spares or asks for, and what happens when one fails."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from agents.drones.craft import Craft
from agents.drones.plan import Flyer, Leg
from agents.drones.squadron import PatrolSpec
from agents.flight.drone_class import drone_class
from agents.flight.fitted import load_fitted
from agents.injects import DroneFails
from agents.plans import Need, Plans
from agents.policies.closest import Closest
from agents.policies.drone_parts import DroneFirst, DroneLooksFirst, DroneWhereLate, Grounded
from tests.agents.drones.skies import FAR, call, drone, flown, live, lying, place, squadron, told
from tests.agents.lives import detail, events, settings, team
from twin.endings import unaccounted
from twin.records import Kind, Service, Visual
from twin.sky import LIGHTS


def seconds(world, kind: Kind) -> list[float]:
    return [event.t_ms / 1000 for event in events(world, kind)]


def test_the_nearest_ready_drone_is_there_first_and_the_team_still_comes():
    incident = lying(0, 10, FAR)
    world = live(squadron([drone("D-1", 50, 50), drone("D-2", 1000, 1000)]), [incident], [call(0, 20, incident)],
                 [team("A", 10)])  # fmt: skip
    launched = events(world, Kind.DRONE_LAUNCHED)
    assert [event.team_id for event in launched] == ["D-2"]
    flyer = Flyer(drone_class("dock_quad"), load_fitted("dock_quad"), 1.0)
    x, y = incident.x_m, incident.y_m
    start = np.array([x - 1000, y - 1000, 12.0])
    alone = flyer.plan(0, start, [Leg((x - 1000, y - 1000, 30.0), 99.0), Leg((x, y, 30.0), 15.0)], np.zeros(2))
    assert launched[0].value == pytest.approx(15.0 + alone.reached_ms[-1] / 1000, abs=0.3)
    (saw,) = events(world, Kind.DRONE_SAW)
    assert detail(saw)["saw"] == "confirmed"
    assert saw.incident_id == 0
    assert saw.t_ms < events(world, Kind.ARRIVED)[0].t_ms
    assert saw.value == pytest.approx((saw.t_ms - 20_000) / 1000)
    assert detail(events(world, Kind.DRONE_TURNED_HOME)[0])["why"] == "done"
    assert not events(world, Kind.DRONE_VIOLATION)
    assert unaccounted(world.log.to_table()) == []


def test_the_battery_gives_what_the_log_says_and_fills_on_the_dock():
    incident = lying(0, 10, FAR)
    world = live(squadron([drone()]), [incident], [call(0, 20, incident)], [team("A", 10)])
    (landed,) = events(world, Kind.DRONE_LANDED)
    craft: Craft = world.drones.sorties.by_id["D-1"]
    assert landed.value == pytest.approx(1.0 - detail(landed)["energy_wh"] / craft.flyer.full_wh, abs=1e-5)
    assert craft.charge_at(landed.t_ms + 60_000) == pytest.approx(
        landed.value + 60 / craft.spec.full_charge_s, abs=1e-5
    )
    assert craft.charge_at(landed.t_ms + 100_000_000) == 1.0


def test_an_empty_place_turns_the_team_back_and_ends_the_call():
    world = live(squadron([drone()], p_nothing_if_false=1.0), [], [call(0, 20, None, FAR)], [team("A", 10)])
    (saw,) = told(world, Kind.DRONE_SAW)
    assert (saw["saw"], saw["mistake"], saw["spared"], saw["recalled"]) == ("nothing_there", False, 1, ["A"])
    assert not events(world, Kind.ARRIVED)
    assert told(world, Kind.ENDED)[0]["how"] == "found_empty"
    assert world.fleet.by_id["A"].node == 10
    assert unaccounted(world.log.to_table()) == []


def test_a_team_that_is_there_already_is_not_sent_away():
    world = live(squadron([drone("D-1", 50, 1990)], p_nothing_if_false=1.0), [], [call(0, 20, None, 10)],
                 [team("A", 10)])  # fmt: skip
    (saw,) = told(world, Kind.DRONE_SAW)
    assert (saw["saw"], saw["spared"]) == ("nothing_there", 0)
    assert told(world, Kind.ENDED)[0]["how"] == "served"


@pytest.mark.parametrize(("spares", "how"), [("alarms", "served"), ("none", "served"), ("all", "found_empty")])
def test_whose_team_an_empty_place_spares_is_a_rule(spares, how):
    fleet = squadron([drone("D-1", 1900, 1900)], p_nothing_if_false=1.0, spares=spares)
    world = live(fleet, [], [call(0, 20, None, FAR)], [team("A", 10)])
    assert told(world, Kind.ENDED)[0]["how"] == how


def test_where_the_drone_looks_first_no_team_leaves_for_nothing():
    world = live(squadron([drone()], p_nothing_if_false=1.0), [], [call(0, 20, None, FAR, priority=3)],
                 [team("A", 10)], DroneLooksFirst())  # fmt: skip
    assert not events(world, Kind.DISPATCHED)
    assert told(world, Kind.ENDED)[0]["how"] == "found_empty"


def test_where_the_drone_cannot_tell_the_team_is_sent_after_its_look():
    world = live(squadron([drone()], p_nothing_if_false=0.0), [], [call(0, 20, None, FAR, priority=3)],
                 [team("A", 10)], DroneLooksFirst())  # fmt: skip
    assert told(world, Kind.DRONE_SAW)[0]["saw"] == "unclear"
    assert seconds(world, Kind.DISPATCHED) == seconds(world, Kind.DRONE_SAW)


def test_a_real_one_behind_walls_may_be_called_nothing_and_that_is_counted():
    incident = lying(0, 10, FAR, visual=Visual.NONE)
    world = live(squadron([drone()], p_nothing_if_unseen=1.0), [incident], [call(0, 20, incident)], [team("A", 10)])
    (saw,) = told(world, Kind.DRONE_SAW)
    assert (saw["saw"], saw["mistake"], saw["spared"]) == ("nothing_there", True, 1)
    assert not events(world, Kind.ARRIVED)


def test_what_is_missing_is_asked_for_when_the_drone_sees_it():
    plans = Plans({"fall": (Need("ambulance"), Need("ambulance", when="second_alarm", count=2))})
    incident = lying(0, 10, FAR, level=2)
    chain = replace(settings(), plans=plans)
    teams = [team("A", 10), team("B", 10), team("C", 10)]
    without = live(None, [incident], [call(0, 20, incident)], teams, settings=chain, policy=Closest())
    world = live(squadron([drone()]), [incident], [call(0, 20, incident)], teams, settings=chain)
    (late,), (early,) = events(without, Kind.ESCALATED), events(world, Kind.ESCALATED)
    assert (early.team_id, early.value) == ("D-1", 2.0)
    assert early.t_ms == events(world, Kind.DRONE_SAW)[0].t_ms < late.t_ms
    assert told(world, Kind.DRONE_SAW)[0]["more"] == ["second_alarm"]
    assert max(seconds(world, Kind.ARRIVED)) < max(seconds(without, Kind.ARRIVED))


def test_a_watch_is_handed_over_before_the_battery_runs_low():
    incident = lying(0, 10, FAR, level=2, on_scene_ms=2_700_000, visible_ms=9_000_000)
    fleet = squadron([drone("D-1", 50, 50), drone("D-2", 500, 1500)])
    world = live(fleet, [incident], [call(0, 20, incident)], [team("A", 10)])
    assert [event.team_id for event in events(world, Kind.DRONE_HANDED_OVER)] == ["D-2", "D-1"]
    assert all(event.value > 0 for event in events(world, Kind.DRONE_HANDED_OVER))
    arrived, home = events(world, Kind.DRONE_ARRIVED), events(world, Kind.DRONE_TURNED_HOME)
    assert all(came.t_ms <= left.t_ms for came, left in zip(arrived[1:], home, strict=False))
    assert not events(world, Kind.DRONE_VIOLATION)


def test_a_listed_car_is_followed_until_a_patrol_is_there():
    incident = lying(0, 10, FAR - 5, visual=Visual.LISTED_PLATE, plate="00A123BC", visible_ms=100_000)
    world = live(squadron([drone("D-1", 1500, 1900)]), [incident], [call(0, 20, incident)], [team("A", 10)])
    followed = events(world, Kind.DRONE_FOLLOWED)
    cars = np.array([(detail(event)["x_m"], detail(event)["y_m"]) for event in followed])
    assert np.ptp(cars, axis=0).max() > 300  # it drives off
    assert max(event.value for event in followed) < 200
    assert not any(detail(event)["lost"] for event in followed)
    (home,) = events(world, Kind.DRONE_TURNED_HOME)
    assert detail(home)["why"] == "done"
    assert home.t_ms > events(world, Kind.ARRIVED)[0].t_ms
    assert not events(world, Kind.DRONE_VIOLATION)


@pytest.mark.parametrize(
    ("changes", "reason", "words"),
    [
        ({"weather": "fog"}, "weather", "the weather is fog"),
        ({"wind": (13.0, 0.0)}, "wind", "a wind of 13.0 m/s"),
        ({"red": ((2000.0, 2000.0, 300.0),)}, "red_zone", "red 0"),
        ({"least_station_s": 2400.0}, "range", "above its reserve"),
    ],
)
def test_no_drone_takes_off_where_it_must_not(changes, reason, words):
    incident = lying(0, 10, FAR)
    world = live(squadron([drone()], **changes), [incident], [call(0, 20, incident)], [team("A", 10)])
    (refused,) = told(world, Kind.DRONE_REFUSED)
    assert refused["reason"] == reason
    assert words in refused["told"]
    assert len(flown(world)) == 1
    assert told(world, Kind.ENDED)[0]["how"] == "served"


def test_a_half_empty_battery_is_charged_first():
    incident = lying(0, 10, FAR)
    world = live(squadron([drone(charge=0.25)]), [incident], [call(0, 20, incident)], [team("A", 10)])
    assert told(world, Kind.DRONE_REFUSED)[0]["reason"] == "charge"


def test_motors_that_stop_end_the_flight_under_the_parachute_and_another_drone_goes():
    incident = lying(0, 10, FAR)
    fleet = squadron([drone("D-1", 50, 50), drone("D-2", 1000, 1000)])
    world = live(fleet, [incident], [call(0, 20, incident)], [], injects=[DroneFails(60_000, "D-2", "motor")])
    (down,) = events(world, Kind.DRONE_DOWN)
    assert detail(down)["how"] == "parachute"
    assert down.value == pytest.approx(0.8 + (30 - 0.5 * 9.80665 * 0.64) / 5.2, abs=1.0)
    assert [event.team_id for event in events(world, Kind.DRONE_LAUNCHED)] == ["D-2", "D-1"]
    assert [event.team_id for event in events(world, Kind.DRONE_LANDED)] == ["D-1"]
    assert not world.drones.sorties.by_id["D-2"].is_ready(10_000_000)


def test_a_drone_without_its_link_flies_home_and_tells_nothing():
    incident = lying(0, 10, FAR)
    world = live(
        squadron([drone()]), [incident], [call(0, 20, incident)], [], injects=[DroneFails(60_000, "D-1", "link")]
    )
    kinds = [str(event.kind) for event in flown(world) if event.kind is not Kind.DRONE_REFUSED][:4]
    assert kinds == ["drone_launched", "drone_failed", "drone_turned_home", "drone_landed"]
    assert told(world, Kind.DRONE_TURNED_HOME)[0]["why"] == "link_lost"
    assert len(events(world, Kind.DRONE_LAUNCHED)) == 2  # the link is there again on the dock


def test_a_drone_that_fails_on_its_dock_stays_there():
    incident = lying(0, 10, FAR)
    world = live(
        squadron([drone()]), [incident], [call(0, 20, incident)], [], injects=[DroneFails(5_000, "D-1", "motor")]
    )
    assert [str(event.kind) for event in flown(world)] == ["drone_failed", "drone_refused"]


def test_a_round_sees_what_no_camera_sees_and_raises_an_alarm():
    incident = lying(0, 100, FAR - 42, visual=Visual.FIRE, visible_ms=3_000_000)
    patrol = PatrolSpec("gap", ("D-1",), (300_000,), ((incident.x_m - 400, incident.y_m, 60.0),
                        (incident.x_m - 60, incident.y_m, 600.0)))  # fmt: skip
    world = live(squadron([drone()], patrols=[patrol]), [incident], [], [team("A", 10, Service.FIRE)])
    (alarm,) = events(world, Kind.ALARM)
    assert (alarm.camera_id, alarm.incident_id, detail(alarm)["source"]) == ("D-1", 0, "drone")
    assert [(s.camera_id, s.incident_id) for s in world.sightings] == [("D-1", 0)]
    assert told(world, Kind.DRONE_SAW)[0]["patrol"] == "gap"
    assert [detail(event)["point"] for event in events(world, Kind.DRONE_ARRIVED)][:2] == [0, 1]
    assert seconds(world, Kind.ARRIVED) != []


def test_a_round_takes_nothing_for_something_as_often_as_fixed_cameras_do():
    x_m, y_m = place(FAR)
    patrol = PatrolSpec("gap", ("D-1",), (300_000,), ((x_m, y_m, 600.0),))

    def alarms(rate_h: float) -> list:
        fleet = squadron([drone()], patrols=[patrol])
        rates = {"fire": dict.fromkeys(LIGHTS, rate_h)}
        return events(live(replace(fleet, seer=replace(fleet.seer, false_alarms=rates)), [], [], []), Kind.ALARM)

    (alarm,) = alarms(1e4)
    assert (detail(alarm)["rule"], alarm.incident_id, alarm.camera_id) == ("fire", None, "D-1")
    assert alarms(0.0) == []


def test_a_drone_goes_only_where_it_beats_the_team():
    near, far = lying(0, 10, 12), lying(1, 400, FAR)
    calls, teams = [call(0, 20, near), call(1, 410, far)], [team("A", 10), team("B", 10)]
    world = live(squadron([drone()]), [near, far], calls, teams, DroneWhereLate(30.0))
    assert [event.incident_id for event in events(world, Kind.DRONE_LAUNCHED)] == [1]


def test_drones_that_stay_down_change_nothing_and_drones_in_the_air_change_no_draw():
    incidents = [lying(i, 10 + 100 * i, 40 * i + 7) for i in range(8)]
    calls = [call(i, 20 + 100 * i, incident) for i, incident in enumerate(incidents)]
    teams = [team("A", 10), team("B", 300)]
    without = live(None, incidents, calls, teams, policy=Closest())
    grounded = live(squadron([drone()]), incidents, calls, teams, Grounded())
    told_apart = {Kind.DECISION}  # they carry the policy's name

    def rest(world):
        return [
            (e.t_ms, e.kind, e.incident_id, e.team_id, e.value, e.detail)
            for e in world.log
            if e.kind not in told_apart and not str(e.kind).startswith("drone_")
        ]

    assert rest(grounded) == rest(without)
    with_drones = live(squadron([drone()]), incidents, calls, teams, DroneFirst())
    assert len(events(with_drones, Kind.DRONE_LAUNCHED)) > 1
    assert rest(with_drones) == rest(without)  # nothing false, nothing bigger than reported: teams do the same


def test_the_same_day_is_the_same_to_the_byte():
    def hashed():
        from twin.log import content_hash

        incidents = [lying(i, 10 + 60 * i, 20 * i + 7) for i in range(12)]
        calls = [call(i, 20 + 60 * i, incident) for i, incident in enumerate(incidents)]
        fleet = squadron([drone("D-1"), drone("D-2"), drone("E-1", 1500, 600)], wind=(5.0, 70.0))
        return content_hash(live(fleet, incidents, calls, [team("A", 10)]).log.to_table())

    assert hashed() == hashed()


def test_drones_from_one_dock_to_one_place_never_come_too_near():
    incidents = [lying(i, 10 + i, FAR - i % 3) for i in range(9)]
    calls = [call(i, 20 + i, incident) for i, incident in enumerate(incidents)]
    fleet = squadron([drone(f"D-{i}") for i in range(9)])
    world = live(fleet, incidents, calls, [])
    assert len(events(world, Kind.DRONE_LAUNCHED)) >= 7
    assert not events(world, Kind.DRONE_VIOLATION)
    waits = [launched["wait_s"] for launched in told(world, Kind.DRONE_LAUNCHED)]
    assert max(waits) > 0


def test_ways_go_round_red_zones():
    incident = lying(0, 10, FAR)
    world = live(squadron([drone()], red=((1000.0, 1000.0, 300.0),)), [incident], [call(0, 20, incident)], [])
    (launched,) = told(world, Kind.DRONE_LAUNCHED)
    assert launched["distance_m"] > 2780
    assert not events(world, Kind.DRONE_VIOLATION)
