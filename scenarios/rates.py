"""Rates over time: hour of the day, day of the week, month of the year, piecewise constant by the hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from scenarios.schema import Scenario, ServiceDemand

HOUR_MS = 3_600_000


def hourly_mass(hours: Sequence[float], start_hour: float, duration_ms: int) -> NDArray[np.float64]:
    """Return cumulative hour-weights at each boundary: start, every full hour, end; weights scaled to mean 1.

    >>> hourly_mass([1.0] * 24, 18.0, 2 * HOUR_MS).tolist()
    [0.0, 1.0, 2.0]
    """
    weight = np.asarray(hours) / np.mean(hours)
    edges = edges_ms(start_hour, duration_ms)
    middle = (edges[:-1] + edges[1:]) / 2 / HOUR_MS + start_hour
    return np.concatenate([[0.0], np.cumsum(np.diff(edges) / HOUR_MS * weight[middle.astype(int) % 24])])


def demand_mass(demand: ServiceDemand, scenario: Scenario) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the boundaries in ms, and the cumulative hours weighted by hour, weekday and month at each."""
    start_hour = scenario.start.hour + scenario.start.minute / 60
    edges = edges_ms(start_hour, scenario.duration_ms)
    steps = np.diff(hourly_mass(demand.hours, start_hour, scenario.duration_ms))
    middles = ((edges[:-1] + edges[1:]) / 2).tolist()
    steps = steps * [calendar_factor(demand, scenario, round(t_ms)) for t_ms in middles]
    return edges, np.concatenate([[0.0], np.cumsum(steps)])


def calendar_factor(demand: ServiceDemand, scenario: Scenario, t_ms: int) -> float:
    """Return how much more than on a mean day of a mean month there is at a simulated time."""
    when = scenario.start + timedelta(milliseconds=t_ms)
    factor = 1.0
    if demand.weekdays is not None:
        factor *= demand.weekdays[when.weekday()] / float(np.mean(demand.weekdays))
    if demand.months is not None:
        factor *= demand.months[when.month - 1] / float(np.mean(demand.months))
    return factor


def hour_factor(demand: ServiceDemand, scenario: Scenario, t_ms: int) -> float:
    """Return how much more than on average there is in the hour of a simulated time."""
    hour = (scenario.start + timedelta(milliseconds=t_ms)).hour
    return demand.hours[hour] / float(np.mean(demand.hours)) * calendar_factor(demand, scenario, t_ms)


def draw_times(
    rate_per_h: float, demand: ServiceDemand, scenario: Scenario, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return the times of a Poisson process with this mean rate, ascending ms.

    Exact for a rate that is constant within each hour: a Poisson number, placed by the inverse of the mass.
    """
    edges, mass = demand_mass(demand, scenario)
    n = int(rng.poisson(rate_per_h * mass[-1]))
    return np.sort(np.interp(rng.random(n) * mass[-1], mass, edges).astype(np.int64))


def edges_ms(start_hour: float, duration_ms: int) -> NDArray[np.float64]:
    """Return start, every full hour, and end."""
    first = (np.floor(start_hour) + 1 - start_hour) * HOUR_MS
    return np.concatenate([[0.0], np.arange(first, duration_ms, HOUR_MS), [duration_ms]])
