"""`twin load`: raise the load until something gives way."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from console.arguments import Policy
from console.on_trial import OnTrial, on_trial
from console.wide import wide_console


@on_trial
def load(
    asked: OnTrial,
    raised: Annotated[str, typer.Option("--raise", help="calls, alarms or both.")] = "both",
    policy: Policy = None,
    replications: Annotated[int, typer.Option(help="Days at each level.")] = 10,
    cameras_per_server: Annotated[
        int | None, typer.Option(min=1, help="Cameras of a recogniser server; default: as the scenario says.")
    ] = None,
) -> None:
    """Raise calls and camera alarms until a norm is missed, and say what gives way first."""
    from experiments.trials.load import LoadRequest
    from experiments.trials.load import load as loaded

    folder = asked.folder("load")
    request = LoadRequest(
        setting=asked.setting(),
        out=folder,
        raised=raised,
        policy=policy,
        replications=replications,
        first_seed=asked.seed,
        engine=asked.engine,
        workers=asked.workers,
        command=asked.command(),
        cameras_per_server=cameras_per_server,
    )
    content = asked.live(folder, lambda tell: loaded(request, tell))
    if content is not None:
        _show(content, folder)


def _show(content: dict[str, Any], folder: Path) -> None:
    from reports.load import knee_sentence
    from reports.trial_page import shown

    table = Table(title=f"{content['title']}: raising {content['raised']}")
    for column in ("times", *(limit["part"] for limit in content["limits"])):
        table.add_column(column, justify="right")
    for level in content["levels"]:
        cells = [shown(limit["metric"], level["parts"][limit["part"]]["value"]) for limit in content["limits"]]
        table.add_row(f"{level['factor']:g}", *cells)
    wide_console().print(table)
    typer.echo(f"{knee_sentence(content)}. {content['recogniser']} Report: {folder / 'report.html'}")
