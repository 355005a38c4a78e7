"""`twin drone`: fly a mission exactly, fit the cheap flight model, list the classes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from console.arguments import Seed
from console.progress import stages

app = typer.Typer(no_args_is_help=True, help="Drones: fly a mission exactly, fit the cheap flight model.")
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def calibrate(
    drone: Annotated[str, typer.Option(help="Class of drone; twin drone classes lists them.")] = "dock_quad",
    out: Annotated[Path | None, typer.Option(help="Where the model goes; default: the shipped one's place.")] = None,
    flights: Annotated[int, typer.Option(min=20, help="Exact flights that are fitted on.")] = 120,
    unseen: Annotated[int, typer.Option(min=10, help="Exact flights that the errors are of.")] = 200,
    seed: Seed = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes that fly.")] = 1,
    as_json: Json = False,
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
    for name in ("arrival", "duration", "energy"):
        off = getattr(model.unseen, name)
        within = f"{off.within:.1%} within {off.limit:.0%}"
        typer.echo(f"  {name:<10} median {off.median:.2%}, 95 % under {off.p95:.2%}, {within}")


@app.command()
def classes(as_json: Json = False) -> None:
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
