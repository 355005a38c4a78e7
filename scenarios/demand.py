"""The day's incidents and calls, drawn before the run and frozen, so that two policies meet the same day.

Incidents of a category are a Poisson process whose rate follows residents, hour, weekday and month (piecewise
constant); places follow residents or traffic with a factor by mahalla. Near-repeats and surges come on top. Each
category draws from its own stream, in whole columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.batches import Batch, callers, calls_about, channels, make_batch, with_repeats
from scenarios.injects import category_of, place_of
from scenarios.places import CitySpots, DrawnPlaces, NearestNode
from scenarios.rates import HOUR_MS, draw_times, hourly_mass
from scenarios.schema import Category, Scenario, ServiceDemand
from scenarios.schema_cameras import Scripted
from scenarios.schema_response import SurgeSpec
from twin.city import City
from twin.errors import Fault, InputError
from twin.records import Call, Channel, Incident, Service, Visual
from twin.streams import stream

YEAR_H = 365.0 * 24.0

__all__ = ["HOUR_MS", "YEAR_H", "Day", "Placed", "day_of", "draw_day", "hourly_mass"]


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
class FalseCalls:
    """Calls of one service that report nothing real, as columns."""

    service: Service
    category: str
    priority: int
    t_ms: NDArray[np.int64]
    at_m: NDArray[np.float64]
    on_scene_ms: NDArray[np.int64]
    channel: Sequence[Channel]


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
        spots: where things can happen; None are the city's own, made anew: give them where many days are drawn.

    Raises:
        InputError: a surge has its centre outside the city.
    """
    spots = spots or CitySpots(city)
    batches = [
        _drawn(city, spots, scenario, seed, service, demand, name, category)
        for service, demand in scenario.demand.items()
        for name, category in demand.categories.items()
    ]
    batches += [batch for surge in scenario.surges for batch in _surge(city, spots, scenario, seed, surge)]
    batches += [scripted_batch(seed, number, item) for number, item in enumerate(placed)]
    return day_of(graph, batches, _false_calls(spots, city.residents, scenario, seed))


def _drawn(
    city: City, spots: DrawnPlaces, scenario: Scenario, seed: int, service: Service, demand: ServiceDemand, name: str,
    category: Category,
) -> Batch:  # fmt: skip
    rng = stream(seed, "incidents", service, name)
    rate_per_h = category.per_1000_residents_year.value * city.residents / 1000 / YEAR_H
    repeat = category.near_repeat
    t_ms = draw_times(rate_per_h * (1 - repeat.expected if repeat else 1), demand, scenario, rng)
    at = spots.of(category.where).draw(rng, len(t_ms), spots.unevenness(service, demand.unevenness))
    if repeat:
        t_ms, at = with_repeats(t_ms, at, repeat, scenario.duration_ms, rng)
    share = demand.share_112.value if demand.share_112 else None
    return make_batch(seed, service, name, category, t_ms, at, rng, share)


def _surge(city: City, spots: DrawnPlaces, scenario: Scenario, seed: int, surge: SurgeSpec) -> list[Batch]:
    """A surge's incidents, shared among its categories by their ordinary rates."""
    faults: list[Fault] = []
    centre = place_of(city, surge.centre, f"the surge {surge.name}", faults) if surge.centre else None
    if faults:
        raise InputError(f"draw the day of {scenario.name}", faults)
    found = [(name, *kind) for name in surge.categories if (kind := category_of(scenario, name))]
    rates = np.array([max(category.per_1000_residents_year.value, 1e-9) for _, _, category in found])
    made = []
    for (name, service, category), share in zip(found, rates / rates.sum(), strict=True):
        rng = stream(seed, "surge", surge.name, service, name)
        t_ms = _surge_times(surge, int(rng.poisson(surge.expected(city.residents) * share)), rng)
        t_ms = t_ms[t_ms < scenario.duration_ms]
        demand = scenario.demand[service]
        if centre is None:
            at = spots.of(category.where).draw(rng, len(t_ms), spots.unevenness(service, demand.unevenness))
        else:
            at = (np.array(centre) + rng.normal(0.0, surge.radius_m, (len(t_ms), 2))).round(2)
        number = demand.share_112.value if demand.share_112 else None
        made.append(make_batch(seed, service, name, category, t_ms, at, rng, number, f"{surge.name}/"))
    return made


def _surge_times(surge: SurgeSpec, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Evenly over the surge, or most at first: exponential, cut at the end."""
    length_min = surge.until_min - surge.from_min
    share = rng.random(n)
    if surge.half_life_min is not None:
        decay = np.log(2) / surge.half_life_min
        share = -np.log1p(-share * -np.expm1(-decay * length_min)) / decay / length_min
    return np.sort(((surge.from_min + share * length_min) * 60_000).astype(np.int64))


def scripted_batch(seed: int, number: int, item: Placed) -> Batch:
    """Return a scripted incident, with its calls."""
    script, one = item.script, np.zeros(1, dtype=np.int64)
    rng = stream(seed, "scripted", str(number), script.visual)
    notice = script.notice.duration().draw_ms(seed, "notice/scripted", one + number)
    on_scene = script.on_scene.duration().draw_ms(seed, "on_scene/scripted", one + number)
    t_ms = one + round(script.at_min * 60_000)
    call_of, call_ms = calls_about(t_ms, notice, callers(script.callers, rng, 1), rng)
    return Batch(
        script.service, script.category, [script.priority], round(script.visible_min * 60_000), t_ms,
        np.array([[item.x_m, item.y_m]]), [Visual(script.visual)], on_scene, rng.random(1) < script.transport,
        one.astype(bool), one + 1, [item.plate], call_of, call_ms, [Channel.PHONE] * len(call_ms), scripted=True,
    )  # fmt: skip


def _false_calls(spots: DrawnPlaces, residents: int, scenario: Scenario, seed: int) -> list[FalseCalls]:
    """False calls follow the hours of their service; their expected number makes up the stated share of all calls."""
    made = []
    for service, demand in scenario.demand.items():
        share = min(demand.false_calls.value, 0.99)
        real = _expected_calls_per_h(demand, residents)
        rng = stream(seed, "false_calls", service)
        t_ms = draw_times(real * share / (1 - share), demand, scenario, rng)
        name, category = next(iter(demand.categories.items()))
        at = spots.of(category.where).draw(rng, len(t_ms), spots.unevenness(service, demand.unevenness))
        looked = demand.false_on_scene.duration().draw_ms(seed, f"on_scene/false/{service}", np.arange(len(t_ms)))
        number = demand.share_112.value if demand.share_112 else None
        how = channels(seed, f"false/{service}", service, category.channel, number, len(t_ms))
        made.append(FalseCalls(service, name, category.priority, t_ms, at, looked, how))
    return made


def _expected_calls_per_h(demand: ServiceDemand, residents: int) -> float:
    return (
        sum(c.per_1000_residents_year.value * c.callers for c in demand.categories.values()) * residents / 1000 / YEAR_H
    )


def day_of(graph: NearestNode, batches: Sequence[Batch], false: Sequence[FalseCalls] = ()) -> Day:
    """Put batches and false calls on the streets and in the order of time, under ids counted from 0."""
    sizes = [len(batch.t_ms) for batch in batches]
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    t_ms = np.concatenate([batch.t_ms for batch in batches] or [np.zeros(0, np.int64)])
    order = np.argsort(t_ms, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    at = np.concatenate([np.zeros((0, 2)), *(b.at_m for b in batches), *(f.at_m for f in false)])
    nodes = np.atleast_1d(graph.nearest_node(at[:, 0], at[:, 1])) if len(at) else np.zeros(0, np.int64)
    made = [
        incident
        for batch, start in zip(batches, starts.tolist(), strict=False)
        for incident in _incidents(batch, rank[start:], nodes[start:])
    ]
    incidents = [made[row] for row in order.tolist()]
    drafts = [
        draft
        for batch, start in zip(batches, starts.tolist(), strict=False)
        for draft in _calls(batch, rank[start:], incidents)
    ]
    drafts.sort(key=lambda draft: draft[0])
    drafts += _unreal(false, nodes[starts[-1] :])
    drafts.sort(key=lambda draft: (draft[1], draft[4]))
    calls = [Call(number, *draft[1:]) for number, draft in enumerate(drafts)]
    return Day(incidents, calls)


def _incidents(batch: Batch, ids: NDArray[np.int64], nodes: NDArray[np.int64]) -> list[Incident]:
    n, service, category, seen_ms = len(batch.t_ms), batch.service, batch.category, batch.visible_ms
    rows = zip(
        ids[:n].tolist(), batch.t_ms.tolist(), batch.priority, nodes[:n].tolist(), batch.at_m.tolist(), batch.visual,
        batch.on_scene_ms.tolist(), batch.transport.tolist(), batch.plate, batch.injured.tolist(),
        batch.level.tolist(), strict=True,
    )  # fmt: skip
    return [
        Incident(id, t, service, category, rank, node, x, y, visual, seen_ms, work, carried, batch.scripted, plate,
                 hurt, level)
        for id, t, rank, node, (x, y), visual, work, carried, plate, hurt, level in rows
    ]  # fmt: skip


def _calls(batch: Batch, ids: NDArray[np.int64], incidents: Sequence[Incident]) -> list[tuple]:  # type: ignore[type-arg]
    """The fields of each call, with its place in the order of incidents first."""
    carried = batch.carried or [""] * len(batch.call_ms)
    drafts = []
    rows = zip(batch.call_of.tolist(), batch.call_ms.tolist(), batch.channel, carried, strict=True)
    for row, t_ms, channel, told in rows:
        about = incidents[ids[row]]
        drafts.append((
            about.id, t_ms, channel, about.id, about.service, about.category, about.priority, about.node, about.x_m,
            about.y_m, about.on_scene_ms, told,
        ))  # fmt: skip
    return drafts


def _unreal(false: Sequence[FalseCalls], nodes: NDArray[np.int64]) -> list[tuple]:  # type: ignore[type-arg]
    drafts, at = [], iter(nodes.tolist())
    for calls in false:
        rows = zip(calls.t_ms.tolist(), calls.channel, calls.at_m.tolist(), calls.on_scene_ms.tolist(), strict=True)
        drafts += [
            (-1, t_ms, channel, None, calls.service, calls.category, calls.priority, next(at), x, y, looked, "")
            for t_ms, channel, (x, y), looked in rows
        ]
    return drafts
