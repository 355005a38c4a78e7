"""The page of a sweep: ``sweep.json`` of an experiment's folder as ``report.html``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reports.difference_plots import colour_of, forest, tornado
from reports.trial_page import between, p_word, shown, write_page


def write_sweep(folder: Path) -> Path:
    """Write the page of the sweep in a folder and return its path."""
    content = json.loads((folder / "sweep.json").read_text(encoding="utf-8"))
    return write_page(folder / "report.html", "sweep.html.j2", context_of(content))


def context_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page shows: for each metric a tornado, differences and a table."""
    return {"content": content, "parts": [_part(metric, content) for metric in content["metrics"]]}


def bars(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return one bar for each input varied alone: from its lowest to its highest mean."""
    base = rows[0]["value"]
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows[1:]:
        if row["value"] is not None and "," not in row["path"]:
            found.setdefault(row["path"], []).append(row)
    made = []
    for path, its in found.items():
        ends = sorted([(row["value"], row["says"]) for row in its] + [(base, "")])
        low, high = ends[0], ends[-1]
        made.append(
            {
                "label": _short(path),
                "base": base,
                "low": low[0],
                "high": high[0],
                "low_says": low[1],
                "high_says": high[1],
            }
        )
    return made


def _short(path: str) -> str:
    parts = [part for part in path.split(".") if part not in ("value", "demand", "categories")]
    return " · ".join(part.replace("_", " ") for part in parts)


def _told(row: Mapping[str, Any]) -> str:
    parts = zip(row["path"].split(", "), row["says"].split(", "), strict=True)
    return "\n".join(f"{_short(path)} {says}" for path, says in parts)


def _part(metric: Mapping[str, Any], content: Mapping[str, Any]) -> dict[str, Any]:
    name = metric["name"]
    rows = [row for row in content["rows"] if (row["metric"], row["service"]) == (name, metric["service"])]
    gaps = [row["difference"] | {"better_high": metric["better_high"]} for row in rows[1:]]
    known = rows[0]["value"] is not None
    return {
        "words": metric["words"],
        "tornado": tornado(bars(rows), name) if known and not content["grid"] else None,
        "forest": forest(gaps[:16], [_told(row) for row in rows[1:17]], name, "the scenario", 8.6),
        "rows": [
            {
                "label": row["label"], "mean": shown(name, row["value"]),
                "between": between(name, row["low"], row["high"]),
                "n": row["n"], "colour": colour_of(gap), "gap": shown(name, gap.get("value"), True),
                "gap_between": between(name, gap.get("low"), gap.get("high"), True), "p": p_word(row.get("p_holm")),
            }
            for row, gap in zip(rows, [{}, *gaps], strict=True)
        ],
    }  # fmt: skip
