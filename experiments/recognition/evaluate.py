"""The recogniser's score on streets it was never trained on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Final

from experiments.recognition.training_set import TRAINING_SEEDS, VALIDATION_SEED, training_frames
from experiments.request import Tell
from twin.city import City
from twin.errors import InputError
from vision.frame import Frame
from vision.recogniser import Recogniser
from vision.score import Scored, score

EVALUATION_SEED: Final = 9001
_LEAST_SCORE: Final = 0.01
_BATCH: Final = 8


def evaluate(
    cities: Sequence[City], recogniser: Recogniser, n: int, tell: Tell, seed: int = EVALUATION_SEED
) -> dict[str, Any]:
    """Return the scores of ``vision.score`` on n varied frames of these cities, half day and half night and so on.

    Each frame is taken by itself, without tracks. The private cars have bodies that were never trained on.

    Raises:
        InputError: a city is one the shipped weights were trained on.
    """
    _check_unseen(cities)
    scored: list[Scored] = []
    for batch in _batches(training_frames(cities, n, seed, "held out")):
        found = recogniser.detect([frame.image for frame in batch], _LEAST_SCORE)
        for frame, detections in zip(batch, found, strict=True):
            read = recogniser.read_plates(frame.image, detections)
            scored.append(Scored(frame.truth, read, frame.image.shape[1], frame.sky.light))
        tell("evaluation", len(scored) / n)
    return score(scored) | {"cities": [city.name for city in cities], "seed": seed}


def _check_unseen(cities: Sequence[City]) -> None:
    trained = {*TRAINING_SEEDS, VALIDATION_SEED}
    for city in cities:
        seed = dict(city.manifest.get("made_by", {})).get("seed")
        if seed in trained:
            raise InputError(f"evaluate on {city.name}", f"its seed {seed} was trained on; use another seed")


def _batches(frames: Iterator[Frame]) -> Iterator[list[Frame]]:
    while batch := list(islice(frames, _BATCH)):
        yield batch
