"""The page of a calibration: ``calibration.json`` of its folder as ``report.html``, with the reliability diagram."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from reports.pictures import FAINT, INK, drawing, svg_uri
from reports.trial_page import write_page
from reports.words import figure, percent
from twin.runfolder import write_whole

LOOKS: Final = (("#1f5fa8", "s"), ("#d1495b", "^"), ("#0a7f5a", "o"), ("#7b3fa0", "D"))
DIAGRAM: Final = "reliability.png"
_PLAIN: Final = {"Software": None}


def write_calibration(folder: Path) -> Path:
    """Write the page and ``reliability.png`` of the calibration in a folder, and return the page's path."""
    content = json.loads((folder / "calibration.json").read_text(encoding="utf-8"))
    with _diagram(content) as drawn:
        write_whole(folder / DIAGRAM, lambda part: drawn.savefig(part, format="png", dpi=110, metadata=_PLAIN))
    return write_page(folder / "report.html", "calibration.html.j2", context_of(content))


def context_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page shows."""
    with _diagram(content) as drawn:
        picture = svg_uri(drawn)
    return {
        "content": content,
        "verdict": verdict(content),
        "diagram": picture,
        "rows": [_row(name, rule, content["target"]) for name, rule in content["rules"].items()],
        "delay": figure(max(rule["delay_s"] for rule in content["rules"].values())),
        "quiet": [
            (_words(rule), light, row["alarms"], figure(row["camera_hours"]), figure(row["low"]), figure(row["high"]))
            for rule, lights in content["quiet"].items()
            for light, row in lights.items()
        ],
    }


def verdict(content: Mapping[str, Any]) -> str:
    """Return in one line which rules the fitted model tells well enough of."""
    failed = [_words(name) for name, rule in content["rules"].items() if not rule["holds"]]
    if not failed:
        return f"within {content['target']:g} of the recogniser on streets it was not fitted on"
    return f"further than {content['target']:g} from the recogniser for {', '.join(failed)}"


@contextmanager
def _diagram(content: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the reliability diagram: predicted chance against share observed, on streets that were not fitted on."""
    rules = content["rules"]
    rows = -(-len(rules) // 2)
    with drawing(9.0, 0.5 + 4.3 * rows) as drawn:
        axes = drawn.subplots(rows, 2, squeeze=False).ravel()
        for axis, (name, rule), look in zip(axes, rules.items(), LOOKS * 3, strict=False):
            _panel(axis, _words(name), rule, *look)
        for axis in axes[len(rules) :]:
            axis.set_axis_off()
        yield drawn


def _panel(axis: Any, title: str, rule: Mapping[str, Any], colour: str, marker: str) -> None:
    check, bins = rule["check"], rule["check"]["bins"]
    axis.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle="--")
    x, y = [row["predicted"] for row in bins], [row["observed"] for row in bins]
    reach = [[row["observed"] - row["low"] for row in bins], [row["high"] - row["observed"] for row in bins]]
    axis.errorbar(x, y, yerr=reach, fmt=marker, color=colour, markersize=6, elinewidth=1.2, capsize=2)
    axis.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), xlabel="chance by the fitted model", ylabel="share observed")
    axis.set_aspect("equal")
    axis.set_title(
        f"{title}: error {check['error']:.3f} ({check['error_by_chance']:.3f} by chance)\n"
        f"{check['encounters']} encounters, {check['cameras']} cameras",
        fontsize=10.5, color=INK,
    )  # fmt: skip


def _row(name: str, rule: Mapping[str, Any], target: float) -> dict[str, Any]:
    check, place = rule["check"], rule["position"]
    half, most = place["within_half"], place["within_nine_tenths"]
    return {
        "name": _words(name), "n": rule["n"], "check": check,
        "error_holds": check["error"] <= target, "gap_holds": check["share_gap"] <= target,
        "error": f"{check['error']:.3f}", "by_chance": f"{check['error_by_chance']:.3f}",
        "shares": f"{percent(check['share_predicted'])} / {percent(check['share_observed'])}",
        "gap": f"{check['share_gap']:.3f}",
        "effect": "" if rule["frailty_sd"] is None else figure(rule["frailty_sd"]),
        "place": "" if half is None else f"{percent(half)} / {percent(most)}",
    }  # fmt: skip


def _words(name: str) -> str:
    return name.replace("_", " ")
