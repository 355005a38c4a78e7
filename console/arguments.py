"""Values of the command line that speak for themselves when they are wrong."""

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


Seed = Annotated[int, typer.Option(parser=seed_of, metavar="N", help="Whole number from 0 up.")]
