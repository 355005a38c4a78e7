"""Clips a browser plays: MP4 (H.264) with boxes, names and plate texts, and key frames as JPEG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.errors import MissingPart
from twin.scene import DETECTOR_CLASSES, Look
from vision.dataset import save_jpeg
from vision.detections import Detections
from vision.plate_text import spaced

COLOURS: Final = {
    Look.PERSON: (90, 200, 120), Look.PERSON_LYING: (255, 60, 140), Look.CAR: (70, 160, 255), Look.BUS: (60, 220, 230),
    Look.TRUCK: (150, 140, 255), Look.MOTORCYCLE: (190, 220, 90), Look.EMERGENCY: (255, 255, 255),
    Look.PLATE: (255, 220, 60), Look.FIRE: (255, 90, 30), Look.SMOKE: (200, 160, 140),
}  # fmt: skip
_INK: Final = (15, 15, 18)
_QUALITY: Final = "24"  # x264's constant rate factor


def annotated(image: NDArray[np.uint8], found: Detections, caption: str = "") -> NDArray[np.uint8]:
    """Return a copy of a picture (h, w, 3) uint8 RGB with each detection's box, name, score and plate text.

    Raises:
        MissingPart: pillow is not installed.
    """
    canvas, draw = _canvas(image)
    size = max(11, image.shape[0] // 45)
    for row in np.argsort(found.score, kind="stable"):
        look = Look(int(found.cls[row]))
        x1, y1, x2, y2 = (float(v) for v in found.box[row])
        draw.rectangle((x1, y1, x2, y2), outline=COLOURS[look], width=max(1, image.shape[0] // 360))
        _tag(draw, _label(found, int(row)), (x1, y1), COLOURS[look], size)
    if caption:
        _tag(draw, caption, (0, image.shape[0]), (235, 235, 235), size + 2)
    return np.asarray(canvas, dtype=np.uint8)


def write_clip(path: Path, images: Iterable[NDArray[np.uint8]], fps: float, most_kbit_s: int = 0) -> Path:
    """Write pictures (h, w, 3) uint8 RGB, all of one shape, as MP4; odd sides lose their last line of pixels.

    Pictures are written one by one, so that a long clip may be made as it is written.

    Args:
        path: the file.
        images: the pictures.
        fps: frames a second.
        most_kbit_s: the clip is kept to so many kilobits a second, by worse pictures where need be; 0 sets no limit.

    Raises:
        ValueError: there are no pictures.
        MissingPart: PyAV is not installed.
    """
    try:
        import av
    except ImportError as missing:
        raise MissingPart("av", "writing clips", "footage") from missing
    from fractions import Fraction

    pictures = iter(images)
    first = next(pictures, None)
    if first is None:
        raise ValueError(f"a clip needs at least one picture, but {path.name} has none")
    height, width = (side // 2 * 2 for side in first.shape[:2])
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=Fraction(fps).limit_denominator(1000))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"crf": _QUALITY, "preset": "veryfast", "threads": "1"} | _limit(most_kbit_s)
        for image in chain([first], pictures):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image[:height, :width]), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def _limit(most_kbit_s: int) -> dict[str, str]:
    """Return x264's limits on the rate; a slower search makes up for what they cost."""
    if not most_kbit_s:
        return {}
    return {"maxrate": f"{most_kbit_s}k", "bufsize": f"{2 * most_kbit_s}k", "preset": "medium"}


def write_key_frame(path: Path, image: NDArray[np.uint8], found: Detections, caption: str = "") -> Path:
    """Write one picture with its detections as JPEG."""
    save_jpeg(path, annotated(image, found, caption))
    return path


def outlined(
    image: NDArray[np.uint8], boxes: NDArray[np.floating], colours: Sequence[tuple[int, int, int]]
) -> NDArray[np.uint8]:
    """Return a copy of a picture (h, w, 3) uint8 RGB with (n, 4) boxes in n colours, the last on top.

    Raises:
        MissingPart: pillow is not installed.
    """
    canvas, draw = _canvas(image)
    for (x1, y1, x2, y2), colour in zip(boxes.tolist(), colours, strict=True):
        draw.rectangle((x1 - 1, y1 - 1, x2 + 1, y2 + 1), outline=colour, width=max(2, image.shape[0] // 270))
    return np.asarray(canvas, dtype=np.uint8)


def _label(found: Detections, row: int) -> str:
    if found.plate[row]:
        return spaced(str(found.plate[row]))
    name = DETECTOR_CLASSES[int(found.cls[row])].replace("_", " ")
    track = f" {int(found.track_id[row])}" if found.track_id[row] >= 0 else ""
    return f"{name}{track} {found.score[row]:.2f}"


def _tag(draw: Any, text: str, corner: tuple[float, float], colour: tuple[int, int, int], size: int) -> None:
    """Write text on a patch of colour whose lower left corner is given, or just below it where there is no room."""
    font = _font(size)
    left, top, right, bottom = font.getbbox(text)
    high = bottom - top + 4
    x, y = max(corner[0], 0.0), corner[1] - high
    y = y if y >= 0 else corner[1]
    draw.rectangle((x, y, x + right - left + 6, y + high), fill=colour)
    draw.text((x + 3 - left, y + 2 - top), text, fill=_INK, font=font)


def _canvas(image: NDArray[np.uint8]) -> tuple[Any, Any]:
    try:
        from PIL import Image, ImageDraw
    except ImportError as missing:
        raise MissingPart("pillow", "drawing detections", "footage") from missing
    canvas = Image.fromarray(np.ascontiguousarray(image))
    return canvas, ImageDraw.Draw(canvas)


@lru_cache(maxsize=8)
def _font(size: int) -> Any:
    from matplotlib import get_data_path
    from PIL import ImageFont

    return ImageFont.truetype(f"{get_data_path()}/fonts/ttf/DejaVuSans.ttf", size)
