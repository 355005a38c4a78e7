"""`twin city`: build a city, say what is in it, write it in other forms."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from console import city_diff, city_export
from console.arguments import AsJson
from console.city_account import account, refused_lines
from console.city_figures import figures
from console.city_fleet import fleet
from console.city_picture import picture
from twin.errors import Fault, InputError

Box = tuple[float, float, float, float]

app = typer.Typer(no_args_is_help=True, help="Build a city, say what is in it, write it in other forms.")
app.command("figures")(figures)
app.command("fleet")(fleet)
app.command("picture")(picture)


@app.command("build")
def build(
    osm: Annotated[Path | None, typer.Option(help="OpenStreetMap extract: .osm, .osm.pbf, .osm.gz, .osm.bz2.")] = None,
    default: Annotated[bool, typer.Option("--default", help="The default city: all of Tashkent.")] = False,
    bbox: Annotated[
        str | None, typer.Option(metavar="W,S,E,N", help="Cut this box out of the extract, degrees.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="New folder for the city; default: in the cache folder.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the default city.")] = 1,
    district: Annotated[
        list[str] | None, typer.Option(help="Only this district of the default city; may be given again.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Short name; default: that of the file.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Such as Asia/Tashkent; default: by longitude.")] = None,
    as_json: AsJson = False,
    list_refused: Annotated[
        bool, typer.Option("--list-refused", help="Name each object of the extract that is not in the city, and why.")
    ] = False,
) -> None:
    """Build a city from an OpenStreetMap extract, or the default city, and give the account of it."""
    from twin.city.store import save_city
    from twin.runfolder import refuse_taken

    box = _checked_request(osm, default, bbox, name, timezone, district)
    short = name or (osm.name.split(".")[0] or "city" if osm else "")
    folder = out or _usual_folder(osm, short, seed, district)
    refuse_taken(folder, f"write the city to {folder}")
    with _status(f"building {folder}", as_json):
        city = save_city(_made(osm, short, box, timezone, seed, district), folder)
    if list_refused and not as_json:
        for line in refused_lines(city.manifest):
            typer.echo(line)
    _show(city, as_json)


@app.command("info")
def info(
    city: Annotated[Path | None, typer.Argument(help="Folder of a built city; default: the default city.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what is in a city and how it was made."""
    _show(_opened(city, as_json), as_json)


app.command("export")(city_export.export)
app.command("import")(city_export.import_)
app.command("diff")(city_diff.diff)


def _checked_request(
    osm: Path | None, default: bool, bbox: str | None, name: str | None, zone: str | None, district: list[str] | None
) -> Box | None:
    from twin.city.store import name_fault

    faults = []
    if osm is None and not default:
        faults.append("nothing to build from: give --osm FILE or --default")
    if osm is not None and not osm.exists():
        faults.append(f"--osm {osm}: there is no such file")
    if osm is not None and default:
        faults.append("--osm and --default exclude each other: give one of them")
    if osm is None:
        given = {"--bbox": bbox, "--name": name, "--timezone": zone}
        faults += [f"{option} goes with --osm FILE" for option, value in given.items() if value is not None]
    if osm is not None and district:
        faults.append("--district goes with --default")
    box, fault = _parsed_box(bbox)
    faults += [said for said in (fault, name_fault(name) if name is not None else "") if said]
    if faults:
        raise InputError("build a city", [Fault(what) for what in faults])
    return box


def _parsed_box(text: str | None) -> tuple[Box | None, str]:
    if text is None:
        return None, ""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None, f"--bbox {text!r}: wanted four numbers west,south,east,north, such as 69.18,41.26,69.22,41.29"
    return (west, south, east, north), ""


def _usual_folder(osm: Path | None, short: str, seed: int, district: list[str] | None) -> Path:
    from twin.city.resolve import default_folder
    from twin.city.store import kept_folder

    return kept_folder(short) if osm else default_folder(seed, district or None)


def _made(
    osm: Path | None, short: str, box: Box | None, timezone: str | None, seed: int, district: list[str] | None
) -> Any:
    if osm is None:
        from twin.city.default import default_city

        return default_city(seed, district or None)
    from twin.city.osm import import_osm

    return import_osm(osm, short, box, timezone)


def _opened(folder: Path | None, quiet: bool) -> Any:
    from twin.city.resolve import open_city

    with _status(f"opening {folder or 'the default city'}", quiet):
        return open_city(None if folder is None else str(folder))


def _status(what: str, quiet: bool) -> AbstractContextManager[object]:
    return nullcontext() if quiet else Console(stderr=True).status(what)


def _show(city: Any, as_json: bool) -> None:
    from twin.city.summary import city_figures

    figures = city_figures(city)
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False, sort_keys=True))
        return
    console = Console()
    console.print(_table(figures))
    for title, lines in account(figures["made"]).items():
        console.print(f"[bold]{title}[/bold]")
        for line in lines:
            console.print(f"  {line}", highlight=False)
    typer.echo(f"{figures['name']}: {figures['folder']}")


def _table(figures: dict[str, Any]) -> Table:
    streets, buildings, standing = figures["streets"], figures["buildings"], figures["standing"]
    places = ", ".join(f"{n} {kind}" for kind, n in figures["places"].items()) or "none"
    uses = ", ".join(f"{n:,} {use}" for use, n in buildings["by_use"].items()) or "none"
    reachable = (
        f"{streets['nodes_in_main_component']:,} of {streets['drivable_nodes']:,} drivable nodes reach each other"
    )
    rows = {
        "area": f"{figures['area_km2']} km2, {figures['districts']} districts, {figures['mahallas']} mahallas",
        "residents": f"{figures['residents']:,} in {buildings['dwellings']:,} dwellings",
        "streets": f"{streets['drivable_km']:,} km to drive ({streets['oneway_km']:,} one-way), "
        f"{streets['walking_km']:,} km to walk, {streets['signals']} signals",
        "junctions": f"{streets['nodes']:,} nodes; {reachable}",
        "buildings": f"{buildings['count']:,} ({buildings['with_holes']} with courtyards), up to "
        f"{buildings['tallest_m']:g} m: {uses}",
        "beside them": f"{standing['trees']:,} trees ({standing['trees_mapped']:,} mapped), "
        f"{standing['lamp_posts']:,} lamp posts, {standing['walls_km']:,} km of walls, "
        f"{standing['decks_of_bridges']} decks of bridges",
        "places": places,
        "time zone": f"{figures['timezone']} ({figures['made'].get('timezone_from', 'given')})",
        "frame": f"{figures['crs']}, flat",
    }
    table = Table(title=figures["name"], show_header=False, title_justify="left")
    for row in rows.items():
        table.add_row(*row)
    return table
