"""Views recognised under every condition, by any number of processes, the same rows for any number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from experiments.recognition.evaluate import LEAST_SCORE, scored_frame
from experiments.recognition.matrix.scenes import Condition, Views
from vision.frame import Frame
from vision.recogniser import Recogniser
from vision.scoring.matching import Matched, Scored, match
from vision.scoring.plates import ReadPlate, plates_in

_BATCH: Final = 8


@dataclass(frozen=True)
class Watched:
    """What became of one view under one condition.

    Attributes:
        view: its number.
        condition: row of the condition.
        matched: objects and detections.
        plates: those in view.
    """

    view: int
    condition: int
    matched: Matched
    plates: tuple[ReadPlate, ...]


@dataclass(frozen=True, slots=True)
class Watching:
    """All that a process needs to watch views.

    Attributes:
        city: as :func:`twin.city.resolve.open_city` takes it.
        seed: of the views.
        under: the conditions.
        weights, class_map: of the recogniser.
        renderer: name of the renderer.
    """

    city: str | None
    seed: int
    under: tuple[Condition, ...]
    weights: Path | None = None
    class_map: Mapping[str, str] | None = None
    renderer: str = "auto"


def watch_view(views: Views, recogniser: Recogniser, number: int, under: Sequence[Condition]) -> list[Watched]:
    """Return one view's rows, a condition each."""
    rows = []
    for condition, scored in enumerate(seen_under(views, recogniser, number, under)):
        rows.append(Watched(number, condition, match(scored[1]), tuple(plates_in(scored[1]))))
    return rows


def seen_under(
    views: Views, recogniser: Recogniser, number: int, under: Sequence[Condition]
) -> Iterator[tuple[Frame, Scored]]:
    """Yield each frame of a view with what was recognised in it; each is taken by itself, without tracks."""
    frames = views.frames(number, under)
    while batch := list(islice(frames, _BATCH)):
        found = recogniser.detect([frame.image for frame in batch], LEAST_SCORE)
        for frame, detections in zip(batch, found, strict=True):
            yield frame, scored_frame(frame, recogniser.read_plates(frame.image, detections))


def watch_all(
    what: Watching, views: int, workers: int, told: Callable[[float], None]
) -> list[Watched]:  # fmt: skip
    """Return the rows of all views, in their order."""
    rows: list[Watched] = []
    for done, found in enumerate(_run(what, views, workers), 1):
        rows += found
        told(done / views)
    return rows


def _run(what: Watching, views: int, workers: int) -> Iterator[list[Watched]]:
    if workers == 1:
        try:
            for number in range(views):
                yield _work(what, number)
        finally:
            close_kept()
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_one_thread) as pool:
        yield from pool.map(_work, [what] * views, range(views))


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


_KEPT: dict[str, Any] = {}  # this process's city, renderer and recogniser


def _work(what: Watching, number: int) -> list[Watched]:
    views, recogniser = opened(what)
    return watch_view(views, recogniser, number, what.under)


def opened(what: Watching) -> tuple[Views, Recogniser]:
    """Return the views and the recogniser of this process, made on first use."""
    if _KEPT.get("what") != what:
        from twin.city.resolve import open_city
        from vision.render.choose import make_renderer

        close_kept()
        city = open_city(what.city)
        renderer = make_renderer(city, what.renderer)
        recogniser = Recogniser.load(what.weights, what.class_map)
        _KEPT.update(what=what, renderer=renderer, views=Views(city, renderer, what.seed), recogniser=recogniser)
    return _KEPT["views"], _KEPT["recogniser"]


def close_kept() -> None:
    """Free this process's renderer."""
    if "renderer" in _KEPT:
        _KEPT["renderer"].close()
    _KEPT.clear()
