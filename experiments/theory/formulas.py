"""Queues with an answer on paper."""

from __future__ import annotations

from collections.abc import Sequence
from math import factorial


def erlang_c(load: float, servers: int) -> float:
    """Return the chance that a customer of an M/M/c queue waits (Erlang 1917), ``load`` in erlangs below ``servers``.

    >>> erlang_c(0.5, 1)
    0.5
    """
    last = load**servers / factorial(servers) / (1 - load / servers)
    return last / (sum(load**k / factorial(k) for k in range(servers)) + last)


def mmc_wait_s(rate_hz: float, service_s: float, servers: int) -> float:
    """Return the mean wait in an M/M/c queue.

    >>> mmc_wait_s(1.0, 0.5, 1)  # M/M/1: rho / (mu - lambda)
    0.5
    """
    load = rate_hz * service_s
    return erlang_c(load, servers) * service_s / (servers - load)


def mmck(rate_hz: float, service_s: float, servers: int, places: int) -> tuple[float, float]:
    """Return the share lost, and the mean wait of those let in, of an M/M/c/K queue (birth and death; Kendall 1953).

    >>> mmck(1.0, 1.0, 1, 2)[0]  # M/M/1/2 at load 1: three equal states
    0.3333333333333333
    """
    load, weights = rate_hz * service_s, [1.0]
    for n in range(1, places + 1):
        weights.append(weights[-1] * load / min(n, servers))
    total = sum(weights)
    lost = weights[-1] / total
    waiting = sum((n - servers) * weight for n, weight in enumerate(weights) if n > servers) / total
    return lost, waiting / (rate_hz * (1 - lost))


def cobham_waits_s(rates_hz: Sequence[float], service_s: float, servers: int) -> list[float]:
    """Return the mean wait of each class, most urgent first, of a queue by priority without pre-emption.

    Exponential service, the same for all (Cobham, Operations Research 2, 1954).

    >>> [round(w, 6) for w in cobham_waits_s([0.25, 0.25], 1.0, 1)]  # W0 = 0.5; / 0.75 and / (0.75 x 0.5)
    [0.666667, 1.333333]
    """
    first = erlang_c(sum(rates_hz) * service_s, servers) * service_s / servers
    waits, before = [], 0.0
    for rate in rates_hz:
        upto = before + rate * service_s / servers
        waits.append(first / ((1 - before) * (1 - upto)))
        before = upto
    return waits
