"""The main job on a small town: the same bytes every time, nothing lost on Ctrl-C, one incident followed through."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from experiments.life.run import run_scenario
from experiments.request import RunRequest
from scenarios.read import LIBRARY
from sensors.fleet_file import write_fleet
from twin.errors import InputError
from twin.log import content_hash, read_events
from twin.runfolder import RunFolder


def _request(scenario: Path, town: Path, out: Path, **more: object) -> RunRequest:
    return RunRequest(str(scenario), out, **({"city": str(town), "footage": False} | more))  # type: ignore[arg-type]


def _events_of(request: RunRequest) -> str:
    return content_hash(read_events(run_scenario(request).events))


def test_a_run_without_footage_repeats_to_the_byte_and_another_seed_differs(town_folder, short_friday, tmp_path):
    first = _events_of(_request(short_friday, town_folder, tmp_path / "a"))
    assert first == _events_of(_request(short_friday, town_folder, tmp_path / "b"))
    assert first != _events_of(_request(short_friday, town_folder, tmp_path / "c", seed=2))


def test_any_number_of_workers_gives_the_same_events(town_folder, short_friday, tmp_path):
    alone = [_events_of(_request(short_friday, town_folder, tmp_path / f"a{s}", seed=s)) for s in (3, 4)]
    requests = [_request(short_friday, town_folder, tmp_path / f"b{s}", seed=s) for s in (3, 4)]
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert list(pool.map(_events_of, requests)) == alone


def test_adding_a_camera_changes_no_call_and_no_other_cameras_sightings(town_folder, short_friday, tmp_path):
    from sensors.cameras import take_cameras
    from sensors.default_fleet import default_fleet
    from twin.city.resolve import open_city

    city = open_city(str(town_folder))
    fleet = default_fleet(city, 40, seed=0)
    runs = {}
    for count in (39, 40):
        path = tmp_path / f"{count}.geojson"
        write_fleet(take_cameras(fleet, pd.RangeIndex(40).to_numpy() < count), path, city.crs)
        runs[count] = run_scenario(_request(short_friday, town_folder, tmp_path / f"run{count}", cameras=path))
    events = {n: pd.read_parquet(run.events) for n, run in runs.items()}
    calls = {n: table[table["kind"].isin(["incident", "call"])].drop(columns="seq") for n, table in events.items()}
    pd.testing.assert_frame_equal(calls[39].reset_index(drop=True), calls[40].reset_index(drop=True))
    seen = {n: pd.read_parquet(run.sightings) for n, run in runs.items()}
    others = seen[40][seen[40]["camera_id"] != str(fleet.id[39])].reset_index(drop=True)
    pd.testing.assert_frame_equal(others, seen[39])


def test_ctrl_c_leaves_a_readable_folder_marked_as_interrupted(town_folder, short_friday, tmp_path):
    def stop_half_way(stage: str, share: float) -> None:
        if stage == "simulation" and share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_scenario(_request(short_friday, town_folder, tmp_path / "run"), stop_half_way)
    run = RunFolder.open(tmp_path / "run")
    assert run.read_json(run.run_json)["status"] == "interrupted"
    events = pd.read_parquet(run.events)
    assert 0 < events["t_ms"].max() < 40 * 60_000
    assert "interrupted" in run.report.read_text(encoding="utf-8").lower()


def test_a_town_without_a_single_call_still_gives_a_report(town_folder, tmp_path):
    text = (LIBRARY / "friday_evening.yaml").read_text(encoding="utf-8")
    head, tail = text.split("  incidents:\n")
    assert "at_min" in tail
    quiet = head.replace("duration_min: 180", "duration_min: 0.01") + "  incidents: []\n"
    path = tmp_path / "quiet.yaml"
    path.write_text(quiet, encoding="utf-8")
    run = run_scenario(_request(path, town_folder, tmp_path / "run"))
    assert not (pd.read_parquet(run.events)["kind"] == "call").any()
    assert run.report.stat().st_size > 10_000


def test_wrong_input_is_told_before_anything_is_written(town_folder, short_friday, tmp_path):
    for more, told in (
        ({"policy": "closets"}, "did you mean 'closest'"),
        ({"cameras": tmp_path / "none.geojson"}, "none.geojson"),
        ({"city": str(tmp_path / "nowhere")}, "nowhere"),
    ):
        with pytest.raises(InputError, match=told):
            run_scenario(_request(short_friday, town_folder, tmp_path / "run", **more))
        assert not (tmp_path / "run").exists()
    with pytest.raises(InputError, match="negative"):
        _request(short_friday, town_folder, tmp_path / "run", seed=-1)


def test_footage_is_followed_from_pixels_to_arrival(town_folder, short_friday, tmp_path):
    """Really rendered, really recognised: whatever is raised lies in one log, with clips and a score beside it."""
    pytest.importorskip("ultralytics")
    run = run_scenario(_request(short_friday, town_folder, tmp_path / "run", footage=True))
    clips = run.read_json(run.clips / "clips.json")["clips"]
    assert len(clips) == 8
    assert all((run.clips / clip["mp4"]).stat().st_size > 1000 for clip in clips)
    score = run.read_json(run.recognition)
    assert score["frames"] == 4 * 25 + 4 * 5
    assert score["weights_sha256"] == run.read_json(run.run_json)["hashes"]["weights"]
    events = pd.read_parquet(run.events)
    spotlight = events[(events["kind"] == "alarm") & events["camera_id"].str.startswith("spotlight")]
    for alarm in spotlight.itertuples():
        later = events[events["alarm_id"] == alarm.alarm_id]
        assert later["kind"].isin(["alarm_confirmed", "alarm_dismissed"]).sum() <= 1
    helped = events[(events["kind"] == "arrived") & events["incident_id"].notna()]
    assert len(helped)
