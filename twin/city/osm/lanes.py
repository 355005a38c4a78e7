"""Lanes of a street and their directions (wiki.openstreetmap.org/wiki/Key:lanes)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from twin.city.osm.directions import Direction

MOST_LANES: Final = 20
_WHOLE: Final = re.compile(r"\s*(\d{1,3})(?:\.\d+)?\s*(?:[;,].*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Lanes:
    """Lanes in all, and for vehicles along the line and against it, None where it is not tagged."""

    whole: int | None
    forward: int | None = None
    backward: int | None = None


def tagged_lanes(tags: Mapping[str, str], way: Direction) -> Lanes:
    """Return the lanes that the tags state or that follow from them; ``forward`` is along the way's own line."""
    whole, forward, backward, both = (lane_count(tags.get(key, "")) for key in LANE_KEYS)
    if way is not Direction.BOTH:
        whole = whole or forward or backward
        return Lanes(whole, whole, 0) if way is Direction.ALONG else Lanes(whole, 0, whole)
    middle = both or 0
    if forward is None and backward is not None and whole is not None and whole > backward + middle:
        forward = whole - backward - middle
    if backward is None and forward is not None and whole is not None and whole > forward + middle:
        backward = whole - forward - middle
    if forward is not None and backward is not None:
        whole = forward + backward + middle
    elif whole is None:
        whole = (forward or 0) + (backward or 0) + middle or None
    return Lanes(whole, forward, backward)


def shared_lanes(whole: int, way: Direction) -> tuple[int, int]:
    """Return the lanes along and against the line where only their sum is known; one lane in all serves both."""
    if way is Direction.ALONG:
        return whole, 0
    if way is Direction.AGAINST:
        return 0, whole
    return (whole + 1) // 2, max(1, whole // 2) if whole else 0


def lane_count(text: str) -> int | None:
    """Return a count of lanes, None for none or an absurd one; of several the first.

    >>> lane_count("2;3"), lane_count("99999"), lane_count("many")
    (2, None, None)
    """
    found = _WHOLE.fullmatch(text)
    return int(found[1]) if found and 1 <= int(found[1]) <= MOST_LANES else None


LANE_KEYS: Final = ("lanes", "lanes:forward", "lanes:backward", "lanes:both_ways")
