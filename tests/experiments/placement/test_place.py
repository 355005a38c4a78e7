"""A plan from end to end on a town of nine houses."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from experiments.placement.inputs import inputs_of
from experiments.placement.looking_in import looking_in
from experiments.placement.place import place
from experiments.placement.privacy import dwellings_of_poses
from experiments.placement.request import OBJECTIVES, PlaceRequest
from sensors.cameras import Camera, fleet_of, take_cameras
from sensors.exposure import exposure
from sensors.fleet_file import read_fleet, write_fleet
from sensors.night import lamps_of
from tests.experiments.placement.test_demand import collection, polygon
from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.city.store import save_city
from twin.errors import InputError

YARD = shapely.box(WEST_M + 8, SOUTH_M + 108, WEST_M + 26, SOUTH_M + 126)


@pytest.fixture(scope="module")
def town(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("towns") / "grid"
    save_city(grid_town(), folder)
    return folder


@pytest.fixture
def request_of(town, tmp_path):
    def make(**asked) -> PlaceRequest:
        usual = {"out": tmp_path / "plan", "city": str(town), "budget": 4, "poses": 500, "cell_m": 4.0}
        return PlaceRequest(**{**usual, "effort": "quick", **asked})

    return make


def test_a_plan_can_be_read_as_a_fleet_and_says_what_each_camera_is_for(request_of):
    request = request_of(phases=(1, 3))
    content = place(request)
    city = grid_town()
    fleet = read_fleet(request.out / "plan.geojson", city.crs, city.bounds_m, city.buildings)
    assert list(fleet.id) == ["plan-001", "plan-002", "plan-003", "plan-004"]
    features = json.loads((request.out / "plan.geojson").read_text())["features"]
    said = [feature["properties"] for feature in features]
    assert [p["order"] for p in said] == [1, 2, 3, 4]
    assert [p["phase"] for p in said] == [1, 2, 2, 3]
    assert sum(p["gain"] for p in said) == pytest.approx(content["plan"]["value"], abs=1e-8)
    assert sum(p["price"] for p in said) == content["plan"]["price"]
    assert json.loads((request.out / "plan.json").read_text()) == content


def test_value_bound_and_class_table_agree(request_of):
    content = place(request_of(effort="usual"))
    plan = content["plan"]
    assert 0 < plan["value"] <= plan["bound"] * (1 + 1e-9)
    assert plan["gap"] <= 0.03
    weights = content["objective"]["class_weights"]
    seen = sum(weights[row["name"]] * row["after"]["share"] for row in content["classes"])
    assert seen == pytest.approx(plan["already"] + plan["value"], abs=1e-9)
    assert [point["cameras"] for point in content["curve"]] == [0, 1, 2, 3, 4]
    assert all(point["newly_in_view"] for point in content["curve"][1:])


def test_the_same_request_gives_the_same_bytes(request_of, tmp_path):
    for name in ("one", "two"):
        place(request_of(out=tmp_path / name))
    for file in ("plan.geojson", "plan.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


@pytest.mark.parametrize("objective", list(OBJECTIVES))
def test_every_objective_makes_a_plan_within_its_bound(request_of, objective):
    plan = place(request_of(objective=objective, budget=2, walks=60))["plan"]
    assert 0 < plan["value"] <= plan["bound"] * (1 + 1e-9)
    assert plan["cameras"] <= 2


def test_existing_cameras_are_reckoned_with(request_of, tmp_path):
    first = place(request_of(budget=2))
    city = grid_town()
    old = read_fleet(tmp_path / "plan" / "plan.geojson", city.crs, city.bounds_m)
    write_fleet(old, tmp_path / "old.geojson", city.crs)
    second = place(request_of(budget=2, existing=tmp_path / "old.geojson", out=tmp_path / "more"))
    four = place(request_of(budget=4, out=tmp_path / "four"))
    assert second["plan"]["already"] == pytest.approx(first["plan"]["value"], abs=1e-6)
    assert second["plan"]["already"] + second["plan"]["value"] <= four["plan"]["bound"] + 1e-6
    everyone = read_fleet(tmp_path / "more" / "fleet.geojson", city.crs, city.bounds_m)
    assert sorted(everyone.id) == ["plan-001", "plan-002", "plan-003", "plan-004"]  # no id twice


def test_money_buys_no_more_than_there_is(request_of):
    plan = place(request_of(budget=None, money=5000.0))["plan"]
    assert plan["price"] <= 5000.0
    plan = place(request_of(budget=2, money=50_000.0))["plan"]
    assert plan["cameras"] <= 2


def test_no_camera_hangs_in_a_forbidden_zone(request_of, tmp_path):
    half = shapely.box(WEST_M - 50, SOUTH_M - 50, WEST_M + 150, SOUTH_M + 350)
    (tmp_path / "no.geojson").write_text(collection(polygon(half)))
    request = request_of(forbidden=tmp_path / "no.geojson")
    place(request)
    city = grid_town()
    fleet = read_fleet(request.out / "plan.geojson", city.crs, city.bounds_m)
    assert (fleet.x_m > WEST_M + 149).all()


def test_must_see_zones_come_first(request_of, tmp_path):
    (tmp_path / "must.geojson").write_text(collection(polygon(YARD, "Yard")))
    plan = place(request_of(must_see=tmp_path / "must.geojson", budget=6))["plan"]
    assert plan["must"] >= 1
    assert (
        plan["must_seen"] > place(request_of(must_see=tmp_path / "must.geojson", budget=1))["plan"]["must_seen"] - 1e-9
    )


def test_a_must_see_zone_that_nobody_can_see_contradicts(request_of, tmp_path):
    (tmp_path / "must.geojson").write_text(collection(polygon(YARD, "Yard"), polygon(YARD.buffer(-3), "Middle")))
    (tmp_path / "no.geojson").write_text(collection(polygon(shapely.box(*YARD.buffer(140).bounds))))
    with pytest.raises(InputError) as refused:
        place(request_of(must_see=tmp_path / "must.geojson", forbidden=tmp_path / "no.geojson"))
    told = [fault.what for fault in refused.value.faults]
    assert len(told) == 2
    assert all("no candidate and no existing camera sees any of zone" in what for what in told)


def test_privacy_as_a_limit_holds_and_as_a_cost_is_paid(request_of):
    free = place(request_of(budget=6))
    some = free["privacy"]["newly_in_view"]["detect"]
    assert some > 0
    tight = place(request_of(budget=6, privacy_limit=0, privacy_class="detect"))
    assert tight["privacy"]["newly_in_view"]["detect"] == 0
    assert tight["plan"]["value"] <= free["plan"]["value"] + 1e-9
    dear = place(request_of(budget=6, privacy_cost=1000.0, privacy_class="detect"))
    assert dear["privacy"]["newly_in_view"]["detect"] <= some


def test_dwellings_of_a_pose_are_those_the_exposure_of_a_single_camera_counts(request_of):
    inputs = inputs_of(request_of())
    fleet = take_cameras(inputs.candidates.fleet, np.arange(0, len(inputs.candidates), 37))
    least = float(inputs.dori.bounds_px_m[0])
    mine = dwellings_of_poses(fleet, inputs.city, inputs.heights, least)
    lamps = lamps_of(inputs.city)
    alone = [
        exposure(take_cameras(fleet, np.array([i])), inputs.heights, inputs.city, inputs.dori, lamps).by_camera[0, 0]
        for i in range(len(fleet))
    ]
    assert mine == pytest.approx(alone)
    assert max(mine) > 0


def test_what_comes_newly_into_view_is_what_all_see_less_what_was_seen(request_of):
    inputs = inputs_of(request_of())
    fleet = take_cameras(inputs.candidates.fleet, np.arange(0, len(inputs.candidates), 97))
    near, new = (take_cameras(fleet, np.arange(i, len(fleet), 2)) for i in (0, 1))
    found = looking_in(replace(inputs, near=near), new, [1, len(new)])
    whole = {name: found.after["in_view"][name] - found.before["in_view"][name] for name in found.after["in_view"]}
    assert found.newly[len(new)] == whole
    assert found.newly[1]["detect"] <= whole["detect"]


def test_candidates_from_a_file(request_of, tmp_path):
    city = grid_town()
    poses = [
        Camera(f"mast-{i}", "fixed", WEST_M + 90 + 30 * i, SOUTH_M + 105, 6, 90.0, -15, 60, 1920, 1080, 60)
        for i in range(3)
    ]
    prices = [{"price": 100.0 * (i + 1)} for i in range(3)]
    write_fleet(fleet_of(poses), tmp_path / "own.geojson", city.crs, "", prices)
    request = request_of(candidates=tmp_path / "own.geojson", budget=None, money=350.0)
    content = place(request)
    assert content["candidates"] == {"poses": 3, "mounts": 3}
    fleet = read_fleet(request.out / "plan.geojson", city.crs, city.bounds_m)
    assert set(fleet.id) < {"mast-0", "mast-1", "mast-2"}
    assert content["plan"]["price"] <= 350.0


def test_all_faults_of_all_inputs_are_told_at_once(request_of, tmp_path):
    city = grid_town()
    inside = Camera("in", "fixed", WEST_M + 50, SOUTH_M + 50, 6, 0, -10, 60, 1920, 1080, 60)
    away = Camera("out", "fixed", WEST_M + 5000, SOUTH_M + 50, 6, 0, -10, 60, 1920, 1080, 60)
    write_fleet(
        fleet_of([inside, inside, away]), tmp_path / "own.geojson", city.crs, "", [{"price": 10}, {}, {"price": -1}]
    )
    (tmp_path / "no.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    with pytest.raises(InputError) as refused:
        inputs_of(
            request_of(
                area="Nowhere", candidates=tmp_path / "own.geojson", forbidden=tmp_path / "no.geojson",
                existing=tmp_path / "none.geojson", objective="plates", scenario="nothing",
            )
        )  # fmt: skip
    told = str(refused.value)
    for what in (
        "--area Nowhere: there is no such district or mahalla", "stands 6 m up inside a building", "the id is taken",
        "outside the city", "price is None", "price is -1", "found no features", "none.geojson", "nothing",
    ):  # fmt: skip
        assert what in told


def test_money_below_the_cheapest_camera_and_ids_taken_twice(request_of, tmp_path):
    city = grid_town()
    one = fleet_of([Camera("a", "fixed", WEST_M + 90, SOUTH_M + 105, 6, 90.0, -15, 60, 1920, 1080, 60)])
    write_fleet(one, tmp_path / "own.geojson", city.crs, "", [{"price": 500.0}])
    with pytest.raises(InputError) as refused:
        inputs_of(request_of(candidates=tmp_path / "own.geojson", existing=tmp_path / "own.geojson", money=499.0))
    told = [fault.what for fault in refused.value.faults]
    assert told[0].startswith("--money 499: the cheapest camera costs 500 USD")
    assert told[1] == "candidate 'a': an existing camera has that id; each needs its own"


def test_what_is_wrong_with_a_request_is_told_beside_what_is_wrong_with_files(request_of):
    request = request_of(
        budget=None, objective="beauty", phases=(5, 3), cell_m=0.0, available=0.0, effort="none", poses=0, area="Twon"
    )
    assert len(request.faults()) == 7
    with pytest.raises(InputError) as refused:
        inputs_of(request)
    assert len(refused.value.faults) == 8
