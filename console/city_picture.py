"""`twin city picture`: the whole city, a close-up, or a sheet of the kinds of fabric."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from console.arguments import CityGiven
from twin.errors import Fault, InputError


def picture(
    city: CityGiven = None,
    out: Annotated[Path, typer.Option(help="Picture to write: .png, .jpg, .svg or .pdf.")] = Path("city.png"),
    around: Annotated[str | None, typer.Option(metavar="LON,LAT", help="Middle of a close-up; default: all.")] = None,
    radius_m: Annotated[float, typer.Option("--radius_m", help="How far a close-up goes from its middle.")] = 600.0,
    title: Annotated[str, typer.Option(help="Stands above the picture; default: the city's name.")] = "",
    kinds: Annotated[bool, typer.Option("--kinds", help="A sheet with a close-up of each kind of fabric.")] = False,
    dpi: Annotated[int, typer.Option(min=40, max=600, help="Dots an inch; the picture is 12 inches wide.")] = 200,
) -> None:
    """Draw a city from its tables."""
    from console.progress import stages
    from twin.city.picture import around as view_around
    from twin.city.picture import draw_city, draw_kinds, whole
    from twin.city.picture.draw import plotting
    from twin.city.resolve import open_city

    middle = _checked(around, kinds, out)
    plotting(out)
    with stages() as tell:
        tell("city", 0.0)
        opened = open_city(city)
        tell("picture", 0.0)
        if kinds:
            draw_kinds(opened, out, dpi)
        else:
            view = view_around(opened, *middle, radius_m, title) if middle else whole(opened, title)
            draw_city(opened, view, out, dpi)
    typer.echo(f"picture: {out}")


def _checked(around: str | None, kinds: bool, out: Path) -> tuple[float, float] | None:
    faults, middle = [], None
    if around is not None:
        try:
            lon, lat = (float(part) for part in around.split(","))
            middle = lon, lat
        except ValueError:
            faults.append(f"--around {around!r}: wanted two numbers lon,lat, such as 69.2797,41.3112")
    if kinds and around is not None:
        faults.append("--kinds and --around exclude each other: give one of them")
    if not out.parent.is_dir():
        faults.append(f"--out {out}: there is no folder {out.parent}")
    if faults:
        raise InputError("draw a picture", [Fault(fault) for fault in faults])
    return middle
