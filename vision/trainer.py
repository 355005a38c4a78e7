"""Ultralytics' trainer with our frames: in their own shape, with our variety, in bfloat16, alone or in a crew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from twin.streams import stream
from vision.augment import Labelled, quilt, varied
from vision.dataset import LabelRule
from vision.train_crew import Place


def _has_bfloat16() -> bool:
    """Return whether this processor computes in bfloat16 by itself; elsewhere it would be slower than 32 bits."""
    import torch

    return any(
        bool(getattr(torch.cpu, name, bool)()) for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    )


def training_class(rule: LabelRule, seed: int, place: Place | None) -> Any:
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
            if place is not None:
                place.begin_alike(self.model)

        def optimizer_step(self) -> None:
            if place is not None:
                place.average(self.model, self.optimizer)
            super().optimizer_step()

        def validate(self) -> Any:
            return super().validate() if place is None or place.rank == 0 else ({}, 0.0)

        def save_model(self) -> Any:
            return super().save_model() if place is None or place.rank == 0 else None

        def set_model_attributes(self) -> None:
            super().set_model_attributes()
            self.model = self.model.to(memory_format=torch.channels_last)

        def build_dataset(self, img_path: str, mode: str = "train", batch: int | None = None) -> Any:
            if mode != "train":
                return super().build_dataset(img_path, mode, batch)
            return _frames_class(rule, seed, place)(
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


def _frames_class(rule: LabelRule, seed: int, place: Place | None) -> Any:
    """Return ultralytics' data set with our variety in place of its square one; each process begins elsewhere in it."""
    import cv2
    from ultralytics.data.augment import Compose, Format, RandomHSV
    from ultralytics.data.dataset import YOLODataset
    from ultralytics.utils.instance import Instances

    class Frames(YOLODataset):
        quilts = 0.3
        rng = stream(seed, "training variety", str(place.rank if place else 0))

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
            if place is not None:
                index = (index + place.rank * len(self) // place.size) % len(self)
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
