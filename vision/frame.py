"""A frame: the picture a camera took and the truth of what is in it; and the interface every renderer has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from sensors.cameras import Camera
from twin.scene import Scene
from twin.sky import Sky

if TYPE_CHECKING:
    from vision.render.faults import Faults


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

    @property
    def occlusion(self) -> NDArray[np.float32]:
        """(n,) float32 in [0, 1], the share of the object that others, or the picture's edge, hide."""
        return np.asarray(1.0 - self.visible, np.float32)

    @property
    def height_px(self) -> NDArray[np.float32]:
        """(n,) float32 height of the whole object in pixels, hidden parts too."""
        return np.asarray(self.full_box[:, 3] - self.full_box[:, 1], np.float32)


NO_CLASS: Final = 255


@dataclass(frozen=True)
class Frame:
    """One picture; its masks are made when they are asked for.

    Attributes:
        camera_id: who took it.
        t_ms: when.
        image: (height_px, width_px, 3) uint8, RGB.
        truth: what is in it.
        sky: the light and weather it was taken in.
        ids: (height_px, width_px) what the renderer drew where, or None for a picture that came without.
        row_of: (ids,) int32, the truth's row of each id, -1 for none.
        blind: it was taken inside a building: dark, and nothing is in it.
    """

    camera_id: str
    t_ms: int
    image: NDArray[np.uint8]
    truth: Truth
    sky: Sky
    ids: NDArray[np.integer] | None = None
    row_of: NDArray[np.int32] | None = None
    blind: bool = False

    @property
    def instance_mask(self) -> NDArray[np.int32]:
        """(height_px, width_px) int32, the truth's row each pixel shows, or -1; a plate lies before its vehicle.

        Raises:
            ValueError: the picture came without the ids of what was drawn.
        """
        if self.ids is None or self.row_of is None:
            raise ValueError(f"the frame of {self.camera_id} at {self.t_ms} ms has no masks: it was not drawn here")
        return np.asarray(self.row_of[self.ids])

    @property
    def class_mask(self) -> NDArray[np.uint8]:
        """(height_px, width_px) uint8, the row in ``DETECTOR_CLASSES`` each pixel shows, or :data:`NO_CLASS`.

        Raises:
            ValueError: the picture came without the ids of what was drawn.
        """
        return np.append(self.truth.cls, np.uint8(NO_CLASS))[self.instance_mask]


class Renderer(Protocol):
    """Draws frames of one city. Made once for a city, asked often; ``close`` frees what it holds."""

    name: str

    def render(self, camera: Camera, scene: Scene, sky: Sky, seed: int, faults: Faults | None = None) -> Frame:
        """Return the frame; the same arguments give the same pixels on the same machine.

        Args:
            camera: who takes it.
            scene: who is there.
            sky: light and weather.
            seed: of noise, rain and snow, and of the camera's faults.
            faults: of the camera; its usual ones when None.
        """
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
