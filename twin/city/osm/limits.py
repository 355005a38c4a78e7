"""Speed limits in every notation in use, in km/h (wiki.openstreetmap.org/wiki/Key:maxspeed)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from twin.city.osm.figures import figures

LIMIT_KEYS: Final = (
    "maxspeed",
    "maxspeed:motorcar",
    "maxspeed:forward",
    "maxspeed:backward",
    "maxspeed:lanes",
    "zone:maxspeed",
    "maxspeed:type",
    "source:maxspeed",
)
"""Where a limit may stand, the first that says one counts."""

CHANGING: Final = frozenset({"signals", "variable", "implicit", "default"})
"""Values that are in order and yet name no limit."""

_UNITS_KMH: Final = {"mph": 1.609344, "knots": 1.852}
_FASTEST_KMH: Final = 150.0
_NUMBERED: Final = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*(mph|km/h|kmh|kph|knots)?")
_NAMED: Final = re.compile(r"(?:[A-Z]{2}(?:-[A-Z]{2,3})?:)?(?:zone:?)?([a-z_]+:?\d*|\d+)")
_LIST: Final = re.compile(r"[;|,]")


def speed_limit_kmh(tags: Mapping[str, str]) -> float | None:
    """Return the limit: ``50``, ``30 mph``, ``RU:urban``, ``walk``; of several the lowest, None where none is named."""
    for key in LIMIT_KEYS:
        if key in tags:
            limit = _lowest_kmh(tags[key])
            if limit is not None:
                return limit
    if tags.get("maxspeed") == "none" and tags.get("highway") in {"motorway", "trunk"}:
        return float(figures()["no_limit_kmh"])
    return None


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
