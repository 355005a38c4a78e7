"""The bound on any relocation: its parts by hand and by enumeration, and no built-in policy beyond it in simulation."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.policy import DemandView
from agents.policy_lookup import BUILT_IN, RELOCATION, find_policy
from agents.positions_reach import PositionsReach
from agents.relocation_bound import Requests, may_be_joined, relocation_bound
from agents.sealed import sealed
from agents.view import Known
from tests.agents.lives import call, events, incident, line, live, team
from twin.cover import CoverBounds
from twin.records import Kind
from twin.streams import stream
from twin.travel import SearchedTravel

HOUR_MS = 3_600_000
NODES = np.arange(11)


def weight_on_line(weight):
    """The line is the lower row of a grid of two."""
    return np.append(weight, np.zeros(11))


def requests(ready_s, taken_s, **rest):
    n = len(ready_s)
    columns = {
        "ready_ms": 1000 * np.array(ready_s), "driving_ms": np.full(n, 25_000), "taken_ms": 1000 * np.array(taken_s),
        "setting": np.zeros(n, int), "cluster": np.arange(n), "foreseen": np.zeros(n, bool),
        "counted": np.ones(n, bool),
    }  # fmt: skip
    return Requests(**(columns | rest))


def a_tenth_each(setting, driving_ms):
    return CoverBounds(np.array([0.1]), np.array([0.0]), 1.0)


def bound_of(asked, teams=3):
    return relocation_bound(asked, (np.array([0]), np.array([teams])), a_tenth_each)


def test_who_is_surely_busy_is_counted_on_the_requests_themselves():
    """Work of 60 s each: at 50 s two are surely there, at 60 s the first may be done, at 200 s all are."""
    bound = bound_of(requests([0, 10, 50, 60, 200], [60, 60, 60, 60, 60]))
    assert bound.free.tolist() == [3, 2, 1, 1, 3]
    assert bound.each == pytest.approx([0.3, 0.2, 0.1, 0.1, 0.3])
    assert bound.share == pytest.approx(0.2)


def test_a_request_that_meets_nobody_free_waits_for_one():
    assert bound_of(requests([0, 1, 2], [60, 60, 60]), teams=1).each == pytest.approx([0.1, 0.1, 0.1])


def test_only_what_is_counted_is_shared_and_all_keep_teams_busy():
    bound = bound_of(requests([0, 10], [60, 60], counted=np.array([False, True])))
    assert bound.share == pytest.approx(0.2)


def test_what_may_be_turned_away_takes_nobody():
    assert bound_of(requests([0, 1, 2], [0, 0, 60])).free.tolist() == [3, 3, 3]


def test_what_may_be_joined_counts_as_on_time_and_takes_one_team_together():
    bound = bound_of(requests([0, 10, 20], [60, 60, 60], cluster=np.array([7, 7, 8])))
    assert bound.free.tolist() == [3, 3, 2]
    assert bound.each == pytest.approx([0.3, 1.0, 0.2])


def test_what_is_late_already_stays_late_and_what_can_be_foreseen_is_on_time():
    bound = bound_of(requests([0, 100], [0, 0], driving_ms=np.array([-1, 25_000]), foreseen=np.array([False, True])))
    assert bound.each.tolist() == [0.0, 1.0]


def test_teams_that_come_on_duty_together_may_all_be_free_for_who_waits():
    """At 20 s four come: a request of 10 s with 25 s to drive may meet them, whoever is busy."""
    asked = requests([0, 5, 10], [60, 60, 60])
    bound = relocation_bound(asked, (np.array([0, 20_000]), np.array([1, 5])), a_tenth_each)
    assert bound.free.tolist() == [5, 4, 4]


def test_teams_must_be_known_from_the_first_request_on():
    with pytest.raises(ValueError, match="must ascend, and begin"):
        relocation_bound(requests([0], [60]), (np.array([5]), np.array([1])), a_tenth_each)
    with pytest.raises(ValueError, match="in the order"):
        requests([5, 0], [1, 1])


def test_near_notices_are_one_cluster_through_a_third():
    x, t = np.array([0.0, 90.0, 180.0, 90.0]), np.array([0, 10, 20, 5000])
    assert may_be_joined(x, np.zeros(4), t, t, 100.0, 100.0).tolist() == [0, 0, 0, 1]
    assert may_be_joined(x, np.zeros(4), t, t, 100.0, 0.0).tolist() == [0, 1, 2, 3]
    told_of_again = np.array([0, 10, 4950, 5000])
    assert may_be_joined(x, np.zeros(4), t, told_of_again, 100.0, 100.0).tolist() == [0, 0, 0, 0]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3), st.sampled_from([0, 10_000, 30_000]), st.sampled_from([3, 11]))
def test_no_placement_reaches_more_than_positions_say(seed, free, driving_ms, groups):
    """Against every placement of up to three teams on a street of 11; with all nodes as groups one team is exact."""
    weight = np.random.default_rng(seed).integers(0, 9, 11).astype(float) + (np.arange(11) == 0)
    positions = PositionsReach(SearchedTravel(line()), NODES, weight_on_line(weight), groups)
    within = 10_000 * np.abs(NODES[:, None] - NODES) <= driving_ms
    best = max(weight[within[list(rows)].any(axis=0)].sum() for rows in combinations(range(11), free)) / weight.sum()
    bound = positions(0, driving_ms).at(free)
    assert best <= bound + 1e-9
    if free == 1 and groups == 11:
        assert bound == pytest.approx(best)


POLICIES = {name: name for name in BUILT_IN[RELOCATION]} | {
    name: f"{name}(norm_s=10)" for name in ("compliance", "dmexclp", "mexclp")
}


class Uneven:
    """Demand on the line, most of it at its ends."""

    rate = np.array([6.0, 1, 1, 1, 1, 2, 1, 1, 1, 1, 4])

    def at(self, t_ms):
        return DemandView(sealed(NODES), {"ambulance": sealed(self.rate)})


def lived(policy, seed, per_hour=60, teams="ABC"):
    """An hour on the line with three teams at node 5; what was on time after a first call, and the requests."""
    rng = stream(seed, "bound")
    times = np.append(0.0, np.sort(rng.uniform(300, 3300, rng.poisson(per_hour))))
    nodes = rng.choice(NODES, len(times), p=Uneven.rate / Uneven.rate.sum())
    about = [
        incident(i, t, node=int(node), on_scene_ms=60_000) for i, (t, node) in enumerate(zip(times, nodes, strict=True))
    ]
    world = live(
        about, [call(i, one.t_ms / 1000, one) for i, one in enumerate(about)], [team(name, 5) for name in teams],
        policy=find_policy(f"closest + {POLICIES[policy]}"),
        known=Known(posts={"ambulance": NODES.tolist()}, demand=Uneven()),
    )  # fmt: skip
    ready = {e.incident_id: e.t_ms for e in events(world, Kind.PROCESSED)}
    there = {e.incident_id: e.t_ms for e in events(world, Kind.ARRIVED)}
    norm_ms = 20_000
    on_time = [there.get(one.id, HOUR_MS) - one.t_ms <= norm_ms for one in about[1:]]
    order = sorted(ready, key=lambda i: (ready[i], i))[1:]
    ready_ms = np.array([ready[i] for i in order])
    left_ms = np.array([about[i].t_ms + norm_ms - ready[i] for i in order])
    n = len(order)
    asked = Requests(
        ready_ms, left_ms, np.full(n, 60_000), np.zeros(n, int), np.arange(n), np.zeros(n, bool), np.ones(n, bool)
    )
    return on_time, asked


def test_no_built_in_policy_is_on_time_more_often_than_the_bound():
    """Pooled over 12 hours each, with a margin of four standard errors; the bound bites, and so do the policies."""
    positions = PositionsReach(SearchedTravel(line()), NODES, weight_on_line(Uneven.rate))
    shares = {}
    for policy in sorted(BUILT_IN[RELOCATION]):
        pairs = [lived(policy, seed) for seed in range(12)]
        bounds = [relocation_bound(asked, (np.array([0]), np.array([3])), positions, 5000) for _, asked in pairs]
        on_time = np.concatenate([done for done, _ in pairs])
        bound = np.concatenate([b.each for b in bounds])
        margin = 4 * np.sqrt(0.25 / len(on_time))
        assert on_time.mean() <= bound.mean() + margin
        shares[policy] = (on_time.mean(), bound.mean())
    assert all(bound < 0.75 for _, bound in shares.values()), shares
    assert shares["none"][0] < 0.2 < 0.3 < shares["dmexclp"][0], shares


def test_where_little_happens_the_best_place_attains_the_bound():
    """One team, two calls an hour: nobody does better than to wait at node 1, in reach of 8 of 20 in demand."""
    positions = PositionsReach(SearchedTravel(line()), NODES, weight_on_line(Uneven.rate))
    pairs = [lived("mexclp", seed, per_hour=2, teams="A") for seed in range(150)]
    bounds = [relocation_bound(asked, (np.array([0]), np.array([1])), positions, 5000) for _, asked in pairs]
    assert np.concatenate([b.each for b in bounds]) == pytest.approx(0.4)
    on_time = np.concatenate([done for done, _ in pairs])
    assert abs(on_time.mean() - 0.4) < 4 * np.sqrt(0.25 / len(on_time))
