"""Foreign footage through a recogniser: results and counts, in files other tools read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from experiments.recognition.recognise import recognise
from twin.errors import InputError
from twin.scene import Look
from vision.dataset import as_jpeg
from vision.detections import Detections

pytest.importorskip("av")


class Seeing:
    """Sees one person on track 4 in every picture that is not dark, and nothing in the dark."""

    weights_sha256 = "0" * 64

    def look(self, image, follower):
        if image.mean() < 40:
            return Detections.none()
        box = np.array([[10, 20, 30, 60]], np.float32)
        cls = np.array([Look.PERSON], np.uint8)
        return Detections(box, np.ones(1, np.float32), cls, np.array([4]), np.array([""]), np.zeros(1, np.float32))


@pytest.fixture(autouse=True)
def no_tracker(monkeypatch):
    monkeypatch.setattr("experiments.recognition.recognise.Follower", lambda fps: None)


def folder(tmp_path: Path, tones: list[int]) -> Path:
    source = tmp_path / "pictures"
    source.mkdir()
    for k, tone in enumerate(tones):
        (source / f"{k:03d}.jpg").write_bytes(as_jpeg(np.full((96, 160, 3), tone, np.uint8)))
    return source


def test_pictures_give_detections_tracks_and_a_clip(tmp_path) -> None:
    source = folder(tmp_path, [120, 0, 130])
    (source / "001a.jpg").write_bytes(b"\xff\xd8 half a picture")
    summary = recognise(str(source), tmp_path / "out", Seeing(), lambda *told: None)
    assert summary["frames"] == 3
    assert summary["left_out"]["could not be decoded"] == 1
    assert summary["objects"]["person"] == 2
    content = json.loads((tmp_path / "out" / "detections.json").read_text(encoding="utf-8"))
    assert [len(frame) for frame in content["detections"]] == [1, 0, 1]
    lines = (tmp_path / "out" / "mot.txt").read_text(encoding="ascii").splitlines()
    assert lines[0] == "1,5,10.0,20.0,20.0,40.0,1.0000,-1,-1,-1"
    assert [line.split(",")[0] for line in lines] == ["1", "3"]
    assert (tmp_path / "out" / "clip.mp4").stat().st_size > 500


def test_footage_with_nobody_in_it_is_a_result(tmp_path) -> None:
    summary = recognise(str(folder(tmp_path, [0, 0])), tmp_path / "out", Seeing(), lambda *told: None)
    assert sum(summary["objects"].values()) == 0
    assert summary["plates"] == []
    assert (tmp_path / "out" / "mot.txt").read_text(encoding="ascii") == ""


def test_a_folder_that_holds_something_is_left_alone(tmp_path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("keep")
    with pytest.raises(InputError, match="already holds files"):
        recognise(str(folder(tmp_path, [0])), tmp_path / "out", Seeing(), lambda *told: None)
    with pytest.raises(InputError, match="it is a file"):
        recognise(str(tmp_path / "pictures"), tmp_path / "out" / "mine.txt", Seeing(), lambda *told: None)
