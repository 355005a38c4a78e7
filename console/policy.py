"""`twin policy`: which policies there are, and whether one keeps the contract."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from console.arguments import AsJson

BROKEN = 1

app = typer.Typer(no_args_is_help=True, help="Which policies there are, and whether one keeps the contract.")


@app.command("list")
def list_policies(
    as_json: AsJson = False,
) -> None:
    """Name the policies that are built in or installed, with their parameters."""
    from agents.policy_lookup import DISPATCH, DRONES, RELOCATION, described

    told = {"dispatch": described(DISPATCH), "relocation": described(RELOCATION), "drone": described(DRONES)}
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    for part, rows in told.items():
        table = Table("name", "parameters", "what it does", title=f"{part} policies", title_justify="left")
        for row in rows:
            table.add_row(row["name"], row["parameters"], row["what"])
        Console().print(table)
    typer.echo(
        "together: --policy 'closest + dmexclp(busy=0.3)', 'closest + drone_first' or all three; your own: "
        "--policy mine.py:Name, or mine.py:Name(x=1)"
    )


@app.command("check")
def check(
    policy: Annotated[str, typer.Argument(help="As for --policy: closest, mine.py:Name, closest + mine.py:Moves.")],
    limit_s: Annotated[float, typer.Option(min=0.1, help="How long one decision may take, in seconds.")] = 10.0,
    as_json: AsJson = False,
) -> None:
    """Try a policy at made-up moments, and say which rules of the contract it breaks; exit status 1 if it does."""
    from agents.policy_contract import MOMENTS, broken_rules
    from agents.policy_lookup import find_policy

    broken = broken_rules(lambda: find_policy(policy), limit_s=limit_s)
    if as_json:
        typer.echo(json.dumps({"policy": policy, "moments": MOMENTS, "broken": broken}, ensure_ascii=False))
    elif broken:
        typer.echo("\n".join([f"{policy} breaks the contract:", *(f"  {rule}" for rule in broken)]))
    else:
        typer.echo(f"{policy} keeps the contract: {MOMENTS} moments, each lived twice")
    if broken:
        raise typer.Exit(BROKEN)
