"""Footage: the everyday street, the incidents and the sky joined into frames of one camera."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from agents.ambient import Ambient, Closure
from agents.staging import stage
from agents.staging_spots import Spot, spot_of
from experiments.footage.viewpoints import View, aimed, busiest_junctions, plate_camera, spotlight_camera, view_of
from sensors.cameras import Camera
from twin.city import City
from twin.records import Incident, Visual
from twin.scene import VEHICLES, Scene, join_scenes
from twin.sky import Sky
from vision.frame import Frame, Renderer

__all__ = [
    "Shooter", "View", "aimed", "busiest_junctions", "frame_times_ms", "plate_camera", "spotlight_camera", "view_of",
]  # fmt: skip

_CLOSED_M: Final = {Visual.CRASH: 4.5, Visual.PERSON_LYING: 1.3, Visual.FIRE: 1.5, Visual.LISTED_PLATE: 1.0}
_FAR_M: Final = 70.0  # how far off an incident can still show before a camera


class Skies(Protocol):
    """Sun, light and weather by simulated time."""

    def at(self, t_ms: int) -> Sky:
        """Return the sky at a simulated time."""
        ...


def frame_times_ms(t0_ms: int, t1_ms: int, fps: float) -> list[int]:
    """Return the times of the frames in [t0, t1), in whole milliseconds.

    >>> frame_times_ms(1000, 2000, 5)
    [1000, 1200, 1400, 1600, 1800]
    """
    count = math.ceil((t1_ms - t0_ms) * fps / 1000.0)
    return [t0_ms + round(i * 1000.0 / fps) for i in range(count)]


class Shooter:
    """Takes frames of a city: asks who is in the picture, and lets the renderer draw them.

    Args:
        city: streets and houses.
        renderer: draws this city.
        ambient: its traffic and walkers.
        skies: its light and weather.
        seed: of noise and camera faults.
    """

    def __init__(self, city: City, renderer: Renderer, ambient: Ambient, skies: Skies, seed: int) -> None:
        self._city, self._renderer, self._ambient = city, renderer, ambient
        self._skies, self._seed = skies, seed
        self._spots: dict[Incident, Spot] = {}

    def frames(
        self,
        camera: Camera,
        t0_ms: int,
        t1_ms: int,
        fps: float,
        incidents: Sequence[Incident] = (),
        arrived_ms: Mapping[int, int] | None = None,
    ) -> Iterator[Frame]:
        """Yield the frames of a camera in [t0, t1).

        Args:
            camera: who looks.
            t0_ms: first moment, simulated time.
            t1_ms: end, not included.
            fps: frames a second.
            incidents: those that may be in view; others do no harm.
            arrived_ms: when the first team arrived, by incident id.
        """
        for t_ms in frame_times_ms(t0_ms, t1_ms, fps):
            yield self.frame(camera, t_ms, incidents, arrived_ms)

    def frame(
        self,
        camera: Camera,
        t_ms: int,
        incidents: Sequence[Incident] = (),
        arrived_ms: Mapping[int, int] | None = None,
    ) -> Frame:
        """Return one frame; the same whatever was asked before.

        All frames have one seed: a camera's faults are its own all the time, and noise is the moment's besides.
        """
        scene = self.scene(camera, t_ms, incidents, arrived_ms)
        return self._renderer.render(camera, scene, self._skies.at(t_ms), self._seed)

    def scene(
        self,
        camera: Camera,
        t_ms: int,
        incidents: Sequence[Incident] = (),
        arrived_ms: Mapping[int, int] | None = None,
    ) -> Scene:
        """Return everybody near what a camera looks at; nobody drives through an incident."""
        x_m, y_m, radius_m = watched(camera)
        near = [i for i in incidents if math.hypot(i.x_m - x_m, i.y_m - y_m) < radius_m + _FAR_M]
        staged = [stage(i, t_ms, self._city, (arrived_ms or {}).get(i.id), self._spot(i)) for i in near]
        everyday = self._ambient.scene(t_ms, x_m, y_m, radius_m, [self._closure(i) for i in near])
        acted = join_scenes(t_ms, staged)
        return join_scenes(t_ms, [everyday.take(~overlaps(everyday, acted)), acted])

    def _spot(self, incident: Incident) -> Spot:
        if incident not in self._spots:
            self._spots[incident] = spot_of(incident, self._city)
        return self._spots[incident]

    def _closure(self, incident: Incident) -> Closure:
        spot = self._spot(incident)
        return Closure(
            spot.x_m, spot.y_m, _CLOSED_M.get(incident.visual, 0.0), incident.t_ms, incident.t_ms + incident.visible_ms
        )


def watched(camera: Camera) -> tuple[float, float, float]:
    """Return a circle (x, y, radius, in metres) that holds all a camera can make out."""
    reach_m = 300.0 if camera.kind == "drone" else 140.0 if camera.hfov_deg > 40.0 else 200.0
    angle = math.radians(camera.bearing_deg)
    half_m = reach_m / 2
    return camera.x_m + half_m * math.sin(angle), camera.y_m + half_m * math.cos(angle), half_m + 20.0


def overlaps(scene: Scene, others: Scene) -> NDArray[np.bool_]:
    """Return (n,) which actors of a scene stand where a vehicle of the other scene stands."""
    cars = others.take(np.isin(others.look, VEHICLES))
    if not len(cars) or not len(scene):
        return np.zeros(len(scene), dtype=bool)
    apart = scene.xyz_m[:, None, :2] - cars.xyz_m[None, :, :2]
    angle = np.radians(cars.bearing_deg)
    along = np.abs(apart[..., 0] * np.sin(angle) + apart[..., 1] * np.cos(angle))
    aside = np.abs(apart[..., 0] * np.cos(angle) - apart[..., 1] * np.sin(angle))
    half = scene.size_m[:, 0] / 2 + 0.2
    return np.asarray(
        ((along < cars.size_m[:, 0] / 2 + half[:, None]) & (aside < cars.size_m[:, 1] / 2 + scene.size_m[:, 1:2] / 2))
        .any(axis=1)
    )  # fmt: skip
