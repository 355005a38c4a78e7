"""The picture of a flight: its path over the city, and height, speed, charge and error against time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agents.flight.mission_check import Ready
from agents.flight.pilot import Pilot
from twin.city import City
from twin.city.picture import layers
from twin.city.picture.draw import plotting
from twin.city.picture.palette import INK
from twin.city.picture.sheet import Sheet
from twin.city.picture.view import View

ASKED: Final = "#1f4e8c"
FLOWN: Final = "#d1272f"
HOLD: Final = "#2f855a"
FAINT: Final = "#9aa0a8"
MARGIN: Final = 0.18
NARROWEST_M: Final = 160.0


def draw_flight(
    part: Path, city: City, ready: Ready, pilot: Pilot, table: Mapping[str, NDArray[np.float64]],
    figures: Mapping[str, Any],
) -> None:  # fmt: skip
    """Draw a flight as PNG.

    Args:
        part: file to write.
        city: under the path.
        ready: what was asked.
        pilot: who flew, and what was told.
        table: columns of the record.
        figures: for the title.
    """
    pyplot = plotting(Path("flight.png"))
    figure = pyplot.figure(figsize=(15.0, 8.6))
    grid = figure.add_gridspec(4, 2, width_ratios=(1.08, 1.0), hspace=0.16, wspace=0.13,
                               left=0.03, right=0.955, top=0.88, bottom=0.07)  # fmt: skip
    _map(figure.add_subplot(grid[:, 0]), city, ready, table)
    axes = [figure.add_subplot(grid[0, 1])]
    axes += [figure.add_subplot(grid[k, 1], sharex=axes[0]) for k in range(1, 4)]
    _curves(axes, table, ready, figures)
    _told(axes, pilot)
    figure.suptitle(_title(ready, figures), x=0.03, y=0.965, ha="left", fontsize=15, color=INK, weight="bold")
    figure.text(0.03, 0.905, _subtitle(ready, figures), fontsize=10.5, color="#55565e")
    figure.savefig(part, dpi=110, facecolor="white", format="png")
    pyplot.close(figure)


def _map(axes: Any, city: City, ready: Ready, table: Mapping[str, NDArray[np.float64]]) -> None:
    points = ready.order.course().points_m
    x, y = np.concatenate([points[:, 0], table["x_m"]]), np.concatenate([points[:, 1], table["y_m"]])
    sheet = Sheet(axes, _view(x, y))
    layers.ground(sheet, city)
    layers.buildings(sheet, city)
    layers.streets(sheet, city)
    axes.plot(points[:, 0], points[:, 1], color=ASKED, linewidth=5.5, alpha=0.35, zorder=70, label="asked for",
              solid_capstyle="round", solid_joinstyle="round")  # fmt: skip
    axes.plot(table["x_m"], table["y_m"], color=FLOWN, linewidth=1.5, zorder=72, label="flown")
    for wire in ready.wires:
        line = wire.points()
        axes.plot(line[:, 0], line[:, 1], color=INK, linewidth=1.2, linestyle=(0, (4, 2)), zorder=71)
    for i, point in enumerate(ready.order.waypoints):
        axes.plot(point.x_m, point.y_m, "o", color="white", markeredgecolor=ASKED, markersize=7, zorder=74)
        stays = f", {point.hover_s:g} s" if point.hover_s else ""
        sheet.text(point.x_m, point.y_m, f"{i}: {point.height_m:g} m{stays}", 9, ha="left", va="bottom", zorder=76)
    x0, y0, pad = ready.order.home_m
    axes.plot(x0, y0, "s", color=HOLD, markeredgecolor="white", markersize=10, zorder=75)
    sheet.text(x0, y0, "dock" if pad == 0 else f"dock, {pad:g} m", 10, ha="right", va="top", weight="bold", zorder=76)
    if np.hypot(table["x_m"][-1] - x0, table["y_m"][-1] - y0) > 3.0:
        axes.plot(
            table["x_m"][-1], table["y_m"][-1], "X", color=FLOWN, markeredgecolor="white", markersize=11, zorder=75
        )
    _scale(axes, sheet.view)
    _wind(axes, ready)
    axes.legend(loc="lower right", fontsize=9.5, framealpha=0.92, edgecolor="none").set_zorder(90)


def _view(x: NDArray[np.float64], y: NDArray[np.float64]) -> View:
    middle = (x.min() + x.max()) / 2, (y.min() + y.max()) / 2
    half = max(float(np.ptp(x)), float(np.ptp(y)), NARROWEST_M) * (0.5 + MARGIN)
    return View(middle[0] - half, middle[1] - half, middle[0] + half, middle[1] + half, "")


def _scale(axes: Any, view: View) -> None:
    step = next(s for s in (2000, 1000, 500, 200, 100, 50, 20) if s < view.wide_m / 3)
    x, y = view.west + 0.04 * view.wide_m, view.south + 0.04 * view.tall_m
    axes.plot([x, x + step], [y, y], color=INK, linewidth=3, zorder=80, solid_capstyle="butt")
    axes.text(x + step / 2, y + 0.012 * view.tall_m, f"{step} m", ha="center", fontsize=9, color=INK, zorder=80)


def _wind(axes: Any, ready: Ready) -> None:
    speed = ready.air.speed_ms
    words = f"wind {speed:g} m/s" + (", gusts" if ready.air.gusts else "") if speed else "no wind"
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "boxstyle": "round,pad=0.35"}
    axes.text(0.03, 0.965, words, transform=axes.transAxes, va="top", fontsize=10, color=INK, bbox=box, zorder=81)
    if speed:
        way = np.asarray(ready.air.wind_ms[:2]) / speed * 0.035
        axes.annotate(
            "", (0.075 + way[0], 0.895 + way[1]), (0.075 - way[0], 0.895 - way[1]), xycoords="axes fraction", zorder=81,
            arrowprops={"arrowstyle": "-|>", "color": ASKED, "linewidth": 2.2, "mutation_scale": 16},
        )  # fmt: skip


def _curves(
    axes: list[Any], table: Mapping[str, NDArray[np.float64]], ready: Ready, figures: Mapping[str, Any]
) -> None:  # fmt: skip
    t = table["t_s"]
    over = np.hypot(table["east_ms"], table["north_ms"])
    wind = np.column_stack([table["wind_east_ms"], table["wind_north_ms"], table["wind_up_ms"]])
    moving = np.column_stack([table["east_ms"], table["north_ms"], table["up_ms"]])
    axes[0].plot(t, table["height_m"], color=FLOWN, linewidth=1.6)
    axes[0].set_ylabel("height, m")
    axes[1].plot(t, np.linalg.norm(moving - wind, axis=1), color=FAINT, linewidth=0.8, label="through the air")
    axes[1].plot(t, over, color=FLOWN, linewidth=1.6, label="over the ground")
    axes[1].set_ylabel("speed, m/s")
    axes[2].plot(t, 100 * table["charge"], color=HOLD, linewidth=1.8, label="charge")
    reserve = 100 * ready.order.drone.battery.reserve.value
    axes[2].axhline(reserve, color=HOLD, linewidth=0.9, linestyle=(0, (3, 2)))
    axes[2].set(ylabel="charge, %", ylim=(0, 103))
    axes[2].text(t[-1] * 0.005, reserve - 3, "reserve", va="top", fontsize=8.5, color=HOLD)
    power = axes[2].twinx()
    power.plot(t, table["power_w"], color="#7a5cae", linewidth=0.7, alpha=0.75)
    power.set_ylabel("power, W", color="#7a5cae")
    power.set_ylim(bottom=0)
    axes[3].plot(t, table["error_m"], color=FLOWN, linewidth=1.2, label="from the path")
    axes[3].plot(t, table["believed_error_m"], color=FAINT, linewidth=0.9, label="of its own position")
    axes[3].axhline(figures["error_rms_m"], color=FLOWN, linewidth=0.9, linestyle=(0, (3, 2)))
    axes[3].set(ylabel="error, m", xlabel="seconds since the start", xlim=(0, t[-1]))
    for one in (axes[1], axes[3]):
        one.legend(loc="upper right", fontsize=8.5, framealpha=0.9, edgecolor="none", ncols=2)
        one.set_ylim(top=1.28 * one.get_ylim()[1])
    for one in axes:
        one.set_ylim(bottom=0)
        one.grid(color="#e6e8eb", linewidth=0.8)
        one.spines[["top", "right"]].set_visible(False)
        one.tick_params(labelbottom=one is axes[3])


def _told(axes: list[Any], pilot: Pilot) -> None:
    """Mark what was told in flight, the start and the end left out."""
    for told in pilot.told[2:-1]:
        for one in axes:
            one.axvline(told.t_s, color=INK, linewidth=0.9, linestyle=":")
        axes[0].annotate(
            told.what.split(":")[0], (told.t_s, 0.03), xycoords=("data", "axes fraction"), rotation=90, fontsize=8,
            ha="right", va="bottom", color=INK,
        )  # fmt: skip


def _title(ready: Ready, figures: Mapping[str, Any]) -> str:
    return f"{ready.order.name}: {ready.order.drone.name}, {figures['ended']}"


def _subtitle(ready: Ready, figures: Mapping[str, Any]) -> str:
    minutes, seconds = divmod(round(figures["duration_s"]), 60)
    said = figures["expected"]
    return (
        f"{figures['distance_m'] / 1000:.2f} km in {minutes} min {seconds:02d} s with {figures['energy_wh']:.1f} Wh "
        f"(fitted model: {said['duration_s'] / 60:.1f} min, {said['energy_wh']:.1f} Wh)   ·   charge left "
        f"{figures['charge_left']:.0%}   ·   error {figures['error_rms_m']:.2f} m rms, "
        f"{figures['error_most_m']:.1f} m at most"
    )
