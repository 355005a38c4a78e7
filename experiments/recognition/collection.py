"""Collecting encounters over several cities: in parallel, kept on disk as they come, and gone on with after a cut.

A part of the collection is a few views of one city, with a file of its own; whatever lies in the folder is not rendered
again. What a part holds follows from its city, its numbers and the seed alone, so that any number of workers, with any
cuts between, collects the same rows.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from experiments.recognition.encounter_views import KINDS
from experiments.recognition.encounters import Watcher
from experiments.recognition.kept_footage import KeptFootage, sources_hash
from twin.errors import InputError
from twin.runfolder import write_whole
from vision.calibration_rows import Encounter, Findings, Watched

Streets = tuple[str, int]
"""A district of a default city and the city's seed."""

FITTED_STREETS: Final[tuple[Streets, ...]] = (("Yakkasaroy", 201), ("Yangihayot", 202), ("Mirzo Ulugbek", 203))
CHECKED_STREETS: Final[tuple[Streets, ...]] = (("Mirobod", 211), ("Yunusobod", 212), ("Bektemir", 213))
"""The shipped detector was trained in none of these districts, whose main streets are the same with every seed."""
_PART: Final = 6  # views


@dataclass(frozen=True, slots=True)
class Part:
    """Some views of one city; ``number`` tells its file."""

    streets: Streets
    number: int
    views: tuple[tuple[str, int], ...]

    @property
    def name(self) -> str:
        """Name of its files, without their endings."""
        return f"{self.streets[0].replace(' ', '_')}-{self.streets[1]}-{self.number:04d}"


@dataclass(frozen=True)
class Collection:
    """A folder of encounters.

    Attributes:
        folder: made when missing.
        weights: of the detector; None are those shipped.
        weights_sha256: theirs.
        seed: of all draws.
        views: in all, spread evenly over the streets.
        footage: folder in which rendered views are kept for other weights; None keeps none.
    """

    folder: Path
    weights: Path | None
    weights_sha256: str
    seed: int
    views: int
    footage: Path | None = None

    def open(self) -> None:
        """Make the folder, or go on with one that was made for the same.

        Raises:
            InputError: the folder holds encounters of other weights or another seed.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        said, file = {"weights_sha256": self.weights_sha256, "seed": self.seed}, self.folder / "collection.json"
        if file.is_file():
            found = json.loads(file.read_text(encoding="utf-8"))
            if found != said:
                differs = ", ".join(f"{name} {found.get(name)!r}" for name in said if found.get(name) != said[name])
                raise InputError(
                    f"go on with the encounters in {self.folder}",
                    f"they were made with {differs}; give another folder, or remove this one",
                )
        write_whole(file, lambda part: part.write_text(json.dumps(said) + "\n", encoding="utf-8"))

    def collect(self, workers: int, told: Callable[[float], None] = lambda share: None) -> None:
        """Render and recognise what is not there yet."""
        self._do(_work, ".json", workers, told)

    def render(self, workers: int, told: Callable[[float], None] = lambda share: None) -> None:
        """Render what is not kept yet, and recognise nothing."""
        self._do(_render, _rendered(), workers, told)

    def _do(self, work: Work, ending: str, workers: int, told: Callable[[float], None]) -> None:
        """Do the work of each part whose file of that ending is not there."""
        parts = parts_of(self.views)
        missing = [part for part in parts if not self.has(part, ending)]
        done = len(parts) - len(missing)
        told(done / len(parts))
        for _ in _run(missing, self, work, ending, workers):
            done += 1
            told(done / len(parts))

    def has(self, part: Part, ending: str) -> bool:
        """Return whether a part's work was done."""
        return (self.folder / part.name).with_suffix(ending).is_file()

    def findings(self, streets: Sequence[Streets]) -> Findings:
        """Return the rows collected on some streets, in the order of their parts."""
        found = Findings()
        for part in parts_of(self.views):
            if part.streets in streets:
                found += read_part((self.folder / part.name).with_suffix(".json"))
        return found


Work = Callable[[Part, Collection], None]
"""What is done for a part; leaves a file of the part's name."""


def parts_of(views: int) -> list[Part]:
    """Return the parts of so many views, or a few more: as many of each city. More views are more parts of the same."""
    streets = (*FITTED_STREETS, *CHECKED_STREETS)
    each = -(-views // (len(streets) * _PART))
    return [
        Part(city, number, tuple((_kind_of(row), row) for row in range(number * _PART, (number + 1) * _PART)))
        for city in streets
        for number in range(each)
    ]


def _kind_of(number: int) -> str:
    """Return the kind of a city's view of that number, so that any first ones hold each kind by its share.

    >>> [_kind_of(number) for number in range(4)]
    ['junction', 'street', 'lane', 'junction']
    """
    at, low = (0.618034 * (number + 1)) % 1.0, 0.0
    for name, kind in KINDS.items():
        low += kind.share
        if at < low:
            return name
    return name


def _run(parts: Sequence[Part], collection: Collection, work: Work, ending: str, workers: int) -> Iterator[Part]:
    """Yield parts as they are done; a worker stays with a city as long as there is something to do in it."""
    if workers == 1 or len(parts) < 2:
        for part in parts:
            work(part, collection)
            yield part
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_one_thread) as pool:
        going = {pool.submit(_line, line, collection, work) for line in _lines(parts, workers)}
        try:
            yield from _watched(parts, collection, ending, going)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _watched(parts: Sequence[Part], collection: Collection, ending: str, going: set[Any]) -> Iterator[Part]:
    """Yield each part when its file is there; what a worker raises is raised here."""
    left = list(parts)
    while left:
        over, going = wait(going, timeout=2.0, return_when=FIRST_COMPLETED)
        for future in over:
            future.result()
        for part in [part for part in left if collection.has(part, ending)]:
            left.remove(part)
            yield part


def _lines(parts: Sequence[Part], workers: int) -> list[tuple[Part, ...]]:
    """Cut the parts into a line for each worker; those of a city lie together, so few cities are made twice.

    >>> [[part.number for part in line] for line in _lines([Part(("a", 1), n, ()) for n in range(5)], 2)]
    [[0, 1, 2], [3, 4]]
    """
    each = -(-len(parts) // workers)
    return [tuple(parts[begin : begin + each]) for begin in range(0, len(parts), each)]


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


def _line(parts: tuple[Part, ...], collection: Collection, work: Work) -> None:
    for part in parts:
        work(part, collection)


_KEPT: dict[str, Any] = {}  # this process's recogniser and last city: making them takes longer than a part


def _work(part: Part, collection: Collection) -> None:
    watcher = _watcher(part.streets, collection)
    found = Findings()
    for kind, number in part.views:
        found += watcher.watch(kind, number)
    write_part((collection.folder / part.name).with_suffix(".json"), found)


def _render(part: Part, collection: Collection) -> None:
    watcher = _watcher(part.streets, collection)
    for kind, number in part.views:
        watcher.render(kind, number)
    (collection.folder / part.name).with_suffix(_rendered()).touch()


def _rendered() -> str:
    return f".{sources_hash()}"


def _watcher(streets: Streets, collection: Collection) -> Watcher:
    from twin.city.default import default_city
    from vision.recogniser import Recogniser
    from vision.render.choose import make_renderer

    asked = (streets, collection.seed, collection.weights_sha256)
    if _KEPT.get("asked") != asked:
        if "renderer" in _KEPT:
            _KEPT["renderer"].close()
        city = default_city(streets[1], (streets[0],))
        renderer, recogniser = make_renderer(city), Recogniser.load(collection.weights)
        kept = KeptFootage.under(collection.footage) if collection.footage is not None else None
        _KEPT.update(asked=asked, renderer=renderer, watcher=Watcher(city, recogniser, renderer, collection.seed, kept))
    watcher: Watcher = _KEPT["watcher"]
    return watcher


def write_part(path: Path, found: Findings) -> None:
    """Write rows whole, or not at all."""
    text = json.dumps(dataclasses.asdict(found))
    write_whole(path, lambda part: part.write_text(text, encoding="utf-8"))


def read_part(path: Path) -> Findings:
    """Read rows back.

    Raises:
        InputError: the file is not one of those written here.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Findings(
            tuple(Encounter(**row) for row in content["encounters"]), tuple(Watched(**row) for row in content["quiet"])
        )
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise InputError(
            "read collected encounters", f"{type(fault).__name__}: remove the file, and collect again", path
        ) from None
