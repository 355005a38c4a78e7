"""Data sets: what is asked for, and that labels come back as they went in."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.errors import InputError
from twin.scene import Look
from twin.sky import Sky
from vision.augment import Labelled, placed, quilt, varied
from vision.frame import Frame, Truth

cv2 = pytest.importorskip("cv2", reason="writing frames needs OpenCV")
from vision.dataset import LabelRule, join_datasets, read_summary, write_dataset  # noqa: E402
from vision.evaluate import labelled_frames  # noqa: E402

SKY = Sky(180.0, 45.0, "day", "clear")
RULE = LabelRule()


def truth(*rows: tuple[Look, tuple[float, float, float, float], float]) -> Truth:
    n = len(rows)
    box = np.array([box for _, box, _ in rows], np.float32).reshape(n, 4)
    return Truth(
        np.array([cls for cls, *_ in rows], np.uint8), box, box, np.array([v for *_, v in rows], np.float32),
        np.full(n, 20, np.float32), np.arange(n),
        np.array(["00A123BC" if c == Look.PLATE else "" for c, *_ in rows], "<U12"),
        np.full((n, 4, 2), np.nan, np.float32), np.full(n, -1),
    )  # fmt: skip


def frame(what: Truth, t_ms: int = 0) -> Frame:
    image = np.full((540, 960, 3), (200, 100, 50), np.uint8)
    return Frame("camera 1", t_ms, image, what, SKY)


@pytest.mark.parametrize(
    ("cls", "box", "visible", "asked"),
    [
        (Look.CAR, (0, 0, 40, 20), 1.0, True),  # 18.7 x 9.3 px at the network
        (Look.CAR, (0, 0, 40, 19), 1.0, False),  # 8.9 px high there
        (Look.PERSON, (0, 0, 15, 20), 1.0, False),  # 7 x 9.3 = 65 px there
        (Look.PERSON, (0, 0, 15, 35), 1.0, True),
        (Look.PERSON, (0, 0, 15, 35), 0.24, False),
        (Look.PLATE, (0, 0, 26, 6), 1.0, True),  # 12.1 px wide there
        (Look.PLATE, (0, 0, 25, 6), 1.0, False),
    ],
)
def test_the_label_rule_is_applied_at_the_size_the_network_sees(
    cls: Look, box: tuple[float, float, float, float], visible: float, asked: bool
) -> None:
    """Frames are 960 px wide and the network sees 448: all sizes shrink to 0.467."""
    assert RULE.counts(truth((cls, box, visible)), 960).tolist() == [asked]


def test_labels_come_back_and_all_objects_stay_in_the_annotations(tmp_path: Path) -> None:
    what = truth((Look.CAR, (96, 54, 288, 162), 1.0), (Look.PERSON, (500, 100, 505, 110), 1.0))
    summary = write_dataset([("train", frame(what)), ("val", frame(truth()))], tmp_path / "set", origin={"seed": 3})
    assert (tmp_path / "set/labels/train/000000.txt").read_text() == "2 0.200000 0.200000 0.200000 0.200000\n"
    assert (tmp_path / "set/labels/val/000000.txt").read_text() == ""
    assert summary["frames"] == {"train": 1, "val": 1}
    assert (summary["labels"]["train"]["car"], summary["labels"]["train"]["person"]) == (1, 0)
    assert read_summary(tmp_path / "set") == summary
    coco = json.loads((tmp_path / "set/annotations/train.json").read_text())
    assert [(row["category_id"], row["labelled"]) for row in coco["annotations"]] == [(2, 1), (0, 0)]
    ((image, back, light),) = labelled_frames(tmp_path / "set", "train")
    assert np.abs(image.astype(int) - [200, 100, 50]).max() < 6
    assert back.box == pytest.approx(what.box)
    assert light == "day"


def test_parts_made_by_several_join_into_one(tmp_path: Path) -> None:
    car, plate = truth((Look.CAR, (96, 54, 288, 162), 1.0)), truth((Look.PLATE, (96, 54, 288, 90), 1.0))
    write_dataset([("train", frame(car, 1)), ("val", frame(car, 2))], tmp_path / "a")
    write_dataset([("train", frame(plate, 3))], tmp_path / "b")
    summary = join_datasets([tmp_path / "a", tmp_path / "b"], tmp_path / "all", {})
    assert summary["frames"] == {"train": 2, "val": 1}
    assert summary["labels"]["train"]["plate"] == 1
    coco = json.loads((tmp_path / "all/annotations/train.json").read_text())
    assert [(image["id"], image["t_ms"]) for image in coco["images"]] == [(0, 1), (1, 3)]
    assert [(row["id"], row["image_id"]) for row in coco["annotations"]] == [(0, 0), (1, 1)]
    assert coco["annotations"][1]["plate"] == "00A123BC"
    assert (tmp_path / "all/labels/train/000001.txt").read_text().startswith("7 ")


def test_faults_name_what_would_work(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/x").touch()
    with pytest.raises(InputError, match="already holds files"):
        write_dataset([], tmp_path / "full")
    with pytest.raises(InputError, match="train, val"):
        write_dataset([("test", frame(truth()))], tmp_path / "new")
    with pytest.raises(InputError, match="no such folder"):
        read_summary(tmp_path / "none")
    write_dataset([], tmp_path / "one")
    write_dataset([], tmp_path / "two", LabelRule(least_height_px=12))
    with pytest.raises(InputError, match="label rules differ"):
        join_datasets([tmp_path / "one", tmp_path / "two"], tmp_path / "both", {})


def square(colour: int = 255) -> Labelled:
    """A white car of 200 x 100 px at (300, 200) on black."""
    image = np.zeros((540, 960, 3), np.uint8)
    image[200:300, 300:500] = colour
    box = np.array([[300, 200, 500, 300]], np.float32)
    return Labelled(image, np.array([Look.CAR], np.uint8), box, np.ones(1, np.float32))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_boxes_stay_on_their_objects_whatever_is_done_to_the_frame(seed: int) -> None:
    """Wherever the white car goes, the box holds white and what lies just outside it is not."""
    rng = np.random.default_rng(seed)
    for made in (varied(square(), rng, RULE), quilt([square()] * 4, rng, RULE)):
        assert made.image.shape == (256, 448, 3)
        for x1, y1, x2, y2 in made.box:
            inner = made.image[int(y1 + 3) : int(y2 - 2), int(x1 + 3) : int(x2 - 2)]
            assert inner.size == 0 or inner.min() > 200
        assert ((made.box[:, :2] >= 0) & (made.box[:, 2:] <= [448, 256])).all()


def test_what_leaves_the_picture_or_gets_too_small_is_no_longer_asked_for() -> None:
    whole = placed(square(), (448, 256), 448 / 960, (0, 0), RULE)
    assert whole.box[0] == pytest.approx(np.array([140, 93.33, 233.33, 140]), abs=0.01)
    mostly_out = placed(square(), (448, 256), 448 / 960, (-250, 0), RULE)
    assert len(mostly_out.box) == 0
    tiny = placed(square(), (448, 256), 0.07, (0, 0), RULE)
    assert len(tiny.box) == 0
    hidden = replace(square(), visible=np.array([0.3], np.float32))
    assert len(placed(hidden, (448, 256), 448 / 960, (-200, 0), RULE).box) == 0
