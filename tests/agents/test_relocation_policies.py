"""Where each relocation policy lets teams wait, in a street that can be worked out by hand: nodes 10 s apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.policies.closest import Closest
from agents.policies.combined import Combined
from agents.policies.compliance import Compliance
from agents.policies.dmexclp import Dmexclp
from agents.policies.home_positions import Median, Mexclp
from agents.policies.nearest_post import NearestPost
from agents.policies.stay import Stay
from agents.policy import Dispatch, Move
from agents.policy_lookup import BUILT_IN, RELOCATION
from tests.agents.test_dispatch_policies import requests, teams_at
from tests.agents.views import At, asks, decided, view
from twin.errors import InputError

BUSY = False


def test_who_stays_is_never_moved():
    assert decided(Stay(), view([At(9, home=3)])) == []


def test_whoever_is_done_waits_at_the_nearest_post():
    """Done at 11, home at 3: post 12 is 10 s away, post 3 is 80 s away."""
    posts = [3, 12]
    busy, done = view([At(11, home=3, free=BUSY)], posts=posts), view([At(11, home=3)], posts=posts)
    assert decided(NearestPost(), busy, done) == [("Move", "T0", 12)]
    assert decided(NearestPost(), done) == [], "nobody has just become free at the first moment"
    near = view([At(5, home=3, free=BUSY)], posts=posts), view([At(5, home=3)], posts=posts)
    assert decided(NearestPost(), *near) == [], "it goes home anyway"


def test_a_full_post_takes_nobody_more():
    posts = [3, 12]
    moments = [view([At(12), At(11, home=3, free=free)], posts=posts) for free in (BUSY, True)]
    assert decided(NearestPost(at_most=1), *moments) == []
    assert decided(NearestPost(at_most=2), *moments) == [("Move", "T1", 12)]


def test_dmexclp_takes_the_post_with_the_largest_marginal_cover():
    """Busy 0.5. Post 3 covers 6 of demand, post 12 covers 4. The first team gains 3 at post 3; with one there a second
    gains 6 x 0.5 x 0.5 = 1.5 there and 2 at post 12."""
    posts, demand = [3, 12], {3: 6.0, 12: 4.0}
    policy = Dmexclp(busy=0.5, norm_s=30)
    alone = [view([At(9, home=12, free=free)], posts=posts, demand=demand) for free in (BUSY, True)]
    assert decided(policy, *alone) == [("Move", "T0", 3)]
    second = [view([At(3), At(9, home=3, free=free)], posts=posts, demand=demand) for free in (BUSY, True)]
    assert decided(Dmexclp(busy=0.5, norm_s=30), *second) == [("Move", "T1", 12)]


def test_dmexclp_counts_a_team_on_its_way_as_if_it_were_there():
    """T0 drives to post 12 and is still at 4: T1 goes to post 3."""
    posts, demand = [3, 12], {3: 5.0, 12: 5.0}
    moments = [
        view([At(4, home=3, wait=12), At(9, home=12, free=free)], posts=posts, demand=demand) for free in (BUSY, True)
    ]
    assert decided(Dmexclp(busy=0.5, norm_s=30), *moments) == [("Move", "T1", 3)]


def test_two_that_become_free_at_once_do_not_take_the_same_post():
    posts, demand = [3, 12], {3: 6.0, 12: 4.0}
    moments = [
        view([At(9, home=12, free=free), At(9, home=12, free=free)], posts=posts, demand=demand)
        for free in (BUSY, True)
    ]  # fmt: skip
    assert decided(Dmexclp(busy=0.5, norm_s=30), *moments) == [("Move", "T0", 3)], "T1 keeps 12, where it is needed"


def test_of_equally_good_posts_a_team_keeps_its_own():
    posts, demand = [3, 12], {3: 5.0, 12: 5.0}
    moments = [view([At(9, home=12, free=free)], posts=posts, demand=demand) for free in (BUSY, True)]
    assert decided(Dmexclp(norm_s=30), *moments) == []


def test_mexclp_spreads_the_fleet_and_brings_everybody_back_to_the_place_given():
    """Both at home at 3; 3 and 12 cover 6 and 4, so one belongs to 12: T1, by the order of the fleet."""
    posts, demand = [3, 12], {3: 6.0, 12: 4.0}
    policy = Mexclp(busy=0.4, norm_s=30)
    assert decided(policy, view([At(3), At(3)], posts=posts, demand=demand)) == [("Move", "T1", 12)]
    placed = view([At(3), At(12, home=3, wait=12)], posts=posts, demand=demand)
    assert decided(policy, placed) == []
    home_again = view([At(3), At(9, home=3)], posts=posts, demand=demand)
    assert decided(policy, home_again) == [("Move", "T1", 12)]


def test_with_fewer_on_duty_the_least_needed_place_stays_empty():
    posts, demand = [3, 12], {3: 6.0, 12: 4.0}
    moment = view([At(3, free=BUSY, on_duty=False), At(12)], posts=posts, demand=demand)
    assert decided(Mexclp(busy=0.4, norm_s=30), moment) == [("Move", "T1", 3)]


def test_the_median_stands_where_the_mean_drive_is_least():
    """Demand 1 at 2 and at 18, 5 at 9: one team stands at 9, post 10 or 3 being its choice: 10."""
    moment = view([At(3)], posts=[3, 10], demand={2: 1.0, 9: 5.0, 18: 1.0})
    assert decided(Median(), moment) == [("Move", "T0", 10)]


def test_the_rest_of_a_large_fleet_goes_where_most_demand_is_nearest():
    """Four teams, two posts with 2 and 1 of demand nearest to them: by Jefferson's method three teams and one."""
    moment = view([At(3)] * 4, posts=[3, 12], demand={3: 2.0, 12: 1.0})
    assert [(kind, node) for kind, _, node in decided(Median(), moment)] == [("Move", 12)]


def test_a_compliance_table_fills_its_first_places():
    """With three free the table wants 3, 12 and 18; one sent away from 3 is replaced by the one at 18, its last."""
    posts, demand = [3, 12, 18], {3: 6.0, 12: 4.0, 18: 2.0}
    policy = Compliance(busy=0.3, norm_s=30)
    assert decided(policy, view([At(3), At(12), At(18)], posts=posts, demand=demand)) == []
    left = view([At(3, free=BUSY), At(12), At(18)], posts=posts, demand=demand)
    assert decided(policy, left) == [("Move", "T2", 3)]


def test_of_the_teams_too_many_somewhere_the_nearest_goes():
    """Both T0 and T1 wait at 12, where one is wanted; T1 is on the road at 5, near to 3."""
    moment = view([At(12), At(5, home=12)], posts=[3, 12], demand={3: 5.0, 12: 5.0})
    assert decided(Compliance(norm_s=30), moment) == [("Move", "T1", 3)]


def test_a_compliance_table_from_a_file_is_followed(tmp_path):
    file = tmp_path / "table.yaml"
    file.write_text("version: 1\norder:\n  ambulance: [18, 3]\n")
    moment = view([At(3), At(12)], posts=[3, 12, 18], demand={3: 1.0})
    assert decided(Compliance(file=str(file)), moment) == [("Move", "T1", 18)]
    file.write_text("version: 1\norder:\n  ambulance: []\n  fire: 3\n")
    with pytest.raises(InputError) as caught:
        Compliance(file=str(file))
    assert len(caught.value.faults) == 2


def test_where_nothing_is_known_of_demand_it_is_said():
    for policy in (Mexclp(), Dmexclp(), Compliance(), Median()):
        with pytest.raises(LookupError, match="nothing is known of demand"):
            decided(policy, view([At(3, free=BUSY)]), view([At(3)]))


@pytest.mark.parametrize(
    "make", [lambda: Mexclp(busy=1.0), lambda: Mexclp(norm_s=0), lambda: Dmexclp(busy=-0.1),
             lambda: NearestPost(at_most=-1), lambda: Compliance(by="luck")],
)  # fmt: skip
def test_parameters_out_of_range_are_refused(make):
    with pytest.raises(ValueError, match="must"):
        make()


def test_a_combined_policy_moves_only_who_was_not_sent():
    posts, demand = [3, 12], {3: 6.0, 12: 4.0}
    policy = Combined(Closest(), Mexclp(norm_s=30))
    assert policy.name == "closest + mexclp"
    moment = view([At(3), At(3)], [asks(0, 4)], posts=posts, demand=demand)
    assert decided(policy, moment) == [("Dispatch", 0, "T0"), ("Move", "T1", 12)]
    moment = view([At(3), At(3)], [asks(0, 4), asks(1, 4)], posts=posts, demand=demand)
    assert [kind for kind, *_ in decided(policy, moment)] == ["Dispatch", "Dispatch"]


def test_a_relocation_part_that_sends_is_stopped():
    with pytest.raises(TypeError, match=r"'closest' returned Dispatch.*may only Move"):
        decided(Combined(Stay(), Closest()), view([At(3)], [asks(0, 4)]))


def test_a_combined_policy_is_asked_as_often_as_its_hastier_part():
    slow, quick = Closest(), Stay()
    slow.review_s, quick.review_s = 60, 20
    assert Combined(slow, quick).review_s == 20
    assert not hasattr(Combined(Closest(), Stay()), "review_s")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(BUILT_IN[RELOCATION])), teams_at, teams_at, requests)
def test_after_any_moments_only_free_teams_are_moved_once_to_where_there_is_a_way(name, before, after, asked):
    """Also behind a dispatch part, and with the same answers again from a new policy."""
    before = [*before, *after[len(before) :]]
    after = [team._replace(home=old.home) for team, old in zip(after, before, strict=False)]
    waiting = [asks(key, at[0], service=at[3]) for key, at in enumerate(asked)]
    rest = {"posts": [2, 9, 15], "demand": {3: 2.0, 11: 1.0}}
    moments = [view(before[: len(after)], **rest), view(after, waiting, **rest)]
    found = []
    for _ in range(2):
        policy = Combined(Closest(), BUILT_IN[RELOCATION][name]())
        for moment in moments:
            choices = policy.decide(moment, np.random.default_rng(0))
        found.append(choices)
    sent = [c.team_id for c in found[0] if isinstance(c, Dispatch | Move)]
    assert len(set(sent)) == len(sent)
    for move in (c for c in found[0] if isinstance(c, Move)):
        team = after[int(move.team_id[1:])]
        assert team.free
        assert moments[1].travel_from_ms(team.node, np.array([move.node]))[0] >= 0
    assert found[0] == found[1]
