"""`twin vision recognise`: any footage through the recogniser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from console.arguments import AsJson, Weights
from console.class_maps import ClassMap, class_map_of
from console.progress import stages


def recognise(
    source: Annotated[str, typer.Argument(help="A video, a picture, a folder of pictures, or a stream's address.")],
    out: Annotated[Path, typer.Option(help="New folder for detections.json, mot.txt, clip.mp4.")] = Path(
        "runs/recognised"
    ),
    weights: Weights = None,
    class_map: ClassMap = None,
    stall: Annotated[float, typer.Option(help="Seconds without a frame after which a stream is over.")] = 10.0,
    as_json: AsJson = False,
) -> None:
    """Recognise footage from anywhere: detect, follow, read plates."""
    from experiments.recognition.recognise import recognise as recognise_footage
    from vision.recogniser import Recogniser

    recogniser = Recogniser.load(weights, class_map_of(class_map))
    with stages(quiet=as_json) as tell:
        summary = recognise_footage(source, out, recogniser, tell, stall)
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
        return
    seen = ", ".join(f"{name} {count}" for name, count in summary["objects"].items() if count) or "nothing"
    typer.echo(f"{summary['frames']} frames: {seen}")
    for reason, count in summary["left_out"].items():
        if count:
            typer.echo(f"  {count} {reason}")
    typer.echo(summary["ended"])
    typer.echo(f"written: {out}/detections.json, {out}/mot.txt and {out}/clip.mp4")
