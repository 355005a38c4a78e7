"""`twin vision sheet`: a contact sheet of the footage."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from console.arguments import Renderer, Seed
from console.progress import stages


def sheet(
    out: Annotated[Path, typer.Option(help="Picture to write, JPEG or PNG by its ending.")] = Path("runs/sheet.jpg"),
    city: Annotated[str | None, typer.Option(help="Folder of a built city; default: two unseen districts.")] = None,
    seed: Seed = 9001,
    width: Annotated[int, typer.Option(min=120, max=1920, help="Width of one frame in the sheet, px.")] = 480,
    boxes: Annotated[bool, typer.Option(help="Draw the true boxes.")] = True,
    renderer: Renderer = "auto",
) -> None:
    """Draw a grid of frames: four hours of day down, four weathers across, each near and far, with the true boxes."""
    from experiments.recognition.contact_sheet import contact_sheet
    from experiments.recognition.training_views import UNSEEN_DISTRICTS
    from twin.city.resolve import open_city

    with stages() as tell:
        tell("city", 0.0)
        town = open_city(city or f"default:{','.join(UNSEEN_DISTRICTS)}")
        made = contact_sheet(town, out, seed, width, boxes, renderer, tell)
    typer.echo(f"{made['frames']} frames, {made['objects']} labelled objects; written: {out}")
