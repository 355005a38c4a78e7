"""The recogniser's seams: wrong weights are refused in words, tracks are stable, plates are cut from the full frame."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from twin.errors import InputError
from twin.scene import DETECTOR_CLASSES, Look
from vision.detections import Detections

torch = pytest.importorskip("torch", reason="recognition needs torch")
if find_spec("ultralytics") is None:
    pytest.skip("recognition needs ultralytics", allow_module_level=True)
from vision.following import follow  # noqa: E402
from vision.plate_reader import plate_crop  # noqa: E402
from vision.quiet import ultralytics  # noqa: E402
from vision.recogniser import DEFAULT_WEIGHTS, Recogniser  # noqa: E402

ultralytics()
needs_weights = pytest.mark.skipif(not DEFAULT_WEIGHTS.is_file(), reason="no detector weights in this checkout")

HALF = np.array([30, 20])


def found(*rows: tuple[Look, float, float]) -> Detections:
    """Boxes of 60 x 40 px around (u, v)."""
    n = len(rows)
    middle = np.array([(u, v) for _, u, v in rows]).reshape(n, 2)
    return Detections(
        np.hstack([middle - HALF, middle + HALF]).astype(np.float32), np.full(n, 0.8, np.float32),
        np.array([look for look, *_ in rows], np.uint8), np.full(n, -1), np.full(n, "", "<U12"),
        np.zeros(n, np.float32),
    )  # fmt: skip


def checkpoint(path: Path, model: object) -> Path:
    torch.save({"model": model, "train_args": {}}, path)
    return path


def test_the_library_stays_offline_and_leaves_the_number_of_threads_alone() -> None:
    before = torch.get_num_threads()
    ultralytics()
    from ultralytics.utils import ONLINE, SETTINGS

    assert torch.get_num_threads() == before
    assert not ONLINE
    assert not SETTINGS["sync"]


def test_weights_that_are_not_there_or_not_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        Recogniser.load(tmp_path / "none.pt")
    text = tmp_path / "text.pt"
    text.write_text("not weights")
    with pytest.raises(InputError, match="not an ultralytics checkpoint"):
        Recogniser.load(text)


def test_weights_of_another_task_are_refused_by_name(tmp_path: Path) -> None:
    from ultralytics.nn.tasks import ClassificationModel

    path = checkpoint(tmp_path / "cls.pt", ClassificationModel("yolo11n-cls.yaml", nc=3, verbose=False))
    with pytest.raises(InputError, match="for classify; a detector's are needed"):
        Recogniser.load(path)


def test_a_model_with_other_names_needs_a_map_and_a_wrong_map_is_told_all_its_faults(tmp_path: Path) -> None:
    from ultralytics.nn.tasks import DetectionModel

    model = DetectionModel("yolo11n.yaml", nc=2, verbose=False)
    model.names = {0: "pedestrian", 1: "lorry"}
    path = checkpoint(tmp_path / "other.pt", model)
    with pytest.raises(InputError, match="give a class map"):
        Recogniser.load(path)
    with pytest.raises(InputError) as caught:
        Recogniser.load(path, {"pedestrians": "person", "lorry": "trucks"})
    assert [fault.what.split(";")[1] for fault in caught.value.faults] == [
        " did you mean 'pedestrian'? known: lorry, pedestrian",
        f" did you mean 'truck'? known: {', '.join(sorted(DETECTOR_CLASSES))}",
    ]
    mapped = Recogniser.load(path, {"lorry": "truck"})
    assert mapped.to_class.tolist() == [-1, Look.TRUCK]
    assert mapped.detect([np.zeros((540, 960, 3), np.uint8)], 0.9)[0].cls.size == 0


def test_two_cars_that_pass_keep_their_tracks_and_a_new_clip_begins_at_nought() -> None:
    frames = [found((Look.CAR, 100 + 20 * i, 200), (Look.CAR, 700 - 20 * i, 300)) for i in range(20)]
    first, again = follow(frames, 5), follow(frames, 5)
    assert {tuple(frame.track_id) for frame in first} == {(0, 1)}
    assert [f.track_id.tolist() for f in first] == [f.track_id.tolist() for f in again]


def test_a_burning_car_is_two_tracks_and_a_lost_car_is_found_again_within_two_seconds() -> None:
    """Fire and car share one box; the car is unseen for 1 s (5 frames) and stands where it was."""
    both = found((Look.CAR, 300, 300), (Look.FIRE, 300, 300))
    frames = [both] * 5 + [both.take(np.array([False, True]))] * 5 + [both] * 5
    tracks = follow(frames, 5)
    assert set(tracks[0].track_id.tolist()) == {0, 1}
    assert tracks[-1].track_id.tolist() == tracks[0].track_id.tolist()


def test_nothing_in_nothing_out() -> None:
    assert follow([], 5) == []
    assert [len(frame) for frame in follow([found()] * 3, 5)] == [0, 0, 0]


def test_a_plates_crop_has_room_and_stays_in_the_picture() -> None:
    image = np.zeros((540, 960, 3), np.uint8)
    image[100:122, 200:304] = 255
    crop = plate_crop(image, np.array([200.0, 100.0, 304.0, 122.0]))
    assert crop.shape == (22 + 2 * 8, 104 + 2 * 13, 3)
    assert (crop > 0).all(axis=2).sum() == 22 * 104
    assert plate_crop(image, np.array([900.0, 530.0, 959.0, 540.0])).shape == (14, 68, 3)


@needs_weights
def test_the_shipped_weights_find_nothing_in_an_empty_picture_and_repeat_themselves() -> None:
    recogniser = Recogniser.load()
    grey = [np.full((540, 960, 3), 120, np.uint8)] * 2
    assert [len(frame) for frame in recogniser.recognise(grey, 5)] == [0, 0]
    assert len(recogniser.weights_sha256) == 64
