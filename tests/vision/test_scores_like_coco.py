"""Average precision beside that of pycocotools, on frames drawn at random."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.scene import DETECTOR_CLASSES
from vision.dataset import LabelRule
from vision.detections import Detections
from vision.frame import Truth
from vision.scoring.matching import Scored
from vision.scoring.score import score

coco = pytest.importorskip("pycocotools.coco", reason="pip install 'tashkent-twin[peers]' compares with pycocotools")
WIDTH_PX, RULE = 512, LabelRule(least_height_px=0, least_area_px=0, least_plate_px=0)


def frame(rng: np.random.Generator, objects: int, found: int) -> Scored:
    """Objects of three classes, some hidden, and detections on and beside them."""
    corner, size = rng.uniform(0, 300, (objects, 2)), rng.uniform(20, 90, (objects, 2))
    box = np.round(np.concatenate([corner, corner + size], axis=1)).astype(np.float32)
    cls = rng.integers(0, 3, objects).astype(np.uint8)
    truth = Truth(cls, box, box, rng.choice([0.1, 1.0], objects, p=[0.25, 0.75]).astype(np.float32),
                  np.ones(objects, np.float32), np.arange(objects), np.zeros(objects, "<U12"),
                  np.full((objects, 4, 2), np.nan, np.float32), np.full(objects, -1))  # fmt: skip
    near = rng.integers(0, objects, found) if objects else np.zeros(0, int)
    moved = np.round(box[near] + rng.normal(0, 5, (len(near), 4))).astype(np.float32)
    moved[:, 2:] = np.maximum(moved[:, 2:], moved[:, :2] + 1)
    kept = np.where(rng.random(len(near)) < 0.9, cls[near], (cls[near] + 1) % 3).astype(np.uint8)
    sure = np.round(rng.random(len(near)), 2).astype(np.float32)
    n = len(near)
    return Scored(
        truth, Detections(moved, sure, kept, np.full(n, -1), np.zeros(n, "<U12"), np.zeros(n, np.float32)), WIDTH_PX
    )


def theirs(frames: list[Scored]) -> np.ndarray:
    """(10, classes) average precision by COCO's own evaluation, -1 where a class is not there.

    An object that is not asked for gets an area beyond the range evaluated, which is how COCO has such left out.
    """
    from pycocotools.cocoeval import COCOeval

    truths, founds = [], []
    for image, one in enumerate(frames):
        asked = RULE.counts(one.truth, WIDTH_PX)
        for box, cls, counts in zip(one.truth.box.astype(float), one.truth.cls, asked, strict=True):
            x1, y1, x2, y2 = box
            truths.append({"id": len(truths) + 1, "image_id": image, "category_id": int(cls), "iscrowd": 0,
                           "bbox": [x1, y1, x2 - x1, y2 - y1], "area": 1.0 if counts else 1e9})  # fmt: skip
        for box, cls, sure in zip(one.found.box.astype(float), one.found.cls, one.found.score, strict=True):
            x1, y1, x2, y2 = box
            founds.append({"image_id": image, "category_id": int(cls), "bbox": [x1, y1, x2 - x1, y2 - y1],
                           "score": float(sure)})  # fmt: skip
    with contextlib.redirect_stdout(io.StringIO()):
        real = coco.COCO()
        real.dataset = {"images": [{"id": i} for i in range(len(frames))], "annotations": truths,
                        "categories": [{"id": k, "name": n} for k, n in enumerate(DETECTOR_CLASSES)]}  # fmt: skip
        real.createIndex()
        run = COCOeval(real, real.loadRes(founds), "bbox")
        run.params.areaRng, run.params.areaRngLbl, run.params.maxDets = [[0, 1e8]], ["asked"], [1000]
        run.evaluate()
        run.accumulate()
    return np.asarray(run.eval["precision"])[:, :, :, 0, 0].mean(axis=1)


@given(
    seed=st.integers(0, 2**32 - 1),
    sizes=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 14)), min_size=1, max_size=4),
)
@settings(max_examples=60, deadline=None)
def test_average_precision_is_cocos(seed, sizes) -> None:
    rng = np.random.default_rng(seed)
    frames = [frame(rng, objects, found) for objects, found in sizes]
    if not sum(len(one.found) for one in frames):
        return
    ours, peer = score(frames, RULE), theirs(frames)
    there = peer[0] >= 0
    assert set(ours["ap50"]) == {name for name, is_there in zip(DETECTOR_CLASSES, there, strict=True) if is_there}
    for row, name in enumerate(DETECTOR_CLASSES):
        if there[row]:
            assert ours["ap50"][name] == pytest.approx(peer[0, row], abs=6e-5), name
    if there.any():
        assert ours["map50"] == pytest.approx(peer[0, there].mean(), abs=6e-5)
        assert ours["map50_95"] == pytest.approx(peer[:, there].mean(), abs=6e-5)
