"""What a decision costs, and what placing a fleet costs, in a town of the size of Tashkent's ambulance service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from scipy.sparse import csr_array

from agents.policies.closest import Closest
from agents.policies.dmexclp import Dmexclp
from agents.policy import DemandView, Ints, TeamsView, Waiting
from agents.policy_moments import Moment
from agents.sealed import sealed
from tests.benchmarks.timing import Row, in_turn, seconds
from twin.cover import QUICK, CoverProblem, solve
from twin.median import median

TEAMS, POSTS, PLACES, NODES = 400, 170, 600, 2000
TIMES = 200


def _times_ms() -> Ints:
    at_m = np.random.default_rng(3).random((NODES, 2)) * 20_000
    return np.rint(100 * np.hypot(*(at_m[:, None] - at_m).transpose(2, 0, 1))).astype(np.int64)


class Town(Moment):
    """A moment whose travel times are a table, at 10 m/s in a square of 20 km."""

    table = _times_ms()

    def travel_ms(self, nodes: Ints, to: int) -> Ints:
        """Return column entries."""
        return self.table[to, nodes]

    def travel_from_ms(self, node: int, nodes: Ints) -> Ints:
        """Return row entries."""
        return self.table[node, nodes]


def policy_rows() -> Iterator[Row]:
    """Yield a decision of closest against a plain loop, one of DMEXCLP, and the placements with their gaps."""
    moment = town()
    closest = Closest()
    rng = np.random.default_rng(0)
    ours, plain = in_turn(
        lambda: each(lambda: closest.decide(moment, rng)), lambda: each(lambda: plain_closest(moment))
    )
    yield Row("closest, 400 teams, a decision", 1e6 * ours / TIMES, 1e6 * plain / TIMES, "loop in Python", "us")
    yield Row("dmexclp, 400 teams, a team freed", 1e6 * dmexclp_s(moment) / TIMES, None, "", "us")
    reach = csr_array(0.6 * (Town.table[:POSTS, -PLACES:] < 240_000))
    weight = np.random.default_rng(4).integers(1, 100, PLACES).astype(float)
    posts = CoverProblem(reach, weight, most_at_site=290)
    place = lambda: solve(posts, k=290, effort=QUICK)  # noqa: E731
    gap = solve(posts, k=290).gap
    yield Row(f"MEXCLP, 290 teams, 170 posts, a plan proven within {gap:.2%}", seconds(place, 3), None, "", "s")
    cost = Town.table[:POSTS, -PLACES:].astype(float)
    gap = median(cost, weight, 60, passes=3).gap
    spent = seconds(lambda: median(cost, weight, 60, passes=3), 3)
    yield Row(f"p-median, 60 of 170 posts, proven within {gap:.2%}", spent, None, "", "s")


def each(decide: object) -> None:
    """Decide many times."""
    for _ in range(TIMES):
        decide()  # type: ignore[operator]


def plain_closest(moment: Moment) -> int:
    """The nearest free team of the service, as one would write it without arrays."""
    request, teams = moment.waiting[0], moment.teams
    best = (1 << 62, -1)
    for row in range(len(teams.id)):
        if teams.free[row] and teams.service[row] == request.service:
            best = min(best, (int(moment.travel_ms(teams.node[row : row + 1], request.node)[0]), row))
    return best[1]


def dmexclp_s(busy: Moment) -> float:
    """Seconds of many pairs of decisions, a team busy at the first and freed at the second."""
    policy, rng = Dmexclp(), np.random.default_rng(0)
    free = busy.teams.free.copy()
    first = int(np.flatnonzero(~free)[0])
    free[first] = True
    one_more = replace(busy, teams=replace(busy.teams, free=sealed(free)))
    for moment in (busy, one_more):
        policy.decide(moment, rng)

    def decide() -> None:
        for _ in range(TIMES):
            policy.decide(busy, rng)
            policy.decide(one_more, rng)

    return seconds(decide, 3)


def town() -> Moment:
    """A moment with one call, most teams free."""
    rng = np.random.default_rng(1)
    home = rng.integers(0, POSTS, TEAMS)
    columns = {
        "id": np.array([f"T{row}" for row in range(TEAMS)]), "service": np.full(TEAMS, "ambulance"),
        "kind": np.full(TEAMS, ""), "node": rng.integers(0, NODES, TEAMS), "post_node": home, "wait_node": home,
        "free": rng.random(TEAMS) < 0.6, "on_duty": np.ones(TEAMS, bool),
        "under_way": np.zeros(TEAMS, bool), "key": np.full(TEAMS, -1),
    }  # fmt: skip
    places = sealed(np.arange(NODES - PLACES, NODES))
    return Town(
        0, 0, (Waiting(0, 0, "ambulance", "any", 2, 7),),
        TeamsView(**{name: sealed(column) for name, column in columns.items()}),
        MappingProxyType({"ambulance": sealed(np.arange(POSTS))}),
        DemandView(places, MappingProxyType({"ambulance": sealed(rng.random(PLACES))})),
        sealed(np.zeros(NODES, np.int64)),
    )  # fmt: skip
