"""Footage from anywhere, frame by frame: videos, streams, pictures; what is wrong with it is counted, not fatal.

A picture that cannot be decoded is left out. One of another size is scaled to the first one's where the shape is the
same, else left out. A clip that breaks off ends there. A stream from which nothing comes for a while is over.
"""

from __future__ import annotations

import queue
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError, MissingPart

Picture = NDArray[np.uint8]

PICTURES: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})
PICTURES_FPS: Final = 5.0  # of a folder of pictures, which says nothing of time
_USUAL_FPS: Final = 25.0
_AHEAD: Final = 8  # frames decoded before they are asked for
_SAME_SHAPE: Final = 0.02  # relative difference of two ratios of sides
LEAST_SIDE_PX: Final = 32  # of a picture that there is anything to see in: the network's coarsest cell
_WHOLE: Final = "read to its end"


@dataclass
class Account:
    """What was wrong with some footage.

    Attributes:
        broken: pictures, or pieces of a video, that could not be decoded.
        damaged: frames of a video that the decoder mended; they are taken, and may show what was not there.
        too_small: pictures left out since a side is less than ``LEAST_SIDE_PX``.
        other_shape: frames left out since their shape is not the first one's.
        scaled: frames of another size, brought to the first one's.
        ended: how it ended, in words.
    """

    broken: int = 0
    damaged: int = 0
    too_small: int = 0
    other_shape: int = 0
    scaled: int = 0
    ended: str = _WHOLE

    def left_out(self) -> dict[str, int]:
        """Return how many frames were not taken as they are, by reason."""
        return {
            "could not be decoded": self.broken,
            "damaged, taken as the decoder mended them": self.damaged,
            f"left out, a side of less than {LEAST_SIDE_PX} px": self.too_small,
            "left out, of another shape than the first": self.other_shape,
            "scaled to the first one's size": self.scaled,
        }


@dataclass
class Footage:
    """Frames of one source, all of one shape; may be gone through once.

    Args:
        source: a file, a folder of pictures, or an address such as ``rtsp://...``.
        stall_s: without a frame for so long, a stream is over.

    Attributes:
        account: what was wrong with it, complete when all frames have been taken.
        fps: frames a second, known from the first frame on.

    Raises:
        InputError: there is no such source, or no frame in it.
        MissingPart: what decodes it is not installed.
    """

    source: str
    stall_s: float = 10.0
    account: Account = field(default_factory=Account)
    fps: float = PICTURES_FPS

    def __post_init__(self) -> None:
        if self.stall_s <= 0:
            raise InputError(f"recognise {self.source}", f"--stall {self.stall_s:g}: more than 0 s would work")
        if "://" not in self.source and not Path(self.source).exists():
            raise InputError(
                f"recognise {self.source}", "no such file or folder; give a video, a picture or a folder of pictures"
            )
        self._frames = self._of_one_shape(self._read())
        first = next(self._frames, None)
        if first is None:
            raise InputError(
                f"recognise {self.source}",
                f"no frame in it could be used ({self._why()}); give a video that FFmpeg can read, or JPEG or PNG "
                f"pictures of {LEAST_SIDE_PX} px or more",
            )
        self._first: Picture | None = first

    def _why(self) -> str:
        left = [f"{count} {reason}" for reason, count in self.account.left_out().items() if count]
        return ", ".join([self.account.ended, *left])

    def __iter__(self) -> Iterator[Picture]:
        if self._first is not None:
            first, self._first = self._first, None
            yield first
            yield from self._frames

    def _read(self) -> Iterator[Picture]:
        path = Path(self.source)
        if "://" not in self.source and (path.is_dir() or path.suffix.lower() in PICTURES):
            return _pictures(path, self.account)
        return self._video()

    def _video(self) -> Iterator[Picture]:
        """Yield the frames that a thread decodes; it may hang in a dead stream, the rest goes on."""
        decoder = _Decoder(self.source, self.stall_s)
        decoder.start()
        try:
            while True:
                try:
                    item = decoder.out.get(timeout=self.stall_s)
                except queue.Empty:
                    self.account.ended = f"it stalled: nothing came for {self.stall_s:g} s"
                    return
                if isinstance(item, BaseException):
                    raise item
                if isinstance(item, str):
                    self.account.ended = item
                    return
                if isinstance(item, float):
                    self.fps = item
                else:
                    yield item
        finally:
            decoder.over.set()
            self.account.broken += decoder.broken
            self.account.damaged += decoder.damaged

    def _of_one_shape(self, frames: Iterator[Picture]) -> Iterator[Picture]:
        shape: tuple[int, ...] | None = None
        for frame in frames:
            if min(frame.shape[:2]) < LEAST_SIDE_PX:
                self.account.too_small += 1
                continue
            shape = shape or frame.shape
            if frame.shape == shape:
                yield frame
            elif abs(frame.shape[0] / frame.shape[1] / (shape[0] / shape[1]) - 1.0) <= _SAME_SHAPE:
                self.account.scaled += 1
                yield _scaled(frame, shape)
            else:
                self.account.other_shape += 1


class _Decoder(threading.Thread):
    """Decodes a video into a queue: first its frames a second, then pictures, at last a word on how it ended."""

    def __init__(self, source: str, stall_s: float) -> None:
        super().__init__(daemon=True, name="decoder")
        self.out: queue.Queue[Any] = queue.Queue(_AHEAD)
        self.over = threading.Event()
        self.broken = self.damaged = 0
        self._source, self._stall_s = source, stall_s

    def run(self) -> None:
        try:
            self._put(self._decode())
        except Exception as fault:
            self._put(fault)

    def _put(self, item: Any) -> None:
        while not self.over.is_set():
            try:
                return self.out.put(item, timeout=0.1)
            except queue.Full:
                continue

    def _decode(self) -> str:
        try:
            import av
        except ImportError as missing:
            raise MissingPart("av", "reading videos", "footage") from missing
        try:
            container = av.open(self._source, timeout=self._stall_s)
        except av.error.FFmpegError as fault:
            return f"it cannot be opened: {fault.strerror or fault}"
        with container:
            if not container.streams.video:
                return "there is no video in it"
            stream = container.streams.video[0]
            self._put(float(stream.average_rate or _USUAL_FPS))
            taken = self._frames(container, stream, av.error.FFmpegError)
            if isinstance(taken, str):
                return taken
            missing_frames = stream.frames - taken - self.broken
            if stream.frames and missing_frames > 0:
                return f"it breaks off: {missing_frames} of {stream.frames} frames are not there"
            return _WHOLE

    def _frames(self, container: Any, stream: Any, fault_type: type[Exception]) -> int | str:
        """Put out all frames and return how many; or a word where the file itself breaks."""
        taken, packets = 0, container.demux(stream)
        while not self.over.is_set():
            try:
                packet = next(packets, None)
            except fault_type as fault:
                return f"it breaks off after {taken} frames: {fault}"
            if packet is None:
                break
            try:
                frames = packet.decode()
            except fault_type:
                self.broken += 1
                continue
            for frame in frames:
                self.damaged += bool(frame.is_corrupt)
                self._put(frame.to_ndarray(format="rgb24"))
                taken += 1
        return taken


def _pictures(source: Path, account: Account) -> Iterator[Picture]:
    try:
        from PIL import Image
    except ImportError as missing:
        raise MissingPart("pillow", "reading pictures", "footage") from missing
    files = [source] if source.is_file() else sorted(p for p in source.iterdir() if p.suffix.lower() in PICTURES)
    for file in files:
        try:
            with Image.open(file) as picture:
                yield np.asarray(picture.convert("RGB"), dtype=np.uint8)
        except (OSError, EOFError, SyntaxError, ValueError, struct.error, Image.DecompressionBombError):
            account.broken += 1


def _scaled(frame: Picture, shape: tuple[int, ...]) -> Picture:
    import cv2

    return np.asarray(cv2.resize(frame, (shape[1], shape[0]), interpolation=cv2.INTER_AREA), dtype=np.uint8)
