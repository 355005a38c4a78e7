"""50 drones, a whole day, over a thousand missions, a drawn wind, drones that fail: nothing that must never happen."""

from __future__ import annotations

from collections import Counter

import pytest

from agents.drones.air_check import flown_tracks, told_of, violations
from tests.agents.drones.busy_day import busy_day, small_town, whole_city
from tests.agents.lives import detail, events
from twin.log import EventLog
from twin.records import Kind


def explained(log: EventLog) -> list[str]:
    """The violations of a log that no injected fault explains."""
    found = [event for event in log if event.kind is Kind.DRONE_VIOLATION]
    return [f"{event.team_id}: {event.detail}" for event in found if not detail(event)["fault"]]


def short_of(world) -> list[str]:
    """Flights that neither landed, came down under the emergency rule, nor were in the air when the run ended."""
    flights = flown_tracks(told_of(world.log.to_table()))
    return [
        f"{flight.drone_id} at {flight.rows[0][0]}"
        for flight in flights
        if flight.landed is None and flight.failed_ms is None and flight.rows[-1][0] < world.duration_ms
    ]


def test_two_hours_over_a_small_town_keep_every_rule():
    world = busy_day(3, small_town(), calls=90, duration_ms=7_200_000, faults=4)
    world.run()
    assert len(events(world, Kind.DRONE_LAUNCHED)) > 90
    assert explained(world.log) == []
    assert short_of(world) == []
    assert min(event.value for event in events(world, Kind.DRONE_LANDED)) > 0.15  # the reserve is hardly touched


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 6])
def test_a_day_over_the_city_keeps_every_rule(seed):
    world = busy_day(seed, whole_city())
    world.run()
    counts = Counter(event.kind for event in world.log)
    assert counts[Kind.DRONE_LAUNCHED] >= 1000
    assert counts[Kind.DRONE_FAILED] >= 4
    assert explained(world.log) == []
    assert short_of(world) == []
    landed = [event.value for event in events(world, Kind.DRONE_LANDED)]
    assert min(landed) > 0.1
    told = list(told_of(world.log.to_table()))
    space, density = world.drones.squadron.ways.space, world.drones.squadron.air.density_kg_m3
    assert len(violations(told, space, density, world.duration_ms)) == counts[Kind.DRONE_VIOLATION]
