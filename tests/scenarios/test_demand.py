"""The day: Poisson counts that follow the rates, hours and residents; frozen, and the same for every policy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from scenarios.demand import HOUR_MS, Placed, draw_day, hourly_mass
from scenarios.places import CitySpots
from scenarios.read import read_scenario
from tests.towns import grid_town
from twin.records import Channel, Service, Visual
from twin.streets import StreetGraph


@pytest.fixture(scope="module")
def town():
    return grid_town(columns=8, rows=8, storeys=400)


@pytest.fixture(scope="module")
def graph(town):
    return StreetGraph.of(town)


@pytest.fixture(scope="module")
def friday():
    return read_scenario("friday_evening")


def test_hours_by_hand():
    """From 18:30 for an hour: half an hour at weight 3, half at 1, in a day whose mean is 1.0833."""
    hours = [1.0] * 24
    hours[18] = 3.0
    mass = hourly_mass(hours, 18.5, HOUR_MS)
    assert mass * np.mean(hours) == pytest.approx([0.0, 1.5, 2.0])


def test_counts_follow_the_rate_of_residents(town, graph, friday):
    """Ambulance incidents over 40 evenings, pooled, are Poisson with the mean worked out from the table."""
    demand = friday.demand[Service.AMBULANCE]
    rate = sum(c.per_1000_residents_year.value for c in demand.categories.values())
    hours = sum(demand.hours[18:21]) / np.mean(demand.hours)
    mean = 40 * rate * town.residents / 1000 / 8760 * hours
    found = sum(
        sum(i.service == Service.AMBULANCE for i in draw_day(town, graph, friday, seed).incidents) for seed in range(40)
    )
    low, high = stats.poisson.interval(0.999, mean)
    assert low <= found <= high


def test_the_same_seed_gives_the_same_day_and_another_a_different_one(town, graph, friday):
    assert draw_day(town, graph, friday, 7) == draw_day(town, graph, friday, 7)
    assert draw_day(town, graph, friday, 7).incidents != draw_day(town, graph, friday, 8).incidents


def test_every_call_names_its_incident_and_none_comes_before_it(town, graph, friday):
    day = draw_day(town, graph, friday, 3)
    assert [call.id for call in day.calls] == list(range(len(day.calls)))
    assert [call.t_ms for call in day.calls] == sorted(call.t_ms for call in day.calls)
    for call in day.calls:
        if call.incident_id is not None:
            incident = day.incidents[call.incident_id]
            assert call.t_ms >= incident.t_ms
            assert (call.service, call.node) == (incident.service, incident.node)


def test_panic_buttons_are_pressed_at_apartment_entrances(town, graph, friday):
    day = draw_day(town, graph, friday, 5)
    middles = town.buildings.geometry.representative_point()
    homes = {(round(p.x, 2), round(p.y, 2)) for p in middles}
    pressed = [call for call in day.calls if call.channel is Channel.PANIC_BUTTON]
    assert pressed
    assert all((call.x_m, call.y_m) in homes for call in pressed)


def test_a_listed_vehicle_is_reported_by_nobody(town, graph, friday):
    days = [draw_day(town, graph, friday, seed) for seed in range(12)]
    listed = [(day, i) for day in days for i in day.incidents if i.visual is Visual.LISTED_PLATE]
    assert listed
    for day, incident in listed:
        assert incident.plate.startswith("00")
        assert not [call for call in day.calls if call.incident_id == incident.id]


def test_a_scripted_incident_keeps_time_and_place_and_changes_no_other(town, graph, friday):
    placed = [Placed(friday.spotlights.incidents[0], 516_100.0, 4_570_100.0)]
    without, with_it = draw_day(town, graph, friday, 4), draw_day(town, graph, friday, 4, placed)
    scripted = [i for i in with_it.incidents if i.scripted]
    assert [(i.t_ms, i.x_m, i.y_m) for i in scripted] == [(25 * 60_000, 516_100.0, 4_570_100.0)]
    others = [(i.t_ms, i.x_m, i.y_m, i.on_scene_ms) for i in with_it.incidents if not i.scripted]
    assert others == [(i.t_ms, i.x_m, i.y_m, i.on_scene_ms) for i in without.incidents]


def test_unevenness_is_a_trait_of_the_city_and_has_mean_one(town):
    spots = CitySpots(town)
    assert np.array_equal(spots.unevenness("police", 0.9), CitySpots(town).unevenness("police", 0.9))
    assert np.array_equal(spots.unevenness("police", 0.0), np.ones(len(town.mahallas) + 1))
