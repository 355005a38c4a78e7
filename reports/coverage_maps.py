"""Maps of what a fleet covers, from arrays: best class, how many see it, and what another fleet gains and loses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from reports.citymap import Layers, draw_frame, draw_ground, halo, line_corners, whole_figure
from reports.pictures import INK, drawing, png_uri

Extent = tuple[float, float, float, float]
Key = list[tuple[str, str, str]]

WIDE_IN: Final = 11.6
DPI: Final = 140
FROM, TO = "#bcdcf0", "#0b2f63"
COUNT_COLOURS: Final = ("#f2c879", "#5fa36f", "#14603d")
COUNT_WORDS: Final = ("one camera", "two", "three or more")
GAINED, LOST, LESS, MORE = "#0a7f5a", "#b3261e", "#f2a08f", "#8fd0b4"
CLOSED: Final = "#e2ddd2"
CAMERA: Final = "#4a5563"
BORDER: Final = "#7a7263"


def class_colours(classes: int) -> tuple[str, ...]:
    """Return a colour for each class above none, from light to dark."""
    from matplotlib.colors import LinearSegmentedColormap, to_hex

    ramp = LinearSegmentedColormap.from_list("classes", [FROM, "#3f86c4", TO])
    return tuple(to_hex(ramp(i / max(classes - 1, 1))) for i in range(classes))


def class_map(best: NDArray[np.uint8], closed: NDArray[np.bool_], extent: Extent, layers: Layers, classes: int) -> str:
    """Return the best class of each block as a PNG data URI.

    Args:
        best: (rows, columns) class, 0 where nobody sees.
        closed: (rows, columns) no open ground.
        extent: west, east, south, north in metres.
        layers: ``streets``, ``areas``, ``districts``, ``cameras``; any may be missing.
        classes: how many there are above none.
    """
    return _drawn(best, (*class_colours(classes),), closed, extent, layers)


def class_key(names: Sequence[str]) -> Key:
    """Return the key of a class map as (sign, colour, words)."""
    return [("■", colour, name) for colour, name in zip(class_colours(len(names)), names, strict=True)]


def count_map(count: NDArray[np.uint16], closed: NDArray[np.bool_], extent: Extent, layers: Layers) -> str:
    """Return how many cameras see each block, as a PNG data URI; arguments as for :func:`class_map`."""
    return _drawn(np.minimum(count, 3).astype(np.uint8), COUNT_COLOURS, closed, extent, layers)


def count_key() -> Key:
    """Return the key of a count map."""
    return [("■", colour, words) for colour, words in zip(COUNT_COLOURS, COUNT_WORDS, strict=True)]


def difference_map(
    before: NDArray[np.uint8], after: NDArray[np.uint8], closed: NDArray[np.bool_], extent: Extent, layers: Layers
) -> str:
    """Return what changes from one fleet's best classes to another's, as a PNG data URI; see :func:`difference_key`."""
    change = np.select(
        [(before == 0) & (after > 0), (before > 0) & (after == 0), after > before, after < before], [1, 2, 3, 4], 0
    )
    return _drawn(change.astype(np.uint8), (GAINED, LOST, MORE, LESS), closed, extent, layers)


def difference_key() -> Key:
    """Return the key of a difference map."""
    words = ("newly seen", "no longer seen", "seen at a better class", "seen at a worse class")
    return [("■", colour, told) for colour, told in zip((GAINED, LOST, MORE, LESS), words, strict=True)]


def _drawn(
    cells: NDArray[np.uint8], colours: Sequence[str], closed: NDArray[np.bool_], extent: Extent, layers: Layers
) -> str:
    from matplotlib.colors import ListedColormap

    west, east, south, north = extent
    tall = WIDE_IN * float(np.clip((north - south) / (east - west), 0.45, 1.15))
    with drawing(WIDE_IN, tall) as figure:
        axes = whole_figure(figure)
        draw_ground(axes, {name: layer for name, layer in layers.items() if name in ("streets", "areas")})
        shown = {"extent": extent, "interpolation": "nearest"}
        axes.imshow(np.where(closed, 1.0, np.nan), cmap=ListedColormap([CLOSED]), zorder=0.9, **shown)
        axes.imshow(np.where(cells > 0, cells, np.nan), cmap=ListedColormap(colours), vmin=1, vmax=len(colours),
                    zorder=3, **shown)  # fmt: skip
        _districts(axes, layers)
        _dots(axes, layers)
        draw_frame(axes, _box(extent, layers))
        return png_uri(figure, DPI, colours=96)


def _box(extent: Extent, layers: Layers) -> tuple[float, float, float, float]:
    """Return west, south, east, north of what is worth showing: the districts, or all of it."""
    west, east, south, north = extent
    if "districts" not in layers or not len(layers["districts"]):
        return west, south, east, north
    box = layers["districts"].total_bounds
    return max(west, box[0]), max(south, box[1]), min(east, box[2]), min(north, box[3])


def _districts(axes: Any, layers: Layers) -> None:
    from matplotlib.collections import LineCollection

    districts = layers.get("districts")
    if districts is None or not len(districts):
        return
    borders = line_corners(districts.geometry.boundary.explode().to_numpy())
    axes.add_collection(LineCollection(borders, colors=BORDER, linewidths=1.0, linestyles="--", zorder=4))
    if len(districts) > 1:
        for name, point in zip(districts["name"], districts.geometry.representative_point(), strict=True):
            axes.annotate(str(name), (point.x, point.y), ha="center", fontsize=11, color=INK, zorder=6,
                          path_effects=halo())  # fmt: skip


def _dots(axes: Any, layers: Layers) -> None:
    cameras = layers.get("cameras")
    if cameras is None or not len(cameras):
        return
    size = float(np.clip(3000.0 / len(cameras), 0.15, 9.0))
    axes.scatter(cameras.geometry.x, cameras.geometry.y, s=size, c=CAMERA, linewidths=0, zorder=5)
