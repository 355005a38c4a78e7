"""A sheet of matplotlib with a view on it: what is needed to draw tens of thousands of shapes in a few seconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.picture.palette import GROUND, INK, PAPER
from twin.city.picture.view import View

SHAPES_A_PATH: Final = 1500
MOVE, LINE, CLOSE = 1, 2, 79


class Sheet:
    """Axes that show a view, in metres; colours and widths are given by the caller."""

    def __init__(self, axes: Any, view: View) -> None:
        self.axes, self.view = axes, view
        axes.set_xlim(view.west, view.east)
        axes.set_ylim(view.south, view.north)
        axes.set_aspect("equal")
        axes.set_facecolor(GROUND if view.close else PAPER)
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set(color=INK, linewidth=0.8)
        axes.figure.canvas.draw_idle()
        inches = axes.get_position().width * axes.figure.get_size_inches()[0]
        self.points_per_m = 72.0 * float(inches) / view.wide_m

    def fill(self, shapes: NDArray[np.object_], colour: str, order: float, edge: str = "", width: float = 0.0) -> None:
        """Fill polygons in one colour; holes stay open."""
        self._add(_polygon_paths(shapes), order, facecolor=colour, edgecolor=edge or "none", linewidth=width)

    def lines(self, shapes: NDArray[np.object_], colour: str, width: float, order: float, **style: Any) -> None:
        """Draw lines in one colour, ``width`` points wide."""
        self._add(
            _line_paths(shapes), order,
            facecolor="none", edgecolor=colour, linewidth=width, capstyle="round", joinstyle="round", **style,
        )  # fmt: skip

    def text(self, x: float, y: float, words: str, size: float, **style: Any) -> None:
        """Write words with a pale edge round them."""
        from matplotlib.patheffects import withStroke

        effect = [withStroke(linewidth=0.28 * size, foreground=GROUND, alpha=0.85)]
        given = {"ha": "center", "va": "center", "color": INK, "zorder": 60, "clip_on": True, **style}
        self.axes.text(x, y, words, fontsize=size, path_effects=effect, **given)

    def _add(self, paths: Sequence[Any], order: float, **style: Any) -> None:
        from matplotlib.collections import PathCollection

        if paths:
            drawn = PathCollection(paths, zorder=order, **style)
            drawn.set_transform(self.axes.transData)
            self.axes.add_collection(drawn, autolim=False)


def _polygon_paths(shapes: NDArray[np.object_]) -> list[Any]:
    """Return compound paths of many polygons each; rings turned so that holes stay open and overlaps filled."""
    parts = shapely.get_parts(np.asarray(shapes, dtype=object))
    parts = shapely.orient_polygons(parts[shapely.get_type_id(parts) == 3])
    return [
        _compound(shapely.get_rings(parts[i : i + SHAPES_A_PATH]), CLOSE) for i in range(0, len(parts), SHAPES_A_PATH)
    ]


def _line_paths(shapes: NDArray[np.object_]) -> list[Any]:
    parts = shapely.get_parts(np.asarray(shapes, dtype=object))
    return [_compound(parts[i : i + SHAPES_A_PATH], LINE) for i in range(0, len(parts), SHAPES_A_PATH)]


def _compound(lines: NDArray[np.object_], last: int) -> Any:
    from matplotlib.path import Path

    points, of = shapely.get_coordinates(lines, return_index=True)
    codes = np.full(len(points), LINE, dtype=Path.code_type)
    start = np.ones(len(points), dtype=bool)
    start[1:] = np.diff(of) != 0
    codes[np.roll(start, -1)] = last
    codes[start] = MOVE
    return Path(points, codes)
