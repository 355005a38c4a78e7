"""The recogniser's score on streets it was never trained on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

from experiments.recognition.training_set import training_frames
from experiments.recognition.unseen import check_unseen
from experiments.request import Tell
from sensors.alarms import load_alarm_rules
from twin.city import City
from vision.dataset import as_jpeg
from vision.detections import Detections
from vision.frame import Frame
from vision.recogniser import Recogniser
from vision.scoring.matching import Scored
from vision.scoring.score import score
from vision.stages import time_stages

EVALUATION_SEED: Final = 9001
LEAST_SCORE: Final = 0.01  # a precision curve wants the faint ones too
_TIMED: Final = 48  # frames
_BATCH: Final = 8


def evaluate(
    cities: Sequence[City], recogniser: Recogniser, n: int, tell: Tell, seed: int = EVALUATION_SEED
) -> dict[str, Any]:
    """Return the scores of ``vision.scoring`` on n varied frames of these cities, half day and half night and so on.

    Each frame is taken by itself, without tracks. The private cars have bodies that were never trained on.
    ``stages``: time a frame of each stage, on some of the frames as the stream of one camera (see
    :mod:`vision.stages`).

    Raises:
        InputError: a city is one the shipped weights were trained on.
    """
    check_unseen(cities, "evaluate")
    scored: list[Scored] = []
    stream: list[bytes] = []
    for batch in _batches(training_frames(cities, n, seed, "held out")):
        found = recogniser.detect([frame.image for frame in batch], LEAST_SCORE)
        for frame, detections in zip(batch, found, strict=True):
            scored.append(scored_frame(frame, recogniser.read_plates(frame.image, detections)))
            if len(stream) < _TIMED:
                stream.append(as_jpeg(frame.image))
        tell("evaluation", len(scored) / n)
    tell("time of the stages", 0.0)
    return score(scored) | {
        "kind": "evaluation", "cities": [city.name for city in cities], "seed": seed,
        "weights_sha256": recogniser.weights_sha256,
        "stages": time_stages(recogniser, stream, load_alarm_rules().frames_per_s),
    }  # fmt: skip


def scored_frame(frame: Frame, found: Detections) -> Scored:
    """Return a frame's truth beside what was recognised in it."""
    return Scored(frame.truth, found, frame.image.shape[1], frame.sky.light, frame.sky.weather)


def _batches(frames: Iterator[Frame]) -> Iterator[list[Frame]]:
    while batch := list(islice(frames, _BATCH)):
        yield batch
