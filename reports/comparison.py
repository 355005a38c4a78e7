"""The page of a comparison: ``comparison.json`` of an experiment's folder as ``report.html``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reports.difference_plots import colour_of, forest, settled
from reports.trial_page import between, p_word, shown, write_page
from reports.words import figure, percent, plural, service_word

PRIORITIES = (0, 1, 2, 3)
SHOWN = (
    ("response_mean_s", "Response, mean"), ("response_median_s", "median"), ("response_p90_s", "90th percentile"),
    ("help_mean_s", "Time to help, mean"), ("help_p90_s", "90th percentile"), ("on_time_share", "Within norm"),
    ("unhelped", "Not reached"),
)  # fmt: skip
CENTRE = (
    "utilisation", "false_team_min", "answer_wait_mean_s", "answer_wait_p90_s", "dispatch_wait_mean_s", "waiting_mean",
    "waiting_end", "declined", "moves", "verify_wait_mean_s",
)  # fmt: skip


def write_comparison(folder: Path) -> Path:
    """Write the page of the comparison in a folder and return its path."""
    content = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
    return write_page(folder / "report.html", "comparison.html.j2", context_of(content))


def context_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page shows."""
    head = content["headline"]
    metric = head[0]["metric"]
    several = len(content["policies"]) > 2
    mine = [
        row
        for row in content["differences"]
        if row["metric"] == metric and row["n"] >= content["days"] / 2 and not (several and row["priority"])
    ]
    return {
        "content": content,
        "base": content["policies"][0],
        "cards": [_card(row) for row in head if row["metric"] == metric and _key(row) == _key(head[0])],
        "metric_words": head[0]["words"],
        "forest": forest(mine, [_label(row, content) for row in mine], metric, content["policies"][0]),
        "curve": settled(content["curves"]),
        "head_rows": [_head_row(row) for row in head],
        "pooled_rows": [_pooled_row(row) for row in content["pooled"] if row["value"] is not None],
        "level_heads": [title for _, title in SHOWN],
        "level_rows": list(_level_rows(content)),
        "centre_rows": [_centre_row(row, content) for row in content["differences"] if row["metric"] in CENTRE],
        "rule": rule_sentence(content),
        "bounds": [row | {"service": service_word(row["service"])} for row in content["bounds"]],
    }


def verdict(row: Mapping[str, Any]) -> str:
    """Return one sentence on a difference."""
    if row["value"] is None or row["low"] is None:
        return f"too few days have this figure to tell {row['policy']} from {row['base']}"
    said = f"{shown(row['metric'], row['value'], sign=True)} ({between(row['metric'], row['low'], row['high'], True)})"
    if row["low"] <= 0 <= row["high"]:
        return f"no difference beyond chance: {said}"
    better = (row["value"] > 0) == bool(row["better_high"])
    return f"{'better' if better else 'worse'} than {row['base']} by {said}"


def rule_sentence(content: Mapping[str, Any]) -> str:
    """Return by which rule the number of days was chosen."""
    rule = content["rule"]
    if rule["name"] == "fixed":
        return f"{plural(content['days'], 'day')} under each policy, as asked for."
    reached = "" if rule["reached"] else f" It would have taken {rule['wanted']:,}, more than were allowed."
    return (
        f"{plural(content['days'], 'day')} under each policy: chosen by Stein's two-stage rule (1945) from a pilot of "
        f"{rule['pilot']} days, so that the interval of the difference in {rule['metric']} is at most "
        f"± {figure(rule['half_width'])} wide.{reached}"
    )


def _card(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "policy": row["policy"],
        "big": shown(row["metric"], row["value"], sign=True),
        "colour": colour_of(row),
        "verdict": verdict(row),
        "lines": [
            f"{shown(row['metric'], row['first'])} under {row['base']}, {shown(row['metric'], row['second'])} under it",
            f"effect size {shown('', row['dz'])} (differences of a day in their standard deviations)",
            f"less on {percent(row['less'])} of the days on which they differ",
            f"{row['n']} days find a true difference of {shown(row['metric'], row['detectable'])} with a power of 80 %",
            f"the same days for both save a factor of {figure(row['saved'])} in days",
        ],
    }


def _head_row(row: Mapping[str, Any]) -> dict[str, Any]:
    metric = row["metric"]
    return {
        "words": row["words"], "policy": row["policy"], "first": shown(metric, row["first"]),
        "second": shown(metric, row["second"]), "value": shown(metric, row["value"], True), "colour": colour_of(row),
        "between": between(metric, row["low"], row["high"], True), "dz": shown("", row["dz"]), "p": p_word(row["p"]),
        "p_holm": p_word(row["p_holm"]), "detectable": shown(metric, row["detectable"]),
        "saved": figure(row["saved"]), "n": row["n"],
    }  # fmt: skip


def _pooled_row(row: Mapping[str, Any]) -> list[str]:
    name = "response_p90_s"
    service = "All services" if row["service"] == "all" else service_word(row["service"])
    return [
        service, row["level"], row["policy"], shown(name, row["first"]), shown(name, row["second"]),
        shown(name, row["value"], True), between(name, row["low"], row["high"], True),
    ]  # fmt: skip


def _level_rows(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    table = {(row["metric"], row["service"], row["priority"]): row["policies"] for row in content["levels"]}
    groups = dict.fromkeys(
        (row["service"], row["priority"]) for row in content["levels"] if row["metric"] == "response_mean_s"
    )
    rows = []
    for service, priority in groups:
        for policy in content["policies"]:
            found = [(m, table.get((m, service, priority), {}).get(policy)) for m, _ in SHOWN]
            cells = [(shown(m, mean["value"]), _half(m, mean)) if mean else ("–", "") for m, mean in found]
            name = "All services" if service == "all" else service_word(service)
            rows.append(
                {
                    "service": name,
                    "priority": f"priority {priority}" if priority else "all",
                    "policy": policy,
                    "cells": cells,
                    "all": not priority,
                }
            )
    return rows


def _half(metric: str, mean: Mapping[str, Any]) -> str:
    return "" if mean["low"] is None else f"± {shown(metric, (mean['high'] - mean['low']) / 2)}"


def _centre_row(row: Mapping[str, Any], content: Mapping[str, Any]) -> list[str]:
    metric = row["metric"]
    return [
        row["words"], row["policy"], shown(metric, row["first"]), shown(metric, row["second"]),
        shown(metric, row["value"], True), between(metric, row["low"], row["high"], True),
    ]  # fmt: skip


def _label(row: Mapping[str, Any], content: Mapping[str, Any]) -> str:
    service = "all services" if row["service"] == "all" else service_word(row["service"]).lower()
    name = service + (f", priority {row['priority']}" if row["priority"] else "")
    return f"{row['policy']}: {name}" if len(content["policies"]) > 2 else name


def _key(row: Mapping[str, Any]) -> Sequence[Any]:
    return row["metric"], row["service"], row["priority"]
