"""`twin drone`: fly a mission exactly, fit the cheap flight model, list the classes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from console.arguments import AsJson, City, Renderer, Seed
from console.drone_docks import docks
from console.drone_patrol import patrol
from console.interrupted import goes_on
from console.progress import stages

app = typer.Typer(no_args_is_help=True, help="Drones: fly a mission exactly, fit the cheap flight model, place docks.")
app.command()(docks)
app.command()(patrol)


@app.command()
def fly(
    mission: Annotated[str, typer.Option(help="A YAML file, or a mission that ships: first_look.")],
    city: City = None,
    out: Annotated[Path | None, typer.Option(help="Folder; default: runs/flight-NAME.")] = None,
    dare: Annotated[bool, typer.Option("--dare", help="Fly although legs pass through buildings or wires.")] = False,
    video: Annotated[bool, typer.Option("--video", help="Film it from the drone's camera, flight.mp4.")] = False,
    fps: Annotated[float, typer.Option(help="Frames a second of the film, 1 to 60.")] = 20.0,
    width: Annotated[int, typer.Option(help="Width of the film in pixels.")] = 960,
    renderer: Renderer = "auto",
    fast: Annotated[float, typer.Option(help="Seconds of flight in one of the film.")] = 6.0,
    kbit: Annotated[int, typer.Option(help="Kilobits a second of the film at most; 0 sets no limit.")] = 800,
    as_json: AsJson = False,
) -> None:
    """Check a mission whole, fly it exactly among the city's buildings, and write its record, figures and picture."""
    from experiments.flight.film import FilmRequest
    from experiments.flight.fly import FlyRequest, fly_mission
    from experiments.flight.library import mission_file

    path = mission_file(mission)
    folder = out or Path("runs") / f"flight-{path.stem}"
    filmed = FilmRequest(fps, width, renderer, fast, kbit) if video else None
    with goes_on(lambda: _kept(folder)), stages(quiet=as_json) as tell:
        figures = fly_mission(FlyRequest(path, folder, city, dare, filmed), tell)
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False))
        return
    for told in figures["told"]:
        typer.echo(f"  {told['t_s']:7.1f} s  {told['what']}")
    said = figures["expected"]
    typer.echo(
        f"{figures['distance_m'] / 1000:.2f} km in {figures['duration_s']:.0f} s with {figures['energy_wh']:.1f} Wh "
        f"(fitted model: {said['duration_s']:.0f} s, {said['energy_wh']:.1f} Wh), charge left "
        f"{figures['charge_left']:.0%}, error {figures['error_rms_m']:.2f} m rms"
    )
    typer.echo(
        f"written: {folder}/flight.parquet, flight.json, flight.png, flight.geojson" + (", flight.mp4" if video else "")
    )


@app.command()
def calibrate(
    drone: Annotated[str, typer.Option(help="Class of drone; twin drone classes lists them.")] = "dock_quad",
    out: Annotated[Path | None, typer.Option(help="Where the model goes; default: the shipped one's place.")] = None,
    flights: Annotated[int, typer.Option(min=20, help="Exact flights that are fitted on.")] = 120,
    unseen: Annotated[int, typer.Option(min=10, help="Exact flights that the errors are of.")] = 200,
    seed: Seed = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes that fly.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Fit flight time and energy to exact flights, and measure the errors on flights that were not fitted."""
    from agents.flight.fitted import fitted_file
    from experiments.flight.calibrate import calibrate_flight
    from twin.whole_file import whole_file

    as_of = datetime.now(UTC).strftime("%Y-%m")
    with stages(quiet=as_json) as tell:
        model = calibrate_flight(drone, flights, unseen, seed, workers, as_of, tell)
    target = out or fitted_file(drone)
    with whole_file(target, f"write the fitted flight of {drone}") as part:
        part.write_text(model.model_dump_json(indent=1) + "\n", encoding="utf-8")
    if as_json:
        typer.echo(json.dumps({"model": str(target)} | model.unseen.model_dump()))
        return
    typer.echo(f"fitted flight: {target}, errors on {model.unseen.flights} unseen flights")
    for name in ("arrival", "duration", "energy", "energy_in_gusts"):
        off = getattr(model.unseen, name)
        within = f"{off.within:.1%} within {off.limit:.0%}"
        typer.echo(f"  {name:<15} median {off.median:.2%}, 95 % under {off.p95:.2%}, {within}")


@app.command()
def classes(as_json: AsJson = False) -> None:
    """List the classes of drones with what matters for a plan."""
    from agents.flight.class_table import class_rows

    rows = class_rows()
    if as_json:
        typer.echo(json.dumps(rows))
        return
    for row in rows:
        typer.echo(
            f"{row['name']:<12} {row['mass_kg']:.2f} kg, payload {row['payload_max_kg']:.2f} kg, "
            f"{row['hover_min']:.0f} min hovering at {row['hover_w']:.0f} W, "
            f"{row['speed_ms']:.0f} m/s through the air, wind up to {row['wind_ms']:.0f} m/s"
        )


def _kept(folder: Path) -> str:
    """Return what an interrupted flight leaves."""
    if not (folder / "flight.json").is_file():
        return "nothing had been flown"
    return f"{folder} holds what was flown until then; another --out flies it again"
