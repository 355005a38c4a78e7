"""Plans of any course: whole, within limits, from the first point to the last; and followed exactly between rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.flight.craft import STATE
from agents.flight.drone_class import drone_class
from agents.flight.path import Course, leg_speeds, plan_of
from agents.flight.reference import ACCEL, LEG, SPAN, SPEED, WAY, T, X, follow
from tests.agents.flight.lives import course, order

DOCK = drone_class("dock_quad")
STILL = np.zeros(3)
POINT = st.tuples(st.floats(-400, 400), st.floats(-400, 400), st.floats(5, 110))


@st.composite
def courses(draw):
    """Two to seven points at least a metre apart from one to the next, some with a stop."""
    points = [draw(POINT)]
    for point in draw(st.lists(POINT, min_size=1, max_size=6)):
        if np.linalg.norm(np.subtract(point, points[-1])) > 1.0:
            points.append(point)
    if len(points) < 2:
        points.append((points[0][0] + 20.0, points[0][1], points[0][2]))
    n = len(points)
    hold = draw(st.lists(st.sampled_from([0.0, 0.0, 4.0]), min_size=n, max_size=n))
    speed = draw(st.lists(st.floats(1.0, 25.0), min_size=n - 1, max_size=n - 1))
    return Course(np.array(points), np.array(speed), np.array(hold))


@settings(max_examples=60, deadline=None)
@given(courses(), st.floats(-8, 8), st.floats(-8, 8))
def test_any_course_gives_a_plan_that_can_be_flown(flown, east, north):
    wind = np.array([east, north, 0.0])
    plan = plan_of(flown, DOCK, wind)
    assert np.isfinite(plan).all()
    assert (np.diff(plan[:, T]) >= -1e-9).all()
    assert plan[0, X : X + 3] == pytest.approx(flown.points_m[0])
    assert plan[-1, X : X + 3] == pytest.approx(flown.points_m[-1])
    assert plan[-1, SPEED] == 0.0
    assert np.linalg.norm(plan[:, WAY : WAY + 3], axis=1) == pytest.approx(1.0)
    assert np.abs(plan[:, ACCEL]).max() <= DOCK.limits.accel_ms2.value + 1e-6
    top = np.maximum(leg_speeds(flown, DOCK, wind), 0.2)
    assert (plan[:, SPEED] <= top[plan[:, LEG].astype(int)] + 1e-6).all()
    assert plan[-1, T] >= flown.length_m.sum() * 0.9 / top.max() + flown.hold_s[1:-1].sum() - 1e-6


@settings(max_examples=40, deadline=None)
@given(courses())
def test_every_point_is_passed_within_the_cut_and_stops_are_stood_at(flown):
    plan = plan_of(flown, DOCK, STILL)
    for point, hold in zip(flown.points_m[1:-1], flown.hold_s[1:-1], strict=True):
        away = np.linalg.norm(plan[:, X : X + 3] - point, axis=1)
        assert away.min() < 0.85
        if hold:
            stood = plan[(away < 1e-6) & (plan[:, SPEED] == 0.0), SPAN]
            assert stood.max() == pytest.approx(hold)


def test_a_plan_is_followed_by_its_own_time():
    """At 1.7 s of a start along x at 3 m/s^2: 4.335 m and 5.1 m/s; nothing lags, so the plan's time is real time."""
    plan = plan_of(course((0, 0, 50), (300, 0, 50)), DOCK, STILL)
    state, ahead = np.zeros(1, STATE)[0], np.empty(3)
    state["last"] = len(plan) - 1
    for _ in range(round(1.7 * 240)):
        follow(state, plan, ahead)
        state["place"] = state["goal"]
    assert state["goal"] == pytest.approx([4.335, 0.0, 50.0], abs=1e-3)
    assert state["goal_pace"] == pytest.approx([5.1, 0.0, 0.0], abs=1e-3)
    assert ahead == pytest.approx([3.0, 0.0, 0.0])


def test_a_plan_waits_for_a_drone_that_lags():
    """Eight metres behind, its time stands still; five metres behind, it runs at half its pace."""
    plan = plan_of(course((0, 0, 50), (300, 0, 50)), DOCK, STILL)
    for lag_m, pace in ((8.5, 0.0), (5.0, 0.5), (1.0, 1.0)):
        state, ahead = np.zeros(1, STATE)[0], np.empty(3)
        state["last"], state["clock"] = len(plan) - 1, 10.0
        follow(state, plan, ahead)
        state["place"] = state["goal"] - np.array([lag_m, 0.0, 0.0])
        before = float(state["clock"])
        follow(state, plan, ahead)
        assert (state["clock"] - before) * 240 == pytest.approx(pace, abs=1e-6)


def test_an_orders_course_climbs_flies_and_comes_home():
    flown = order(waypoints=((300.0, 0.0, 40.0, 9.0, 15.0), (300.0, 200.0, 80.0, 11.0))).course()
    assert flown.names == (
        "the climb", "the leg to waypoint 0", "the leg to waypoint 1", "the way home", "the descent", "the landing"
    )  # fmt: skip
    assert flown.points_m[1] == pytest.approx([0, 0, 40])
    assert flown.points_m[4] == pytest.approx([0, 0, 80])  # home at the height it is at, above the 60 m asked for
    assert flown.points_m[-1, 2] < 0
    assert flown.hold_s[2] == 15.0


def test_points_that_repeat_are_one():
    """A first waypoint above the dock is the climb's end; its hover is kept."""
    flown = order(waypoints=((0.0, 0.0, 60.0, 9.0, 30.0),)).course()
    assert flown.names == ("the climb", "the descent", "the landing")
    assert flown.hold_s[1] == 30.0
