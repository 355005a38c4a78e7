"""Training: what cannot be trained is refused at once; a cut training goes on; what is published holds no paths."""

from __future__ import annotations

import json
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
