"""`twin doctor`: what is installed, what is missing, and what that costs."""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from console.arguments import AsJson

ROOMS = ("twin", "sensors", "agents", "vision", "scenarios", "reports", "experiments", "console")
LIBRARIES = (
    ("simpy", "simpy", "the clock; nothing runs without it"),
    ("mesa", "mesa", "the agents; nothing runs without it"),
    ("osmium", "osmium", "no city can be read from OpenStreetMap"),
    ("geopandas", "geopandas", "no city can be read or written"),
    ("numba", "numba", "no lines of sight and no coverage"),
    ("cv2", "opencv-python", "no footage and no recognition; use --no-footage"),
    ("moderngl", "moderngl", "footage falls back to PyBullet's TinyRenderer"),
    ("pybullet", "pybullet", "no exact flight of drones, no fall-back renderer where EGL is missing"),
    ("av", "av", "no MP4 clips"),
    ("torch", "torch", "no recognition; use --no-footage"),
    ("ultralytics", "ultralytics", "no recognition; use --no-footage"),
    ("lap", "lap", "no tracking"),
    ("carla", "carla", "no export to OpenDRIVE and no CARLA footage; our own renderer needs none"),
    ("sumo", "eclipse-sumo", "no export to SUMO"),
    ("ray", "ray", "no --engine ray; the local engine gives the same results"),
    ("osmnx", "osmnx", "one peer less in `make bench`"),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's table."""

    part: str
    ok: bool
    found: str
    cost: str


def doctor(
    as_json: AsJson = False,
    carla: Annotated[
        str | None, typer.Option(metavar="HOST[:PORT]", help="Ask too whether a CARLA server answers there.")
    ] = None,
) -> None:
    """Say what is installed, what is missing, what that costs, and whether the rooms are this project's own."""
    findings = examine() if carla is None else [*examine(), _carla_server(carla)]
    if as_json:
        typer.echo(json.dumps({"findings": [asdict(finding) for finding in findings]}, indent=1))
    else:
        _print(findings)
    if any(not finding.ok and finding.part.startswith("room ") for finding in findings):
        raise typer.Exit(1)


def examine() -> list[Finding]:
    """Return all findings: Python, rooms, libraries, graphics, weights."""
    python = Finding(
        "python",
        sys.version_info[:2] == (3, 11),
        sys.version.split()[0],
        "PyBullet ships wheels for 3.11 at the latest",
    )
    return [python, *map(_room, ROOMS), *(_library(*row) for row in LIBRARIES), _graphics(), _weights(), _fitted()]


def _room(name: str) -> Finding:
    """A room's name is a plain word; another package of that name could stand before ours."""
    home = Path(__file__).resolve().parents[1]
    try:
        found = Path(importlib.import_module(name).__file__ or "").resolve()
    except ImportError as fault:
        return Finding(f"room {name}", False, str(fault), "the project is not installed whole: run `make setup`")
    ours = found.is_relative_to(home)
    return Finding(f"room {name}", ours, str(found.parent), "another package hides this room; use a fresh environment")


def _library(module: str, distribution: str, cost: str) -> Finding:
    before = dict(os.environ)
    try:
        importlib.import_module(module)
        return Finding(distribution, True, _version(distribution), cost)
    except Exception as fault:
        return Finding(distribution, False, f"{type(fault).__name__}: {fault}".splitlines()[0][:80], cost)
    finally:  # SUMO's package leads all of PROJ to its own data
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)


def _version(distribution: str) -> str:
    for name in (distribution, f"{distribution}-headless"):
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return "installed"


def _graphics() -> Finding:
    cost = "footage falls back to PyBullet's TinyRenderer; Debian: apt-get install libegl1 libegl-mesa0 libgl1-mesa-dri"
    try:
        import moderngl

        context = moderngl.create_context(standalone=True, backend="egl", require=430)
        name = str(context.info["GL_RENDERER"])
        context.release()
        return Finding("EGL graphics", True, name, cost)
    except Exception as fault:
        return Finding("EGL graphics", False, str(fault).splitlines()[0][:80], cost)


def _weights() -> Finding:
    from vision.recogniser import DEFAULT_WEIGHTS

    found = f"{DEFAULT_WEIGHTS.stat().st_size / 1e6:.1f} MB" if DEFAULT_WEIGHTS.is_file() else "missing"
    return Finding("detector weights", DEFAULT_WEIGHTS.is_file(), found, "no recognition; make them: twin vision train")


def _fitted() -> Finding:
    from sensors.fitted import load_fitted
    from twin.errors import InputError

    try:
        model = load_fitted()
    except InputError as fault:
        return Finding("fitted camera model", False, str(fault).splitlines()[-1].strip()[:80], "no camera alarms")
    return Finding("fitted camera model", True, f"for weights {model.weights_sha256[:12]}", "no camera alarms")


def _carla_server(where: str) -> Finding:
    from vision.carla.session import Address, CarlaFault, connect

    address = Address.read(where)
    cost = "no footage by CARLA; twin carla check tries every call once one answers"
    try:
        return Finding(f"CARLA server {address}", True, connect(address).client.get_server_version(), cost)
    except (CarlaFault, ImportError) as fault:
        told = "; ".join(each.what for each in fault.faults) if isinstance(fault, CarlaFault) else str(fault)
        return Finding(f"CARLA server {address}", False, told, cost)


def _print(findings: list[Finding]) -> None:
    table = Table(title="twin doctor")
    for column in ("part", "", "found", "what its absence costs"):
        table.add_column(column, overflow="fold")
    for finding in findings:
        mark = "[green]ok[/]" if finding.ok else "[red]missing[/]"
        table.add_row(finding.part, mark, finding.found, "" if finding.ok else finding.cost)
    Console().print(table)
