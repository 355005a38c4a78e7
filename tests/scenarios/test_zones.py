"""A scenario in a region of zones: its rates are the region's, its teams stand at the region's posts."""

from __future__ import annotations

import json
from collections import Counter
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from agents.policy import DemandView
from agents.policy_lookup import find_policy
from agents.sealed import sealed
from agents.view import Known
from agents.world import World
from scenarios.demand import draw_day
from scenarios.read import read_scenario
from scenarios.settings import response_settings
from scenarios.zones import ZoneSpots, zone_scenario, zone_teams
from sensors.alarms import load_alarm_rules
from tests.twin.region_files import write_region
from twin.errors import InputError
from twin.records import Kind, Service
from twin.region import read_region


@pytest.fixture
def region(tmp_path):
    return read_region(write_region(tmp_path))


@pytest.fixture
def scenario():
    return read_scenario("friday_evening")


def test_requests_arrive_at_the_rate_of_each_zone(region, scenario):
    """100 days of three hours: 9 requests an hour on the ambulance, in proportion 2 : 6 : 1, within four deviations."""
    flat = scenario.model_copy(update={"demand": {
        Service.AMBULANCE: scenario.demand[Service.AMBULANCE].model_copy(update={"hours": [1.0] * 24}),
    }})  # fmt: skip
    told = zone_scenario(flat, region)
    travel = region.travel(told.start.replace(tzinfo=ZoneInfo("Asia/Tashkent")))
    days = [draw_day(region.city(), travel, told, seed, spots=ZoneSpots(region)) for seed in range(100)]
    first = [call for day in days for call in {c.incident_id or -c.id - 1: c for c in day.calls}.values()]
    count = Counter(call.node for call in first)
    for zone, rate in enumerate([2.0, 6.0, 1.0]):
        assert abs(count[zone] - 300 * rate) < 4 * np.sqrt(300 * rate)


def test_teams_stand_at_the_posts_of_the_region(region):
    assert [(team.id, team.post_node, team.kind) for team in zone_teams(region).teams] == [
        ("ambulance-01", 1, ""), ("ambulance-02", 1, ""), ("ambulance-03", 2, "intensive"), ("fire-01", 0, "engine"),
    ]  # fmt: skip


def test_services_without_teams_are_left_out_with_their_demand(region, scenario):
    told = zone_scenario(scenario, region)
    assert list(told.demand) == list(told.teams) == [Service.AMBULANCE, Service.FIRE]
    assert not told.spotlights.incidents


def test_a_region_without_any_team_that_is_wanted_is_refused(tmp_path, scenario):
    region = read_region(write_region(tmp_path, posts_csv="zone,service,teams\nwest,ambulance,1\nwest,fire,1\n"))
    only_police = scenario.model_copy(
        update={part: {Service.POLICE: getattr(scenario, part)[Service.POLICE]} for part in ("demand", "teams")}
    )
    with pytest.raises(InputError) as caught:
        zone_scenario(only_police, region)
    assert len(caught.value.faults) == 2


def test_a_region_lives_through_the_whole_chain(region, scenario):
    told = zone_scenario(scenario, region)
    start = told.start.replace(tzinfo=ZoneInfo(region.timezone))
    travel, city = region.travel(start), region.city()
    day = draw_day(city, travel, told, 3, spots=ZoneSpots(region))
    demand = DemandView(sealed(np.arange(3)), {s: sealed(rate) for s, rate in region.rate_per_h.items()})
    world = World(
        travel, start, told.duration_ms, 3, day.incidents, day.calls, zone_teams(region).teams, region.hospitals,
        response_settings(told, city, 0, load_alarm_rules().verification), find_policy("closest + dmexclp"),
        known=Known(demand=Same(demand), district=region.district.tolist()),
    )  # fmt: skip
    world.run()
    arrived = [e for e in world.log if e.kind is Kind.ARRIVED]
    assert len(arrived) > 5
    assert {e.node for e in world.log if e.kind is Kind.AT_HOSPITAL} <= {1}
    assert json.loads(world.log[-1].detail)["status"] == "done"


class Same:
    def __init__(self, demand):
        self._demand = demand

    def at(self, t_ms):
        return self._demand
