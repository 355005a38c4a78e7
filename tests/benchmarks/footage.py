"""Footage with 300 objects in view, everything on: our renderer beside PyBullet's TinyRenderer on the same scene."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from time import perf_counter
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from agents.ambient import Ambient
from experiments.footage.shooter import watched
from experiments.footage.sky import SkyOver
from experiments.footage.viewpoints import busiest_junctions, view_of
from sensors.cameras import Camera
from tests.benchmarks.timing import Row
from twin.city import City
from twin.records import Visual
from twin.scene import Scene, join_scenes
from twin.sky import Sky
from vision.frame import Renderer
from vision.render.choose import make_renderer
from vision.render.projection import Lens
from vision.render.shot import in_view

OBJECTS: Final = 300
START: Final = datetime(2026, 6, 19, 18, 0, tzinfo=ZoneInfo("Asia/Tashkent"))


def footage_rows(city: City) -> Iterator[Row]:
    """960 x 540, a busy junction, textures, shadows, truth, camera faults and JPEG; 300 rows in the truth."""
    skies = SkyOver(city, START, "clear")
    ours = make_renderer(city, "gl")
    camera, scene = crowded(city, ours, skies.at(0))
    peer = make_renderer(city, "tiny")
    rates = [_rate(renderer, camera, scene, skies, frames) for renderer, frames in ((ours, 100), (peer, 3))]
    ours.close()
    peer.close()
    yield Row(
        f"footage 960x540, {OBJECTS} objects in view", *rates, "TinyRenderer", "frames/s", better="high",
        target="20 frames/s on 2 cores, 5 times the TinyRenderer",
    )  # fmt: skip


def crowded(city: City, renderer: Renderer, sky: Sky) -> tuple[Camera, Scene]:
    """Return a camera over a busy junction and a scene of which it sees ``OBJECTS`` objects.

    They are the everyday street of many seconds at once, none in the place of another, so long as enough are seen.
    """
    camera = view_of(city, busiest_junctions(city, 1)[0], Visual.CRASH, "bench").camera
    camera = replace(camera, height_m=14.0, pitch_deg=-20.0, hfov_deg=80.0)
    ambient, lens = Ambient(city, 1, START), Lens.of(camera)
    x_m, y_m, radius_m = watched(camera)
    crowd = ambient.scene(0, x_m, y_m, radius_m, []).take(np.zeros(0, np.intp))
    for second in range(1, 400):
        more = ambient.scene(second * 7000, x_m, y_m, radius_m, [])
        more = replace(more, t_ms=0, track_id=more.track_id + second * 1_000_003)
        crowd = join_scenes(0, [crowd, _apart(more.take(in_view(lens, more)), crowd)])
        if second % 10 == 0:
            truth = renderer.render(camera, crowd, sky, 1).truth
            if len(truth) >= OBJECTS:
                seen = np.isin(crowd.track_id, truth.track_id)
                rows = np.flatnonzero(seen)
                return camera, crowd.take(rows)
    raise ValueError(f"no {OBJECTS} objects can be seen at once here")


def _apart(scene: Scene, others: Scene) -> Scene:
    """Return those of a scene that stand clear of the others and of each other."""
    every = join_scenes(0, [others, scene])
    half = np.maximum(every.size_m[:, 0], every.size_m[:, 1]) / 2
    kept = list(range(len(others)))
    for i in range(len(others), len(every)):
        away: NDArray[np.float64] = (
            np.hypot(*(every.xyz_m[kept, :2] - every.xyz_m[i, :2]).T) if kept else np.array([9e9])
        )
        if not kept or bool((away > 0.6 * (half[kept] + half[i])).all()):
            kept.append(i)
    return every.take(np.array([i for i in kept if i >= len(others)], np.intp))


def _rate(renderer: Renderer, camera: Camera, scene: Scene, skies: SkyOver, frames: int) -> float:
    """Return frames a second of a clip of 5 frames a second."""
    renderer.render(camera, scene, skies.at(0), 1)
    begin = perf_counter()
    for k in range(frames):
        renderer.render(camera, replace(scene, t_ms=200 * k), skies.at(200 * k), 1)
    return frames / (perf_counter() - begin)
