"""Loops of labelled footage that a camera shows over and over: rendered once, kept as JPEG, as a stream comes in."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from agents.ambient import Ambient
from experiments.footage.shooter import Shooter
from experiments.recognition.collection import FITTED_STREETS
from experiments.recognition.encounter_views import KINDS, Places, draw_view
from experiments.recognition.encounters import OneSky
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
    """Render some loops of every kind of view, with incidents and without, where the detector was not trained.

    Raises:
        MissingPart: no renderer is installed.
    """
    from vision.render.choose import make_renderer

    district, number = FITTED_STREETS[0]
    city = default_city(number, (district,))
    places = Places(city)
    ambient = Ambient(city, seed, datetime(2026, 4, 1, tzinfo=places.grounds.zone))
    renderer = make_renderer(city)
    jobs = [(kind, number) for number in range(LOOPS_OF_A_KIND) for kind in KINDS]
    loops = []
    try:
        for kind, number in jobs:
            view = draw_view(places, kind, number, seed + zlib.crc32(b"loops"))
            shooter = Shooter(city, renderer, ambient, OneSky(view.sky), seed)
            incidents = [staged.incident for staged in view.staged]
            frames = shooter.frames(view.camera, view.t0_ms, view.t0_ms + round(1000 * LOOP_S), fps, incidents)
            loops.append(loop_of(list(frames)))
            told(len(loops) / len(jobs))
    finally:
        renderer.close()
    return loops
