"""Beyond the ordinary day: weeks and seasons, near-repeats, surges, shifts, kinds, injects, expected demand."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest
from shapely import box

from scenarios.batches import with_repeats
from scenarios.demand import draw_day
from scenarios.expected import ExpectedRequests
from scenarios.injects import build_doings
from scenarios.origins import Origins
from scenarios.places import CitySpots
from scenarios.rates import calendar_factor, demand_mass
from scenarios.read import read_scenario
from scenarios.schema import NearRepeat, Scenario, ShiftSpec
from scenarios.schema_response import SurgeSpec
from scenarios.settings import response_settings
from scenarios.teams import duty_windows, make_fleet
from sensors.alarms import load_alarm_rules
from sensors.default_fleet import default_fleet
from tests.towns import grid_town
from twin.errors import InputError
from twin.records import Service
from twin.streams import stream
from twin.streets import StreetGraph

HOUR = 3_600_000


@pytest.fixture(scope="module")
def town():
    return grid_town(columns=8, rows=8, storeys=400)


@pytest.fixture(scope="module")
def graph(town):
    return StreetGraph.of(town)


def changed(name: str, **fields) -> Scenario:
    return Scenario.model_validate(read_scenario(name).model_dump(mode="json") | fields)


def test_the_week_and_the_year_shift_the_rate():
    weekday = read_scenario("weekday")
    police = weekday.demand[Service.POLICE]
    wednesday_in_june = police.weekdays[2] / np.mean(police.weekdays) * police.months[5] / np.mean(police.months)
    assert calendar_factor(police, weekday, 0) == pytest.approx(wednesday_in_june)
    _, mass = demand_mass(police, weekday)
    assert mass[-1] == pytest.approx(24 * wednesday_in_june)


def test_near_repeats_keep_the_mean():
    """Each of 4,000 draws 0.5 on average, and these again: 4,000 / (1 - 0.5) in all, less those after the end."""
    t_ms, at = np.zeros(4000, dtype=np.int64), np.zeros((4000, 2))
    repeat = NearRepeat(expected=0.5, within_m=100, within_min=10)
    times, places = with_repeats(t_ms, at, repeat, 100 * HOUR, stream(1, "test"))
    assert 7500 < len(times) < 8500
    assert (np.diff(times) >= 0).all()
    assert places[times > 0].std() == pytest.approx(100 * 2**0.5, rel=0.15), "one step in half, two in a quarter"


def test_a_surge_comes_when_and_where_it_is_said(town, graph):
    _west, _south, _east, _north = town.bounds_m
    surge = {"name": "crowd", "from_min": 30, "until_min": 60, "categories": ["collapse_in_street"], "incidents": 200}
    with_it = draw_day(town, graph, changed("friday_evening", surges=[surge]), 1)
    without = draw_day(town, graph, read_scenario("friday_evening"), 1)
    more = len(with_it.incidents) - len(without.incidents)
    assert 150 < more < 250
    old = {(i.t_ms, i.x_m, i.y_m) for i in without.incidents}
    new = [i for i in with_it.incidents if (i.t_ms, i.x_m, i.y_m) not in old]
    assert len(new) == more, "and changes nothing else"
    assert all(30 * 60_000 <= i.t_ms < 60 * 60_000 for i in new)


def test_shifts_by_hand():
    """From 18:00 for six hours: 16 to 24 h runs for 6 h more, and the night shift begins after 4."""
    start = datetime(2026, 6, 19, 18, 0)
    late = ShiftSpec(start="16:00", until="00:00", share=1)
    night = ShiftSpec(start="22:00", until="06:00", share=1)
    assert duty_windows(start, 6 * HOUR, late) == ((-2 * HOUR, 6 * HOUR),)
    assert duty_windows(start, 6 * HOUR, night) == ((4 * HOUR, 12 * HOUR),)


def test_a_fleet_has_its_kinds_and_its_neighbours(town, graph):
    fleet = make_fleet(town, graph, read_scenario("weekday"))
    fire = [team.kind for team in fleet.teams if team.service == "fire"]
    assert set(fire) <= {"engine", "ladder"}
    assert sum(team.outside for team in fleet.teams) == 12
    assert set(fleet.posts) == {"ambulance", "fire", "police", "security"}


def test_a_plan_that_no_team_can_fulfil_is_refused():
    with pytest.raises(ValueError, match="needs a fire team of the kind airship; kinds: engine, ladder"):
        changed("friday_evening", plans={"home_fire": [{"service": "fire", "kinds": ["airship"]}]})
    with pytest.raises(ValueError, match="no category 'fir'"):
        changed(
            "friday_evening",
            surges=[{"name": "x", "from_min": 0, "until_min": 1, "categories": ["fir"], "incidents": 1}],
        )


def test_every_fault_of_the_injects_at_once(town, graph):
    injects = [
        {"inject": "team_breakdown", "at_min": 1, "team": "ambulance-99", "repair_min": 5},
        {"inject": "camera_failure", "at_min": 1, "until_min": 2, "data_centre": "nowhere"},
        {"inject": "closure", "at_min": 1, "until_min": 2, "name": "x", "at": {"lon": 0, "lat": 0}, "radius_m": 50},
    ]
    scenario = changed("friday_evening", injects=injects)
    fleet, cameras = make_fleet(town, graph, scenario), default_fleet(town, 5, seed=0)
    with pytest.raises(InputError) as refused:
        build_doings(town, graph, scenario, 1, fleet.teams, cameras)
    told = str(refused.value)
    assert "there is no team 'ambulance-99'" in told
    assert "there is no data centre 'nowhere'" in told
    assert "lies outside the city" in told


def test_a_policy_knows_the_expected_demand_of_the_hour(town, graph):
    """The rates of all places add up to the table's, and its false calls, times the weight of the hour."""
    friday = read_scenario("friday_evening")
    view = ExpectedRequests(town, graph, friday, CitySpots(town)).at(30 * 60_000)
    demand = friday.demand[Service.AMBULANCE]
    false = demand.false_calls.value / (1 - demand.false_calls.value)
    per_h = sum(
        c.per_1000_residents_year.value * (1 + c.callers * false) * town.residents / 1000 / 8760
        for c in demand.categories.values()
    )
    assert view.rate_per_h["ambulance"].sum() == pytest.approx(per_h * demand.hours[18] / np.mean(demand.hours))
    assert not view.node.flags.writeable


def test_a_surge_of_the_whole_city_grows_with_its_residents():
    surge = SurgeSpec(name="s", from_min=0, until_min=10, categories=["birth"], per_100k_residents=2)
    assert surge.expected(3_000_000) == 60
    with pytest.raises(ValueError, match="one of the two"):
        SurgeSpec(name="s", from_min=0, until_min=10, categories=["birth"])


def test_the_storm_slows_the_whole_city(town, graph):
    storm = read_scenario("storm")
    doings = build_doings(town, graph, storm, 1, [], default_fleet(town, 5, seed=0))
    wall = doings.overlays[0]
    assert wall.slow[0].area.covers(box(*town.bounds_m))
    assert (wall.from_ms, wall.until_ms, wall.slow[0].factor) == (HOUR, 2.5 * HOUR, 0.55)


def test_a_number_without_a_desk_of_its_own_cannot_be_staffed_and_one_with_a_roster_can(town, graph):
    injects = [{"inject": "staff", "at_min": 1, "desk": "103", "staff": 4}]
    with pytest.raises(InputError, match="103 has no desk of its own in this scenario; there are: phones, verifiers"):
        build_doings(town, graph, changed("friday_evening", injects=injects), 1, [], default_fleet(town, 5, seed=0))
    centre = read_scenario("friday_evening").centre.model_dump()
    centre["own_desks"] = {"103": {"value": 60, "source": "assumed", "roster": [0.5] * 12 + [1.5] * 12}}
    scenario = changed("friday_evening", injects=injects, centre=centre)
    doings = build_doings(town, graph, scenario, 1, [], default_fleet(town, 5, seed=0))
    assert (doings.injects[0].desk, doings.injects[0].staff) == ("103", 4)
    own = response_settings(scenario, town, 5, load_alarm_rules().verification).centre.own_desks["103"]
    assert own.at(18) == 3 * own.at(3)


def test_faults_of_injects_name_file_and_line(tmp_path, town, graph):
    """The scenario's own inject is of its file, the next of the file behind it."""
    own, extra = tmp_path / "own.yaml", tmp_path / "extra.yaml"
    first = "  - {inject: team_breakdown, at_min: 1, team: nobody, repair_min: 5}\n"
    own.write_text("version: 2\ninjects:\n" + first)
    extra.write_text("injects:\n" + "  - {inject: staff, at_min: 1, desk: phones, staff: 1}\n"
                     "  - {inject: policy, at_min: 2, policy: closets}\n")  # fmt: skip
    injects = [
        {"inject": "team_breakdown", "at_min": 1, "team": "nobody", "repair_min": 5},
        {"inject": "staff", "at_min": 1, "desk": "phones", "staff": 1},
        {"inject": "policy", "at_min": 2, "policy": "closets"},
    ]
    scenario = changed("friday_evening", injects=injects)
    with pytest.raises(InputError) as refused:
        build_doings(town, graph, scenario, 1, [], default_fleet(town, 5, seed=0), Origins(own, extra))
    told = str(refused.value)
    assert f"{own}:3: inject 1 (team_breakdown): there is no team 'nobody'" in told
    assert f"{extra}:3: inject 3 (policy): " in told
    assert "'closets'" in told
