"""The folder a run leaves behind: every file's name in one place, written so that a cut never leaves half a file."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twin.errors import InputError


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A run's folder; ``run.json`` is written first (status ``running``) and last (``done`` or ``interrupted``).

    Files: ``run.json``, ``events.parquet``, ``sightings.parquet``, ``metrics.json``, ``coverage.json``,
    ``recognition.json``, ``drones.json``, ``maps/`` (``streets.parquet``, ``cameras.parquet``, ``posts.parquet``,
    ``districts.parquet``, ``coverage.npz``), ``clips/`` (MP4, key frames as JPEG, ``clips.json``), ``report.html``.
    """

    path: Path

    @classmethod
    def create(cls, path: Path) -> RunFolder:
        """Make a new folder; refuses one that already holds something.

        Raises:
            InputError: the folder is not empty, or cannot be made.
        """
        asked = f"write the run to {path}"
        refuse_taken(path, asked)
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise InputError(asked, f"{fault.strerror}; choose another --out") from fault
        folder = cls(path)
        for sub in (folder.maps, folder.clips):
            sub.mkdir()
        return folder

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """Open a finished or interrupted run.

        Raises:
            InputError: there is no ``run.json`` in it.
        """
        folder = cls(path)
        if not folder.run_json.is_file():
            found = "no such folder" if not path.exists() else "no run.json in it"
            raise InputError(f"open the run {path}", f"{found}; give a folder that `twin run` made")
        return folder

    @property
    def run_json(self) -> Path:
        """Scenario, seed, versions, git commit, hashes of inputs, status."""
        return self.path / "run.json"

    @property
    def events(self) -> Path:
        """The log, columns as in ``twin.records.EVENT_COLUMNS``."""
        return self.path / "events.parquet"

    @property
    def sightings(self) -> Path:
        """What cameras saw, columns as the fields of ``twin.records.Sighting``."""
        return self.path / "sightings.parquet"

    @property
    def metrics(self) -> Path:
        """Figures computed from the log."""
        return self.path / "metrics.json"

    @property
    def coverage(self) -> Path:
        """Coverage by class and privacy exposure."""
        return self.path / "coverage.json"

    @property
    def recognition(self) -> Path:
        """The recogniser's score on this run's footage."""
        return self.path / "recognition.json"

    @property
    def drones(self) -> Path:
        """Whose homes drones flew over."""
        return self.path / "drones.json"

    @property
    def report(self) -> Path:
        """The page."""
        return self.path / "report.html"

    @property
    def maps(self) -> Path:
        """Layers the report's map is drawn from."""
        return self.path / "maps"

    @property
    def clips(self) -> Path:
        """Footage of the spotlight cameras."""
        return self.path / "clips"

    def write_json(self, path: Path, content: Mapping[str, Any]) -> None:
        """Write JSON so that the file is either the old one or the new one, never half of it."""
        text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True, allow_nan=False) + "\n"
        write_whole(path, lambda part: part.write_text(text, encoding="utf-8"))

    def read_json(self, path: Path) -> dict[str, Any]:
        """Read one of the run's JSON files; {} where the run did not get that far."""
        if not path.is_file():
            return {}
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return content


def refuse_taken(folder: Path, asked: str) -> None:
    """Refuse a folder that holds anything, or is none; said before the work, not after.

    Args:
        folder: to be written to.
        asked: what the user wanted; opens the message.

    Raises:
        InputError: it is a file, cannot be looked into, or holds something.
    """
    try:
        taken = folder.exists() and any(folder.iterdir())
    except NotADirectoryError:
        raise InputError(asked, "it is a file; choose another --out") from None
    except OSError as fault:
        raise InputError(asked, f"{fault.strerror}; choose another --out") from fault
    if taken:
        raise InputError(asked, "it already holds files; choose another --out or remove it")


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` fill a file beside ``path``, then put it in its place in one step."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        write(part)
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
