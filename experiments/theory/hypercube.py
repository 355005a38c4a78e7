"""Larson's hypercube (Computers and Operations Research 1, 1974): teams that differ by place, solved exactly.

A state says which of n teams are busy: 2^n of them. Calls come from zones, each goes to the first free team of its
zone's list; one that finds nobody free is lost. Balance equations are solved by elimination.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Hypercube:
    """What the exact chain says.

    Attributes:
        busy: (n,) share of time each team is busy.
        sent: (zones, n) share of the calls of each zone that each team is sent to.
        lost: share of calls that find nobody.
    """

    busy: Floats
    sent: Floats
    lost: float


def solve_hypercube(rate_hz: Floats, order: NDArray[np.int64], service_s: float) -> Hypercube:
    """Solve the chain.

    Args:
        rate_hz: (zones,) calls of each zone.
        order: (zones, n) teams of each zone, first choice first.
        service_s: mean of the exponential time a call takes a team.

    Raises:
        ValueError: more than 12 teams, 4,096 states.
    """
    n = order.shape[1]
    if n > 12:
        raise ValueError(f"the exact chain has 2^n states; at most 12 teams, not {n}")
    states, free = 1 << n, (1 << n) - 1
    flow = np.zeros((states, states))
    chosen = np.full((states, len(rate_hz)), -1)
    for state in range(states):
        for zone, rate in enumerate(rate_hz):
            team = next((int(t) for t in order[zone] if not state >> int(t) & 1), -1)
            chosen[state, zone] = team
            if team >= 0:
                flow[state, state | 1 << team] += rate
        for team in range(n):
            if state >> team & 1:
                flow[state, state & ~(1 << team)] += 1 / service_s
    balance = flow.T - np.diag(flow.sum(axis=1))
    balance[-1] = 1.0
    share = np.linalg.solve(balance, np.eye(states)[-1])
    busy = np.array([share[[s for s in range(states) if s >> team & 1]].sum() for team in range(n)])
    sent = np.array([[share[chosen[:, zone] == team].sum() for team in range(n)] for zone in range(len(rate_hz))])
    return Hypercube(busy, sent, float(share[free]))
