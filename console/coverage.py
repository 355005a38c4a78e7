"""`twin coverage`: who sees what, at which pixel density, and whose dwellings are in view."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from console.progress import stages
from sensors.coverage import CoverageMap
from twin.errors import InputError


def coverage(
    city: Annotated[str, typer.Argument(help="Folder of a built city, or `default` for the default city.")],
    cameras: Annotated[str, typer.Argument(help="Cameras as GeoJSON, or `default` for the default fleet.")],
    resolution: Annotated[float, typer.Option(help="Side of a cell in metres, 0.25 to 20.")] = 1.0,
    out: Annotated[Path | None, typer.Option(help="Folder for coverage.png and coverage.json.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")] = False,
) -> None:
    """Say how much open ground and street the cameras cover, class by class, with the dwellings in view beside it."""
    if not 0.25 <= resolution <= 20.0:
        raise InputError("compute the coverage", f"--resolution {resolution:g} found; 0.25 to 20 metres was wanted")
    with stages(quiet=as_json) as tell:
        seen, figures, lines = _computed(city, cameras, resolution, tell)
        if out is not None:
            tell("map", 0.0)
            _write(out, seen, figures, lines)
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False))
        return
    typer.echo("\n".join(table(figures)))
    if out is not None:
        typer.echo(f"map: {out / 'coverage.png'}")


def _computed(city_spec: str, cameras: str, resolution: float, tell: Any) -> tuple[CoverageMap, dict[str, Any], Any]:
    from sensors.coverage import coverage as coverage_of
    from sensors.coverage_summary import coverage_summary
    from sensors.default_fleet import DEFAULT_CAMERAS, cameras_for, default_fleet
    from sensors.fleet_file import read_fleet
    from twin.city.heights import heights_of
    from twin.city.resolve import open_city

    tell("city", 0.0)
    city = open_city(None if city_spec == "default" else city_spec)
    tell("cameras", 0.0)
    if cameras == "default":
        fleet = default_fleet(city, min(cameras_for(city), DEFAULT_CAMERAS), seed=0)
    else:
        fleet = read_fleet(Path(cameras), city.crs, city.bounds_m)
    tell("heights", 0.0)
    heights = heights_of(city, resolution)
    tell("lines of sight", 0.0)
    seen = coverage_of(fleet, heights)
    tell("figures", 0.0)
    streets = city.streets.geometry[city.streets["drive"]]
    return seen, coverage_summary(seen, city), streets


def table(figures: dict[str, Any]) -> list[str]:
    """Return the figures as lines for the terminal."""
    privacy = figures["privacy"]
    lines = [
        f"{figures['cameras']} cameras, {figures['open_km2']:.2f} km2 of open ground ({figures['edition']})",
        "",
        f"{'class':<12}{'px/m':>7}{'km2':>9}{'of open ground':>16}{'dwellings in view':>20}{'of all':>9}",
    ]
    for row in figures["classes"]:
        exposed = privacy["in_view"][row["name"]]
        share = exposed / privacy["dwellings"] if privacy["dwellings"] else 0.0
        lines.append(
            f"{row['name']:<12}{row['px_per_m']:>7g}{row['km2']:>9.3f}{row['share_open']:>16.1%}{exposed:>20,}{share:>9.1%}"
        )
    names = [row["name"] for row in figures["classes"]]
    lines += ["", f"{'street class':<16}{'km':>8}" + "".join(f"{name:>12}" for name in names)]
    for street in figures["streets"]:
        shares = "".join(f"{street['share'][name]:>12.1%}" for name in names)
        lines.append(f"{street['street_class']:<16}{street['km']:>8.1f}{shares}")
    return lines


def headline(figures: dict[str, Any]) -> str:
    """Return the figures in one sentence: ground and, in the same breath, dwellings."""
    detect = next(row for row in figures["classes"] if row["name"] == "detect")
    privacy = figures["privacy"]
    ground = f"{figures['cameras']:,} cameras: {detect['share_open']:.1%} of open ground at «detect» or better"
    return f"{ground}; {privacy['in_view']['detect']:,} of {privacy['dwellings']:,} dwellings in view"


def _write(out: Path, seen: CoverageMap, figures: dict[str, Any], streets: Any) -> None:
    from console.coverage_map import draw_map

    try:
        out.mkdir(parents=True, exist_ok=True)
        draw_map(seen, streets, headline(figures), out / "coverage.png")
        (out / "coverage.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as fault:
        raise InputError(f"write the coverage to {out}", f"{fault.strerror or fault}; choose another --out") from fault
