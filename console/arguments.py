"""Arguments that several commands have: declared once, and such that wrong values speak for themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from twin.errors import Fault, InputError


def seed_of(text: str) -> int:
    """Return a seed.

    Raises:
        typer.BadParameter: not a whole number from 0 up.
    """
    try:
        seed = int(str(text))
    except ValueError:
        seed = -1
    if seed < 0:
        raise typer.BadParameter(f"found {text!r}; a whole number from 0 up would work, such as 7")
    return seed


def ground_asked(city: str | None, region: Path | None) -> str | None:
    """Return the folder that ``--city`` or ``--region`` names, None for the default city.

    Raises:
        InputError: both are given, or the region is none.
    """
    if region is None:
        return city
    faults = [Fault("--city and --region exclude each other: give one of them")] if city is not None else []
    if not (region / "region.yaml").is_file():
        holds = "region.yaml, zones.csv, times.csv, posts.csv and hospitals.csv"
        faults.append(Fault(f"--region {region}: there is no region.yaml in it; the folder of a region holds {holds}"))
    if faults:
        raise InputError("choose where to run", faults)
    return str(region)


Scenario = Annotated[str, typer.Argument(help="Library name (friday_evening) or a YAML file.")]
Rates = Annotated[str, typer.Option("--scenario", help="Scenario whose rates, hours and light are taken.")]
Seed = Annotated[int, typer.Option(parser=seed_of, metavar="N", help="Whole number from 0 up.")]
City = Annotated[str | None, typer.Option(help="Folder of a built city; default: the default city.")]
CityNamed = Annotated[str, typer.Argument(help="Folder of a built city, or `default` for the default city.")]
CityGiven = Annotated[str | None, typer.Argument(help="Folder of a built city; default: the default city.")]
Region = Annotated[Path | None, typer.Option(help="Folder of a region of zones, in place of a city.")]
Cameras = Annotated[Path | None, typer.Option(help="Camera fleet as GeoJSON; default: derived.")]
Calls = Annotated[Path | None, typer.Option(help="Call log, CSV or Parquet, in place of drawn calls.")]
CallsMode = Annotated[str, typer.Option(help="replay the log as it is, or bootstrap its hours.")]
Fleet = Annotated[Path | None, typer.Option(help="Fleet of named teams, YAML; default: by residents.")]
Policy = Annotated[str | None, typer.Option(help="A name, or file.py:Name; default: the scenario's.")]
Metrics = Annotated[list[str] | None, typer.Option(help="NAME[:SERVICE[:PRIORITY]]; the first decides.")]
Weights = Annotated[Path | None, typer.Option(help="Detector weights; default: those shipped.")]
Renderer = Annotated[
    str, typer.Option(help="auto, gl, tiny or carla[:HOST[:PORT]]; carla,auto takes auto without a server.")
]
Wind = Annotated[float, typer.Option(help="Wind, m/s, that may blow from any side.")]
Effort = Annotated[str, typer.Option(help="greedy, quick, usual or thorough.")]
Engine = Annotated[str, typer.Option(help="local (this machine) or ray (a Ray cluster).")]
Workers = Annotated[int | None, typer.Option(help="Trials lived at a time; default: all cores.")]
Experiment = Annotated[Path | None, typer.Option(help="Folder of the experiment; one that was interrupted goes on.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")]
