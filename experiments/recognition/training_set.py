"""Training footage for the detector: varied views of streets, every class frequent, the same for any number of workers.

``twin vision train`` writes and uses it. Frame i follows from the seed
and i alone. Default cities with seeds 101 and up are used, one district of each; other districts of the city with seed
1 and the OpenStreetMap extracts are kept for scoring and never seen here. One more district is for validation.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import numpy as np

from agents.actors import scene_of
from agents.ambient import Ambient
from experiments.footage.shooter import overlaps
from experiments.recognition.training_bodies import Bodies, with_bodies
from experiments.recognition.training_cast import STREET_CHANCES, Cast, harmless
from experiments.recognition.training_views import (
    TRAINED_DISTRICTS,
    VALIDATION_DISTRICTS,
    Grounds,
    Site,
    Spot,
    draw_levels,
    draw_site,
    draw_sky,
    plate_view,
    street_view,
)
from twin.city import City
from twin.errors import InputError
from twin.runfolder import refuse_taken
from twin.scene import DETECTOR_CLASSES, Scene, join_scenes
from twin.sky import Sky, sky_at
from twin.streams import stream
from vision.dataset import DatasetWriter, LabelRule, join_datasets
from vision.frame import Frame, Renderer
from vision.render.faults import faults_of

TRAINING_SEEDS: Final = (101, 102, 103, 104, 105, 106)
VALIDATION_SEED: Final = 107
PLATE_SHARE: Final = 0.2
QUIET_SHARE: Final = 0.14
SITE_FRAMES: Final = 12  # a place costs about as much to build as ten frames to draw
AROUND_M: Final = 120.0
_BATCH: Final = 240


@dataclass(frozen=True, slots=True)
class Job:
    """Frames [begin, end) of one default city, for one worker."""

    city_seed: int
    split: str
    begin: int
    end: int


class TrainingShooter:
    """Makes training frames of one city; frame i is the same whoever makes it and whatever was made before.

    Args:
        city: where.
        seed: of everything that is drawn.
        renderer: made for the city where None.
        bodies: which car bodies are in the frames. Frames to train on also have cameras with odd faults; those for
            tests have each camera's usual ones.
    """

    def __init__(self, city: City, seed: int, renderer: Renderer | None = None, bodies: Bodies = "trained") -> None:
        self._city, self._seed, self._bodies = city, seed, bodies
        self._grounds = Grounds(city)
        self._ambient = Ambient(city, seed, datetime(2026, 4, 1, tzinfo=self._grounds.zone))
        self._renderer = renderer or _renderer(city)

    def frame(self, number: int) -> Frame:
        """Return one frame."""
        rng = stream(self._seed, "training frame", str(number))
        site = self.site(number // SITE_FRAMES)
        sky, hour = draw_sky(self._grounds, rng)
        return self.shot(site, sky, hour, bool(rng.random() < PLATE_SHARE), rng, f"training-{number}")

    def site(self, number: int) -> Site:
        """Return one of the places that frames are taken from."""
        return draw_site(self._grounds, stream(self._seed, "training site", str(number)))

    def sky(self, when: datetime, weather: str) -> Sky:
        """Return the sky over the city at a local time without zone."""
        grounds = self._grounds
        return sky_at(when.replace(tzinfo=grounds.zone), grounds.lat_deg, grounds.lon_deg, weather)

    def shot(self, site: Site, sky: Sky, hour: float, close: bool, rng: np.random.Generator, name: str) -> Frame:
        """Return a frame from a site under a sky, close up on a vehicle or over a street.

        Args:
            site: where the camera hangs.
            sky: light and weather.
            hour: of the day, for the traffic.
            close: whether the camera looks closely at one vehicle.
            rng: everything else is drawn from it.
            name: of the camera.
        """
        camera, spot = (plate_view if close else street_view)(self._grounds, site, rng, name)
        t_ms = round(hour * 3_600_000) + int(rng.integers(60_000))
        everyday = self._ambient.scene(t_ms, site.x_m, site.y_m, AROUND_M)
        cast = Cast(self._city, camera, self._grounds, site.arcs, rng)
        chances = _chances(close, bool(rng.random() < QUIET_SHARE))
        extra = cast.scene(t_ms, chances)
        if close:
            extra = _put_first(t_ms, cast, spot, extra)
        scene = with_bodies(join_scenes(t_ms, [everyday.take(~overlaps(everyday, extra)), extra]), self._bodies)
        render_seed = int(rng.integers(1 << 31))
        levels = draw_levels(rng) if self._bodies == "trained" else {}
        return self._renderer.render(camera, scene, sky, render_seed, faults_of(camera, sky, render_seed, levels))

    def close(self) -> None:
        """Free the renderer."""
        self._renderer.close()


def _put_first(t_ms: int, cast: Cast, spot: Spot, extra: Scene) -> Scene:
    read = scene_of(t_ms, cast.read_vehicle(spot))
    return join_scenes(t_ms, [extra.take(~overlaps(extra, read)), read])


def _chances(close: bool, quiet: bool) -> dict[str, float]:
    if close:
        return {name: 0.25 * chance for name, chance in STREET_CHANCES.items() if name != "crash"}
    return harmless(STREET_CHANCES) if quiet else STREET_CHANCES


def _renderer(city: City) -> Renderer:
    from vision.render.choose import make_renderer

    return make_renderer(city)


def training_frames(cities: Sequence[City], n: int, seed: int, bodies: Bodies = "trained") -> Iterator[Frame]:
    """Yield ``n`` varied frames, an equal part of each city, one city after another, with car bodies of one kind.

    Raises:
        InputError: no city was given.
    """
    if not cities:
        raise InputError("make training frames", "no city was given; give at least one")
    for row, city in enumerate(cities):
        with closing(TrainingShooter(city, seed, bodies=bodies)) as shooter:
            for number in range(row * n // len(cities), (row + 1) * n // len(cities)):
                yield shooter.frame(number)


def write_training_set(
    out_dir: Path,
    n: int,
    seed: int,
    workers: int = 2,
    city_seeds: Sequence[int] = TRAINING_SEEDS,
    validation_seed: int = VALIDATION_SEED,
    validation_share: float = 0.08,
) -> dict[str, Any]:
    """Write a training set of default cities in the form of ``vision.dataset``.

    Args:
        out_dir: a new or empty folder.
        n: frames in all.
        seed: the same seed gives the same frames.
        workers: processes; the result is the same for any number.
        city_seeds: default cities to train on.
        validation_seed: default city of the ``val`` split.
        validation_share: of the frames.

    Returns:
        The summary in ``dataset.json``; ``origin`` holds the share of frames with each class.

    Raises:
        InputError: the folder holds something, or a number makes no sense.
    """
    _check(n, workers, city_seeds)
    refuse_taken(out_dir, f"write a training set to {out_dir}")
    parts_dir = out_dir.parent / f".{out_dir.name}.parts"
    shutil.rmtree(parts_dir, ignore_errors=True)
    jobs = _jobs(n, city_seeds, validation_seed, validation_share)
    parts = [parts_dir / f"{row:04d}" for row in range(len(jobs))]
    if workers == 1:
        found = [_write_part(job, part, seed) for job, part in zip(jobs, parts, strict=True)]
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            found = list(pool.map(_write_part, jobs, parts, [seed] * len(jobs)))
    share = {name: round(sum(f[name] for f in found) / n, 3) for name in DETECTOR_CLASSES}
    origin = {
        "command": f"twin vision train --frames {n} --seed {seed}",
        "seed": seed,
        "cities": [f"default_city({s}, {list(_districts(s))})" for s in city_seeds],
        "validation": f"default_city({validation_seed}, {list(_districts(validation_seed))}), car bodies held out",
        "frames_with_class": share,
    }
    summary = join_datasets(parts, out_dir, origin)
    shutil.rmtree(parts_dir)
    return summary


def _check(n: int, workers: int, city_seeds: Sequence[int]) -> None:
    faults = []
    if n < 1:
        faults.append(f"{n} frames; give 1 or more")
    if workers < 1:
        faults.append(f"{workers} workers; give 1 or more")
    if not city_seeds:
        faults.append("no city; give at least one seed")
    if faults:
        raise InputError("write a training set", "; ".join(faults))


def _jobs(n: int, city_seeds: Sequence[int], validation_seed: int, share: float) -> list[Job]:
    """Cut the frames into batches, each of one city; the batches do not depend on the workers."""
    held = round(n * share)
    spans = [(s, "train", row * (n - held) // len(city_seeds), (row + 1) * (n - held) // len(city_seeds))
             for row, s in enumerate(city_seeds)]  # fmt: skip
    spans.append((validation_seed, "val", n - held, n))
    return [
        Job(s, split, begin, min(begin + _BATCH, end))
        for s, split, first, end in spans
        for begin in range(first, end, _BATCH)
    ]


_KEPT: dict[tuple[int, int], TrainingShooter] = {}  # this process's last city: making one takes longer than a batch


def _districts(city_seed: int) -> tuple[str, ...]:
    """Return the districts of a city that frames are made in: one a seed, another for the seed of validation."""
    if city_seed == VALIDATION_SEED:
        return VALIDATION_DISTRICTS
    return (TRAINED_DISTRICTS[city_seed % len(TRAINED_DISTRICTS)],)


def _shooter(city_seed: int, seed: int, bodies: Bodies) -> TrainingShooter:
    if (city_seed, seed) not in _KEPT:
        from twin.city.default import default_city

        for old in _KEPT.values():
            old.close()
        _KEPT.clear()
        city = default_city(city_seed, _districts(city_seed), workers=1)
        _KEPT[city_seed, seed] = TrainingShooter(city, seed, bodies=bodies)
    return _KEPT[city_seed, seed]


def _write_part(job: Job, folder: Path, seed: int) -> Counter[str]:
    """Write one batch; returns in how many of its frames each class is asked for."""
    shooter, rule = _shooter(job.city_seed, seed, "trained" if job.split == "train" else "held out"), LabelRule()
    writer, found = DatasetWriter(folder, rule), Counter[str]()
    for number in range(job.begin, job.end):
        frame = shooter.frame(number)
        writer.add(job.split, frame)
        asked = rule.counts(frame.truth, frame.image.shape[1])
        found.update(DETECTOR_CLASSES[cls] for cls in np.unique(frame.truth.cls[asked]))
    writer.finish({})
    return found
