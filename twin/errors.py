"""Faults that are the user's to mend, worded for the user: what was asked, what was found, what would work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one input.

    Attributes:
        what: a sentence that says what was found and what would work.
        line: 1-based line in the file, where there is one.
        source: the file it is in, where that is not the one that the whole error names.
    """

    what: str
    line: int | None = None
    source: Path | None = None


class InputError(ValueError):
    """An input is wrong; carries every fault found in it, and ends the command with exit status 2.

    Attributes:
        asked: what was asked for, such as ``"read the scenario runs/x.yaml"``.
        faults: all the faults, in the order of their lines.
        source: the file they are in, or None.
    """

    def __init__(self, asked: str, faults: Sequence[Fault] | str, source: Path | None = None) -> None:
        super().__init__(asked, faults, source)
        self.asked = asked
        self.faults = [Fault(faults)] if isinstance(faults, str) else list(faults)
        self.source = source

    def __str__(self) -> str:
        head = f"cannot {self.asked}:"
        lines = []
        for fault in self.faults:
            source = fault.source or self.source
            where = f"{source}:{fault.line}: " if source and fault.line else (f"{source}: " if source else "")
            lines.append(f"  {where}{fault.what}")
        return "\n".join([head, *lines])


class MissingPart(ImportError):
    """A heavy library that this step needs is not installed; says which extra brings it."""

    def __init__(self, library: str, purpose: str, extra: str) -> None:
        super().__init__(library, purpose, extra)
        self.library, self.purpose, self.extra = library, purpose, extra

    def __str__(self) -> str:
        return f"{self.purpose} needs {self.library}; install it with: pip install 'tashkent-twin[{self.extra}]'"


def unknown_name(kind: str, asked: str, known: Sequence[str]) -> str:
    """Return the sentence for a name that is not known, with the closest one that is.

    >>> unknown_name("policy", "closets", ["closest", "hold"])
    "there is no policy 'closets'; did you mean 'closest'? known: closest, hold"
    """
    close = get_close_matches(asked, known, n=1)
    hint = f" did you mean {close[0]!r}?" if close else ""
    return f"there is no {kind} {asked!r};{hint} known: {', '.join(sorted(known)) or 'none'}"
