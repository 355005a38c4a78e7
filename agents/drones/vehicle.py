"""Where a vehicle with a listed plate is: as it is staged as long as cameras can see it, then on along the streets."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from agents.staging import stage
from agents.staging_spots import ahead_of, spot_of
from twin.city import City
from twin.records import Incident
from twin.streams import draw_one

Floats = NDArray[np.float64]
DRIVES_MS: Final = 9.0
"""Its mean speed in the city, stops included (assumed)."""


class VehicleWay:
    """The way of one vehicle, a function of time.

    Args:
        incident: of ``Visual.LISTED_PLATE``.
        city: whose streets it drives on.
        streets: of that city.
    """

    def __init__(self, incident: Incident, city: City, streets: DriveOn) -> None:
        self._incident, self._city, self._streets = incident, city, streets
        self._spot = spot_of(incident, city)
        self._last_ms = incident.t_ms + incident.visible_ms - 1
        self._line: list[Floats] = []
        self._at_m: list[float] = []

    def at(self, t_ms: int) -> Floats:
        """Return where it is (2,), or where it begins."""
        if t_ms <= self._last_ms:
            shown = stage(self._incident, max(t_ms, self._incident.t_ms), self._city, spot=self._spot)
            return np.asarray(shown.xyz_m[0, :2], dtype=np.float64)
        far_m = DRIVES_MS * (t_ms - self._last_ms) / 1000
        while not self._at_m or self._at_m[-1] < far_m:
            if not self._drive_on():
                return self._line[-1]
        x, y = (np.interp(far_m, self._at_m, [point[axis] for point in self._line]) for axis in (0, 1))
        return np.array([x, y])

    def _drive_on(self) -> bool:
        """Add the street to the next junction; False where no street leads on."""
        if not self._line:
            here = self.at(self._last_ms)
            self._line, self._at_m = [here], [0.0]
            ahead = np.array(ahead_of(self._spot.along_deg))
            self._node = self._streets.ahead(here, ahead)
            self._came = -1
            return self._add(self._streets.xy_m[self._node][None])
        choices = self._streets.out_of[self._node]
        onward = [choice for choice in choices if choice[0] != self._came] or choices
        if not onward:
            return False
        pick = int(draw_one(0, "vehicle drives on", self._incident.id, len(self._line)) * len(onward))
        to, row, turned = onward[pick]
        self._came, self._node = self._node, to
        xy = shapely.get_coordinates(self._streets.lines[row])
        return self._add((xy[::-1] if turned else xy)[1:])

    def _add(self, points: Floats) -> bool:
        for point in points:
            self._at_m.append(self._at_m[-1] + math.dist(point, self._line[-1]))
            self._line.append(point)
        return True


class DriveOn:
    """A city's drivable streets from junction to junction, one-way streets kept."""

    def __init__(self, city: City) -> None:
        streets = city.streets[city.streets["drive"].to_numpy(bool)]
        self.lines = streets.geometry.to_numpy()
        self.xy_m = shapely.get_coordinates(city.nodes.geometry.to_numpy())
        self.out_of: dict[int, list[tuple[int, int, bool]]] = defaultdict(list)
        ends = zip(streets["u"].tolist(), streets["v"].tolist(), streets["oneway"].tolist(), strict=True)
        for row, (u, v, oneway) in enumerate(ends):
            self.out_of[u].append((v, row, False))
            if not oneway:
                self.out_of[v].append((u, row, True))
        self._used = np.array(sorted(self.out_of), dtype=np.int64)

    def ahead(self, here: Floats, way: Floats) -> int:
        """Return the nearest junction that lies ahead, or the nearest of all."""
        offset = self.xy_m[self._used] - here
        far_m = np.linalg.norm(offset, axis=1)
        cost = np.where(offset @ way > 0, far_m, far_m + 1e6)
        return int(self._used[int(np.argmin(cost))])
