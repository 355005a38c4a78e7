"""What a plan bought on trial, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.difference_plots import colour_of
from reports.trial_page import between, shown
from reports.words import figure, plural


def rule_words(rule: Mapping[str, Any]) -> str:
    """Return by which rule the number of days was chosen."""
    said = (
        f"chosen by Stein's two-stage rule (1945) from a pilot of {plural(rule['pilot'], 'day')}, so that the interval "
        f"of time to help in the open is at most ± {figure(rule['half_width'])} s"
    )
    return said if rule["reached"] else f"{said}; that would have taken {rule['wanted']:,}, more than were allowed"


def difference_words(row: Mapping[str, Any]) -> str:
    """Return a figure without and with the plan, and the difference with its interval."""
    if row["value"] is None:
        return "no such incident"
    name = row["name"]
    return (
        f"{shown(name, row['first'])} -> {shown(name, row['second'])}, {shown(name, row['value'], True)} "
        f"({between(name, row['low'], row['high'], True)})"
    )


def trial_rows(trial: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of the page's table, variant by variant."""
    rows = []
    for variant in trial["variants"]:
        for nth, row in enumerate(variant["figures"]):
            name = row["name"]
            better = {**row, "better_high": name.endswith("_share")}
            rows.append({
                "notice": variant["notice"] if not nth else "", "words": row["words"],
                "first": shown(name, row["first"]), "second": shown(name, row["second"]),
                "value": shown(name, row["value"], True), "n": row["n"], "colour": colour_of(better),
                "between": between(name, row["low"], row["high"], True),
            })  # fmt: skip
    return rows


def verdict(trial: Mapping[str, Any]) -> str:
    """Return one sentence on what the plan buys, at the scenario's own notice delay."""
    row = trial["variants"][0]["figures"][0]
    if row["value"] is None or row["low"] is None:
        return "too few incidents in the open happened in the area to tell"
    said = f"{shown(row['name'], row['value'], True)} ({between(row['name'], row['low'], row['high'], True)})"
    if row["low"] <= 0 <= row["high"]:
        return f"no difference in time to help beyond chance: {said}"
    return f"help comes {'sooner' if row['value'] < 0 else 'later'} to incidents in the open: {said}"
