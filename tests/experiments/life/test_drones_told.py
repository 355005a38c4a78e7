"""Drones in the report, by hand: one that was first, one that spared a patrol, one refused, one that broke a rule."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from experiments.columns import Columns
from experiments.life.overflown import flown_ways, overflown
from experiments.trials.drone_part import DRONE_METRICS, of_drones
from reports.drone_figures import spread
from reports.drone_section import drone_section
from reports.metrics import metrics_of
from reports.page import render
from reports.record import read_record
from tests.reports.made_run import Teller, evening, made_run
from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.log import EventLog
from twin.records import Kind
from twin.runfolder import RunFolder


def with_drones(tell: Teller) -> Teller:
    """Two drones fly on the evening of the made run.

    D-1 sees incident 0 at 200 s: 110 s after its call at 90, 250 before the team at 450. It finds nothing at the false
    call of 2800. D-2 sees incident 2 at 1400, after the team at 1390; it is refused once, and comes too near to D-1.
    """
    track = [[120_000, WEST_M, SOUTH_M, 0.0], [180_000, WEST_M + 300.0, SOUTH_M + 50.0, 60.0]]
    about = {"request": 0, "why": "request", "patrol": "", "track": track}
    tell.say(120, Kind.DRONE_LAUNCHED, about, value=60.0, team_id="D-1", incident_id=0, call_id=0)
    tell.say(180, Kind.DRONE_ARRIVED, {"request": 0, "patrol": ""}, value=60.0, team_id="D-1", incident_id=0)
    tell.say(200, Kind.DRONE_SAW, {"saw": "confirmed", "spared": 0}, value=110.0, team_id="D-1", incident_id=0)
    tell.say(900, Kind.DRONE_LANDED, {"distance_m": 2500.0, "flight_s": 780.0}, value=0.62, team_id="D-1")
    tell.say(1300, Kind.DRONE_LAUNCHED, {"why": "request", "track": track}, value=80.0, team_id="D-2", incident_id=2)
    tell.say(1380, Kind.DRONE_ARRIVED, {"patrol": ""}, value=80.0, team_id="D-2", incident_id=2)
    tell.say(1400, Kind.DRONE_SAW, {"saw": "confirmed"}, value=440.0, team_id="D-2", incident_id=2)
    tell.say(1500, Kind.DRONE_VIOLATION, {"what": "separation", "with": "D-1", "fault": ""}, value=31.0, team_id="D-2")
    tell.say(1900, Kind.DRONE_LANDED, {"distance_m": 1500.0, "flight_s": 600.0}, value=0.48, team_id="D-2")
    tell.say(2000, Kind.DRONE_REFUSED, {"reason": "wind", "told": "too windy"}, team_id="D-2", incident_id=6)
    tell.say(2840, Kind.DRONE_LAUNCHED, {"why": "request", "track": track}, value=50.0, team_id="D-1", call_id=5)
    told = {"saw": "nothing_there", "spared": 1, "recalled": ["P-1"], "mistake": False}
    tell.say(2900, Kind.DRONE_SAW, told, value=100.0, team_id="D-1", call_id=5)
    return tell


@pytest.fixture
def run(tmp_path) -> RunFolder:
    folder = made_run(tmp_path / "run")
    with_drones(evening()).write(folder.events)
    folder.write_json(folder.drones, {"overflown": 96, "passes_each": 1.5, "dwellings": 288, "flights": 3})
    return folder


def test_the_figures_by_hand(run):
    found = metrics_of(read_record(run))["drones"]
    assert (found["drones"], found["sorties"], found["why"]) == (2, 3, {"request": 3})
    assert found["first_seen"] == 1
    assert found["seen_after_s"]["mean"] == 110.0
    assert found["lead_s"]["mean"] == 250.0
    assert (found["spared"], found["recalled"], found["mistakes"]) == (1, 1, 0)
    assert found["refused"] == {"wind": 1}
    assert found["violations"] == {"separation": 1}
    assert found["explained"] == {}
    assert found["charge_left"]["least"] == 0.48
    assert found["flight_h"] == pytest.approx(1380 / 3600)
    assert found["flown_km"] == pytest.approx(4.0)
    assert found["homes"]["overflown"] == 96


def test_the_page_tells_them_and_shouts_at_a_violation(run):
    record = read_record(run)
    page = render(record, metrics_of(record))
    assert "<h2>Drones</h2>" in page
    for words in ("1 incident was seen by a drone", "250 s before the first team",
                  "turned back under way", "wind above the class", "96 of 288 dwellings (33",
                  "separation 1, without any injected fault"):  # fmt: skip
        assert words in page
    assert 'class="warn"><b>Violations' in page


def test_a_run_without_drones_has_no_section(tmp_path):
    record = read_record(made_run(tmp_path / "run"))
    metrics = metrics_of(record)
    assert metrics["drones"] == {}
    assert drone_section(metrics["drones"], record.drones) is None
    assert "<h2>Drones</h2>" not in render(record, metrics)


def test_trials_compare_the_same_figures(run):
    figures = {f.metric: f.value for f in of_drones(Columns.of(pa.Table.from_pandas(pd.read_parquet(run.events))))}
    assert set(figures) == set(DRONE_METRICS)
    assert (figures["drone_sorties"], figures["drone_first_seen"], figures["drone_spared"]) == (3, 1, 1)
    assert (figures["drone_lead_mean_s"], figures["drone_seen_mean_s"]) == (250.0, 110.0)
    assert (figures["drone_charge_least"], figures["drone_violations"]) == (0.48, 1)


def test_a_life_without_drones_flies_nothing_and_has_no_times():
    log = EventLog()
    log.emit(0, Kind.RUN_STARTED, detail="{}")
    figures = {f.metric: f.value for f in of_drones(Columns.of(log.to_table()))}
    assert figures["drone_sorties"] == figures["drone_violations"] == 0
    assert math.isnan(figures["drone_lead_mean_s"])


def test_percentiles_are_values_that_occurred():
    assert spread([3.0, 1.0, 2.0]) == {
        "n": 3, "mean": 2.0, "least": 1.0, "p10": 1.0, "median": 2.0, "p90": 3.0, "most": 3.0,
    }  # fmt: skip
    assert spread([])["median"] is None


def test_a_track_holds_until_the_next_one_and_homes_count_once_for_each_flight():
    """East over the first row of houses, turned home half way: two of three houses, though passed over twice."""
    out = [[0, WEST_M, SOUTH_M + 50.0, 60.0], [30_000, WEST_M + 300.0, SOUTH_M + 50.0, 60.0]]
    home = [[15_000, WEST_M + 150.0, SOUTH_M + 50.0, 60.0], [30_000, WEST_M, SOUTH_M + 50.0, 60.0]]
    tell = Teller()
    tell.say(0, Kind.DRONE_LAUNCHED, {"track": out}, team_id="D-1")
    tell.say(15, Kind.DRONE_TURNED_HOME, {"track": home}, team_id="D-1")
    log = EventLog()
    for t_s, kind, columns in tell.told:
        log.emit(round(t_s * 1000), kind, **columns)
    ways = flown_ways(log.to_table())
    assert len(ways) == 1
    assert ways[0][:, 0].max() == WEST_M + 150.0
    np.testing.assert_allclose(ways[0][-1], [WEST_M, SOUTH_M + 50.0])
    assert overflown(log.to_table(), grid_town()) == {
        "overflown": 64, "passes_each": 1.0, "dwellings": 288, "flights": 1,
    }  # fmt: skip
    assert overflown(EventLog().to_table(), grid_town()) == {}
