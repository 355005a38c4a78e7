"""Rounds over gaps: shortest orders, within one charge, within the bound, in the busiest hours; and from end to end."""

from __future__ import annotations

import json
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from agents.drones.settings import Operations
from agents.drones.sky_ways import SkyWays
from agents.flight.drone_class import drone_class
from agents.flight.fitted import load_fitted
from experiments.docks.lookouts import Lookouts
from experiments.docks.patrol import PatrolRequest, plan_patrol
from experiments.docks.reach import usable_of
from experiments.docks.rounds import Dock, Flying, in_order, rounds_of
from experiments.docks.when import starts_of
from scenarios.fleet_schema import FleetFile
from scenarios.read import read_scenario
from sensors.cameras import fleet_of
from sensors.fleet_file import read_fleet, write_fleet
from sensors.fleet_summary import fleet_summary
from tests.experiments.docks.test_docks import open_sky, school_town
from tests.towns import SOUTH_M, WEST_M
from twin.checked_yaml import read_checked
from twin.city.heights import heights_of
from twin.city.store import save_city
from twin.errors import InputError

DOCK, FITTED = drone_class("dock_quad"), load_fitted("dock_quad")


def flying(ways: SkyWays | None = None, points: int = 6, stay_s: float = 60.0) -> Flying:
    return Flying(ways or open_sky(), DOCK, FITTED, 3.0, stay_s, points, 6000.0)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 1000)), min_size=1, max_size=6))
def test_no_order_is_shorter(points):
    xy, home = np.array(points), np.array([500.0, -100.0])

    def length(order):
        stops = np.vstack([home, xy[list(order)], home])
        return np.linalg.norm(np.diff(stops, axis=0), axis=1).sum()

    order = in_order(xy, home)
    assert sorted(order.tolist()) == list(range(len(xy)))
    assert length(order) == pytest.approx(min(map(length, permutations(range(len(xy))))))


def scattered(n: int, cells: int, side_m: float, seed: int = 1) -> tuple[Lookouts, np.ndarray]:
    """Points over a square, each of which shows the cells within 150 m."""
    rng = np.random.default_rng(seed)
    xy, at = rng.uniform(0, side_m, (n, 2)), rng.uniform(0, side_m, (cells, 2))
    shows = csr_array((np.linalg.norm(xy[:, None] - at[None], axis=2) < 150.0).astype(float))
    xyz = np.column_stack([xy + np.array([WEST_M, SOUTH_M]), np.full(n, 60.0)])
    weight = rng.pareto(1.5, cells)
    return Lookouts(xyz, shows), weight / weight.sum()


def test_rounds_stay_within_one_charge_their_numbers_and_the_bound():
    lookouts, weight = scattered(60, 400, 3000.0)
    docks = [Dock(f"D-{k}", np.array([WEST_M + x, SOUTH_M + 1500.0]), 6.0) for k, x in enumerate((700.0, 2300.0))]
    plan = rounds_of(lookouts, weight, docks, flying(), "usual")
    assert len(plan.rounds) == 2
    assert 0 < plan.share <= plan.bound + 1e-12
    assert all(one.spent_wh <= usable_of(DOCK, FITTED) and 0 < len(one.points) <= 6 for one in plan.rounds)
    flown = np.concatenate([one.points for one in plan.rounds])
    assert len(set(flown.tolist())) == len(flown)
    seen = np.zeros(400, bool)
    seen[lookouts.shows[flown].indices] = True
    assert weight[seen].sum() == pytest.approx(plan.share)
    for one in plan.rounds:
        own = np.linalg.norm(lookouts.xyz_m[one.points, :2] - one.dock.xy_m, axis=1)
        other = np.linalg.norm(lookouts.xyz_m[one.points, :2] - docks[1 - docks.index(one.dock)].xy_m, axis=1)
        assert (own <= other).all()
        np.testing.assert_allclose(one.way[[0, -1]], np.tile(one.dock.xy_m, (2, 1)))


def test_what_one_charge_does_not_reach_is_left_out_by_its_worth():
    """Eight stays of five minutes are more than a charge: some points go, not the one that shows most."""
    lookouts, weight = scattered(40, 300, 2000.0, seed=5)
    dock = Dock("D", np.array([WEST_M + 1000.0, SOUTH_M + 1000.0]), 0.0)
    short, long = (rounds_of(lookouts, weight, [dock], flying(points=8, stay_s=s), "usual") for s in (30.0, 300.0))
    assert 0 < len(long.rounds[0].points) < len(short.rounds[0].points) == 8
    assert long.rounds[0].spent_wh <= usable_of(DOCK, FITTED)
    assert long.bound == short.bound
    shown = weight @ (lookouts.shows.T > 0).astype(float)
    best = short.rounds[0].points[np.argmax(shown[short.rounds[0].points])]
    assert best in long.rounds[0].points


def test_rounds_begin_in_the_busiest_hours_and_leave_time_to_charge():
    scenario, town = read_scenario("weekday"), school_town()
    starts = starts_of(scenario, town, 5, 3600.0 * 2)
    assert len(starts) == 5
    assert (np.diff([start.t_ms for start in starts]) >= 7_200_000).all()
    every = starts_of(scenario, town, 100, 1800.0)
    busiest = max(every, key=lambda start: start.incidents_h)
    assert busiest.incidents_h in [start.incidents_h for start in starts]
    assert {start.light for start in every} == {"day", "night"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("towns") / "school"
    save_city(school_town(), path)
    return path


@pytest.fixture
def fleet(tmp_path) -> Path:
    path = tmp_path / "docks.yaml"
    path.write_text(
        f"version: 1\nname: two docks\nsource: a test\ndrones:\n"
        f"  - {{id: D-01, class: dock_quad, dock: {{x_m: {WEST_M + 50}, y_m: {SOUTH_M + 50}}}, on_roof: true}}\n"
        f"  - {{id: D-02, class: dock_quad, dock: {{x_m: {WEST_M + 600}, y_m: {SOUTH_M + 600}}}}}\n",
        encoding="utf-8",
    )
    return path


def test_from_docks_to_rounds_that_a_run_can_fly_and_a_camera_file(folder, fleet, tmp_path):
    content = plan_patrol(PatrolRequest(tmp_path / "plan", fleet, str(folder), points=4))
    assert json.loads((tmp_path / "plan" / "patrol.json").read_text()) == content
    told = read_checked(tmp_path / "plan" / "fleet.yaml", FleetFile, "read the fleet")
    assert {patrol.drones[0] for patrol in told.patrols} == {"D-01", "D-02"}
    assert all(1 <= len(patrol.points) <= 4 and patrol.starts for patrol in told.patrols)
    (plan,) = content["plans"].values()
    assert 0 < plan["share"] <= plan["bound"] <= content["gaps"][next(iter(content["plans"]))]
    town = school_town()
    eyes = read_fleet(tmp_path / "plan" / "patrol_cameras.geojson", town.crs, town.bounds_m, town.buildings)
    assert set(eyes.kind) == {"drone"}
    figures = fleet_summary(eyes, heights_of(town), town).figures
    assert figures["classes"][-1]["share_open"] > 0
    homes = content["privacy"]
    assert homes["dwellings"] == 48 * 32
    assert homes["in_view"] == figures["privacy"]["in_view"]


def test_cameras_that_see_everything_leave_no_gap_to_patrol(folder, fleet, tmp_path):
    """An empty fleet leaves all open to rounds; the more cameras, the smaller the gaps."""
    town = school_town()
    write_fleet(fleet_of([]), tmp_path / "none.geojson", town.crs)
    bare = plan_patrol(PatrolRequest(tmp_path / "a", fleet, str(folder), tmp_path / "none.geojson"))
    held = plan_patrol(PatrolRequest(tmp_path / "b", fleet, str(folder)))
    assert bare["gaps"]["day"] == pytest.approx(1.0)
    assert held["gaps"]["day"] < 1.0


def test_what_is_wrong_with_rounds(folder, fleet, tmp_path):
    with pytest.raises(InputError) as refused:
        plan_patrol(PatrolRequest(tmp_path / "plan", fleet, str(folder), rounds=0, points=11, effort="much"))
    assert len(refused.value.faults) == 3
    own = tmp_path / "own.yaml"
    points = f"[{{x_m: {WEST_M + 100}, y_m: {SOUTH_M + 100}}}]"
    rounds = f"patrols:\n  - {{name: a, drones: [D-01], starts: ['19:00'], points: {points}}}\n"
    own.write_text(fleet.read_text() + rounds, encoding="utf-8")
    with pytest.raises(InputError, match="rounds already"):
        plan_patrol(PatrolRequest(tmp_path / "plan", own, str(folder)))
    assert Operations.patrol_reach_m == 150.0  # what lookouts are laid for
