"""Plots of a plan: cameras against coverage with the bound, and what is left when cameras fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from reports.pictures import FAINT, INK, drawing, svg_uri

PLAN: Final = "#0a5c8a"
BOUND: Final = "#b3261e"


def curve_plot(
    curve: Sequence[Mapping[str, Any]], phases: Sequence[Mapping[str, Any]], already: float, unit: str
) -> str:
    """Return cameras against what the plan adds, with what no plan of as many can exceed, and the phases' ends."""
    with drawing(6.4, 4.2) as figure:
        axes = figure.add_subplot()
        cameras = [point["cameras"] for point in curve]
        axes.plot(cameras, [100 * (already + p["value"]) for p in curve], color=PLAN, linewidth=2.2, label="this plan")
        known = [point for point in curve if point["bound"] is not None]
        if known:
            style = {"color": BOUND, "linewidth": 1.6, "linestyle": (0, (4, 2)), "label": "no plan can exceed"}
            if len(known) == 1:
                style |= {"marker": "_", "markersize": 14, "linestyle": ""}
            axes.plot([p["cameras"] for p in known], [100 * (already + p["bound"]) for p in known], **style)
        if already:
            axes.axhline(100 * already, color=FAINT, linewidth=1, linestyle=(0, (1, 3)))
            axes.annotate(
                "existing cameras", (cameras[-1], 100 * already), ha="right", va="bottom", fontsize=9, color=FAINT
            )
        for row in phases if len(phases) > 1 else ():
            axes.plot(
                [row["cameras"]],
                [100 * (already + row["value"])],
                "o",
                color=PLAN,
                markeredgecolor="white",
                markersize=9,
            )
            axes.annotate(
                f"phase {row['phase']}", (row["cameras"], 100 * (already + row["value"])), xytext=(-6, 8),
                textcoords="offset points", ha="right", fontsize=9.5, color=INK,
            )  # fmt: skip
        axes.set(xlabel="cameras", ylabel=f"% of {unit}")
        axes.set_xlim(0, cameras[-1] * 1.03)
        axes.set_ylim(0, None)
        axes.grid(axis="y", color="#e6e8eb", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.legend(loc="lower right", fontsize=9.5, frameon=False)
        return svg_uri(figure)


def mahalla_plot(table: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the share seen in each mahalla before and after, the least served on the left; None for fewer than two."""
    if len(table) < 2:
        return None
    with drawing(6.4, 3.6) as figure:
        axes = figure.add_subplot()
        places = range(len(table))
        axes.bar(places, [100 * row["after"] for row in table], color=PLAN, width=0.85, label="after")
        axes.bar(places, [100 * row["before"] for row in table], color=FAINT, width=0.85, label="before")
        axes.set(xlabel=f"{len(table)} mahallas, least served first", ylabel="% of weighted ground seen")
        axes.set_xticks([])
        axes.margins(x=0.01)
        axes.grid(axis="y", color="#e6e8eb", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.legend(fontsize=9.5, frameon=False, loc="upper left")
        return svg_uri(figure)
