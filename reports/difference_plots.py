"""Differences with their intervals, how they settled day by day, and which input moves a figure most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from reports.pictures import FAINT, INK, drawing, svg_uri
from reports.trial_page import scale_of, unit_of

GOOD: Final = "#0a7f5a"
BAD: Final = "#b3261e"
MARK: Final = "#0a5c8a"
LINES: Final = ("#0a5c8a", "#b7791f", "#7b3fa0", "#0a7f5a", "#d1495b")


def colour_of(row: Mapping[str, Any]) -> str:
    """Return green for a difference that is better beyond doubt, red for one that is worse, grey for neither."""
    if row.get("low") is None or row["low"] <= 0 <= row["high"]:
        return FAINT
    return GOOD if (row["value"] > 0) == bool(row.get("better_high")) else BAD


def forest(
    rows: Sequence[Mapping[str, Any]], labels: Sequence[str], metric: str, base: str, width_in: float = 6.4
) -> str | None:
    """Return differences in one metric as dots with intervals, one row each; None where there is none."""
    known = [(row, label) for row, label in zip(rows, labels, strict=True) if row.get("value") is not None]
    if not known:
        return None
    scale, unit = scale_of(metric), unit_of(metric).replace("%", "points")
    with drawing(width_in, 1.3 + 0.42 * len(known)) as figure:
        axes = figure.add_subplot()
        for y, (row, _) in enumerate(reversed(known)):
            colour = colour_of(row)
            if row.get("low") is not None:
                ends = [row["low"] * scale, row["high"] * scale]
                axes.plot(ends, [y, y], color=colour, linewidth=3, solid_capstyle="round")
            axes.plot([row["value"] * scale], [y], "o", color=colour, markersize=8, markeredgecolor="white")
        axes.axvline(0, color=INK, linewidth=1)
        axes.set_yticks(range(len(known)), [label for _, label in reversed(known)])
        axes.set_ylim(-0.6, len(known) - 0.4)
        axes.set_xlabel(f"difference from {base}{f', {unit}' if unit else ''}")
        axes.grid(axis="x", color="#e6e8eb", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.margins(x=0.12)
        return svg_uri(figure)


def settled(curves: Sequence[Mapping[str, Any]]) -> str | None:
    """Return how each difference and its interval settled with the number of days."""
    shown = [curve for curve in curves if any(point["low"] is not None for point in curve["points"])]
    if not shown:
        return None
    metric = shown[0]["metric"]
    scale, unit = scale_of(metric), unit_of(metric).replace("%", "points")
    with drawing(6.4, 3.9) as figure:
        axes = figure.add_subplot()
        for curve, colour in zip(shown, LINES, strict=False):
            points = [point for point in curve["points"] if point["low"] is not None]
            days = [point["days"] for point in points]
            low, high = ([point[end] * scale for point in points] for end in ("low", "high"))
            axes.fill_between(days, low, high, color=colour, alpha=0.15, linewidth=0)
            axes.plot(days, [p["value"] * scale for p in points], color=colour, linewidth=2, label=curve["policy"])
        axes.axhline(0, color=INK, linewidth=1)
        late = [p for curve in shown for p in curve["points"] if p["low"] is not None and p["days"] >= 5]
        reach = 1.1 * scale * max((max(abs(p["low"]), abs(p["high"])) for p in late), default=0.0)
        if reach > 0:
            axes.set_ylim(-reach, reach)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set(xlabel="days lived", ylabel=f"difference, {unit}" if unit else "difference")
        axes.grid(axis="y", color="#e6e8eb", linewidth=0.8)
        axes.legend(fontsize=9.5, frameon=False)
        return svg_uri(figure)


def tornado(rows: Sequence[Mapping[str, Any]], metric: str, most: int = 16) -> str | None:
    """Return which input moves a metric most: a bar from its lowest to its highest mean, the widest on top.

    Args:
        rows: each with ``label``, ``base``, ``low``, ``high`` (means), and ``low_says``, ``high_says`` (the inputs).
        metric: whose means they are.
        most: rows shown.
    """
    wide = sorted(rows, key=lambda row: row["low"] - row["high"])[:most]
    if not wide:
        return None
    scale, unit = scale_of(metric), unit_of(metric)
    with drawing(8.6, 1.4 + 0.42 * len(wide)) as figure:
        axes = figure.add_subplot()
        base = wide[0]["base"] * scale
        for y, row in enumerate(reversed(wide)):
            low, high = row["low"] * scale, row["high"] * scale
            axes.barh(y, high - base, left=base, color=BAD, alpha=0.75, height=0.62)
            axes.barh(y, low - base, left=base, color=GOOD, alpha=0.75, height=0.62)
            for at, word, side in ((low, row["low_says"], "right"), (high, row["high_says"], "left")):
                axes.annotate(
                    f" {word} ", (at, y), ha=side, va="center", fontsize=8.5, color=INK, annotation_clip=False
                )
        axes.axvline(base, color=INK, linewidth=1)
        axes.set_yticks(range(len(wide)), [row["label"] for row in reversed(wide)], fontsize=9)
        axes.set_xlabel(f"mean of the days{f', {unit}' if unit else ''}")
        axes.margins(x=0.18)
        axes.grid(axis="x", color="#e6e8eb", linewidth=0.8)
        axes.set_axisbelow(True)
        return svg_uri(figure)
