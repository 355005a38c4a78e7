"""The day's incidents and calls, drawn before the run and frozen, so that two policies meet the same day.

Incidents of a category are a Poisson process whose rate follows residents and the hour (piecewise constant), thinned
in no other way; places follow residents or traffic with a factor by mahalla. Each category draws from its own stream.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scenarios.places import CitySpots, DrawnPlaces, NearestNode
from scenarios.schema import Category, Scenario, Scripted, ServiceDemand
from twin.city import City
from twin.plates import plate_of
from twin.records import Call, Channel, Incident, Service, Visual
from twin.streams import draw_u32, stream

HOUR_MS = 3_600_000
YEAR_H = 365.0 * 24.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A scripted incident with its place."""

    script: Scripted
    x_m: float
    y_m: float
    plate: str = ""


@dataclass(frozen=True)
class Day:
    """What happens and who asks for help, both by time; ids count from 0."""

    incidents: Sequence[Incident]
    calls: Sequence[Call]


@dataclass(frozen=True)
class _Draft:
    incident: Incident
    calls_ms: Sequence[int]
    channel: Channel


def draw_day(
    city: City, graph: NearestNode, scenario: Scenario, seed: int, placed: Sequence[Placed] = (),
    spots: DrawnPlaces | None = None,
) -> Day:  # fmt: skip
    """Draw the day.

    Args:
        city: whose residents, streets and mahallas decide where.
        graph: whose ``nearest_node`` puts each incident on the street.
        scenario: rates, hours and delays.
        seed: the run's seed.
        placed: scripted incidents, kept as they are.
        spots: where things can happen; None are the city's own.
    """
    spots = spots or CitySpots(city)
    drafts: list[_Draft] = []
    for service, demand in scenario.demand.items():
        for name, category in demand.categories.items():
            drafts += _incidents(city, spots, scenario, seed, service, demand, name, category)
    drafts += [_scripted(seed, number, item) for number, item in enumerate(placed)]
    incidents, calls = _numbered(drafts)
    calls += _false_calls(spots, city.residents, scenario, seed)
    return _on_streets(graph, incidents, sorted(calls, key=lambda call: (call.t_ms, call.service, call.id)))


def hourly_mass(hours: Sequence[float], start_hour: float, duration_ms: int) -> NDArray[np.float64]:
    """Return cumulative hour-weights at each boundary: start, every full hour, end; weights scaled to mean 1.

    >>> hourly_mass([1.0] * 24, 18.0, 2 * HOUR_MS).tolist()
    [0.0, 1.0, 2.0]
    """
    weight = np.asarray(hours) / np.mean(hours)
    edges = _edges_ms(start_hour, duration_ms)
    middle = (edges[:-1] + edges[1:]) / 2 / HOUR_MS + start_hour
    return np.concatenate([[0.0], np.cumsum(np.diff(edges) / HOUR_MS * weight[middle.astype(int) % 24])])


def _edges_ms(start_hour: float, duration_ms: int) -> NDArray[np.float64]:
    first = (np.floor(start_hour) + 1 - start_hour) * HOUR_MS
    return np.concatenate([[0.0], np.arange(first, duration_ms, HOUR_MS), [duration_ms]])


def _times(
    rate_per_h: float, hours: Sequence[float], scenario: Scenario, rng: np.random.Generator
) -> NDArray[np.int64]:
    start_hour = scenario.start.hour + scenario.start.minute / 60
    mass = hourly_mass(hours, start_hour, scenario.duration_ms)
    n = int(rng.poisson(rate_per_h * mass[-1]))
    at = np.interp(rng.random(n) * mass[-1], mass, _edges_ms(start_hour, scenario.duration_ms))
    return np.sort(at.astype(np.int64))


def _incidents(
    city: City, spots: DrawnPlaces, scenario: Scenario, seed: int, service: Service, demand: ServiceDemand, name: str,
    category: Category,
) -> list[_Draft]:  # fmt: skip
    rng = stream(seed, "incidents", service, name)
    rate_per_h = category.per_1000_residents_year.value * city.residents / 1000 / YEAR_H
    times = _times(rate_per_h, demand.hours, scenario, rng)
    n = len(times)
    at = spots.of(category.where).draw(rng, n, spots.unevenness(service, demand.unevenness))
    outdoors, carried = rng.random(n) < category.outdoors, rng.random(n) < category.transport
    tied_to = f"{service}/{name}"
    on_scene = category.on_scene.duration().draw_ms(seed, f"on_scene/{tied_to}", np.arange(n))
    notice = category.notice.duration().draw_ms(seed, f"notice/{tied_to}", np.arange(n))
    callers = _callers(category.callers, rng, n)
    drafts = []
    for i in range(n):
        visual = category.visual if outdoors[i] else Visual.NONE
        incident = Incident(
            id=-1, t_ms=int(times[i]), service=service, category=name, priority=category.priority, node=-1,
            x_m=float(at[i, 0]), y_m=float(at[i, 1]), visual=visual, visible_ms=round(category.visible_min * 60_000),
            on_scene_ms=int(on_scene[i]), transport=bool(carried[i]),
            plate=_listed(seed, tied_to, i) if visual is Visual.LISTED_PLATE else "",
        )  # fmt: skip
        drafts.append(_Draft(incident, _calls_ms(incident, notice[i], callers[i], rng), Channel(category.channel)))
    return drafts


def _listed(seed: int, tied_to: str, number: int) -> str:
    return plate_of(int(draw_u32(seed, f"listed plate/{tied_to}", number)))


def _callers(mean: float, rng: np.random.Generator, n: int) -> NDArray[np.int64]:
    """At least one caller, unless nobody ever calls."""
    return rng.poisson(mean - 1, n) + 1 if mean >= 1 else np.zeros(n, np.int64)


def _calls_ms(incident: Incident, notice_ms: int, callers: int, rng: np.random.Generator) -> list[int]:
    """The first call comes after the notice delay, the others after it at random, with the same mean delay."""
    if callers == 0:
        return []
    first = incident.t_ms + int(notice_ms)
    later = np.sort(np.rint(rng.exponential(max(float(notice_ms), 1.0), int(callers) - 1)).astype(np.int64))
    return [first, *(first + int(delay) for delay in later)]


def _scripted(seed: int, number: int, item: Placed) -> _Draft:
    script = item.script
    rng = stream(seed, "scripted", str(number), script.visual)
    notice = int(script.notice.duration().draw_ms(seed, "notice/scripted", number))
    on_scene = int(script.on_scene.duration().draw_ms(seed, "on_scene/scripted", number))
    callers = int(_callers(script.callers, rng, 1)[0])
    incident = Incident(
        id=-1, t_ms=round(script.at_min * 60_000), service=script.service, category=script.category,
        priority=script.priority, node=-1, x_m=item.x_m, y_m=item.y_m, visual=Visual(script.visual),
        visible_ms=round(script.visible_min * 60_000), on_scene_ms=on_scene,
        transport=bool(rng.random() < script.transport), scripted=True, plate=item.plate,
    )  # fmt: skip
    return _Draft(incident, _calls_ms(incident, notice, callers, rng), Channel.PHONE)


def _numbered(drafts: Sequence[_Draft]) -> tuple[list[Incident], list[Call]]:
    order = sorted(range(len(drafts)), key=lambda i: (drafts[i].incident.t_ms, i))
    incidents = [replace(drafts[i].incident, id=number) for number, i in enumerate(order)]
    calls = [
        _call(incident, t_ms, drafts[i].channel)
        for incident, i in zip(incidents, order, strict=True)
        for t_ms in drafts[i].calls_ms
    ]
    return incidents, calls


def _call(incident: Incident, t_ms: int, channel: Channel) -> Call:
    return Call(
        id=-1, t_ms=t_ms, channel=channel, incident_id=incident.id, service=incident.service,
        category=incident.category, priority=incident.priority, node=-1, x_m=incident.x_m, y_m=incident.y_m,
        on_scene_ms=incident.on_scene_ms,
    )  # fmt: skip


def _false_calls(spots: DrawnPlaces, residents: int, scenario: Scenario, seed: int) -> list[Call]:
    """False calls follow the hours of their service; their expected number makes up the stated share of all calls."""
    made: list[Call] = []
    for service, demand in scenario.demand.items():
        share = min(demand.false_calls.value, 0.99)
        real = _expected_calls_per_h(demand, residents)
        rng = stream(seed, "false_calls", service)
        times = _times(real * share / (1 - share), demand.hours, scenario, rng)
        name, category = next(iter(demand.categories.items()))
        at = spots.of(category.where).draw(rng, len(times), spots.unevenness(service, demand.unevenness))
        looked = demand.false_on_scene.duration().draw_ms(seed, f"on_scene/false/{service}", np.arange(len(times)))
        made += [
            Call(-1, int(t), Channel(category.channel), None, service, name, category.priority, -1,
                 float(x), float(y), int(stay))
            for t, (x, y), stay in zip(times, at, looked, strict=True)
        ]  # fmt: skip
    return made


def _expected_calls_per_h(demand: ServiceDemand, residents: int) -> float:
    return (
        sum(c.per_1000_residents_year.value * c.callers for c in demand.categories.values()) * residents / 1000 / YEAR_H
    )


def _on_streets(graph: NearestNode, incidents: Sequence[Incident], calls: Sequence[Call]) -> Day:
    def nodes(items: Sequence[Incident] | Sequence[Call]) -> NDArray[np.int64]:
        at = np.array([(item.x_m, item.y_m) for item in items]).reshape(-1, 2)
        return np.atleast_1d(graph.nearest_node(at[:, 0], at[:, 1])) if len(at) else np.zeros(0, np.int64)

    return Day(
        [replace(item, node=int(node)) for item, node in zip(incidents, nodes(incidents), strict=True)],
        [replace(c, id=i, node=int(node)) for i, (c, node) in enumerate(zip(calls, nodes(calls), strict=True))],
    )
