"""The map of a plan of docks: who is reached and when, the docks, and the zones of the sky; and what docks buy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from experiments.docks.choose import Docks
from experiments.docks.inputs import Demand, DroneInputs
from experiments.docks.sites import DockSites
from twin.city.picture import layers, signs, whole
from twin.city.picture.draw import plotting
from twin.city.picture.palette import INK
from twin.city.picture.sheet import Sheet
from twin.runfolder import write_whole

RED: Final = "#c92a2a"
YELLOW: Final = "#d9a400"
DOCK: Final = "#1f4e8c"
UNREACHED: Final = "#8b8b93"
LARGEST: Final = 130.0


def draw_docks(
    path: Path, inputs: DroneInputs, demand: Demand, sites: DockSites, docks: Docks, content: Mapping[str, Any]
) -> None:  # fmt: skip
    """Draw the plan as PNG."""
    pyplot = plotting(path)
    figure = pyplot.figure(figsize=(14.0, 8.4))
    grid = figure.add_gridspec(2, 2, width_ratios=(1.75, 1.0), left=0.02, right=0.97, top=0.87, bottom=0.08,
                               wspace=0.14, hspace=0.42)  # fmt: skip
    _map(figure, figure.add_subplot(grid[:, 0]), inputs, demand, sites, docks)
    _curve(figure.add_subplot(grid[0, 1]), content)
    _times(figure.add_subplot(grid[1, 1]), demand, docks)
    plan, asked, homes = content["plan"], content["asked"], content["privacy"]
    title = f"{plan['docks']} docks: {plan['share']:.1%} of the expected requests within {asked['within_s']:g} s"
    said = (
        f"{asked['drone']}, wind of {asked['wind_ms']:g} m/s from any side; no plan of so many docks reaches more than "
        f"{plan['bound']:.1%}; greedy with every place alike {plan['even_share']:.1%}.\n"
        f"Flown over: {homes['overflown']:,} of {homes['dwellings']:,} dwellings"
    )
    figure.suptitle(title, x=0.02, y=0.975, ha="left", fontsize=16, color=INK, weight="bold")
    figure.text(0.02, 0.893, said, fontsize=10.5, color="#55565e")
    write_whole(path, lambda part: figure.savefig(part, dpi=110, facecolor="white", format="png"))
    pyplot.close(figure)


def _map(figure: Any, axes: Any, inputs: DroneInputs, demand: Demand, sites: DockSites, docks: Docks) -> None:
    sheet = Sheet(axes, whole(inputs.city))
    layers.ground(sheet, inputs.city)
    layers.streets(sheet, inputs.city)
    layers.borders(sheet, inputs.city)
    for zone in inputs.ways.space.zones:
        if zone.name == inputs.city.name:
            continue
        colour = RED if zone.colour == "red" else YELLOW
        shape = np.array([zone.area], dtype=object)
        if zone.colour == "red":
            sheet.fill(shape, "#c92a2a33", 40)
        sheet.lines(np.array([zone.area.boundary], dtype=object), colour, 1.2, 41, linestyle=(0, (5, 3)))
    size = LARGEST * demand.weight / demand.weight.max()
    inside = docks.nearest >= 0
    axes.scatter(*demand.xy_m[~inside].T, s=size[~inside], c=UNREACHED, alpha=0.55, linewidths=0, zorder=50,
                 label="expected requests, not in time")  # fmt: skip
    dots = axes.scatter(*demand.xy_m[inside].T, s=size[inside], c=docks.arrive_s[inside], cmap="viridis_r", alpha=0.9,
                        linewidths=0, zorder=51, label="in time")  # fmt: skip
    rows = docks.curve.plan.sites
    axes.scatter(*sites.xy_m[rows].T, s=58, marker="s", c=DOCK, edgecolors="white", linewidths=1.1, zorder=60,
                 label="dock")  # fmt: skip
    bar = figure.colorbar(dots, ax=axes, fraction=0.026, pad=0.01, location="bottom", shrink=0.72, aspect=38)
    bar.set_label("seconds from the order until a drone is above the place")
    axes.legend(loc="upper left", fontsize=9, framealpha=0.92, edgecolor="none").set_zorder(90)
    signs.scale_and_north(sheet)


def _curve(axes: Any, content: Mapping[str, Any]) -> None:
    number = [0, *(row["docks"] for row in content["curve"])]
    axes.plot(number, [0.0, *(100 * row["bound"] for row in content["curve"])], color=RED, linewidth=1.3,
              linestyle=(0, (4, 2)), label="no plan reaches more")  # fmt: skip
    axes.plot(number, [0.0, *(100 * row["share"] for row in content["curve"])], color=DOCK, linewidth=2.2,
              label="this plan, in its order")  # fmt: skip
    axes.plot(content["plan"]["docks"], 100 * content["plan"]["even_share"], "D", color=UNREACHED,
              label="greedy, every place alike")  # fmt: skip
    axes.set(xlabel="docks", ylabel="% of the requests in time", xlim=(0, None), ylim=(0, None))
    axes.legend(loc="lower right", fontsize=9, framealpha=0.9, edgecolor="none")
    _plain(axes)


def _times(axes: Any, demand: Demand, docks: Docks) -> None:
    inside = docks.nearest >= 0
    order = np.argsort(docks.arrive_s[inside], kind="stable")
    seconds = docks.arrive_s[inside][order]
    share = 100 * np.cumsum(demand.weight[inside][order]) / demand.weight.sum()
    axes.step(seconds, share, where="post", color=DOCK, linewidth=2.2)
    axes.set(xlabel="seconds until above the place", ylabel="% of the requests", xlim=(0, None), ylim=(0, None))
    _plain(axes)


def _plain(axes: Any) -> None:
    axes.grid(color="#e6e8eb", linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
