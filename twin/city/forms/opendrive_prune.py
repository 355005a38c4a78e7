"""Roads over junctions taken out of an OpenDRIVE file: the turns that the city forbids and the converter made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

_ROAD: Final = re.compile(r'\s*<road [^>]*\bid="([^"]*)"')
_CONNECTION: Final = re.compile(r'\s*<connection [^>]*\bconnectingRoad="([^"]*)"')
_HEADER_DATE: Final = re.compile(r'(<header [^>]*date=")[^"]*(")')
_MADE_ON: Final = re.compile(r"generated on \S+ \S+")


def rewrite(made: Path, out: Path, without: Iterable[str]) -> None:
    """Write a map anew without some roads over junctions, and without the hour of its making.

    Args:
        made: what the converter wrote, an element's start and end on lines of their own.
        out: where to.
        without: ids of roads over junctions.
    """
    with made.open(encoding="utf-8") as lines, out.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(_kept(lines, frozenset(without)))


def _kept(lines: Iterable[str], without: frozenset[str]) -> Iterator[str]:
    closing = ""
    for line in lines:
        if closing:
            closing = "" if closing in line else closing
            continue
        for start, end in ((_ROAD, "</road>"), (_CONNECTION, "</connection>")):
            found = start.match(line)
            if found and found[1] in without:
                closing = end
        if closing:
            closing = "" if closing in line or line.rstrip().endswith("/>") else closing
            continue
        if "date=" in line or "generated on" in line:
            line = _MADE_ON.sub("generated", _HEADER_DATE.sub(r"\g<1>1970-01-01T00:00:00\g<2>", line))
        yield line
