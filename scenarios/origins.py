"""Which file, and which line of it, an inject or a surge of a scenario was read from."""

from __future__ import annotations

from pathlib import Path

from ruamel.yaml import YAML

from twin.checked_yaml import Lines


class Origins:
    """The injects of some files, one file after the other; the files are read when first asked.

    Args:
        parts: YAML files with a list ``injects`` each, in the order in which the scenario has them; a number stands for
            so many injects that no file holds.
    """

    def __init__(self, *parts: Path | int) -> None:
        self._parts = parts

    def of(self, row: int, what: str = "injects") -> tuple[Path | None, int | None]:
        """Return the file and the line of the ``row``-th inject, or surge; None, None where no file has it."""
        for path in self._parts:
            if isinstance(path, int):
                row -= path if what == "injects" else 0
                if row < 0:
                    return None, None
                continue
            data = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
            here = len(data.get(what) or [])
            if row < here:
                return path, Lines(data)(what, row)
            row -= here
        return None, None
