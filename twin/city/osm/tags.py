"""What OpenStreetMap tags say, as plain values; None where a tag is missing or cannot be read.

Meanings follow the OpenStreetMap wiki (Key:highway, Key:access, Key:width, Key:layer, Key:building:levels,
Key:start_date).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from twin.city.model import STREET_CLASSES

Tags = Mapping[str, str]

ACCESS_KEYS: Final = ("motorcar", "motor_vehicle", "vehicle", "access")
"""Who may drive, the most specific first."""

DRIVABLE: Final = frozenset(STREET_CLASSES[: STREET_CLASSES.index("track") + 1])
_SAME_AS: Final = {
    "road": "unclassified",
    "bridleway": "path",
    "minor": "unclassified",
    "residential_link": "residential",
}
_CLOSED: Final = frozenset({"no", "private", "agricultural", "forestry", "military", "permit"})
_OPEN: Final = frozenset({"yes", "permissive", "designated", "destination", "customers", "delivery", "official"})
_NUMBER: Final = re.compile(r"\d{1,4}(?:[.,]\d+)?")
_NUMBERS: Final = re.compile(r"\s*\d{1,4}(?:[.,]\d+)?(?:\s*[-;/]\s*\d{1,4}(?:[.,]\d+)?)*\s*")
_METRES: Final = re.compile(r"\s*(\d{1,6}(?:[.,]\d+)?)\s*(m|metres?|meters?|km)?\s*")
_FEET: Final = re.compile(r"\s*(\d{1,6}(?:\.\d+)?)\s*(?:ft|feet|')\s*(?:(\d+(?:\.\d+)?)\s*(?:in|\"))?\s*")
_YEAR: Final = re.compile(r"(?<!\d)(1[0-9]{3}|20[0-9]{2})(s?)(?!\d)")
_CENTURY: Final = re.compile(r"C(\d{1,2})")
_EXACT_YEAR: Final = re.compile(r"\d{4}(?:-\d\d){0,2}")
_FOOT_M: Final = 0.3048


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
    for key in ACCESS_KEYS:
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


def width_m(tags: Tags) -> float | None:
    """Return the width of the carriageway."""
    width = length_m(tags.get("width", "")) or length_m(tags.get("est_width", ""))
    return width if width and 0.5 <= width <= 60 else None


def length_m(text: str) -> float | None:
    """Return a length in metres: ``7``, ``7.5 m``, ``12'``, ``40 ft``, ``12'6"``; None for anything else.

    >>> length_m("7,5 m"), length_m("10 ft"), length_m("tall")
    (7.5, 3.048, None)
    """
    metres = _METRES.fullmatch(text)
    if metres:
        return float(metres[1].replace(",", ".")) * (1000.0 if metres[2] == "km" else 1.0)
    feet = _FEET.fullmatch(text)
    return (float(feet[1]) + float(feet[2] or 0) / 12) * _FOOT_M if feet else None


def storeys(tags: Tags) -> int | None:
    """Return the storeys above ground; of several the highest, a half storey counts as one."""
    text = tags.get("building:levels", "")
    if not _NUMBERS.fullmatch(text):
        return None
    top = max(float(part.replace(",", ".")) for part in _NUMBER.findall(text))
    return int(-(-top // 1)) if 0 < top <= 200 else None


def roof_m(tags: Tags, storey_m: float) -> float:
    """Return the height of the roof above the walls, 0 where none is tagged."""
    height = length_m(tags.get("roof:height", ""))
    if height is None:
        levels = _NUMBER.fullmatch(tags.get("roof:levels", ""))
        height = float(levels[0].replace(",", ".")) * storey_m if levels else 0.0
    return height if height <= 100 else 0.0


def built_year(tags: Tags) -> tuple[int, bool]:
    """Return the year a building was finished and whether it is stated to the year; (0, False) where none is.

    >>> [built_year({"start_date": text}) for text in ("1938-10", "1890s", "before 1815", "1908..1939", "C19", "old")]
    [(1938, True), (1890, False), (1815, False), (1939, False), (1801, False), (0, False)]
    """
    text = tags.get("start_date", "")
    years = [int(year) for year, _ in _YEAR.findall(text)]
    if years:
        return max(years), _EXACT_YEAR.fullmatch(text) is not None
    century = _CENTURY.search(text)
    return (100 * int(century[1]) - 99, False) if century and 1 <= int(century[1]) <= 21 else (0, False)


def height_m(tags: Tags) -> float | None:
    """Return the height above ground."""
    for key in ("height", "building:height", "est_height"):
        height = length_m(tags.get(key, ""))
        if height and 1 <= height <= 900:
            return height
    return None


def structure(tags: Tags) -> str:
    """Return ``bridge``, ``tunnel`` or ""; a passage through a building lies on the ground and is none."""
    if tags.get("bridge", "no") != "no":
        return "bridge"
    return "tunnel" if tags.get("tunnel", "no") not in {"no", "building_passage", "culvert"} else ""


def level(tags: Tags) -> int:
    """Return the layer a way lies on: bridges above 0, tunnels below."""
    layer = layer_tag(tags)
    return {"bridge": 1, "tunnel": -1, "": 0}[structure(tags)] if layer is None else layer


def layer_tag(tags: Tags) -> int | None:
    """Return the layer that is tagged, None for none or one that is no whole number of one digit."""
    text = tags.get("layer", "")
    return int(text) if re.fullmatch(r"[+-]?\d", text, re.ASCII) else None
