"""Views in which the recogniser meets many incidents at once: one picture serves them all, so each costs few frames.

Three kinds of view: a ``street`` with people lying, fires and cars with listed plates; a ``junction`` with crashes,
which are watched longer since their rule looks at 15 s; and a ``lane`` that a plate camera looks along. A fourth,
``quiet``, has everyday life alone. Cameras stand at random about random places; hour and weather are drawn too. A view
follows from its city, kind, number and seed alone.

Frame rates are less than the rules' own, whose frame counts scale with them. On 14 streets and 14 junctions watched at
both rates the alarm came at the rules' own rate and at this one alike for 28 of 31 crashes (26 and 25 found), 23 of 25
fires (12 and 12), and 64 of 64 people lying (4 and 4).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from agents.staging import shows_at
from agents.staging_spots import Spot, spot_of
from experiments.footage.viewpoints import aimed
from experiments.recognition.training_views import Grounds, draw_sky, on_lane
from scenarios.places import CitySpots
from sensors.cameras import Camera
from sensors.optics import in_picture
from twin.city import City
from twin.plates import plate_of
from twin.records import Incident, Service, Visual
from twin.sky import Sky
from twin.streams import draw_u32, stream

QUIET: Final = "quiet"
STREET: Final = "street"
JUNCTION: Final = "junction"
LANE: Final = "lane"

Segments = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class ViewKind:
    """What is staged in one kind of view, and when it is watched.

    Attributes:
        most: at most so many incidents of each visual.
        fps: frames a second; the rules' frame counts scale with it.
        segments_ms: (start, length) of each stretch that is watched, from the first frame; later ones tell whether what
            was missed at first is found in the end.
        away_m: least and greatest distance of the camera from what it is aimed at.
        age_s: how long before the first frame an incident began, at least and at most.
        apart_m: incidents stand at least so far from each other.
        least: a camera with fewer places for incidents is left for another.
        share: of all views.
    """

    most: dict[Visual, int]
    fps: float
    segments_ms: Segments
    away_m: tuple[float, float]
    age_s: tuple[float, float]
    apart_m: float
    least: int
    share: float


KINDS: Final = {
    QUIET: ViewKind({}, 2.0, ((0, 60_000),), (8.0, 50.0), (0.0, 0.0), 0.0, 0, 0.0),
    STREET: ViewKind(
        {Visual.PERSON_LYING: 4, Visual.FIRE: 3, Visual.LISTED_PLATE: 4}, 2.5,
        ((0, 4000), (20_000, 2400), (70_000, 2400)), (8.0, 50.0), (4.5, 25.0), 2.5, 9, 0.40,
    ),
    JUNCTION: ViewKind({Visual.CRASH: 4}, 1.0, ((0, 16_000),), (10.0, 50.0), (2.0, 25.0), 8.0, 3, 0.40),
    LANE: ViewKind({Visual.LISTED_PLATE: 3}, 5.0, ((0, 2000),), (9.0, 30.0), (4.5, 8.0), 6.0, 3, 0.20),
}  # fmt: skip
SECONDS: Final = {name: sum(ms for _, ms in kind.segments_ms) // 1000 for name, kind in KINDS.items()}
"""Seconds of footage of each kind of view."""
QUIET_FPS: Final = KINDS[QUIET].fps
_OFFERED: Final = 200  # places drawn about a camera, of which some are taken
_REACH_M: Final = 75.0
_VISIBLE_MS: Final = 600_000
_TRIES: Final = 24


@dataclass(frozen=True, slots=True)
class Staged:
    """An incident and the point (x, y, z) at which it shows."""

    incident: Incident
    at: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class View:
    """What is rendered for one camera.

    Attributes:
        kind: key of ``KINDS``.
        number: of the view among those of its kind and city.
        camera: who looks.
        staged: what there is to be found.
        sky: the light, the same all the time.
        t0_ms: first frame; simulated time 0 is midnight.
    """

    kind: str
    number: int
    camera: Camera
    staged: tuple[Staged, ...]
    sky: Sky
    t0_ms: int


class Places:
    """What views of one city are drawn from."""

    def __init__(self, city: City) -> None:
        self.city, self.grounds = city, Grounds(city)
        self.junctions = CitySpots(city).of("junctions")


def draw_view(places: Places, kind: str, number: int, seed: int) -> View:
    """Draw a camera, an hour and a weather, and stage incidents where the camera looks.

    After ``_TRIES`` cameras the one with the most incidents in view is taken.
    """
    rng = stream(seed, "encounter view", places.city.name, kind, str(number))
    sky, hour = draw_sky(places.grounds, rng)
    t0_ms = round(hour * 3_600_000)
    best: tuple[Camera, tuple[Staged, ...]] | None = None
    for _ in range(_TRIES):
        camera = _camera(places, kind, f"{kind}-{number}", rng)
        if camera is None:
            continue
        staged = _stage(places, camera, kind, number, t0_ms, seed, rng)
        if best is None or len(staged) > len(best[1]):
            best = camera, staged
        if len(staged) >= KINDS[kind].least:
            break
    if best is None:
        spot = places.grounds.spot(rng)
        best = aimed(f"{kind}-{number}", spot.x_m + 12.0, spot.y_m, 6.0, (spot.x_m, spot.y_m, 0.5), 60.0), ()
    return View(kind, number, *best, sky, t0_ms)


def _camera(places: Places, kind: str, name: str, rng: np.random.Generator) -> Camera | None:
    """Draw a camera about a place, or None where it would stand in a house or have one in between.

    Distances are log-uniform. Plate cameras hang as such cameras do: over the lane, traffic drives towards them.
    """
    grounds, facing = places.grounds, kind == LANE
    spot = grounds.spot(rng)
    x_m, y_m = spot.beside(0.0, 0.0)
    if kind == JUNCTION:
        mass = np.cumsum(places.junctions.weight)
        x_m, y_m = places.junctions.start_m[int(np.searchsorted(mass, rng.random() * mass[-1]))].tolist()
    away_m = math.exp(rng.uniform(*(math.log(end) for end in KINDS[kind].away_m)))
    angle = math.radians(spot.bearing_deg + rng.normal(0, 9)) if facing else rng.uniform(0, 2 * math.pi)
    from_x, from_y = x_m + away_m * math.sin(angle), y_m + away_m * math.cos(angle)
    if not (grounds.ground.open_air(from_x, from_y) and grounds.ground.sees(from_x, from_y, x_m, y_m)):
        return None
    hfov_deg = float(rng.uniform(8, 30) if facing else rng.choice([rng.uniform(28, 50), rng.uniform(50, 90)]))
    stray = 0.1 if facing else 0.3
    back = angle + math.pi + math.radians(hfov_deg * float(rng.uniform(-stray, stray)))
    at = (from_x + away_m * math.sin(back), from_y + away_m * math.cos(back), float(rng.uniform(0.3, 1.2)))
    height_m = float(rng.uniform(4.0, 8.0))
    return aimed(name, from_x, from_y, height_m, at, hfov_deg, "plate" if facing else "fixed", 80.0)


def _stage(
    places: Places, camera: Camera, kind: str, number: int, t0_ms: int, seed: int, rng: np.random.Generator
) -> tuple[Staged, ...]:
    """Put incidents into a camera's view, about as many near as far, none too near another."""
    wanted = KINDS[kind]
    staged: list[Staged] = []
    offered = _offered(places, camera, kind, rng)
    visuals = [visual for visual, most in wanted.most.items() for _ in range(most)]
    order = rng.permutation(len(visuals))
    for nth, row in enumerate(order.tolist()):
        for _ in range(6):
            if not len(offered):
                return tuple(staged)
            away = np.hypot(offered[:, 0] - camera.x_m, offered[:, 1] - camera.y_m)
            chance = 1.0 / np.maximum(away, 4.0) ** 2  # there is more ground far off: this evens the sizes out
            pick = int(rng.choice(len(offered), p=chance / chance.sum()))
            x_m, y_m = offered[pick]
            offered = np.delete(offered, pick, axis=0)
            age_s = float(rng.uniform(*wanted.age_s))
            incident = _incident(visuals[row], number * 16 + nth, x_m, y_m, t0_ms - round(1000 * age_s), seed)
            spot = spot_of(incident, places.city)
            at = shows_at(incident, spot)
            if _fits(at, camera, spot, staged, wanted.apart_m):
                staged.append(Staged(incident, at))
                break
    return tuple(staged)


def _offered(places: Places, camera: Camera, kind: str, rng: np.random.Generator) -> np.ndarray:
    """Return (k, 2) places in the picture: junctions for crashes, as in the scenarios; else on and beside lanes."""
    if kind == JUNCTION:
        at = places.junctions.start_m
        at = at[np.hypot(at[:, 0] - camera.x_m, at[:, 1] - camera.y_m) < _REACH_M]
    else:
        arcs = places.grounds.lanes_near(camera.x_m, camera.y_m, _REACH_M)
        long_m = np.array([arc.length_m for arc in arcs])
        drawn = []
        for _ in range(_OFFERED if len(arcs) else 0):
            arc = arcs[int(rng.choice(len(arcs), p=long_m / long_m.sum()))]
            spot = on_lane(arc, float(rng.uniform(0.0, 1.0)) * arc.length_m, int(rng.integers(arc.lanes)))
            drawn.append(spot.beside(0.0, 0.0 if kind == LANE else float(rng.normal(0, 4))))
        at = np.array(drawn).reshape(-1, 2)
        at = at[np.hypot(at[:, 0] - camera.x_m, at[:, 1] - camera.y_m) < _REACH_M]
    return at[in_picture(camera, np.column_stack([at, np.full(len(at), 0.3)]))] if len(at) else at


def _fits(at: tuple[float, float, float], camera: Camera, spot: Spot, staged: Sequence[Staged], apart_m: float) -> bool:
    near = any(math.hypot(at[0] - other.at[0], at[1] - other.at[1]) < apart_m for other in staged)
    return not near and bool(in_picture(camera, np.array([at]))[0])


def _incident(visual: Visual, number: int, x_m: float, y_m: float, t_ms: int, seed: int) -> Incident:
    plate = plate_of(int(draw_u32(seed, "encounter plate", number))) if visual is Visual.LISTED_PLATE else ""
    return Incident(
        number, t_ms, Service.POLICE, visual.value, 2, -1, float(x_m), float(y_m), visual, _VISIBLE_MS, 0, False, False,
        plate,
    )  # fmt: skip
