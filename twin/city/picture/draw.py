"""One picture of a city: the whole of it, or a part of it from near by."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any, Final

from twin.city.model import City
from twin.city.picture import layers, signs
from twin.city.picture.palette import INK
from twin.city.picture.sheet import Sheet
from twin.city.picture.view import View
from twin.errors import InputError
from twin.whole_file import whole_file

SUFFIXES: Final = (".png", ".jpg", ".svg", ".pdf")
INCHES: Final = 12.0
DPI: Final = 200


def draw_city(city: City, view: View, path: Path, dpi: int = DPI) -> None:
    """Draw a view of a city with scale, north, legend and credit.

    Args:
        city: any city.
        view: what to show.
        path: file to write, replaced where it exists; its ending says the form.
        dpi: dots an inch of a picture 12 inches wide.

    Raises:
        InputError: no picture has that ending, or it cannot be written.
    """
    pyplot = plotting(path)
    tall = INCHES * view.tall_m / view.wide_m
    figure, axes = pyplot.subplots(figsize=(INCHES, tall))
    figure.subplots_adjust(0.0, 0.0, 1.0, 1.0)
    sheet = Sheet(axes, view)
    draw_layers(sheet, city)
    kinds = signs.places(sheet, city)
    signs.districts(sheet, city)
    signs.street_names(sheet, city)
    signs.scale_and_north(sheet)
    signs.legend(sheet, city, kinds)
    axes.set_title(view.title, fontsize=16, color=INK, loc="left", pad=8, weight="bold")
    _credit(figure, sheet, city)
    with whole_file(path, f"draw {city.name}") as part:
        figure.savefig(part, dpi=dpi, bbox_inches="tight", pad_inches=0.15, facecolor="white")
    pyplot.close(figure)


def draw_layers(sheet: Sheet, city: City) -> None:
    """Draw all that needs no words."""
    layers.ground(sheet, city)
    layers.buildings(sheet, city)
    layers.streets(sheet, city)
    layers.metro(sheet, city)
    layers.borders(sheet, city)


def plotting(path: Path) -> Any:
    """Return matplotlib's pyplot, set to write files.

    Raises:
        InputError: no picture has the ending of the path.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(
            f"draw a picture into {path}", f"{path.suffix or 'no ending'}; {', '.join(SUFFIXES)} would work"
        )
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    return pyplot


def _credit(figure: Any, sheet: Sheet, city: City) -> None:
    words = "\n".join(part for line in signs.credit_of(city).splitlines() for part in textwrap.wrap(line, 190))
    figure.canvas.draw_idle()
    below = sheet.axes.get_legend().get_window_extent(figure.canvas.get_renderer())
    y = sheet.axes.transAxes.inverted().transform((0.0, below.y0))[1]
    sheet.axes.text(0.0, y - 0.005, words, transform=sheet.axes.transAxes, fontsize=6.5, color="#66626a", va="top")
