"""A region of two zones with a car each, whose answer the hypercube model (Larson 1974) gives by hand.

Requests come from both zones alike, service is exponential, whoever is free and nearer goes. With r = arrivals over
the service of both cars, the queue is M/M/2: none busy (1 - r) / (1 + r), one busy 2 r (1 - r) / (1 + r), which is
either car alike, both busy 2 r^2 / (1 + r). A request is answered at once by the other zone's car if just its own car
is busy: r (1 - r) / (1 + r). It waits if both are. At r = 1/2 that is 1/6 and 1/3.
"""

from __future__ import annotations

import numpy as np
import pytest

from agents.policy_lookup import find_policy
from agents.settings import Duration
from agents.teams import TeamSpec
from agents.world import World
from tests.agents.lives import START, call, incident, settings
from twin.records import Kind
from twin.streams import stream
from twin.travel import MatrixTravel

REQUESTS = 8000
SERVICE_S = 600.0


def test_a_matrix_region_lives_the_hypercube_of_two_cars():
    """Within five standard deviations of independent draws, which allows for what a queue remembers."""
    rng = stream(11, "two cars")
    at_s = np.cumsum(rng.exponential(SERVICE_S, REQUESTS))
    work_ms = np.rint(1000 * rng.exponential(SERVICE_S, REQUESTS)).astype(int)
    zone = rng.integers(0, 2, REQUESTS)
    none = Duration(0.0)
    about = [
        incident(i, at_s[i], node=int(zone[i]), on_scene_ms=int(work_ms[i])) for i in range(REQUESTS)
    ]  # fmt: skip
    times = np.array([[[0, 1000], [1000, 0]]])
    world = World(
        MatrixTravel(times, [0], np.array([[0.0, 0.0], [1000.0, 0.0]]), START), START, 1000 * int(at_s[-1] + 9000), 1,
        about, [call(i, one.t_ms / 1000, one) for i, one in enumerate(about)],
        [TeamSpec("car-0", "ambulance", 0), TeamSpec("car-1", "ambulance", 1)], (),
        settings(answer=none, process=none, turnout=none), find_policy("closest"),
    )  # fmt: skip
    world.run()
    sent = {e.incident_id: e for e in world.log if e.kind is Kind.DISPATCHED}
    waited = np.array([sent[i].t_ms > about[i].t_ms for i in range(REQUESTS)])
    other = np.array([sent[i].team_id != f"car-{zone[i]}" for i in range(REQUESTS)])
    assert len(sent) == REQUESTS
    assert waited.mean() == pytest.approx(1 / 3, abs=5 * np.sqrt(2 / 9 / REQUESTS))
    assert (other & ~waited).mean() == pytest.approx(1 / 6, abs=5 * np.sqrt(5 / 36 / REQUESTS))
