"""The sky over a city: who may be where, the shortest way around, and nobody too near to anybody."""

import math
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra
from shapely.geometry import LineString, Point, box

from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.airspace import (
    AirRules,
    AirSpace,
    AirWays,
    Flight,
    Roofs,
    StreetWays,
    Timetable,
    Zone,
    air_space,
    grounded_by,
    levels_m,
    load_rules,
    too_near,
)
from twin.errors import InputError

RULES = load_rules()
BARE = RULES.model_copy(update={"red_margin_m": 0.0})


def reds(*areas: shapely.Geometry, rules: AirRules = BARE) -> AirSpace:
    return AirSpace(tuple(Zone(f"red {i}", "red", area, 0.0) for i, area in enumerate(areas)), rules)


def length_m(way: np.ndarray) -> float:
    return float(np.linalg.norm(np.diff(way, axis=0), axis=1).sum())


def between(ways: AirWays, start: tuple[float, float], goal: tuple[float, float]) -> np.ndarray | None:
    return ways.way(ways.corners(*start), ways.corners(*goal))


# --- zones


def test_the_lowest_ceiling_holds_where_zones_overlap_and_red_is_shut() -> None:
    low = Zone("low", "yellow", box(0, 0, 100, 100), 50.0)
    wide = Zone("wide", "yellow", box(0, 0, 500, 500), 90.0)
    red = Zone("red", "red", box(300, 300, 400, 400), 0.0)
    space = AirSpace((wide, low, red), RULES)
    at = np.array([[50.0, 50.0], [200.0, 200.0], [350.0, 350.0], [290.0, 350.0], [900.0, 0.0]])
    assert space.ceiling_m(*at.T).tolist() == [50.0, 90.0, 0.0, 0.0, RULES.green_height_m]
    assert [space.colour_at(*xy) for xy in at[:3]] == ["yellow", "yellow", "red"]
    assert space.names_at(290.0, 350.0) == ["red"]  # within the margin of 30 m


def test_a_town_is_yellow_and_an_airfield_wears_rings(tmp_path: Path) -> None:
    town = grid_town()
    space = air_space(town)
    assert {zone.colour for zone in space.zones} == {"yellow"}
    own = tmp_path / "zones.yaml"
    own.write_text(
        "schema: 1\ndated: '2026-11'\nsource: a test\nzones:\n"
        "  - {name: court, colour: red, lon: 69.2, lat: 41.28, radius_m: 50}\n",
        encoding="utf-8",
    )
    assert [zone.name for zone in air_space(town, [own]).zones][-1] == "court"


def test_every_fault_of_a_zone_file_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    own = tmp_path / "zones.yaml"
    own.write_text(
        "schema: 1\ndated: '2026-11'\nsource: a test\nzones:\n"
        "  - {name: a, colour: purple, lon: 69.2, lat: 41.28, radius_m: 50}\n"
        "  - {name: b, colour: red, lon: 69.2, lat: 41.28}\n"
        "  - {name: c, colour: red, polygon: [[69, 41], [69.1, 41.1], [69.1, 41], [69, 41.1]]}\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as refused:
        air_space(grid_town(), [own])
    assert [fault.line for fault in refused.value.faults] == [5, 6, 7]
    assert "purple" in str(refused.value)
    assert "radius_m" in str(refused.value)
    assert "do not cross" in str(refused.value)


def test_weather_grounds_with_reasons() -> None:
    assert grounded_by(RULES, "clear", 10_000) == []
    assert len(grounded_by(RULES, "fog", 300)) == 2


# --- ways


def test_the_way_around_a_square_bends_at_its_corners() -> None:
    ways = AirWays(reds(box(-100, -100, 100, 100)))
    way = between(ways, (-200.0, 0.0), (200.0, 0.0))
    assert way is not None
    assert len(way) == 4
    assert length_m(way) == pytest.approx(200.0 + 2 * math.hypot(100.0, 100.0))
    assert abs(way[1, 1]) == abs(way[2, 1]) == 100.0


def test_along_the_edge_of_a_zone_is_allowed_and_through_it_is_not() -> None:
    ways = AirWays(reds(box(0, 0, 100, 100)))
    assert length_m(between(ways, (-50.0, 100.0), (150.0, 100.0))) == pytest.approx(200.0)
    assert length_m(between(ways, (-50.0, 99.0), (150.0, 99.0))) > 200.0


def test_no_way_out_of_a_ring_and_no_corner_inside_it() -> None:
    ring = Point(0, 0).buffer(500).difference(Point(0, 0).buffer(300))
    ways = AirWays(reds(ring))
    assert between(ways, (0.0, 0.0), (900.0, 0.0)) is None
    assert np.isinf(ways.lengths_m(ways.corners(0.0, 0.0), np.array([[900.0, 0.0], [400.0, 0.0]]))).all()
    assert length_m(between(ways, (-200.0, 0.0), (200.0, 0.0))) == pytest.approx(400.0)
    with pytest.raises(ValueError, match="red 0"):
        ways.corners(400.0, 0.0)


squares = st.lists(
    st.tuples(st.integers(-8, 8), st.integers(-8, 8), st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=5
)
spot = st.tuples(st.integers(-12, 12), st.integers(-12, 12))


@settings(max_examples=60, deadline=None)
@given(squares, spot, spot)
def test_a_way_keeps_out_of_red_and_is_shorter_than_any_on_a_grid(
    boxes: list[tuple[int, int, int, int]], start: tuple[int, int], goal: tuple[int, int]
) -> None:
    areas = [box(x * 10, y * 10, (x + w) * 10, (y + h) * 10) for x, y, w, h in boxes]
    space = reds(*areas)
    ways = AirWays(space)
    a, b = ((p[0] * 10.0 + 3.0, p[1] * 10.0 + 4.0) for p in (start, goal))
    assume(ways.is_free(*a) and ways.is_free(*b))
    way = between(ways, a, b)
    by_grid = _grid_length_m(space, a, b)
    if way is None:
        assert np.isinf(by_grid)
        return
    back = between(ways, b, a)
    assert back is not None
    assert length_m(way) == pytest.approx(length_m(back))
    assert not LineString(way).intersects(space.red.buffer(-1e-5))
    assert math.dist(a, b) - 1e-9 <= length_m(way) <= by_grid + 1e-6
    assert ways.lengths_m(ways.corners(*a), np.array([b]))[0] == pytest.approx(length_m(way))


def _grid_length_m(space: AirSpace, a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the shortest way over a grid of 10 m on which both ends lie: an upper bound of the true one."""
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(-25, 26) * 10.0 + 3.0, np.arange(-25, 26) * 10.0 + 4.0))
    count, shut = 51, space.red.buffer(-1e-6)
    grid = np.arange(count * count).reshape(count, count)
    pairs = [
        (grid[:, :-1], grid[:, 1:]),
        (grid[:-1], grid[1:]),
        (grid[:-1, :-1], grid[1:, 1:]),
        (grid[1:, :-1], grid[:-1, 1:]),
    ]
    first, second = (np.concatenate([pair[side].ravel() for pair in pairs]) for side in (0, 1))
    lines = shapely.linestrings(np.stack([np.column_stack([x[i], y[i]]) for i in (first, second)], axis=1))
    free = ~shapely.intersects(shut, lines)
    far_m = np.hypot(x[first] - x[second], y[first] - y[second])[free]
    from scipy.sparse import csr_array

    graph = csr_array((far_m, (first[free], second[free])), shape=(count**2, count**2))
    at = [int(np.argmin(np.hypot(x - p[0], y - p[1]))) for p in (a, b)]
    return float(dijkstra(graph, directed=False, indices=at[0])[at[1]])


def test_along_the_streets_a_drone_turns_at_corners_and_goes_round_a_red_block() -> None:
    town = grid_town()  # 4 x 4 nodes, 100 m apart
    start, goal = (np.array([WEST_M + 10.0, SOUTH_M]), np.array([WEST_M + 100.0, SOUTH_M + 210.0]))
    way = StreetWays(town, air_space(town)).way(start, goal)
    assert way is not None
    assert length_m(way) == pytest.approx(10.0 + 100.0 + 200.0 + 10.0)
    shut = reds(box(WEST_M - 10.0, SOUTH_M + 80.0, WEST_M + 210.0, SOUTH_M + 120.0))
    around = StreetWays(town, shut).way(start, goal)
    assert around is not None
    assert length_m(around) == pytest.approx(10.0 + 300.0 + 200.0 + 200.0 + 10.0)
    assert not LineString(around).intersects(shut.red)
    assert (
        StreetWays(town, reds(box(WEST_M - 10.0, SOUTH_M + 80.0, WEST_M + 310.0, SOUTH_M + 120.0))).way(start, goal)
        is None
    )


# --- heights


def test_levels_clear_the_roofs_and_stay_under_the_ceiling() -> None:
    town = grid_town(storeys=9)  # 27 m, buildings 40 m square in the middle of blocks of 100 m
    roofs = Roofs(town)
    over = np.array([[WEST_M + 50.0, SOUTH_M + 50.0], [WEST_M + 250.0, SOUTH_M + 250.0]])
    away = np.array([[WEST_M + 400.0, SOUTH_M], [WEST_M + 400.0, SOUTH_M + 300.0]])
    assert roofs.along_m(over) == 27.0
    assert roofs.along_m(away) == 0.0
    space = air_space(town)
    assert levels_m(space, roofs, over)[0] == 45.0  # 27 + 15 = 42, and then the next step of 15
    assert levels_m(space, roofs, over)[-1] == RULES.yellow_height_m
    low = AirSpace((Zone("low", "yellow", town.districts.geometry[0], 40.0),), RULES)
    assert levels_m(low, roofs, over) == []


# --- apart


def flight(id: str, *stops: tuple[int, float, float, float]) -> Flight:
    table = np.array(stops, dtype=np.float64)
    return Flight(id, table[:, 0].astype(np.int64), table[:, 1:])


def test_two_on_one_line_meet_when_their_gap_is_the_least_distance() -> None:
    east = flight("east", (0, 0.0, 0.0, 60.0), (100_000, 1000.0, 0.0, 60.0))  # 10 m/s each
    west = flight("west", (0, 1000.0, 0.0, 60.0), (100_000, 0.0, 0.0, 60.0))
    near = too_near(east, west, RULES)
    assert near is not None
    assert near[0] == 47_500  # 1000 m apart, closing at 20 m/s, 50 m left
    assert near[1] == pytest.approx(50.0)


def test_a_level_between_them_keeps_them_apart_and_a_climb_through_it_does_not() -> None:
    low = flight("low", (0, 0.0, 0.0, 60.0), (100_000, 1000.0, 0.0, 60.0))
    high = flight("high", (0, 1000.0, 0.0, 75.0), (100_000, 0.0, 0.0, 75.0))
    climbs = flight("climbs", (0, 1000.0, 0.0, 75.0), (50_000, 500.0, 0.0, 60.0), (100_000, 0.0, 0.0, 75.0))
    assert too_near(low, high, RULES) is None
    assert too_near(low, climbs, RULES) is not None


def test_the_timetable_gives_the_first_choice_that_is_free() -> None:
    table = Timetable(RULES)
    first = flight("a", (0, 0.0, 0.0, 60.0), (100_000, 1000.0, 0.0, 60.0))
    assert table.admit([first]) is first
    second = flight("b", (0, 0.0, 0.0, 60.0), (100_000, 1000.0, 0.0, 60.0))
    conflict = table.conflict(second)
    assert conflict is not None
    assert conflict[0] == "a"
    taken = table.admit(second.later(delay_ms) for delay_ms in range(0, 20_000, 1_000))
    assert taken is not None
    assert taken.t_ms[0] == 5_000  # 50 m at 10 m/s
    table.drop_before(101_000)
    assert len(table) == 1


leg = st.tuples(st.integers(0, 30), st.integers(-200, 200), st.integers(-200, 200), st.integers(0, 60))
plan = st.lists(leg, min_size=2, max_size=5, unique_by=lambda stop: stop[0]).map(sorted)


@settings(max_examples=200, deadline=None)
@given(plan, plan)
def test_too_near_says_what_looking_every_instant_says(
    one: list[tuple[int, int, int, int]], other: list[tuple[int, int, int, int]]
) -> None:
    a, b = (flight(name, *((s[0] * 1000, *map(float, s[1:])) for s in p)) for name, p in (("a", one), ("b", other)))
    begin, end = max(a.t_ms[0], b.t_ms[0]), min(a.t_ms[-1], b.t_ms[-1])
    looks = [a.at(t) - b.at(t) for t in range(begin, end + 1, 20)]
    seen = [
        t
        for t, gap in enumerate(looks)
        if math.hypot(*gap[:2]) < RULES.apart_level_m - 1e-6 and abs(gap[2]) < RULES.apart_up_m - 1e-6
    ]
    near, mirrored = too_near(a, b, RULES), too_near(b, a, RULES)
    assert (near is None) == (mirrored is None)
    if seen:
        assert near is not None
        assert near[0] <= begin + seen[0] * 20
    if near is not None:
        gap = a.at(near[0]) - b.at(near[0])  # to the next whole ms, at up to 0.6 m a ms each
        assert math.hypot(*gap[:2]) <= RULES.apart_level_m + 1.5
