"""The matrix from its request to its folder: ``matrix.json`` and ``matrix.html``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from experiments.provenance import git_commit, versions
from experiments.recognition.matrix.against import KIND, check_baseline, compared, read_baseline
from experiments.recognition.matrix.counts import counts_of
from experiments.recognition.matrix.examples import Example, worst_examples
from experiments.recognition.matrix.report import matrix_report
from experiments.recognition.matrix.scenes import USUAL, conditions
from experiments.recognition.matrix.watched import Watching, watch_all
from experiments.recognition.unseen import check_unseen
from experiments.request import Tell
from twin.city.resolve import open_city
from twin.errors import Fault, InputError
from twin.runfolder import write_whole
from twin.sky import LIGHTS, WEATHERS
from vision.recogniser import Recogniser
from vision.scoring.matching import WORKING_SCORE

EXAMPLES: Final = 8
LEAST_OBJECTS: Final = 5  # of a cell that gets an example


@dataclass(frozen=True)
class MatrixRequest:
    """What is asked for.

    Attributes:
        city: as :func:`twin.city.resolve.open_city` takes it.
        views: places, each seen under every condition.
        lights, weathers, faults: what to cross.
        seed: of views and skies.
        weights, class_map: of the recogniser.
        workers: processes.
        baseline: an older ``matrix.json``.
        examples: frames of the worst cells.
    """

    city: str
    views: int = 12
    lights: tuple[str, ...] = LIGHTS
    weathers: tuple[str, ...] = WEATHERS
    faults: tuple[str, ...] = (USUAL,)
    seed: int = 9001
    weights: Path | None = None
    class_map: Mapping[str, str] | None = None
    workers: int = 2
    baseline: Path | None = None
    examples: int = EXAMPLES

    def __post_init__(self) -> None:
        faults = []
        if self.views < 2:
            faults.append(Fault(f"--views {self.views}: 2 or more would work; an interval needs places that differ"))
        if self.workers < 1:
            faults.append(Fault(f"--workers {self.workers}: 1 or more would work"))
        if self.examples < 0:
            faults.append(Fault(f"--examples {self.examples}: 0 or more would work"))
        if faults:
            raise InputError("lay out the matrix", faults)


@dataclass(frozen=True)
class MatrixResult:
    """The report as plain numbers, and the examples that only the page shows."""

    report: dict[str, Any]
    examples: list[Example] = field(default_factory=list)


def run_matrix(asked: MatrixRequest, tell: Tell) -> MatrixResult:
    """Watch every view under every condition and return the figures, beside an older report where one is named.

    Raises:
        InputError: the request, the weights or the baseline are wrong, or the city is one that weights are trained on.
        MissingPart: torch, ultralytics or a renderer is not installed.
    """
    under = conditions(asked.lights, asked.weathers, asked.faults)
    old = read_baseline(asked.baseline) if asked.baseline else None
    if old is not None and asked.baseline is not None:
        check_baseline(old, {"city": asked.city, "seed": asked.seed}, asked.baseline)
    recogniser = Recogniser.load(asked.weights, asked.class_map)  # wrong weights are told before anything dear begins
    tell("city", 0.0)
    check_unseen([open_city(asked.city)], "lay out the matrix")
    what = Watching(asked.city, asked.seed, tuple(under), asked.weights, asked.class_map)
    tell("views", 0.0)
    rows = watch_all(what, asked.views, min(asked.workers, asked.views), lambda share: tell("views", share))
    tell("intervals", 0.0)
    counts = counts_of(rows, asked.views, under)
    report = _about(asked, recogniser) | matrix_report(counts, rows, asked.seed)
    report |= {"conditions": [_row(c) for c in under], "counts": counts.as_json()}
    if old is not None:
        report["baseline"] = compared(old, counts, asked.seed) | {"file": str(asked.baseline)}
    tell("examples", 0.0)
    return MatrixResult(report, worst_examples(what, counts, report["cells"], asked.examples, LEAST_OBJECTS))


def write_matrix(folder: Path, report: Mapping[str, Any]) -> Path:
    """Write ``matrix.json`` and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(report, ensure_ascii=False, allow_nan=False) + "\n"
    write_whole(folder / "matrix.json", lambda part: part.write_text(text, encoding="utf-8"))
    return folder / "matrix.json"


def _about(asked: MatrixRequest, recogniser: Recogniser) -> dict[str, Any]:
    return {
        "kind": KIND, "city": asked.city, "seed": asked.seed, "views": asked.views,
        "frames": asked.views * len(asked.lights) * len(asked.weathers) * len(asked.faults),
        "lights": list(asked.lights), "weathers": list(asked.weathers), "faults": list(asked.faults),
        "working_score": WORKING_SCORE, "weights_sha256": recogniser.weights_sha256, "versions": versions(),
        "git": git_commit(),
    }  # fmt: skip


def _row(condition: Any) -> dict[str, str]:
    return {"light": condition.light, "weather": condition.weather, "faults": condition.faults}
