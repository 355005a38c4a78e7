"""Against theory: what is left of the chain with one post and no travel is an M/M/c queue."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest
from scipy import stats

from agents.settings import Duration
from tests.agents.lives import call, constant, events, incident, live, settings, team
from twin.records import Kind

SEEDS = 20
NO_TIME = settings(operators=10_000, answer=constant(0), process=constant(0), turnout=constant(0))


def erlang_c_wait_s(rate_hz: float, service_s: float, servers: int) -> float:
    """Mean wait in an M/M/c queue (Erlang 1917)."""
    load = rate_hz * service_s
    terms = [load**k / factorial(k) for k in range(servers)]
    last = load**servers / factorial(servers) * servers / (servers - load)
    return last / (sum(terms) + last) * service_s / (servers - load)


def interval_99(means: np.ndarray) -> tuple[float, float]:
    half = stats.t.ppf(0.995, len(means) - 1) * means.std(ddof=1) / np.sqrt(len(means))
    return means.mean() - half, means.mean() + half


def poisson_calls(seed: int, rate_hz: float, n: int, work_s: Duration):
    gaps_ms = Duration(1 / rate_hz, kind="exponential").draw_ms(seed, "theory/gap", np.arange(n))
    work_ms = work_s.draw_ms(seed, "theory/work", np.arange(n)).tolist()
    rings_s = (np.cumsum(gaps_ms) / 1000).tolist()
    incidents = [incident(i, t, node=0, on_scene_ms=work_ms[i]) for i, t in enumerate(rings_s)]
    return incidents, [call(i, one.t_ms / 1000, one) for i, one in enumerate(incidents)]


def mean_wait_s(seed: int, servers: int, load: float, n: int, warm: int) -> float:
    service_s = 600.0
    incidents, calls = poisson_calls(seed, load * servers / service_s, n, Duration(service_s, kind="exponential"))
    teams = [team(f"T{i}", 0) for i in range(servers)]
    world = live(incidents, calls, teams, settings=NO_TIME, seed=seed, duration_ms=calls[-1].t_ms + 36_000_000)
    waits = [e.t_ms - calls[e.call_id].t_ms for e in events(world, Kind.DISPATCHED) if e.call_id >= warm]
    assert len(waits) == n - warm
    return float(np.mean(waits)) / 1000


@pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (3, 0.6)])
def test_the_wait_for_a_team_is_erlangs(servers, load):
    """20 seeds pooled: the mean wait of theory lies in the 99 % interval of the means (t, 19 degrees of freedom)."""
    means = np.array([mean_wait_s(seed, servers, load, n=600, warm=100) for seed in range(SEEDS)])
    low, high = interval_99(means)
    wait_s = erlang_c_wait_s(load * servers / 600.0, 600.0, servers)
    assert low < wait_s < high
    assert high - low < wait_s, "an interval this wide would pass with anything"


def test_the_wait_for_an_operator_is_erlangs():
    """The same at the phones: two operators, exponential processing of 100 s on average, 70 % load, no team."""
    means = []
    phones = settings(operators=2, answer=constant(0), process=Duration(100.0, kind="exponential"))
    for seed in range(SEEDS):
        _, calls = poisson_calls(seed, 0.7 * 2 / 100.0, 800, constant(0))
        false = [call(c.id, c.t_ms / 1000, None) for c in calls]
        world = live([], false, [], settings=phones, seed=seed, duration_ms=calls[-1].t_ms + 3_600_000)
        means.append(np.mean([e.value for e in events(world, Kind.ANSWERED) if e.call_id >= 100]))
    low, high = interval_99(np.array(means))
    wait_s = erlang_c_wait_s(0.7 * 2 / 100.0, 100.0, 2)
    assert low < wait_s < high
    assert high - low < wait_s


def test_erlangs_formula_is_the_known_one_for_a_single_server():
    """M/M/1: rho / (mu - lambda) = 0.5 / (2 - 1) s."""
    assert erlang_c_wait_s(1.0, 0.5, 1) == pytest.approx(0.5)
