from __future__ import annotations

import subprocess
import sys
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from agents.fleet import Fleet
from agents.mesa_import import Agent, AgentSet
from agents.policies.closest import Closest
from agents.sealed import sealed
from agents.teams import Doing, TeamSpec
from agents.trip import Trip
from tests.agents.lives import START, call, grid, incident, line, live, place, team
from tests.towns import grid_town
from twin.travel import SearchedTravel, travel_of


def test_importing_the_world_leaves_the_start_method_alone():
    """Mesa sets it when imported; a program that uses ours must not notice."""
    code = (
        "import multiprocessing as m; m.set_start_method({0!r}, force=True); import agents.world; "
        "assert m.get_start_method(allow_none=True) == {0!r}, m.get_start_method(allow_none=True)"
    )
    for method in (None, "fork"):
        subprocess.run([sys.executable, "-c", code.format(method)], check=True)


def test_teams_are_mesas_and_keep_the_fleets_order():
    fleet = Fleet([team("B", 3), team("A", 0, "fire")], SearchedTravel(line()))
    assert isinstance(fleet.agents, AgentSet)
    assert [agent.spec.id for agent in fleet.agents] == ["B", "A"]
    assert all(isinstance(agent, Agent) for agent in fleet.teams)


def test_a_fleet_leaves_nothing_behind_in_mesa():
    before = len(Agent._ids)
    Fleet([team("A", 0)], SearchedTravel(line()))
    assert len(Agent._ids) == before


def test_names_must_differ():
    with pytest.raises(ValueError, match="several A"):
        Fleet([team("A", 0), team("A", 1)], SearchedTravel(line()))


def test_mesa_steps_the_teams_to_where_they_are():
    """Turned out at 10 s; at 25 s it is half-way from node 1 to node 2."""
    one = incident(0, 0, node=4)
    world = live([one], [call(0, 0, one)], [team("A", 0)], duration_ms=26_000)
    world.fleet.step(25_000)
    assert world.fleet.teams[0].pos == pytest.approx((place(0)[0] + 150, place(0)[1]))


def test_the_view_says_who_is_free_and_where():
    one = incident(0, 0, node=4)
    world = live([one], [call(0, 0, one)], [team("A", 0), TeamSpec("F", "fire", 7)], duration_ms=26_000)
    view = world.fleet.view(25_000)
    assert view.id.tolist() == ["A", "F"]
    assert (view.node.tolist(), view.post_node.tolist()) == ([2, 7], [0, 7])
    assert (view.free.tolist(), view.under_way.tolist()) == ([False, True], [True, False])
    assert view.key.tolist() == [0, -1]


def test_an_older_view_does_not_change():
    fleet = Fleet([team("A", 0)], SearchedTravel(line()))
    view = fleet.view(0)
    assert (view.free.tolist(), view.node.tolist()) == ([True], [0])
    fleet.teams[0].stand(Doing.ON_SCENE, 5, key=3)
    assert (view.free.tolist(), view.node.tolist()) == ([True], [0])
    with pytest.raises(RuntimeError, match="moment has passed, and nobody had looked at 'key'"):
        _ = view.key
    assert (fleet.view(0).free.tolist(), fleet.view(0).node.tolist()) == ([False], [5])


def test_an_empty_fleet_has_an_empty_view():
    view = Fleet([], SearchedTravel(line())).view(0)
    assert all(len(getattr(view, field.name)) == 0 for field in fields(view))


@pytest.mark.parametrize("column", [np.arange(3), np.array([True]), np.array(["A", "BC"])])
def test_a_sealed_column_cannot_be_opened(column):
    closed = sealed(column)
    assert closed.tolist() == column.tolist()
    with pytest.raises(ValueError, match="read-only"):
        closed[0] = column[0]
    with pytest.raises(ValueError, match="WRITEABLE"):
        closed.setflags(write=True)


@effort(max_examples=30, deadline=None)
@given(st.integers(0, 35), st.integers(0, 35), st.integers(0, 10_000), st.lists(st.integers(0, 200_000), max_size=8))
def test_junctions_ahead_are_those_of_the_graphs_own_path(origin, goal, start_ms, asked_ms):
    graph = grid()
    travel_ms = int(graph.times_to_ms(goal)[origin])
    trip = Trip(SearchedTravel(graph), origin, goal, start_ms, travel_ms)
    path = graph.path(origin, goal)
    for t_ms in sorted(asked_ms):
        node, at_ms = graph.node_ahead(path, max(0, t_ms - start_ms))
        assert trip.next_junction(t_ms) == (node, max(t_ms, start_ms) + at_ms)


class _Asks(Closest):
    """Closest, which holds each answer against all the times it could have asked for."""

    name = "asks"

    def choose(self, view, request, rows):
        row = super().choose(view, request, rows)
        times_ms = view.travel_ms(view.teams.node[rows], request.node)
        reached = np.flatnonzero(times_ms >= 0)
        assert row == (rows[reached[times_ms[reached].argmin()]] if len(reached) else -1)
        self.asked = getattr(self, "asked", 0) + 1
        return row


@pytest.mark.parametrize("labels_from_nodes", [0, 1000])
def test_who_is_nearest_is_who_has_the_least_time(labels_from_nodes):
    town, rng, policy = grid_town(columns=8, rows=8), np.random.default_rng(3), _Asks()
    happened = [incident(i, 40.0 * i, int(rng.integers(64))) for i in range(60)]
    travel = travel_of(town, "free_flow", START, labels_from_nodes=labels_from_nodes)
    live(
        happened, [call(i, one.t_ms / 1000 + 5, one) for i, one in enumerate(happened)],
        [team(f"T{i}", int(rng.integers(64))) for i in range(6)], travel=travel, policy=policy,
    )  # fmt: skip
    assert policy.asked >= 50
