"""A frame: the picture a camera took and the truth of what is in it; and the interface every renderer has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sensors.cameras import Camera
from twin.scene import Scene
from twin.sky import Sky


@dataclass(frozen=True)
class Truth:
    """What is really in a frame, one row per visible object; ``n`` may be 0.

    Attributes:
        cls: (n,) uint8, row in ``DETECTOR_CLASSES``.
        box: (n, 4) float32, pixels ``x1 y1 x2 y2``, origin top left: around the visible pixels.
        full_box: (n, 4) float32, the same around the whole object, not clipped by what hides it or by the frame.
        visible: (n,) float32 in [0, 1], the share of the object's own pixels that can be seen.
        distance_m: (n,) float32 from the camera.
        track_id: (n,) int64, the actor's id; a plate has its vehicle's.
        plate: (n,) str, plate text for a plate or the vehicle that wears it, else "".
        plate_corners: (n, 4, 2) float32, pixels, from top left clockwise, for plates; NaN elsewhere.
        incident_id: (n,) int64, or -1.
    """

    cls: NDArray[np.uint8]
    box: NDArray[np.float32]
    full_box: NDArray[np.float32]
    visible: NDArray[np.float32]
    distance_m: NDArray[np.float32]
    track_id: NDArray[np.int64]
    plate: NDArray[np.str_]
    plate_corners: NDArray[np.float32]
    incident_id: NDArray[np.int64]

    def __post_init__(self) -> None:
        n = len(self.cls)
        for name, wanted in {"box": (n, 4), "full_box": (n, 4), "plate_corners": (n, 4, 2)}.items():
            if getattr(self, name).shape != wanted:
                raise ValueError(f"{name} must have shape {wanted}, but has {getattr(self, name).shape}")

    def __len__(self) -> int:
        return len(self.cls)


@dataclass(frozen=True)
class Frame:
    """One picture.

    Attributes:
        camera_id: who took it.
        t_ms: when.
        image: (height_px, width_px, 3) uint8, RGB.
        truth: what is in it.
        sky: the light and weather it was taken in.
    """

    camera_id: str
    t_ms: int
    image: NDArray[np.uint8]
    truth: Truth
    sky: Sky


class Renderer(Protocol):
    """Draws frames of one city. Made once for a city, asked often; ``close`` frees what it holds."""

    name: str

    def render(self, camera: Camera, scene: Scene, sky: Sky, seed: int) -> Frame:
        """Return the frame; the same arguments give the same pixels on the same machine."""
        ...

    def close(self) -> None:
        """Free the graphics context."""
        ...


def truth_as_rows(truth: Truth) -> list[Mapping[str, object]]:
    """Return the truth as plain rows for JSON."""
    return [
        {
            "cls": int(truth.cls[i]),
            "box": [round(float(v), 1) for v in truth.box[i]],
            "visible": round(float(truth.visible[i]), 3),
            "track_id": int(truth.track_id[i]),
            "plate": str(truth.plate[i]),
            "incident_id": int(truth.incident_id[i]),
        }
        for i in range(len(truth))
    ]
