"""Extra actors for training frames, so that every class is frequent and of a useful size.

Places are drawn in the picture, not on the map: a pixel is taken, and what lies on the ground behind it. So near and
far things are about as frequent. Vehicles are put on lanes, some at odd angles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from agents.actors import Actor, scene_of
from agents.ambient.bodies import EMERGENCY_SIZES_M, SIZE_M, car_size, person_size
from agents.ambient.roads import Arc
from agents.staging import stage
from experiments.footage.shooter import overlaps
from experiments.recognition.training_views import Grounds, Spot, snap
from sensors.cameras import Camera
from sensors.optics import pixel_to_ground
from twin.city import City
from twin.plates import plate_of
from twin.records import Incident, Service, Visual
from twin.scene import Look, Scene, State, join_scenes

TAG: Final = 7 << 56
STREET_CHANCES: Final = {  # of at least one such thing being put into an overview
    "people": 0.5, "crowd": 0.06, "lying": 0.5, "fire": 0.42, "smoke": 0.10, "crash": 0.16, "car": 0.3, "bus": 0.34,
    "truck": 0.32, "motorcycle": 0.45, "emergency": 0.40,
}  # fmt: skip
HARMLESS: Final = ("people", "crowd", "car", "bus", "truck", "motorcycle", "emergency")
_LOOK: Final = {
    "car": Look.CAR, "bus": Look.BUS, "truck": Look.TRUCK, "motorcycle": Look.MOTORCYCLE, "emergency": Look.EMERGENCY,
}  # fmt: skip


@dataclass
class Cast:
    """Draws actors into one picture; each kind has its method, each actor its own track id."""

    city: City
    camera: Camera
    grounds: Grounds
    arcs: list[Arc]
    rng: np.random.Generator
    count: int = 0

    def scene(self, t_ms: int, chances: dict[str, float]) -> Scene:
        """Draw everything that is put into the picture."""
        makers = {"people": self.people, "crowd": self.crowd, "lying": self.lying, "fire": self.fire,
                  "smoke": self.smoke}  # fmt: skip
        parts: list[Scene] = []
        for kind, chance in chances.items():
            if self.rng.random() >= chance:
                continue
            if kind == "crash":
                part = self.crash(t_ms)
            else:
                actors = makers[kind]() if kind in makers else self.vehicles(kind)
                part = scene_of(t_ms, actors)
            before = join_scenes(t_ms, parts)
            parts.append(part.take(~(overlaps(part, before) & np.isin(part.look, list(_LOOK.values())))))
        return join_scenes(t_ms, parts)

    def place(self, least_m: float = 3.0, most_m: float = 60.0) -> tuple[float, float] | None:
        """Draw a place on the ground in the picture, outdoors and not behind a house."""
        for _ in range(20):
            u = self.rng.uniform(0.06, 0.94) * self.camera.width_px
            v = self.rng.uniform(0.12, 0.97) * self.camera.height_px
            x, y = (float(c) for c in pixel_to_ground(self.camera, u, v))
            away = float(np.hypot(x - self.camera.x_m, y - self.camera.y_m))
            if not least_m <= away <= most_m:
                continue
            if self.grounds.ground.open_air(x, y) and self.grounds.ground.sees(self.camera.x_m, self.camera.y_m, x, y):
                return x, y
        return None

    def _next(self) -> tuple[int, int]:
        """A track id and a variant."""
        self.count += 1
        return TAG + self.count, int(self.rng.integers(1 << 32))

    def people(self) -> list[Actor]:
        """A group of one to seven, walking one way, standing, or scattered."""
        place = self.place(most_m=45.0)
        if place is None:
            return []
        loose, heading = float(self.rng.uniform(0.6, 4.0)), float(self.rng.uniform(0, 360))
        together = self.rng.random() < 0.5
        group = []
        for _ in range(int(self.rng.integers(1, 8))):
            x, y = place[0] + self.rng.normal(0, loose), place[1] + self.rng.normal(0, loose)
            group.append(self._person(float(x), float(y), heading if together else float(self.rng.uniform(0, 360))))
        return group

    def crowd(self) -> list[Actor]:
        """Twelve to forty people close together, most of them facing one point."""
        place = self.place(least_m=8.0, most_m=45.0)
        if place is None:
            return []
        wide, people = float(self.rng.uniform(1.5, 5.0)), []
        for _ in range(int(self.rng.integers(12, 41))):
            dx, dy = (float(v) for v in self.rng.normal(0, wide, 2))
            faces = float(np.degrees(np.arctan2(-dx, -dy)) + self.rng.normal(0, 40))
            people.append(self._person(place[0] + dx, place[1] + dy, faces))
        return people

    def _person(self, x_m: float, y_m: float, bearing_deg: float) -> Actor:
        track, variant = self._next()
        walks = self.rng.random() < 0.7
        return Actor(
            Look.PERSON, x_m, y_m, bearing_deg, person_size(variant), variant, track,
            phase=float(self.rng.random()) if walks else 0.0, speed_ms=1.3 if walks else 0.0,
        )  # fmt: skip

    def lying(self) -> list[Actor]:
        """One or two people on the ground, at times with others standing by."""
        actors: list[Actor] = []
        for _ in range(1 + (self.rng.random() < 0.35)):
            place = self.place(most_m=float(self.rng.choice([9.0, 18.0, 32.0])))
            if place is None:
                continue
            track, variant = self._next()
            tall = person_size(variant)[2]
            actors.append(
                Actor(
                    Look.PERSON_LYING, *place, float(self.rng.uniform(0, 360)), (tall, 0.34 * tall, 0.2 * tall),
                    variant, track,
                )
            )  # fmt: skip
            for _ in range(int(self.rng.integers(0, 4)) if self.rng.random() < 0.5 else 0):
                angle, away = self.rng.uniform(0, 2 * np.pi), self.rng.uniform(0.9, 2.4)
                x, y = place[0] + away * np.sin(angle), place[1] + away * np.cos(angle)
                actors.append(self._person(float(x), float(y), float(np.degrees(angle)) + 180.0))
        return actors

    def fire(self) -> list[Actor]:
        """Flames of 0.6 to 4 m, on the ground, on a car or up a wall; smoke over most of them."""
        place = self.place(most_m=55.0)
        if place is None:
            return []
        tall = float(np.exp(self.rng.uniform(np.log(0.6), np.log(4.0))))
        wide = tall * float(self.rng.uniform(0.6, 1.1))
        u, actors, base = self.rng.random(), [], 0.05
        wall = self.grounds.ground.wall_near(*place, 12.0) if u < 0.2 else None
        spot = snap(self.arcs, *place, self.rng) if u > 0.6 else None
        if wall is not None:
            place, base = wall, float(self.rng.uniform(0.5, 6.0))
        elif spot is not None:
            base = 0.9
            actors.append(self._vehicle("car", replace(spot, x_m=place[0], y_m=place[1])))
        track, variant = self._next()
        phase = float(self.rng.random())
        actors.append(Actor(Look.FIRE, *place, 0.0, (wide, wide, tall), variant, track, z_m=base, phase=phase))
        if self.rng.random() < 0.8:
            actors.append(self._smoke(place, wide * float(self.rng.uniform(1.1, 1.9)), base + 0.7 * tall))
        return actors

    def smoke(self) -> list[Actor]:
        """Smoke without a flame in sight."""
        place = self.place(most_m=55.0)
        return [] if place is None else [self._smoke(place, float(self.rng.uniform(1.5, 5.0)), 0.0)]

    def _smoke(self, place: tuple[float, float], wide: float, base_m: float) -> Actor:
        track, variant = self._next()
        size = (wide, wide, wide * float(self.rng.uniform(1.2, 2.2)))
        drift = self.rng.normal(0, 0.2 * wide, 2)
        return Actor(
            Look.SMOKE, place[0] + float(drift[0]), place[1] + float(drift[1]), 0.0, size, variant, track,
            z_m=base_m, phase=float(self.rng.random()),
        )  # fmt: skip

    def vehicles(self, kind: str) -> list[Actor]:
        """One to three vehicles of a kind, on lanes."""
        most_m = 60.0 if self.camera.hfov_deg > 28 else 40.0
        actors = []
        for _ in range(1 + int(self.rng.integers(0, 3)) * (kind in ("car", "motorcycle"))):
            place = self.place(least_m=6.0, most_m=most_m)
            spot = snap(self.arcs, *place, self.rng) if place else None
            if spot is not None:
                actors.append(self._vehicle(kind, spot))
        return actors

    def _vehicle(self, kind: str, spot: Spot) -> Actor:
        """A vehicle on a lane; one in six turns, one in twelve stands across it."""
        track, variant = self._next()
        u = self.rng.random()
        turn = self.rng.normal(0, 2.5) if u < 0.75 else self.rng.normal(0, 25) if u < 0.92 else self.rng.uniform(0, 360)
        size = EMERGENCY_SIZES_M[variant % 3] if kind == "emergency" else SIZE_M[_LOOK[kind]]
        speed_ms, parked = float(self.rng.choice([0.0, 0.0, 8.0, 14.0])), self.rng.random() < 0.5
        state = State.PARKED if parked and not speed_ms else State.BRAKING if self.rng.random() < 0.2 else State(0)
        return Actor(
            _LOOK[kind], spot.x_m, spot.y_m, spot.bearing_deg + float(turn),
            car_size(variant) if kind == "car" else size, variant, track, phase=float(self.rng.random()),
            plate=plate_of(variant), speed_ms=speed_ms, state=state,
        )  # fmt: skip

    def read_vehicle(self, spot: Spot) -> list[Actor]:
        """The vehicle a plate camera looks at."""
        kind = str(self.rng.choice(["car", "bus", "truck", "emergency"], p=[0.84, 0.05, 0.07, 0.04]))
        actor = self._vehicle(kind, spot)
        straight = replace(actor, bearing_deg=spot.bearing_deg + float(self.rng.normal(0, 4)))
        return [straight]

    def crash(self, t_ms: int) -> Scene:
        """A crash with its people, some time after it happened."""
        place = self.place(least_m=8.0, most_m=40.0)
        spot = snap(self.arcs, *place, self.rng) if place else None
        if spot is None:
            return scene_of(t_ms, [])
        since_ms = int(self.rng.integers(1500, 120_000))
        incident = Incident(
            int(self.rng.integers(1 << 30)), t_ms - since_ms, Service.AMBULANCE, "crash", 1, 0, spot.x_m, spot.y_m,
            Visual.CRASH, 1_000_000, 0, False,
        )  # fmt: skip
        return stage(incident, t_ms, self.city, t_ms - 1000 if self.rng.random() < 0.4 else None)


def harmless(chances: dict[str, float], names: Sequence[str] = HARMLESS) -> dict[str, float]:
    """Return the chances with only what may be in a frame without an incident."""
    return {name: chance for name, chance in chances.items() if name in names}
