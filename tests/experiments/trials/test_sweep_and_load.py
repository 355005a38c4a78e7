"""Inputs varied, the best selected, the load raised: small towns with answers one can see coming."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.statistics.selection import kn_select
from experiments.trials.changes import assumed_inputs, changed
from experiments.trials.load import Limit, LoadRequest, load, more_false_alarms
from experiments.trials.sweep import SweepRequest, sweep, variants_of
from experiments.trials.trial import Change, Setting
from scenarios.read import read_scenario
from sensors.fitted import load_fitted
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
    model = load_fitted()
    before = next(iter(model.false_alarms["fire"].values())).per_camera_hour
    assert next(iter(more_false_alarms(model, 3.0).false_alarms["fire"].values())).per_camera_hour == 3 * before


def test_a_ramp_of_calls_finds_what_gives_way_first(setting, tmp_path):
    content = load(LoadRequest(setting, tmp_path / "a", "calls", replications=2, workers=1))
    knee = content["knee"]
    assert knee["part"] in ("operators", "teams", "verifiers")
    factors = [level["factor"] for level in content["levels"]]
    assert factors == sorted(factors)
    assert knee["factor"] <= factors[-1]
    assert "does not give way here" in content["recogniser"]
    assert knee["part"] in (tmp_path / "a" / "report.html").read_text(encoding="utf-8")


def test_wrong_requests_are_refused(setting, tmp_path):
    with pytest.raises(InputError, match="known: calls, alarms, both"):
        LoadRequest(setting, tmp_path, "rain")
    with pytest.raises(InputError, match="nothing is varied"):
        SweepRequest(setting, (), tmp_path)
