"""Training: what cannot be trained is refused at once; a cut training goes on; what is published holds no paths."""

from __future__ import annotations

import json
import multiprocessing
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from tests.vision.test_dataset import frame, truth
from twin.errors import InputError
from twin.scene import DETECTOR_CLASSES, Look
from vision.dataset import write_dataset
from vision.train import publish, train_detector, write_card

if find_spec("torch") is None or find_spec("ultralytics") is None:
    pytest.skip("training needs torch and ultralytics", allow_module_level=True)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "set"
    car = truth((Look.CAR, (96, 54, 288, 162), 1.0))
    write_dataset([("train", frame(car)), ("train", frame(truth())), ("val", frame(car))], folder)
    return folder


def test_what_cannot_be_trained_is_refused_before_anything_is_written(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        train_detector(tmp_path / "none", tmp_path / "out")
    with pytest.raises(InputError, match="leave --resume out"):
        train_detector(tiny, tmp_path / "out", resume=True)
    with pytest.raises(InputError, match="train first"):
        publish(tmp_path / "none.pt", tmp_path / "weights.pt")
    assert not (tmp_path / "out").exists()


def test_train_publish_and_recognise(tiny: Path, tmp_path: Path) -> None:
    """One epoch on two frames is worth nothing, but every joint between the parts is in it."""
    best = train_detector(tiny, tmp_path / "run", epochs=1, batch=2, threads=1)
    with pytest.raises(InputError, match="a training lies there"):
        train_detector(tiny, tmp_path / "run", epochs=1)
    sha256 = publish(best, tmp_path / "weights" / "detector.pt")
    content = (tmp_path / "weights" / "detector.pt").read_bytes()
    assert len(content) < 6_500_000
    assert str(tmp_path).encode() not in content
    card = write_card(tiny, tmp_path / "weights" / "detector.pt", {"map50": 0.0}, {"epochs": 1})
    assert json.loads((tmp_path / "weights" / "card.json").read_text()) == card
    assert (card["sha256"], card["classes"], card["data"]["frames"]) == (
        sha256,
        [*DETECTOR_CLASSES],
        {"train": 2, "val": 1},
    )
    from ultralytics.nn.tasks import load_checkpoint

    model, _ = load_checkpoint(str(tmp_path / "weights" / "detector.pt"))
    assert list(model.names.values()) == list(DETECTOR_CLASSES)
    import torch

    assert np.isfinite(model(torch.zeros(1, 3, 288, 512))[0].numpy()).all()


def test_two_processes_train_one_detector_and_may_go_on_from_weights(tiny: Path, tmp_path: Path) -> None:
    """The helper is gone afterwards, and its work is in the leader's weights: they differ from those it began with."""
    import torch

    with pytest.raises(InputError, match="leave --start out"):
        train_detector(tiny, tmp_path / "none", start=tmp_path / "none.pt")
    first = train_detector(tiny, tmp_path / "alone", epochs=1, batch=2, threads=1)
    publish(first, tmp_path / "first.pt")
    best = train_detector(
        tiny, tmp_path / "both", batch=2, threads=1, minutes=0.02, start=tmp_path / "first.pt", processes=2
    )
    publish(best, tmp_path / "second.pt")
    before, after = (
        torch.load(tmp_path / name, weights_only=False)["model"].float().state_dict()
        for name in ("first.pt", "second.pt")
    )
    assert any(not torch.equal(before[name], after[name]) for name in before)
    assert all(torch.isfinite(after[name]).all() for name in after if after[name].is_floating_point())
    assert not multiprocessing.active_children()
