"""The map of rounds: gaps of the cameras, and who flies over them in what order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from experiments.docks.docks_map import DOCK, RED
from experiments.docks.gaps import Gaps
from experiments.docks.inputs import DroneInputs
from experiments.docks.lookouts import Lookouts
from experiments.docks.rounds import Dock, Rounds
from twin.city.picture import layers, signs, whole
from twin.city.picture.draw import plotting
from twin.city.picture.palette import INK
from twin.city.picture.sheet import Sheet
from twin.runfolder import write_whole

GAP: Final = "#d9480f"
ROUND: Final = "#1f4e8c"
MOST_CELLS: Final = 60_000
WORDS: Final = {"day": "by day", "night": "at night"}


def draw_patrol(
    path: Path, inputs: DroneInputs, gaps: Gaps, lookouts: Lookouts, plans: Mapping[str, Rounds],
    docks: Sequence[Dock], content: Mapping[str, Any],
) -> None:  # fmt: skip
    """Draw the rounds as PNG, a map for each light in which some are flown."""
    pyplot = plotting(path)
    figure, axes = pyplot.subplots(1, len(plans), figsize=(8.6 * len(plans), 9.2), squeeze=False)
    figure.subplots_adjust(left=0.02, right=0.98, top=0.86, bottom=0.02, wspace=0.04)
    for one, (light, plan) in zip(axes[0], plans.items(), strict=True):
        _map(one, inputs, gaps, lookouts, light, plan, docks)
        told = content["plans"][light]
        one.set_title(
            f"{WORDS[light]}: {gaps.share(light):.1%} of the incidents in the open happen where no camera looks;\n"
            f"one round of every drone looks down on {told['share']:.1%} (no choice of points on more than "
            f"{told['bound']:.1%})", fontsize=10.5, color=INK, loc="left",
        )  # fmt: skip
    homes, drones = content["privacy"], max(len(plan.rounds) for plan in plans.values())
    figure.suptitle(f"Rounds of {drones} drones over the gaps of the cameras", x=0.02, y=0.975, ha="left", fontsize=16,
                    color=INK, weight="bold")  # fmt: skip
    seen = ", ".join(f"{count:,} at «{name}»" for name, count in homes["in_view"].items() if count)
    figure.text(0.02, 0.925, f"Flown over: {homes['overflown']:,} of {homes['dwellings']:,} dwellings; in view: {seen}",
                fontsize=10.5, color="#55565e")  # fmt: skip
    write_whole(path, lambda part: figure.savefig(part, dpi=110, facecolor="white", format="png"))
    pyplot.close(figure)


def _map(
    axes: Any, inputs: DroneInputs, gaps: Gaps, lookouts: Lookouts, light: str, plan: Rounds, docks: Sequence[Dock]
) -> None:  # fmt: skip
    sheet = Sheet(axes, whole(inputs.city))
    layers.ground(sheet, inputs.city)
    layers.streets(sheet, inputs.city)
    layers.borders(sheet, inputs.city)
    for zone in inputs.ways.space.zones:
        if zone.colour == "red":
            sheet.fill(np.array([zone.area], dtype=object), "#c92a2a33", 40)
            sheet.lines(np.array([zone.area.boundary], dtype=object), RED, 1.2, 41, linestyle=(0, (5, 3)))
    rows = np.flatnonzero(gaps.open_to[light] & (gaps.weight > 0))
    rows = rows[np.argsort(-gaps.weight[rows], kind="stable")[:MOST_CELLS]]
    axes.scatter(*gaps.xyz_m[rows, :2].T, s=6.0 * gaps.weight[rows] / gaps.weight.max(), c=GAP, alpha=0.6,
                 linewidths=0, zorder=50, label="no camera looks, by what is expected there")  # fmt: skip
    for number, one in enumerate(plan.rounds):
        axes.plot(*one.way.T, color=ROUND, linewidth=1.2, zorder=60, label="round" if number == 0 else None)
        axes.plot(
            *lookouts.xyz_m[one.points, :2].T, "o", color="white", markeredgecolor=ROUND, markersize=4.5, zorder=61
        )
    axes.scatter(*np.array([dock.xy_m for dock in docks]).T, s=42, marker="s", c=DOCK, edgecolors="white", zorder=62,
                 label="dock")  # fmt: skip
    axes.legend(loc="upper left", fontsize=9, framealpha=0.92, edgecolor="none").set_zorder(90)
    signs.scale_and_north(sheet)
