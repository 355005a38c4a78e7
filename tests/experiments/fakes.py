"""A renderer without pictures and a recogniser that knows the truth: footage logic in milliseconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np

from sensors.cameras import Camera
from sensors.optics import project
from twin.scene import Look, Scene
from twin.sky import Sky
from vision.detections import Detections
from vision.frame import Frame, Truth


class FlatRenderer:
    """Draws nothing, but says where every actor's box would be, without anything hiding it."""

    name = "flat"

    def __init__(self) -> None:
        self.truths: deque[Truth] = deque()
        self.seeds: list[int] = []
        self.closed = False

    def render(self, camera: Camera, scene: Scene, sky: Sky, seed: int, faults: object = None) -> Frame:
        boxes = [_box(camera, scene, row) for row in range(len(scene))]
        seen = [row for row, box in enumerate(boxes) if box is not None]
        truth = _truth(scene.take(np.array(seen, dtype=np.intp)), [boxes[row] for row in seen])
        self.truths.append(truth)
        self.seeds.append(seed)
        image = np.zeros((camera.height_px, camera.width_px, 3), np.uint8)
        image[0, 0] = [len(scene) % 256, seed % 256, 0]
        return Frame(camera.id, scene.t_ms, image, truth, sky)

    def close(self) -> None:
        self.closed = True


class KnowingRecogniser:
    """Finds exactly what a :class:`FlatRenderer` said is there."""

    def __init__(self, renderer: FlatRenderer) -> None:
        self._renderer = renderer

    def recognise(self, images: Sequence[np.ndarray], fps: float) -> list[Detections]:
        truths = [self._renderer.truths.popleft() for _ in images]
        return [_known(truth) for truth in truths]


def _box(camera: Camera, scene: Scene, row: int) -> list[float] | None:
    length, width, height = scene.size_m[row]
    angle = np.radians(scene.bearing_deg[row])
    ahead, right = np.array([np.sin(angle), np.cos(angle)]), np.array([np.cos(angle), -np.sin(angle)])
    corners = [
        [*(scene.xyz_m[row, :2] + i * length / 2 * ahead + j * width / 2 * right), scene.xyz_m[row, 2] + k * height]
        for i in (-1, 1) for j in (-1, 1) for k in (0, 1)
    ]  # fmt: skip
    uv, depth = project(camera, np.array(corners))
    if (depth < 0.5).any():
        return None
    low, high = np.maximum(uv.min(axis=0), 0), np.minimum(uv.max(axis=0), (camera.width_px, camera.height_px))
    return None if (high - low < 1).any() else [*low, *high]


def _truth(scene: Scene, boxes: list[list[float]]) -> Truth:
    n = len(scene)
    box = np.array(boxes, np.float32).reshape(n, 4)
    return Truth(
        scene.look.astype(np.uint8), box, box, np.ones(n, np.float32), np.ones(n, np.float32), scene.track_id,
        scene.plate, np.full((n, 4, 2), np.nan, np.float32), scene.incident_id,
    )  # fmt: skip


def _known(truth: Truth) -> Detections:
    worn = np.flatnonzero(truth.plate != "")
    rows = np.concatenate([np.arange(len(truth)), worn]).astype(np.intp)
    is_plate = np.arange(len(rows)) >= len(truth)
    box = truth.box[rows].copy()
    middle, size = (box[is_plate, :2] + box[is_plate, 2:]) / 2, (box[is_plate, 2:] - box[is_plate, :2]) / 10
    box[is_plate] = np.concatenate([middle - size, middle + size], axis=1)
    return Detections(
        box=box,
        score=np.full(len(rows), 0.9, np.float32),
        cls=np.where(is_plate, int(Look.PLATE), truth.cls[rows]).astype(np.uint8),
        track_id=truth.track_id[rows],
        plate=np.where(is_plate, truth.plate[rows], "").astype("<U12"),
        plate_score=np.where(is_plate, 0.9, 0.0).astype(np.float32),
    )
