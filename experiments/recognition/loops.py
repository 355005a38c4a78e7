"""Loops of labelled footage that a camera shows over and over: rendered once, kept as JPEG, as a stream comes in."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from agents.ambient import Ambient
from experiments.footage.shooter import Shooter
from experiments.recognition.encounters import CALIBRATION_SEEDS, KINDS, LEAD_MS, OneSky, draw_scenery
from experiments.recognition.training_views import TRAINING_DISTRICTS, Grounds
from scenarios.places import CitySpots
from twin.city.default import default_city
from vision.dataset import as_jpeg
from vision.frame import Frame, Truth

LOOP_S: Final = 6.0
LOOPS_OF_A_KIND: Final = 2


@dataclass(frozen=True)
class Loop:
    """Frames with their truth, shown again from the first when they are over.

    Attributes:
        jpegs: the pictures.
        truths: what is in each.
        width_px: of a picture.
    """

    jpegs: tuple[bytes, ...]
    truths: tuple[Truth, ...]
    width_px: int

    def jpeg(self, nth: int) -> bytes:
        """Return the picture of the nth frame of a stream."""
        return self.jpegs[nth % len(self.jpegs)]

    def truth(self, nth: int) -> Truth:
        """Return what is in it."""
        return self.truths[nth % len(self.truths)]


def loop_of(frames: list[Frame]) -> Loop:
    """Return frames of one camera as a loop."""
    return Loop(
        tuple(as_jpeg(frame.image) for frame in frames), tuple(frame.truth for frame in frames),
        frames[0].image.shape[1],
    )  # fmt: skip


def render_loops(seed: int, fps: float, told: Callable[[float], None]) -> list[Loop]:
    """Render some loops of every kind of incident, and of none, in a city that the detector was not trained on.

    Raises:
        MissingPart: no renderer is installed.
    """
    from vision.render.choose import make_renderer

    city = default_city(CALIBRATION_SEEDS[0], TRAINING_DISTRICTS)
    grounds, spots = Grounds(city), CitySpots(city)
    ambient = Ambient(city, seed, datetime(2026, 4, 1, tzinfo=grounds.zone))
    renderer = make_renderer(city)
    jobs = [(kind, number) for number in range(LOOPS_OF_A_KIND) for kind in KINDS]
    loops = []
    try:
        for kind, number in jobs:
            drawn = draw_scenery(city, grounds, spots, kind, number, seed + zlib.crc32(b"loops"))
            shooter = Shooter(city, renderer, ambient, OneSky(drawn.sky), seed)
            begin_ms = drawn.t0_ms + LEAD_MS
            incidents = [drawn.incident] if drawn.incident else []
            frames = shooter.frames(drawn.camera, begin_ms, begin_ms + round(1000 * LOOP_S), fps, incidents)
            loops.append(loop_of(list(frames)))
            told(len(loops) / len(jobs))
    finally:
        renderer.close()
    return loops
