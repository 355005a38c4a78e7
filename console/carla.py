"""`twin carla`: whether CARLA can be drawn with, and what a server would be given."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from console.arguments import AsJson, City, Seed
from console.interrupted import goes_on
from twin.errors import InputError, MissingPart

if TYPE_CHECKING:
    from vision.carla.check import Finding
    from vision.carla.export import Moment

NO_SERVER = 2
app = typer.Typer(
    no_args_is_help=True, help="CARLA, a further source of footage: try a server, write what it would get."
)


@app.command()
def check(
    host: Annotated[str, typer.Option(help="Where the server is.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65534, help="Its port.")] = 2000,
    timeout: Annotated[float, typer.Option(min=1.0, help="Seconds that one call may take.")] = 30.0,
    city: City = None,
    as_json: AsJson = False,
) -> None:
    """Try the client alone, then walk a server through every call that footage makes; one line each.

    Exit status 0: all passed; 1: something failed; 2: no server answers.
    """
    from vision.carla.check import client_steps, walked
    from vision.carla.session import Address, CarlaFault, client_library, connect

    address, carla = Address(host, port, timeout), client_library()
    findings: list[Finding] = []

    def tell(found: Finding) -> None:
        findings.append(found)
        if not as_json:
            typer.echo(f"{found.outcome:<13}{'server' if found.server else 'client'}  {found.name}: {found.told}")

    ground = _Grounds(city)
    for found in walked(client_steps(carla, ground.city, ground.make), server=False):
        tell(found)
    try:
        session, missing = connect(address), ""
    except (CarlaFault, MissingPart) as fault:
        session, missing = None, str(fault)
    if session is not None:
        _walk(session, tell)
    _conclude(findings, missing, address, as_json)


@app.command()
def export(
    district: Annotated[str, typer.Argument(help="A district of the city, which becomes the map; «all» is all of it.")],
    out: Annotated[Path, typer.Option(help="Folder for map.xodr and moment.json.")],
    city: City = None,
    when: Annotated[str, typer.Option(help="Local time of the moment, such as 2026-09-04T18:30.")] = "2026-09-04T18:30",
    weather: Annotated[str, typer.Option(help="clear, rain, fog, snow or dust.")] = "clear",
    radius: Annotated[float, typer.Option(min=10.0, max=1000.0, help="Metres round its middle with actors.")] = 250.0,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Write what a CARLA server would be given: the streets as OpenDRIVE, and world, sky, actors and houses as JSON."""
    from twin.city.resolve import open_city
    from vision.carla.export import write_export
    from vision.carla.session import client_library

    carla, moment_at = client_library(), _moment(when)
    with Console(stderr=True).status("opening the city") as status:
        opened = open_city(city)
        chosen = None if district == "all" else district
        moment = _alive(opened, chosen, moment_at, weather, radius, seed)
        status.update(f"writing {out}")
        told = write_export(opened, chosen, moment, carla, out)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    for name, words in told["map"].items():
        typer.echo(f"{name}: {words}")
    for note in told["notes"]:
        typer.echo(f"note: {note}", err=True)
    houses = told["houses"]
    typer.echo(
        f"actors: {told['actors']:,}; houses: {houses['cubes']:,} cubes, {houses['houses_left_out']:,} houses left out"
    )
    typer.echo(f"written: {out}/map.xodr, moment.json")


class _Grounds:
    """The city of the client's checks, opened, and its ground, made once."""

    def __init__(self, spec: str | None) -> None:
        from twin.city.resolve import open_city
        from vision.carla.yard import yard

        self.city = yard() if spec is None else open_city(spec)

    def make(self) -> Any:
        from vision.carla.ground import SQUARE_M, ground_of

        west, south, east, north = self.city.bounds_m
        return ground_of(self.city, (round((west + east) / 2 / SQUARE_M), round((south + north) / 2 / SQUARE_M)))


def _walk(session: Any, tell: Any) -> None:
    """Walk a server through the calls; what is ours goes from it however that ends."""
    from vision.carla.check import walked
    from vision.carla.check_server import ServerWalk
    from vision.carla.session import CLOSING_S

    walk = ServerWalk(session, _Grounds(None).make())
    try:
        with goes_on(lambda: "what was put on the server is taken off again"):
            for found in walked(walk.steps(), server=True):
                tell(found)
                if "time-out" in found.told:  # it has stopped answering: the rest is not waited for as long
                    session.client.set_timeout(CLOSING_S)
    finally:
        walk.give_up()


def _conclude(findings: list[Finding], missing: str, address: Any, as_json: bool) -> None:
    failed = sum(found.outcome != "passed" for found in findings)
    if as_json:
        told = {"server": None if missing else str(address), "missing": missing, "failed": failed}
        typer.echo(json.dumps(told | {"findings": [asdict(found) for found in findings]}, ensure_ascii=False))
    elif missing:
        typer.echo(f"twin: {missing}", err=True)
    else:
        typer.echo(f"{len(findings) - failed} of {len(findings)} passed with the server at {address}")
    if failed:
        raise typer.Exit(1)
    if missing:
        raise typer.Exit(NO_SERVER)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise InputError("export a moment", f"--when {text!r} is no time; 2026-09-04T18:30 would work") from None


def _alive(city: Any, district: str | None, when: datetime, weather: str, radius_m: float, seed: int) -> Moment:
    """Return the everyday life round the middle of a district."""
    from agents.ambient import Ambient
    from experiments.footage.sky import SkyOver
    from twin.city.forms.tiles import district_named
    from vision.carla.export import Moment

    zone = ZoneInfo(str(city.manifest["timezone"]))
    start = when.replace(tzinfo=zone) if when.tzinfo is None else when.astimezone(zone)
    shape = None if district is None else city.districts.geometry.iloc[district_named(city, district)]
    west, south, east, north = city.bounds_m
    middle = ((west + east) / 2, (south + north) / 2) if shape is None else shape.representative_point().coords[0]
    x_m, y_m = float(middle[0]), float(middle[1])
    sky = SkyOver(city, start, weather).at(0)
    return Moment(start.isoformat(), (x_m, y_m), Ambient(city, seed, start).scene(0, x_m, y_m, radius_m), sky)
