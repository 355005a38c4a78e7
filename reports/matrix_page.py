"""The matrix of a recogniser as one self-contained page: what failed, what got worse, where it is worst."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from reports import words
from reports.pictures import data_uri
from reports.trial_page import p_word, write_page

METRICS = {"recall": "objects found", "plates_read": "plates read whole", "false_per_frame": "false detections a frame"}
AXES = ("light", "weather", "faults", "distance", "occlusion", "density")
_CELLS_SHOWN = 20
_CHANGES_SHOWN = 40
_SHADE = "rgba(179,38,30,{:.2f})"  # the worse, the darker


class Example(Protocol):
    """A frame of a bad cell; see :class:`experiments.recognition.matrix.examples.Example`."""

    where: dict[str, str]
    view: int
    missed: int
    asked: int
    jpeg: bytes


def write_matrix_page(path: Path, report: Mapping[str, Any], examples: Sequence[Example]) -> Path:
    """Write the page and return its path.

    Args:
        path: HTML file.
        report: of ``twin vision matrix``, with ``verdicts`` and ``command``.
        examples: frames of the worst cells, the worst first.
    """
    return write_page(path, "matrix.html.j2", page_context(report, examples))


def page_context(report: Mapping[str, Any], examples: Sequence[Example]) -> dict[str, Any]:
    """Return what the page shows, as text."""
    return {
        "report": report,
        "headline": headline(report),
        "cards": _cards(report["overall"]),
        "verdicts": report["verdicts"],
        "baseline": _baseline(report.get("baseline")),
        "grids": [_grid(report, faults) for faults in report["faults"]],
        "axes": [_axis_row(row) for row in report["axes"]],
        "worst": [_cell_row(row, "recall") for row in report["cells"][:_CELLS_SHOWN]],
        "cells": [_cell_row(row, "recall") for row in report["cells"]],
        "plates": [_cell_row(row, "plates_read") for row in report["plates"]],
        "examples": [_example(one) for one in examples],
    }


def headline(report: Mapping[str, Any]) -> str:
    """Return the matrix in one sentence."""
    failed = sum(not row["ok"] for row in report["verdicts"])
    if failed:
        return f"{words.plural(failed, 'threshold')} of {len(report['verdicts'])} not reached"
    n = len(report["verdicts"])
    passed = f"all {n} thresholds are reached, " if n > 1 else "the threshold is reached, " if n else ""
    return f"{passed}{words.percent(report['overall'].get('recall'))} of objects found"


def _cards(whole: Mapping[str, Any]) -> list[dict[str, str]]:
    cards = [{
        "title": "Objects found", "big": words.percent(whole.get("recall")), "small": _between(whole, "recall"),
        "text": f"of {words.whole(whole.get('n'))} objects asked for, at the working score.",
    }, {
        "title": "mAP50", "big": _plain(whole.get("map50")), "small": _between(whole, "map50", share=False),
        "text": f"over classes; {words.figure(whole['false_per_frame'])} detections a frame answer to nothing.",
    }]  # fmt: skip
    if whole.get("plates_read") is not None:
        cards.append({
            "title": "Plates read whole", "big": words.percent(whole["plates_read"]),
            "small": _between(whole, "plates_read"),
            "text": f"of {words.whole(whole['n_plates'])} fully visible plates of any size.",
        })  # fmt: skip
    return cards


def _grid(report: Mapping[str, Any], faults: str) -> dict[str, Any]:
    """Return recall by weather and light under one state of the camera."""
    scenes = {(row["weather"], row["light"]): row for row in report["scenes"] if row["faults"] == faults}
    rows = [
        {"weather": weather, "cells": [_grid_cell(scenes[weather, light]) for light in report["lights"]]}
        for weather in report["weathers"]
    ]
    return {"faults": faults, "lights": report["lights"], "rows": rows}


def _grid_cell(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "recall": words.percent(row.get("recall")),
        "between": _between(row, "recall"),
        "more": f"mAP50 {_plain(row.get('map50'))} · plates {words.percent(row.get('plates_read'))} · "
        f"{words.figure(row['false_per_frame'])} false",
        "shade": _shade(row.get("recall")),
    }


def _axis_row(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "axis": row["axis"], "value": row["value"], "n": words.whole(row.get("n") or row.get("n_plates")),
        "recall": words.percent(row.get("recall")), "recall_between": _between(row, "recall"),
        "plates": words.percent(row.get("plates_read")), "plates_between": _between(row, "plates_read"),
        "false": words.figure(row.get("false_per_frame")), "shade": _shade(row.get("recall")),
    }  # fmt: skip


def _cell_row(row: Mapping[str, Any], metric: str) -> dict[str, str]:
    axes = {axis: str(row[axis]) for axis in AXES if axis in row}
    return axes | {
        "n": words.whole(row["n"]), "views": words.whole(row["n_views"]), "value": words.percent(row[metric]),
        "between": _between(row, metric), "shade": _shade(row[metric]),
    }  # fmt: skip


def _baseline(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    changed = [row for row in found["rows"] if row["verdict"] != "same"]
    return {
        "file": found["file"],
        "told": f"{words.plural(found['worse'], 'figure')} worse and {found['better']} better of {len(found['rows'])}, "
        f"over {found['views']} views under {words.plural(found['conditions'], 'condition')}",
        "same_footage": found["same_footage"],
        "rows": [_change_row(row) for row in changed[:_CHANGES_SHOWN]],
        "more": max(0, len(changed) - _CHANGES_SHOWN),
    }


def _change_row(row: Mapping[str, Any]) -> dict[str, str]:
    shown = words.figure if row["metric"] == "false_per_frame" else words.percent
    where = row["value"] if "value" in row else ", ".join(str(row[axis]) for axis in AXES if axis in row)
    return {
        "verdict": row["verdict"], "metric": METRICS[row["metric"]], "where": where or "all together",
        "before": shown(row["before"]), "after": shown(row["after"]), "p": p_word(row["p"]),
    }  # fmt: skip


def _example(one: Example) -> dict[str, str]:
    return {
        "uri": data_uri(one.jpeg, "image/jpeg"),
        "where": ", ".join(one.where[axis] for axis in AXES if axis in one.where),
        "told": f"{one.missed} of {words.plural(one.asked, 'object')} of this cell missed; view {one.view}",
    }


def _between(row: Mapping[str, Any], name: str, share: bool = True) -> str:
    low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
    if low is None or high is None:
        return ""
    return f"{words.percent(low)} to {words.percent(high)}" if share else f"{_plain(low)} to {_plain(high)}"


def _plain(value: float | None) -> str:
    return words.NONE if value is None else f"{value:.2f}"


def _shade(value: float | None) -> str:
    return "transparent" if value is None else _SHADE.format(0.5 * (1.0 - value))
