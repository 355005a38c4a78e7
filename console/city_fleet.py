"""`twin city fleet`: the two camera fleets that come with a city, written as GeoJSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.arguments import AsJson, CityGiven, Seed
from twin.errors import Fault, InputError

if TYPE_CHECKING:
    from sensors.cameras import CameraFleet
    from sensors.city_fleet import Line

KINDS = ("city", "stress")


def fleet(
    city: CityGiven = None,
    kind: Annotated[str, typer.Option(help="city: from its parts, assumed; stress: 42,750 cameras.")] = "city",
    out: Annotated[Path | None, typer.Option(help="GeoJSON file to write; default: KIND-fleet.geojson here.")] = None,
    cameras: Annotated[int | None, typer.Option(min=1, help="With --kind stress: how many, instead of 42,750.")] = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Make a fleet for a city and write it; the arithmetic behind it is printed."""
    from console.progress import stages
    from sensors.fleet_file import write_fleet
    from twin.city.resolve import open_city

    path = out or Path(f"{kind}-fleet.geojson")
    _check(kind, cameras, path)
    with stages(quiet=as_json) as tell:
        tell("city", 0.0)
        opened = open_city(city)
        tell("cameras", 0.0)
        made, lines, note = _made(opened, kind, cameras, seed)
        tell("file", 0.0)
        write_fleet(made, path, opened.crs, note)
    figures = _figures(made, lines, note, path)
    typer.echo(json.dumps(figures, ensure_ascii=False) if as_json else "\n".join(_told(figures)))


def _check(kind: str, cameras: int | None, path: Path) -> None:
    from twin.errors import unknown_name

    faults = []
    if kind not in KINDS:
        faults.append(unknown_name("fleet", kind, KINDS))
    if cameras is not None and kind != "stress":
        faults.append("--cameras goes with --kind stress; a city fleet counts its own parts")
    if not path.parent.is_dir():
        faults.append(f"--out {path}: there is no folder {path.parent}")
    if faults:
        raise InputError("make a camera fleet", [Fault(fault) for fault in faults])


def _made(city: Any, kind: str, cameras: int | None, seed: int) -> tuple[CameraFleet, list[Line], str]:
    from sensors.city_fleet import city_fleet, load_city_fleet
    from sensors.default_fleet import default_fleet
    from twin.city.frame_figures import frame_figures

    file = load_city_fleet()
    if kind == "stress":
        count = cameras or frame_figures().city.platform_cameras
        return default_fleet(city, count, seed), [], file.stress_note.strip()
    made, lines = city_fleet(city, seed)
    return made, lines, file.note.strip()


def _figures(made: CameraFleet, lines: list[Line], note: str, path: Path) -> dict[str, Any]:
    import numpy as np

    kinds, counts = np.unique(made.kind, return_counts=True)
    centres, reporting = np.unique(made.data_centre, return_counts=True)
    return {
        "cameras": len(made),
        "kinds": {str(kind): int(n) for kind, n in zip(kinds, counts, strict=True)},
        "data_centres": {str(name): int(n) for name, n in zip(centres, reporting, strict=True) if name},
        "groups": [vars(line) for line in lines],
        "note": note,
        "file": str(path),
    }


def _told(figures: dict[str, Any]) -> list[str]:
    total = max(figures["cameras"], 1)
    shares = ", ".join(f"{n:,} {kind} ({n / total:.0%})" for kind, n in figures["kinds"].items())
    told = [f"{figures['cameras']:,} cameras: {shares}", figures["note"]]
    for group in figures["groups"]:
        short = f", {group['wanted'] - group['placed']:,} without a spot" if group["placed"] < group["wanted"] else ""
        told.append(
            f"  {group['group']:<13}{group['sites']:>6,} sites {group['placed']:>6,} cameras{short}  {group['source']}"
        )
    centres = figures["data_centres"]
    told.append(f"reporting to {len(centres)} data centres" if centres else "the city names no data centre")
    return [*told, f"cameras: {figures['file']}"]
