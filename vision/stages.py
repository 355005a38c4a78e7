"""Where a recogniser's time goes: decode, detect, track, read plates; beside the bare forward pass of its weights.

Time is that of this process on all its cores (user and system), so that neighbours on the machine count little; wall
time is told beside it. The forward pass is the one the detector made on the very same frame. Nothing simulated depends
on any of it.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from vision.dataset import of_jpeg
from vision.detections import Detections
from vision.following import Follower
from vision.recogniser import LEAST_SCORE, Recogniser

STAGES: Final = ("decode", "detect", "track", "plates")
_WARM_UP: Final = 3  # frames; the first ones pay for memory and code
Clock = Callable[[], float]


class Stopwatch:
    """Adds up time by name, on two clocks."""

    def __init__(self, cpu: Clock = time.process_time, wall: Clock = time.perf_counter) -> None:
        self._cpu, self._wall = cpu, wall
        self.cpu_s: dict[str, float] = defaultdict(float)
        self.wall_s: dict[str, float] = defaultdict(float)

    @contextmanager
    def on(self, name: str) -> Iterator[None]:
        """Time what is done inside."""
        cpu, wall = self._cpu(), self._wall()
        try:
            yield
        finally:
            self.cpu_s[name] += self._cpu() - cpu
            self.wall_s[name] += self._wall() - wall

    def clear(self) -> None:
        """Forget all."""
        self.cpu_s.clear()
        self.wall_s.clear()


def time_stages(
    recogniser: Recogniser, jpegs: Sequence[bytes], fps: float, watch: Stopwatch | None = None
) -> dict[str, Any]:
    """Recognise a stream and return the milliseconds a frame that each stage takes.

    Args:
        recogniser: which.
        jpegs: the frames of one camera as they come in, more than three; the first three are not counted.
        fps: frames a second, for the tracker.
        watch: the machine's clocks by default.

    Returns:
        ``cpu_ms`` and ``wall_ms`` by stage, with ``forward`` and ``all``; ``ratio``: all stages over the bare forward
        pass; ``frames`` counted.

    Raises:
        ValueError: three frames or fewer.
    """
    if len(jpegs) <= _WARM_UP:
        raise ValueError(f"{len(jpegs)} frames are too few to time; more than {_WARM_UP} would work")
    watch = watch or Stopwatch()
    timed, follower = _timed(recogniser, watch), _TimedFollower(fps, watch)
    for nth, jpeg in enumerate(jpegs):
        if nth == _WARM_UP:
            watch.clear()
        with watch.on("decode"):
            image = of_jpeg(jpeg)
        timed.look(image, follower)
    counted = len(jpegs) - _WARM_UP
    return {
        "frames": counted,
        "cpu_ms": _each(watch.cpu_s, counted),
        "wall_ms": _each(watch.wall_s, counted),
        "ratio": round(_all(watch.cpu_s) / max(watch.cpu_s["forward"], 1e-9), 4),
    }


def _all(seconds: dict[str, float]) -> float:
    return sum(seconds[name] for name in STAGES)


def _each(seconds: dict[str, float], frames: int) -> dict[str, float]:
    named = {name: seconds[name] for name in (*STAGES, "forward")} | {"all": _all(seconds)}
    return {name: round(1000 * value / frames, 3) for name, value in named.items()}


class _TimedModel:
    """A model that passes everything on and times its forward pass."""

    def __init__(self, model: Any, watch: Stopwatch) -> None:
        self._model, self._watch = model, watch

    def __call__(self, *given: Any, **named: Any) -> Any:
        with self._watch.on("forward"):
            return self._model(*given, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)


class _TimedFollower(Follower):
    def __init__(self, fps: float, watch: Stopwatch) -> None:
        super().__init__(fps)
        self._watch = watch

    def update(self, found: Detections) -> Detections:
        with self._watch.on("track"):
            return super().update(found)


def _timed(recogniser: Recogniser, watch: Stopwatch) -> Recogniser:
    """Return the same recogniser, with its detector and its plate reading timed."""

    class Timed(Recogniser):
        def detect(self, images: Sequence[NDArray[np.uint8]], least_score: float = LEAST_SCORE) -> list[Detections]:
            with watch.on("detect"):
                return super().detect(images, least_score)

        def read_plates(self, image: NDArray[np.uint8], found: Detections) -> Detections:
            with watch.on("plates"):
                return super().read_plates(image, found)

    same = {field.name: getattr(recogniser, field.name) for field in fields(recogniser)}
    return Timed(**(same | {"model": _TimedModel(recogniser.model, watch)}))
