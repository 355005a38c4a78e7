"""A contact sheet: what the footage looks like by hour and weather, near and far, with the truth drawn in."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from experiments.recognition.training_set import TrainingShooter
from experiments.request import Tell
from twin.city import City
from twin.errors import InputError, MissingPart
from twin.scene import DETECTOR_CLASSES, Look
from twin.streams import stream
from vision.clip import COLOURS
from vision.dataset import LabelRule
from vision.frame import Frame
from vision.plate_text import spaced
from vision.render.choose import make_renderer

HOURS: Final = (8.0, 13.0, 18.9, 22.0)
WEATHERS: Final = ("clear", "rain", "fog", "snow")
DAY: Final = datetime(2026, 3, 20)  # an equinox: the sun sets at about 18:40 by the clock of Tashkent
MOST_TRIES: Final = 6  # views of a cell until one shows enough
ENOUGH: Final = 3
ENDINGS: Final = (".jpg", ".jpeg", ".png")


def contact_sheet(
    city: City, out: Path, seed: int, width_px: int, boxes: bool, source: str, tell: Tell
) -> dict[str, Any]:
    """Write a sheet of frames: hours downwards, weathers across, each near and then far.

    Args:
        city: where the frames are taken.
        out: a picture, JPEG or PNG by its ending.
        seed: the same seed gives the same sheet.
        width_px: of one frame in the sheet.
        boxes: whether the true boxes are drawn.
        source: which renderer.
        tell: is told how far it is.

    Returns:
        How many frames and labelled objects there are.

    Raises:
        InputError: the file's ending is not that of a picture.
        MissingPart: OpenCV is not installed.
    """
    if out.suffix.lower() not in ENDINGS:
        raise InputError(f"write a contact sheet to {out}", f"its ending is none of {', '.join(ENDINGS)}")
    try:
        import cv2
    except ImportError as missing:
        raise MissingPart("opencv-python", "drawing a contact sheet", "footage") from missing
    rows, objects = [], 0
    with closing(TrainingShooter(city, seed, make_renderer(city, source), "held out")) as shooter:
        for down, hour in enumerate(HOURS):
            cells = []
            for across, weather in enumerate(WEATHERS):
                for close in (True, False):
                    frame = _cell(shooter, hour, weather, close, f"{seed} {down} {across} {close}", across)
                    objects += len(frame.truth)
                    cells.append(_tile(frame, width_px, boxes, f"{_clock(hour)} {weather}"))
                tell("frames", (down * len(WEATHERS) + across + 1) / (len(HOURS) * len(WEATHERS)))
            rows.append(np.concatenate(cells, axis=1))
    out.parent.mkdir(parents=True, exist_ok=True)
    picture = np.concatenate(rows, axis=0)
    quality = [] if out.suffix.lower() == ".png" else [cv2.IMWRITE_JPEG_QUALITY, 88]
    cv2.imwrite(str(out), np.ascontiguousarray(picture[:, :, ::-1]), quality)
    return {"frames": len(rows) * len(WEATHERS) * 2, "objects": objects}


def _clock(hour: float) -> str:
    return f"{int(hour):02d}:{round(hour % 1 * 60):02d}"


def _cell(shooter: TrainingShooter, hour: float, weather: str, close: bool, name: str, across: int) -> Frame:
    """Return the first of a few views that shows enough, else the one that shows most."""
    when = DAY.replace(hour=int(hour), minute=round(hour % 1 * 60))
    sky, best, most = shooter.sky(when, weather), None, -1
    for nth in range(MOST_TRIES):
        rng = stream(0, "contact sheet", name, str(nth))
        frame = shooter.shot(shooter.site(2 * across + close), sky, hour, close, rng, "sheet")
        kinds = len(np.unique(frame.truth.cls[LabelRule().counts(frame.truth, frame.image.shape[1])]))
        if kinds > most:
            best, most = frame, kinds
        if kinds >= ENOUGH:
            break
    assert best is not None
    return best


def _tile(frame: Frame, width_px: int, boxes: bool, caption: str) -> NDArray[np.uint8]:
    import cv2

    height, width = frame.image.shape[:2]
    scale = width_px / width
    tile = np.ascontiguousarray(
        cv2.resize(frame.image, (width_px, round(height * scale)), interpolation=cv2.INTER_AREA)
    )
    asked = LabelRule().counts(frame.truth, width)
    for row in np.flatnonzero(asked) if boxes else ():
        look = Look(int(frame.truth.cls[row]))
        x1, y1, x2, y2 = (round(float(v) * scale) for v in frame.truth.box[row])
        cv2.rectangle(tile, (x1, y1), (x2, y2), COLOURS[look], 1)
        name = spaced(str(frame.truth.plate[row])) if look == Look.PLATE else DETECTOR_CLASSES[look].replace("_", " ")
        at = y2 + 11 if look == Look.PLATE else max(y1 - 2, 9)
        cv2.putText(tile, name, (x1, at), cv2.FONT_HERSHEY_SIMPLEX, 0.35, COLOURS[look], 1, cv2.LINE_AA)
    cv2.putText(tile, caption, (6, tile.shape[0] - 7), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 3, cv2.LINE_AA)
    cv2.putText(tile, caption, (6, tile.shape[0] - 7), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 1, cv2.LINE_AA)
    return tile
