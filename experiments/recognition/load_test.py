"""`twin vision load`: one recogniser under more and more cameras, and the load model fitted to what it did.

Loops of labelled footage are rendered first; then each level offers them in real time, so many streams at a time (see
:mod:`vision.stream_load`). Scores count ALL frames offered: in a frame that was lost nothing was found.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import isnan, nan
from pathlib import Path
from typing import Any

import numpy as np

from experiments.provenance import git_commit, versions
from experiments.recognition.load_fit import fitted_load
from experiments.recognition.loops import Loop, render_loops
from experiments.request import Tell
from sensors.alarms import load_alarm_rules
from sensors.fitted_load import FittedLoad
from twin.errors import Fault, InputError
from twin.streams import stream
from vision.dataset import of_jpeg
from vision.detections import Detections
from vision.following import Follower
from vision.recogniser import Recogniser
from vision.scoring.matching import Scored
from vision.scoring.plates import plates_and_read
from vision.scoring.score import asked_and_found
from vision.stream_load import DROP_RULE, Clock, Due, Offered, frames_due, offer

Counts = tuple[int, int, int, int]
"""Objects asked for and found, plates fully visible and read whole, in one frame."""


@dataclass(frozen=True, slots=True)
class LoadTest:
    """What is measured.

    Attributes:
        streams: levels, ascending.
        seconds: how long each lasts.
        places: frames that may wait at the recogniser.
        latency_s: nine results in ten and a half, 95 %, are to be there after it.
        recall_kept: share of the recall without load, on the same frames, that is to be kept.
        need: streams that are to be carried; None: no verdict is asked for.
        seed: of the loops and of the cameras' phases.
    """

    streams: tuple[int, ...]
    seconds: float = 60.0
    places: int = 16
    latency_s: float = 1.0
    recall_kept: float = 0.95
    need: int | None = None
    seed: int = 1
    weights: Path | None = None

    def __post_init__(self) -> None:
        faults = []
        if not self.streams or min(self.streams) < 1 or list(self.streams) != sorted(set(self.streams)):
            faults.append(f"--streams {','.join(map(str, self.streams))}: write 1..16, or rising numbers such as 1,4,8")
        if self.seconds < 1:
            faults.append(f"--seconds {self.seconds:g}: 1 or more would work")
        if self.places < 1:
            faults.append(f"--places {self.places}: 1 or more would work")
        if not 0 < self.recall_kept <= 1:
            faults.append(f"--recall {self.recall_kept:g}: more than 0 and at most 1 would work")
        if faults:
            raise InputError("measure the recogniser under load", [Fault(fault) for fault in faults])


@dataclass(frozen=True, slots=True)
class Level:
    """One number of streams as it was measured.

    Attributes:
        streams: how many.
        offered, lost: frames.
        worst_lost_share: of the stream that lost most.
        p50_s, p95_s, p99_s: frame to result of frames not lost; NaN where all were.
        recall, plates_read: over all frames offered; NaN where nothing was asked for.
        recall_alone: on the same frames, each loop alone on the recogniser, in its own time.
        service_s: of each frame that was not lost.
    """

    streams: int
    offered: int
    lost: int
    worst_lost_share: float
    p50_s: float
    p95_s: float
    p99_s: float
    recall: float
    plates_read: float
    recall_alone: float
    service_s: tuple[float, ...]

    @property
    def lost_share(self) -> float:
        """Of the frames offered."""
        return self.lost / self.offered


def measure(test: LoadTest, tell: Tell) -> tuple[dict[str, Any], FittedLoad]:
    """Render the loops, offer them level by level, and return the report and the model fitted to it.

    Raises:
        InputError: the weights cannot be used.
        MissingPart: torch, ultralytics or a renderer is not installed.
    """
    tell("recogniser", 0.0)
    recogniser, fps = Recogniser.load(test.weights), load_alarm_rules().frames_per_s
    tell("footage", 0.0)
    loops = render_loops(test.seed, fps, lambda share: tell("footage", share))
    tell("each loop alone", 0.0)
    alone = [watched_alone(recogniser, loop, fps) for loop in loops]
    levels = []
    for nth, streams in enumerate(test.streams):
        tell("load", nth / len(test.streams))
        levels.append(measure_level(test, recogniser, loops, alone, streams, fps))
    footage = f"{len(loops)} loops of {len(loops[0].jpegs)} frames, seed {test.seed}, {test.seconds:g} s a level"
    model = fitted_load(levels, fps, test.places, machine(), footage, recogniser.weights_sha256)
    return report(test, levels, model), model


def watched_alone(recogniser: Recogniser, loop: Loop, fps: float) -> list[Counts]:
    """Return what the recogniser finds in each frame of a loop when nothing else is asked of it."""
    follower = Follower(fps)
    return [_counts(loop, nth, recogniser.look(of_jpeg(loop.jpeg(nth)), follower)) for nth in range(len(loop.jpegs))]


def measure_level(
    test: LoadTest, recogniser: Recogniser, loops: Sequence[Loop], alone: Sequence[Sequence[Counts]], streams: int,
    fps: float, clock: Clock | None = None,
) -> Level:  # fmt: skip
    """Offer so many streams for a while and score what came of it.

    Args:
        test: how long, and with how many places.
        recogniser: which.
        loops: what the streams show, each the next one, over and over.
        alone: what is found in each loop without load, from :func:`watched_alone`.
        streams: how many.
        fps: frames a second of each.
        clock: in whose time; the machine's by default.
    """
    phases = stream(test.seed, "stream phases", str(streams)).random(streams)
    due = frames_due(streams, fps, test.seconds, phases)
    followers = [Follower(fps) for _ in range(streams)]
    found: dict[tuple[int, int], Detections] = {}

    def work(frame: Due) -> None:
        image = of_jpeg(_loop(loops, frame).jpeg(frame.nth))
        found[frame.stream, frame.nth] = recogniser.look(image, followers[frame.stream])

    seen = offer(due, work, test.places, clock)
    nothing = Detections.none()
    got = [_counts(_loop(loops, frame), frame.nth, found.get((frame.stream, frame.nth), nothing)) for frame in due]
    base = [_cycled(alone[frame.stream % len(alone)], frame.nth) for frame in due]
    return _level(streams, due, seen, np.array(got).sum(axis=0).tolist(), np.array(base).sum(axis=0).tolist())


def _loop(loops: Sequence[Loop], frame: Due) -> Loop:
    return loops[frame.stream % len(loops)]


def _cycled(counts: Sequence[Counts], nth: int) -> Counts:
    return counts[nth % len(counts)]


def _counts(loop: Loop, nth: int, found: Detections) -> Counts:
    scored = Scored(loop.truth(nth), found, loop.width_px)
    return (*asked_and_found(scored), *plates_and_read(scored))


def _level(streams: int, due: Sequence[Due], seen: Offered, got: Sequence[int], base: Sequence[int]) -> Level:
    whose = np.array([frame.stream for frame in due])
    worst = max(float(seen.lost[whose == one].mean()) for one in range(streams))
    p50, p95, p99 = np.quantile(seen.result_s, (0.5, 0.95, 0.99)).tolist() if len(seen.result_s) else (nan,) * 3
    return Level(
        streams, len(due), int(seen.lost.sum()), worst, p50, p95, p99, _share(got[1], got[0]), _share(got[3], got[2]),
        _share(base[1], base[0]), tuple(seen.service_s.tolist()),
    )  # fmt: skip


def _share(part: int, of: int) -> float:
    return part / of if of else nan


def report(test: LoadTest, levels: Sequence[Level], model: FittedLoad) -> dict[str, Any]:
    """Return the levels, the most streams carried, and the verdict, as plain numbers for JSON."""
    rows = []
    carried = 0
    for level in levels:
        kept = level.recall / level.recall_alone if level.recall_alone else nan
        ok = level.p95_s <= test.latency_s and kept >= test.recall_kept
        carried = level.streams if ok and (carried or level is levels[0]) else carried
        said = {name: _plain(value) for name, value in asdict(level).items() if name != "service_s"}
        rows.append(said | {"lost_share": level.lost_share, "recall_kept": _plain(kept), "ok": ok})
    return {
        "kind": "recogniser load", "frames_per_s": model.frames_per_s, "seconds": test.seconds, "places": test.places,
        "drop_rule": DROP_RULE, "latency_s": test.latency_s, "recall_kept": test.recall_kept, "levels": rows,
        "carried": carried, "need": test.need, "ok": test.need is None or carried >= test.need,
        "service_ms": {"p50": model.service_ms[50], "p95": model.service_ms[95]},
        "held_out_error": model.held_out_error, "machine": model.machine, "weights_sha256": model.weights_sha256,
        "versions": versions(), "git": git_commit(),
    }  # fmt: skip


def machine() -> str:
    """Return what the frames were recognised on, in words."""
    import torch

    name = next(
        (line.partition(":")[2].strip() for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")),
        platform.machine(),
    )
    return f"{name}, {len(os.sched_getaffinity(0))} cores, torch on {torch.get_num_threads()} threads, no graphics card"


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def _plain(value: float) -> float | None:
    return None if isnan(value) else value
