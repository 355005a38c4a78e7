"""A run folder read whole and gently: what is there as tables, what is missing or broken as sentences."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pandas as pd

from twin.records import EVENT_COLUMNS, Sighting
from twin.runfolder import RunFolder

SIGHTING_COLUMNS = tuple(item.name for item in fields(Sighting))


@dataclass(frozen=True)
class Record:
    """What a run left behind.

    Attributes:
        folder: where it lies.
        info: ``run.json``.
        events: EVENT_COLUMNS, ids as nullable integers, and ``about``: ``detail`` parsed, {} where there is none.
        sightings: the fields of ``twin.records.Sighting``, ``incident_id`` as nullable integer.
        coverage, recognition, drones: those files, {} where the run has none.
        clips: the list in ``clips.json``.
        faults: a sentence for each file that is there but cannot be read, or that every run should have.
    """

    folder: RunFolder
    info: dict[str, Any]
    events: pd.DataFrame
    sightings: pd.DataFrame
    coverage: dict[str, Any] = field(default_factory=dict)
    recognition: dict[str, Any] = field(default_factory=dict)
    drones: dict[str, Any] = field(default_factory=dict)
    clips: list[dict[str, Any]] = field(default_factory=list)
    faults: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """``done``, ``interrupted`` or ``running`` (it stopped without a word)."""
        return str(self.info.get("status", "running"))

    @property
    def window_s(self) -> float:
        """Simulated seconds: to the end of the log when the run did not get to the end of its scenario."""
        ended = self.events[self.events["kind"] == "run_ended"]
        if len(ended):
            return float(ended["t_ms"].iloc[-1]) / 1000.0
        last_ms = self.events["t_ms"].max() if len(self.events) else 0
        return float(last_ms) / 1000.0


def read_record(folder: RunFolder) -> Record:
    """Read everything figures are made from; a file that is missing or broken becomes a sentence."""
    faults: list[str] = []
    read = _Reader(faults)
    events = read.table(folder.events, EVENT_COLUMNS, "the log")
    sightings = read.table(folder.sightings, SIGHTING_COLUMNS, "the sightings")
    return Record(
        folder=folder,
        info=read.json(folder.run_json),
        events=_typed(events, ("incident_id", "call_id", "alarm_id")).assign(about=_parsed(events["detail"])),
        sightings=_typed(sightings, ("incident_id",)),
        coverage=read.json(folder.coverage),
        recognition=read.json(folder.recognition),
        drones=read.json(folder.drones),
        clips=list(read.json(folder.clips / "clips.json").get("clips", [])),
        faults=tuple(faults),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    faults: list[str]

    def table(self, path: Path, columns: tuple[str, ...], what: str) -> pd.DataFrame:
        empty = pd.DataFrame({name: pd.Series(dtype=object) for name in columns})
        if not path.is_file():
            self.faults.append(f"{path.name} is not in the folder, so {what} could not be read.")
            return empty
        found = self._tried(path, lambda: pd.read_parquet(path))
        if found is None:
            return empty
        missing = [name for name in columns if name not in found.columns]
        if missing:
            self.faults.append(f"{path.name} has no column {', '.join(missing)}; {what} could not be read.")
            return empty
        return found

    def json(self, path: Path) -> dict[str, Any]:
        content = self._tried(path, lambda: json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None
        return content if isinstance(content, dict) else {}

    def _tried(self, path: Path, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except (OSError, ValueError) as fault:  # pyarrow's and json's faults are ValueErrors or OSErrors
            self.faults.append(f"{path.name} is in the folder but cannot be read ({type(fault).__name__}).")
            return None


def _typed(table: pd.DataFrame, ids: tuple[str, ...]) -> pd.DataFrame:
    return table.assign(
        **{name: pd.to_numeric(table[name], errors="coerce").astype("Int64") for name in ids},
        t_ms=pd.to_numeric(table["t_ms"]).astype("int64"),
    )


def _parsed(details: pd.Series) -> list[dict[str, Any]]:
    return [_object(text) for text in details]


def _object(text: object) -> dict[str, Any]:
    if not isinstance(text, str) or not text.startswith("{"):
        return {}
    try:
        content = json.loads(text)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
