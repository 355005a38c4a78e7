"""A camera inside a wall: it delivers dark frames, says so once, and its frames are counted."""

from __future__ import annotations

import warnings
from collections import Counter

import numpy as np
import shapely

from sensors.cameras import Camera
from twin.city import City
from twin.scene import Scene
from twin.sky import Sky
from vision.frame import Frame
from vision.render.shot import take_shot
from vision.render.truth import truth_of

ON_WALL_M = 0.3  # a camera this deep in a facade still counts as mounted on it
DARK = 8  # grey level of a sensor that gets no light


class Blindness:
    """Knows which cameras of a city hang inside its buildings.

    Attributes:
        frames: dark frames delivered, by camera.
    """

    def __init__(self, city: City) -> None:
        self._city = city
        self._known: dict[tuple[float, float, float], int] = {}
        self.frames: Counter[str] = Counter()

    def frame(self, camera: Camera, scene: Scene, sky: Sky) -> Frame | None:
        """Return the dark frame of a camera inside a building, without a row in its truth; None for one that sees."""
        building = self.building_round(camera)
        if building < 0:
            return None
        if not self.frames[camera.id]:
            warnings.warn(
                f"camera {camera.id} hangs {camera.height_m:g} m high inside building {building}, which is "
                f"{self._city.buildings['height_m'].iloc[building]:g} m high: its frames are dark and nothing is seen "
                "in them; move it out of the walls or above the roof",
                stacklevel=3,
            )
        self.frames[camera.id] += 1
        shot = take_shot(camera, scene.take(np.zeros(0, np.intp)), sky)
        ids = np.zeros((camera.height_px, camera.width_px), np.uint16)
        truth, row = truth_of(ids, shot.items, scene, shot.lens)
        image = np.full((*ids.shape, 3), DARK, np.uint8)
        return Frame(camera.id, scene.t_ms, image, truth, sky, ids, row, blind=True)

    def building_round(self, camera: Camera) -> int:
        """Return the row of the building that a camera is inside of, or -1."""
        place = camera.x_m, camera.y_m, camera.height_m
        if place not in self._known:
            buildings = self._city.buildings
            near = np.sort(buildings.sindex.query(shapely.Point(camera.x_m, camera.y_m), predicate="within"))
            higher = near[buildings["height_m"].to_numpy(float)[near] > camera.height_m]
            deep = [row for row in higher if self._depth_m(int(row), camera) > ON_WALL_M]
            self._known[place] = int(deep[0]) if deep else -1
        return self._known[place]

    def _depth_m(self, row: int, camera: Camera) -> float:
        return float(self._city.buildings.geometry.iloc[row].boundary.distance(shapely.Point(camera.x_m, camera.y_m)))
