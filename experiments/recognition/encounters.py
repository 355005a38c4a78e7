"""What the real recogniser does when an incident shows before a camera: rendered, recognised, and put into rows.

The rows are what ``vision.calibrate`` fits the cheap camera model to. Cameras stand at random about random places of
default cities that were neither trained on nor are scored; hour and weather are drawn too. Encounter i follows from
the seed and i alone, so any number of workers gives the same rows.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import numpy as np

from agents.ambient import Ambient
from agents.staging import shows_at
from agents.staging_spots import spot_of
from experiments.footage.matching import incident_shown
from experiments.footage.shooter import Shooter
from experiments.footage.standing_ground import JunctionGround
from experiments.footage.viewpoints import aimed
from experiments.recognition.training_views import TRAINING_DISTRICTS, Grounds, draw_sky
from scenarios.places import CitySpots
from sensors.alarms import load_alarm_rules
from sensors.cameras import Camera, fleet_of
from sensors.encounters import encounters as seen_by
from twin.city import City
from twin.city.heights import heights_of
from twin.plates import plate_of
from twin.records import Incident, Service, Visual
from twin.sky import Sky
from twin.streams import draw_u32, stream
from vision.calibrate import Encounter, PlateTrial, Watched
from vision.frame import Renderer
from vision.recogniser import Recogniser
from vision.rules import FiredAlarm, apply_rules

CALIBRATION_SEEDS: Final = (201, 202, 203)
QUIET: Final = "quiet"
KINDS: Final = (*(visual.value for visual in Visual if visual is not Visual.NONE), QUIET)
SECONDS: Final = {"crash": 22, "person_lying": 10, "fire": 8, "listed_plate": 8, QUIET: 60}
QUIET_FPS: Final = 2.0  # the rules' frame counts scale with it; more hours for the same number of frames
LEAD_MS: Final = 1000  # of footage before the incident begins
_BATCH: Final = 5


@dataclass(frozen=True, slots=True)
class Findings:
    """Rows for ``vision.calibrate``."""

    encounters: list[Encounter]
    plates: list[PlateTrial]
    quiet: list[Watched]

    def __add__(self, other: Findings) -> Findings:
        return Findings(
            self.encounters + other.encounters, self.plates + other.plates, self.quiet + other.quiet
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scenery:
    """One encounter before it is rendered.

    Attributes:
        camera: who looks.
        incident: what begins ``LEAD_MS`` after the first frame, or None.
        at: the point (x, y, z) where that shows.
        sky: the light, the same for the whole window.
        t0_ms: first frame; simulated time 0 is midnight.
    """

    camera: Camera
    incident: Incident | None
    at: tuple[float, float, float]
    sky: Sky
    t0_ms: int


@dataclass(frozen=True, slots=True)
class OneSky:
    """The same sky all the time."""

    sky: Sky

    def at(self, t_ms: int) -> Sky:
        """Return it."""
        return self.sky


class Watcher:
    """Renders encounters in one city and has the recogniser look at them."""

    def __init__(self, city: City, recogniser: Recogniser, renderer: Renderer, seed: int) -> None:
        self._city, self._recogniser, self._renderer, self._seed = city, recogniser, renderer, seed
        self._grounds, self._rules = Grounds(city), load_alarm_rules()
        self._ambient = Ambient(city, seed, datetime(2026, 4, 1, tzinfo=self._grounds.zone))
        self._junctions, self._heights = JunctionGround(city), heights_of(city)
        self._spots = CitySpots(city)

    def watch(self, kind: str, number: int) -> Findings:
        """Render one encounter (or quiet window), recognise it, and return its rows."""
        scenery = draw_scenery(self._city, self._grounds, self._spots, kind, number, self._seed)
        shooter = Shooter(self._city, self._renderer, self._ambient, OneSky(scenery.sky), self._seed)
        incidents = [scenery.incident] if scenery.incident else []
        end_ms = scenery.t0_ms + LEAD_MS + 1000 * SECONDS[kind]
        fps = QUIET_FPS if kind == QUIET else self._rules.frames_per_s
        frames = list(shooter.frames(scenery.camera, scenery.t0_ms, end_ms, fps, incidents))
        found = self._recogniser.recognise([frame.image for frame in frames], fps)
        times = [frame.t_ms for frame in frames]
        listed = [incident.plate for incident in incidents if incident.plate]
        fired = apply_rules(found, times, scenery.camera, self._rules, self._junctions, listed)
        shown = [incident_shown(alarm, frames[alarm.frame].truth) for alarm in fired]
        true = [alarm for alarm, incident in zip(fired, shown, strict=True) if incident is not None]
        false = [alarm for alarm, incident in zip(fired, shown, strict=True) if incident is None]
        met = self._met(scenery, true, kind)
        return met + Findings([], [], self._watched(scenery, false, kind, (end_ms - scenery.t0_ms) / 3_600_000.0))

    def _met(self, scenery: Scenery, fired: Sequence[FiredAlarm], kind: str) -> Findings:
        """Return the row of an incident that the camera had at least partly in sight; none for a quiet window."""
        if scenery.incident is None:
            return Findings([], [], [])
        shown = replace(scenery.incident, x_m=scenery.at[0], y_m=scenery.at[1])
        rows = seen_by(fleet_of([scenery.camera]), self._heights, [shown], self._rules)
        if not rows:
            return Findings([], [], [])
        row, sky, group = rows[0], scenery.sky, f"{self._city.name} {scenery.camera.id}"
        first = next((alarm for alarm in fired if alarm.rule.name == row.rule.name), None)
        score = first.score if first else 0.0
        if row.rule.kind == "listed_plate":
            return Findings([], [PlateTrial(row.px_per_m, sky.light, first is not None, score, group)], [])
        first_s = (first.t_ms - scenery.incident.t_ms) / 1000.0 if first else None
        height_px = row.px_per_m * row.rule.target_height_m
        seconds = float(SECONDS[kind])
        return Findings(
            [
                Encounter(
                    row.rule.name, height_px, sky.light, sky.weather, row.occlusion, seconds, first_s, score, group
                )
            ],
            [],
            [],
        )

    def _watched(self, scenery: Scenery, fired: Sequence[FiredAlarm], kind: str, hours: float) -> list[Watched]:
        """Return false alarms by rule; a window with an incident counts for the other rules only."""
        return [
            Watched(rule.name, scenery.sky.light, hours, sum(alarm.rule.name == rule.name for alarm in fired))
            for rule in self._rules.rules
            if rule.name != kind
        ]


def draw_scenery(city: City, grounds: Grounds, spots: CitySpots, kind: str, number: int, seed: int) -> Scenery:
    """Draw a place, a camera that has it in view, an hour and a weather.

    Distances are 6 to 70 m, log-uniform; listed plates are met half by overview cameras from any side and half by
    plate cameras that traffic drives towards, as such cameras are hung.
    """
    rng = stream(seed, "encounter", city.name, kind, str(number))
    sky, hour = draw_sky(grounds, rng)
    t0_ms = round(hour * 3_600_000)
    for _ in range(80):
        x_m, y_m = _place(grounds, spots, kind, rng)
        incident = _incident(kind, number, x_m, y_m, t0_ms + LEAD_MS, seed)
        spot = spot_of(incident, city)
        at = shows_at(incident, spot)
        camera = _camera(grounds, at, spot.along_deg, kind, f"{kind}-{number}", rng)
        if camera is not None:
            break
    else:
        camera = aimed(f"{kind}-{number}", at[0] + 12.0, at[1], 6.0, at, 60.0)
    return Scenery(camera, None if kind == QUIET else incident, at, sky, t0_ms)


def _place(grounds: Grounds, spots: CitySpots, kind: str, rng: np.random.Generator) -> tuple[float, float]:
    """Draw where it happens: a crash at a junction, as in the scenarios; anything else along a lane or beside it."""
    if kind == Visual.CRASH:
        x_m, y_m = spots.of("junctions").draw(rng, 1, spots.unevenness("", 0.0))[0]
        return float(x_m), float(y_m)
    return grounds.spot(rng).beside(0.0, 0.0 if kind in ("listed_plate", QUIET) else float(rng.normal(0, 4)))


def _incident(kind: str, number: int, x_m: float, y_m: float, t_ms: int, seed: int) -> Incident:
    visual = Visual.NONE if kind == QUIET else Visual(kind)
    plate = plate_of(int(draw_u32(seed, "encounter plate", number))) if visual == Visual.LISTED_PLATE else ""
    return Incident(number, t_ms, Service.POLICE, kind, 2, -1, x_m, y_m, visual, 600_000, 0, False, False, plate)


def _camera(
    grounds: Grounds, at: tuple[float, float, float], along_deg: float, kind: str, name: str, rng: np.random.Generator
) -> Camera | None:
    """Draw a camera about a place, or None where it would stand in a house or have one in between."""
    facing = kind == "listed_plate" and rng.random() < 0.5
    away_m = math.exp(rng.uniform(math.log(9.0 if facing else 6.0), math.log(30.0 if facing else 70.0)))
    angle = math.radians(along_deg + rng.normal(0, 9)) if facing else rng.uniform(0, 2 * math.pi)
    x_m, y_m = at[0] + away_m * math.sin(angle), at[1] + away_m * math.cos(angle)
    if not (grounds.ground.open_air(x_m, y_m) and grounds.ground.sees(x_m, y_m, *at[:2])):
        return None
    hfov_deg = float(rng.uniform(8, 30) if facing else rng.choice([rng.uniform(28, 50), rng.uniform(50, 90)]))
    stray = 0.1 if facing else 0.3
    back = angle + math.pi + math.radians(hfov_deg * float(rng.uniform(-stray, stray)))
    look_at = (x_m + away_m * math.sin(back), y_m + away_m * math.cos(back), at[2] + float(rng.uniform(0.2, 1.2)))
    kind_of_camera = "plate" if facing else "fixed"
    return aimed(name, x_m, y_m, float(rng.uniform(4.0, 8.0)), look_at, hfov_deg, kind_of_camera, 120.0)


def watch_all(
    each: int,
    seed: int,
    workers: int = 2,
    weights: Path | None = None,
    told: Callable[[float], None] = lambda share: None,
    city_seeds: Sequence[int] = CALIBRATION_SEEDS,
) -> Findings:
    """Watch ``each`` encounters of every kind of incident, and as many quiet windows, spread over default cities."""
    jobs = list(_jobs(each, city_seeds))
    total = Findings([], [], [])
    for done, found in enumerate(_run(jobs, seed, workers, weights), 1):
        total += found
        told(done / len(jobs))
    return total


Job = tuple[int, str, tuple[int, ...]]


def _jobs(each: int, city_seeds: Sequence[int]) -> Iterator[Job]:
    """Yield (city, kind, numbers), a few encounters at a time; independent of the workers."""
    for row, city in enumerate(city_seeds):
        numbers = list(range(row * each // len(city_seeds), (row + 1) * each // len(city_seeds)))
        for kind in KINDS:
            for begin in range(0, len(numbers), _BATCH):
                yield city, kind, tuple(numbers[begin : begin + _BATCH])


def _run(jobs: Sequence[Job], seed: int, workers: int, weights: Path | None) -> Iterator[Findings]:
    if workers == 1:
        for job in jobs:
            yield _work(job, seed, weights)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_one_thread) as pool:
        yield from pool.map(_work, jobs, [seed] * len(jobs), [weights] * len(jobs))


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


_KEPT: dict[Any, Any] = {}  # this process's recogniser and last city: making them takes longer than a batch


def _work(job: Job, seed: int, weights: Path | None) -> Findings:
    city_seed, kind, numbers = job
    watcher = _watcher(city_seed, seed, weights)
    found = Findings([], [], [])
    for number in numbers:
        found += watcher.watch(kind, number)
    return found


def _watcher(city_seed: int, seed: int, weights: Path | None) -> Watcher:
    from twin.city.default import default_city
    from vision.render.choose import make_renderer

    if _KEPT.get("weights", "") != weights:
        _KEPT.update(weights=weights, recogniser=Recogniser.load(weights))
    if _KEPT.get("city") != (city_seed, seed, weights):
        if "renderer" in _KEPT:
            _KEPT["renderer"].close()
        city = default_city(city_seed, TRAINING_DISTRICTS)
        renderer = make_renderer(city)
        _KEPT.update(city=(city_seed, seed, weights), renderer=renderer)
        _KEPT["watcher"] = Watcher(city, _KEPT["recogniser"], renderer, seed + zlib.crc32(str(city_seed).encode()))
    return _KEPT["watcher"]
