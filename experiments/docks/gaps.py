"""Gaps: ground in the open where incidents are expected and no camera sees, by day and at night."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.placement.demand import demand_in
from experiments.placement.expected_incidents import incident_elements
from experiments.placement.watched import load_watched
from experiments.placement.zones import area_of
from sensors.cameras import CameraFleet
from sensors.night import lamps_of, night_reach_m
from sensors.optics import load_dori
from sensors.poses import poses_of
from sensors.visibility import visibility
from twin.city import City
from twin.city.heights import HeightRaster

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Gaps:
    """n cells of ground in the open.

    Attributes:
        xyz_m: (n, 3) targets above their middles.
        weight: (n,) share of the incidents in the open that are expected there.
        open_to: by ``day`` and ``night`` (n,) which of them no camera has in view then.
        cell_m: side of a cell.
    """

    xyz_m: Floats
    weight: Floats
    open_to: dict[str, Bools]
    cell_m: float

    def share(self, light: str) -> float:
        """Return the share of the incidents in the open that no camera has in view."""
        return float(self.weight[self.open_to[light]].sum())


def gaps_of(city: City, heights: HeightRaster, cameras: CameraFleet, scenario: str, cell_m: float) -> Gaps:
    """Return the gaps of a fleet of cameras.

    A cell is seen where a camera has it at «detect» or better; at night only as far as its infrared light carries, or
    where street lamps light.

    Args:
        city: streets, squares, schools.
        heights: what stands in the way.
        cameras: those there are.
        scenario: whose rates say where incidents in the open are expected.
        cell_m: side of a cell.

    Raises:
        InputError: the scenario has no incident in the open that cameras know.
    """
    demand = demand_in(city, area_of(city, None).shape, heights, load_watched(), cell_m)
    xyz_m, _, elements = incident_elements(city, demand, scenario)
    weight = elements.weight.reshape(len(demand), -1).sum(axis=1)
    held = weight > 0
    xyz_m, weight = xyz_m[held], weight[held]
    poses, lamps = poses_of(cameras), lamps_of(city)
    found = visibility(poses.fleet, heights, xyz_m, least_px_m=float(load_dori().bounds_px_m[0]))
    pose = np.repeat(np.arange(len(poses)), np.diff(found.indptr))
    at = xyz_m[found.point]
    away_m = np.hypot(at[:, 0] - poses.fleet.x_m[pose], at[:, 1] - poses.fleet.y_m[pose])
    dark = (away_m <= night_reach_m(poses.fleet)[pose]) | lamps.light(xyz_m)[found.point]
    by_day, by_night = np.ones(len(weight), dtype=bool), np.ones(len(weight), dtype=bool)
    by_day[found.point], by_night[found.point[dark]] = False, False
    return Gaps(xyz_m, weight, {"day": by_day, "night": by_night}, cell_m)
