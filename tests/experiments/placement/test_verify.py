"""A plan on trial: whose incidents are judged, what is changed, and one trial from end to end."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from experiments.placement.place import place
from experiments.placement.request import PlaceRequest
from experiments.placement.trial_asked import TrialAsked
from experiments.placement.verify import VerifyRequest, judged, notice_changes, verify
from experiments.trials.changes import changed
from experiments.trials.outcome import Cases
from scenarios.read import read_scenario, scenario_path
from tests.towns import grid_town
from twin.city.store import save_city


def cases(**columns) -> Cases:
    n = len(columns["x_m"])
    plain = {
        "incident_id": np.arange(n), "service": np.full(n, "police"), "priority": np.ones(n, np.int64),
        "response_ms": np.zeros(n, np.int64), "help_ms": np.zeros(n, np.int64), "open": np.zeros(n, bool),
        "limit_ms": np.zeros(n, np.int64), "y_m": np.zeros(n), "visible": np.ones(n, bool),
        "by_camera": np.zeros(n, bool), "called": np.ones(n, bool), "scripted": np.zeros(n, bool),
    }  # fmt: skip
    return Cases(**{name: np.array({**plain, **columns}[name]) for name in Cases.__dataclass_fields__})


def test_judged_are_the_areas_incidents_that_somebody_calls_about():
    found = judged(
        cases(
            x_m=[1.0, 1.0, 1.0, 99.0, 1.0, 1.0], help_ms=[100_000, 200_000, 600_000, 1, 1, 1],
            visible=[True, True, False, True, True, True], by_camera=[True, False, False, True, True, True],
            called=[True, True, True, True, False, True], scripted=[False, False, False, False, False, True],
        ),
        shapely.box(-5, -5, 5, 5),
    )  # fmt: skip
    assert found == {
        "help_visible_s": 150.0, "help_all_s": 300.0, "camera_first_visible_share": 0.5,
        "camera_first_all_share": pytest.approx(1 / 3), "judged": 3.0, "visible": 2.0,
    }  # fmt: skip


def test_a_day_without_such_incidents_has_no_figures():
    found = judged(cases(x_m=np.zeros(0)), shapely.box(-5, -5, 5, 5))
    assert np.isnan(found["help_visible_s"])
    assert found["judged"] == 0


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_notice_delay_is_changed_in_every_category_and_script_and_nothing_else(factor):
    before = read_scenario("friday_evening")
    after = changed(before, notice_changes(before, factor))
    for service, demand in before.demand.items():
        for name, category in demand.categories.items():
            now = after.demand[service].categories[name]
            assert now.notice.mean_s == pytest.approx(factor * category.notice.mean_s)
            assert now.model_copy(update={"notice": category.notice}) == category
    assert notice_changes(before, 1.0) == ()


def test_a_trial_that_cannot_be_is_refused_before_the_plan_is_made():
    assert len(TrialAsked("no_such_day", 0.0, 1, workers=0).faults()) == 4
    assert TrialAsked(None, 0.0, 1).faults() == []


def test_the_same_days_with_and_without_a_plan(tmp_path):
    # where people collapse in the street two hundred times as often, a few evenings tell
    text = scenario_path("friday_evening").read_text("utf-8").replace("{value: 15, source", "{value: 3000, source")
    (tmp_path / "busy.yaml").write_text(text, "utf-8")
    save_city(grid_town(columns=7, rows=7, storeys=16), tmp_path / "town")
    city, plan = str(tmp_path / "town"), tmp_path / "plan"
    place(PlaceRequest(out=plan, city=city, budget=30, poses=1500, cell_m=4.0, objective="incidents", effort="quick"))
    area = shapely.box(*grid_town(columns=7, rows=7).bounds_m)
    asked = VerifyRequest(plan, str(tmp_path / "busy.yaml"), city, area, half_width=5.0, most_days=3, workers=1)
    found = verify(asked)
    assert found["days"] == 3
    assert [variant["factor"] for variant in found["variants"]] == [1.0, 0.5, 2.0]
    help_, _, share, _ = found["variants"][0]["figures"]
    assert found["variants"][0]["visible"] > 10
    assert share["first"] < 0.2  # the spotlights of the script see some of it
    assert share["second"] > share["first"] + 0.1
    assert help_["value"] < 0.0
    assert verify(asked) == found  # from the shelf
