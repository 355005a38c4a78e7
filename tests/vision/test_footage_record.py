"""What is kept of a run's footage."""

import numpy as np
import pytest

from tests.vision.street_scene import DAY, street_camera
from twin.runfolder import RunFolder
from twin.scene import empty_scene
from vision.detections import Detections
from vision.footage_record import FootageRecord
from vision.frame import Frame
from vision.render.projection import Lens
from vision.render.shot import take_shot
from vision.render.truth import truth_of


def frames_of(camera, blind):
    shot, none = take_shot(camera, empty_scene(0), DAY), np.zeros((360, 640), np.uint16)
    truth, _ = truth_of(none, shot.items, empty_scene(0), Lens.of(camera))
    image = np.full((360, 640, 3), 8 if blind else 120, np.uint8)
    return [Frame(camera.id, t_ms, image, truth, DAY, blind=blind) for t_ms in (0, 200, 400)]


def test_dark_frames_of_walled_cameras_are_counted_by_camera(tmp_path):
    """Two windows of a camera inside a building and one of a camera in the street: 6 dark frames of 9."""
    pytest.importorskip("av")
    run = RunFolder.create(tmp_path / "run")
    record = FootageRecord(run, "0" * 64)
    for name, blind, quiet in (("walled", True, True), ("walled", True, False), ("street", False, True)):
        camera = street_camera(id=name)
        record.add(camera, frames_of(camera, blind), [Detections.none()] * 3, [], 5, quiet, None, "quiet")
    record.write()
    assert run.read_json(run.recognition)["dark_frames"] == {"walled": 6}
    assert [clip["dark_frames"] for clip in run.read_json(run.clips / "clips.json")["clips"]] == [3, 3, 0]
