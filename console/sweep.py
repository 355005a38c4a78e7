"""`twin sweep`: inputs varied, one page of what moves a figure and which variant is best."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from console.arguments import Metrics, Policy
from console.on_trial import OnTrial, on_trial
from console.wide import wide_console


@on_trial
def sweep(
    asked: OnTrial,
    vary: Annotated[
        list[str] | None,
        typer.Option(help="PATH=a,b,c; x2 is twice; policy=a,b the policy, fleet=a.yaml,b.yaml the fleet file."),
    ] = None,
    assumed: Annotated[str, typer.Option(help="Values for every input the scenario says is assumed: x0.5,x2.")] = "",
    grid: Annotated[bool, typer.Option("--grid", help="All combinations; else one input at a time.")] = False,
    policy: Policy = None,
    replications: Annotated[int, typer.Option(help="Days of each variant.")] = 20,
    metric: Metrics = None,
    indifference: Annotated[float | None, typer.Option(help="Select the best; a difference that matters.")] = None,
) -> None:
    """Live variants of a scenario over the same seeds: a sensitivity table, a tornado, and the best by selection."""
    from experiments.trials.sweep import SweepRequest
    from experiments.trials.sweep import sweep as swept

    folder = asked.folder("sweep")
    request = SweepRequest(
        setting=asked.setting(),
        vary=tuple(vary or ()),
        out=folder,
        assumed=assumed,
        grid=grid,
        policy=policy,
        replications=replications,
        metrics=tuple(metric or ()),
        indifference=indifference,
        first_seed=asked.seed,
        engine=asked.engine,
        workers=asked.workers,
        command=asked.command(),
    )
    content = asked.live(folder, lambda tell: swept(request, tell))
    if content is not None:
        _show(content, folder)


def _show(content: dict[str, Any], folder: Path) -> None:
    from reports.trial_page import between, shown

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
    if content["left_out"]:
        dead = content["left_out"]
        typer.echo(f"left out, for a file speaks in their place: {len(dead)} assumed inputs, such as {dead[0]}")
    if content["chosen"]:
        typer.echo(f"best: {content['chosen']['best']}{'' if content['chosen']['sure'] else ' (not sure)'}")
    typer.echo(f"Report: {folder / 'report.html'}")
