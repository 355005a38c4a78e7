"""What policies may expect is what days are drawn from."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.demand import draw_day
from scenarios.expected import ExpectedRequests
from scenarios.places import CitySpots, districts_of
from scenarios.read import read_scenario
from tests.towns import grid_town
from twin.streets import StreetGraph


@pytest.fixture(scope="module")
def town():
    city = grid_town(columns=12, rows=12, storeys=400)
    return city, StreetGraph.of(city), CitySpots(city), read_scenario("friday_evening")


def test_days_hold_what_is_expected_of_them(town):
    """Reported incidents and false calls of three hours of 60 days, within four deviations of the expected number."""
    city, graph, spots, scenario = town
    expected = ExpectedRequests(city, graph, scenario, spots)
    for service in scenario.demand:
        wanted = sum(expected.at(3_600_000 * hour).rate_per_h[service].sum() for hour in range(3)) * 60
        days = [draw_day(city, graph, scenario, seed, spots=spots) for seed in range(60)]
        silent = [name for name, c in scenario.demand[service].categories.items() if not c.callers]
        found = sum(i.service == service and i.category not in silent for day in days for i in day.incidents)
        found += sum(c.service == service and c.incident_id is None for day in days for c in day.calls)
        assert abs(found - wanted) < 4 * np.sqrt(wanted)


def test_places_are_as_busy_as_the_days_make_them(town):
    """Nodes in the west half of the town against those in the east, for calls to the ambulance."""
    city, graph, spots, scenario = town
    mean = ExpectedRequests(city, graph, scenario, spots).by_node()["ambulance"]
    west = np.arange(144) % 12 < 6
    days = [draw_day(city, graph, scenario, seed, spots=spots) for seed in range(60)]
    nodes = np.array([i.node for day in days for i in day.incidents if i.service == "ambulance"])
    share = mean[west].sum() / mean.sum()
    assert abs(west[nodes].mean() - share) < 4 * np.sqrt(share * (1 - share) / len(nodes))


def test_the_hours_differ_and_one_hour_is_one_object(town):
    city, graph, spots, scenario = town
    expected = ExpectedRequests(city, graph, scenario, spots)
    hours = scenario.demand["ambulance"].hours
    at_six, at_four = (expected.at(3_600_000 * hour).rate_per_h["ambulance"].sum() for hour in (0, 10))
    assert at_six / at_four == pytest.approx(hours[18] / hours[4])
    assert expected.at(0) is expected.at(3_599_999) is not expected.at(3_600_000)


def test_many_places_are_grouped_and_nothing_is_lost(town):
    city, graph, spots, scenario = town
    whole, grouped = (ExpectedRequests(city, graph, scenario, spots, places=n) for n in (1000, 30))
    assert len(grouped.node) <= 30 < len(whole.node)
    for service in scenario.demand:
        sums = [expected.at(0).rate_per_h[service].sum() for expected in (whole, grouped)]
        assert sums[0] == pytest.approx(sums[1])
    assert set(grouped.node.tolist()) <= set(whole.node.tolist())


def test_nodes_know_their_district():
    city = grid_town()
    assert districts_of(city).tolist() == [0] * 16
    far = city.districts.set_geometry(city.districts.translate(250))
    assert districts_of(type(city)(**{**vars(city), "districts": far})).tolist() == [-1, -1, -1, 0] * 4
