"""A clip of one camera with its labels, for whoever wants to try a recogniser of their own on it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from agents.ambient import Ambient
from experiments.footage.shooter import Shooter, frame_times_ms
from experiments.footage.sky import SkyOver
from experiments.life.assemble import Assembly, assemble
from experiments.request import RunRequest, Tell
from sensors.cameras import Camera
from twin.errors import Fault, InputError, unknown_name
from twin.runfolder import write_whole
from twin.scene import DETECTOR_CLASSES
from twin.sky import WEATHERS
from vision.clip import annotated, write_clip
from vision.detections import Detections
from vision.frame import Frame, Truth, truth_as_rows
from vision.render.choose import make_renderer
from vision.render.faults import dropped, faults_of

MOST_SECONDS: Final = 600.0
FILES: Final = ("footage.mp4", "labelled.mp4", "labels.json", "mot.txt")
_CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")


@dataclass(frozen=True, slots=True)
class ClipRequest:
    """One clip as asked for.

    Attributes:
        run: scenario, city, seed, cameras, renderer; its ``out`` is the clip's folder.
        camera: id of a camera of the fleet, spotlights among them.
        at: seconds from the scenario's start, or local clock time ``HH:MM[:SS]``.
        seconds: length.
        fps: frames a second.
        weather: in place of the scenario's, or "".
    """

    run: RunRequest
    camera: str
    at: str
    seconds: float
    fps: float = 10.0
    weather: str = ""


def labelled_clip(asked: ClipRequest, tell: Tell) -> dict[str, Any]:
    """Render a clip and write it with its labels; returns what was written.

    Files: ``footage.mp4`` (as the camera sees it), ``labelled.mp4`` (with the true boxes), ``labels.json`` (every
    visible object of every frame), ``mot.txt`` (MOT challenge ground truth: frame, track, x, y, width, height, 1,
    class, visible; frames and classes count from 1).

    Raises:
        InputError: any part of the request is wrong; all that can be known at once is named.
    """
    _check(asked)
    parts = assemble(asked.run, tell)
    camera = _camera_of(parts, asked.camera)
    t0_ms = _time_ms(asked.at, parts.start)
    frames = _shoot(asked, parts, camera, t0_ms, tell)
    return _write(asked, camera, frames, parts)


def _check(asked: ClipRequest) -> None:
    faults = []
    if not 0 < asked.seconds <= MOST_SECONDS:
        faults.append(Fault(f"--seconds {asked.seconds:g}: more than 0 and up to {MOST_SECONDS:g} would work"))
    if not 1 <= asked.fps <= 30:
        faults.append(Fault(f"--fps {asked.fps:g}: 1 to 30 would work"))
    if asked.weather and asked.weather not in WEATHERS:
        faults.append(Fault(f"--weather: {unknown_name('weather', asked.weather, WEATHERS)}"))
    if not _CLOCK.fullmatch(asked.at) and not _is_number(asked.at):
        faults.append(Fault(f"--at {asked.at!r}: seconds from the start (90) or a clock time (18:30:15) would work"))
    taken = [name for name in FILES if (asked.run.out / name).exists()]
    if taken:
        faults.append(Fault(f"--out {asked.run.out}: it already holds {', '.join(taken)}; choose another folder"))
    if faults:
        raise InputError(f"make a clip of camera {asked.camera!r}", faults)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _time_ms(at: str, start: datetime) -> int:
    """Return simulated time; a clock time before the start's is on the next day."""
    clock = _CLOCK.fullmatch(at)
    if clock is None:
        return round(float(at) * 1000)
    hour, minute, second = (int(part or 0) for part in clock.groups())
    when = start.replace(hour=hour, minute=minute, second=second, microsecond=0)
    return round(((when - start) % timedelta(days=1)).total_seconds() * 1000)


def _camera_of(parts: Assembly, name: str) -> Camera:
    ids = parts.fleet.id.astype(str).tolist()
    if name not in ids:
        spotlights = [spotlight.camera.id for spotlight in parts.spotlights]
        close = unknown_name("camera", name, ids).split("known:")[0]
        some = ", ".join([*spotlights, *ids[:5]])
        raise InputError("make a clip", f"{close}there are {len(ids)}, among them {some}")
    return parts.fleet[ids.index(name)]


def _shoot(asked: ClipRequest, parts: Assembly, camera: Camera, t0_ms: int, tell: Tell) -> list[Frame]:
    times = frame_times_ms(t0_ms, t0_ms + round(asked.seconds * 1000), asked.fps)
    seed = asked.run.seed
    skies = SkyOver(parts.city, parts.start, asked.weather or parts.scenario.weather)
    tell("footage", 0.0)
    renderer = make_renderer(parts.city, asked.run.renderer)
    shooter = Shooter(parts.city, renderer, Ambient(parts.city, seed, parts.start), skies, seed)
    frames = []
    try:
        for nth, t_ms in enumerate(times):
            frames.append(shooter.frame(camera, t_ms, parts.day.incidents))
            tell("footage", (nth + 1) / len(times))
    finally:
        renderer.close()
    return frames


def _write(asked: ClipRequest, camera: Camera, frames: Sequence[Frame], parts: Assembly) -> dict[str, Any]:
    out = asked.run.out
    out.mkdir(parents=True, exist_ok=True)
    images = received(frames, camera, asked.run.seed)
    boxed = [annotated(frame.image, truth_as_detections(frame.truth)) for frame in frames]
    write_whole(out / "footage.mp4", lambda part: _as_mp4(part, images, asked.fps))
    write_whole(out / "labelled.mp4", lambda part: _as_mp4(part, boxed, asked.fps))
    labels = {
        "camera": {name: getattr(camera, name) for name in camera.__dataclass_fields__},
        "scenario": parts.scenario.name, "seed": asked.run.seed, "fps": asked.fps, "classes": list(DETECTOR_CLASSES),
        "frames": [
            {"t_ms": f.t_ms, "light": f.sky.light, "weather": f.sky.weather, "objects": truth_as_rows(f.truth)}
            for f in frames
        ],
    }  # fmt: skip
    text = json.dumps(labels, ensure_ascii=False, allow_nan=False) + "\n"
    write_whole(out / "labels.json", lambda part: part.write_text(text, encoding="utf-8"))
    write_whole(out / "mot.txt", lambda part: part.write_text("".join(mot_lines(frames)), encoding="ascii"))
    objects = sum(len(frame.truth) for frame in frames)
    return {"folder": str(out), "frames": len(frames), "objects": objects, "camera": camera.id}


def received(frames: Sequence[Frame], camera: Camera, seed: int) -> list[NDArray[np.uint8]]:
    """Return the pictures as a viewer has them: where a frame is lost on its way, the one before it stands."""
    images: list[NDArray[np.uint8]] = []
    for frame in frames:
        lost = dropped(faults_of(camera, frame.sky, seed), camera, frame.t_ms, seed)
        images.append(images[-1] if lost and images else frame.image)
    return images


def _as_mp4(part: Path, images: Sequence[Any], fps: float) -> None:
    movie = part.with_suffix(".mp4")
    write_clip(movie, images, fps)
    movie.replace(part)


def truth_as_detections(truth: Truth) -> Detections:
    """Return the truth as if it had been recognised, with the visible share as the score."""
    tracks = np.unique(truth.track_id)
    return Detections(
        box=truth.box,
        score=truth.visible,
        cls=truth.cls,
        track_id=np.searchsorted(tracks, truth.track_id),
        plate=np.where(truth.cls == DETECTOR_CLASSES.index("plate"), truth.plate, ""),
        plate_score=truth.visible,
    )


def mot_lines(frames: Sequence[Frame]) -> list[str]:
    """Return ground truth rows of the MOT challenge; tracks count from 1 by first appearance, plates are left out."""
    names: dict[int, int] = {}
    lines = []
    for number, frame in enumerate(frames, 1):
        truth = frame.truth
        for i in np.flatnonzero(truth.cls != DETECTOR_CLASSES.index("plate")):
            track = names.setdefault(int(truth.track_id[i]), len(names) + 1)
            x1, y1, x2, y2 = (float(v) for v in truth.box[i])
            size = f"{x1:.1f},{y1:.1f},{x2 - x1:.1f},{y2 - y1:.1f}"
            lines.append(f"{number},{track},{size},1,{int(truth.cls[i]) + 1},{float(truth.visible[i]):.3f}\n")
    return lines
