"""Tracking on clips of crossings: rendered at the busiest junctions, followed as a stream, scored by HOTA."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from agents.ambient import Ambient
from experiments.footage.shooter import Shooter, busiest_junctions, spotlight_camera
from experiments.footage.sky import SkyOver
from experiments.recognition.evaluate import scored_frame
from experiments.recognition.unseen import check_unseen
from experiments.request import Tell
from sensors.alarms import load_alarm_rules
from sensors.cameras import Camera
from twin.city import City
from twin.errors import Fault, InputError, unknown_name
from twin.runfolder import write_whole
from twin.sky import WEATHERS
from vision.clip import annotated, write_clip
from vision.following import Follower
from vision.frame import Frame
from vision.recogniser import Recogniser
from vision.scoring.matching import Scored
from vision.scoring.tracked import clip_tracks, track_report
from vision.scoring.tracking import TrackCounts

_DAY: Final = (2026, 4, 1)
_SPARE: Final = 3  # junctions looked at for each one wanted: at some there is no room for a pole


@dataclass(frozen=True, slots=True)
class CrossingTest:
    """What is to be followed.

    Attributes:
        crossings: how many junctions, each with a clip of its own.
        seconds: length of each clip.
        fps: frames a second; None: those at which cameras are watched.
        hour: of the local day, 17.5 for half past five.
        weather: one of ``WEATHERS``.
        seed: of the traffic.
        clip: write the first crossing with its tracks here, MP4.
    """

    crossings: int = 1
    seconds: float = 60.0
    fps: float | None = None
    hour: float = 12.0
    weather: str = "clear"
    seed: int = 1
    clip: Path | None = None

    def __post_init__(self) -> None:
        faults = []
        if self.crossings < 1:
            faults.append(f"--crossings {self.crossings}: 1 or more would work")
        if not 1 <= self.seconds <= 3600:
            faults.append(f"--seconds {self.seconds:g}: 1 to 3600 would work")
        if self.fps is not None and not 1 <= self.fps <= 30:
            faults.append(f"--fps {self.fps:g}: 1 to 30 would work")
        if not 0 <= self.hour < 24:
            faults.append(f"--hour {self.hour:g}: 0 up to 24 would work, 17.5 for half past five")
        if self.weather not in WEATHERS:
            faults.append(f"--weather: {unknown_name('weather', self.weather, WEATHERS)}")
        if faults:
            raise InputError("follow crossings", [Fault(fault) for fault in faults])


def track_crossings(city: City, recogniser: Recogniser, test: CrossingTest, tell: Tell) -> dict[str, Any]:
    """Return the tracking scores over the clips, those of each group of classes, and those of each clip.

    Raises:
        InputError: the city is one that weights are trained on, or has no room for such cameras.
        MissingPart: no renderer is installed.
    """
    check_unseen([city], "follow crossings")
    cameras = _cameras(city, test.crossings)
    clips: list[dict[str, TrackCounts]] = []
    light = ""
    for nth, camera in enumerate(cameras):
        told = lambda share, nth=nth: tell("crossings", (nth + share) / len(cameras))  # noqa: E731
        scored = list(_watched(city, camera, recogniser, test, told, test.clip if nth == 0 else None))
        clips.append(clip_tracks(scored))
        light = scored[0].light
    whole = track_report(clips)
    return {
        "kind": "tracking", **whole["all"], "people": whole["people"], "vehicles": whole["vehicles"],
        "clips": [
            {"camera": camera.id, "n": clip["people"].truth_boxes + clip["vehicles"].truth_boxes}
            | track_report([clip])["all"]
            for camera, clip in zip(cameras, clips, strict=True)
        ],
        "city": city.name, "seconds": test.seconds, "frames_per_s": _fps(test), "hour": test.hour, "light": light,
        "weather": test.weather, "seed": test.seed, "weights_sha256": recogniser.weights_sha256,
    }  # fmt: skip


def _fps(test: CrossingTest) -> float:
    return test.fps or load_alarm_rules().frames_per_s


def _cameras(city: City, wanted: int) -> list[Camera]:
    cameras: list[Camera] = []
    for node in busiest_junctions(city, wanted * _SPARE):
        here = city.nodes.geometry.iloc[node]
        try:
            cameras.append(spotlight_camera(city, here.x, here.y, f"crossing-{node}"))
        except InputError:
            continue
        if len(cameras) == wanted:
            return cameras
    raise InputError(
        f"follow {wanted} crossings of {city.name}", f"there is room for {len(cameras)} cameras; ask for fewer"
    )


def _watched(
    city: City, camera: Camera, recogniser: Recogniser, test: CrossingTest, told: Any, clip: Path | None
) -> Iterator[Scored]:
    """Yield each frame's truth beside what was found, frame by frame as it is rendered."""
    from vision.render.choose import make_renderer

    start = datetime(*_DAY, tzinfo=ZoneInfo(str(city.manifest["timezone"])))
    fps, begin_ms = _fps(test), round(test.hour * 3_600_000)
    end_ms = begin_ms + round(1000 * test.seconds)
    renderer = make_renderer(city)
    shooter = Shooter(city, renderer, Ambient(city, test.seed, start), SkyOver(city, start, test.weather), test.seed)
    follower, scored = Follower(fps), []

    def seen() -> Iterator[tuple[Frame, Scored]]:
        for frame in shooter.frames(camera, begin_ms, end_ms, fps):
            yield frame, scored_frame(frame, recogniser.look(frame.image, follower))
            told((frame.t_ms - begin_ms) / (end_ms - begin_ms))

    def pictures() -> Iterator[NDArray[np.uint8]]:
        for frame, one in seen():
            scored.append(one)
            yield annotated(frame.image, one.found)

    try:
        if clip is not None:
            clip.parent.mkdir(parents=True, exist_ok=True)
            write_whole(clip, lambda part: write_clip(part, pictures(), fps))
        else:
            scored += [one for _, one in seen()]
    finally:
        renderer.close()
    yield from scored
