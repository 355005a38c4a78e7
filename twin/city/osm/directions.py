"""Which way vehicles may use a way (wiki.openstreetmap.org/wiki/Key:oneway)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

ONEWAY_KEYS: Final = ("oneway:motorcar", "oneway:motor_vehicle", "oneway")
CHANGING: Final = frozenset({"reversible", "alternating"})
_ALONG: Final = frozenset({"yes", "true", "1"})
_AGAINST: Final = frozenset({"-1", "reverse"})
_BOTH: Final = frozenset({"no", "false", "0"})


class Direction(Enum):
    """Which way vehicles may use a way."""

    BOTH = 0
    ALONG = 1
    AGAINST = -1


def direction(tags: Mapping[str, str]) -> Direction:
    """Return the direction of traffic; roundabouts and motorways are one-way unless they say otherwise.

    A way whose direction changes with the hour (``reversible``, ``alternating``) counts as open both ways.
    """
    value = next((tags[key] for key in ONEWAY_KEYS if key in tags), "")
    if value in _AGAINST:
        return Direction.AGAINST
    if value in _ALONG:
        return Direction.ALONG
    implied = tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") == "motorway"
    return Direction.ALONG if implied and value not in _BOTH | CHANGING else Direction.BOTH


def unusable_direction(tags: Mapping[str, str]) -> str | None:
    """Return a value of ``oneway`` that says nothing, None where there is none."""
    value = tags.get("oneway", "no")
    return None if value in _ALONG | _AGAINST | _BOTH | CHANGING else value
