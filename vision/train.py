"""Training the detector from nothing on our own footage: ultralytics, on the CPU, in the frames' own shape.

Frames of 960 x 540 go in at 448 x 252, without the grey bars a square would add (1.8 times the arithmetic). Where the
processor has bfloat16 instructions they are used: 2.5 times as fast here, weights stay in 32 bits. Where the time is
given in place of passes, the learning rate follows the clock, so that it has come down when the time is over, however
busy the machine is.

``twin vision train`` renders the footage, trains, and publishes the weights with their card.
"""

from __future__ import annotations

import hashlib
import json
import math
import multiprocessing
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from twin.errors import InputError
from twin.scene import DETECTOR_CLASSES
from vision.dataset import NETWORK_PX, LabelRule, read_summary
from vision.quiet import ultralytics
from vision.train_crew import Place, crew_of
from vision.trainer import training_class

WEIGHTS_FOLDER: Final = Path(__file__).parent / "weights"
DETECTOR: Final = WEIGHTS_FOLDER / "detector.pt"
CARD: Final = WEIGHTS_FOLDER / "card.json"
START_RATE: Final = 0.001  # learning rate when going on from weights, half of that from nothing
RISE_STEPS: Final = 100
_VERSIONS: Final = ("torch", "ultralytics", "numpy", "opencv-python")


def train_detector(
    dataset: Path,
    out: Path,
    epochs: int = 20,
    seed: int = 0,
    resume: bool = False,
    batch: int = 16,
    network: str = "yolo11n.yaml",
    threads: int | None = None,
    minutes: float | None = None,
    start: Path | None = None,
    processes: int = 1,
) -> Path:
    """Train a detector and return its best weights.

    Args:
        dataset: a folder that ``vision.dataset`` wrote.
        out: folder of the training; its ``weights/best.pt`` is usable after the first epoch.
        epochs: passes over the data.
        seed: of first weights, order and variety.
        resume: go on with the training that lies in ``out``.
        batch: frames in a batch of all processes together.
        network: one of ultralytics' architectures.
        threads: of torch in each process; as many as there are processors for each when None.
        minutes: train for this long instead of ``epochs``; the learning rate follows the time that is left.
        start: weights of the same network to go on from; from nothing when None.
        processes: that train together (:mod:`vision.train_crew`).

    Raises:
        InputError: no data set there, nothing to resume, no weights to start from, or a training lies there already.
        MissingPart: ultralytics or torch is not installed.
    """
    rule = LabelRule(**read_summary(dataset)["rule"])
    last = out / "weights" / "last.pt"
    if resume and not last.is_file():
        raise InputError(f"resume the training in {out}", "no weights/last.pt in it; leave --resume out to begin")
    if not resume and last.exists():
        raise InputError(f"train in {out}", "a training lies there; resume it, remove it or choose another folder")
    if start is not None and not start.is_file():
        raise InputError(f"train from the weights {start}", "no such file; leave --start out to begin from nothing")
    threads = threads or max(1, (os.cpu_count() or 1) // processes)
    settings = _settings(dataset, out, epochs, seed, last, resume, max(1, batch // processes), network)
    settings |= _limit(minutes)
    if start is not None and not resume:
        settings |= {"model": str(start.resolve()), "pretrained": True, "lr0": START_RATE}
    job = _Job(rule, seed, settings, threads, minutes)
    with crew_of(processes, partial(_help, job)) as place:
        _train(job, place)
    return out / "weights" / "best.pt"


@dataclass(frozen=True)
class _Job:
    """What one process of a training is told."""

    rule: LabelRule
    seed: int
    settings: dict[str, Any]
    threads: int
    minutes: float | None


def _train(job: _Job, place: Place | None) -> None:
    ultralytics()
    import torch

    torch.set_num_threads(job.threads)
    if place is not None:
        place.join()
    training = training_class(job.rule, job.seed, place)(overrides=job.settings)
    if job.minutes is not None:
        training.add_callback("on_train_batch_start", _clocked(job.minutes))
    torch.set_num_threads(job.threads)  # making the trainer has set another number
    with _forking():
        training.train()
    if place is not None:
        place.leave()


@contextmanager
def _forking() -> Iterator[None]:
    """Let the process that prepares frames be forked: its data set is a class made here, which no pickle can carry."""
    before = multiprocessing.get_start_method(allow_none=True)
    multiprocessing.set_start_method("fork", force=True)
    try:
        yield
    finally:
        multiprocessing.set_start_method(before, force=True)


def _help(job: _Job, place: Place, folder: Path) -> None:
    """Run a helper: it trains like the leader, for ever, and is ended by the leader.

    It has a session of its own: where many work on one machine, Linux shares the processors out among sessions.
    """
    if hasattr(os, "setsid"):
        os.setsid()
    own = {"project": str(folder), "name": "helper", "val": False, "save": False, "resume": False}
    endless = {"epochs": 100_000, "time": None}
    settings = {name: value for name, value in (job.settings | own | endless).items() if value is not None}
    _train(replace(job, settings=settings, minutes=None), place)


def _settings(
    dataset: Path, out: Path, epochs: int, seed: int, last: Path, resume: bool, batch: int, network: str
) -> dict[str, Any]:
    """Return ultralytics' settings; all variety comes from ``vision.augment`` but for the colours."""
    out = out.resolve()
    settings: dict[str, Any] = {
        "model": network, "data": str((dataset / "data.yaml").resolve()), "task": "detect", "pretrained": False,
        "epochs": epochs, "seed": seed, "batch": batch, "imgsz": NETWORK_PX[0], "rect": True, "device": "cpu",
        "workers": 0, "amp": False, "plots": False, "verbose": False, "cache": False,
        "project": str(out.parent), "name": out.name, "exist_ok": True, "save": True, "val": True, "patience": 0,
        "optimizer": "AdamW", "lr0": 0.002, "lrf": 0.01, "cos_lr": True, "warmup_epochs": 1.0, "warmup_bias_lr": 0.0,
        "weight_decay": 0.0005, "nbs": batch, "close_mosaic": max(1, epochs // 5), "cls_pw": 0.25,
        "hsv_h": 0.012, "hsv_s": 0.4, "hsv_v": 0.35,
    }  # fmt: skip
    return settings | {"resume": str(last.resolve())} if resume else settings


def _limit(minutes: float | None) -> dict[str, float]:
    return {} if minutes is None else {"time": minutes / 60, "warmup_epochs": 0.0}


def _clocked(minutes: float) -> Any:
    """Return what sets the learning rate before each batch: a short rise, then half a cosine down to the end."""
    steps = 0

    def set_rate(training: Any) -> None:
        nonlocal steps
        steps += 1
        share = min((time.time() - training.train_time_start) / (minutes * 60), 1.0)
        rate = training.args.lr0 * min(1.0, steps / RISE_STEPS) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))
        for group in training.optimizer.param_groups:
            group["lr"] = rate

    return set_rate


def publish(best: Path, weights: Path = DETECTOR) -> str:
    """Write the inference form of trained weights: half precision, nothing of the training, and return its SHA-256.

    The file is an ordinary ultralytics checkpoint; ``yolo predict model=detector.pt`` reads it too.

    Raises:
        InputError: the file is not there.
    """
    if not best.is_file():
        raise InputError(f"publish the weights {best}", "no such file; train first")
    ultralytics()
    import torch
    from ultralytics.nn.tasks import load_checkpoint

    model, _ = load_checkpoint(str(best))
    model = model.half().to(memory_format=torch.contiguous_format)
    model.args = {"task": "detect", "imgsz": NETWORK_PX[0]}
    model.names = dict(enumerate(DETECTOR_CLASSES))
    model.pt_path = ""
    for parameter in model.parameters():
        parameter.requires_grad = False
    weights.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"model": model, "train_args": model.args, "epoch": -1, "license": "AGPL-3.0"}, weights)
    return file_sha256(weights)


def write_card(dataset: Path, weights: Path, scores: Mapping[str, Any], how: Mapping[str, Any]) -> dict[str, Any]:
    """Write ``card.json`` beside the weights: data, command, epochs, scores, hash, versions."""
    card = {
        "weights": weights.name, "sha256": file_sha256(weights), "classes": list(DETECTOR_CLASSES),
        "data": read_summary(dataset), "training": dict(how), "scores": dict(scores),
        "versions": {name: _version(name) for name in _VERSIONS}, "licence": "AGPL-3.0-or-later",
    }  # fmt: skip
    text = json.dumps(card, indent=1, ensure_ascii=False, allow_nan=False)
    (weights.parent / CARD.name).write_text(text + "\n", encoding="utf-8")
    return card


def publish_with_card(dataset: Path, best: Path, weights: Path, how: Mapping[str, Any]) -> dict[str, Any]:
    """Publish weights, score them on the data set's ``val`` frames, and write their card.

    Args:
        dataset: what they were trained on.
        best: the training's best weights.
        weights: where the inference form goes.
        how: what made them: command, epochs, seed and the like.
    """
    from vision.evaluate import score_dataset
    from vision.recogniser import Recogniser

    publish(best, weights)
    return write_card(dataset, weights, score_dataset(dataset, Recogniser.load(weights)), how)


def file_sha256(path: Path) -> str:
    """Return a file's SHA-256 in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
