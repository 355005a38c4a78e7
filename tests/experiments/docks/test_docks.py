"""Docks: where they can be, who they reach by hand, and a plan from end to end on a town of 49 houses."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from agents.drones.sky_ways import SkyWays
from agents.flight.drone_class import drone_class
from agents.flight.fitted import load_fitted
from experiments.docks.choose import chosen
from experiments.docks.docks import plan_docks
from experiments.docks.reach import Asked, loop_of, reach_of, trip_of, usable_of, worst_of
from experiments.docks.request import DocksRequest
from experiments.docks.sites import DockSites, dock_sites
from scenarios.fleet_schema import FleetFile
from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.airspace import AirSpace, Zone, air_space, load_rules
from twin.checked_yaml import read_checked
from twin.city.store import save_city
from twin.errors import InputError

DOCK, FITTED = drone_class("dock_quad"), load_fitted("dock_quad")
CALM = Asked(within_s=120.0, launch_s=15.0, wind_ms=0.0, hover_s=60.0)


def school_town(columns: int = 8):
    """A town whose first house is a school of two storeys, all others four."""
    town = grid_town(columns=columns, rows=columns)
    town.buildings.loc[0, ["use", "storeys", "height_m", "dwellings"]] = ["school", 2, 6.0, 0]
    return town


def sites_at(*xy: tuple[float, float], pad_m: float = 0.0) -> DockSites:
    n = len(xy)
    return DockSites(np.array(xy, float), np.full(n, pad_m), np.full(n, -1), np.full(n, "police"), np.full(n, ""))


def open_sky(*zones: Zone) -> SkyWays:
    """No roofs worth the name, and some zones."""
    return SkyWays(grid_town(storeys=1), AirSpace(zones, load_rules()))


# --- sites


def test_docks_stand_on_the_school_and_at_the_posts():
    town = school_town()
    sites = dock_sites(town, air_space(town), 100)
    assert sorted(sites.kind) == ["fire_station", "police", "school"]
    school = np.flatnonzero(sites.kind == "school")[0]
    assert sites.pad_m[school] == 6.0
    assert shapely.covers(town.buildings.geometry[0], shapely.Point(sites.xy_m[school]))
    assert (sites.pad_m[sites.building < 0] == 0.0).all()


def test_no_dock_stands_in_a_red_zone_or_within_its_margin():
    town = school_town()
    red = Zone("court", "red", town.buildings.geometry[0].buffer(10.0), 0.0)
    rules = load_rules()
    sites = dock_sites(town, AirSpace((red,), rules), 100)
    assert "school" not in sites.kind
    assert all(red.area.distance(shapely.Point(at)) > rules.red_margin_m for at in sites.xy_m)


def test_fewer_sites_than_asked_for_are_kept_evenly():
    town = grid_town(columns=12, rows=12)
    town.buildings["use"] = "school"
    sites = dock_sites(town, air_space(town), 10)
    assert 4 <= len(sites) <= 10
    assert np.ptp(sites.xy_m, axis=0).min() > 400


# --- reach


def test_a_kilometre_by_hand():
    """15 s on the dock, 15 m up at 6 m/s, 1,000 m at 15 m/s, and what speeding up and braking take."""
    reach = reach_of(
        sites_at((WEST_M, SOUTH_M)), np.array([[WEST_M + 1000.0, SOUTH_M]]), open_sky(), DOCK, FITTED, CALM
    )
    level_m = 30.0  # 3 m of roof and 15 m of clearance, up to the next step of 15 m
    by_hand = 15 + level_m / 6 + 1000 / 15
    assert by_hand < reach.arrive_s[0, 0] < by_hand + 9


def test_wind_from_the_worst_side_takes_longer_and_more():
    sky, goal = open_sky(), np.array([WEST_M + 900.0, SOUTH_M + 200.0])
    trip = trip_of(sky, 0, np.array([WEST_M, SOUTH_M]), 0, goal)
    calm, windy = (worst_of([loop_of(trip, 0.0, 60.0)], DOCK, FITTED, wind) for wind in (0.0, 6.0))
    assert windy.arrive_s[0] > calm.arrive_s[0] + 5
    assert windy.spent_wh[0] > calm.spent_wh[0]
    assert windy.takes_s[0] > windy.arrive_s[0] + 60


def test_who_could_not_come_home_with_the_reserve_is_not_reached():
    site, near = sites_at((WEST_M, SOUTH_M)), np.array([[WEST_M + 300.0, SOUTH_M]])
    hours = usable_of(DOCK, FITTED) / 420 * 3600  # at about 420 W
    for hover_s, reached in ((0.5 * hours, 1), (1.2 * hours, 0)):
        assert reach_of(site, near, open_sky(), DOCK, FITTED, replace(CALM, hover_s=hover_s)).arrive_s.nnz == reached


def test_below_a_red_zone_nobody_is_reached_and_behind_it_the_way_is_longer():
    red = Zone("court", "red", shapely.box(WEST_M + 400, SOUTH_M - 300, WEST_M + 500, SOUTH_M + 300), 0.0)
    at = np.array([[WEST_M + 450.0, SOUTH_M], [WEST_M + 800.0, SOUTH_M]])
    wide = replace(CALM, within_s=300.0)
    shut, free = (
        reach_of(sites_at((WEST_M, SOUTH_M)), at, sky, DOCK, FITTED, wide) for sky in (open_sky(red), open_sky())
    )
    assert shut.allowed.tolist() == [False, True]
    assert shut.arrive_s[0, 0] == 0
    assert shut.arrive_s[0, 1] > free.arrive_s[0, 1] + 10


# --- choice


def test_the_plan_is_within_its_bound_and_not_worse_than_the_peer():
    rng = np.random.default_rng(3)
    sites = sites_at(*(rng.uniform(0, 4000, (12, 2)) + np.array([WEST_M, SOUTH_M])))
    at = rng.uniform(0, 4000, (60, 2)) + np.array([WEST_M, SOUTH_M])
    weight = rng.pareto(1.5, 60) + 0.1
    reach = reach_of(sites, at, open_sky(), DOCK, FITTED, replace(CALM, within_s=90.0))
    docks = chosen(reach, weight, sites, 4, 0.0, "usual")
    share = docks.curve.value
    assert (np.diff(share) >= 0).all()
    assert (share <= docks.curve.bound + 1e-12).all()
    assert docks.even_share <= share[-1] <= docks.curve.bound[-1]
    inside = docks.nearest >= 0
    assert weight[inside].sum() / weight.sum() == pytest.approx(share[-1])
    assert (docks.arrive_s[inside] <= 90.0).all()


def test_a_dock_that_is_often_away_is_worth_less_and_two_docks_then_help_each_other():
    sites, at = sites_at((WEST_M, SOUTH_M), (WEST_M + 50.0, SOUTH_M)), np.array([[WEST_M + 100.0, SOUTH_M]])
    reach = reach_of(sites, at, open_sky(), DOCK, FITTED, CALM)
    docks = chosen(reach, np.ones(1), sites, 2, 0.5, "usual")
    assert docks.curve.value.tolist() == pytest.approx([0.5, 0.75])


# --- end to end


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("towns") / "school"
    save_city(school_town(), path)
    return path


def test_a_plan_from_a_town_to_a_fleet_file(folder, tmp_path):
    content = plan_docks(DocksRequest(tmp_path / "plan", str(folder), docks=2, within_s=60.0, places=40))
    assert json.loads((tmp_path / "plan" / "docks.json").read_text()) == content
    assert content["plan"]["docks"] <= 2
    assert 0 < content["plan"]["share"] <= content["plan"]["bound"] <= 1
    fleet = read_checked(tmp_path / "plan" / "fleet.yaml", FleetFile, "read the fleet")
    assert [entry.id for entry in fleet.drones] == [dock["id"] for dock in content["docks"]]
    assert fleet.drones[0].drone == "dock_quad"
    assert (tmp_path / "plan" / "docks.png").stat().st_size > 20_000
    homes = content["privacy"]
    assert 0 < homes["overflown"] <= homes["dwellings"] == 48 * 32
    assert set(homes["in_view"]) == {"detect", "observe", "recognise", "identify"}
    features = json.loads((tmp_path / "plan" / "docks.geojson").read_text())["features"]
    assert [f["properties"]["order"] for f in features] == list(range(1, len(features) + 1))


def test_the_same_plan_again_is_the_same_file(folder, tmp_path):
    for name in ("a", "b"):
        plan_docks(DocksRequest(tmp_path / name, str(folder), docks=2, within_s=60.0, places=40))
    for file in ("fleet.yaml", "docks.json", "docks.geojson"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_everything_wrong_is_told_at_once(folder, tmp_path):
    asked = DocksRequest(
        tmp_path / "plan", str(folder), docks=0, within_s=10.0, drone="dock_quat", scenario="fryday", effort="huge",
        busy=1.0,
    )  # fmt: skip
    with pytest.raises(InputError) as refused:
        plan_docks(asked)
    told = str(refused.value)
    for words in ("--docks 0", "--within 10", "--busy 1", "dock_quad", "friday_evening", "usual"):
        assert words in told
    assert not (tmp_path / "plan").exists()


def test_a_wind_that_the_class_does_not_fly_in_is_refused(folder, tmp_path):
    with pytest.raises(InputError, match="--wind 14"):
        plan_docks(DocksRequest(tmp_path / "plan", str(folder), wind_ms=14.0))


def test_a_service_nobody_knows_and_a_time_nobody_keeps(folder, tmp_path):
    with pytest.raises(InputError, match="did you mean 'police'"):
        plan_docks(DocksRequest(tmp_path / "plan", str(folder), services=("polise",)))
    with pytest.raises(InputError, match="a longer --within would work"):
        plan_docks(DocksRequest(tmp_path / "plan", str(folder), within_s=16.0))
