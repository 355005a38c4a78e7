"""Single actors written one at a time, for staged scenes; many of them become one scene."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.scene import Look, Scene, empty_scene


@dataclass(frozen=True, slots=True)
class Actor:
    """One actor at one instant; fields as in :class:`twin.scene.Scene`."""

    look: Look
    x_m: float
    y_m: float
    bearing_deg: float
    size_m: tuple[float, float, float]
    variant: int
    track_id: int
    incident_id: int = -1
    z_m: float = 0.0
    roll_deg: float = 0.0
    phase: float = 0.0
    plate: str = ""
    speed_ms: float = 0.0
    state: int = 0


def scene_of(t_ms: int, actors: Sequence[Actor]) -> Scene:
    """Return actors as one scene, in the order given."""
    if not actors:
        return empty_scene(t_ms)
    return Scene(
        t_ms,
        look=np.array([a.look for a in actors], np.uint8),
        xyz_m=np.array([(a.x_m, a.y_m, a.z_m) for a in actors]),
        bearing_deg=np.array([a.bearing_deg % 360.0 for a in actors]),
        roll_deg=np.array([a.roll_deg for a in actors]),
        size_m=np.array([a.size_m for a in actors], dtype=np.float64),
        phase=np.array([a.phase % 1.0 for a in actors]),
        variant=np.array([a.variant for a in actors], np.uint32),
        plate=np.array([a.plate for a in actors], "<U12"),
        track_id=np.array([a.track_id for a in actors], np.int64),
        speed_ms=np.array([a.speed_ms for a in actors], dtype=np.float64),
        incident_id=np.array([a.incident_id for a in actors], np.int64),
        state=np.array([a.state for a in actors], np.uint8),
    )
