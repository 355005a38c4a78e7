"""Clips: what goes in comes out again, in the form browsers play."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from twin.scene import Look
from vision.detections import Detections

av = pytest.importorskip("av", reason="writing clips needs PyAV")
pytest.importorskip("PIL", reason="drawing needs pillow")
from vision.clip import COLOURS, annotated, write_clip, write_key_frame  # noqa: E402

GREY = np.full((108, 192, 3), 90, np.uint8)


def one(look: Look, box: tuple[float, float, float, float], plate: str = "") -> Detections:
    return Detections(
        np.array([box], np.float32), np.array([0.9], np.float32), np.array([look], np.uint8), np.array([3]),
        np.array([plate], "<U12"), np.array([0.9], np.float32),
    )  # fmt: skip


def test_a_clip_is_h264_in_yuv420p_with_the_index_first_and_its_frames_in_order(tmp_path: Path) -> None:
    images = [np.full((108, 192, 3), shade, np.uint8) for shade in (40, 120, 200)]
    path = write_clip(tmp_path / "a.mp4", images, fps=5)
    with av.open(str(path)) as clip:
        stream = clip.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert stream.average_rate == 5
        shades = [frame.to_ndarray(format="rgb24").mean() for frame in clip.decode(video=0)]
    assert shades == pytest.approx([40, 120, 200], abs=4)
    content = path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def test_odd_sides_lose_a_line_and_no_pictures_are_refused(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "a.mp4", [np.zeros((101, 151, 3), np.uint8)], fps=5)
    with av.open(str(path)) as clip:
        assert (clip.streams.video[0].width, clip.streams.video[0].height) == (150, 100)
    with pytest.raises(ValueError, match="at least one picture"):
        write_clip(tmp_path / "b.mp4", [], fps=5)


def test_boxes_are_drawn_in_their_classs_colour_and_the_picture_given_is_left_alone() -> None:
    before = GREY.copy()
    drawn = annotated(GREY, one(Look.FIRE, (60, 50, 120, 90)))
    assert tuple(drawn[90, 90]) == COLOURS[Look.FIRE]
    assert tuple(drawn[70, 90]) == (90, 90, 90)
    assert (before == GREY).all()


def test_every_class_has_a_colour_and_a_plate_shows_its_text(tmp_path: Path) -> None:
    assert set(COLOURS) == set(Look)
    read = annotated(GREY, one(Look.PLATE, (60, 50, 120, 62), "00A123BC"))
    unread = annotated(GREY, one(Look.PLATE, (60, 50, 120, 62)))
    assert (read != unread).any()
    path = write_key_frame(tmp_path / "k.jpg", GREY, one(Look.PLATE, (60, 50, 120, 62), "00A123BC"), "camera 1")
    assert path.read_bytes()[:2] == b"\xff\xd8"


def test_nothing_found_changes_nothing() -> None:
    none = one(Look.CAR, (0, 0, 1, 1)).take(np.zeros(1, bool))
    assert (annotated(GREY, none) == GREY).all()
