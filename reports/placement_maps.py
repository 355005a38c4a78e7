"""Maps of a plan: what is newly seen over the whole area, and before and after close up where most cameras are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from reports.coverage_maps import class_colours
from reports.pictures import drawing, png_uri

NAMES: Final = ("detect", "observe", "recognise", "identify")
UNSEEN: Final = "#ece8df"
SEEN: Final = "#9cc4e4"
NEW: Final = "#d9480f"
BETTER: Final = "#f6a54c"
ROOF: Final = "#cfc8ba"
INK: Final = "#1d2733"
OLD: Final = "#7b3fa0"
MOST_PX: Final = 2200
CLOSE_M: Final = 1100.0


@dataclass(frozen=True)
class Maps:
    """What a plan's folder holds for its maps.

    Attributes:
        before, after: (rows, columns) class of each cell, 255 where nothing is to be seen.
        roofs: (rows, columns) bool.
        cell_m, west_m, north_m: the frame.
        border: rings of the area.
        near, plan: (n, 2) existing cameras near the area, and new ones.
        bearing_deg, hfov_deg, range_m: of the new ones.
    """

    before: NDArray[np.uint8]
    after: NDArray[np.uint8]
    roofs: NDArray[np.bool_]
    cell_m: float
    west_m: float
    north_m: float
    border: list[NDArray[np.float64]]
    near: NDArray[np.float64]
    plan: NDArray[np.float64]
    bearing_deg: NDArray[np.float64]
    hfov_deg: NDArray[np.float64]
    range_m: NDArray[np.float64]


def read_maps(path: Path) -> Maps:
    """Read the arrays of a plan's folder."""
    with np.load(path) as held:
        cell_m, west_m, north_m = (float(value) for value in held["frame"])
        ends = np.cumsum(held["border_sizes"])[:-1]
        roofs = np.unpackbits(held["roofs"], axis=1, count=int(held["columns"][0])).astype(bool)
        return Maps(
            held["before"], held["after"], roofs, cell_m, west_m, north_m, np.split(held["border"], ends),
            held["near_xy_m"], held["plan_xy_m"], held["plan_bearing_deg"], held["plan_hfov_deg"], held["plan_range_m"],
        )  # fmt: skip


def whole_map(maps: Maps, word: str) -> str:
    """Return the area ``before`` or ``after`` by class as a PNG data URI."""
    rows, columns = maps.after.shape
    colours = ["#ffffff00", UNSEEN, *class_colours(len(NAMES))]
    return _drawn(maps, getattr(maps, word), colours, (0, rows, 0, columns), 7.4)


def new_map(maps: Maps) -> str:
    """Return what the plan adds over the whole area as a PNG data URI: seen before, seen better, newly seen."""
    rows, columns = maps.after.shape
    change = np.select(
        [maps.after == 255, maps.after == 0, maps.before == 0, maps.after > maps.before], [255, 0, 3, 2], 1
    ).astype(np.uint8)
    colours = ["#ffffff00", UNSEEN, SEEN, BETTER, NEW]
    return _drawn(maps, change, colours, (0, rows, 0, columns), 11.4, dots=9.0)


def close_up(maps: Maps, word: str) -> str:
    """Return the square of 1.1 km that holds most of the new cameras, with their fields of view."""
    colours = ["#ffffff00", UNSEEN, *class_colours(len(NAMES))]
    wedges = word == "after"
    return _drawn(
        maps, getattr(maps, word), colours, _busiest(maps), 7.4, 24.0 if wedges else 0.0, old=14.0, wedges=wedges
    )


def _busiest(maps: Maps) -> tuple[int, int, int, int]:
    """Return the window of rows and columns around the new camera with the most others near."""
    rows, columns = maps.after.shape
    size = min(round(CLOSE_M / maps.cell_m), rows, columns)
    column = (maps.plan[:, 0] - maps.west_m) / maps.cell_m
    row = (maps.north_m - maps.plan[:, 1]) / maps.cell_m
    near = (np.abs(column[:, None] - column) <= size / 2) & (np.abs(row[:, None] - row) <= size / 2)
    best = int(near.sum(axis=1).argmax())
    top = int(np.clip(round(float(row[best])) - size // 2, 0, rows - size))
    left = int(np.clip(round(float(column[best])) - size // 2, 0, columns - size))
    return top, top + size, left, left + size


def _drawn(
    maps: Maps, cells: NDArray[np.uint8], colours: Sequence[str], window: tuple[int, int, int, int], width_in: float,
    dots: float = 0.0, old: float = 0.0, wedges: bool = False,
) -> str:  # fmt: skip
    """Draw a window of cells; ``dots`` and ``old`` are the sizes of new and existing cameras, 0 for none."""
    top, bottom, left, right = window
    step = max(1, -(-max(bottom - top, right - left) // MOST_PX))
    layer = blocks(cells[top:bottom, left:right], step)
    roofs = maps.roofs[top:bottom, left:right][::step, ::step]
    tall, wide = bottom - top, right - left
    extent = [left * maps.cell_m, right * maps.cell_m, (maps.after.shape[0] - bottom) * maps.cell_m,
              (maps.after.shape[0] - top) * maps.cell_m]  # fmt: skip
    with drawing(width_in, width_in * tall / wide + 0.45) as figure:
        from matplotlib.colors import ListedColormap

        axes = figure.add_subplot()
        axes.imshow(np.where(roofs, 1.0, np.nan), cmap=ListedColormap([ROOF]), extent=extent, interpolation="nearest")
        shown = {"vmin": 0, "vmax": len(colours) - 1, "extent": extent, "interpolation": "nearest"}
        axes.imshow(layer, cmap=ListedColormap(colours), **shown)
        south_m = maps.north_m - maps.after.shape[0] * maps.cell_m
        corner = np.array([maps.west_m, south_m])
        for ring in maps.border:
            axes.plot(*(ring - corner).T, color=INK, linewidth=0.9)
        if old and len(maps.near):
            axes.scatter(*(maps.near - corner).T, s=old, c=OLD, linewidths=0, zorder=4)
        if wedges:
            _wedges(axes, maps, corner)
        if dots:
            axes.scatter(*(maps.plan - corner).T, s=dots, c=INK, linewidths=0, zorder=5)
        _framed(axes, extent, wide * maps.cell_m)
        return png_uri(figure, dpi=150)


def blocks(layer: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
    """Return the best class of each block of cells, counted from 1 for ground that is not seen; 0 for no such ground.

    >>> blocks(np.array([[255, 0], [3, 255]], dtype=np.uint8), 2).tolist()
    [[4]]
    """
    shifted = layer + np.uint8(1)  # 255, nothing to be seen, becomes 0
    tall = np.maximum.reduceat(shifted, np.arange(0, layer.shape[0], step), axis=0)
    found: NDArray[np.uint8] = np.maximum.reduceat(tall, np.arange(0, layer.shape[1], step), axis=1)
    return found


def _wedges(axes: Any, maps: Maps, corner: NDArray[np.float64]) -> None:
    """Outline the fields of view of the new cameras, as far as they are counted on."""
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Wedge

    shapes = [
        Wedge((x, y), reach, 90 - bearing - field / 2, 90 - bearing + field / 2)
        for (x, y), bearing, field, reach in zip(
            (maps.plan - corner).tolist(), maps.bearing_deg, maps.hfov_deg, maps.range_m, strict=True
        )
    ]
    axes.add_collection(PatchCollection(shapes, facecolor="none", edgecolor=INK, linewidth=0.6, alpha=0.55, zorder=4))


def _framed(axes: Any, extent: list[float], wide_m: float) -> None:
    axes.set_xlim(extent[0], extent[1])
    axes.set_ylim(extent[2], extent[3])
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    for side in axes.spines.values():
        side.set_visible(False)
    bar_m = next(length for length in (2000, 1000, 500, 200, 100, 50) if length <= wide_m / 4 or length == 50)
    x, y = extent[0] + 0.03 * wide_m, extent[2] + 0.03 * wide_m
    axes.plot([x, x + bar_m], [y, y], color=INK, linewidth=2.5, solid_capstyle="butt", zorder=6)
    axes.annotate(
        f"{bar_m:,} m" if bar_m < 1000 else f"{bar_m // 1000} km", (x + bar_m / 2, y), xytext=(0, 4),
        textcoords="offset points", ha="center", fontsize=9, zorder=6,
    )  # fmt: skip


def class_legend() -> list[tuple[str, str]]:
    """Return colours of the maps by class and what they stand for."""
    classes = list(zip(class_colours(len(NAMES)), NAMES, strict=True))
    return [
        *classes,
        (UNSEEN, "to be seen, but not seen"),
        (ROOF, "roofs"),
        (INK, "new camera"),
        (OLD, "existing camera"),
    ]


def new_legend() -> list[tuple[str, str]]:
    """Return colours of the map of what is new and what they stand for."""
    seen = [(NEW, "newly seen"), (BETTER, "seen better than before"), (SEEN, "seen before")]
    return [*seen, (UNSEEN, "to be seen, but not seen"), (ROOF, "roofs"), (INK, "new camera")]
