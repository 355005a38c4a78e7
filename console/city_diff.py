"""`twin city diff`: what changed between two cities."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from console.arguments import AsJson
from twin.errors import Fault, InputError

if TYPE_CHECKING:
    from twin.city import City

DIFFERENT = 1


def diff(
    old: Annotated[Path, typer.Argument(metavar="A", help="A city: folder, GeoPackage or GeoJSON.")],
    new: Annotated[Path, typer.Argument(metavar="B", help="The city to compare it with.")],
    as_json: AsJson = False,
) -> None:
    """Say what changed from city A to city B; exit status 0 when they are the same, 1 when not."""
    from twin.city.diff import diff_cities

    found = diff_cities(*_opened(old, new))
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False, sort_keys=True))
    elif found.same:
        typer.echo(f"{found.old}: the same city")
    else:
        _show(found)
    if not found.same:
        raise typer.Exit(DIFFERENT)


def _opened(*paths: Path) -> list[City]:
    """Open cities; what is wrong with any of them is told together."""
    from twin.city.resolve import open_city

    cities, faults = [], []
    for path in paths:
        try:
            cities.append(open_city(str(path)))
        except InputError as fault:
            faults += [Fault(one.what, one.line, one.source or fault.source or path) for one in fault.faults]
    if faults:
        raise InputError("compare two cities", list(dict.fromkeys(faults)))
    return cities


def _show(found: Any) -> None:
    console = Console()
    console.print(_layers(found))
    console.print(_totals(found))
    if found.manifest:
        console.print("[bold]account of the making[/bold]")
        for key, (before, after) in found.manifest.items():
            console.print(f"  {key}: {_short(before)} -> {_short(after)}", highlight=False, markup=False)


def _layers(found: Any) -> Table:
    table = Table(title=f"{found.old} -> {found.new}", title_justify="left")
    for name in ("layer", "rows", "added", "removed", "moved", "changed"):
        table.add_column(name, justify="left" if name in ("layer", "changed") else "right")
    for name, layer in found.layers.items():
        moved = f"{layer.moved:,} (up to {layer.moved_most_m:,.1f} m)" if layer.moved else ""
        changed = [f"{column} {n:,}" for column, n in layer.changed.items()]
        changed += ["other order"] if layer.reordered else []
        same = layer.rows_old == layer.rows_new
        table.add_row(
            name,
            f"{layer.rows_old:,}" if same else f"{layer.rows_old:,} -> {layer.rows_new:,}",
            f"{layer.added:,}" if layer.added else "",
            f"{layer.removed:,}" if layer.removed else "",
            moved,
            ", ".join(changed) or ("same" if layer.same else ""),
        )
    return table


def _totals(found: Any) -> Table:
    table = Table(title="totals", title_justify="left")
    for name in ("what", "A", "B", "B - A"):
        table.add_column(name, justify="left" if name == "what" else "right")
    for name, (before, after) in found.totals.items():
        change = "" if before == after else f"{after - before:+,.10g}"
        table.add_row(name, f"{before:,}", f"{after:,}", change)
    return table


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= 80 else text[:77] + "..."
