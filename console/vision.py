"""`twin vision`: train, evaluate, calibrate, recognise; `load` has a file of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from console.arguments import Seed, Weights
from console.interrupted import goes_on
from console.progress import stages
from console.vision_load import load
from console.vision_sheet import sheet

app = typer.Typer(no_args_is_help=True, help="The recogniser: train, evaluate, calibrate, load, recognise.")
app.command("load")(load)
app.command("sheet")(sheet)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command()
def train(
    out: Annotated[Path, typer.Option(help="Folder for footage, training and weights.")] = Path("runs/training"),
    frames: Annotated[int, typer.Option(min=100, help="Labelled frames to render.")] = 3000,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the frames.")] = 16,
    minutes: Annotated[float | None, typer.Option(help="Train this long instead of --epochs.")] = None,
    seed: Seed = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes that render.")] = 2,
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
        best = train_detector(footage, training, epochs, seed, resume=continued, minutes=minutes, start=start)
        tell("weights", 0.0)
        weights = DETECTOR if ship else out / "detector.pt"
        how = {"command": f"twin vision train --frames {frames} --epochs {epochs} --seed {seed}", "minutes": minutes}
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
def evaluate(
    city: Annotated[list[str] | None, typer.Option(help="Folder of a built city; may be given again.")] = None,
    frames: Annotated[int, typer.Option(min=8, help="Frames to render and score.")] = 240,
    seed: Seed = 9001,
    weights: Weights = None,
    as_json: Json = False,
) -> None:
    """Score the recogniser on streets it was never trained on; by default the default city."""
    from experiments.recognition.evaluate import evaluate as scores_of
    from twin.city.resolve import open_city
    from vision.recogniser import Recogniser

    recogniser = Recogniser.load(weights)
    with stages(quiet=as_json) as tell:
        found = scores_of([open_city(spec) for spec in city or [None]], recogniser, frames, tell, seed)
    if as_json:
        typer.echo(json.dumps(found, indent=1))
        return
    typer.echo(f"mAP50 {found['map50']} on {found['frames']} frames of {', '.join(found['cities'])}")
    for name, value in found["ap50"].items():
        typer.echo(f"  {name:<14}{value:.3f}  of {found['asked'][name]['truth']}")
    for row in found["plates_by_density"]:
        share = "–" if row["read"] is None else f"{row['read']:.0%}"
        typer.echo(f"  plates {row['from_px_m']} to {row['to_px_m']} px/m, {row['light']}: {share} of {row['n']} whole")


@app.command()
def calibrate(
    out: Annotated[Path | None, typer.Option(help="Where the model goes; default: the shipped one's place.")] = None,
    encounters: Annotated[int, typer.Option(min=5, help="Encounters rendered for each kind of incident.")] = 24,
    seed: Seed = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes that render and recognise.")] = 2,
    weights: Weights = None,
    as_json: Json = False,
) -> None:
    """Fit the cheap camera model to what the recogniser does on labelled footage."""
    from experiments.recognition.calibrate import calibrate_cameras
    from sensors.fitted import FITTED_FILE, save_fitted

    with stages(quiet=as_json) as tell:
        model = calibrate_cameras(encounters, seed, workers, weights, tell)
    save_fitted(model, out or FITTED_FILE)
    errors = {name: fit.held_out_error for name, fit in model.hazards.items()} | {"plate": model.plate.held_out_error}
    if as_json:
        typer.echo(json.dumps({"model": str(out or FITTED_FILE), "held_out_error": errors}))
    else:
        typer.echo(f"fitted camera model: {out or FITTED_FILE}")
        for name, error in errors.items():
            typer.echo(f"  {name:<14}held-out error {error:.3f}")


@app.command()
def recognise(
    source: Annotated[Path, typer.Argument(help="A video, a picture, or a folder of pictures.")],
    out: Annotated[Path, typer.Option(help="New folder for detections.json and clip.mp4.")] = Path("runs/recognised"),
    weights: Weights = None,
    class_map: Annotated[
        str | None, typer.Option(help='JSON: name in the weights to name here, such as {"truck": "truck"}.')
    ] = None,
    as_json: Json = False,
) -> None:
    """Recognise footage from anywhere: detect, follow, read plates."""
    from experiments.recognition.recognise import recognise as recognise_footage
    from vision.recogniser import Recogniser

    recogniser = Recogniser.load(weights, _class_map(class_map))
    with stages(quiet=as_json) as tell:
        summary = recognise_footage(source, out, recogniser, tell)
    if as_json:
        typer.echo(json.dumps(summary, ensure_ascii=False))
    else:
        seen = ", ".join(f"{name} {count}" for name, count in summary["objects"].items() if count) or "nothing"
        typer.echo(f"{summary['frames']} frames ({summary['left_out']} left out): {seen}")
        typer.echo(f"written: {out}/detections.json and {out}/clip.mp4")


def _class_map(text: str | None) -> dict[str, str] | None:
    if text is None:
        return None
    try:
        found: Any = json.loads(text)
    except json.JSONDecodeError as fault:
        raise typer.BadParameter(f"not JSON: {fault.msg}", param_hint="--class-map") from None
    if not isinstance(found, dict):
        raise typer.BadParameter("an object of names was wanted", param_hint="--class-map")
    return {str(key): str(value) for key, value in found.items()}
