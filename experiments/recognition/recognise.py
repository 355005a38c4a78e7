"""Any footage through the recogniser: a video, a picture, or a folder of pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from experiments.request import Tell
from twin.errors import InputError
from twin.runfolder import write_whole
from twin.scene import DETECTOR_CLASSES
from vision.clip import annotated, write_clip
from vision.detections import Detections
from vision.recogniser import Recogniser

PICTURES: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})


def recognise(source: Path, out: Path, recogniser: Recogniser, tell: Tell) -> dict[str, Any]:
    """Recognise footage and write ``detections.json`` and ``clip.mp4`` into a new folder.

    Frames that cannot be decoded, or whose shape differs from the first one's, are left out and counted.

    Raises:
        InputError: no such footage, no frame in it that can be read, or the folder holds something.
    """
    if out.exists() and any(out.iterdir()):
        raise InputError(f"write to {out}", "it already holds files; choose another --out or remove it")
    images, fps, left_out = _read(source)
    tell("recognition", 0.0)
    found = recogniser.recognise(images, fps)
    out.mkdir(parents=True, exist_ok=True)
    summary = {
        "source": source.name,
        "frames": len(images),
        "left_out": left_out,
        "fps": fps,
        "weights_sha256": recogniser.weights_sha256,
        "objects": {name: sum(int((d.cls == row).sum()) for d in found) for row, name in enumerate(DETECTOR_CLASSES)},
        "plates": sorted({str(text) for d in found for text in d.plate if text}),
    }
    content = summary | {"detections": [_rows(d) for d in found]}
    text = json.dumps(content, ensure_ascii=False, allow_nan=False)
    write_whole(out / "detections.json", lambda part: part.write_text(text, encoding="utf-8"))
    write_clip(out / "clip.mp4", [annotated(i, d) for i, d in zip(images, found, strict=True)], fps)
    return summary


def _rows(found: Detections) -> list[dict[str, Any]]:
    return [
        {
            "class": DETECTOR_CLASSES[int(found.cls[i])],
            "box": [round(float(v), 1) for v in found.box[i]],
            "score": round(float(found.score[i]), 4),
            "track_id": int(found.track_id[i]),
            "plate": str(found.plate[i]),
        }
        for i in range(len(found))
    ]


def _read(source: Path) -> tuple[list[NDArray[np.uint8]], float, int]:
    asked = f"recognise {source}"
    if not source.exists():
        raise InputError(asked, "no such file or folder; give a video, a picture or a folder of pictures")
    frames, fps = (_pictures(source), 5.0) if source.is_dir() or source.suffix.lower() in PICTURES else _video(source)
    read = list(frames)
    good = [image for image in read if image is not None]
    kept = [image for image in good if image.shape == good[0].shape]
    if not kept:
        raise InputError(
            asked, "no frame in it could be decoded; give a video OpenCV can read, or JPEG or PNG pictures"
        )
    return kept, fps, len(read) - len(kept)


def _pictures(source: Path) -> Iterator[NDArray[np.uint8] | None]:
    import cv2

    files = [source] if source.is_file() else sorted(p for p in source.iterdir() if p.suffix.lower() in PICTURES)
    for file in files:
        picture = cv2.imread(str(file))
        yield None if picture is None else np.ascontiguousarray(picture[:, :, ::-1])


def _video(source: Path) -> tuple[Iterator[NDArray[np.uint8] | None], float]:
    import cv2

    capture = cv2.VideoCapture(str(source))
    fps = float(capture.get(cv2.CAP_PROP_FPS)) or 25.0

    def frames() -> Iterator[NDArray[np.uint8] | None]:
        try:
            while True:
                there, picture = capture.read()
                if not there:
                    return
                yield np.ascontiguousarray(picture[:, :, ::-1])
        finally:
            capture.release()

    return frames(), fps
