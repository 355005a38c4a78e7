"""Streets laid by cutting blocks: a plan keeps every block, every junction and every square metre."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.city.fabric.deadends import close_passages, drop_islands, make_oneways, open_fields
from twin.city.fabric.divide import cut_across, divide, divide_rows
from twin.city.fabric.plan import Plan
from twin.city.fabric.ways import COLLECTOR, LANE, QUARTER

SQUARE = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0)]


def square() -> Plan:
    return Plan.within(SQUARE, [QUARTER] * 4)


def areas(plan: Plan) -> list[float]:
    return sorted(round(float(plan.polygon(face).area), 1) for face in plan.faces)


def test_a_cut_makes_two_blocks_that_share_a_street():
    """A street laid 30 m from the west side leaves 3,000 and 7,000 m2, and each block knows the other over 100 m."""
    plan = square()
    halves = plan.cut(0, [(30.0, 0.0), (30.0, 100.0)], LANE, snap_m=5.0)
    assert halves is not None
    one, two = halves
    assert areas(plan) == [3000.0, 7000.0]
    assert plan.neighbours(one) == {two: 100.0}
    assert [way for _, _, way in plan.sides(one) if way == LANE] == [LANE]


def test_a_cut_ends_in_a_corner_that_is_near():
    """Asked to start 4 m from the corner with a reach of 5 m, the street starts in the corner itself."""
    plan = square()
    plan.cut(0, [(4.0, 0.0), (50.0, 100.0)], LANE, snap_m=5.0)
    assert areas(plan) == [2500.0, 7500.0]
    assert len(plan.points) == 5  # the four corners and one new point


def test_a_new_junction_stands_in_the_blocks_on_both_sides():
    plan = square()
    west, east = plan.cut(0, [(50.0, 0.0), (50.0, 100.0)], LANE, snap_m=5.0) or (0, 0)
    point = plan.attach(west, (50.0, 40.0), snap_m=5.0)
    assert plan.points[point] == (50.0, 40.0)
    assert point in plan.faces[west]
    assert point in plan.faces[east]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ([(0.0, 2.0), (100.0, 2.0)], "a strip 2 m wide"),
        ([(20.0, 0.0), (20.0, 0.0)], "both ends in one point"),
        ([(20.0, 0.0), (50.0, -30.0), (80.0, 0.0)], "a way that leaves the block"),
    ],
)
def test_a_cut_that_leaves_no_two_blocks_is_refused(line, why):
    plan = square()
    assert plan.cut(0, line, LANE, snap_m=0.5) is None, why
    assert list(plan.faces) == [0]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), bend=st.floats(0.0, 0.15), skew=st.floats(0.0, 0.4))
def test_dividing_loses_no_ground(seed, bend, skew):
    """However a block is divided, the parts are valid, do not overlap, and add up to the whole."""
    plan = Plan.within([(0, 0), (400, -30), (430, 260), (180, 330), (-20, 240)], [QUARTER] * 5)
    whole = plan.polygon(0)
    parts = divide(
        plan, 0, np.random.default_rng(seed), target_m2=6000.0, way_of=lambda _: LANE, bend=bend, skew=skew, snap_m=10.0
    )
    shapes = [plan.polygon(part) for part in parts]
    assert len(parts) > 5
    assert all(shape.is_valid for shape in shapes)
    assert sum(shape.area for shape in shapes) == pytest.approx(whole.area, abs=5.0)  # points are rounded to 1 cm
    assert sum(plan.neighbours(p).get(q, 0.0) > 0 for p in parts for q in parts) % 2 == 0


def test_a_fence_is_no_street_and_costs_one_metre():
    """A cut without a way is a fence: the ground of the block reaches to one metre from it."""
    plan = square()
    halves = cut_across(plan, 0, np.random.default_rng(1), None, share=0.5, snap_m=1.0)
    assert halves is not None
    for face in halves:
        west, south, east, north = plan.ground(face).bounds
        narrow = min(east - west, north - south)
        assert narrow == pytest.approx(50.0 - QUARTER.clear_m - 1.0, abs=0.1)


def test_an_island_is_taken_away():
    """A passage between two fences, which no street leads to, is no street."""
    plan = Plan.within([(0, 0), (300, 0), (300, 300), (0, 300)], [QUARTER] * 4)
    a, b = plan.add_point((100, 100)), plan.add_point((200, 100))
    plan.add_way(a, b, LANE)
    assert drop_islands(plan) == 1
    assert plan.ways[a, b] is None
    assert sum(way is not None for way in plan.ways.values()) == 4


def test_oneways_leave_a_way_back():
    """With the one-way quarter roads every point can still be driven to from every other."""
    plan = Plan.within([(0, 0), (600, 0), (600, 600), (0, 600)], [QUARTER] * 4)
    divide(plan, 0, np.random.default_rng(3), target_m2=9000.0, way_of=lambda _: QUARTER, snap_m=8.0)
    assert make_oneways(plan, np.random.default_rng(5)) > 0
    edges = {(u, v) for (u, v), way in plan.ways.items() if way}
    edges |= {(v, u) for (u, v), way in plan.ways.items() if way and not way.oneway}
    for directed in (edges, {(v, u) for u, v in edges}):
        seen, todo = set(), [0]
        while todo:
            point = todo.pop()
            if point not in seen:
                seen.add(point)
                todo.extend(v for u, v in directed if u == point)
        assert seen == {u for u, _ in edges}


def test_dead_ends_cut_nothing_off():
    """After closing passages every point of a street can still be reached from every other."""
    plan = Plan.within([(0, 0), (300, 0), (300, 300), (0, 300)], [QUARTER] * 4)
    divide(plan, 0, np.random.default_rng(3), target_m2=5000.0, way_of=lambda _: LANE, snap_m=8.0)
    closed = close_passages(plan, np.random.default_rng(5))
    links: dict[int, set[int]] = {}
    for (u, v), way in plan.ways.items():
        if way is not None:
            links.setdefault(u, set()).add(v)
            links.setdefault(v, set()).add(u)
    seen, todo = set(), [min(links)]
    while todo:
        point = todo.pop()
        if point not in seen:
            seen.add(point)
            todo.extend(links[point])
    assert closed > 0
    assert sum(len(ends) == 1 for ends in links.values()) == closed
    assert seen == set(links)


def test_rows_are_two_plots_deep_and_long():
    """A cell of 600 m by 240 m becomes blocks no deeper than 1.5 times 66 m, which lie along it, and none is a stub."""
    plan = Plan.within([(0, 0), (600, 0), (600, 240), (0, 240)], [QUARTER] * 4)
    parts = divide_rows(
        plan, 0, np.random.default_rng(1), depth_m=66.0, length_m=240.0, way_of=lambda _: LANE, bend=0.0, skew=0.0,
        snap_m=5.0,
    )  # fmt: skip
    sizes = [plan.polygon(part).bounds for part in parts]
    assert sum(plan.polygon(part).area for part in parts) == pytest.approx(600 * 240, abs=5.0)
    for west, south, east, north in sizes:
        assert 40.0 < north - south <= 1.5 * 66.0
        assert north - south < east - west <= 1.6 * 240.0


def test_streets_between_two_fields_go_and_no_other_is_cut_off():
    """Of four quarters of a square all are fields: the inner cross goes. One is lived in: its own sides stay."""
    for fields, left in ((4, 0), (3, 2)):
        plan = square()
        west, east = plan.cut(0, [(50.0, 0.0), (50.0, 100.0)], COLLECTOR, snap_m=1.0) or (0, 0)
        blocks = [
            part
            for half in (west, east)
            for part in plan.cut(half, [(-10.0, 50.0), (110.0, 50.0)], COLLECTOR, snap_m=1.0) or ()
        ]
        assert len(blocks) == 4
        open_fields(plan, blocks[:fields])
        assert sum(way is not None and way.street_class == "tertiary" for way in plan.ways.values()) == left
