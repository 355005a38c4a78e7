"""What each dispatch policy does in a street that can be worked out by hand: nodes 10 s apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.policies.batch import Batch
from agents.policies.closest import Closest
from agents.policies.cover_preserving import CoverPreserving
from agents.policies.district_first import DistrictFirst
from agents.policies.preempting import Preempting
from agents.policies.preference_lists import PreferenceLists
from agents.policies.priority_reserve import PriorityReserve
from agents.policy import Dispatch, Redispatch
from agents.policy_lookup import BUILT_IN, DISPATCH
from tests.agents.views import At, asks, decided, view
from twin.errors import InputError


def test_the_closest_goes_and_of_equals_the_first_row():
    assert decided(Closest(), view([At(9), At(5), At(3)], [asks(7, 4)])) == [("Dispatch", 7, "T1")]
    assert decided(Closest(), view([At(9), At(3), At(5)], [asks(7, 4)])) == [("Dispatch", 7, "T1")]


def test_the_most_urgent_gets_the_closest_and_nobody_is_sent_twice():
    moment = view([At(4), At(8)], [asks(0, 4, priority=3), asks(1, 5, priority=1), asks(2, 5, priority=3)])
    assert decided(Closest(), moment) == [("Dispatch", 1, "T0"), ("Dispatch", 0, "T1")]


def test_a_place_gets_the_kind_of_vehicle_that_it_wants():
    ladder = At(9, service="fire", kind="ladder")
    moment = view(
        [At(4, service="fire", kind="engine"), ladder],
        [asks(0, 4, service="fire", kinds=("ladder",), request=5), asks(1, 4, service="fire", request=5)],
    )
    assert decided(Closest(), moment) == [("Dispatch", 0, "T1"), ("Dispatch", 1, "T0")]


def test_what_nobody_can_reach_waits():
    assert decided(Closest(), view([At(4)], [asks(0, 0)])) == []


def test_the_own_districts_team_goes_though_another_is_nearer():
    """Districts: nodes 0 to 4, and 5 on. A call at 5: T0 at 4 is nearer, T1 at 9 is of the district."""
    districts = [0] * 5 + [1]
    asked = [asks(0, 5)]
    assert decided(DistrictFirst(), view([At(4), At(9)], asked, districts=districts)) == [("Dispatch", 0, "T1")]
    busy = view([At(4), At(9, free=False)], asked, districts=districts)
    assert decided(DistrictFirst(), busy) == [("Dispatch", 0, "T0")], "where the district has none free, the nearest"
    assert decided(DistrictFirst(), view([At(4), At(9)], asked)) == [("Dispatch", 0, "T0")], "a city without districts"


def test_a_team_on_the_road_is_of_the_district_of_its_post():
    moment = view([At(6, home=2), At(9)], [asks(0, 6)], districts=[0] * 5 + [1])
    assert decided(DistrictFirst(), moment) == [("Dispatch", 0, "T1")]


def test_lists_made_by_travel_times_go_by_the_place_nearest_to_the_request():
    """Places of demand are 12 and 3. A call at 9 is nearest to 12, whose list is 14 (20 s), 9 (30 s), 19 (70 s)."""
    moment = view([At(9), At(14), At(19)], [asks(0, 9), asks(1, 9)], demand={12: 1.0, 3: 1.0})
    assert decided(PreferenceLists(), moment) == [("Dispatch", 0, "T1"), ("Dispatch", 1, "T0")]


def test_a_list_looks_at_home_posts_not_at_where_teams_are():
    """T0's post 14 is first for place 12, and it is sent though it is away at 19 and T1 stands at 9."""
    moment = view([At(19, home=14), At(9)], [asks(0, 12)], demand={12: 1.0})
    assert decided(PreferenceLists(), moment) == [("Dispatch", 0, "T0")]


def test_lists_from_a_file_are_followed(tmp_path):
    file = tmp_path / "lists.yaml"
    file.write_text("version: 1\nlists:\n  ambulance:\n    0: [19, 14]\n")
    moment = view([At(9), At(14), At(19)], [asks(0, 9), asks(1, 9), asks(2, 9)], demand={12: 1.0}, districts=[0])
    sent = [team for _, _, team in decided(PreferenceLists(str(file)), moment)]
    assert sent == ["T2", "T1", "T0"], "posts that the list does not name come last"


def test_a_list_with_faults_names_them_all_by_line(tmp_path):
    file = tmp_path / "lists.yaml"
    file.write_text("version: 1\nlists:\n  ambulance:\n    0: [19, -14]\n    1: []\n")
    with pytest.raises(InputError) as caught:
        PreferenceLists(str(file))
    assert [fault.line for fault in caught.value.faults] == [4, 5]


def test_the_reserve_is_kept_for_the_most_urgent_and_held_once():
    """Two kept: with three free one goes to priority 2, the next waits, and priority 1 takes from the reserve."""
    policy = PriorityReserve(keep=2)
    moment = view([At(4), At(5), At(6)], [asks(0, 4), asks(1, 4)])
    reason = "2 ambulance teams are kept for priority 1"
    assert decided(policy, moment) == [("Dispatch", 0, "T0"), ("Hold", 1, reason)]
    assert decided(policy, view([At(5), At(6)], [asks(1, 4)])) == [], "it is held already"
    assert decided(policy, view([At(5), At(6)], [asks(1, 4), asks(2, 4, priority=1)])) == [("Dispatch", 2, "T0")]


def test_a_reserve_may_be_a_share_of_those_on_duty():
    """Half of 3 on duty, rounded up, is 2."""
    moment = view([At(4), At(5), At(6), At(7, free=False, on_duty=False)], [asks(0, 4), asks(1, 4)])
    assert [kind for kind, *_ in decided(PriorityReserve(keep=0, share=0.5), moment)] == ["Dispatch", "Hold"]


def test_a_batch_drives_less_than_one_after_another():
    """Calls at 5 and 3, teams at 4 and 6. The closest would send 4 to 5 and 6 to 3: 10 + 30 s; the batch 10 + 10."""
    moment = view([At(4), At(6)], [asks(0, 5, since_s=1), asks(1, 3, since_s=2)])
    assert decided(Closest(), moment) == [("Dispatch", 0, "T0"), ("Dispatch", 1, "T1")]
    assert decided(Batch(), moment) == [("Dispatch", 0, "T1"), ("Dispatch", 1, "T0")]


def test_a_batch_serves_as_many_as_it_can_and_the_most_urgent_first():
    """Node 0 is out of reach for T1; T0 stands there and is taken for it, though it is nearest to nothing else."""
    assert decided(Batch(), view([At(0), At(2)], [asks(0, 1), asks(1, 0)])) == [
        ("Dispatch", 0, "T1"), ("Dispatch", 1, "T0"),
    ]  # fmt: skip
    moment = view([At(4)], [asks(0, 4, priority=2), asks(1, 9, priority=1)])
    assert decided(Batch(), moment) == [("Dispatch", 1, "T0")]


def test_a_batch_may_wait_for_more_to_choose_from_but_not_with_the_most_urgent():
    teams = [At(4), At(6)]
    early, late = asks(0, 5, since_s=50), asks(1, 3, since_s=55)
    assert decided(Batch(every_s=20), view(teams, [early, late], now_s=60)) == []
    assert len(decided(Batch(every_s=20), view(teams, [early, late], now_s=70))) == 2
    urgent = asks(2, 4, priority=1, since_s=60)
    assert decided(Batch(every_s=20), view(teams, [early, late, urgent])) == [("Dispatch", 2, "T0")]
    assert Batch(every_s=20).review_s == 20


def test_the_team_that_is_missed_least_goes():
    """Three teams; two at 4 share what they cover, the one at 6 covers alone: 4 is sent to a call at 6 in the norm."""
    teams = [At(6), At(4), At(4)]
    demand = {3: 1.0, 7: 1.0}
    policy = CoverPreserving(norm_s=20)
    assert decided(policy, view(teams, [asks(0, 6)], demand=demand)) == [("Dispatch", 0, "T1")]
    assert decided(policy, view(teams, [asks(0, 6, priority=1)], demand=demand)) == [("Dispatch", 0, "T0")]
    assert decided(policy, view(teams, [asks(0, 9)], demand=demand)) == [("Dispatch", 0, "T0")], "none in the norm"


def test_the_most_urgent_takes_a_team_that_is_under_way_to_less():
    """T0 is on its way to request 0 of priority 3 and 10 s from the call; the free T1 is 100 s away."""
    policy = Preempting(gain_s=60)
    first = view([At(4), At(15)], [asks(0, 9, priority=3)])
    later = view([At(5, free=False, key=0), At(15)], [asks(1, 6, priority=1)])
    assert decided(policy, first, later) == [("Redispatch", 1, "T0")]
    near = view([At(5, free=False, key=0), At(12)], [asks(1, 6, priority=1)])
    assert decided(policy, first, near) == [("Dispatch", 1, "T1")], "60 s away: 50 s gained are not enough"
    less = view([At(5, free=False, key=0), At(15)], [asks(1, 6, priority=2)])
    assert decided(policy, first, less) == [("Dispatch", 1, "T1")]


def test_what_is_urgent_is_left_on_its_way():
    policy = Preempting()
    first = view([At(4)], [asks(0, 9, priority=1)])
    assert decided(policy, first, view([At(5, free=False, key=0)], [asks(1, 6, priority=1)])) == []


@pytest.mark.parametrize(
    "make",
    [lambda: PriorityReserve(keep=-1), lambda: PriorityReserve(share=1.0), lambda: Batch(every_s=-1),
     lambda: Preempting(gain_s=-1), lambda: CoverPreserving(busy=1.0), lambda: CoverPreserving(norm_s=0)],
)  # fmt: skip
def test_parameters_out_of_range_are_refused(make):
    with pytest.raises(ValueError, match="must"):
        make()


teams_at = st.lists(
    st.builds(
        At, st.integers(0, 19), home=st.integers(1, 19), free=st.booleans(),
        service=st.sampled_from(["ambulance", "fire"]), kind=st.sampled_from(["a", "b"]),
        wait=st.just(-1), key=st.just(-1), on_duty=st.just(True),
    ),
    max_size=7,
)  # fmt: skip
requests = st.lists(
    st.tuples(
        st.integers(0, 19), st.integers(1, 3), st.integers(0, 60), st.sampled_from(["ambulance", "fire"]),
        st.sampled_from([(), ("a",), ("a", "b")]),
    ),
    max_size=7,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(BUILT_IN[DISPATCH])), teams_at, requests)
def test_no_policy_sends_a_busy_team_or_two_to_one_place_or_the_wrong_kind(name, teams, asked):
    """For any teams and requests; and the same moment gives the same answer to a new policy."""
    waiting = [
        asks(key, node, priority, since, service=service, kinds=kinds)
        for key, (node, priority, since, service, kinds) in enumerate(asked)
    ]
    moment = view(teams, waiting, demand={3: 2.0, 11: 1.0}, districts=[0] * 8 + [1])
    make = BUILT_IN[DISPATCH][name]
    choices = [c for c in make().decide(moment, np.random.default_rng(0)) if isinstance(c, Dispatch | Redispatch)]
    keys, sent = [c.key for c in choices], [int(c.team_id[1:]) for c in choices]
    assert len(set(keys)) == len(keys)
    assert len(set(sent)) == len(sent)
    for key, row in zip(keys, sent, strict=True):
        assert teams[row].free
        assert teams[row].service == waiting[key].service
        assert not waiting[key].kinds or teams[row].kind in waiting[key].kinds
        assert moment.travel_ms(np.array([teams[row].node]), waiting[key].node)[0] >= 0
    assert choices == [c for c in make().decide(moment, np.random.default_rng(5)) if isinstance(c, Dispatch)]


@settings(max_examples=60, deadline=None)
@given(teams_at, requests)
def test_a_batch_never_drives_longer_than_one_after_another_and_serves_no_fewer(teams, asked):
    waiting = [asks(key, node, 2, since) for key, (node, _, since, _, _) in enumerate(asked)]
    moment = view([team._replace(service="ambulance") for team in teams], waiting)

    def served(policy):
        choices = policy.decide(moment, np.random.default_rng(0))
        rows = np.array([int(c.team_id[1:]) for c in choices], dtype=int)
        drives = [
            moment.travel_ms(moment.teams.node[[r]], waiting[c.key].node)[0] for r, c in zip(rows, choices, strict=True)
        ]
        return len(choices), sum(drives)

    (one, one_ms), (many, many_ms) = served(Closest()), served(Batch())
    assert many > one or (many == one and many_ms <= one_ms)
