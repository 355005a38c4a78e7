"""`twin city export` and `twin city import`: a city out to other programs, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

CITY_HELP = "Folder or GeoPackage of a city; default: the default city."


def export(
    city: Annotated[Path | None, typer.Argument(help=CITY_HELP)] = None,
    to: Annotated[str, typer.Option(help="geojson, geopackage, graphml, sumo, opendrive or osm.")] = "geojson",
    district: Annotated[str | None, typer.Option(help="Only this district.")] = None,
    tile: Annotated[
        int | None, typer.Option(help="Only this tile, of the city or the district; `--tiles` lists them.")
    ] = None,
    tiles: Annotated[
        bool, typer.Option("--tiles", help="List the tiles of the city or district and write nothing.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Where to; default: NAME-FORM here.")] = None,
) -> None:
    """Write a city, a district or a tile of it in a form that other programs read, and say what is in it."""
    from twin.city.forms import FORMS, export_city

    console = Console(stderr=True)
    with console.status(f"opening {city or 'the default city'}"):
        opened = _opened(city)
    if tiles:
        _list_tiles(opened, district)
        return
    suffix = FORMS[to].suffix if to in FORMS else ""
    pieces = [*(district or "").split(), *([] if tile is None else [f"tile{tile}"])]
    target = out or Path("-".join([opened.name, *pieces, to]) + suffix)
    with console.status(f"writing {target}"):
        part, account = export_city(opened, to, target, district, tile)
    for heading, words in account.said.items():
        typer.echo(f"{heading}: {words}")
    for warning in account.warnings:
        typer.echo(f"note: {warning}", err=True)
    cut = len(part.manifest.get("part", {}).get("cut_streets", []))
    if cut:
        typer.echo(f"cut at the border: {cut} streets; each goes on in its neighbour")
    typer.echo(f"{part.name} as {to}: {target}")


def import_(
    source: Annotated[Path, typer.Argument(help="GeoPackage, or folder of GeoJSON, that `twin city export` wrote.")],
    out: Annotated[Path | None, typer.Option(help="New folder for the city; default: in the cache folder.")] = None,
) -> None:
    """Make a city's folder out of a GeoPackage or GeoJSON, as it is now: rows may have been edited or taken out."""
    from twin.city.forms import read_city
    from twin.city.store import kept_folder, save_city

    with Console(stderr=True).status(f"reading {source}"):
        read = read_city(source)
        made = save_city(read, out or kept_folder(read.name))
    edited = "edited since it was exported" if made.manifest.get("edited") else "the same city as was exported"
    typer.echo(f"{made.name}: {made.folder} ({edited})")


def _opened(city: Path | None):  # type: ignore[no-untyped-def]
    from twin.city.resolve import open_city

    return open_city(None if city is None else str(city))


def _list_tiles(city, district: str | None) -> None:  # type: ignore[no-untyped-def]
    from twin.city.forms.part import district_of
    from twin.city.forms.tiles import tiles_of

    part = city if district is None else district_of(city, district)
    for tile in tiles_of(part):
        west, south, east, north = tile.shape(part).bounds
        typer.echo(
            f"tile {tile.number}: {tile.junctions:,} junctions, {west:.0f} to {east:.0f} m east, "
            f"{south:.0f} to {north:.0f} m north"
        )
