"""Which file, and which line of it, an inject of a scenario was read from."""

from __future__ import annotations

from pathlib import Path

from ruamel.yaml import YAML

from twin.checked_yaml import Lines


class Origins:
    """The injects of some files, one file after the other; the files are read when first asked.

    Args:
        files: YAML files with a list ``injects`` each, in the order in which the scenario has them.
    """

    def __init__(self, *files: Path) -> None:
        self._files = files

    def of(self, row: int, key: str = "inject") -> tuple[Path | None, int | None]:
        """Return the file and the line of the ``row``-th inject's ``key``; None, None where no file has it."""
        for path in self._files:
            data = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
            here = len(data.get("injects") or [])
            if row < here:
                return path, Lines(data)("injects", row, key)
            row -= here
        return None, None
