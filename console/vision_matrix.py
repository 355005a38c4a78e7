"""`twin vision matrix`: the recogniser under every condition, beside thresholds and an older matrix."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from console.arguments import AsJson, Seed, Weights
from console.class_maps import ClassMap, class_map_of
from console.progress import stages
from console.verdicts import Judge, Junit, Need, Thresholds, end
from console.vision_scores import DISTRICT, District
from console.wide import wide_console

_SHOWN = 12


def matrix(
    city: District = DISTRICT,
    views: Annotated[int, typer.Option(help="Places, each seen under every condition.")] = 12,
    light: Annotated[list[str] | None, typer.Option(help="day, dusk, night; default: all. May be given again.")] = None,
    weather: Annotated[list[str] | None, typer.Option(help="clear, rain, fog, snow, dust; default: all.")] = None,
    faults: Annotated[
        list[str] | None, typer.Option(help="Camera faults: usual, strong, none, each, or noise=strong+dirt=none.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="An older matrix.json; exit status 1 if a figure got worse.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for matrix.json and matrix.html.")] = Path("runs/matrix"),
    seed: Seed = 9001,
    workers: Annotated[int, typer.Option(help="Processes that render and recognise.")] = 2,
    examples: Annotated[int, typer.Option(help="Frames of the worst cells on the page.")] = 8,
    weights: Weights = None,
    class_map: ClassMap = None,
    thresholds: Thresholds = None,
    need: Need = None,
    junit: Junit = None,
    as_json: AsJson = False,
) -> None:
    """Score the recogniser under every condition, with intervals, the worst first; one page and one JSON file."""
    from experiments.recognition.matrix.against import against_baseline
    from experiments.recognition.matrix.run import MatrixRequest, run_matrix, write_matrix
    from experiments.recognition.matrix.scenes import each_fault
    from reports.matrix_page import write_matrix_page
    from twin.sky import LIGHTS, WEATHERS

    judge = Judge("matrix", thresholds, need, junit)
    asked = MatrixRequest(
        city, views, tuple(light or LIGHTS), tuple(weather or WEATHERS), tuple(each_fault(faults or ["usual"])), seed,
        weights, class_map_of(class_map), workers, baseline, examples,
    )  # fmt: skip
    with stages(quiet=as_json) as tell:
        made = run_matrix(asked, tell)
    command = "twin " + " ".join(shlex.quote(part) for part in sys.argv[1:])
    report = judge.judged({**made.report, "command": command}, against_baseline(made.report))
    write_matrix(out, report)
    page = write_matrix_page(out / "matrix.html", report, made.examples)
    typer.echo(json.dumps({k: v for k, v in report.items() if k != "counts"})) if as_json else _show(report, page)
    end(report, as_json)


def _show(report: dict[str, Any], page: Path) -> None:
    from experiments.recognition.matrix.against import WHERE

    table = Table(title=f"the worst cells of {len(report['cells'])}, {report['views']} views")
    for name in ("light", "weather", "faults", "distance", "occlusion", "objects", "recall", "95 %"):
        table.add_column(name)
    for row in report["cells"][:_SHOWN]:
        axes = (row[name] for name in ("light", "weather", "faults", "distance", "occlusion"))
        between = f"{row['recall_low']:.0%} to {row['recall_high']:.0%}"
        table.add_row(*axes, f"{row['n']:,}", f"{row['recall']:.0%}", between)
    wide_console().print(table)
    whole = report["overall"]
    typer.echo(f"all together: recall {_plain(whole.get('recall'))}, mAP50 {_plain(whole.get('map50'))}, "
               f"{whole['false_per_frame']:.2f} false detections a frame")  # fmt: skip
    if "baseline" in report:
        told = report["baseline"]
        typer.echo(f"beside {told['file']}: {told['worse']} figures worse, {told['better']} better")
        for row in [row for row in told["rows"] if row["verdict"] != "same"][:_SHOWN]:
            where = ", ".join(str(row[key]) for key in WHERE if key in row)
            typer.echo(f"  {row['verdict']}: {row['metric']} {where or 'over all'}: {row['before']:.3f} to "
                       f"{row['after']:.3f}, p {row['p']:.4f}")  # fmt: skip
    typer.echo(f"page: {page}")


def _plain(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
