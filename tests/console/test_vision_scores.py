"""The scoring commands refuse wrong input before anything dear begins, and end with 1 when a threshold fails."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from console.vision import app
from console.vision_scores import DISTRICT
from experiments.recognition.training_views import UNSEEN_DISTRICTS
from twin.errors import InputError
from vision.recogniser import Recogniser

TRACKS = {"hota": 0.55, "deta": 0.5, "assa": 0.6, "idf1": 0.7, "mota": 0.5, "switches": 3, "objects": 9,
          "truth_boxes": 90}  # fmt: skip
CROSSING = TRACKS | {
    "kind": "tracking", "people": TRACKS, "vehicles": TRACKS | {"hota": None},
    "clips": [TRACKS | {"camera": "c", "n": 90}],
    "city": "town", "seconds": 60.0, "frames_per_s": 5.0, "light": "day", "weather": "clear",
}  # fmt: skip


@pytest.fixture
def crossing(monkeypatch):
    monkeypatch.setattr(Recogniser, "load", classmethod(lambda cls, *given: None))
    monkeypatch.setattr("twin.city.resolve.open_city", lambda spec: None)
    monkeypatch.setattr("experiments.recognition.crossing.track_crossings", lambda *given: dict(CROSSING))


def twin(*words: str):
    return CliRunner().invoke(app, list(words))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("matrix", "--light", "noon"), "there is no light 'noon'"),
        (("matrix", "--faults", "nois=strong"), "did you mean 'noise'"),
        (("matrix", "--baseline", "nowhere.json"), "nowhere.json"),
        (("matrix", "--views", "1"), "2 or more would work"),
        (("evaluate", "--need", "map50>0.8"), "write a figure"),
        (("track", "--hour", "25"), "17.5 for half past five"),
        (("track", "--thresholds", "nowhere.yaml"), "nowhere.yaml"),
        (("load", "--streams", "4,2"), "rising numbers"),
        (("load", "--need", "99"), "goes up to 16 only"),
        (("quiet", "--class-map", "nowhere.yaml"), "nowhere.yaml"),
        (("recognise", "nowhere.mp4"), "no such file or folder"),
    ],
)
def test_wrong_input_is_told_before_anything_is_rendered(words, told, monkeypatch) -> None:
    if words[0] == "recognise":
        monkeypatch.setattr(Recogniser, "load", classmethod(lambda cls, *given: None))
    fault = twin(*words).exception
    assert isinstance(fault, InputError)
    assert told in str(fault)


def test_a_threshold_that_is_not_reached_ends_with_one_and_fails_in_junit(crossing, tmp_path) -> None:
    junit = tmp_path / "track.xml"
    done = twin("track", "--need", "hota>=0.6", "--need", "people.idf1>=0.5", "--junit", str(junit))
    assert done.exit_code == 1
    assert "FAILED: hota is 0.55; at least 0.6 was asked for" in done.output
    assert "passed: people.idf1 is 0.7" in done.output
    root = ET.parse(junit).getroot()
    assert (root.get("tests"), root.get("failures")) == ("2", "1")


def test_json_is_one_object_with_its_verdicts(crossing) -> None:
    done = twin("track", "--need", "hota>=0.5", "--json")
    assert done.exit_code == 0
    report = json.loads(done.output)
    assert report["ok"]
    assert report["verdicts"][0]["value"] == 0.55


def test_a_figure_nobody_reports_is_wrong_input_and_not_a_pass(crossing) -> None:
    fault = twin("track", "--need", "hot>=0.5").exception
    assert isinstance(fault, InputError)
    assert "hota" in str(fault)


def test_scores_are_taken_where_nothing_was_trained() -> None:
    assert f"default:{','.join(UNSEEN_DISTRICTS)}" == DISTRICT
