"""`twin vision`: train and calibrate; what scores and recognises has files of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from console.arguments import Seed, Weights
from console.interrupted import goes_on
from console.progress import stages
from console.vision_load import load
from console.vision_matrix import matrix
from console.vision_recognise import recognise
from console.vision_scores import evaluate, quiet, track
from console.vision_sheet import sheet

app = typer.Typer(no_args_is_help=True, help="The recogniser: train, score, put under load, recognise.")
for command in (evaluate, matrix, track, quiet, load, recognise, sheet):
    app.command()(command)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def train(
    out: Annotated[Path, typer.Option(help="Folder for footage, training and weights.")] = Path("runs/training"),
    frames: Annotated[int, typer.Option(min=100, help="Labelled frames to render.")] = 3000,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the frames.")] = 16,
    minutes: Annotated[float | None, typer.Option(help="Train this long instead of --epochs.")] = None,
    seed: Seed = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes that render and train together.")] = 2,
    start: Annotated[Path | None, typer.Option(help="Weights to go on from; default: from nothing.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with what lies in --out.")] = False,
    ship: Annotated[bool, typer.Option("--ship", help="Put the weights in the place of those shipped.")] = False,
) -> None:
    """Render labelled footage and train the detector on it from nothing; goes on after a cut with --resume."""
    from experiments.recognition.training_set import write_training_set
    from vision.train import DETECTOR, file_sha256, publish_with_card, train_detector

    footage, training = out / "footage", out / "training"
    told = f"whole footage and finished epochs are kept in {out}, and --resume goes on from there"
    with goes_on(lambda: told), stages() as tell:
        tell("footage", 0.0)
        if not (resume and (footage / "dataset.json").is_file()):
            write_training_set(footage, frames, seed, workers)
        tell("training", 0.0)
        continued = resume and (training / "weights" / "last.pt").is_file()
        best = train_detector(
            footage, training, epochs, seed, resume=continued, minutes=minutes, start=start, processes=workers
        )
        tell("weights", 0.0)
        weights = DETECTOR if ship else out / "detector.pt"
        how = {
            "command": f"twin vision train --frames {frames} --epochs {epochs} --seed {seed} --workers {workers}",
            "minutes": minutes,
        }
        began = f"{start}, SHA-256 {file_sha256(start)}" if start else "nothing (no pre-trained weights)"
        card = publish_with_card(footage, best, weights, how | {"from": began})
    typer.echo(f"weights: {weights}  mAP50 on validation frames: {card['scores']['map50']}")
    typer.echo("next: twin vision calibrate, since the fitted camera model belongs to its weights")


@app.command()
def train_plates(
    out: Annotated[Path, typer.Option(help="Where the reader's weights go.")] = Path("runs/plate_reader.pt"),
    minutes: Annotated[float, typer.Option(min=0.1, help="How long to train.")] = 8.0,
    footage: Annotated[Path | None, typer.Option(help="Rendered frames to train on as well (see train).")] = None,
    start: Annotated[Path | None, typer.Option(help="Weights to go on from; default: from nothing.")] = None,
    seed: Seed = 0,
) -> None:
    """Train the plate reader on drawn plates, and on rendered ones where there is footage."""
    from vision.plate_training import rendered_crops, train_reader

    extra = rendered_crops(footage, "train", seed) if footage else None
    with stages() as tell:
        tell("training", 0.0)
        shares = train_reader(out, minutes, seed, start, extra)
    typer.echo(f"weights: {out}")
    for name, share in shares.items():
        typer.echo(f"  {name:<28}{share:.1%} read whole")


@app.command()
def calibrate(
    out: Annotated[Path, typer.Option(help="Folder for encounters, report and model; kept, and gone on with.")] = Path(
        "runs/calibration"
    ),
    views: Annotated[
        int, typer.Option(min=6, help="Views rendered, each with several incidents, over six cities.")
    ] = 600,
    seed: Seed = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes that render and recognise.")] = 2,
    weights: Weights = None,
    footage: Annotated[Path | None, typer.Option(help="Keep rendered views here, for other weights later.")] = None,
    render_only: Annotated[bool, typer.Option("--render-only", help="Fill --footage, and recognise nothing.")] = False,
    ship: Annotated[bool, typer.Option("--ship", help="Put the model in the place of the one shipped.")] = False,
    as_json: Json = False,
) -> None:
    """Fit the cheap camera model to what the recogniser does on labelled footage, and check it on other streets.

    Goes on after a cut with what lies in --out; more --views add to it.
    """
    from experiments.recognition.calibrate import calibrate_cameras, render_views
    from sensors.fitted import FITTED_FILE, save_fitted

    if render_only and footage is None:
        raise typer.BadParameter("name the folder to keep views in: --footage FOLDER", param_hint="--render-only")
    told = f"whole parts are kept in {out}, and the same command goes on from there"
    with goes_on(lambda: told), stages(quiet=as_json) as tell:
        if render_only and footage is not None:
            render_views(out, views, seed, workers, footage, tell)
            return
        found = calibrate_cameras(out, views, seed, workers, weights, footage, tell)
    model = FITTED_FILE if ship else out / "fitted_camera.json"
    save_fitted(found.model, model)
    if as_json:
        typer.echo(json.dumps({"model": str(model), "page": str(found.page), "rules": found.report["rules"]}))
        return
    typer.echo(f"fitted camera model: {model}   report: {found.page}")
    for name, rule in found.report["rules"].items():
        check = rule["check"]
        typer.echo(
            f"  {name:<14}error {check['error']:.3f} ({check['error_by_chance']:.3f} by chance), detected per camera "
            f"{check['share_predicted']:.1%} by the model, {check['share_observed']:.1%} by the recogniser, "
            f"on {check['encounters']} encounters"
        )
