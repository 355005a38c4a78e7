"""CSV tables read row by row, each fault with its file and line, none of them stopping the reading."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path

from twin.errors import Fault


@dataclass
class Faults:
    """What is wrong in several files, in the order in which it was found."""

    found: list[Fault] = field(default_factory=list)

    def say(self, file: Path, line: int | None, what: str) -> None:
        """Note one fault; without a line it is about the file."""
        self.found.append(Fault(f"{file.name}{f':{line}' if line else ''}: {what}"))


@dataclass(frozen=True)
class Row:
    """One line of a table.

    Attributes:
        file: where it stands.
        line: 1-based.
        cells: by column; a cell left out is "".
        faults: where its faults are noted.
    """

    file: Path
    line: int
    cells: dict[str, str]
    faults: Faults

    def say(self, what: str) -> None:
        """Note that something is wrong with the line."""
        self.faults.say(self.file, self.line, what)

    def number(self, column: str, least: float = -1e308, most: float = 1e308, default: float | None = None) -> float:
        """Return the number in a column; where it is none, or out of range, say so and return the nearest good one."""
        text = self.cells.get(column, "")
        if not text and default is not None:
            return default
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not isfinite(value) or not least <= value <= most:
            told = (
                f"from {least:g} to {most:g}" if most < 1e308 else (f"of at least {least:g}" if least > -1e308 else "")
            )
            self.say(f"{column}: found {text!r}; a number {told} is wanted".replace("number  is", "number is"))
            return max(least, 0.0) if least > -1e308 else 0.0
        return value

    def whole(self, column: str, least: int, most: int = 10**9, default: int | None = None) -> int:
        """Return the whole number in a column, as :meth:`number`."""
        value = self.number(column, least, most, default)
        if value != int(value):
            self.say(f"{column}: found {value:g}; a whole number is wanted")
        return int(value)


def read_rows(file: Path, needed: Sequence[str], known: Sequence[str], faults: Faults) -> Iterator[Row]:
    """Yield the lines of a table; blank ones and those that begin with # are passed over.

    Args:
        file: UTF-8, comma separated, a header first.
        needed: columns that must be there.
        known: further columns; any other is a fault.
        faults: where what is wrong is noted.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        faults.say(file, None, f"{getattr(fault, 'strerror', None) or 'it is not UTF-8 text'}")
        return
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")]
    if not lines:
        faults.say(file, None, f"it is empty; a header with {', '.join(needed)} is wanted")
        return
    header = [name.strip() for name in next(csv.reader([lines[0][1]]))]
    if not _header_fits(file, lines[0][0], header, needed, known, faults):
        return
    for number, line in lines[1:]:
        cells = [cell.strip() for cell in next(csv.reader([line]))]
        if len(cells) > len(header):
            faults.say(file, number, f"found {len(cells)} cells; the header has {len(header)}")
        yield Row(file, number, dict(zip(header, cells, strict=False)), faults)


def _header_fits(
    file: Path, line: int, header: Sequence[str], needed: Sequence[str], known: Sequence[str], faults: Faults
) -> bool:
    missing = [name for name in needed if name not in header]
    strange = [name for name in header if name not in (*needed, *known)]
    twice = sorted({name for name in header if header.count(name) > 1})
    if missing:
        faults.say(file, line, f"no column {', '.join(missing)}; found {', '.join(header)}")
    if strange:
        faults.say(file, line, f"nobody knows the column {', '.join(strange)}; known: {', '.join((*needed, *known))}")
    if twice:
        faults.say(file, line, f"the column {', '.join(twice)} stands there more than once")
    return not missing and not twice
