"""Roads over junctions taken out of an OpenDRIVE file: the turns that the city forbids and the converter made.

A traffic light stands on one of the roads over its junction, and the others refer to it. Where that one goes, the next
road that refers to the light gets it: a map that speaks of a light that is nowhere brings CARLA's reader down. The
controller of a light that no road is left for goes with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

_ROAD: Final = re.compile(r'\s*<road [^>]*\bid="([^"]*)"')
_CONNECTION: Final = re.compile(r'\s*<connection [^>]*\bconnectingRoad="([^"]*)"')
_CONTROLLER: Final = re.compile(r"\s*<controller [^>]*[^/]>\s*$")
_CONTROL: Final = re.compile(r'\s*<control [^>]*\bsignalId="([^"]*)"')
_LIGHT: Final = re.compile(r'\s*<signal [^>]*\bid="([^"]*)"')
_REFERENCE: Final = re.compile(r'\s*<signalReference [^>]*\bid="([^"]*)"')
_PLACE: Final = re.compile(r'\b(s|t|orientation)="([^"]*)"')
_HEADER_DATE: Final = re.compile(r'(<header [^>]*date=")[^"]*(")')
_MADE_ON: Final = re.compile(r"generated on \S+ \S+")


def rewrite(made: Path, out: Path, without: Iterable[str]) -> None:
    """Write a map anew without some roads over junctions, and without the hour of its making.

    Args:
        made: what the converter wrote, an element's start and end on lines of their own.
        out: where to.
        without: ids of roads over junctions.
    """
    gone = frozenset(without)
    with made.open(encoding="utf-8") as lines:
        lights, standing = _lights(lines, gone)
    with made.open(encoding="utf-8") as lines, out.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(_controlled(_lit(_kept(lines, gone), lights), standing))


def _lights(lines: Iterable[str], gone: frozenset[str]) -> tuple[dict[str, list[str]], set[str]]:
    """Return the lines of the lights on roads that go, by id, and the ids of the lights some road is left for."""
    lights: dict[str, list[str]] = {}
    standing: set[str] = set()
    on_gone, light = False, ""
    for line in lines:
        if road := _ROAD.match(line):
            on_gone = road[1] in gone
        here = _LIGHT.match(line) or _REFERENCE.match(line)
        if here and not on_gone:
            standing.add(here[1])
        begun = here[1] if here and on_gone and _LIGHT.match(line) else ""
        if begun or light:
            lights.setdefault(begun or light, []).append(line)
            over = _ends(line, "</signal>") if begun else "</signal>" in line
            light = "" if over else begun or light
    return lights, standing


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
            closing = "" if _ends(line, closing) else closing
            continue
        if "date=" in line or "generated on" in line:
            line = _MADE_ON.sub("generated", _HEADER_DATE.sub(r"\g<1>1970-01-01T00:00:00\g<2>", line))
        yield line


def _lit(lines: Iterable[str], lights: Mapping[str, list[str]]) -> Iterator[str]:
    """Put each light whose road is gone where the first road left refers to it."""
    homeless, closing = dict(lights), ""
    for line in lines:
        if closing:
            closing = "" if closing in line else closing
            continue
        found = _REFERENCE.match(line)
        if not found or found[1] not in homeless:
            yield line
            continue
        place = dict(_PLACE.findall(line))
        head, *rest = homeless.pop(found[1])
        yield _PLACE.sub(lambda own: f'{own[1]}="{place.get(own[1], own[2])}"', head)  # noqa: B023
        yield from rest
        closing = "" if _ends(line, "</signalReference>") else "</signalReference>"


def _controlled(lines: Iterable[str], standing: set[str]) -> Iterator[str]:
    """Take out what controls lights that stand nowhere, and a controller that is left with none."""
    held: list[str] = []
    for line in lines:
        control = _CONTROL.match(line)
        if control and control[1] not in standing:
            continue
        if _CONTROLLER.match(line) or held:
            held.append(line)
        if not held:
            yield line
        elif "</controller>" in line:
            yield from held if any(_CONTROL.match(each) for each in held) else ()
            held = []


def _ends(line: str, closing: str) -> bool:
    return closing in line or line.rstrip().endswith("/>")
