"""How the waits are spread: one curve for each service, norms as lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from reports.norms import Norm
from reports.pictures import FAINT, SERVICE_LOOK, drawing, svg_uri
from reports.quantiles import Waits, share_curve
from reports.words import service_word

TICKS_S = (5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)


def waits_plot(waits: Mapping[str, Waits], norms: Sequence[Norm], label: str) -> str | None:
    """Return the share helped within each time, as an SVG data URI; None when nobody was helped.

    Args:
        waits: by service; services without a finished wait are left out.
        norms: drawn as upright lines in the colour of the first service they bind.
        label: what the time counts from.
    """
    shown = {service: found for service, found in waits.items() if len(found.over_s)}
    if not shown:
        return None
    reach_s = max([max(found.over_s) for found in shown.values()] + [norm.limit_s * 1.1 for norm in norms])
    with drawing(6.4, 4.3) as figure:
        axes = figure.add_subplot()
        for service, found in shown.items():
            times, shares = share_curve(found)
            name = f"{service_word(service)} (n = {found.n})"
            steps_s, heights = np.concatenate([[0.0], times, [reach_s]]), np.concatenate([[0.0], shares, shares[-1:]])
            axes.step(steps_s, heights, where="post", color=SERVICE_LOOK[service][0], linewidth=2, label=name)
        for norm in norms:
            _norm_line(axes, norm)
        axes.axhline(0.9, color=FAINT, linewidth=0.8, linestyle=(0, (1, 3)))
        _scales(axes, reach_s, label)
        axes.legend(loc="lower right", fontsize=9.5, facecolor="white", edgecolor="none", framealpha=0.92)
        return svg_uri(figure)


def _norm_line(axes: object, norm: Norm) -> None:
    colour = SERVICE_LOOK[norm.services[0]][0]
    axes.axvline(norm.limit_s, color=colour, linewidth=1.3, linestyle="--")
    axes.annotate(
        f"norm {norm.limit_s / 60:g} min", (norm.limit_s, 1.02), xycoords=("data", "axes fraction"),
        ha="center", va="bottom", fontsize=9, color=colour,
    )  # fmt: skip


def _scales(axes: object, reach_s: float, label: str) -> None:
    step_s = next((tick for tick in TICKS_S if reach_s / tick <= 7.0), TICKS_S[-1])
    ticks = np.arange(0.0, reach_s + step_s * 0.01, step_s)
    axes.set_xticks(ticks, [f"{t:,.0f}" if step_s < 60 else f"{t:,.0f}\n{t / 60:g} min" for t in ticks])
    axes.set_yticks([0, 0.25, 0.5, 0.75, 0.9, 1.0], ["0", "25 %", "50 %", "75 %", "90 %", "100 %"])
    axes.set(xlim=(0, reach_s), ylim=(0, 1.005), xlabel=f"seconds from {label} to first team on scene")
    axes.grid(axis="y", color="#e6e8eb", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_title(" ", fontsize=9)  # room for the norms' names, the same in every plot
