"""Inputs varied, the best selected, the load raised: small towns with answers one can see coming."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer

from experiments.statistics.selection import kn_select
from experiments.trials.changes import assumed_inputs, changed
from experiments.trials.load import Limit, LoadRequest, load, more_false_alarms
from experiments.trials.sweep import SweepRequest, left_out, sweep, variants_of
from experiments.trials.trial import Change, Setting
from scenarios.read import read_scenario
from scenarios.zones import REGIONS
from sensors.fitted_load import load_fitted_load
from tests.towns import SOUTH_M, WEST_M
from twin.errors import InputError

RNG = np.random.default_rng(2)


@pytest.fixture
def setting(town_folder: Path, short_friday: Path) -> Setting:
    return Setting(str(short_friday), str(town_folder))


def test_an_input_is_changed_by_path_to_a_value_or_to_a_multiple():
    scenario = read_scenario("friday_evening")
    before = scenario.teams["ambulance"].per_100k_residents.value
    twice = changed(scenario, [Change("teams.ambulance.per_100k_residents", "x2"), Change("duration_min", "200")])
    assert twice.teams["ambulance"].per_100k_residents.value == 2 * before
    assert twice.duration_min == 200
    assert scenario.teams["ambulance"].per_100k_residents.value == before


def test_all_wrong_changes_are_told_at_once():
    wrong = [Change("teams.ambulanse.per_100k_residents", "2"), Change("duration_min", "long"), Change("teams", "1")]
    with pytest.raises(InputError) as told:
        changed(read_scenario("friday_evening"), wrong)
    assert len(told.value.faults) == 3
    assert "did you mean 'ambulance'" in str(told.value)
    with pytest.raises(InputError, match="greater than 0"):
        changed(read_scenario("friday_evening"), [Change("duration_min", "-5")])


def test_every_assumed_input_can_be_varied(setting, tmp_path):
    scenario = read_scenario("friday_evening")
    paths = assumed_inputs(scenario)
    assert len(paths) > 10
    asked = SweepRequest(setting, (), tmp_path, assumed="x0.5,x2")
    assert len(variants_of(asked, scenario, "closest")) == 1 + 2 * len(paths)


def test_half_the_teams_help_later_and_the_page_shows_it(setting, tmp_path):
    vary = ("teams.ambulance.per_100k_residents=x3", "teams.police.per_100k_residents=x3")
    content = sweep(SweepRequest(setting, vary, tmp_path / "a", replications=3, workers=1))
    rows = [row for row in content["rows"] if row["metric"] == "response_mean_s"]
    assert rows[0]["label"] == "as the scenario says"
    assert all(row["value"] <= rows[0]["value"] for row in rows[1:])
    assert "data:image/svg" in (tmp_path / "a" / "report.html").read_text(encoding="utf-8")
    assert pd.read_parquet(tmp_path / "a" / "days.parquet")["changes"].nunique() == 3


def test_inputs_that_a_file_speaks_in_the_place_of_are_refused_all_at_once_with_what_would_work(setting, tmp_path):
    scenario = read_scenario(setting.scenario)
    base = replace(setting, fleet=Path("night.yaml"), calls=Path("log.csv"))
    vary = (
        "teams.ambulance.per_100k_residents=x2", "demand.fire.categories.home_fire.per_1000_residents_year=x2",
        "fleet=other.yaml", "demand.fire.categories.home_fire.on_scene.mean_s=x2", "teams.fire.turnout.mean_s=x2",
    )  # fmt: skip
    with pytest.raises(InputError) as told:
        variants_of(SweepRequest(base, vary, tmp_path), scenario, "closest")
    assert len(told.value.faults) == 3
    for word in ("night.yaml", "--vary fleet=A.yaml,B.yaml", "log.csv", "leave --calls out", "leave --fleet out"):
        assert word in str(told.value)
    assert len(variants_of(SweepRequest(base, vary[3:], tmp_path), scenario, "closest")) == 3
    region = replace(setting, city=str(REGIONS / "six_towns"))
    with pytest.raises(InputError, match="the region names its teams"):
        variants_of(SweepRequest(region, vary[:1], tmp_path), scenario, "closest")


def _fleet(path: Path, each: int) -> None:
    """So many teams of every service and kind that the evening asks for, all in the middle of the town."""
    back = Transformer.from_crs("EPSG:32642", "EPSG:4326", always_xy=True)
    lon, lat = back.transform(WEST_M + 350.0, SOUTH_M + 350.0)
    kinds = {"ambulance": ("line", "reanimation"), "fire": ("engine", "ladder"), "police": ("",), "security": ("",)}
    post = f"post: {{lon: {lon}, lat: {lat}}}"
    entries = [
        f"  - {{id: {service}{kind}, service: {service}, kind: '{kind}', count: {each}, {post}}}"
        for service, named in kinds.items()
        for kind in named
    ]
    lines = ["version: 1", "name: a town's", "source: assumed", "teams:", *entries]
    path.write_text("\n".join(lines), encoding="utf-8")


def test_fleet_files_are_varied_by_names_seen_from_where_the_command_is_given(setting, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _fleet(tmp_path / "few.yaml", 1)
    _fleet(tmp_path / "many.yaml", 9)
    content = sweep(SweepRequest(setting, ("fleet=few.yaml,many.yaml",), tmp_path / "a", replications=2, workers=1))
    few, many = (next(row for row in content["rows"] if row["label"] == f"fleet={n}.yaml") for n in ("few", "many"))
    assert few["value"] > many["value"], "one team of each kind is slower than nine"
    (tmp_path / "many.yaml").write_text("version: 1\n", encoding="utf-8")
    for vary, told in (
        ("fleet=none.yaml,nil.yaml", "nil.yaml: no such file"),
        ("fleet=few.yaml,many.yaml", "many.yaml"),
    ):
        with pytest.raises(InputError, match=told):
            sweep(SweepRequest(setting, (vary,), tmp_path / "b", replications=2, workers=1))
    assert not list((tmp_path / "b" / "trials").glob("*")), "nothing is lived before all files are read"


def test_assumed_inputs_that_would_change_nothing_are_left_out_and_named(setting, tmp_path):
    scenario = read_scenario(setting.scenario)
    asked = SweepRequest(replace(setting, fleet=Path("night.yaml")), (), tmp_path, assumed="x2")
    dead = left_out(asked, scenario)
    assert set(dead) == {f"teams.{name}.per_100k_residents" for name in ("fire", "police", "security")}
    assert len(variants_of(asked, scenario, "closest")) == 1 + len(assumed_inputs(scenario)) - len(dead)


def test_a_grid_has_all_combinations(setting, tmp_path):
    vary = ("duration_min=40,60", "policy=closest,preempting")
    asked = SweepRequest(setting, vary, tmp_path, grid=True)
    variants = variants_of(asked, read_scenario(setting.scenario), "closest")
    assert len({(v.changes, v.policy) for v in variants}) == 5


def test_kn_finds_the_best_as_often_as_it_promises():
    """Means 0, 0, 1 with an indifference of 1 and common noise: the last is found in at least 95 of 100."""
    right, lived = 0, []
    for _ in range(200):
        shared, own = RNG.normal(0, 3, 4000), RNG.normal(0, 1.5, (3, 4000))
        days = shared + own + np.array([[0.0], [0.0], [1.0]])
        found = kn_select(lambda rows, n, d=days: [d[row][:n].tolist() for row in rows], 3, 1.0, better_high=True)
        right += found.best == 2
        lived.append(sum(found.out_at))
        assert found.sure
    assert right >= 185
    assert np.mean(lived) < 3 * 200


def test_the_strain_on_a_limit_is_one_at_the_limit():
    assert Limit("operators", "answer_wait_p90_s", 15, True, "").strain(30.0) == 2.0
    assert Limit("teams", "on_time_share", 0.9, False, "").strain(0.9) == pytest.approx(1.0)


def test_more_false_alarms_are_more_of_each():
    scenario = read_scenario("friday_evening")
    before = scenario.cameras.false_alarms
    after = changed(scenario, more_false_alarms(scenario, 3.0)).cameras.false_alarms
    assert {name: rate.value for name, rate in after.items()} == {name: 3 * r.value for name, r in before.items()}


def test_a_ramp_of_calls_finds_what_gives_way_first(setting, tmp_path):
    content = load(LoadRequest(setting, tmp_path / "a", "calls", replications=2, workers=1))
    knee = content["knee"]
    assert knee["part"] in ("operators", "teams", "verifiers")
    assert all(level["parts"]["recogniser"]["strain"] == 0 for level in content["levels"])
    factors = [level["factor"] for level in content["levels"]]
    assert factors == sorted(factors)
    assert knee["factor"] <= factors[-1]
    assert "cannot give way here" in content["recogniser"]
    assert knee["part"] in (tmp_path / "a" / "report.html").read_text(encoding="utf-8")


def test_the_recogniser_gives_way_where_its_servers_are_short_and_alarms_are_raised(setting, tmp_path, monkeypatch):
    """At the scenario's own load each server carries its cameras; with more of them on the same servers it cannot."""
    text = Path(setting.scenario).read_text(encoding="utf-8")
    for few, many in (
        ("operators_per_100k_residents: {value: 2.0", "operators_per_100k_residents: {value: 40"),
        ("verifiers_per_1000_cameras: {value: 2.0", "verifiers_per_1000_cameras: {value: 200"),
    ):
        assert few in text
        text = text.replace(few, many)
    (tmp_path / "roomy.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr("experiments.trials.load.ON_TIME", 0.0)  # however late teams are, they never give way
    monkeypatch.setattr("experiments.trials.load.VERIFY_LIMIT_S", 3600.0)  # one long look among few alarms is no knee
    setting, model = replace(setting, scenario=str(tmp_path / "roomy.yaml")), load_fitted_load()
    carried = max(n for n in range(1, 100) if model.at(n).late_share(2000) < 0.05)
    asked = LoadRequest(setting, tmp_path / "a", "alarms", replications=2, workers=1, cameras_per_server=carried)
    content = load(asked)
    assert content["knee"]["part"] == "recogniser"
    assert 1 < content["knee"]["factor"] <= 4
    page = (tmp_path / "a" / "report.html").read_text(encoding="utf-8")
    assert "the recogniser gives way first" in page
    assert "share the same recogniser servers" in page


def test_wrong_requests_are_refused(setting, tmp_path):
    with pytest.raises(InputError, match="known: calls, alarms, both"):
        LoadRequest(setting, tmp_path, "rain")
    with pytest.raises(InputError, match="nothing is varied"):
        SweepRequest(setting, (), tmp_path)
