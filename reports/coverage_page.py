"""One self-contained page of a fleet's coverage: ``coverage.html``; of two fleets, with what changed between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from reports import words
from reports.coverage_maps import Key
from reports.coverage_plots import survival_plot
from reports.trial_page import write_page

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


@dataclass(frozen=True)
class DrawnMap:
    """One map of the page.

    Attributes:
        title: over it.
        uri: the picture.
        key: signs, colours and words.
        note: under it.
    """

    title: str
    uri: str
    key: Key
    note: str = ""


def write_coverage(
    path: Path,
    about: Mapping[str, Any],
    figures: Mapping[str, Any],
    maps: Sequence[DrawnMap],
    before: Mapping[str, Any] | None = None,
) -> Path:
    """Write the page and return its path.

    Args:
        path: HTML file.
        about: ``city``, ``fleet``, ``command``, ``real`` (what is real and what is synthetic), ``cell_m``, ``source``
            and ``verified`` of the edition, ``night`` (what is assumed); for a comparison ``fleet_before``.
        figures: of :func:`sensors.fleet_summary.fleet_summary`.
        maps: in the order they are shown.
        before: figures of the fleet it is compared with.
    """
    return write_page(path, "coverage.html.j2", page_context(about, figures, maps, before))


def page_context(
    about: Mapping[str, Any],
    figures: Mapping[str, Any],
    maps: Sequence[DrawnMap],
    before: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return everything the page's template shows, as text."""
    names = [row["name"] for row in reversed(figures["classes"])]
    return {
        "about": about,
        "names": names,
        "headline": headline(figures),
        "cards": _cards(figures),
        "maps": maps,
        "classes": [_class_row(row, figures, before) for row in figures["classes"]],
        "has_before": before is not None,
        "changes": [] if before is None else changes(before, figures),
        "seen_by": [(count, words.percent(share)) for count, share in figures["seen_by"].items()],
        "sightings": _sightings(figures, names[0]),
        "seen_for": words.figure(figures["seen_for_s"]),
        "streets": [
            {"name": row["street_class"], "size": f"{words.figure(row['km'])} km", **_shares(row, names)}
            for row in figures["streets"]
        ],
        "places": [_place(row, names) for row in figures["places"]],
        "districts": [_area(row, names) for row in figures["districts"]],
        "mahallas": [_area(row, names) for row in _least_seen(figures["mahallas"], names[0])],
        "mahalla_count": len(figures["mahallas"]),
        "survival": _survival(figures, names),
        "plot": survival_plot(figures["survival"]["curve"], names),
        "first": fails_first(figures),
        "privacy": figures["privacy"],
        "optics": figures["optics"],
        "capture": figures["capture"],
    }


def headline(figures: Mapping[str, Any]) -> str:
    """Return the figures in one sentence: ground and, in the same breath, dwellings."""
    least, privacy = figures["classes"][-1], figures["privacy"]
    ground = f"{words.percent(least['share_open'])} of open ground at «{least['name']}» or better"
    homes = f"{privacy['in_view'][least['name']]:,} of {privacy['dwellings']:,} dwellings in view"
    return f"{words.whole(figures['cameras'])} cameras: {ground}; {homes}"


def fails_first(figures: Mapping[str, Any]) -> list[str]:
    """Return sentences on what goes dark first, the greatest loss first."""
    survival, told = figures["survival"], []
    least = figures["classes"][-1]
    centres, worst = survival["centres"], survival["worst"]
    if centres:
        first = centres[0]
        share = first["lost_km2"] / max(least["km2"], 1e-9)
        told.append(
            f"The data centre {first['name']} ({words.whole(first['cameras'])} cameras): "
            f"{words.figure(first['lost_km2'])} km2, {words.percent(share)} of what is covered, seen only through it."
        )
    five = next((row for row in survival["cameras"] if row["share"] == 0.05), None)
    if five:
        told.append(
            f"With {words.percent(0.05)} of all cameras failed ({words.whole(five['failed'])}) "
            f"{words.percent(1.0 - five['left'][least['name']])} of the covered ground goes dark; "
            f"{words.percent(_twice(figures))} of open ground has two cameras or more."
        )
    if worst:
        told.append(
            f"The single camera {worst[0]['id']}: {words.figure(1e6 * worst[0]['lost_km2'])} m2 that nobody else sees."
        )
    return told


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the rows of a before-and-after table: ground by class, dwellings, redundancy, what is left of it."""
    rows = [
        _change(f"open ground at «{new['name']}» or better", old["share_open"], new["share_open"])
        for old, new in zip(before["classes"], after["classes"], strict=True)
    ]
    for name in (after["classes"][-1]["name"], after["classes"][0]["name"]):
        old, new = (figures["privacy"]["in_view"][name] for figures in (before, after))
        total = max(after["privacy"]["dwellings"], 1)
        rows.append(_change(f"dwellings in view at «{name}» or better", old / total, new / total))
    rows.append(_change("open ground with two cameras or more", *(_twice(figures) for figures in (before, after))))
    least = after["classes"][-1]["name"]
    left = [figures["survival"]["cameras"][-1]["left"][least] for figures in (before, after)]
    rows.append(_change("covered ground left when a tenth of the cameras fail", *left))
    return rows


def _change(name: str, old: float, new: float) -> dict[str, str]:
    sign = "−" if new < old else "+"
    return {
        "name": name,
        "before": words.percent(old),
        "after": words.percent(new),
        "change": f"{sign}{words.figure(100.0 * abs(new - old))} points" if new != old else "none",
    }


def _twice(figures: Mapping[str, Any]) -> float:
    return float(figures["seen_by"]["2"] + figures["seen_by"]["3+"])


def _cards(figures: Mapping[str, Any]) -> list[dict[str, str]]:
    least, best, privacy = figures["classes"][-1], figures["classes"][0], figures["privacy"]
    exposed = privacy["in_view"][least["name"]] / max(privacy["dwellings"], 1)
    named = privacy["in_view"][best["name"]]
    return [
        {
            "title": "What is seen",
            "big": words.percent(least["share_open"]),
            "text": f"of {words.figure(figures['open_km2'])} km2 of open ground at «{least['name']}» or better by day, "
            f"{words.percent(least['share_night'])} at night; {words.percent(best['share_open'])} at «{best['name']}».",
        },
        {
            "title": "How safely",
            "big": words.percent(_twice(figures)),
            "text": f"of open ground has two cameras or more. A tenth of the cameras gone leaves "
            f"{words.percent(figures['survival']['cameras'][-1]['left'][least['name']])} of what is covered.",
        },
        {
            "title": "Whose homes",
            "big": words.percent(exposed),
            "text": f"of {words.whole(privacy['dwellings'])} dwellings have a window or yard in view at "
            f"«{least['name']}» or better, {words.whole(named)} of them at «{best['name']}», "
            f"{words.figure(privacy['minutes_a_day'][least['name']])} minutes a day on average.",
        },
    ]


def _class_row(row: Mapping[str, Any], figures: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, str]:
    privacy, name = figures["privacy"], row["name"]
    old = next((part for part in before["classes"] if part["name"] == name), None) if before else None
    return {
        "name": name,
        "px": words.figure(row["px_per_m"]),
        "km2": words.figure(row["km2"]),
        "day": words.percent(row["share_open"]),
        "before": words.percent(old["share_open"]) if old else "",
        "night": words.percent(row["share_night"]),
        "watched": words.percent(row["share_watched"]),
        "in_view": words.whole(privacy["in_view"][name]),
        "windows": words.whole(privacy["windows"][name]),
        "yards": words.whole(privacy["yards"][name]),
        "at_night": words.whole(privacy["at_night"][name]),
        "minutes": words.figure(privacy["minutes_a_day"][name]) if privacy["windows"][name] else words.NONE,
    }


def _shares(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {
        "shares": [words.percent(row["share"][name]) for name in names],
        "night": words.percent(row["night"][names[0]]),
        "twice": words.percent(row["seen_by"]["2"] + row["seen_by"]["3+"]),
        "lying": words.percent(row["sighting"].get("person_lying", {}).get("day")),
        "meter": round(100.0 * row["share"][names[0]], 1),
    }


def _place(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    word, more = PLACE_WORDS.get(row["kind"], (words.told(row["kind"]) + "s", ""))
    return {
        "name": word,
        "more": more,
        "size": words.whole(row["places"]),
        "half": words.whole(row["half_seen"]),
        "unseen": words.whole(row["unseen"]),
        "least": ", ".join(words.told(name) for name in row["least"][:2]),
        **_shares(row, names),
    }


def _area(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    exposed = row["in_view"][names[0]] / row["dwellings"] if row["dwellings"] else None
    return {
        "name": row["name"],
        "size": f"{words.figure(row['open_km2'])} km2",
        "dwellings": words.whole(row["in_view"][names[0]]),
        "exposed": words.percent(exposed),
        **_shares(row, names),
    }


def _least_seen(rows: Sequence[Mapping[str, Any]], name: str) -> list[Mapping[str, Any]]:
    there = [row for row in rows if row["open_km2"] > 0]
    return sorted(there, key=lambda row: (row["share"][name], row["name"]))[:WORST_MAHALLAS]


def _sightings(figures: Mapping[str, Any], least: str) -> list[dict[str, str]]:
    wedge = next(row for row in figures["classes"] if row["name"] == least)
    return [
        {
            "name": SIGHTING_WORDS.get(what, f"a {words.told(what)}"),
            "wedge": words.percent(wedge["share_open"]),
            "day": words.percent(chance["day"]),
            "wedge_night": words.percent(wedge["share_night"]),
            "night": words.percent(chance["night"]),
        }
        for what, chance in figures["sighting"].items()
    ]


def _survival(figures: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    survival = figures["survival"]
    return {
        "cameras": [
            {
                "share": words.percent(row["share"]),
                "failed": words.whole(row["failed"]),
                "left": [words.percent(row["left"][name]) for name in names],
            }
            for row in survival["cameras"]
        ],
        "centres": [
            {
                "name": row["name"],
                "cameras": words.whole(row["cameras"]),
                "seen": words.figure(row["seen_km2"]),
                "lost": words.figure(row["lost_km2"]),
                "left": [words.percent(row["left"][name]) for name in names],
            }
            for row in survival["centres"]
        ],
        "worst": [
            {"id": row["id"], "lost": [words.figure(1e6 * row["lost"][name]) for name in names]}
            for row in survival["worst"][:10]
        ],
    }
