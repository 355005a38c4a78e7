"""What lies flat round a camera: open ground, waters, pavements, ariqs, kerbs, carriageways and their paint."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from twin.city import City
from twin.city.standing.clear import CORNER_M
from vision.render.city_markings import Crossing, markings
from vision.render.still import flat, stack
from vision.render.textures import Tile

FAR_M: Final = 900.0
PAVEMENT_M: Final = 3.2
ARIQ_M: Final = (1.15, 1.65)
"""Inner and outer edge of an ariq, the open channel beside a street, metres from the kerb; assumed."""

_WITH_ARIQ: Final = ("trunk", "primary", "secondary", "tertiary", "residential")
_GROUND_RGB: Final = (0.47, 0.48, 0.35)
_AREAS: Final = {
    "water": (Tile.WATER, (0.30, 0.38, 0.36)),
    "park": (Tile.GRASS, (0.36, 0.50, 0.26)),
    "field": (Tile.GRASS, (0.52, 0.50, 0.34)),
    "cemetery": (Tile.GRASS, (0.46, 0.46, 0.34)),
    "square": (Tile.PAVING, (0.70, 0.67, 0.62)),
    "rail": (Tile.ROOF, (0.46, 0.43, 0.40)),
    "industry": (Tile.ASPHALT, (0.44, 0.43, 0.42)),
    "airport": (Tile.GRASS, (0.50, 0.50, 0.36)),
}
_YARD_RGB: Final = (0.57, 0.52, 0.43)
Layers = tuple[NDArray[np.float32], ...]


def ground_layers(
    city: City,
    streets: Any,
    houses: Any,
    road: BaseGeometry,
    crossings: list[Crossing],
    window: Polygon,
    middle: NDArray[np.float64],
) -> Layers:
    """Return what lies flat in a window, relative to ``middle``, the lowest layer first.

    Args:
        city: its areas are drawn.
        streets: rows of its table in the window.
        houses: rows of its table in the window.
        road: :func:`carriageways`.
        crossings: :func:`vision.render.city_markings.crossings_of`.
        window: city metres.
        middle: (2,) city metres.
    """
    walk = streets[~streets["drive"].to_numpy(bool)]
    paths = shapely.union_all(
        shapely.buffer(walk.geometry.to_numpy(), np.maximum(walk["width_m"].to_numpy(float), 1.5) / 2)
    )
    pavement = road.buffer(PAVEMENT_M, join_style="mitre").union(paths) if not road.is_empty else paths
    ariqs = _ariqs(streets, road, paths, [crossing.area for crossing in crossings])
    kerbs = road.buffer(0.28).difference(road.buffer(-0.05))
    return (
        flat(shapely.box(*(middle - FAR_M), *(middle + FAR_M)), middle, Tile.GRASS, _GROUND_RGB),
        stack([_yards(houses, middle), *_areas(city, window, middle)]),
        flat(pavement, middle, Tile.PAVING, (0.62, 0.60, 0.57)),
        stack([flat(ariqs.buffer(0.16), middle, Tile.PLAIN, (0.60, 0.59, 0.56)),
               flat(kerbs, middle, Tile.PLAIN, (0.74, 0.73, 0.70))]),
        stack([flat(road, middle, Tile.ASPHALT, (0.33, 0.33, 0.34)),
               flat(ariqs, middle, Tile.WATER, (0.22, 0.26, 0.23))]),
        stack(markings(streets, crossings, middle)),
    )  # fmt: skip


def carriageways(streets: Any, window: Polygon) -> BaseGeometry:
    """Return one shape of all carriageways, corners rounded."""
    drive = streets[streets["drive"].to_numpy(bool)]
    if not len(drive):
        return Polygon()
    wide = shapely.buffer(drive.geometry.to_numpy(), drive["width_m"].to_numpy(float) / 2, cap_style="round")
    whole = shapely.union_all(wide).intersection(window.buffer(20))
    return whole.buffer(CORNER_M, join_style="round").buffer(-CORNER_M).simplify(0.05)


def _ariqs(streets: Any, road: BaseGeometry, paths: BaseGeometry, crossings: list[Polygon]) -> BaseGeometry:
    """Return the channels beside the larger streets; they run under paths, crossings and side streets in pipes."""
    rows = streets[streets["drive"].to_numpy(bool) & streets["street_class"].isin(_WITH_ARIQ).to_numpy()]
    if road.is_empty or not len(rows):
        return Polygon()
    inner_m, outer_m = ARIQ_M
    beside = shapely.buffer(rows.geometry.to_numpy(), rows["width_m"].to_numpy(float) / 2 + outer_m + 0.3)
    strip = road.buffer(outer_m).difference(road.buffer(inner_m)).intersection(shapely.union_all(beside))
    covered = shapely.union_all([paths.buffer(0.4), *(crossing.buffer(2.2) for crossing in crossings)])
    return strip.difference(covered).simplify(0.03)


def _yards(houses: Any, middle: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the trodden ground of courtyards: round each low house."""
    low = houses[houses["storeys"].to_numpy() <= 2]
    shapes = shapely.union_all(
        shapely.box(*(shapely.bounds(low.geometry.to_numpy()).reshape(-1, 4) + np.array([-2, -2, 2, 2])).T)
    )
    return flat(shapes, middle, Tile.GRASS, _YARD_RGB)


def _areas(city: City, window: Polygon, middle: NDArray[np.float64]) -> list[NDArray[np.float32]]:
    rows = city.areas.iloc[sorted(city.areas.sindex.query(window))] if len(city.areas) else city.areas
    parts = []
    for shape, kind in zip(rows.geometry, rows["kind"], strict=True):
        tile, rgb = _AREAS[str(kind)]
        parts.append(flat(shape.intersection(window.buffer(200)), middle, tile, rgb))
    return parts
