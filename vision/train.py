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
import os
import time
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import numpy as np

from twin.errors import InputError
from twin.scene import DETECTOR_CLASSES
from twin.streams import stream
from vision.augment import Labelled, quilt, varied
from vision.dataset import NETWORK_PX, LabelRule, read_summary
from vision.quiet import ultralytics

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
) -> Path:
    """Train a detector and return its best weights.

    Args:
        dataset: a folder that ``vision.dataset`` wrote.
        out: folder of the training; its ``weights/best.pt`` is usable after the first epoch.
        epochs: passes over the data.
        seed: of first weights, order and variety.
        resume: go on with the training that lies in ``out``.
        batch: frames in a batch.
        network: one of ultralytics' architectures.
        threads: of torch; as many as there are processors when None.
        minutes: train for this long instead of ``epochs``; the learning rate follows the time that is left.
        start: weights of the same network to go on from; from nothing when None.

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
    ultralytics()
    import torch

    settings = _settings(dataset, out, epochs, seed, last, resume, batch, network) | _limit(minutes)
    if start is not None and not resume:
        settings |= {"model": str(start.resolve()), "pretrained": True, "lr0": START_RATE}
    training = _training_class(rule, seed)(overrides=settings)
    if minutes is not None:
        training.add_callback("on_train_batch_start", _clocked(minutes))
    torch.set_num_threads(threads or os.cpu_count() or 1)  # making the trainer has set one less
    training.train()
    return out / "weights" / "best.pt"


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


def _has_bfloat16() -> bool:
    """Return whether this processor computes in bfloat16 by itself; elsewhere it would be slower than 32 bits."""
    import torch

    return any(
        bool(getattr(torch.cpu, name, bool)()) for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    )


def _training_class(rule: LabelRule, seed: int) -> Any:
    """Return ultralytics' detection trainer with our frames, kept in their own shape."""
    import torch
    from ultralytics.engine import trainer as engine
    from ultralytics.models.yolo.detect import DetectionTrainer

    class FootageTraining(DetectionTrainer):
        def _do_train(self) -> None:
            """Train in bfloat16 where it pays; the library itself offers that on graphics cards only."""
            plain = engine.autocast
            engine.autocast = lambda *_, **__: torch.autocast("cpu", torch.bfloat16, enabled=_has_bfloat16())
            try:
                super()._do_train()
            finally:
                engine.autocast = plain

        def _setup_train(self) -> None:
            self.args.workers = 1  # frames are prepared beside the arithmetic; the library would do both in turn
            super()._setup_train()

        def set_model_attributes(self) -> None:
            super().set_model_attributes()
            self.model = self.model.to(memory_format=torch.channels_last)

        def build_dataset(self, img_path: str, mode: str = "train", batch: int | None = None) -> Any:
            if mode != "train":
                return super().build_dataset(img_path, mode, batch)
            return _frames_class(rule, seed)(
                img_path=img_path, imgsz=self.args.imgsz, augment=True, hyp=self.args, rect=True, batch_size=batch,
                stride=32, pad=0.0, data=self.data, task="detect", prefix="train: ",
            )  # fmt: skip

        def preprocess_batch(self, batch: dict[str, Any]) -> dict[str, Any]:
            batch = super().preprocess_batch(batch)
            batch["img"] = batch["img"].contiguous(memory_format=torch.channels_last)
            return batch

        def _load_checkpoint_state(self, ckpt: dict[str, Any]) -> None:
            # Saved in 16 bits, in which AdamW's squared gradients vanish: its running means begin anew.
            super()._load_checkpoint_state(ckpt | {"optimizer": None})

    return FootageTraining


def _frames_class(rule: LabelRule, seed: int) -> Any:
    """Return ultralytics' data set with our variety in place of its square one."""
    import cv2
    from ultralytics.data.augment import Compose, Format, RandomHSV
    from ultralytics.data.dataset import YOLODataset
    from ultralytics.utils.instance import Instances

    class Frames(YOLODataset):
        quilts = 0.3
        rng = stream(seed, "training variety")

        def get_labels(self) -> list[dict[str, Any]]:
            """Read all visible objects; the label rule is applied at the size they are shown at."""
            folder = Path(self.img_path).parent.parent
            coco = json.loads((folder / "annotations" / f"{Path(self.img_path).name}.json").read_text("utf-8"))
            rows: dict[int, list[Mapping[str, Any]]] = {image["id"]: [] for image in coco["images"]}
            for found in coco["annotations"]:
                rows[found["image_id"]].append(found)
            self.im_files = [str(Path(self.img_path) / image["file_name"]) for image in coco["images"]]
            return [_label(rows[image["id"]], image, self.im_files[i]) for i, image in enumerate(coco["images"])]

        def build_transforms(self, hyp: Any) -> Any:
            colours = RandomHSV(hgain=hyp.hsv_h, sgain=hyp.hsv_s, vgain=hyp.hsv_v)
            return Compose([colours, Format(bbox_format="xywh", normalize=True, batch_idx=True, bgr=0.0)])

        def close_mosaic(self, hyp: Any) -> None:
            self.quilts = 0.0

        def get_image_and_label(self, index: int) -> dict[str, Any]:
            if self.rng.random() < self.quilts:
                others = self.rng.integers(0, len(self), 3)
                made = quilt([self.source(int(i)) for i in (index, *others)], self.rng, rule)
            else:
                made = varied(self.source(index), self.rng, rule)
            return {
                "img": made.image, "cls": made.cls[:, None].astype(np.float32), "im_file": self.im_files[index],
                "ori_shape": made.image.shape[:2], "resized_shape": made.image.shape[:2],
                "instances": Instances(made.box.astype(np.float32), bbox_format="xyxy", normalized=False),
            }  # fmt: skip

        def source(self, index: int) -> Labelled:
            label = self.labels[index]
            return Labelled(
                cv2.imread(self.im_files[index]), label["cls"][:, 0].astype(np.uint8), label["box"], label["visible"]
            )

    return Frames


def _label(rows: list[Mapping[str, Any]], image: Mapping[str, Any], file: str) -> dict[str, Any]:
    """Return one frame's objects in ultralytics' form, with pixel boxes and visible shares beside it."""
    corner_size = np.array([row["bbox"] for row in rows], dtype=np.float32).reshape(-1, 4)
    box = np.concatenate([corner_size[:, :2], corner_size[:, :2] + corner_size[:, 2:]], axis=1)
    middle = np.concatenate([(box[:, :2] + box[:, 2:]) / 2, corner_size[:, 2:]], axis=1)
    size = np.array([image["width"], image["height"]] * 2, dtype=np.float32)
    return {
        "im_file": file, "shape": (image["height"], image["width"]), "segments": [], "keypoints": None,
        "cls": np.array([row["category_id"] for row in rows], dtype=np.float32).reshape(-1, 1),
        "bboxes": middle / size, "normalized": True, "bbox_format": "xywh",
        "box": box, "visible": np.array([row["visible"] for row in rows], dtype=np.float32),
    }  # fmt: skip


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
