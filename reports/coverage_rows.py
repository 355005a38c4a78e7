"""Rows of the coverage page's tables, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from reports import words

PLACE_WORDS: Final = {
    "junction": ("junctions", "12 m around each"),
    "entrance": ("blocks of flats", "ground before their walls"),
    "corridor": ("corridors", "safe streets and sidewalks, gastronomic streets"),
    "gate": ("city gates", ""),
    "metro": ("metro stations", ""),
    "bazaar": ("bazaars", ""),
    "clinic": ("clinics", ""),
    "university": ("universities", ""),
    "data_centre": ("data centres", ""),
    "police": ("police offices", ""),
}
WORST_MAHALLAS: Final = 15
SIGHTING_WORDS: Final = {"person_lying": "a person lying", "plate": "a plate that passes, read whole"}


def short_percent(share: float | None) -> str:
    """Return a share for a table, to a tenth of a point.

    >>> short_percent(0.1234), short_percent(0.0), short_percent(0.00001), short_percent(None)
    ('12.3 %', '0 %', '< 0.1 %', '–')
    """
    if share is None:
        return words.NONE
    if 0.0 < share < 0.0005:
        return "< 0.1 %"
    return f"{100.0 * share:.1f} %" if share else "0 %"


def class_row(row: Mapping[str, Any], figures: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the row of one class: ground by day, at night and expected, and the homes in view beside it."""
    privacy, name = figures["privacy"], row["name"]
    old = next((part for part in before["classes"] if part["name"] == name), None) if before else None
    return {
        "name": name,
        "px": words.figure(row["px_per_m"]),
        "km2": words.figure(row["km2"]),
        "day": short_percent(row["share_open"]),
        "before": short_percent(old["share_open"]) if old else "",
        "night": short_percent(row["share_night"]),
        "watched": short_percent(row["share_watched"]),
        "in_view": words.whole(privacy["in_view"][name]),
        "windows": words.whole(privacy["windows"][name]),
        "yards": words.whole(privacy["yards"][name]),
        "at_night": words.whole(privacy["at_night"][name]),
        "minutes": words.figure(privacy["minutes_a_day"][name]) if privacy["windows"][name] else words.NONE,
    }


def share_cells(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return what every table of places and areas shows: shares by class, at night, by two cameras, noticed."""
    return {
        "shares": [short_percent(row["share"][name]) for name in names],
        "night": short_percent(row["night"][names[0]]),
        "twice": short_percent(row["seen_by"]["2"] + row["seen_by"]["3+"]),
        "lying": short_percent(row["sighting"].get("person_lying", {}).get("day")),
        "meter": round(100.0 * row["share"][names[0]], 1),
    }


def place_row(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return the row of one kind of named ground."""
    word, more = PLACE_WORDS.get(row["kind"], (words.told(row["kind"]) + "s", ""))
    return {
        "name": word,
        "more": "; ".join(
            part for part in (more, f"least: {', '.join(row['least'][:2])}" if row["least"] else "") if part
        ),
        "size": words.whole(row["places"]),
        "half": words.whole(row["half_seen"]),
        "unseen": words.whole(row["unseen"]),
        **share_cells(row, names),
    }


def area_row(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return the row of a district or mahalla, with its dwellings in view."""
    exposed = row["in_view"][names[0]] / row["dwellings"] if row["dwellings"] else None
    return {
        "name": row["name"],
        "size": f"{words.figure(row['open_km2'])} km2",
        "dwellings": words.whole(row["in_view"][names[0]]),
        "exposed": short_percent(exposed),
        **share_cells(row, names),
    }


def least_seen(rows: Sequence[Mapping[str, Any]], name: str) -> list[Mapping[str, Any]]:
    """Return the mahallas with the least of their ground in view, those first."""
    there = [row for row in rows if row["open_km2"] > 0]
    return sorted(there, key=lambda row: (row["share"][name], row["name"]))[:WORST_MAHALLAS]


def sighting_rows(figures: Mapping[str, Any], least: str) -> list[dict[str, str]]:
    """Return, for each thing to be noticed, the wedge beside the chance of noticing it, by day and at night."""
    wedge = next(row for row in figures["classes"] if row["name"] == least)
    return [
        {
            "name": SIGHTING_WORDS.get(what, f"a {words.told(what)}"),
            "wedge": short_percent(wedge["share_open"]),
            "day": short_percent(chance["day"]),
            "wedge_night": short_percent(wedge["share_night"]),
            "night": short_percent(chance["night"]),
        }
        for what, chance in figures["sighting"].items()
    ]


def survival_rows(figures: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return the tables of what is left when cameras or data centres fail."""
    survival = figures["survival"]
    return {
        "cameras": [
            {
                "share": short_percent(row["share"]),
                "failed": words.whole(row["failed"]),
                "left": [short_percent(row["left"][name]) for name in names],
            }
            for row in survival["cameras"]
        ],
        "centres": [
            {
                "name": row["name"],
                "cameras": words.whole(row["cameras"]),
                "seen": words.figure(row["seen_km2"]),
                "lost": words.figure(row["lost_km2"]),
                "left": [short_percent(row["left"][name]) for name in names],
            }
            for row in survival["centres"]
        ],
        "worst": [
            {"id": row["id"], "lost": [words.figure(1e6 * row["lost"][name]) for name in names]}
            for row in survival["worst"][:10]
        ],
    }
