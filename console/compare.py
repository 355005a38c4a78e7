"""`twin compare`: policies on trial over the same days."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from console.arguments import Seed, ground_asked
from console.progress import stages
from console.wide import wide_console

Engine = Annotated[str, typer.Option(help="local (this machine) or ray (a Ray cluster).")]
Workers = Annotated[int | None, typer.Option(help="How many live trials at a time; default: all cores.")]
Out = Annotated[Path | None, typer.Option(help="Folder of the experiment; one that was interrupted goes on.")]
Calls = Annotated[Path | None, typer.Option(help="Call log, CSV or Parquet, in place of drawn calls.")]
CallsMode = Annotated[str, typer.Option(help="replay the log on every day, or bootstrap its hours.")]
Fleet = Annotated[Path | None, typer.Option(help="Fleet of named teams, YAML; default: by residents.")]
Region = Annotated[Path | None, typer.Option(help="Folder of a region of zones, in place of a city.")]
Cameras = Annotated[Path | None, typer.Option(help="Camera fleet as GeoJSON; default: derived.")]
City = Annotated[str | None, typer.Option(help="Folder of a built city; default: the default city.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")]


def compare(
    scenario: Annotated[str, typer.Argument(help="Library name (friday_evening) or a YAML file.")],
    policy: Annotated[list[str], typer.Option(help="A policy; give two or more, the first is held against.")],
    replications: Annotated[int | None, typer.Option(help="Days lived under each; with --half-width, at most.")] = None,
    half_width: Annotated[float | None, typer.Option(help="As many days as an interval of ± this takes.")] = None,
    metric: Annotated[list[str] | None, typer.Option(help="NAME[:SERVICE[:PRIORITY]]; the first steers.")] = None,
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
    """Live the same days under several policies; write a tidy table and one report with intervals."""
    from experiments.trials.compare import CompareRequest
    from experiments.trials.compare import compare as compared
    from experiments.trials.trial import Setting

    setting = Setting(
        scenario,
        ground_asked(city, region),
        cameras,
        calls=calls,
        calls_mode=calls_mode,
        fleet=fleet,  # type: ignore[arg-type]
    )
    request = CompareRequest(
        setting=setting,
        policies=tuple(policy),
        out=out or Path("runs") / f"{Path(scenario).stem}-compare",
        replications=replications,
        half_width=half_width,
        metrics=tuple(metric or ()),
        first_seed=seed,
        engine=engine,
        workers=workers,
        command=shlex.join(["twin", *sys.argv[1:]]),
    )
    with stages(quiet=as_json) as tell:
        content = compared(request, tell)
    if as_json:
        typer.echo(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True))
    else:
        _show(content, request.out)


def _show(content: dict[str, Any], folder: Path) -> None:
    from reports.comparison import rule_sentence, verdict
    from reports.trial_page import between, p_word, shown

    table = Table(title=f"{content['title']}: against {content['policies'][0]}")
    for column in ("figure", "policy", "first", "second", "difference", "95 % interval", "p (Holm)"):
        table.add_column(column, justify="left" if column in ("figure", "policy") else "right")
    for row in content["headline"]:
        name = row["metric"]
        values = [shown(name, row["first"]), shown(name, row["second"]), shown(name, row["value"], True)]
        interval = between(name, row["low"], row["high"], True)
        table.add_row(row["words"], row["policy"], *values, interval, p_word(row["p_holm"]))
    wide_console().print(table)
    for row in content["headline"][: len(content["policies"]) - 1]:
        typer.echo(f"{row['policy']}, {row['words']}: {verdict(row)}.")
    typer.echo(f"{rule_sentence(content)} Report: {folder / 'report.html'}")
