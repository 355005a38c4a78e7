"""`twin report`: figures and page of a run again, from its folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from console.arguments import AsJson


def report(
    run_dir: Annotated[Path, typer.Argument(metavar="RUN", help="Folder that `twin run` made.")],
    as_json: AsJson = False,
) -> None:
    """Compute a run's figures and write its page again, from what lies in its folder."""
    from reports.metrics import write_metrics
    from reports.page import write_report
    from reports.terminal import summary_lines
    from twin.runfolder import RunFolder

    run = RunFolder.open(run_dir)
    metrics = write_metrics(run)
    write_report(run)
    typer.echo(json.dumps(metrics, ensure_ascii=False) if as_json else "\n".join(summary_lines(run)))
