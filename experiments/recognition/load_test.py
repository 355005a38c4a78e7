"""`twin vision load`: one recogniser under more and more cameras, and the load model fitted to what it did.

Loops of labelled footage are rendered first; then each level offers them in real time, so many streams at a time (see
:mod:`vision.stream_load`). Scores count ALL frames offered (see :mod:`experiments.recognition.load_score`).
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import nan
from operator import add
from pathlib import Path
from typing import Any

import numpy as np

from experiments.provenance import git_commit, versions
from experiments.recognition.load_fit import fitted_load
from experiments.recognition.load_report import Level, Limits, carried, level_rows, load_verdicts
from experiments.recognition.load_score import Found, found_in, shown_over
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
from vision.stream_load import DROP_RULE, Clock, Due, Offered, frames_due, offer


@dataclass(frozen=True, slots=True)
class LoadTest:
    """What is measured.

    Attributes:
        streams: levels, ascending.
        seconds: how long each lasts.
        places: frames that may wait at the recogniser.
        latency_s: nineteen results in twenty are to be there after it.
        recall_kept, hota_kept, plates_kept: shares of what is reached without load, on the same frames, to be kept.
        need: streams that are to be carried; among the levels.
        seed: of the loops and of the cameras' phases.
        weights, class_map: of the recogniser.
    """

    streams: tuple[int, ...]
    seconds: float = 60.0
    places: int = 16
    latency_s: float = 1.0
    recall_kept: float = 0.95
    hota_kept: float = 0.9
    plates_kept: float = 0.9
    need: int = 1
    seed: int = 1
    weights: Path | None = None
    class_map: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        faults = []
        if not self.streams or min(self.streams) < 1 or list(self.streams) != sorted(set(self.streams)):
            faults.append(f"--streams {','.join(map(str, self.streams))}: write 1..16, or rising numbers such as 1,4,8")
        elif self.need > max(self.streams):
            faults.append(
                f"--need {self.need}: --streams goes up to {max(self.streams)} only; measure as many at least"
            )
        if self.need < 1:
            faults.append(f"--need {self.need}: 1 or more would work")
        if not self.seconds >= 1:
            faults.append(f"--seconds {self.seconds:g}: 1 or more would work")
        if self.places < 1:
            faults.append(f"--places {self.places}: 1 or more would work")
        if not self.latency_s > 0:
            faults.append(f"--latency {self.latency_s:g}: more than 0 s would work")
        for name, share in (("recall", self.recall_kept), ("hota", self.hota_kept), ("plates", self.plates_kept)):
            if not 0 <= share <= 1:
                faults.append(f"--{name} {share:g}: 0 to 1 would work")
        if faults:
            raise InputError("measure the recogniser under load", [Fault(fault) for fault in faults])

    @property
    def limits(self) -> Limits:
        """What a level must keep."""
        kept = {"recall": self.recall_kept, "hota": self.hota_kept, "plates_read": self.plates_kept}
        return Limits(self.latency_s, kept)


def measure(test: LoadTest, tell: Tell) -> tuple[dict[str, Any], FittedLoad]:
    """Render the loops, offer them level by level, and return the report and the model fitted to it.

    Raises:
        InputError: the weights cannot be used.
        MissingPart: torch, ultralytics or a renderer is not installed.
    """
    tell("recogniser", 0.0)
    recogniser, fps = Recogniser.load(test.weights, test.class_map), load_alarm_rules().frames_per_s
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


def watched_alone(recogniser: Recogniser, loop: Loop, fps: float) -> list[Detections]:
    """Return what the recogniser finds in each frame of a loop when nothing else is asked of it."""
    follower = Follower(fps)
    return [recogniser.look(of_jpeg(loop.jpeg(nth)), follower) for nth in range(len(loop.jpegs))]


def measure_level(
    test: LoadTest, recogniser: Recogniser, loops: Sequence[Loop], alone: Sequence[Sequence[Detections]], streams: int,
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
        image = of_jpeg(loops[frame.stream % len(loops)].jpeg(frame.nth))
        found[frame.stream, frame.nth] = recogniser.look(image, followers[frame.stream])

    seen = offer(due, work, test.places, clock)
    nothing, each = Detections.none(), len(due) // streams
    scores: list[Found] = []
    base: list[Found] = []
    for one in range(streams):
        loop, by_itself = loops[one % len(loops)], alone[one % len(loops)]
        scores += shown_over(loop, [found.get((one, nth), nothing) for nth in range(each)])
        base += _alone_over(loop, by_itself, each)
    return _level(streams, due, seen, reduce(add, scores), reduce(add, base))


def _alone_over(loop: Loop, found: Sequence[Detections], frames: int) -> list[Found]:
    """Return what a stream of so many frames comes to without load: whole showings, and the begun one."""
    whole, rest = divmod(frames, len(loop.jpegs))
    return [*([found_in(loop, found)] * whole), *([found_in(loop, found[:rest])] if rest else [])]


def _level(streams: int, due: Sequence[Due], seen: Offered, under_load: Found, alone: Found) -> Level:
    whose = np.array([frame.stream for frame in due])
    worst = max(float(seen.lost[whose == one].mean()) for one in range(streams))
    p50, p95, p99 = np.quantile(seen.result_s, (0.5, 0.95, 0.99)).tolist() if len(seen.result_s) else (nan,) * 3
    lost, service_s = int(seen.lost.sum()), tuple(seen.service_s.tolist())
    return Level(streams, len(due), lost, worst, p50, p95, p99, under_load, alone, service_s)


def report(test: LoadTest, levels: Sequence[Level], model: FittedLoad) -> dict[str, Any]:
    """Return the levels, the most streams carried, and the verdict, as plain numbers for JSON."""
    verdicts = load_verdicts(levels, test.limits, test.need)
    return {
        "kind": "recogniser load", "frames_per_s": model.frames_per_s, "seconds": test.seconds, "places": test.places,
        "drop_rule": DROP_RULE, "latency_s": test.latency_s, "kept": dict(test.limits.kept),
        "levels": level_rows(levels, test.limits), "carried": carried(levels, test.limits), "need": test.need,
        "ok": verdicts[-1].ok,
        "verdicts": [{"name": v.name, "value": v.value, "ok": v.ok, "told": v.told} for v in verdicts],
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
