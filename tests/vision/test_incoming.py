"""Footage as it comes in real life: broken, cut off, of changing size, stalled; each gives a result or a clear word."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import pytest

from twin.errors import InputError
from vision.dataset import as_jpeg, of_jpeg

pytest.importorskip("av")
pytest.importorskip("cv2")

from vision.clip import write_clip
from vision.incoming import Footage


def picture(height: int = 96, width: int = 160, tone: int = 120) -> np.ndarray:
    image = np.full((height, width, 3), tone, np.uint8)
    image[: height // 2, ::7] = 255 - tone
    return image


def clip(path: Path, frames: int = 30) -> Path:
    """A clip of flicker, so that every frame takes as many bytes as the first."""
    rng = np.random.default_rng(3)
    return write_clip(path, [rng.integers(0, 255, (96, 160, 3)).astype(np.uint8) for _ in range(frames)], 10.0)


def test_a_whole_clip_is_read_to_its_end(tmp_path: Path) -> None:
    footage = Footage(str(clip(tmp_path / "a.mp4")))
    assert len(list(footage)) == 30
    assert footage.fps == 10.0
    assert footage.account.ended == "read to its end"
    assert sum(footage.account.left_out().values()) == 0


def test_a_clip_that_ends_in_the_middle_gives_what_there_is_and_says_what_is_not(tmp_path: Path) -> None:
    content = clip(tmp_path / "a.mp4").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(content[: int(len(content) * 0.6)])
    footage = Footage(str(cut))
    frames = len(list(footage))
    assert 0 < frames < 30
    assert "breaks off" in footage.account.ended


def test_rubbish_in_the_middle_of_a_clip_does_not_end_the_run(tmp_path: Path) -> None:
    content = bytearray(clip(tmp_path / "a.mp4", 60).read_bytes())
    for place in np.random.default_rng(5).integers(len(content) // 3, len(content), 100):
        content[place] ^= 0xFF
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(bytes(content))
    footage = Footage(str(broken))
    assert len(list(footage)) > 30
    assert footage.account.broken + footage.account.damaged > 0


def test_pictures_too_small_to_see_anything_in_are_counted_and_refused_where_there_is_nothing_else(tmp_path) -> None:
    (tmp_path / "0.jpg").write_bytes(as_jpeg(picture(2, 400)))
    with pytest.raises(InputError, match="1 left out, a side of less than 32 px"):
        Footage(str(tmp_path))
    (tmp_path / "1.jpg").write_bytes(as_jpeg(picture()))
    footage = Footage(str(tmp_path))
    assert [image.shape for image in footage] == [(96, 160, 3)]
    assert footage.account.too_small == 1


def test_a_bomb_of_a_picture_is_one_that_cannot_be_decoded(tmp_path, monkeypatch) -> None:
    from PIL import Image

    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    (tmp_path / "0.jpg").write_bytes(as_jpeg(picture()))
    with pytest.raises(InputError, match="1 could not be decoded"):
        Footage(str(tmp_path))


def test_pictures_of_changing_size_are_scaled_those_of_another_shape_left_out(tmp_path: Path) -> None:
    for k, size in enumerate([(96, 160), (192, 320), (96, 96), (96, 160)]):
        (tmp_path / f"{k}.jpg").write_bytes(as_jpeg(picture(*size)))
    footage = Footage(str(tmp_path))
    assert [frame.shape for frame in footage] == [(96, 160, 3)] * 3
    assert (footage.account.scaled, footage.account.other_shape) == (1, 1)


def test_corrupt_pictures_are_left_out_and_counted(tmp_path: Path) -> None:
    whole = as_jpeg(picture())
    for k, content in enumerate([whole, whole[: len(whole) // 2], b"", b"no picture at all", whole]):
        (tmp_path / f"{k}.jpg").write_bytes(content)
    footage = Footage(str(tmp_path))
    assert len(list(footage)) == 2
    assert footage.account.broken == 3


def test_a_stream_that_stalls_is_over_after_the_time_given(tmp_path: Path) -> None:
    content = clip(tmp_path / "a.mp4").read_bytes()
    pipe, done = tmp_path / "stream", threading.Event()
    os.mkfifo(pipe)

    def feed() -> None:
        with pipe.open("wb", buffering=0) as out:
            out.write(content[: int(len(content) * 0.7)])
            done.wait(20)

    threading.Thread(target=feed, daemon=True).start()
    footage = Footage(str(pipe), stall_s=0.7)
    frames = len(list(footage))
    done.set()
    assert 0 < frames < 30
    assert "stalled" in footage.account.ended


def test_what_holds_no_frame_is_refused_with_what_would_work(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"this is text")
    (tmp_path / "empty").mkdir()
    for source in (tmp_path / "a.mp4", tmp_path / "empty"):
        with pytest.raises(InputError, match="no frame in it could be used"):
            Footage(str(source))
    with pytest.raises(InputError, match="no such file or folder"):
        Footage(str(tmp_path / "nowhere.mp4"))
    with pytest.raises(InputError, match="more than 0 s would work"):
        Footage(str(tmp_path / "empty"), stall_s=0)


def test_bytes_that_are_no_jpeg_are_refused() -> None:
    for content in (b"", b"no picture"):
        with pytest.raises(InputError, match="no JPEG"):
            of_jpeg(content)
