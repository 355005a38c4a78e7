"""`twin vision load`: more and more cameras on the one recogniser of this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from console.arguments import Seed, Weights
from console.progress import stages
from console.wide import wide_console
from twin.errors import InputError


def load(
    streams: Annotated[str, typer.Option(help="Levels: 1..16 doubles up to 16; or rising numbers, 1,4,6.")] = "1..16",
    seconds: Annotated[float, typer.Option(help="How long each level lasts; 600 for a release.")] = 60.0,
    places: Annotated[int, typer.Option(help="Frames that may wait at the recogniser.")] = 16,
    latency: Annotated[float, typer.Option(help="Seconds from frame to result, of 95 in 100.")] = 1.0,
    recall: Annotated[float, typer.Option(help="Share of the recall without load that is to be kept.")] = 0.95,
    need: Annotated[int | None, typer.Option(min=1, help="Exit status 1 if fewer streams are carried.")] = None,
    fit: Annotated[Path | None, typer.Option(help="Write the fitted load model here.")] = None,
    ship: Annotated[bool, typer.Option("--ship", help="Put the fitted load model in the shipped one's place.")] = False,
    weights: Weights = None,
    seed: Seed = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Offer labelled footage of more and more cameras in real time, and fit delay and loss to what comes of it."""
    from experiments.recognition.load_test import LoadTest, measure
    from sensors.fitted_load import FITTED_LOAD_FILE, save_fitted_load

    test = LoadTest(levels_of(streams), seconds, places, latency, recall, need, seed, weights)
    with stages(quiet=as_json) as tell:
        report, model = measure(test, tell)
    for path in [*([fit] if fit else []), *([FITTED_LOAD_FILE] if ship else [])]:
        save_fitted_load(model, path)
    typer.echo(json.dumps(report, ensure_ascii=False, indent=1)) if as_json else _show(report)
    if not report["ok"]:
        raise typer.Exit(1)


def levels_of(text: str) -> tuple[int, ...]:
    """Return the levels a user writes.

    Raises:
        InputError: not such a list.

    >>> levels_of("1..12"), levels_of("2,3")
    ((1, 2, 4, 8, 12), (2, 3))
    """
    low, dots, high = text.partition("..")
    try:
        if not dots:
            return tuple(int(part) for part in text.split(","))
        least, most = int(low), int(high)
    except ValueError:
        least = most = 0
    if not 1 <= least <= most:
        raise InputError("measure the recogniser under load", f"--streams {text}: write 1..16, or 1,4,8")
    levels = [least]
    while levels[-1] * 2 < most:
        levels.append(levels[-1] * 2)
    return tuple(dict.fromkeys([*levels, most]))


COLUMNS = (
    "cameras", "frames", "lost", "worst camera", "p50", "p95", "p99", "recall", "of that alone", "plates read", "",
)  # fmt: skip
FOUND = {"recall": "{:.3f}", "recall_kept": "{:.1%}", "plates_read": "{:.3f}"}


def _show(report: dict[str, Any]) -> None:
    table = Table(title=f"one recogniser, {report['frames_per_s']:g} frames/s a camera: {report['machine']}")
    for name in (
        "cameras",
        "frames",
        "lost",
        "worst camera",
        "p50",
        "p95",
        "p99",
        "recall",
        "of that alone",
        "plates read",
        "",
    ):
        table.add_column(name, justify="right")
    for row in report["levels"]:
        times = [_shown(row[name], "{:.3f} s") for name in ("p50_s", "p95_s", "p99_s")]
        shares = [_shown(row[name], "{:.1%}") for name in ("lost_share", "worst_lost_share")]
        found = [_shown(row[name], form) for name, form in FOUND.items()]
        mark = "[green]carried[/]" if row["ok"] else "[red]too many[/]"
        table.add_row(str(row["streams"]), f"{row['offered']:,}", *shares, *times, *found, mark)
    wide_console().print(table)
    typer.echo(f"queue: {report['places']} frames; {report['drop_rule']}, and counts as one in which nothing is found")
    asked = f"95 % of results within {report['latency_s']:g} s and {report['recall_kept']:.0%} of the recall kept"
    typer.echo(f"carries {report['carried']} cameras with {asked}")
    typer.echo(f"fitted load model: lost shares off by {report['held_out_error']:.3f} on levels it was not fitted on")
    if report["need"] is not None:
        typer.echo(f"{'passed' if report['ok'] else 'FAILED'}: {report['need']} cameras were asked for")


def _shown(value: float | None, form: str) -> str:
    return "–" if value is None else form.format(value)
