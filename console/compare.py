"""`twin compare`: policies on trial over the same days."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from console.arguments import Metrics
from console.on_trial import OnTrial, on_trial
from console.wide import wide_console


@on_trial
def compare(
    asked: OnTrial,
    policy: Annotated[list[str], typer.Option(help="A policy; give two or more, the first is held against.")],
    replications: Annotated[int | None, typer.Option(help="Days lived under each; with --half-width, at most.")] = None,
    half_width: Annotated[float | None, typer.Option(help="As many days as an interval of ± this takes.")] = None,
    metric: Metrics = None,
) -> None:
    """Live the same days under several policies; write a tidy table and one report with intervals."""
    from experiments.trials.compare import CompareRequest
    from experiments.trials.compare import compare as compared

    folder = asked.folder("compare")
    request = CompareRequest(
        setting=asked.setting(),
        policies=tuple(policy),
        out=folder,
        replications=replications,
        half_width=half_width,
        metrics=tuple(metric or ()),
        first_seed=asked.seed,
        engine=asked.engine,
        workers=asked.workers,
        command=asked.command(),
    )
    content = asked.live(folder, lambda tell: compared(request, tell))
    if content is not None:
        _show(content, folder)


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
