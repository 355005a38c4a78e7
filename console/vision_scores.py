"""`twin vision evaluate | track | quiet`: what the recogniser is worth, figure by figure, against thresholds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from console.arguments import AsJson, Seed, Weights
from console.class_maps import ClassMap, class_map_of
from console.progress import stages
from console.verdicts import Judge, Junit, Need, Thresholds, end
from console.wide import wide_console

LAST = 10_000  # how bands without an end are written
DISTRICT = "default:Yunusobod,Mirobod"  # of the default city; their main streets too were never trained on
District = Annotated[str, typer.Option(help="A folder, default, or districts of the default city.")]


def evaluate(
    city: Annotated[
        list[str] | None, typer.Option(help="A city; may be given again; default: unseen districts.")
    ] = None,
    frames: Annotated[int, typer.Option(min=8, help="Frames to render and score.")] = 240,
    seed: Seed = 9001,
    weights: Weights = None,
    class_map: ClassMap = None,
    thresholds: Thresholds = None,
    need: Need = None,
    junit: Junit = None,
    as_json: AsJson = False,
) -> None:
    """Score the recogniser on streets it was never trained on; by default two districts of the default city."""
    from experiments.recognition.evaluate import evaluate as scores_of
    from twin.city.resolve import open_city
    from vision.recogniser import Recogniser

    judge = Judge("evaluate", thresholds, need, junit)
    recogniser = Recogniser.load(weights, class_map_of(class_map))
    with stages(quiet=as_json) as tell:
        found = scores_of([open_city(spec) for spec in city or [DISTRICT]], recogniser, frames, tell, seed)
    report = judge.judged(found)
    typer.echo(json.dumps(report, indent=1)) if as_json else _show_scores(report)
    end(report, as_json)


def track(
    city: District = DISTRICT,
    crossings: Annotated[int, typer.Option(help="Junctions, the busiest first, each with a clip.")] = 1,
    seconds: Annotated[float, typer.Option(help="Length of each clip.")] = 60.0,
    fps: Annotated[float | None, typer.Option(help="Frames a second; default: as cameras are watched.")] = None,
    hour: Annotated[float, typer.Option(help="Of the local day, 17.5 for half past five.")] = 12.0,
    weather: Annotated[str, typer.Option(help="clear, rain, fog, snow or dust.")] = "clear",
    clip: Annotated[Path | None, typer.Option(help="Write the first crossing with its tracks here, MP4.")] = None,
    seed: Seed = 1,
    weights: Weights = None,
    class_map: ClassMap = None,
    thresholds: Thresholds = None,
    need: Need = None,
    junit: Junit = None,
    as_json: AsJson = False,
) -> None:
    """Follow people and vehicles over rendered crossings, and score the tracks: HOTA, IDF1, MOTA."""
    from experiments.recognition.crossing import CrossingTest, track_crossings
    from twin.city.resolve import open_city
    from vision.recogniser import Recogniser

    judge = Judge("track", thresholds, need, junit)
    test = CrossingTest(crossings, seconds, fps, hour, weather, seed, clip)
    recogniser = Recogniser.load(weights, class_map_of(class_map))
    with stages(quiet=as_json) as tell:
        tell("city", 0.0)
        found = track_crossings(open_city(city), recogniser, test, tell)
    report = judge.judged(found)
    typer.echo(json.dumps(report, indent=1)) if as_json else _show_tracks(report)
    end(report, as_json)


def quiet(
    city: District = DISTRICT,
    windows: Annotated[int, typer.Option(min=1, help="Windows of a minute, each with a camera of its own.")] = 20,
    seed: Seed = 1,
    weights: Weights = None,
    class_map: ClassMap = None,
    thresholds: Thresholds = None,
    need: Need = None,
    junit: Junit = None,
    as_json: AsJson = False,
) -> None:
    """Count false alarms on streets where nothing is wrong, with the interval that the hours allow."""
    from experiments.recognition.quiet import watch_quiet
    from twin.city.resolve import open_city
    from vision.recogniser import Recogniser

    judge = Judge("quiet", thresholds, need, junit)
    recogniser = Recogniser.load(weights, class_map_of(class_map))
    with stages(quiet=as_json) as tell:
        tell("city", 0.0)
        found = watch_quiet(open_city(city), recogniser, windows, tell, seed)
    report = judge.judged(found)
    typer.echo(json.dumps(report, indent=1)) if as_json else _show_quiet(report)
    end(report, as_json)


def _show_scores(found: dict[str, Any]) -> None:
    typer.echo(f"mAP50 {found['map50']}, mAP50-95 {found['map50_95']} on {found['frames']} frames of "
               f"{', '.join(found['cities'])}")  # fmt: skip
    typer.echo(f"  of 16 px and up at the network's input: {found['map50_tall']}, {found['map50_95_tall']}")
    for name, value in found["ap50"].items():
        typer.echo(f"  {name:<14}{value:.3f}  of {found['asked'][name]['truth']}")
    for name, unit in (("height", "px"), ("distance", "m"), ("occlusion", "hidden")):
        row = [
            f"{_band(each[f'from_{unit}'], each[f'to_{unit}'])} {_share(each['recall'])} of {each['n']}"
            for each in found[f"recall_by_{name}"] if each["n"]
        ]  # fmt: skip
        typer.echo(f"recall by {name} ({unit}): {'; '.join(row)}")
    for each in found["plates_by_density"]:
        typer.echo(
            f"  plates {_band(each['from_px_m'], each['to_px_m'])} px/m, {each['light']}: {_share(each['read'])} of "
            f"{each['n']} whole, character error {_share(each['character_error'])}"
        )
    hidden = found["plates_half_hidden"]
    typer.echo(f"  half hidden plates: {_share(hidden['read'])} of {hidden['n']} whole, "
               f"{_share(hidden['misread'])} read as something else")  # fmt: skip
    times = found["stages"]["cpu_ms"]
    typer.echo(
        "time a frame: " + ", ".join(f"{name} {times[name]:.1f} ms" for name in ("decode", "detect", "track", "plates"))
        + f"; {found['stages']['ratio']:.2f} times the bare forward pass ({times['forward']:.1f} ms)"
    )  # fmt: skip


def _show_tracks(found: dict[str, Any]) -> None:
    table = Table(title=f"{len(found['clips'])} crossings of {found['city']}, {found['seconds']:g} s at "
                        f"{found['frames_per_s']:g} frames/s, {found['light']}, {found['weather']}")  # fmt: skip
    for name in ("", "HOTA", "DetA", "AssA", "IDF1", "MOTA", "switches", "objects", "boxes"):
        table.add_column(name, justify="right")
    rows = {"all": found, "people": found["people"], "vehicles": found["vehicles"]}
    for name, row in (rows | {clip["camera"]: clip for clip in found["clips"]}).items():
        figures = [_figure(row[key]) for key in ("hota", "deta", "assa", "idf1", "mota")]
        table.add_row(name, *figures, *(f"{row[key]:,}" for key in ("switches", "objects", "truth_boxes")))
    wide_console().print(table)


def _show_quiet(found: dict[str, Any]) -> None:
    for row in found["rules"]:
        typer.echo(
            f"  {row['rule']:<16}{row['alarms']} in {row['hours']:.2f} camera-hours: {row['an_hour']:.2f} an hour "
            f"({row['low']:.2f} to {row['high']:.2f} at {found['confidence']:.0%})"
        )
    typer.echo(f"any alarm: {found['an_hour']:.2f} an hour ({found['low']:.2f} to {found['high']:.2f})")


def _band(low: float, high: float) -> str:
    """Return a band in words; the last one has no end worth telling."""
    return f"{low:g} and up" if high >= LAST else f"{low:g}–{high:g}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
