"""`twin coverage`: who sees what, at which pixel density, and whose homes are in view."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from console.arguments import AsJson, CityNamed
from console.progress import stages
from twin.errors import Fault, InputError


def coverage(
    city: CityNamed,
    cameras: Annotated[str, typer.Argument(help="Cameras as GeoJSON, or `default` for the default fleet.")],
    resolution: Annotated[float, typer.Option(help="Side of a cell in metres, 0.25 to 20.")] = 1.0,
    edition: Annotated[str | None, typer.Option(help="Edition of the pixel density classes: 2015 or 2025.")] = None,
    before: Annotated[str | None, typer.Option(help="Another fleet to compare with, as GeoJSON.")] = None,
    seen_for: Annotated[float, typer.Option(help="Seconds that what is to be noticed stays in view.")] = 60.0,
    propose_masks: Annotated[int, typer.Option(min=0, help="Propose masks for so many cameras; needs --out.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Folder for the page, the figures and the maps.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say how much open ground, streets and places the cameras cover, class by class, with the homes in view beside it.

    With --out: coverage.html, coverage.json, coverage.geojson (each camera with its own figures), coverage_class.tif,
    coverage_count.tif and coverage.png; with --propose-masks also masks.geojson, the fleet with the masks in it.
    """
    from console.coverage_made import Job, made
    from console.coverage_out import write_all
    from console.coverage_table import table

    _check(resolution, seen_for, propose_masks, out)
    job = Job(city, cameras, before, resolution, edition, seen_for, propose_masks, out)
    with stages(quiet=as_json) as tell:
        done = made(job, tell)
        if out is not None:
            tell("page", 0.0)
            write_all(out, job, done)
    figures: dict[str, Any] = done.content()
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False))
        return
    typer.echo("\n".join(table(figures)))
    if out is not None:
        typer.echo(f"page: {out / 'coverage.html'}")


def _check(resolution: float, seen_for: float, propose_masks: int, out: Path | None) -> None:
    faults = []
    if not 0.25 <= resolution <= 20.0:
        faults.append(f"--resolution {resolution:g} found; 0.25 to 20 metres was wanted")
    if not 1.0 <= seen_for <= 86_400.0:
        faults.append(f"--seen-for {seen_for:g} found; 1 to 86400 seconds was wanted")
    if propose_masks and out is None:
        faults.append("--propose-masks writes a file; give --out too")
    if faults:
        raise InputError("compute the coverage", [Fault(fault) for fault in faults])
