"""The everyday street: the same answer whatever was asked before, on the right side of the road, at the right hours."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.ambient import Ambient, Closure
from agents.ambient.gates import CYCLE_S, GateTable, gates_of
from agents.ambient.lines import Lines, cut, offset
from agents.ambient.rates import Hours
from agents.ambient.roads import Roads
from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.scene import VEHICLES, Look, Scene, SignalLamp, join_scenes

EVENING = datetime(2026, 11, 6, 18, tzinfo=ZoneInfo("Asia/Tashkent"))
NIGHT = EVENING.replace(hour=3)
X, Y = WEST_M + 400.0, SOUTH_M + 400.0  # a junction in the middle of the town


def busy_town():
    """Five streets each way, 200 m apart, all primary: 60 km/h, four lanes, 14 m."""
    town = grid_town(5, 5, 200.0, speed_kmh=60.0)
    town.streets["street_class"], town.streets["lanes"], town.streets["width_m"] = "primary", 4, 14.0
    town.nodes["signal"] = True
    return town


TOWN = busy_town()
QUIET_TOWN = grid_town(5, 5, 200.0)
AMBIENT = Ambient(TOWN, 7, EVENING)


def moving(scene: Scene) -> Scene:
    return scene.take(np.isin(scene.look, VEHICLES) & (scene.speed_ms > 0.5))


def same(a: Scene, b: Scene) -> bool:
    names = ("look", "xyz_m", "bearing_deg", "size_m", "phase", "variant", "plate", "track_id", "speed_ms")
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in names)


def test_a_scene_does_not_depend_on_what_was_asked_before():
    asked_late = Ambient(TOWN, 7, EVENING)
    for t_ms in (0, 3_600_000, 60_000):
        asked_late.scene(t_ms, X - 200, Y, 90.0)
    assert same(asked_late.scene(120_000, X, Y, 90.0), Ambient(TOWN, 7, EVENING).scene(120_000, X, Y, 90.0))


@settings(max_examples=15, deadline=None)
@given(t_ms=st.integers(-600_000, 7_200_000), dx=st.floats(-60, 60), dy=st.floats(-60, 60))
def test_two_cameras_that_see_one_place_see_the_same_people_and_vehicles(t_ms, dx, dy):
    here, there = AMBIENT.scene(t_ms, X, Y, 150.0), AMBIENT.scene(t_ms, X + dx, Y + dy, 150.0)
    both = [
        s.take((np.hypot(s.xyz_m[:, 0] - X, s.xyz_m[:, 1] - Y) < 60.0)
               & (np.hypot(s.xyz_m[:, 0] - X - dx, s.xyz_m[:, 1] - Y - dy) < 60.0))
        for s in (here, there)
    ]  # fmt: skip
    first, second = (s.take(np.argsort(s.track_id)) for s in both)
    assert np.array_equal(first.track_id, second.track_id)
    assert np.allclose(first.xyz_m, second.xyz_m, atol=1e-6)


def test_another_seed_gives_other_traffic():
    assert not same(AMBIENT.scene(0, X, Y, 100.0), Ambient(TOWN, 8, EVENING).scene(0, X, Y, 100.0))


def test_track_ids_are_unique_and_keep_their_looks():
    scenes = [AMBIENT.scene(t_ms, X, Y, 150.0) for t_ms in range(0, 60_000, 5_000)]
    looks: dict[int, tuple] = {}
    for scene in scenes:
        assert len(set(scene.track_id.tolist())) == len(scene)
        for i in range(len(scene)):
            look = (int(scene.look[i]), int(scene.variant[i]), str(scene.plate[i]), tuple(scene.size_m[i]))
            assert looks.setdefault(int(scene.track_id[i]), look) == look


def lamps_at(scene: Scene) -> dict[str, set[int]]:
    """What burns at the junction at (X, Y), by the axis of the arms."""
    shown = dict(zip(scene.signals.arm.tolist(), scene.signals.lamps.tolist(), strict=True))
    return {axis: {shown[arm] for arm in arms} for axis, arms in arms_at_the_junction().items()}


@cache
def arms_at_the_junction() -> dict[str, list[int]]:
    node = int(np.argmin(np.hypot(TOWN.nodes.geometry.x - X, TOWN.nodes.geometry.y - Y)))
    arms: dict[str, list[int]] = {"east-west": [], "north-south": []}
    for row, street in enumerate(TOWN.streets.itertuples()):
        if node in (street.u, street.v):
            (_, y1), (_, y2) = street.geometry.coords
            arms["east-west" if y1 == y2 else "north-south"].append(2 * row + int(street.u == node))
    return arms


def test_lights_go_round_and_arms_that_cross_never_have_green_together():
    """Both arms of an axis show the same; each colour comes in its order: red, red and amber, green, amber."""
    order = {1: {1, 3}, 3: {3, 4}, 4: {4, 2}, 2: {2, 1}}
    before: dict[str, int] = {}
    for t_ms in range(0, 74_000, 500):
        lamps = lamps_at(AMBIENT.scene(t_ms, X, Y, 30.0))
        assert all(len(shown) == 1 for shown in lamps.values())
        now = {axis: shown.pop() for axis, shown in lamps.items()}
        assert sum(lamp in (SignalLamp.GREEN, SignalLamp.AMBER) for lamp in now.values()) <= 1
        assert all(lamp in order[before.get(axis, lamp)] for axis, lamp in now.items())
        before = now


def test_nobody_crosses_a_stop_line_at_red():
    """The line of a 14 m street lies 11 m before the junction; who is over it half a second later had green."""
    crossed = 0
    scenes = [AMBIENT.scene(t_ms, X - 10.0, Y, 20.0) for t_ms in range(0, 74_000, 500)]
    for now, later in itertools.pairwise(scenes):
        places = {int(track): i for i, track in enumerate(later.track_id)}
        for i in np.flatnonzero(np.isin(now.look, VEHICLES) & (np.abs(now.bearing_deg - 90.0) < 1.0)):
            k = places.get(int(now.track_id[i]))
            if k is None or abs(now.xyz_m[i, 1] - Y) > 7.0:
                continue
            front, after = (s.xyz_m[row, 0] + s.size_m[row, 0] / 2 - X + 11.0 for s, row in ((now, i), (later, k)))
            if front < -0.2 and after > 0.2:
                crossed += 1
                green = lamps_at(now)["east-west"] | lamps_at(later)["east-west"]
                assert SignalLamp.GREEN in green
    assert crossed > 5


def test_scenes_joined_tell_of_each_light_once():
    scene = AMBIENT.scene(0, X, Y, 60.0)
    joined = join_scenes(0, [scene.take([]), scene, scene.take([])])
    assert len(scene.signals.arm) >= 4
    assert joined.signals.arm.tolist() == sorted(scene.signals.arm.tolist())
    assert lamps_at(joined) == lamps_at(scene)


def test_a_town_without_lights_shows_none():
    assert len(Ambient(QUIET_TOWN, 7, EVENING).scene(0, X, Y, 60.0).signals.arm) == 0


def test_traffic_keeps_to_the_right():
    """On the street from west to east (y = Y) eastbound vehicles are south of the middle, westbound ones north."""
    seen = 0
    for t_ms in range(0, 120_000, 8_000):
        scene = moving(AMBIENT.scene(t_ms, X + 60.0, Y, 25.0))
        east = np.abs(scene.bearing_deg - 90.0) < 10
        west = np.abs(scene.bearing_deg - 270.0) < 10
        assert (scene.xyz_m[east, 1] < Y).all()
        assert (scene.xyz_m[west, 1] > Y).all()
        assert (np.abs(scene.xyz_m[east | west, 1] - Y) < 7.0).all()
        seen += int((east | west).sum())
    assert seen > 20


def test_vehicles_move_as_fast_as_they_say_and_never_above_the_limit():
    now, later = AMBIENT.scene(50_000, X, Y, 150.0), AMBIENT.scene(50_200, X, Y, 150.0)
    both, i, j = np.intersect1d(now.track_id, later.track_id, return_indices=True)
    step = np.hypot(*(later.xyz_m[j, :2] - now.xyz_m[i, :2]).T)
    assert len(both) > 20
    assert step.max() <= 0.2 * 60 / 3.6
    steady = np.abs(later.speed_ms[j] - now.speed_ms[i]) < 0.05
    assert np.allclose(step[steady], 0.2 * now.speed_ms[i][steady], atol=0.15)


def test_crossing_streams_never_meet_in_the_middle_of_a_junction():
    """Arms that cross go in turn, with 4 s between: in the inner 5 m there is only one axis at a time."""
    for t_ms in range(0, 150_000, 700):
        scene = moving(AMBIENT.scene(t_ms, X, Y, 5.0))
        straight = np.abs((scene.bearing_deg + 45) % 90 - 45) < 3
        axes = np.round(scene.bearing_deg[straight] / 90.0).astype(int) % 2
        assert len(set(axes.tolist())) <= 1


def test_vehicles_do_not_stand_in_each_other():
    pairs = met = 0
    for t_ms in range(0, 120_000, 6_000):
        scene = AMBIENT.scene(t_ms, X, Y, 95.0)
        cars = scene.take(np.isin(scene.look, VEHICLES))
        shapes = shapely.buffer(shapely.points(cars.xyz_m[:, :2]), cars.size_m[:, 1] / 2)
        first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
        pairs, met = pairs + len(cars), met + int((first < second).sum())
    assert pairs > 500
    assert met <= pairs * 0.005


def test_nobody_walks_through_a_house():
    town = grid_town(4, 4, 100.0)
    town.buildings["geometry"] = town.buildings.geometry.buffer(27.5)  # right across the pavements
    ambient, houses = Ambient(town, 1, EVENING), shapely.union_all(town.buildings.geometry.to_numpy())
    for t_ms in range(0, 600_000, 60_000):
        scene = ambient.scene(t_ms, WEST_M + 150, SOUTH_M + 150, 200.0)
        people = shapely.points(scene.xyz_m[scene.look == Look.PERSON, :2])
        assert not shapely.intersects(houses, people).any()


def test_the_gait_follows_the_distance_walked():
    """A stride takes 0.82 body heights, so the phase grows by distance / (0.82 height)."""
    now, later = AMBIENT.scene(10_000, X, Y, 150.0), AMBIENT.scene(10_400, X, Y, 150.0)
    _, i, j = np.intersect1d(now.track_id, later.track_id, return_indices=True)
    walks = (now.look[i] == Look.PERSON) & (now.speed_ms[i] > 0)
    i, j = i[walks], j[walks]
    assert len(i) > 5
    grown = (later.phase[j] - now.phase[i]) % 1.0
    assert np.allclose(grown, 0.4 * now.speed_ms[i] / (0.82 * now.size_m[i, 2]), atol=1e-6)


def test_evenings_are_busier_than_nights_but_nights_have_more_parked_cars():
    def count(start):
        ambient = Ambient(QUIET_TOWN, 3, start)
        scenes = [ambient.scene(t_ms, X, Y, 400.0) for t_ms in range(0, 300_000, 30_000)]
        people = np.mean([(s.look == Look.PERSON).sum() for s in scenes])
        still = np.mean([(np.isin(s.look, VEHICLES) & (s.speed_ms == 0)).sum() for s in scenes])
        return people, still

    (people_evening, parked_evening), (people_night, parked_night) = count(EVENING), count(NIGHT)
    assert people_evening > 5 * people_night
    assert parked_night > parked_evening


def test_walkers_on_a_kilometre_are_as_many_as_the_rate_says():
    """Residential streets have 10 walkers a kilometre and side at the peak, and 35 standing for each 100 walking."""
    ambient = Ambient(QUIET_TOWN, 5, EVENING)
    counts = [(ambient.scene(t_ms, X, Y, 1000.0).look == Look.PERSON).sum() for t_ms in range(0, 3_600_000, 240_000)]
    pavements_km = 2 * len(QUIET_TOWN.streets) * (200.0 - 2 * 6.5) / 1000.0
    assert np.mean(counts) == pytest.approx(10 * 1.35 * pavements_km, rel=0.1)


def test_nothing_drives_through_a_closed_spot():
    closure = Closure(X, Y, 9.0, 30_000, 400_000)
    assert any(len(moving(AMBIENT.scene(t_ms, X, Y, 9.0))) for t_ms in range(60_000, 160_000, 2_000))
    for t_ms in range(60_000, 160_000, 2_000):
        assert not len(moving(AMBIENT.scene(t_ms, X, Y, 6.0, [closure])))
    before = AMBIENT.scene(20_000, X, Y, 100.0)
    assert same(before, AMBIENT.scene(20_000, X, Y, 100.0, [closure]))


def test_a_lane_lets_as_many_through_as_its_class_says():
    """A lane with places for n vehicles a cycle, 75 % taken at the peak: count them over 40 cycles."""
    from agents.ambient.traffic import _alive

    roads = Roads(QUIET_TOWN)
    table = GateTable.of(gates_of(roads, 12, 1))
    hours, seen = Hours(EVENING), set()
    for k in range(60):
        alive = _alive(table, hours, 1, k * CYCLE_S)
        inside = (alive.release_s >= 10 * CYCLE_S) & (alive.release_s < 50 * CYCLE_S)
        seen |= set(alive.track_id[inside].tolist())
    places = np.floor(table.green_s / 2.4 + 0.01).sum() * 40
    assert len(seen) / places == pytest.approx(0.08, abs=0.03)


def test_lines_are_offset_and_cut_as_drawn_on_paper():
    corner = np.array([[0.0, 0.0], [0.0, 10.0], [10.0, 10.0]])  # north, then east
    assert np.allclose(offset(corner, 1.0), [[1, 0], [1, 9], [10, 9]])
    assert np.allclose(cut(corner, 5.0, 12.0), [[0, 5], [0, 10], [2, 10]])
    xy, bearing = Lines.of([corner, corner[::-1]]).at(np.array([0, 1, 0]), np.array([15.0, 2.0, 99.0]))
    assert np.allclose(xy, [[5, 10], [8, 10], [10, 10]])
    assert np.allclose(bearing, [90, 270, 90])


def test_a_town_without_streets_is_empty():
    town = grid_town(2, 2)
    town = replace(town, streets=town.streets.iloc[:0])
    assert len(Ambient(town, 1, EVENING).scene(0, WEST_M, SOUTH_M, 500.0)) == 0
