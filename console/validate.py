"""`twin validate`: the theory and calibration checks, as a table."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from console.progress import stages
from console.wide import wide_console


def validate(
    city: Annotated[str | None, typer.Option(help="Folder of a built city; default: the default city.")] = None,
    seeds: Annotated[int, typer.Option(min=3, help="Seeds pooled in the queue checks.")] = 20,
    card: Annotated[Path | None, typer.Option(help="Also write the model card, .md or .html.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check the twin against theory and other implementations; exit status 1 if a check fails."""
    from experiments.validation.validate import validate as checks_of
    from twin.city.resolve import open_city

    with stages(quiet=as_json) as tell:
        checks = checks_of(open_city(city), seeds, lambda share: tell("validation", share))
    if card is not None:
        from experiments.validation.model_card import write_card
        from experiments.validation.validate import SCENARIO

        write_card(card, checks, SCENARIO)
    if as_json:
        typer.echo(json.dumps({"checks": [asdict(check) for check in checks]}, indent=1))
    else:
        table = Table(title="twin validate")
        for column in ("check", "theory", "ours", "interval", "unit", "p (Holm)", ""):
            table.add_column(
                column, justify="right" if column in ("theory", "ours", "interval", "p (Holm)") else "left"
            )
        for check in checks:
            mark = "[green]ok[/]" if check.ok else "[red]fails[/]"
            p = "" if check.p is None else f"{check.p:.2f}"
            interval = f"{check.low:.4g} to {check.high:.4g}"
            table.add_row(check.name, f"{check.expected:.4g}", f"{check.found:.4g}", interval, check.unit, p, mark)
        wide_console().print(table)
    if not all(check.ok for check in checks):
        raise typer.Exit(1)
