"""When rounds are flown: the hours in which most is expected, far enough apart for a drone to charge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from experiments.footage.sky import SkyOver
from scenarios.rates import HOUR_MS, hour_factor
from scenarios.schema import Scenario
from twin.city import City
from twin.errors import InputError

YEAR_H = 365.25 * 24


@dataclass(frozen=True)
class Start:
    """A moment for rounds.

    Attributes:
        t_ms: since the scenario's start.
        clock: local time of day, ``HH:MM``.
        light: ``day`` or ``night``.
        incidents_h: in the open, expected in the city in an hour at that time.
    """

    t_ms: int
    clock: str
    light: str
    incidents_h: float


def starts_of(scenario: Scenario, city: City, rounds: int, apart_s: float) -> list[Start]:
    """Return the beginnings of rounds within a scenario, those with most incidents expected first in choice.

    Each round is worth what is expected while it is flown, so the busiest hours are taken, one after another, of those
    far enough from the ones taken before.

    Args:
        scenario: its hours and rates.
        city: residents, and where the sun stands.
        rounds: how many for each drone, at most.
        apart_s: from the start of one to that of the next, at least.

    Raises:
        InputError: the scenario is shorter than one round.
    """
    last_ms = scenario.duration_ms - round(1000 * min(apart_s, 1800.0))
    step = HOUR_MS // 2
    every = [_start(scenario, city, t_ms) for t_ms in range(0, max(last_ms, 0) + 1, step) if t_ms <= last_ms]
    if not every:
        raise InputError("plan rounds", f"{scenario.name} is too short for one")
    taken: list[Start] = []
    for start in sorted(every, key=lambda start: (-start.incidents_h, start.t_ms)):
        if len(taken) < rounds and all(abs(start.t_ms - other.t_ms) >= 1000 * apart_s for other in taken):
            taken.append(start)
    return sorted(taken, key=lambda start: start.t_ms)


def _start(scenario: Scenario, city: City, t_ms: int) -> Start:
    zoned = scenario.start.replace(tzinfo=ZoneInfo(str(city.manifest["timezone"])))
    sky = SkyOver(city, zoned, scenario.weather)
    rate = sum(
        float(category.per_1000_residents_year.value) * category.outdoors * hour_factor(demand, scenario, t_ms)
        for demand in scenario.demand.values()
        for category in demand.categories.values()
    )
    clock = f"{scenario.start + timedelta(milliseconds=t_ms):%H:%M}"
    light = "night" if sky.light_at(t_ms)[0] == "night" else "day"
    return Start(t_ms, clock, light, rate * city.residents / 1000 / YEAR_H)
