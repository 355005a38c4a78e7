"""Labels in other tools' forms, read again by those tools where they are installed."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from twin.scene import Look
from twin.sky import Sky
from vision.detections import Detections
from vision.frame import Frame, Truth
from vision.labels.coco import add_masks, coco_image, coco_objects, empty_coco, truth_of
from vision.labels.masks import mask_of, run_lengths
from vision.labels.mot import track_lines, write_sequence

DAY = Sky(160.0, 45.0, "day", "rain")


def truth(offset: int = 0) -> Truth:
    """A car half off the picture's edge with its plate, and a person."""
    box = np.array([[0, 10, 30, 40], [12, 30, 20, 34], [50, 12, 56, 32]], np.float32)
    box[:, ::2] += offset
    full = box.copy()
    full[0, 0] -= 30
    corners = np.full((3, 4, 2), np.nan, np.float32)
    corners[1] = [[12, 30], [20, 30], [20, 34], [12, 34]]
    return Truth(
        np.array([Look.CAR, Look.PLATE, Look.PERSON], np.uint8), box, full,
        np.array([0.5, 1.0, 1.0], np.float32), np.array([12.5, 12.0, 30.25], np.float32), np.array([901, 901, 77]),
        np.array(["00A123BC", "00A123BC", ""], "<U12"), corners, np.array([5, 5, -1]),
    )  # fmt: skip


def frame() -> Frame:
    """That scene with the ids of what was drawn: 1 the car, 2 its plate, 3 the person."""
    ids = np.zeros((48, 64), np.uint8)
    ids[10:40, 0:30], ids[30:34, 12:20], ids[12:32, 50:56] = 1, 2, 3
    return Frame("cam", 1200, np.zeros((48, 64, 3), np.uint8), truth(), DAY, ids, np.array([-1, 0, 1, 2], np.int32))


def coco(one: Frame) -> dict:
    content = empty_coco()
    content["images"].append(coco_image(0, one))
    rows = coco_objects(one.truth, np.array([True, False, True]), 0, 0)
    add_masks(rows, one)
    content["annotations"] += rows
    return json.loads(json.dumps(content))


def test_everything_that_is_known_comes_back_from_coco() -> None:
    content = coco(frame())
    again, real = truth_of(content["annotations"]), truth()
    for name in real.__dataclass_fields__:
        assert np.array_equal(getattr(again, name), getattr(real, name), equal_nan=name == "plate_corners"), name
    car = content["annotations"][0]
    assert (car["occlusion"], car["height_px"], car["distance_m"], car["plate"]) == (0.5, 30.0, 12.5, "00A123BC")
    assert (car["full_bbox"], car["labelled"], content["annotations"][1]["labelled"]) == ([-30, 10, 60, 30], 1, 0)
    assert (content["images"][0]["light"], content["images"][0]["weather"]) == ("day", "rain")


def test_a_plate_lies_before_its_car_in_the_masks() -> None:
    car, plate, person = coco(frame())["annotations"]
    assert (car["area"], plate["area"], person["area"]) == (30 * 30 - 4 * 8, 32, 120)
    assert not (mask_of(car["segmentation"]) & mask_of(plate["segmentation"])).any()


def test_a_frame_that_was_not_drawn_here_has_no_masks() -> None:
    bare = Frame("cam", 0, np.zeros((48, 64, 3), np.uint8), truth(), DAY)
    with pytest.raises(ValueError, match="no masks"):
        add_masks([{}, {}, {}], bare)


@given(arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9))))
def test_a_mask_comes_back_from_its_run_lengths(mask) -> None:
    runs = run_lengths(mask)
    assert sum(runs["counts"]) == mask.size
    assert np.array_equal(mask_of(runs), mask)


def test_pycocotools_reads_the_file_and_its_masks(tmp_path: Path) -> None:
    peer = pytest.importorskip("pycocotools.coco", reason="pip install 'tashkent-twin[peers]' reads COCO files")
    path = tmp_path / "coco.json"
    path.write_text(json.dumps(coco(frame())), encoding="utf-8")
    with contextlib.redirect_stdout(io.StringIO()):
        read = peer.COCO(str(path))
    masks = [read.annToMask(row) for row in read.loadAnns(read.getAnnIds())]
    assert [int(mask.sum()) for mask in masks] == [868, 32, 120]
    assert np.array_equal(masks[2].astype(bool), frame().instance_mask == 2)


def test_trackeval_reads_the_sequence_and_scores_a_tracker_on_it(tmp_path: Path) -> None:
    """A car and a person over ten frames; the tracker has both, the person under two numbers: one switch."""
    trackeval = pytest.importorskip("trackeval", reason="pip install 'tashkent-twin[peers]' compares with TrackEval")
    truths = [truth(offset) for offset in range(10)]
    write_sequence(tmp_path / "gt" / "TWIN" / "clip", "clip", truths, 5.0, 64, 48)
    lines = []
    for number, one in enumerate(truths, 1):
        tracks = np.array([0, 9, 1 if number <= 5 else 2])
        found = Detections(one.box, np.ones(3, np.float32), one.cls, tracks, one.plate, np.zeros(3, np.float32))
        lines += track_lines(number, found)
    data = tmp_path / "trackers" / "TWIN" / "ours" / "data"
    data.mkdir(parents=True)
    (data / "clip.txt").write_text("".join(lines), encoding="ascii")
    (tmp_path / "seqmap.txt").write_text("name\nclip\n", encoding="ascii")
    told = trackeval.datasets.MotChallenge2DBox(
        {"GT_FOLDER": str(tmp_path / "gt" / "TWIN"), "TRACKERS_FOLDER": str(tmp_path / "trackers" / "TWIN"),
         "SKIP_SPLIT_FOL": True, "SEQMAP_FILE": str(tmp_path / "seqmap.txt"), "DO_PREPROC": False,
         "PRINT_CONFIG": False, "TRACKERS_TO_EVAL": ["ours"]}
    )  # fmt: skip
    raw = told.get_raw_seq_data("ours", "clip")
    scored = trackeval.metrics.CLEAR({"PRINT_CONFIG": False}).eval_sequence(
        told.get_preprocessed_seq_data(raw, "pedestrian")
    )
    assert raw["num_timesteps"] == 10
    assert sum(len(ids) for ids in raw["gt_ids"]) == 20
    assert scored["IDSW"] <= 1
