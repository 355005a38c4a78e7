"""The layers of the map: ground, water, rails, buildings, streets, borders, metro."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.figures.reference import reference_of
from twin.city.frame import load_frame
from twin.city.model import City
from twin.city.picture.palette import (
    AREAS,
    BORDER,
    FLATS,
    GROUND,
    GROUP_OF_USE,
    HOUSE,
    HOUSES,
    METRO,
    STOREYS,
    STREETS,
    USES,
    WATER_EDGE,
)
from twin.city.picture.sheet import Sheet

CASING: Final = 1.0

Shapes = NDArray[np.object_]


def ground(sheet: Sheet, city: City) -> None:
    """Fill the districts, then the areas, each kind over those below it."""
    sheet.fill(city.districts.geometry.to_numpy(), GROUND, 1)
    shapes = city.areas.geometry.to_numpy() if len(city.areas) else np.array([], dtype=object)
    seen = sheet.view.holds(shapes)
    for order, (kind, colour) in enumerate(AREAS.items()):
        chosen = shapes[seen & (city.areas["kind"] == kind).to_numpy()] if len(shapes) else shapes
        edge, width = _edge(kind, sheet.view.close)
        sheet.fill(chosen, colour, 2 + 0.1 * order, edge, width)


def _edge(kind: str, close: bool) -> tuple[str, float]:
    """Return colour and width of an area's edge; water and rails are widened on a small scale, to be seen."""
    edges = {"water": (WATER_EDGE, 0.4 if close else 1.1), "rail": (AREAS["rail"], 0.0 if close else 0.9)}
    return edges.get(kind, ("", 0.0))


def buildings(sheet: Sheet, city: City) -> None:
    """Fill the buildings: flats by storeys, courtyard houses, all others by what they are for."""
    shapes = city.buildings.geometry.to_numpy()
    seen = sheet.view.holds(shapes)
    use = city.buildings["use"].to_numpy().astype(str)
    storeys = city.buildings["storeys"].to_numpy(np.int64)
    edge, width = ("#8d8272", 0.25) if sheet.view.close else ("", 0.0)
    flats = np.isin(use, FLATS)
    ends = [*(least for least, _ in STOREYS[1:]), 10_000]
    for (least, colour), end in zip(STOREYS, ends, strict=True):
        band = flats & (storeys >= (0 if least == 1 else least)) & (storeys < end)
        sheet.fill(shapes[seen & band], colour, 10, edge, width)
    houses = np.isin(use, HOUSES)
    sheet.fill(shapes[seen & houses], HOUSE, 10, edge, width)
    group = np.array([GROUP_OF_USE.get(name, "public") for name in np.unique(use)])[
        np.unique(use, return_inverse=True)[1]
    ]
    for name, (colour, _) in USES.items():
        sheet.fill(shapes[seen & ~flats & ~houses & (group == name)], colour, 10, edge, width)


def streets(sheet: Sheet, city: City) -> None:
    """Draw the streets, minor ones first, casings below fills; bridges again above all."""
    shapes = city.streets.geometry.to_numpy()
    seen = sheet.view.holds(shapes)
    kind = city.streets["street_class"].to_numpy().astype(str)
    width_m = city.streets["width_m"].to_numpy(np.float64)
    above = (city.streets["structure"] == "bridge").to_numpy()
    below = (city.streets["structure"] == "tunnel").to_numpy()
    for raised in (False, True):
        base = 22 if raised else 20
        for rank, (name, (fill, casing, least_far, least_near)) in enumerate(STREETS.items()):
            rows = np.flatnonzero(seen & ~below & (above == raised) & (kind == name))
            least = least_near if sheet.view.close else least_far
            for width, chosen in _by_width(shapes[rows], width_m[rows] * sheet.points_per_m, least):
                if casing and (sheet.view.close or width > 0.5):
                    edge = CASING if sheet.view.close else 0.35
                    sheet.lines(chosen, casing, width + edge, base + 0.01 * rank)
                sheet.lines(
                    chosen, fill if sheet.view.close or width > 0.5 else casing or fill, width, base + 1 + 0.01 * rank
                )
    sheet.lines(shapes[seen & below], "#c9c0b0", 1.0, 19, linestyle=(0, (2, 2)))


def metro(sheet: Sheet, city: City) -> None:
    """Draw the metro lines on a small scale, where the city is the whole of Tashkent."""
    if sheet.view.close or not reference_of(city).whole:
        return
    for rail in load_frame().rails:
        line = np.array([shapely.LineString(rail.course)], dtype=object)
        if rail.kind == "metro_line":
            sheet.lines(line, "#ffffff", 2.6, 27, alpha=0.8)
            sheet.lines(line, METRO, 1.4, 27.1)


def borders(sheet: Sheet, city: City) -> None:
    """Draw the borders of the districts, and of the mahallas on a close-up."""
    if sheet.view.close:
        shapes = city.mahallas.geometry.to_numpy()
        edges = shapely.boundary(shapes[sheet.view.holds(shapes)])
        sheet.lines(edges, BORDER, 0.9, 29, linestyle=(0, (2, 4)), alpha=0.7)
    edges = shapely.boundary(city.districts.geometry.to_numpy())
    sheet.lines(edges, BORDER, 1.1, 30.1, linestyle=(0, (6, 2, 1, 2)), alpha=0.85)


def _by_width(shapes: Shapes, width: NDArray[np.float64], least: float) -> list[tuple[float, Shapes]]:
    """Return the shapes in groups of one width in points, a quarter of a point apart, none thinner than ``least``."""
    step = np.maximum(np.round(np.maximum(width, least) * 4.0) / 4.0, least)
    return [(float(value), shapes[step == value]) for value in np.unique(step)]
