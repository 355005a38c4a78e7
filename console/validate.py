"""`twin validate`: the theory and calibration checks, as two tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from console.arguments import AsJson, City
from console.progress import stages
from console.wide import wide_console
from twin.errors import InputError, unknown_name

if TYPE_CHECKING:
    from experiments.validation.validate import Check

LEFT = ("check", "unit", "")


def validate(
    city: City = None,
    seeds: Annotated[int, typer.Option(min=3, help="Seeds pooled in the queue checks.")] = 20,
    part: Annotated[str, typer.Option(help="theory, calibration or all.")] = "all",
    run: Annotated[Path | None, typer.Option(help="Check the log of this recorded run, and nothing else.")] = None,
    card: Annotated[Path | None, typer.Option(help="Also write the model card, .md or .html.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check the twin against theory and other implementations; exit status 1 if a check fails.

    Two tables: a miss in the first is a fault of the program. A miss in the second says that a fitted model is further
    from the recogniser than is asked for; --part theory leaves it out, for a gate on the program alone.
    """
    from experiments.validation.validate import PARTS, SCENARIO, validate_run
    from experiments.validation.validate import validate as checks_of

    if part not in ("all", *PARTS):
        raise InputError(f"validate {part}", unknown_name("part", part, ["all", *PARTS]))
    with stages(quiet=as_json) as tell:
        if run is not None:
            checks = validate_run(run)
        else:
            parts = list(PARTS) if part == "all" else [part]
            checks = checks_of(city, seeds, parts, lambda share: tell("validation", share))
    if card is not None:
        from experiments.validation.model_card import write_card

        write_card(card, checks, SCENARIO)
    if as_json:
        typer.echo(json.dumps({"checks": [asdict(check) for check in checks]}, indent=1))
    else:
        for name, what in PARTS.items():
            _show(f"{name}: {what}" if run is None else f"{run}", [c for c in checks if c.part == name])
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


def _show(title: str, checks: Sequence[Check]) -> None:
    if not checks:
        return
    table = Table(title=title, title_justify="left")
    for column in ("check", "theory", "ours", "interval", "unit", "p (Holm)", ""):
        table.add_column(column, justify="left" if column in LEFT else "right")
    for check in checks:
        mark = "[green]ok[/]" if check.ok else "[red]fails[/]"
        p = "" if check.p is None else f"{check.p:.2f}"
        interval = f"{check.low:.4g} to {check.high:.4g}"
        table.add_row(check.name, f"{check.expected:.4g}", f"{check.found:.4g}", interval, check.unit, p, mark)
    wide_console().print(table)
    kept = sum(check.ok for check in checks)
    typer.echo(f"{title.partition(':')[0]}: {kept} of {len(checks)} checks hold")
