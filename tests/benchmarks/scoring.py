"""Scores beside the packages they equal, and the whole recogniser beside its bare forward pass."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from tests.benchmarks.timing import Row, in_turn
from twin.city import City
from vision.scoring.tracking import Seen, count_tracks


def scoring_rows(city: City) -> Iterator[Row]:
    """Yield the rows."""
    yield tracking()
    yield stages(city)


def tracking() -> Row:
    """All tracking scores of a clip of 600 frames with 25 objects, beside TrackEval's three metrics."""
    import trackeval

    from tests.vision.test_tracks_like_trackeval import theirs

    rng = np.random.default_rng(1)
    sure = np.clip(np.eye(25) * 0.8 + rng.normal(0, 0.05, (25, 25)), 0, 1)
    clip = []
    for _ in range(600):
        truth, found = (np.flatnonzero(rng.random(25) < 0.9) for _ in range(2))
        clip.append(Seen(truth, found, sure[np.ix_(truth, found)]))
    quiet, form = {"PRINT_CONFIG": False}, theirs(clip)
    metrics = trackeval.metrics.HOTA(), trackeval.metrics.CLEAR(quiet), trackeval.metrics.Identity(quiet)

    def peer() -> object:
        with contextlib.redirect_stdout(io.StringIO()):
            return [metric.eval_sequence(form) for metric in metrics]

    ours, other = in_turn(lambda: count_tracks(clip).scores(), peer, runs=3)
    return Row("HOTA, IDF1, MOTA of 600 frames, 25 objects", 1000 * ours, 1000 * other, "TrackEval 1.3", "ms")


def stages(city: City) -> Row:
    """Decode, detect, track and read plates at a busy crossing, beside the forward pass on the same frames."""
    from agents.ambient import Ambient
    from experiments.footage.shooter import Shooter, busiest_junctions, spotlight_camera
    from experiments.footage.sky import SkyOver
    from vision.dataset import as_jpeg
    from vision.recogniser import Recogniser
    from vision.render.choose import make_renderer
    from vision.stages import time_stages

    start, here = datetime(2026, 4, 1, 12, tzinfo=ZoneInfo("Asia/Tashkent")), city.nodes.geometry
    node = busiest_junctions(city, 1)[0]
    camera = spotlight_camera(city, here.iloc[node].x, here.iloc[node].y, "bench")
    renderer = make_renderer(city)
    try:
        shooter = Shooter(city, renderer, Ambient(city, 1, start), SkyOver(city, start, "clear"), 1)
        jpegs = [as_jpeg(frame.image) for frame in shooter.frames(camera, 0, 8_000, 5.0)]
    finally:
        renderer.close()
    found = time_stages(Recogniser.load(), jpegs, 5.0)
    ours, peer = found["cpu_ms"]["all"], found["cpu_ms"]["forward"]
    return Row(
        "decode, detect, track, plates, CPU time", ours, peer, "bare forward pass", "ms/frame", target="1.3 times"
    )
