"""Names in several scripts and languages (wiki.openstreetmap.org/wiki/Multilingual_names)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

_LANGUAGE: Final = re.compile(r"name:([a-z]{2,3}(?:[-_][A-Za-z0-9]+)*)")
_OTHERS: Final = {
    "int_name": "int",
    "alt_name": "alt",
    "old_name": "old",
    "official_name": "official",
    "loc_name": "loc",
}
_INSTEAD: Final = ("name:uz", "name:ru", "name:en", "int_name", "official_name", "alt_name", "ref")


def name_of(tags: Mapping[str, str]) -> str:
    """Return the name on the ground; without one a name in some language, or the number of the road."""
    if "name" in tags:
        return tags["name"]
    return next((tags[key] for key in _INSTEAD if key in tags), "")


def other_names(tags: Mapping[str, str]) -> str:
    """Return the further names as a JSON object by language, "" for none.

    ``int``, ``alt``, ``old``, ``official`` and ``loc`` stand for the keys of those names.

    >>> other_names({"name": "Navoiy", "name:ru": "Навои", "alt_name": "Big"})
    '{"alt": "Big", "ru": "Навои"}'
    """
    names = {}
    for key, value in tags.items():
        if "name" not in key:
            continue
        language = _LANGUAGE.fullmatch(key)
        if language:
            names[language[1]] = value
        elif key in _OTHERS:
            names[_OTHERS[key]] = value
    return json.dumps(names, ensure_ascii=False, sort_keys=True) if names else ""
