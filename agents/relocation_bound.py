"""What share of requests could be on time under any relocation at all, so that a policy's gap is shown, not its rank.

The bound. Take one service. A request that gets ready at t has a time D left for driving, and its place is drawn from a
distribution d that what happened before tells nothing about. If F teams are free at t, wherever they stand, it is in
reach of one with probability at most ``v(F, D, d)``: the largest weight of d that any F positions reach within D. No
relocation, however clever, does better, since it has to choose positions before it knows the place. v never falls
when F grows, so it is enough to know how many teams are free at most:

    F <= teams(t) - N(t),

where N(t) counts the requests that got ready before t and cannot be done by t, however near a team stood: each takes a
team at least for the work on scene, the shortest way to a hospital and the hand-over. Under any relocation each of
them is then still with a team or waits for one, and none waits while a team is free. So at least ``min(teams, N)``
are busy. A request that meets no free team waits for the first that becomes free; where that one stands was settled
without regard to the place, so it is in reach with probability at most ``v(1, D, d)``.

The mean of ``v(max(1, teams - N), D, d)`` over all requests bounds the expected share on time. To bound redeployment by
the best cover for each number of free teams is the idea of Maxwell, Ni, Tong, Henderson, Topaloglu and Hunter 2014 («A
bound on the performance of an optimal ambulance redeployment policy»); JEMSS has a bound of this kind. Here N is
counted on the very requests of the run, and v is bounded by linear programs whose prices are checked by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from agents.policy import Ints
from twin.cover import CoverBounds

Floats = NDArray[np.float64]
STEP_MS: Final = 30_000

ASSUMPTIONS: Final = (
    "nothing is kept waiting while a team that fits is free, and no team is turned round on its way",
    "what waits is taken in an order that does not look at its place",
    "a place is drawn from the demand of its hour, whatever happened before; what can be foreseen counts as on time",
    "turnout takes no time, since a team could be kept on the road",
    "the travel times in force when a request got ready hold until its norm ends",
    "what may be joined to an earlier request counts as on time, and takes no team of its own",
)


@dataclass(frozen=True)
class Requests:
    """All requests on one service, by the time they got ready.

    Attributes:
        ready_ms: (n,) when each was ready for dispatch.
        driving_ms: (n,) what of its norm was left for driving then; below 0 it is late whatever is done.
        taken_ms: (n,) the least time it takes a team: on scene, to the nearest hospital, hand-over; 0 where it may be
            turned away.
        setting: (n,) what stands for the distribution that its place was drawn from and for the travel times then in
            force; handed on to what says how far positions reach.
        cluster: (n,) requests that may be joined to each other have one number.
        foreseen: (n,) its place could be known beforehand.
        counted: (n,) it is one of those whose share on time is asked for; the others only keep teams busy.
    """

    ready_ms: Ints
    driving_ms: Ints
    taken_ms: Ints
    setting: Ints
    cluster: Ints
    foreseen: NDArray[np.bool_]
    counted: NDArray[np.bool_]

    def __post_init__(self) -> None:
        if len({len(column) for column in vars(self).values()}) > 1:
            raise ValueError("all columns of requests need one value for each request")
        if (np.diff(self.ready_ms) < 0).any():
            raise ValueError("requests must come in the order in which they got ready")


@dataclass(frozen=True)
class RelocationBound:
    """What no relocation can exceed.

    Attributes:
        share: of the counted requests that could be on time, in expectation.
        each: (n,) the probability that each could be.
        free: (n,) how many teams could be free at most when it got ready.
        assumptions: under which it holds, as sentences.
    """

    share: float
    each: Floats
    free: Ints
    assumptions: tuple[str, ...] = ASSUMPTIONS


Reachable = Callable[[int, int], CoverBounds]
"""From a setting and a time for driving in ms to bounds, as shares of demand, on what any positions reach."""


def relocation_bound(
    requests: Requests, teams: tuple[Ints, Ints], reachable: Reachable, step_ms: int = STEP_MS
) -> RelocationBound:
    """Return the bound for one service and one run, or for a run with the requests of a whole day.

    Args:
        requests: of the run.
        teams: ``(from_ms, count)``, the most teams that may be on duty or still at work from each time on, ascending;
            the first time is that of the first request or earlier.
        reachable: what positions reach, such as :class:`agents.positions_reach.PositionsReach`.
        step_ms: the time left for driving is rounded up to this: the bound stays a bound, and few programs are solved.

    Raises:
        ValueError: the teams' times do not begin early enough, or do not ascend.
    """
    most, least = _teams_between(teams, requests.ready_ms, requests.ready_ms + np.maximum(requests.driving_ms, 0))
    free = np.maximum.reduce([most - _surely_there(requests), most - least, np.zeros_like(most)])
    joined = _may_join(requests.cluster) | requests.foreseen
    each = np.ones(len(free))
    for row in np.flatnonzero(~joined & requests.counted).tolist():
        left_ms = int(requests.driving_ms[row])
        each[row] = 0.0
        if left_ms >= 0:
            each[row] = reachable(int(requests.setting[row]), -(-left_ms // step_ms) * step_ms).at(
                max(1, int(free[row]))
            )
    counted = each[requests.counted]
    return RelocationBound(float(counted.mean()) if len(counted) else 1.0, each, free)


def may_be_joined(
    x_m: Floats, y_m: Floats, from_ms: Ints, to_ms: Ints, radius_m: float, window_ms: float
) -> Ints:  # fmt: skip
    """Return cluster numbers: what is near in place and time, and what is near to these, has one.

    Args:
        x_m: (n,) places.
        y_m: (n,) places.
        from_ms: (n,) when each was first told of.
        to_ms: (n,) when it was last told of.
        radius_m: of the centre's joining.
        window_ms: of the centre's joining; 0 joins nothing.
    """
    n = len(from_ms)
    if not n or not window_ms:
        return np.arange(n)
    pairs = cKDTree(np.column_stack([x_m, y_m])).query_pairs(radius_m, output_type="ndarray")
    one, other = pairs[:, 0], pairs[:, 1]
    apart_ms = np.maximum(from_ms[one], from_ms[other]) - np.minimum(to_ms[one], to_ms[other])
    kept = apart_ms <= window_ms
    near = csr_array((np.ones(int(kept.sum())), (one[kept], other[kept])), shape=(n, n))
    return np.asarray(connected_components(near, directed=False)[1], dtype=np.int64)


def _teams_between(teams: tuple[Ints, Ints], from_ms: Ints, to_ms: Ints) -> tuple[Ints, Ints]:
    """The most and the fewest teams there are between two times."""
    at_ms, count = (np.asarray(column, dtype=np.int64) for column in teams)
    if not len(at_ms) or (np.diff(at_ms) <= 0).any() or (len(from_ms) and from_ms[0] < at_ms[0]):
        raise ValueError("the times of teams must ascend, and begin no later than the first request")
    first = np.searchsorted(at_ms, from_ms, side="right") - 1
    last = np.searchsorted(at_ms, to_ms, side="right") - 1
    spans = [count[a : b + 1] for a, b in zip(first.tolist(), last.tolist(), strict=True)]
    most, least = [int(span.max()) for span in spans], [int(span.min()) for span in spans]
    return np.array(most, dtype=np.int64), np.array(least, dtype=np.int64)


def _surely_there(requests: Requests) -> Ints:
    """N for each request: clusters other than its own that hold a team, or wait for one, just before it gets ready."""
    starts, ends, owner = _merged(requests)
    ready = requests.ready_ms
    there = np.searchsorted(np.sort(starts), ready, side="left") - np.searchsorted(np.sort(ends), ready, side="right")
    rows: dict[int, list[int]] = {}
    for span, cluster in enumerate(owner.tolist()):
        rows.setdefault(cluster, []).append(span)
    own = [
        sum(bool(starts[s] < t < ends[s]) for s in rows.get(c, ()))
        for t, c in zip(ready.tolist(), requests.cluster.tolist(), strict=True)
    ]
    return there.astype(np.int64) - np.array(own, dtype=np.int64)


def _merged(requests: Requests) -> tuple[Ints, Ints, Ints]:
    """The spans during which each cluster surely has a request in work or waiting, those that overlap made one."""
    spans: list[list[int]] = []
    open_span: dict[int, list[int]] = {}
    end_ms = requests.ready_ms + requests.taken_ms
    for start, end, cluster in zip(requests.ready_ms.tolist(), end_ms.tolist(), requests.cluster.tolist(), strict=True):
        span = open_span.get(cluster)
        if span and start <= span[1]:
            span[1] = max(span[1], end)
        elif end > start:
            open_span[cluster] = [start, end, cluster]
            spans.append(open_span[cluster])
    table = np.array(spans, dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


def _may_join(cluster: Ints) -> NDArray[np.bool_]:
    """Requests that are not the first of their cluster."""
    first = np.unique(cluster, return_index=True)[1]
    later = np.ones(len(cluster), dtype=bool)
    later[first] = False
    return later
