"""`twin city figures`: what is asked of a city, what it reaches, and whether that will do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.arguments import AsJson, CityGiven
from twin.errors import InputError

if TYPE_CHECKING:
    from twin.city import City
    from twin.city.figures import Figure

COLOUR = {"reached": "green", "missed": "red", "no figure": "dim", "skipped": "yellow"}


def figures(
    city: CityGiven = None,
    against: Annotated[
        Path | None, typer.Option(help="Folder of Tashkent data to compare with, such as ../shared/data/tashkent.")
    ] = None,
    build: Annotated[bool, typer.Option("--build", help="Build the default city anew and time that too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Measure a city against the figures of Tashkent, line by line; exit status 1 where one is missed."""
    from console.progress import stages
    from twin.city.figures import city_table
    from twin.city.resolve import open_city

    if against is not None and not against.is_dir():
        raise InputError(f"compare with {against}", "there is no such folder; leave --against out to skip that part")
    lines = []
    with stages(quiet=as_json) as tell:
        tell("city", 0.0)
        opened = open_city(city)
        if build:
            _check_default(opened)
        tell("figures", 0.0)
        for line in city_table(opened, against, build):
            lines.append(line)
            tell("figures", len(lines) / (len(lines) + 3))
    missed = sum(line.verdict == "missed" for line in lines)
    if as_json:
        told = {"city": opened.name, "missed": missed, "figures": [line.as_json() for line in lines]}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        _print(opened.name, lines, missed)
    if missed:
        raise typer.Exit(1)


def _check_default(city: City) -> None:
    """Refuse to time the building of another city than the one that is measured.

    Raises:
        InputError: it is not the whole default city.
    """
    from twin.city.frame import load_frame

    made = city.manifest.get("made_by", {})
    whole = [district.name for district in load_frame().districts]
    if made.get("generator") != "default_city" or sorted(made.get("districts", [])) != sorted(whole):
        told = f"{city.name} is not the whole default city, which is what --build builds; leave CITY out, or --build"
        raise InputError(f"build {city.name} anew", told)


def _print(name: str, lines: list[Figure], missed: int) -> None:
    from rich.console import Console

    console = Console()
    console.print(_table(name, lines))
    for line in lines:
        if line.note:
            console.print(f"  {line.what}: {line.note}", highlight=False, style="dim")
    judged = sum(line.verdict in ("reached", "missed") for line in lines)
    typer.echo(f"{name}: {judged - missed} of {judged} targets reached")


def _table(name: str, lines: list[Figure]) -> Any:
    from rich.table import Table

    table = Table("what", "asked", "reached", "verdict", title=name, title_justify="left")
    for line in lines:
        colour = COLOUR[line.verdict]
        table.add_row(line.what, line.asked or "—", line.reached, f"[{colour}]{line.verdict}[/{colour}]")
    return table
