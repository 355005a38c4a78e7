"""The figures that stand in for missing tags, read from ``figures.yaml``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML


@cache
def figures() -> dict[str, Any]:
    """Return the table of assumed figures; see the comments in the file."""
    text = (files("twin") / "city" / "osm" / "figures.yaml").read_text(encoding="utf-8")
    table: dict[str, Any] = YAML(typ="safe").load(text)
    return table
