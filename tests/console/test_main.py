"""The front door: exit status 2 and one message for wrong input, and no traceback unless asked for."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from twin.city.store import save_city

TWIN = [sys.executable, "-m", "console.main"]


def _twin(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*TWIN, *words], capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> str:
    from tests.towns import grid_town

    folder = tmp_path_factory.mktemp("town") / "grid"
    save_city(grid_town(columns=5, rows=5), folder)
    return str(folder)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "friday_evenin"), "did you mean 'friday_evening'"),
        (("run", "friday_evening", "--seed", "one"), "'one'"),
        (("run", "friday_evening", "--seed=-4"), "'-4'"),
        (("run", "friday_evening", "--policy", "closets"), "did you mean 'closest'"),
        (("run", "friday_evening", "--city", "/nowhere"), "/nowhere"),
        (("run", "friday_evening", "--renderer", "crayon"), "known: auto, carla, gl, tiny"),
        (("report", "/nowhere"), "no such folder"),
        (("vision", "recognise", "/nowhere.mp4"), "no such file"),
    ],
)
def test_wrong_input_ends_with_two_and_says_what_would_work(words, told, tmp_path):
    out = ("--out", str(tmp_path / "run")) if words[0] == "run" else ()
    done = _twin(*words, *out)
    assert done.returncode == 2, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()


def test_half_an_osm_file_and_a_camera_below_ground(town, tmp_path):
    half = tmp_path / "half.osm"
    half.write_text('<?xml version="1.0"?>\n<osm version="0.6">\n <node id="1" lat="41.3" lon="69.2"/>\n <way id=')
    done = _twin("city", "build", "--osm", str(half), "--out", str(tmp_path / "city"))
    assert done.returncode == 2
    assert "half.osm" in done.stderr
    assert "Traceback" not in done.stderr
    cameras = tmp_path / "cameras.geojson"
    properties = {
        "id": "a", "kind": "fixed", "height_m": -3, "bearing_deg": 0, "pitch_deg": -15, "hfov_deg": 60,
        "width_px": 1920, "height_px": 1080, "range_m": 80, "ir": False, "data_centre": "",
    }  # fmt: skip
    feature = {
        "type": "Feature", "properties": properties, "geometry": {"type": "Point", "coordinates": [69.2, 41.27]}
    }  # fmt: skip
    cameras.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}, indent=1))
    done = _twin("coverage", town, str(cameras), "--out", str(tmp_path / "coverage"))
    assert done.returncode == 2
    assert "height_m" in done.stderr
    assert "-3" in done.stderr


def test_nothing_of_an_earlier_run_is_overwritten(town, tmp_path):
    kept = tmp_path / "run" / "mine.txt"
    kept.parent.mkdir()
    kept.write_text("mine")
    done = _twin("run", "friday_evening", "--city", town, "--no-footage", "--out", str(kept.parent))
    assert done.returncode == 2
    assert "already holds files" in done.stderr
    assert [p.name for p in kept.parent.iterdir()] == ["mine.txt"]


def test_the_doctor_knows_rooms_and_libraries():
    done = _twin("doctor", "--json")
    findings = {row["part"]: row for row in json.loads(done.stdout)["findings"]}
    home = Path(__file__).resolve().parents[2]
    for room in ("twin", "sensors", "agents", "vision", "scenarios", "reports", "experiments", "console"):
        assert findings[f"room {room}"]["ok"]
        assert findings[f"room {room}"]["found"] == str(home / room)
    assert findings["simpy"]["ok"]
    assert findings["carla"]["cost"].startswith("no export to OpenDRIVE")


def test_a_run_prints_its_figures_as_one_json_object(town, tmp_path):
    done = _twin("run", "friday_evening", "--city", town, "--no-footage", "--json", "--out", str(tmp_path / "run"))
    assert done.returncode == 0, done.stderr
    assert isinstance(json.loads(done.stdout), dict)
    again = _twin("report", str(tmp_path / "run"), "--json")
    assert json.loads(again.stdout) == json.loads(done.stdout)


def test_a_polite_kill_leaves_a_readable_run(town, tmp_path):
    out = tmp_path / "run"
    words = ["run", "friday_evening", "--city", town, "--no-footage", "--out", str(out)]
    with subprocess.Popen([*TWIN, *words], stderr=subprocess.PIPE, text=True) as process:
        while not (out / "run.json").exists() and process.poll() is None:
            time.sleep(0.005)
        process.terminate()
        told = process.communicate(timeout=120)[1]
    if process.returncode == 0:
        pytest.skip("the run was over before the signal came")
    assert process.returncode == 130
    assert "interrupted" in told
    assert json.loads((out / "run.json").read_text())["status"] == "interrupted"
    assert (out / "events.parquet").is_file()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("fleet", "--kind", "stress", "--cameras", "5", "--out"), "is a folder; name a file in it"),
        (("picture", "--out"), "no ending; .png, .jpg, .svg, .pdf would work"),
        (("picture", "--around", "69.2,nan", "--out"), "latitude -90 to 90"),
    ],
)
def test_a_city_command_whose_file_cannot_be_written_ends_with_two(town, tmp_path, words, told):
    command, *options = words
    out = tmp_path / "x.png" if "--around" in words else tmp_path
    done = _twin("city", command, town, *options, str(out))
    assert done.returncode == 2, done.stderr
    assert told in done.stderr
    assert not list(tmp_path.iterdir())


def test_an_interrupted_comparison_says_what_is_kept_and_how_to_go_on(town, tmp_path):
    out = tmp_path / "trials"
    words = ["compare", "friday_evening", "--city", town, "--policy", "closest", "--policy", "preempting"]
    more = ["--replications", "300", "--workers", "2", "--out", str(out)]
    with subprocess.Popen([*TWIN, *words, *more], stderr=subprocess.PIPE, text=True) as process:
        while not list(out.glob("trials/*.parquet")) and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        told = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert "finished trials are kept in" in told
    assert "the same command goes on from there" in told
    assert "Traceback" not in told
