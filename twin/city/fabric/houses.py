"""Courtyard houses: a house block is parted into plots along its passages, each with a house round its yard.

Plots of 200 to 600 m2, one or two storeys, brick or adobe, behind continuous walls (general knowledge; assumed).
"""

from __future__ import annotations

import itertools
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from twin.city.fabric.bearings import axes_of
from twin.city.fabric.stock import Building

PLOT_M2: Final = {"mahalla": 540.0, "village": 980.0}
BUILT: Final = {"mahalla": 0.97, "village": 0.8}
WALL_M: Final = 0.3
SMALLEST_M2: Final = 45.0
LEAST_COMPACT: Final = 0.22  # 4 pi area / perimeter^2; a bar of 6 m by 40 m has 0.36
SHOP_SHARE: Final = 0.4  # of the houses that face a main street
SHOP_REACH_M: Final = 32.0


def draw_houses(
    ground: BaseGeometry, avenue: BaseGeometry, use: str, plot_size: float, block: int, rng: np.random.Generator
) -> list[Building]:
    """Return the houses of a house block.

    Args:
        ground: the block without its passages.
        avenue: centre lines of the main streets beside it, on which some houses are shops; may be empty.
        use: ``mahalla`` or ``village``, which sets the size of the plots.
        plot_size: against the usual plot.
        block: index of the superblock.
        rng: sizes of plots and houses.
    """
    parts = [part for part in shapely.get_parts(ground) if part.geom_type == "Polygon" and part.area > 160.0]
    houses: list[Building] = []
    for part in parts:
        axes = axes_of(part)
        local = axes.local(part)
        plots, turned = _plots(local, plot_size * PLOT_M2[use], rng)
        shapes = axes.world(_houses_on(local, plots, turned, rng))
        storeys = 1 + (rng.uniform(size=len(shapes)) < 0.3)
        built = rng.uniform(size=len(shapes)) < BUILT[use]
        shops = (rng.uniform(size=len(shapes)) < SHOP_SHARE) & (shapely.distance(shapes, avenue) < SHOP_REACH_M)
        for shape, floors, stands, shop in zip(shapes, storeys, built, shops, strict=True):
            if stands and _stands_up(shape):
                kind = "retail" if shop else "courtyard"
                houses.append(Building(shape, kind, int(floors), 0.8 + 3.0 * int(floors), 1, block))
    return houses


def _stands_up(shape: BaseGeometry) -> bool:
    """Return whether a footprint is one sound piece and no sliver."""
    if shape.geom_type != "Polygon" or shape.area < SMALLEST_M2 or not shape.is_valid:
        return False
    return bool(12.566 * shape.area / shape.length**2 > LEAST_COMPACT)


def _plots(
    local: BaseGeometry, plot_m2: float, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return plots (n, 4: west, south, east, north in the block's axes) and which of them face north."""
    west, south, east, north = local.bounds
    rows = max(1, round((north - south) / 27.0))
    rows = rows if rows < 3 else 2
    depth = (north - south) / rows
    plots, turned = [], []
    for row in range(rows):
        cuts = _cuts(west, east, plot_m2 / depth, rng)
        for a, b in itertools.pairwise(cuts):
            plots.append((a, south + row * depth, b, south + (row + 1) * depth))
            turned.append(row == rows - 1 and rows > 1)
    return np.array(plots), np.array(turned)


def _cuts(west: float, east: float, width_m: float, rng: np.random.Generator) -> NDArray[np.float64]:
    count = max(1, round((east - west) / float(np.clip(width_m, 10.0, 27.0))))
    weights = rng.uniform(0.75, 1.25, count)
    return west + (east - west) * np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])


def _houses_on(
    local: BaseGeometry, plots: NDArray[np.float64], turned: NDArray[np.bool_], rng: np.random.Generator
) -> NDArray[np.object_]:
    """Return one house for each plot, cut to the block.

    A house is a bar along the street and a wing along one wall, at times with a shed at the back.
    """
    n = len(plots)
    clipped = shapely.bounds(shapely.intersection(shapely.box(*plots.T), local))
    clipped = np.where(np.isfinite(clipped), clipped, plots)
    west, south, east, north = clipped.T + np.array([[WALL_M], [WALL_M], [-WALL_M], [-WALL_M]])
    deep = np.minimum(rng.uniform(7.0, 10.0, n), 0.6 * (north - south))
    reach = (north - south) * rng.uniform(0.55, 1.0, n)
    wing = np.minimum(rng.uniform(4.8, 7.2, n), 0.5 * (east - west))
    back = np.where((rng.uniform(size=n) < 0.4) & (reach > 0.9 * (north - south)), rng.uniform(4.0, 6.0, n), 0.0)
    left = rng.uniform(size=n) < 0.5
    bar = shapely.box(west, np.where(turned, north - deep, south), east, np.where(turned, north, south + deep))
    side = shapely.box(
        np.where(left, west, east - wing),
        np.where(turned, north - reach, south),
        np.where(left, west + wing, east),
        np.where(turned, north, south + reach),
    )
    shed = shapely.box(west, np.where(turned, south, north - back), east, np.where(turned, south + back, north))
    whole = shapely.union(shapely.union(bar, side), np.where(back > 0.0, shed, bar))
    return _largest(shapely.intersection(whole, local))


def _largest(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return each shape, or its largest part where the block's edge cut it in two."""
    out = shapes.copy()
    for i in np.flatnonzero(shapely.get_type_id(shapes) != shapely.GeometryType.POLYGON):
        parts = [part for part in shapely.get_parts(shapes[i]) if part.geom_type == "Polygon"]
        out[i] = max(parts, key=lambda part: part.area) if parts else shapely.Polygon()
    return out
