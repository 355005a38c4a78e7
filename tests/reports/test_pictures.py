"""Pictures keep their colours, and the map's key names what is on it."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from reports.citymap import SPOTLIGHT, city_map, map_key, read_layers
from reports.histories import histories
from reports.norms import load_norms
from reports.pictures import drawing, png_uri
from reports.plots import waits_plot
from reports.quantiles import Waits
from reports.record import read_record
from reports.story import stories
from tests.reports.made_run import Teller, about_run, made_run
from twin.records import Kind
from twin.runfolder import RunFolder


def opened(uri: str) -> np.ndarray:
    kind, _, content = uri.partition(",")
    assert kind == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content))).convert("RGB")).astype(int)


def nearest(pixels: np.ndarray, colour: str) -> int:
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return int(np.abs(pixels - wanted).sum(axis=-1).min())


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return made_run(tmp_path_factory.mktemp("runs") / "evening")


def test_a_rare_colour_outlives_the_palette():
    """A yellow dot on a ground of many greys and browns stays yellow."""
    grey = np.random.default_rng(0).uniform(0.6, 1.0, (400, 400, 1)) * np.array([1.0, 0.97, 0.92])
    with drawing(4, 4) as figure:
        figure.set_layout_engine("none")
        axes = figure.add_axes((0, 0, 1, 1))
        axes.imshow(grey)
        axes.scatter([200], [200], s=80, c=SPOTLIGHT)
        assert nearest(opened(png_uri(figure)), SPOTLIGHT) < 40


def test_the_map_is_1600_px_wide_and_shows_the_spotlight(run):
    layers, faults = read_layers(run)
    pixels = opened(city_map(layers, histories(read_record(run).events)))
    assert faults == []
    assert pixels.shape[1] == 1600
    assert nearest(pixels, SPOTLIGHT) < 40


def test_the_key_counts_incidents_and_those_without_help(run):
    layers, _ = read_layers(run)
    words = [meaning for _, _, meaning in map_key(layers, histories(read_record(run).events))]
    assert "Ambulance incident (3)" in words
    assert "not helped by the end (2)" in words
    assert "camera (3)" in words


def test_without_a_finished_wait_there_is_no_curve():
    assert waits_plot({"fire": Waits.of([], [100])}, load_norms().of("fire", "response"), "first notice") is None


def test_stretches_of_the_story_add_up_to_the_time_to_help(run):
    record = read_record(run)
    (story,) = stories(record, histories(record.events))
    assert [(part.name, part.seconds) for part in story.stretches] == [
        ("not yet seen", 0.6), ("recognising", 2.4), ("operator checks", 40.0), ("turnout", 20.0), ("travel", 180.0),
    ]  # fmt: skip
    assert sum(part.seconds for part in story.stretches) == pytest.approx(story.since("arrived"))


def test_a_story_that_joins_a_team_already_sent_says_so(tmp_path):
    tell = Teller()
    tell.incident(7, 250, "ambulance", "collapse", "person_lying", scripted=True)
    ready = tell.alarm(1, 260, "ambulance", 7, "person_lying", 60)
    tell.say(ready, Kind.JOINED, {"request": 4}, incident_id=7, alarm_id=1)
    about = {"service": "ambulance", "request": 4}
    tell.say(400, Kind.ARRIVED, about, team_id="A-1", alarm_id=0, incident_id=7, value=0)
    run = RunFolder.create(tmp_path / "run")
    run.write_json(run.run_json, about_run("done", footage=False))
    tell.write(run.events)
    record = read_record(run)
    (story,) = stories(record, histories(record.events))
    names = [step.name for step in story.steps]
    assert names == ["begins", "alarm raised", "operator confirms", "joins a known request", "help arrives"]
    assert story.since("arrived") == 150.0
