"""`twin sweep`: inputs varied, one page of what moves a figure and which variant is best."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from console.arguments import Seed, ground_asked
from console.compare import AsJson, Calls, CallsMode, Cameras, City, Engine, Fleet, Out, Region, Workers
from console.progress import stages
from console.wide import wide_console


def sweep(
    scenario: Annotated[str, typer.Argument(help="Library name (friday_evening) or a YAML file.")],
    vary: Annotated[
        list[str] | None, typer.Option(help="PATH=a,b,c; x2 is twice; policy=a,b varies the policy.")
    ] = None,
    assumed: Annotated[str, typer.Option(help="Values for every input the scenario says is assumed: x0.5,x2.")] = "",
    grid: Annotated[bool, typer.Option("--grid", help="All combinations; else one input at a time.")] = False,
    policy: Annotated[str | None, typer.Option(help="Policy of all variants; default: the scenario's.")] = None,
    replications: Annotated[int, typer.Option(help="Days of each variant.")] = 20,
    metric: Annotated[list[str] | None, typer.Option(help="NAME[:SERVICE[:PRIORITY]]; the first ranks.")] = None,
    indifference: Annotated[float | None, typer.Option(help="Select the best; a difference that matters.")] = None,
    seed: Seed = 1,
    city: City = None,
    region: Region = None,
    cameras: Cameras = None,
    calls: Calls = None,
    calls_mode: CallsMode = "replay",
    fleet: Fleet = None,
    engine: Engine = "local",
    workers: Workers = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Live variants of a scenario over the same seeds: a sensitivity table, a tornado, and the best by selection."""
    from experiments.trials.sweep import SweepRequest
    from experiments.trials.sweep import sweep as swept
    from experiments.trials.trial import Setting
    from reports.trial_page import between, shown

    setting = Setting(
        scenario,
        ground_asked(city, region),
        cameras,
        calls=calls,
        calls_mode=calls_mode,
        fleet=fleet,  # type: ignore[arg-type]
    )
    request = SweepRequest(
        setting=setting,
        vary=tuple(vary or ()),
        out=out or Path("runs") / f"{Path(scenario).stem}-sweep",
        assumed=assumed,
        grid=grid,
        policy=policy,
        replications=replications,
        metrics=tuple(metric or ()),
        indifference=indifference,
        first_seed=seed,
        engine=engine,
        workers=workers,
        command=shlex.join(["twin", *sys.argv[1:]]),
    )
    with stages(quiet=as_json) as tell:
        content = swept(request, tell)
    if as_json:
        typer.echo(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True))
        return
    name = content["metrics"][0]["name"]
    table = Table(title=content["metrics"][0]["words"])
    for column in ("variant", "mean", "difference", "95 % interval"):
        table.add_column(column, justify="left" if column == "variant" else "right")
    for row in content["rows"]:
        if row["metric"] == name and row["service"] == content["metrics"][0]["service"]:
            gap = row.get("difference", {})
            interval = between(name, gap["low"], gap["high"], True) if gap else ""
            table.add_row(row["label"], shown(name, row["value"]), shown(name, gap.get("value"), True), interval)
    wide_console().print(table)
    if content["chosen"]:
        typer.echo(f"best: {content['chosen']['best']}{'' if content['chosen']['sure'] else ' (not sure)'}")
    typer.echo(f"Report: {request.out / 'report.html'}")
