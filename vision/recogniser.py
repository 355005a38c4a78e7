"""From pictures to detections: detect, follow, read plates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.errors import Fault, InputError, unknown_name
from twin.scene import DETECTOR_CLASSES, Look
from vision.dataset import NETWORK_PX
from vision.detections import Detections
from vision.following import FAINT, Follower, follow
from vision.plate_reader import PlateReader, plate_crop
from vision.quiet import ultralytics
from vision.train import DETECTOR, file_sha256

LEAST_SCORE: Final = 0.25  # of a detection that is reported without a track
_OVERLAP: Final = 0.6  # of two boxes of one class that are one object
DEFAULT_WEIGHTS: Final = DETECTOR
_BATCH: Final = 8
_LEAST_PLATE_PX: Final = 20.0


@dataclass(frozen=True)
class Recogniser:
    """A detector, a tracker's settings and a plate reader.

    Attributes:
        model: ultralytics detection model, evaluation mode.
        reader: of plates.
        to_class: (m,) int64, row in ``DETECTOR_CLASSES`` for each class of the model, -1 for those not used.
        weights_sha256: of the detector's file.
    """

    model: Any
    reader: PlateReader
    to_class: NDArray[np.int64]
    weights_sha256: str

    @classmethod
    def load(cls, weights: Path | None = None, class_map: Mapping[str, str] | None = None) -> Recogniser:
        """Load a detector's weights; those shipped with the project when none are named.

        Args:
            weights: an ultralytics checkpoint for detection.
            class_map: name in the model to name in ``DETECTOR_CLASSES``; names that are equal when None.

        Raises:
            InputError: no such file, not weights, weights of another task, or names that do not exist.
            MissingPart: torch or ultralytics is not installed.
        """
        path = weights or DETECTOR
        model = _load_model(path)
        to_class = _class_rows(model.names, class_map, path)
        return cls(model, PlateReader.load(), to_class, file_sha256(path))

    def recognise(self, images: Sequence[NDArray[np.uint8]], fps: float) -> list[Detections]:
        """Recognise a clip: what is in each frame, with tracks through it, and plates read.

        Args:
            images: (h, w, 3) uint8 RGB pictures of one camera, all of one shape, in order.
            fps: frames a second, for how long a lost track is kept.

        Returns:
            One entry a frame, in pixels of the full picture.
        """
        followed = follow(self.detect(images, FAINT), fps)
        return [self._read(image, frame) for image, frame in zip(images, followed, strict=True)]

    def look(self, image: NDArray[np.uint8], follower: Follower) -> Detections:
        """Recognise the next frame of a stream, as :meth:`recognise` would with the whole clip before it.

        Args:
            image: (h, w, 3) uint8 RGB.
            follower: of this stream, with what it has seen so far.
        """
        return self._read(image, follower.update(self.detect([image], FAINT)[0]))

    def _read(self, image: NDArray[np.uint8], frame: Detections) -> Detections:
        """Leave out what is faint and on no track, and read the plates of the rest."""
        return self.read_plates(image, frame.take((frame.score >= LEAST_SCORE) | (frame.track_id >= 0)))

    def detect(self, images: Sequence[NDArray[np.uint8]], least_score: float = LEAST_SCORE) -> list[Detections]:
        """Detect objects in each picture by itself: no tracks, no plate texts.

        Args:
            images: (h, w, 3) uint8 RGB pictures, all of one shape.
            least_score: detections below it are left out.
        """
        import torch
        from ultralytics.utils.nms import non_max_suppression

        found = []
        for start in range(0, len(images), _BATCH):
            batch, scale = _prepare(images[start : start + _BATCH])
            with torch.inference_mode():
                raw = self.model(torch.from_numpy(batch).to(memory_format=torch.channels_last))
                boxes = non_max_suppression(
                    raw, least_score, _OVERLAP, max_det=150, nc=len(self.to_class), max_time_img=1e9,
                    end2end=bool(getattr(self.model, "end2end", False)),
                )  # fmt: skip
            found += [self._as_detections(rows.numpy(), scale, images[0].shape) for rows in boxes]
        return found

    def read_plates(self, image: NDArray[np.uint8], found: Detections) -> Detections:
        """Return the detections with the texts of plates, read from the full picture."""
        wide = found.box[:, 2] - found.box[:, 0] >= _LEAST_PLATE_PX
        rows = np.flatnonzero((found.cls == Look.PLATE) & wide)
        texts, scores = self.reader.read([plate_crop(image, found.box[row]) for row in rows])
        plate, plate_score = np.zeros(len(found), dtype="<U12"), np.zeros(len(found), dtype=np.float32)
        plate[rows], plate_score[rows] = texts, scores
        return replace(found, plate=plate, plate_score=plate_score)

    def _as_detections(self, rows: NDArray[np.float32], scale: float, shape: tuple[int, ...]) -> Detections:
        cls = self.to_class[rows[:, 5].astype(np.int64)]
        rows, cls = rows[cls >= 0], cls[cls >= 0]
        limit = np.array([shape[1], shape[0]] * 2, dtype=np.float32)
        n = len(rows)
        return Detections(
            box=np.clip(rows[:, :4] / scale, 0, limit).astype(np.float32),
            score=rows[:, 4].astype(np.float32),
            cls=cls.astype(np.uint8),
            track_id=np.full(n, -1, dtype=np.int64),
            plate=np.zeros(n, dtype="<U12"),
            plate_score=np.zeros(n, dtype=np.float32),
        )


def _prepare(images: Sequence[NDArray[np.uint8]]) -> tuple[NDArray[np.float32], float]:
    """Return (n, 3, h, w) pictures in [0, 1], channels last in memory, as wide as the network has it; the scale."""
    import cv2

    height, width = images[0].shape[:2]
    scale = NETWORK_PX[0] / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    padded = tuple(-(-side // 32) * 32 for side in size)
    batch = np.full((len(images), padded[1], padded[0], 3), 114, dtype=np.uint8)
    for into, image in zip(batch, images, strict=True):
        into[: size[1], : size[0]] = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return np.divide(batch, 255.0, dtype=np.float32).transpose(0, 3, 1, 2), scale


def _load_model(path: Path) -> Any:
    asked = f"load detector weights from {path}"
    if not path.is_file():
        raise InputError(asked, "no such file; `twin vision train` makes one, or leave --weights out")
    ultralytics()
    from ultralytics.nn.tasks import guess_model_task, load_checkpoint

    try:
        model, _ = load_checkpoint(str(path), fuse=True)
    except Exception as fault:
        raise InputError(asked, f"not an ultralytics checkpoint ({type(fault).__name__}); one ends in .pt") from fault
    task = guess_model_task(getattr(model, "yaml", {})) or "nothing known"
    if task != "detect":
        raise InputError(asked, f"these weights are for {task}; a detector's are needed (task detect)")
    import torch

    return model.eval().to(memory_format=torch.channels_last)


def _class_rows(names: Mapping[int, str], class_map: Mapping[str, str] | None, path: Path) -> NDArray[np.int64]:
    """Return for each class of the model its row in ``DETECTOR_CLASSES``, or -1."""
    wanted = class_map if class_map is not None else {name: name for name in DETECTOR_CLASSES}
    faults = []
    if class_map is not None:
        faults += [
            Fault(unknown_name("class of the model", a, list(names.values())))
            for a in class_map
            if a not in names.values()
        ]
        faults += [
            Fault(unknown_name("detector class", b, DETECTOR_CLASSES))
            for b in class_map.values()
            if b not in DETECTOR_CLASSES
        ]
    elif not set(names.values()) & set(DETECTOR_CLASSES):
        found = ", ".join(list(names.values())[:8])
        faults.append(
            Fault(f"none of its classes is known ({found}); give a class map to {', '.join(DETECTOR_CLASSES)}")
        )
    if faults:
        raise InputError(f"use the classes of {path}", faults)
    rows = [DETECTOR_CLASSES.index(wanted[name]) if name in wanted else -1 for _, name in sorted(names.items())]
    return np.array(rows, dtype=np.int64)
