"""The page of a camera plan: ``plan.json`` and ``maps.npz`` of its folder as ``place.html``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reports.placement_maps import class_legend, close_up, new_legend, new_map, read_maps, whole_map
from reports.placement_plots import curve_plot, mahalla_plot
from reports.placement_trial import rule_words, trial_rows, verdict
from reports.trial_page import write_page
from reports.words import plural

CLASSES = ("detect", "observe", "recognise", "identify")


def write_placement(folder: Path) -> Path:
    """Write the page of the plan in a folder and return its path."""
    content = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    maps = read_maps(folder / "maps.npz")
    pictures = {
        f"{what}_{word}": draw(maps, word) for what, draw in (("whole", whole_map), ("close", close_up))
        for word in ("before", "after")
    }  # fmt: skip
    pictures["new"] = new_map(maps)
    return write_page(folder / "place.html", "placement.html.j2", context_of(content) | pictures)


def context_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page shows, but for its maps."""
    plan, trial = content["plan"], content.get("trial")
    return {
        "content": content,
        "trial_rows": trial_rows(trial) if trial else [],
        "trial_rule": capital(rule_words(trial["rule"])) if trial else "",
        "trial_verdict": capital(verdict(trial)) if trial else "",
        "plan": plan,
        "title": f"{plural(plan['cameras'], 'camera')} for {content['area']['name']}",
        "cards": _cards(content),
        "class_rows": _class_rows(content),
        "curve": curve_plot(content["curve"], content["phases"], plan["already"], content["objective"]["unit"]),
        "curve_rows": [point for point in content["curve"] if point["newly_in_view"]],
        "mahallas": mahalla_plot(content["mahallas"]),
        "least": content["mahallas"][:5],
        "class_legend": class_legend(),
        "new_legend": new_legend(),
        "phase_rows": content["phases"] if len(content["phases"]) > 1 else [],
        "options": [row | {"words": _option_words(row)} for row in plan["by_option"]],
    }


def share(value: float | None, digits: int = 1) -> str:
    """Return a share in percent.

    >>> share(0.06957), share(None)
    ('7.0 %', '–')
    """
    return "–" if value is None else f"{100 * value:.{digits}f} %"


def capital(sentence: str) -> str:
    """Return a sentence with a capital letter."""
    return sentence[:1].upper() + sentence[1:]


def newly(content: Mapping[str, Any], name: str) -> int:
    """Return the dwellings newly in view at a class or better."""
    found: int = content["privacy"]["newly_in_view"][name]
    return found


def _cards(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    plan, privacy = content["plan"], content["privacy"]
    total = privacy["after"]["dwellings"]
    return [
        {
            "title": "What it sees", "big": f"{share(plan['already'])} → {share(plan['already'] + plan['value'])}",
            "said": f"of what counts: {content['objective']['unit']}.",
            "lines": [
                f"{share(content['failing']['seen_by_two'])} is seen by two cameras or more",
                f"worst served tenth of the mahallas: {share(content['worst_tenth']['before'])} before, "
                f"{share(content['worst_tenth']['after'])} after",
            ],
        },
        {
            "title": "How good the plan is", "big": f"≤ {share(plan['gap'], 2)}",
            "said": "from the best plan there can be, proven.",
            "lines": [
                f"it adds {share(plan['value'], 2)}; no plan within the same limits adds more than "
                f"{share(plan['bound'], 2)}",
                f"{plan['bound_by']} bound over {content['candidates']['poses']:,} poses on "
                f"{content['candidates']['mounts']:,} mounts and {content['demand']['cells']:,} cells of "
                f"{content['demand']['cell_m']:g} m",
                f"price {plan['price']:,.0f} {plan['currency']} "
                f"(prices: {content['prices']['source'].partition(';')[0]})",
            ],
        },
        {
            "title": "Whom it looks in on", "big": f"+{newly(content, 'detect'):,}",
            "said": "dwellings newly with a window or yard in view, where a person could be made out («detect»).",
            "lines": [
                f"+{newly(content, 'recognise'):,} at «recognise», +{newly(content, 'identify'):,} at «identify»",
                f"of {total:,} dwellings in the city; {privacy['before']['in_view']['detect']:,} in view before",
                f"{privacy['after']['minutes_a_day']['recognise']:.0f} minutes a day each at «recognise», on average",
            ],
        },
    ]  # fmt: skip


def _class_rows(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    privacy = content["privacy"]
    return [
        row | {
            "homes_before": privacy["before"]["in_view"][row["name"]],
            "homes_after": privacy["after"]["in_view"][row["name"]],
            "homes_new": newly(content, row["name"]),
            "night": privacy["after"]["at_night"][row["name"]],
            "minutes": privacy["after"]["minutes_a_day"][row["name"]],
        }
        for row in content["classes"]
    ]  # fmt: skip


def _option_words(row: Mapping[str, Any]) -> str:
    where = {"lamp_post": "on lamp posts", "pole": "on new masts", "crossing": "on masts at crossings",
             "facade": "on walls", "gate": "before gates and schools"}  # fmt: skip
    hangs = where.get(row["mount"], "from the file")
    return f"{row['kind']}, {row['hfov_deg']:g}° and {row['width_px']:,} px wide, {hangs}"
