"""The folder of an experiment: each finished trial kept whole under its content hash, so that a cut loses little."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from experiments.trials.outcome import Outcome
from twin.errors import InputError
from twin.runfolder import write_whole


@dataclass(frozen=True, slots=True)
class Shelf:
    """Files: ``trials/KEY.parquet`` (one each), and what the experiment makes of them beside."""

    folder: Path

    @classmethod
    def at(cls, folder: Path) -> Shelf:
        """Open or make the folder of an experiment; one that holds other things is refused.

        Raises:
            InputError: it cannot be made, or belongs to something else.
        """
        trials = folder / "trials"
        asked = f"keep trials in {folder}"
        try:
            strange = folder.exists() and any(folder.iterdir()) and not trials.is_dir()
            if strange:
                raise InputError(asked, "it holds files of something else; choose another --out")
            trials.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise InputError(asked, f"{fault.strerror}; choose another --out") from fault
        return cls(folder)

    def path(self, key: str) -> Path:
        """Return where a trial is kept."""
        return self.folder / "trials" / f"{key}.parquet"

    def get(self, key: str) -> Outcome | None:
        """Return a finished trial, or None if it is not there whole."""
        try:
            return Outcome.from_bytes(self.path(key).read_bytes())
        except (OSError, ValueError):
            return None

    def put(self, key: str, content: bytes) -> None:
        """Keep a finished trial, whole or not at all."""
        write_whole(self.path(key), lambda part: part.write_bytes(content))
