"""A camera on the server: colour, instances and depth through one lens, taken in one tick and matched by its number."""

from __future__ import annotations

import contextlib
import math
import queue
import time
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sensors.cameras import Camera
from vision.carla.images import actor_ids_of, depth_m_of, rgb_of
from vision.carla.place import Origin, transform
from vision.carla.session import CarlaFault, Session
from vision.carla.troupe import ROLE

KINDS: Final = ("rgb", "instance_segmentation", "depth")
PINHOLE: Final = {"lens_circle_multiplier": "0.0", "lens_k": "0.0", "lens_kcube": "0.0", "sensor_tick": "0.0"}
"""CARLA's own distortion is off: its formula is another than ours, and the lens is ours to bend afterwards."""
PLAIN: Final = {
    "motion_blur_intensity": "0.0", "chromatic_aberration_intensity": "0.0", "lens_flare_intensity": "0.0",
    "exposure_mode": "histogram", "exposure_speed_up": "20.0", "exposure_speed_down": "20.0",
}  # fmt: skip
"""Of the camera's faults CARLA draws none, so that they are ours as in any other footage; exposure adapts within some
ticks (assumed)."""
SETTLE_TICKS: Final = 12
"""Ticks before the first picture from a new view or in a new light: exposure and the engine's smoothing over time
settle (assumed)."""
DRAIN_S: Final = 1.0
"""How long a tick's pictures are waited for that nobody looks at."""
SLID_M, TURNED_DEG = 10.0, 20.0
"""A camera that moves or turns less between frames flies or turns, and its picture goes on (assumed)."""


@dataclass(frozen=True)
class Views:
    """What one tick shows through one lens.

    Attributes:
        rgb: (height, width, 3) uint8.
        actor_ids: (height, width) int32, lowest 16 bits of the actor's id, or -1.
        depth_m: (height, width) float32 along the optical axis.
        frame: number of the tick.
    """

    rgb: NDArray[np.uint8]
    actor_ids: NDArray[np.int32]
    depth_m: NDArray[np.float32]
    frame: int


class Eyes:
    """Three cameras in one place on one world.

    Args:
        session: the server.
        world: its world, in synchronous mode.
        origin: CARLA's zero in the city.
    """

    def __init__(self, session: Session, world: Any, origin: Origin) -> None:
        self._session, self._world, self._origin = session, world, origin
        self._library = world.get_blueprint_library()
        self._sensors: list[Any] = []
        self._pictures: list[queue.Queue[Any]] = []
        self._lens: tuple[int, int, float] | None = None
        self._view: tuple[Camera, Any] | None = None

    def settle(self, camera: Camera, light: Any) -> None:
        """Point the cameras; after a jump of the view or another light, tick until the picture has settled.

        Walkers walk on meanwhile, so actors are led to their places after it.

        Args:
            camera: where and what lens.
            light: anything that is another when the light is.
        """
        before, self._view = self._view, (camera, light)
        if before == self._view:
            return
        with self._session.doing("point the cameras"):
            self._point(camera)
            if before is None or before[1] != light or _jumps(before[0], camera):
                for _ in range(SETTLE_TICKS):
                    self._drain(self._tick())

    def look(self) -> Views:
        """Tick the server once and return what the cameras see.

        Raises:
            CarlaFault: a picture did not come in time, or the server did not answer.
        """
        with self._session.doing("look through the cameras"):
            frame = self._tick()
            rgb, instances, depth = (self._picture(k, frame) for k in range(len(KINDS)))
        return Views(rgb_of(rgb), actor_ids_of(instances), depth_m_of(depth), frame)

    def close(self) -> None:
        """Stop the cameras and take them off the server."""
        sensors, self._sensors, self._pictures = self._sensors, [], []
        self._lens = self._view = None
        with self._session.doing("take the cameras off"):
            for sensor in sensors:
                sensor.stop()
            command = self._session.carla.command
            if sensors:
                self._session.client.apply_batch_sync([command.DestroyActor(int(each.id)) for each in sensors], False)

    def _point(self, camera: Camera) -> None:
        lens = (camera.width_px, camera.height_px, camera.hfov_deg)
        there = self._origin.there(camera.x_m, camera.y_m, camera.height_m)
        at = transform(self._session.carla, there, camera.bearing_deg, camera.pitch_deg)
        if self._lens != lens:
            view = self._view
            self.close()
            self._view = view
            for kind in KINDS:
                self._spawn(kind, camera, at)
            self._lens = lens
        else:
            for sensor in self._sensors:
                sensor.set_transform(at)

    def _spawn(self, kind: str, camera: Camera, at: Any) -> None:
        blueprint = self._library.find(f"sensor.camera.{kind}")
        fields = {
            "image_size_x": str(camera.width_px), "image_size_y": str(camera.height_px),
            "fov": f"{camera.hfov_deg:.6f}", "role_name": ROLE, **PINHOLE, **(PLAIN if kind == "rgb" else {}),
        }  # fmt: skip
        for name, value in fields.items():
            if blueprint.has_attribute(name):
                blueprint.set_attribute(name, value)
        sensor = self._world.spawn_actor(blueprint, at)
        self._sensors.append(sensor)
        pictures: queue.Queue[Any] = queue.Queue()
        self._pictures.append(pictures)
        sensor.listen(pictures.put)

    def _tick(self) -> int:
        return int(self._world.tick(self._session.address.timeout_s))

    def _drain(self, frame: int) -> None:
        """Let a tick's pictures go. A camera just put on may miss its first ticks, so none is insisted on."""
        end = time.monotonic() + min(DRAIN_S, self._session.address.timeout_s / SETTLE_TICKS)
        for pictures in self._pictures:
            with contextlib.suppress(queue.Empty):
                while pictures.get(timeout=max(0.0, end - time.monotonic())).frame < frame:
                    pass

    def _picture(self, which: int, frame: int) -> Any:
        """Return one camera's picture of a tick; earlier ones are let go."""
        end = time.monotonic() + self._session.address.timeout_s
        while True:
            try:
                image = self._pictures[which].get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise CarlaFault(
                    f"draw with CARLA at {self._session.address}",
                    f"the {KINDS[which].replace('_', ' ')} picture of tick {frame} did not come in "
                    f"{self._session.address.timeout_s:.0f} s",
                ) from None
            if image.frame == frame:
                return image
            if image.frame > frame:
                raise CarlaFault(
                    f"draw with CARLA at {self._session.address}",
                    f"picture {image.frame} came in place of {frame}: somebody else ticks this server; give it to one "
                    "program alone",
                )


def _jumps(before: Camera, after: Camera) -> bool:
    """Return whether a camera shows another place, rather than flying or turning on."""
    steps = (before.x_m - after.x_m, before.y_m - after.y_m, before.height_m - after.height_m)
    turned = abs((before.bearing_deg - after.bearing_deg + 180.0) % 360.0 - 180.0)
    tilted = abs(before.pitch_deg - after.pitch_deg)
    lens = (before.width_px, before.height_px, before.hfov_deg) != (after.width_px, after.height_px, after.hfov_deg)
    return lens or math.hypot(*steps) > SLID_M or max(turned, tilted) > TURNED_DEG
