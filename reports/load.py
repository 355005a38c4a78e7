"""The page of a load ramp: ``load.json`` of an experiment's folder as ``report.html``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reports.difference_plots import LINES
from reports.pictures import INK, drawing, svg_uri
from reports.trial_page import between, shown, write_page
from reports.words import figure, percent

RAISED = {"calls": "incidents and calls", "alarms": "camera alarms", "both": "calls and camera alarms"}


def write_load(folder: Path) -> Path:
    """Write the page of the ramp in a folder and return its path."""
    content = json.loads((folder / "load.json").read_text(encoding="utf-8"))
    return write_page(folder / "report.html", "load.html.j2", context_of(content))


def context_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page shows."""
    return {
        "content": content,
        "raised": RAISED[content["raised"]],
        "verdict": knee_sentence(content),
        "plot": strains(content),
        "rows": [_row(level, content) for level in content["levels"]],
    }


def knee_sentence(content: Mapping[str, Any]) -> str:
    """Return what gave way first, and at how much."""
    knee, highest = content["knee"], content["levels"][-1]["factor"]
    if not knee:
        return f"nothing gave way up to {figure(highest)} times the load"
    if knee["factor"] <= 1:
        is_over = "is over its" if knee["part"] == "recogniser" else "are over their"
        return f"the {knee['part']} {is_over} limit at the scenario's own load"
    give = "gives" if knee["part"] == "recogniser" else "give"
    return f"the {knee['part']} {give} way first, at {figure(knee['factor'])} times the load"


def strains(content: Mapping[str, Any]) -> str:
    """Return how much of its limit each part uses, over the load."""
    with drawing(8.6, 4.2) as drawn:
        axes = drawn.add_subplot()
        factors = [level["factor"] for level in content["levels"]]
        for limit, colour in zip(content["limits"], LINES, strict=False):
            found = [level["parts"][limit["part"]]["strain"] for level in content["levels"]]
            points = [(x, 100 * y) for x, y in zip(factors, found, strict=True) if y is not None]
            if not points:
                continue
            axes.plot(*zip(*points, strict=True), "o-", color=colour, linewidth=2, label=limit["part"])
        axes.axhline(100, color=INK, linewidth=1)
        axes.annotate("limit", (1.0, 100), xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize=9)
        if content["knee"]:
            axes.axvline(content["knee"]["factor"], color=INK, linewidth=1, linestyle="--")
        top = max(100 * (part["strain"] or 0) for level in content["levels"] for part in level["parts"].values())
        axes.set(xlabel="times the scenario's load", ylabel="share of the limit used, %", ylim=(0, min(400, 1.1 * top)))
        axes.grid(axis="y", color="#e6e8eb", linewidth=0.8)
        axes.legend(fontsize=9.5, frameon=False)
        return svg_uri(drawn)


def _row(level: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    cells = []
    for limit in content["limits"]:
        part, metric = level["parts"][limit["part"]], limit["metric"]
        over = part["strain"] is not None and part["strain"] > 1
        cells.append((shown(metric, part["value"]), between(metric, part["low"], part["high"]), over))
    return {"factor": figure(level["factor"]), "cells": cells, "busy": percent(level["utilisation"]["value"])}
