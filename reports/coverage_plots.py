"""Plots of what is left of a fleet's coverage when cameras fail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from reports.coverage_maps import class_colours
from reports.pictures import FAINT, drawing, svg_uri

DASHED: Final = "--"


def survival_plot(curve: Sequence[dict[str, Any]], names: Sequence[str]) -> str:
    """Return the share of covered ground left over the share of cameras that fail, as an SVG data URI.

    Args:
        curve: rows of ``share`` and ``left`` by class.
        names: classes from the least up.
    """
    with drawing(5.6, 3.4) as figure:
        axes = figure.subplots()
        x = [100.0 * row["share"] for row in curve]
        for name, colour in zip(names, class_colours(len(names)), strict=True):
            axes.plot(x, [100.0 * row["left"][name] for row in curve], color=colour, linewidth=2.2, label=name)
        axes.plot([0, 100], [100, 0], color=FAINT, linewidth=1, linestyle=DASHED, label="no overlap at all")
        axes.set(xlabel="cameras failed, %", ylabel="covered ground left, %", xlim=(0, 100), ylim=(0, 101))
        axes.legend(frameon=False, fontsize=9)
        axes.grid(color=FAINT, alpha=0.25)
        return svg_uri(figure)
