"""A coverage map as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sensors.coverage import CoverageMap, best_of_blocks
from sensors.optics import DORI_CLASSES

COLOURS: Final = ("#fbfaf7", "#86bfe6", "#2676b8", "#f08a24", "#c0271b")
BUILDING: Final = "#e2ded5"
CAMERA: Final = "#1d2733"
LIMIT_PX: Final = 3000


def draw_map(seen: CoverageMap, streets: Any, title: str, path: Path) -> None:
    """Draw the best class of each cell over buildings and streets, with the cameras as dots.

    Args:
        seen: the map.
        streets: lines in the city's metres.
        title: stands above it.
        path: PNG file, replaced where it exists.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot
    from matplotlib.collections import LineCollection
    from matplotlib.colors import ListedColormap

    step = max(1, -(-max(seen.best_class.shape) // LIMIT_PX))
    rows, columns = seen.best_class.shape
    wide_km, tall_km = columns * seen.cell_m / 1000.0, rows * seen.cell_m / 1000.0
    figure, axes = pyplot.subplots(figsize=(12.0, float(np.clip(12.0 * tall_km / wide_km, 5.0, 16.0)) + 0.6), dpi=220)
    high = np.maximum.reduceat(seen.heights.height_dm, np.arange(0, rows, step), axis=0)
    built = np.where(np.maximum.reduceat(high, np.arange(0, columns, step), axis=1) > 0, 1.0, np.nan)
    place = {"extent": (0.0, wide_km, 0.0, tall_km), "interpolation": "nearest"}
    best = best_of_blocks(seen.best_class, step)
    corner = np.array([seen.west_m, seen.north_m - rows * seen.cell_m])
    lines = [(np.asarray(line.coords)[:, :2] - corner) / 1000.0 for line in streets]
    axes.imshow(built, cmap=ListedColormap([BUILDING]), zorder=1, **place)
    axes.add_collection(LineCollection(lines, colors="#cfc9bc", linewidths=0.3, zorder=2))
    colours = ListedColormap(COLOURS)
    axes.imshow(np.where(best > 0, best, np.nan), cmap=colours, vmin=0, vmax=4, zorder=3, **place)
    _cameras(axes, seen, corner)
    _frame(axes, wide_km, tall_km)
    axes.set_title(title, fontsize=11)
    figure.savefig(path, bbox_inches="tight")
    pyplot.close(figure)


def _cameras(axes: Any, seen: CoverageMap, corner: NDArray[np.float64]) -> None:
    size = float(np.clip(1000.0 / max(len(seen.fleet), 1), 0.5, 12.0))
    x_km, y_km = (seen.fleet.x_m - corner[0]) / 1000.0, (seen.fleet.y_m - corner[1]) / 1000.0
    axes.scatter(x_km, y_km, s=size, c=CAMERA, linewidths=0, zorder=4)


def _frame(axes: Any, wide_km: float, tall_km: float) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    marks: list[Any] = [Patch(facecolor=COLOURS[i], label=DORI_CLASSES[i]) for i in range(1, 5)]
    marks += [Patch(facecolor=BUILDING, label="building")]
    marks += [Line2D([], [], marker="o", linestyle="", markersize=3, color=CAMERA, label="camera")]
    axes.legend(handles=marks, loc="upper center", bbox_to_anchor=(0.5, -0.04), ncols=6, frameon=False)
    axes.set_xlim(0.0, wide_km)
    axes.set_ylim(0.0, tall_km)
    axes.set_aspect("equal")
    axes.set_xlabel("km")
    axes.set_facecolor(COLOURS[0])
