"""Labelled footage on disk: frames as JPEG, YOLO labels, COCO annotations with everything else that is known.

The label rule says which objects a detector is asked for; it is stored with the data. The COCO files hold all
visible objects, each with ``labelled`` 0 or 1, so that another rule can be applied later.

Layout: ``images/{split}/000000.jpg``, ``labels/{split}/000000.txt``, ``annotations/{split}.json``, ``data.yaml``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError, MissingPart
from twin.runfolder import refuse_taken
from twin.scene import DETECTOR_CLASSES, Look
from vision.frame import Frame, Truth
from vision.labels.coco import add_masks, coco_image, coco_objects, empty_coco
from vision.labels.yolo import yolo_lines

NETWORK_PX: Final = (448, 256)  # width and height of what the detector sees: a frame of 960 x 540 fills 252 rows
SPLITS: Final = ("train", "val")
JPEG_QUALITY: Final = 92


@dataclass(frozen=True, slots=True)
class LabelRule:
    """Which objects count, at the size the network sees them.

    Attributes:
        least_visible: share of the object's own pixels that can be seen.
        least_height_px, least_area_px: of the visible box, for all classes but plates.
        least_plate_px: width of a plate's visible box.
        network_width_px: width the frame is scaled to; its height follows.
    """

    least_visible: float = 0.25
    least_height_px: float = 9.0
    least_area_px: float = 100.0
    least_plate_px: float = 12.0
    network_width_px: int = NETWORK_PX[0]

    def counts(self, truth: Truth, width_px: int) -> NDArray[np.bool_]:
        """Return (n,) which objects of a frame of that width are asked for."""
        return self.counts_boxes(truth.cls, truth.box, truth.visible, width_px)

    def counts_boxes(
        self, cls: NDArray[Any], box: NDArray[Any], visible: NDArray[Any], width_px: float
    ) -> NDArray[np.bool_]:
        """Return (n,) which boxes (n, 4), in pixels of a frame of that width, are asked for."""
        size = (box[:, 2:] - box[:, :2]) * (self.network_width_px / width_px)
        body = (size[:, 1] >= self.least_height_px) & (size.prod(axis=1) >= self.least_area_px)
        big = np.where(cls == Look.PLATE, size[:, 0] >= self.least_plate_px, body)
        return np.asarray(big & (visible >= self.least_visible), dtype=np.bool_)


def write_dataset(
    frames: Iterable[tuple[str, Frame]],
    folder: Path,
    rule: LabelRule | None = None,
    origin: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """Write frames with their labels.

    Args:
        frames: pairs of split (``train`` or ``val``) and frame.
        folder: a new or empty folder.
        rule: which objects are asked for.
        origin: what made the frames (seed, cities, ...), stored with them.

    Returns:
        What was written: frames and labels of each class by split, the rule, the origin. Also in ``dataset.json``.

    Raises:
        InputError: the folder holds something already, or a split is not one.
        MissingPart: OpenCV is not installed.
    """
    rule = rule or LabelRule()
    writer = DatasetWriter(folder, rule)
    for split, frame in frames:
        writer.add(split, frame)
    return writer.finish(origin or {})


class DatasetWriter:
    """Writes one frame at a time; several may write parts that :func:`join_datasets` puts together.

    Args:
        folder: a new or empty folder.
        rule: which objects are asked for.
        masks: write each object's visible pixels too; they take more room than all else.

    Raises:
        InputError: the folder holds something already.
    """

    def __init__(self, folder: Path, rule: LabelRule, masks: bool = False) -> None:
        refuse_taken(folder, f"write a data set to {folder}")
        self.folder, self.rule, self.masks = folder, rule, masks
        self.coco = {split: empty_coco() for split in SPLITS}
        self.labels: dict[str, Counter[str]] = {split: Counter() for split in SPLITS}
        for kind in ("images", "labels"):
            for split in SPLITS:
                (folder / kind / split).mkdir(parents=True)
        (folder / "annotations").mkdir()

    def add(self, split: str, frame: Frame) -> None:
        """Write one frame."""
        if split not in SPLITS:
            raise InputError(f"write a frame to split {split!r}", f"known splits: {', '.join(SPLITS)}")
        height, width = frame.image.shape[:2]
        coco = self.coco[split]
        number = len(coco["images"])
        save_jpeg(self.folder / "images" / split / f"{number:06d}.jpg", frame.image)
        counts = self.rule.counts(frame.truth, width)
        lines = yolo_lines(frame.truth, counts, width, height)
        (self.folder / "labels" / split / f"{number:06d}.txt").write_text("".join(lines), encoding="ascii")
        coco["images"].append(coco_image(number, frame))
        rows = coco_objects(frame.truth, counts, number, len(coco["annotations"]))
        if self.masks:
            add_masks(rows, frame)
        coco["annotations"].extend(rows)
        self.labels[split].update(DETECTOR_CLASSES[cls] for cls in frame.truth.cls[counts])

    def finish(self, origin: Mapping[str, object]) -> dict[str, Any]:
        """Write the annotations and the summary, and return the summary."""
        for split, coco in self.coco.items():
            _write_json(self.folder / "annotations" / f"{split}.json", coco)
        frames = {split: len(coco["images"]) for split, coco in self.coco.items()}
        return _write_summary(self.folder, frames, self.labels, self.rule, origin)


def join_datasets(parts: Iterable[Path], folder: Path, origin: Mapping[str, object]) -> dict[str, Any]:
    """Move the frames of several data sets into one, in the order given, and return its summary.

    Raises:
        InputError: the parts follow different label rules, or the folder holds something already.
    """
    parts = list(parts)
    rules = [LabelRule(**read_summary(part)["rule"]) for part in parts]
    if len(set(rules)) != 1:
        raise InputError(f"join data sets into {folder}", f"their label rules differ: {sorted(set(map(str, rules)))}")
    joined = DatasetWriter(folder, rules[0])
    for split in SPLITS:
        for part in parts:
            _move_split(part, joined, split)
    return joined.finish(origin)


def _move_split(part: Path, joined: DatasetWriter, split: str) -> None:
    coco = json.loads((part / "annotations" / f"{split}.json").read_text(encoding="utf-8"))
    into = joined.coco[split]
    first, first_object = len(into["images"]), len(into["annotations"])
    for image in coco["images"]:
        old, new = f"{image['id']:06d}", f"{image['id'] + first:06d}"
        for kind, ending in (("images", "jpg"), ("labels", "txt")):
            (part / kind / split / f"{old}.{ending}").rename(joined.folder / kind / split / f"{new}.{ending}")
        into["images"].append(image | {"id": image["id"] + first, "file_name": f"{new}.jpg"})
    for found in coco["annotations"]:
        moved = {"id": found["id"] + first_object, "image_id": found["image_id"] + first}
        into["annotations"].append(found | moved)
        if found["labelled"]:
            joined.labels[split][DETECTOR_CLASSES[found["category_id"]]] += 1


def read_summary(folder: Path) -> dict[str, Any]:
    """Return ``dataset.json``.

    Raises:
        InputError: the folder is not a data set.
    """
    path = folder / "dataset.json"
    if not path.is_file():
        found = "no such folder" if not folder.exists() else "no dataset.json in it"
        raise InputError(f"read the data set {folder}", f"{found}; give a folder that write_dataset made")
    summary: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return summary


def save_jpeg(path: Path, image: NDArray[np.uint8], quality: int = JPEG_QUALITY) -> None:
    """Write an RGB picture (h, w, 3) uint8 as JPEG.

    Raises:
        MissingPart: OpenCV is not installed.
    """
    path.write_bytes(as_jpeg(image, quality))


def as_jpeg(image: NDArray[np.uint8], quality: int = JPEG_QUALITY) -> bytes:
    """Return an RGB picture (h, w, 3) uint8 as JPEG.

    Raises:
        MissingPart: OpenCV is not installed.
    """
    try:
        import cv2
    except ImportError as missing:
        raise MissingPart("opencv-python", "writing frames", "footage") from missing
    done, data = cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f"no JPEG can be made of a picture with shape {image.shape}")
    return data.tobytes()


def of_jpeg(content: bytes) -> NDArray[np.uint8]:
    """Return the RGB picture (h, w, 3) uint8 of a JPEG.

    Raises:
        InputError: it is none.
    """
    import cv2

    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB) if content else None
    if picture is None:
        raise InputError("decode a picture", f"these {len(content)} bytes are no JPEG")
    return np.asarray(picture, dtype=np.uint8)


def _write_summary(
    folder: Path,
    frames: Mapping[str, int],
    labels: Mapping[str, Counter[str]],
    rule: LabelRule,
    origin: Mapping[str, object],
) -> dict[str, Any]:
    names = "".join(f"  {row}: {name}\n" for row, name in enumerate(DETECTOR_CLASSES))
    (folder / "data.yaml").write_text(f"train: images/train\nval: images/val\nnames:\n{names}", encoding="utf-8")
    by_class = {split: {name: labels[split][name] for name in DETECTOR_CLASSES} for split in SPLITS}
    summary = {"frames": dict(frames), "labels": by_class, "rule": asdict(rule), "origin": dict(origin)}
    _write_json(folder / "dataset.json", summary, indent=1)
    return summary


def _write_json(path: Path, content: Mapping[str, Any], indent: int | None = None) -> None:
    path.write_text(json.dumps(content, indent=indent, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
