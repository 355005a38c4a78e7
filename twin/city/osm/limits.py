"""Speed limits in every notation in use, in km/h (wiki.openstreetmap.org/wiki/Key:maxspeed)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from twin.city.osm.directions import Direction
from twin.city.osm.figures import figures

_GENERAL: Final = (
    "maxspeed:motorcar",
    "maxspeed",
    "maxspeed:lanes",
    "zone:maxspeed",
    "maxspeed:type",
    "source:maxspeed",
)
_ALONG: Final = "maxspeed:forward"
_AGAINST: Final = "maxspeed:backward"
LIMIT_KEYS: Final = (*_GENERAL, _ALONG, _AGAINST)
"""Where a limit may stand; of the general ones the first that names one counts."""

CHANGING: Final = frozenset({"signals", "variable", "implicit", "default"})
"""Values that are in order and yet name no limit."""

_UNITS_KMH: Final = {"mph": 1.609344, "knots": 1.852}
_FASTEST_KMH: Final = 150.0
_NUMBERED: Final = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*(mph|km/h|kmh|kph|knots)?")
_NAMED: Final = re.compile(r"(?:[A-Z]{2}(?:-[A-Z]{2,3})?:)?(?:zone:?)?([a-z_]+:?\d*|\d+)")
_LIST: Final = re.compile(r"[;|,]")


def speed_limit_kmh(tags: Mapping[str, str], way: Direction = Direction.BOTH) -> float | None:
    """Return the limit: ``50``, ``30 mph``, ``RU:urban``, ``walk``; of several the lowest, None where none is named."""
    return min(limits_kmh(tags, way), default=None)


def limits_kmh(tags: Mapping[str, str], way: Direction) -> set[float]:
    """Return the limits that hold in the directions vehicles may take; {} where none is named."""
    named = (_lowest_kmh(tags[key]) for key in _GENERAL if key in tags)
    general = next((limit for limit in named if limit is not None), None)
    if general is None and tags.get("maxspeed") == "none" and tags.get("highway") in {"motorway", "trunk"}:
        general = float(figures()["no_limit_kmh"])
    keys = {Direction.ALONG: (_ALONG,), Direction.AGAINST: (_AGAINST,), Direction.BOTH: (_ALONG, _AGAINST)}[way]
    found = {_lowest_kmh(tags[key]) if key in tags else None for key in keys}
    return {limit for limit in (general if special is None else special for special in found) if limit is not None}


@lru_cache(maxsize=4096)
def _lowest_kmh(text: str) -> float | None:
    limits = [_one_limit_kmh(part.strip()) for part in _LIST.split(text)]
    return min((limit for limit in limits if limit is not None and 1 <= limit <= _FASTEST_KMH), default=None)


def _one_limit_kmh(text: str) -> float | None:
    number = _NUMBERED.fullmatch(text)
    if number:
        return round(float(number[1]) * _UNITS_KMH.get(number[2] or "", 1.0), 1)
    zones: dict[str, float] = figures()["speed_zones"]
    named = _NAMED.fullmatch(text)
    if not named:
        return None
    zone = zones.get(text, zones.get(named[1].replace(":", ""), zones.get(f"zone{named[1]}")))
    return None if zone is None else float(zone)
