"""`twin footage`: a labelled clip of one camera."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from console.arguments import AsJson, Cameras, City, Renderer, Scenario, Seed
from console.progress import stages


def footage(
    scenario: Scenario,
    camera: Annotated[str, typer.Option(help="Id of a camera; spotlights count, such as spotlight-1-crash.")],
    at: Annotated[str, typer.Option(help="Seconds from the scenario's start, or local clock time HH:MM[:SS].")],
    seconds: Annotated[float, typer.Option(help="Length of the clip, up to 600 s.")] = 20.0,
    fps: Annotated[float, typer.Option(help="Frames a second, 1 to 30.")] = 10.0,
    city: City = None,
    seed: Seed = 1,
    cameras: Cameras = None,
    weather: Annotated[str, typer.Option(help="clear, rain, fog, snow or dust; default: the scenario's.")] = "",
    out: Annotated[Path | None, typer.Option(help="Folder; default: runs/footage-CAMERA-AT.")] = None,
    renderer: Renderer = "auto",
    dataset: Annotated[
        bool, typer.Option("--dataset", help="Write the frames too, labelled as COCO (with masks), YOLO and MOT.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Render seconds of one camera with everything in view labelled: MP4, JSON and MOT ground truth."""
    from experiments.life.labelled_clip import ClipRequest, labelled_clip
    from experiments.request import RunRequest

    folder = out or Path("runs") / f"footage-{camera}-{at.replace(':', '')}"
    run = RunRequest(
        scenario=scenario, out=folder, city=city, seed=seed, footage=False, cameras=cameras, renderer=renderer
    )
    with stages(quiet=as_json) as tell:
        made = labelled_clip(ClipRequest(run, camera, at, seconds, fps, weather, dataset), tell)
    if as_json:
        typer.echo(json.dumps(made, ensure_ascii=False))
        return
    typer.echo(f"{made['frames']} frames of {made['camera']}, {made['objects']} labelled objects")
    more = ", dataset/ (COCO, YOLO), mot/" if dataset else ""
    typer.echo(f"written: {folder}/footage.mp4, labelled.mp4, labels.json, mot.txt{more}")
