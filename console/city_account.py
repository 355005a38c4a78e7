"""The account of a city's making, as lines to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

CHAPTERS: Final = ("read", "imported", "closed_to_traffic", "open_to_some", "repaired", "inferred")
NESTED: Final = ("refused", "not_understood")
MOST_SHOWN: Final = 12


def account(made: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the account of a city's making, as far as its manifest holds one, a list of lines for each heading."""
    told: dict[str, list[str]] = {}
    for chapter in ("real", "synthetic"):
        if made.get(chapter):
            told[chapter] = [made[chapter]]
    for chapter in CHAPTERS:
        counts = made.get(chapter)
        if isinstance(counts, dict) and counts:
            told[chapter.replace("_", " ")] = [", ".join(f"{what} {n}" for what, n in counts.items())]
    for chapter in NESTED:
        kinds = made.get(chapter)
        if isinstance(kinds, dict) and kinds:
            told[chapter.replace("_", " ")] = [
                f"{kind}: {_shortened(reasons)}" for kind, reasons in kinds.items() if isinstance(reasons, dict)
            ]
    return told


def refused_lines(made: Mapping[str, Any]) -> Iterator[str]:
    """Return one line for each object that was refused: its name, what it is, why; those beyond the box as a count."""
    listed = made.get("refused_objects")
    counts = made.get("refused")
    if not isinstance(counts, dict) or not isinstance(listed, dict):
        return
    for kind, reasons in counts.items():
        for reason, n in reasons.items():
            names = listed.get(kind, {}).get(reason)
            if names is None:
                yield f"{n} {kind}: {reason}"
            else:
                yield from (f"{name} {kind}: {reason}" for name in names)


def _shortened(reasons: Mapping[str, int]) -> str:
    often = sorted(reasons.items(), key=lambda pair: -pair[1])
    shown = ", ".join(f"{n} ({reason})" for reason, n in often[:MOST_SHOWN])
    return shown if len(often) <= MOST_SHOWN else f"{shown}, and {len(often) - MOST_SHOWN} more kinds"
