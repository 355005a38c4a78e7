"""What a user asks of a run, before anything is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from twin.errors import Fault, InputError

Tell = Callable[[str, float], None]
"""Told the stage's name and the share of it that is done, from 0 to 1."""


def _renderer_faults(source: str) -> list[Fault]:
    from vision.render.choose import check_source

    try:
        check_source(source)
    except InputError as wrong:
        return [Fault(f"--renderer {source}: {fault.what}") for fault in wrong.faults]
    return []


def silent(stage: str, share: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One run as asked for.

    Attributes:
        scenario: library name or file.
        out: the run folder to make; must be new or empty.
        city: folder of a built city; None is the default city.
        seed: not negative.
        policy: name or ``file.py:Name``; None is the scenario's own.
        footage: whether the spotlight cameras' footage is rendered and recognised.
        cameras: GeoJSON fleet; None is the derived one.
        weights: detector weights; None are those shipped.
        fitted: fitted camera model; None is the one shipped.
        renderer: as :func:`vision.render.choose.make_renderer` takes it.
        calls: a call log, CSV or Parquet, in place of drawn calls; None draws them.
        fleet: a fleet file; None is the one that the scenario names, or teams by residents.
        calls_mode: the log is taken as it is, or its hours are drawn again.
        command: how the user asked, for the report.
    """

    scenario: str
    out: Path
    city: str | None = None
    seed: int = 1
    policy: str | None = None
    footage: bool = True
    cameras: Path | None = None
    weights: Path | None = None
    fitted: Path | None = None
    renderer: str = "auto"
    calls: Path | None = None
    calls_mode: Literal["replay", "bootstrap"] = "replay"
    fleet: Path | None = None
    command: str = ""

    def __post_init__(self) -> None:
        faults = []
        if self.seed < 0:
            faults.append(Fault(f"--seed {self.seed}: found a negative number; a whole number from 0 up would work"))
        faults += _renderer_faults(self.renderer)
        if self.calls_mode not in ("replay", "bootstrap"):
            faults.append(Fault(f"--calls-mode {self.calls_mode}: known: replay, bootstrap"))
        if faults:
            raise InputError(f"run {self.scenario}", faults)
