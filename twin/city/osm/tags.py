"""What OpenStreetMap tags say, as plain values; None where a tag is missing or cannot be read.

Meanings follow the OpenStreetMap wiki (Key:highway, Key:oneway, Key:maxspeed, Key:lanes, Key:access, Key:width,
Key:building:levels).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import Final

from twin.city.model import STREET_CLASSES
from twin.city.osm.figures import figures

Tags = Mapping[str, str]

DRIVABLE: Final = frozenset(STREET_CLASSES[: STREET_CLASSES.index("track") + 1])
_SAME_AS: Final = {
    "road": "unclassified",
    "bridleway": "path",
    "minor": "unclassified",
    "residential_link": "residential",
}
_CLOSED: Final = frozenset({"no", "private", "agricultural", "forestry", "military", "permit"})
_OPEN: Final = frozenset({"yes", "permissive", "designated", "destination", "customers", "delivery", "official"})
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?")
_MPH_KMH: Final = 1.609344
_FOOT_M: Final = 0.3048


class Direction(Enum):
    """Which way vehicles may use a way."""

    BOTH = 0
    ALONG = 1
    AGAINST = -1


def street_class(tags: Tags) -> str | None:
    """Return the class of a routable way, a link as the class it leads to; None for anything else."""
    value = tags.get("highway", "")
    name = _SAME_AS.get(value, value.removesuffix("_link"))
    return name if name in STREET_CLASSES else None


def is_link(tags: Tags) -> bool:
    """Return whether the way is a slip road."""
    return tags.get("highway", "").endswith("_link")


def closed_to_vehicles(tags: Tags) -> str | None:
    """Return the access value that keeps vehicles out of a drivable way, None when it is open.

    The most specific tag decides. ``emergency=yes`` opens a way, since response teams are who drives here.
    """
    if tags.get("emergency") in _OPEN:
        return None
    for key in ("motorcar", "motor_vehicle", "vehicle", "access"):
        if key in tags:
            return tags[key] if tags[key] in _CLOSED else None
    return None


def opened_to_vehicles(tags: Tags) -> bool:
    """Return whether vehicles may use a way that is by its class only for walking or cycling."""
    return any(tags.get(key) in _OPEN for key in ("motorcar", "motor_vehicle", "vehicle", "emergency"))


def may_walk(tags: Tags, name: str) -> bool:
    """Return whether people walk along a street of a class."""
    if "foot" in tags:
        return tags["foot"] not in _CLOSED
    return tags.get("access") not in _CLOSED and name != "motorway" and tags.get("motorroad") != "yes"


def direction(tags: Tags) -> Direction:
    """Return the direction of traffic; roundabouts and motorways are one-way unless they say otherwise."""
    value = tags.get("oneway", "")
    if value in {"-1", "reverse"}:
        return Direction.AGAINST
    if value in {"yes", "true", "1"}:
        return Direction.ALONG
    implied = tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") == "motorway"
    return Direction.ALONG if implied and value not in {"no", "false", "0"} else Direction.BOTH


def speed_limit_kmh(tags: Tags) -> float | None:
    """Return the limit: ``50``, ``30 mph``, ``RU:urban``, ``walk``; of several the lowest."""
    for key in (
        "maxspeed",
        "maxspeed:forward",
        "maxspeed:backward",
        "zone:maxspeed",
        "maxspeed:type",
        "source:maxspeed",
    ):
        limits = [_one_limit_kmh(part.strip()) for part in tags.get(key, "").split(";")]
        known = [limit for limit in limits if limit is not None and 1 <= limit <= 150]
        if known:
            return min(known)
    return None


def lanes(tags: Tags) -> int | None:
    """Return the lanes of both directions together."""
    whole = _number(tags.get("lanes", ""))
    if whole is None:
        parts = [_number(tags.get(f"lanes:{way}", "")) for way in ("forward", "backward", "both_ways")]
        whole = sum(part for part in parts if part) or None
    return int(whole) if whole and 1 <= whole <= 20 else None


def width_m(tags: Tags) -> float | None:
    """Return the width of the carriageway."""
    width = length_m(tags.get("width", "")) or length_m(tags.get("est_width", ""))
    return width if width and 0.5 <= width <= 60 else None


def length_m(text: str) -> float | None:
    """Return a length in metres: ``7``, ``7.5 m``, ``12'``, ``40 ft``, ``12'6"``; None for anything else.

    >>> length_m("7,5 m"), length_m("10 ft"), length_m("tall")
    (7.5, 3.048, None)
    """
    metres = re.fullmatch(r"\s*(\d+(?:[.,]\d+)?)\s*m?\s*", text)
    if metres:
        return float(metres[1].replace(",", "."))
    feet = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(?:ft|')\s*(?:(\d+(?:\.\d+)?)\s*(?:in|\"))?\s*", text)
    return (float(feet[1]) + float(feet[2] or 0) / 12) * _FOOT_M if feet else None


def storeys(tags: Tags) -> int | None:
    """Return the storeys above ground; of several the highest, a half storey counts as one."""
    values = [float(part.replace(",", ".")) for part in _NUMBER.findall(tags.get("building:levels", ""))]
    top = max(values, default=0.0)
    return int(-(-top // 1)) if 0 < top <= 200 else None


def height_m(tags: Tags) -> float | None:
    """Return the height above ground."""
    for key in ("height", "building:height", "est_height"):
        height = length_m(tags.get(key, ""))
        if height and 1 <= height <= 900:
            return height
    return None


def level(tags: Tags) -> int:
    """Return the layer a way lies on: bridges above 0, tunnels below."""
    text = tags.get("layer", "")
    if re.fullmatch(r"[+-]?\d", text):
        return int(text)
    if tags.get("bridge", "no") != "no":
        return 1
    return -1 if tags.get("tunnel", "no") != "no" else 0


def _one_limit_kmh(text: str) -> float | None:
    zones: dict[str, float] = figures()["speed_zones"]
    named = re.fullmatch(r"(?:[A-Z]{2}(?:-[A-Z]{2,3})?:)?([a-z_]+:?\d*)", text)
    if named:
        zone = zones.get(text, zones.get(named[1].replace(":", "")))
        return None if zone is None else float(zone)
    number = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(mph|km/h|kmh|kph|knots)?", text)
    if not number:
        return None
    return round(float(number[1]) * {"mph": _MPH_KMH, "knots": 1.852}.get(number[2] or "", 1.0), 1)


def _number(text: str) -> float | None:
    found = _NUMBER.match(text.strip())
    return float(found[0].replace(",", ".")) if found else None
