"""The made evening's figures, worked out on paper (see made_run.py)."""

from __future__ import annotations

import json

import pytest

from reports.false_notices import wasted_trips
from reports.histories import histories
from reports.metrics import compute_metrics, write_metrics
from reports.record import read_record
from tests.reports.made_run import Teller, about_run, empty_run, made_run
from twin.records import Kind
from twin.runfolder import RunFolder


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return made_run(tmp_path_factory.mktemp("runs") / "evening")


@pytest.fixture(scope="module")
def metrics(run):
    return compute_metrics(run)


def told_run(path, tell: Teller) -> RunFolder:
    run = RunFolder.create(path)
    run.write_json(run.run_json, about_run("done", footage=False))
    tell.write(run.events)
    return run


def test_counts(metrics):
    overall = metrics["overall"]
    assert overall["incidents"] == 7
    assert (overall["calls"], overall["false_calls"]) == (7, 1)
    assert (overall["alarms"], overall["false_alarms"]) == (3, 2)
    assert overall["noticed_first_by_call"] == 5
    assert overall["noticed_first_by_camera"] == 1
    assert (overall["never_noticed"], overall["helped"], overall["waiting"]) == (1, 5, 1)


def test_response_time_counts_from_the_first_of_two_notices(run, metrics):
    """The crash: alarm at 603, call at 660, team at 843; the second notice joins and moves nothing."""
    crash = histories(read_record(run).events).set_index("incident_id").loc[1]
    assert (crash["noticed_ms"], crash["noticed_by"]) == (603_000, "camera")
    assert (crash["alarm_ms"], crash["call_ms"], crash["arrived_ms"]) == (603_000, 660_000, 843_000)
    assert metrics["by_service"]["police"]["response_s"]["p50"]["value"] == 240.0
    assert metrics["by_service"]["police"]["time_to_help_s"]["p50"]["value"] == 243.0


def test_response_over_all_services_takes_the_open_one_along(metrics):
    """240, 240, 360, 430, 970 and one open for 540: half by 360, two thirds by 430, 90 % by 970."""
    response = metrics["overall"]["response_s"]
    assert (response["n"], response["open"]) == (6, 1)
    assert response["p50"]["value"] == 360.0
    assert response["p90"]["value"] == response["p95"]["value"] == 970.0


def test_time_to_help_counts_the_incident_nobody_noticed_as_open(metrics):
    """240, 243, 390, 490, 1000; open 600 and 2100: beyond 6 of 7 nothing is known."""
    to_help = metrics["overall"]["time_to_help_s"]
    assert (to_help["n"], to_help["open"]) == (7, 2)
    assert to_help["p50"]["value"] == 490.0
    assert to_help["p90"]["value"] is None


def test_stages(metrics):
    stages = metrics["overall"]["stages_s"]
    assert stages["answer_wait"]["p50"]["value"] == 5.0  # 3 4 5 5 10 12 18
    assert stages["verification"]["p50"]["value"] == 50.0  # 40 50 60
    assert stages["turnout"]["p50"]["value"] == 30.0  # 10 20 30 45 70, without the trips for nothing
    assert stages["travel"]["p50"]["value"] == 240.0  # 180 200 240 250 300
    waited = metrics["by_service"]["ambulance"]["stages_s"]["dispatch_wait"]
    assert waited["p90"]["value"] == 650.0  # processed at 1300, the ambulance free at 1950


def test_ambulance_against_the_fifteen_minutes(metrics):
    """360 s kept it, 970 s did not, and 540 s so far cannot be judged."""
    (norm,) = [norm for norm in metrics["by_service"]["ambulance"]["norms"] if norm["id"] == "uz_ambulance_15min"]
    assert (norm["within"]["kept"], norm["within"]["judged"], norm["within"]["undecided"]) == (1, 2, 1)
    assert norm["verdict"] == "no share set"


def test_answer_norm_is_of_all_calls_of_the_service(metrics):
    (norm,) = [norm for norm in metrics["by_service"]["fire"]["norms"] if norm["id"] == "nena_sta_020_15s"]
    assert (norm["within"]["kept"], norm["within"]["judged"]) == (0, 1)  # answered after 18 s


def test_what_false_alarms_and_calls_cost(metrics):
    alarms, calls = metrics["alarms"], metrics["calls"]
    assert (alarms["confirmed_true"], alarms["confirmed_false"], alarms["dismissed_false"]) == (1, 1, 1)
    assert alarms["false_dispatches"] == 1
    assert alarms["false_team_min"] == pytest.approx(440 / 60, abs=1e-3)
    assert (calls["false_dispatches"], calls["false_team_min"]) == (1, 5.0)


def test_camera_was_57_seconds_before_the_call(metrics):
    cameras = metrics["cameras"]
    assert (cameras["incidents_visible"], cameras["incidents_seen"]) == (2, 1)
    assert (cameras["alarm_and_call"], cameras["alarm_before_call"], cameras["median_lead_s"]) == (1, 1, 57.0)


def test_decisions_are_counted(metrics):
    assert metrics["decisions"] == {"dispatch": 8}


def test_calls_still_ringing_and_requests_without_a_team_are_open_waits(tmp_path):
    """One call rings from 3500 on; another is answered at 3005, ready at 3065, and no ambulance comes."""
    tell = Teller()
    tell.incident(0, 2990, "ambulance", "fall")
    tell.call(0, 3000, "ambulance", 0, 5, 60)
    tell.incident(1, 3490, "ambulance", "fall")
    tell.call(1, 3500, "ambulance", 1, 200, 60)  # answered after the end
    metrics = compute_metrics(told_run(tmp_path / "run", tell))
    stages = metrics["by_service"]["ambulance"]["stages_s"]
    assert (stages["answer_wait"]["n"], stages["answer_wait"]["open"]) == (2, 1)
    assert (stages["dispatch_wait"]["n"], stages["dispatch_wait"]["open"]) == (1, 1)
    assert metrics["overall"]["waiting"] == 2
    (norm,) = [norm for norm in metrics["by_service"]["ambulance"]["norms"] if norm["id"] == "nfpa_1225_process"]
    assert (norm["within"]["kept"], norm["within"]["judged"]) == (0, 1)  # 595 s since the answer, still no team


def test_a_team_sent_on_from_a_false_alarm_stops_costing_there(tmp_path):
    """Sent for nothing at 100, sent elsewhere at 160: one minute; another is still out when the log ends."""
    tell = Teller()
    tell.say(100, Kind.DISPATCHED, {"service": "police"}, team_id="P-1", alarm_id=0)
    tell.incident(0, 120, "police", "theft")
    tell.say(160, Kind.DISPATCHED, {"service": "police"}, team_id="P-1", call_id=3, incident_id=0)
    tell.say(400, Kind.RETURNED, {"service": "police"}, team_id="P-1", call_id=3, incident_id=0)
    tell.say(3000, Kind.DISPATCHED, {"service": "police"}, team_id="P-2", call_id=4)
    trips = wasted_trips(read_record(told_run(tmp_path / "run", tell)).events, 3_600_000)
    assert trips == [("P-1", "alarm", 1.0), ("P-2", "call", 10.0)]


def test_a_team_that_comes_upon_a_real_incident_stops_being_wasted(tmp_path):
    """Sent for a false alarm at 100, at 200 nothing is there; at 400 it turns to a collapse beside it: 5 minutes."""
    tell = Teller()
    about = {"service": "ambulance", "request": 4}
    tell.say(100, Kind.DISPATCHED, about, team_id="A-1", alarm_id=0)
    tell.say(200, Kind.ARRIVED, about, team_id="A-1", alarm_id=0, value=90)
    tell.incident(7, 250, "ambulance", "collapse")
    tell.say(400, Kind.ARRIVED, about, team_id="A-1", alarm_id=0, incident_id=7, value=0)
    tell.say(900, Kind.RETURNED, about, team_id="A-1", alarm_id=0, incident_id=7, value=90)
    record = read_record(told_run(tmp_path / "run", tell))
    assert wasted_trips(record.events, 3_600_000) == [("A-1", "alarm", 5.0)]
    assert histories(record.events)["arrived_ms"].tolist() == [400_000]


def test_only_the_first_of_two_teams_counts(tmp_path):
    tell = Teller()
    tell.incident(0, 0, "fire", "flat")
    ready = tell.call(0, 10, "fire", 0, 5, 5)
    tell.trip(ready, "F-2", "fire", 60, 300, 60, 60, incident_id=0, call_id=0)
    tell.trip(ready, "F-1", "fire", 80, 100, 60, 60, incident_id=0, call_id=0)
    found = compute_metrics(told_run(tmp_path / "run", tell))["by_service"]["fire"]
    assert found["response_s"]["p50"]["value"] == 190.0  # 10 s of call, then 80 + 100
    assert found["stages_s"]["turnout"]["p50"]["value"] == 80.0
    assert found["stages_s"]["travel"] == found["stages_s"]["travel"] | {"n": 1, "open": 0}


def test_a_quiet_hour_has_full_figures(tmp_path):
    metrics = compute_metrics(empty_run(tmp_path / "run"))
    assert metrics["overall"]["incidents"] == 0
    assert metrics["overall"]["response_s"]["p90"] == {"value": None, "low": None, "high": None}
    assert metrics["alarms"]["false_team_min"] == 0
    assert metrics["faults"] == []


def test_an_interrupted_run_is_measured_to_its_last_event(tmp_path):
    """Cut at 1000 s without a closing event: the fire called in at 960 is open."""
    run = made_run(tmp_path / "run", until_s=1000, status="interrupted")
    metrics = compute_metrics(run)
    assert metrics["status"] == "interrupted"
    assert metrics["window_s"] == 1000.0
    assert metrics["by_service"]["fire"]["response_s"]["open"] == 1


def test_a_log_cut_in_half_becomes_a_sentence(tmp_path):
    run = made_run(tmp_path / "run")
    whole = run.events.read_bytes()
    run.events.write_bytes(whole[: len(whole) // 2])
    metrics = compute_metrics(run)
    assert metrics["overall"]["incidents"] == 0
    assert any(
        sentence.startswith("events.parquet is in the folder but cannot be read") for sentence in metrics["faults"]
    )


def test_metrics_json_is_plain_json_and_the_same_every_time(run):
    write_metrics(run)
    first = run.metrics.read_bytes()
    write_metrics(run)
    assert run.metrics.read_bytes() == first
    assert json.loads(first)["schema_version"] == 1
