"""Any footage through the recogniser: a video, a stream, a picture, or a folder of pictures."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.request import Tell
from twin.runfolder import refuse_taken, write_whole
from twin.scene import DETECTOR_CLASSES
from vision.clip import annotated, write_clip
from vision.detections import Detections
from vision.following import Follower
from vision.incoming import Footage
from vision.labels.mot import track_lines
from vision.recogniser import Recogniser


def recognise(source: str, out: Path, recogniser: Recogniser, tell: Tell, stall_s: float = 10.0) -> dict[str, Any]:
    """Recognise footage and write ``detections.json``, ``mot.txt`` and ``clip.mp4`` into a new folder.

    Frames are taken one by one, so that a long clip or a stream needs no memory for its pictures. What cannot be taken
    as it is is counted, by reason, in ``left_out``; ``ended`` says how the footage ended (see :mod:`vision.incoming`).

    Raises:
        InputError: no such footage, no frame in it that can be read, or the folder holds something.
    """
    refuse_taken(out, f"write to {out}")
    tell("recognition", 0.0)
    footage = Footage(source, stall_s)
    follower, found = Follower(footage.fps), list[Detections]()

    def pictures() -> Iterator[NDArray[np.uint8]]:
        for image in footage:
            found.append(recogniser.look(image, follower))
            yield annotated(image, found[-1])

    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / "clip.mp4", lambda part: write_clip(part, pictures(), footage.fps))
    summary = {
        "source": Path(source).name if "://" not in source else source,
        "frames": len(found),
        "left_out": footage.account.left_out(),
        "ended": footage.account.ended,
        "fps": footage.fps,
        "weights_sha256": recogniser.weights_sha256,
        "objects": _counted(found),
        "plates": sorted({str(text) for d in found for text in d.plate if text}),
    }
    text = json.dumps(summary | {"detections": [_rows(d) for d in found]}, ensure_ascii=False, allow_nan=False)
    write_whole(out / "detections.json", lambda part: part.write_text(text, encoding="utf-8"))
    lines = "".join(line for number, d in enumerate(found, 1) for line in track_lines(number, d))
    write_whole(out / "mot.txt", lambda part: part.write_text(lines, encoding="ascii"))
    return summary


def _counted(found: list[Detections]) -> dict[str, int]:
    counts = Counter(int(cls) for d in found for cls in d.cls)
    return {name: counts[row] for row, name in enumerate(DETECTOR_CLASSES)}


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
