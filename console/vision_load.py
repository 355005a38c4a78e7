"""`twin vision load`: more and more cameras on the one recogniser of this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from console.arguments import AsJson, Seed, Weights
from console.class_maps import ClassMap, class_map_of
from console.progress import stages
from console.verdicts import Junit, end, write_verdicts
from console.wide import wide_console
from twin.errors import InputError


def load(
    streams: Annotated[str, typer.Option(help="Levels: 1..16 doubles up to 16; or rising numbers, 1,4,6.")] = "1..16",
    seconds: Annotated[float, typer.Option(help="How long each level lasts; 600 for a release.")] = 60.0,
    places: Annotated[int, typer.Option(help="Frames that may wait at the recogniser.")] = 16,
    latency: Annotated[float, typer.Option(help="Seconds from frame to result, of 95 in 100.")] = 1.0,
    recall: Annotated[float, typer.Option(help="Share of the recall without load that is to be kept.")] = 0.95,
    hota: Annotated[float, typer.Option(help="Share of the HOTA without load that is to be kept.")] = 0.9,
    plates: Annotated[float, typer.Option(help="Share of plates read without load that is to be kept.")] = 0.9,
    need: Annotated[int, typer.Option(help="Cameras to be carried; exit status 1 if fewer are.")] = 1,
    fit: Annotated[Path | None, typer.Option(help="Write the fitted load model here.")] = None,
    ship: Annotated[bool, typer.Option("--ship", help="Put the fitted load model in the shipped one's place.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the report here as JSON.")] = None,
    junit: Junit = None,
    weights: Weights = None,
    class_map: ClassMap = None,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Offer labelled footage of more and more cameras in real time: latency, what is still found, one verdict."""
    from experiments.recognition.load_test import LoadTest, measure
    from sensors.fitted_load import FITTED_LOAD_FILE, save_fitted_load
    from twin.runfolder import write_whole

    test = LoadTest(
        levels_of(streams), seconds, places, latency, recall, hota, plates, need, seed, weights, class_map_of(class_map)
    )
    with stages(quiet=as_json) as tell:
        report, model = measure(test, tell)
    for path in [*([fit] if fit else []), *([FITTED_LOAD_FILE] if ship else [])]:
        save_fitted_load(model, path)
    text = json.dumps(report, ensure_ascii=False, indent=1)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        write_whole(out, lambda part: part.write_text(text + "\n", encoding="utf-8"))
    write_verdicts(junit, "load", report)
    typer.echo(text) if as_json else _show(report)
    end({**report, "verdicts": report["verdicts"][-1:]}, as_json)


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


COLUMNS = ("cameras", "frames", "lost", "worst camera", "p50", "p95", "p99", "recall", "HOTA", "plates read", "")


def _show(report: dict[str, Any]) -> None:
    table = Table(title=f"one recogniser, {report['frames_per_s']:g} frames/s a camera: {report['machine']}")
    for name in COLUMNS:
        table.add_column(name, justify="right")
    for row in report["levels"]:
        times = [_shown(row[name], "{:.3f} s") for name in ("p50_s", "p95_s", "p99_s")]
        shares = [_shown(row[name], "{:.1%}") for name in ("lost_share", "worst_lost_share")]
        found = [
            f"{_shown(row[name], '{:.3f}')} ({_shown(row[f'{name}_kept'], '{:.0%}')})"
            for name in ("recall", "hota", "plates_read")
        ]
        mark = "[green]carried[/]" if row["ok"] else "[red]too many[/]"
        table.add_row(str(row["streams"]), f"{row['offered']:,}", *shares, *times, *found, mark)
    wide_console().print(table)
    typer.echo("recall, HOTA and plates over all frames offered; in brackets, of what is reached without load")
    typer.echo(f"queue: {report['places']} frames; {report['drop_rule']}, and counts as one in which nothing is found")
    kept = ", ".join(f"{share:.0%} of {name.replace('_', ' ')}" for name, share in report["kept"].items())
    asked = f"95 % of results within {report['latency_s']:g} s, {kept} kept"
    typer.echo(f"carries {report['carried']} cameras with {asked}")
    typer.echo(f"fitted load model: lost shares off by {report['held_out_error']:.3f} on levels it was not fitted on")


def _shown(value: float | None, form: str) -> str:
    return "–" if value is None else form.format(value)
