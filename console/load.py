"""`twin load`: raise the load until something gives way."""

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


def load(
    scenario: Annotated[str, typer.Argument(help="Library name (friday_evening) or a YAML file.")],
    raised: Annotated[str, typer.Option("--raise", help="calls, alarms or both.")] = "both",
    policy: Annotated[str | None, typer.Option(help="Policy; default: the scenario's.")] = None,
    replications: Annotated[int, typer.Option(help="Days at each level.")] = 10,
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
    """Raise calls and camera alarms until a norm is missed, and say what gives way first."""
    from experiments.trials.load import LoadRequest
    from experiments.trials.load import load as loaded
    from experiments.trials.trial import Setting
    from reports.load import knee_sentence
    from reports.trial_page import shown

    target = out or Path("runs") / f"{Path(scenario).stem}-load"
    words = shlex.join(["twin", *sys.argv[1:]])
    setting = Setting(
        scenario,
        ground_asked(city, region),
        cameras,
        calls=calls,
        calls_mode=calls_mode,
        fleet=fleet,  # type: ignore[arg-type]
    )
    request = LoadRequest(setting, target, raised, policy, replications, seed, engine, workers, words)
    with stages(quiet=as_json) as tell:
        content = loaded(request, tell)
    if as_json:
        typer.echo(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True))
        return
    table = Table(title=f"{content['title']}: raising {raised}")
    for column in ("times", *(limit["part"] for limit in content["limits"])):
        table.add_column(column, justify="right")
    for level in content["levels"]:
        cells = [shown(limit["metric"], level["parts"][limit["part"]]["value"]) for limit in content["limits"]]
        table.add_row(f"{level['factor']:g}", *cells)
    wide_console().print(table)
    typer.echo(f"{knee_sentence(content)}. {content['recogniser']} Report: {target / 'report.html'}")
