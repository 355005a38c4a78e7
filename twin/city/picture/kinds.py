"""A contact sheet: one close-up of each kind of fabric that a city has, found in its tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from twin.city.model import City
from twin.city.picture import signs
from twin.city.picture.draw import draw_layers, plotting
from twin.city.picture.palette import FLATS, HOUSES, INK
from twin.city.picture.sheet import Sheet
from twin.city.picture.view import View
from twin.errors import InputError
from twin.whole_file import whole_file

CELL_M: Final = 400.0
RADIUS_M: Final = 330.0
COLUMNS: Final = 4
MUCH: Final = 0.6

Floats = NDArray[np.float64]
Cell = tuple[float, float]
Found = tuple[Floats, Floats]
"""(n, 2) positions in metres and (n,) weights of what makes a kind."""


def draw_kinds(city: City, path: Path, dpi: int = 130) -> list[str]:
    """Draw a close-up of each kind of fabric and return the kinds that were found.

    A kind's close-up lies where much of it is together, in a grid of cells of 400 m: of the cells with at least six
    tenths of the fullest one, where most people live around.

    Args:
        city: any city; kinds it does not have are left out.
        path: file to write; its ending says the form.
        dpi: dots an inch.

    Raises:
        InputError: no picture has that ending, or the city has none of the kinds.
    """
    pyplot = plotting(path)
    views = kind_views(city)
    if not views:
        raise InputError(f"draw the kinds of fabric of {city.name}", "it has no buildings and no streets of any kind")
    columns = min(COLUMNS, len(views))
    rows = -(-len(views) // columns)
    figure, axes = pyplot.subplots(rows, columns, figsize=(4.2 * columns, 4.55 * rows), squeeze=False)
    figure.subplots_adjust(0.01, 0.03, 0.99, 0.965, wspace=0.03, hspace=0.1)
    for place, view in zip(axes.flat, views, strict=False):
        sheet = Sheet(place, view)
        draw_layers(sheet, city)
        signs.scale_and_north(sheet)
        place.set_title(view.title, fontsize=10.5, color=INK, loc="left", pad=4)
    for place in axes.flat[len(views) :]:
        place.set_axis_off()
    figure.text(0.01, 0.008, " ".join(signs.credit_of(city).splitlines()[:1]), fontsize=7, color="#66626a")
    with whole_file(path, f"draw {city.name}") as part:
        figure.savefig(part, dpi=dpi, facecolor="white")
    pyplot.close(figure)
    return [view.title for view in views]


def kind_views(city: City) -> list[View]:
    """Return a view of each kind of fabric that the city has."""
    people = _residents_around(city)
    views, taken = [], set()
    for title, find in KINDS.items():
        xy, weight = find(city)
        cell = next((cell for cell in _best_cells(xy, weight, people) if cell not in taken), None)
        if cell is None:
            continue
        taken.add(cell)
        inside = (np.floor(xy / CELL_M) == cell).all(axis=1) & (weight > 0)
        x, y = np.average(xy[inside], axis=0, weights=weight[inside])
        views.append(View(x - RADIUS_M, y - RADIUS_M, x + RADIUS_M, y + RADIUS_M, title))
    return views


def _best_cells(xy: Floats, weight: Floats, people: Mapping[Cell, float]) -> list[Cell]:
    """Return the cells with some of a kind: first those with much of it, the most peopled first, then the others."""
    heavy = weight > 0
    if not heavy.any():
        return []
    cells = pd.DataFrame(np.floor(xy[heavy] / CELL_M), columns=["x", "y"]).assign(weight=weight[heavy])
    sums = cells.groupby(["x", "y"])["weight"].sum().sort_values(ascending=False, kind="stable")
    found = [((float(x), float(y)), float(of)) for (x, y), of in zip(sums.index.tolist(), sums.tolist(), strict=True)]
    much = [cell for cell, of in found if of >= MUCH * found[0][1]]
    much.sort(key=lambda cell: -people.get(cell, 0.0))
    return much + [cell for cell, of in found if of < MUCH * found[0][1]]


def _residents_around(city: City) -> dict[Cell, float]:
    """Return the residents of each cell and the eight round it."""
    xy = shapely.get_coordinates(shapely.centroid(city.buildings.geometry.to_numpy())).reshape(-1, 2)
    cells = pd.DataFrame(np.floor(xy / CELL_M), columns=["x", "y"])
    own = cells.assign(residents=city.buildings["residents"].to_numpy()).groupby(["x", "y"])["residents"].sum()
    around: dict[Cell, float] = {}
    for (x, y), residents in zip(own.index.tolist(), own.tolist(), strict=True):
        for dx, dy in product((-1.0, 0.0, 1.0), repeat=2):
            around[x + dx, y + dy] = around.get((x + dx, y + dy), 0.0) + float(residents)
    return around


def _buildings(chosen: Callable[[pd.DataFrame], pd.Series[bool]]) -> Callable[[City], Found]:
    def find(city: City) -> Found:
        table = city.buildings
        shapes = table.geometry.to_numpy()
        weight = np.where(chosen(table).to_numpy(bool), shapely.area(shapes), 0.0)
        return shapely.get_coordinates(shapely.centroid(shapes)).reshape(-1, 2), weight

    return find


def _flats(low: int, high: int) -> Callable[[City], Found]:
    return _buildings(lambda t: t["use"].isin(FLATS) & (t["storeys"] >= low) & (t["storeys"] <= high))


def _dead_ends(city: City) -> Found:
    degree = np.bincount(np.r_[city.streets["u"].to_numpy(), city.streets["v"].to_numpy()], minlength=len(city.nodes))
    narrow = city.streets["street_class"].isin(("living_street", "residential")).to_numpy()
    ends = np.unique(np.r_[city.streets["u"].to_numpy()[narrow], city.streets["v"].to_numpy()[narrow]])
    xy = shapely.get_coordinates(city.nodes.geometry.to_numpy())[ends]
    return xy, (degree[ends] == 1).astype(np.float64)


def _streets(chosen: Callable[[pd.DataFrame], pd.Series[bool]]) -> Callable[[City], Found]:
    def find(city: City) -> Found:
        lines = city.streets.geometry.to_numpy()
        middles = shapely.get_coordinates(shapely.line_interpolate_point(lines, 0.5, normalized=True)).reshape(-1, 2)
        return middles, np.where(
            chosen(city.streets).to_numpy(bool), city.streets["length_m"].to_numpy(np.float64), 0.0
        )

    return find


KINDS: Final[Mapping[str, Callable[[City], Found]]] = {
    "Mahalla: courtyard houses": _buildings(lambda t: t["use"].isin(HOUSES)),
    "Mahalla: passages and dead ends": _dead_ends,
    "Quarter of 4 and 5 storeys": _flats(4, 5),
    "Quarter of 6 to 9 storeys": _flats(6, 9),
    "Estate of 10 to 16 storeys": _flats(10, 16),
    "Towers of 17 storeys and more": _flats(17, 999),
    "Great avenues": _streets(lambda t: (t["street_class"] == "primary") & t["drive"]),
    "Bridges over water": _streets(lambda t: t["structure"] == "bridge"),
    "Gastronomic street": _streets(lambda t: t["corridor"] == "gastronomic"),
    "Bazaar": _buildings(lambda t: t["use"] == "bazaar"),
    "Campus": _buildings(lambda t: t["use"] == "university"),
    "Industry": _buildings(lambda t: t["use"].isin(("industrial", "warehouse"))),
}
