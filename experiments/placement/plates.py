"""Passages of vehicles along streets, and the chance that a camera's recogniser reads their plates there."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from scipy.sparse import csr_array

from experiments.footage.sky import SkyOver
from experiments.placement.elements import Elements, csr_of, time_shares
from experiments.placement.expected_incidents import NARROWEST
from scenarios.places import TRAFFIC_BY_CLASS
from scenarios.read import read_scenario
from sensors.cameras import CameraFleet
from sensors.capture import load_capture
from sensors.fitted import load_fitted
from sensors.sightline import Floats
from sensors.visibility import Visibility
from twin.city import City
from twin.errors import InputError

EVERY_M: Final = 10.0


def plate_elements(city: City, area: shapely.Geometry, scenario_name: str) -> tuple[Floats, float, Elements]:
    """Return the points, the least density of use, and an element for each stretch of street of 10 m.

    The weight of a stretch is its share of the traffic in the area. A camera covers it with the chance that the fitted
    model reads a plate at the density there, in the light of the scenario's middle; only where the angle of incidence
    is within the capture conditions, since beyond them no plate is read however near.

    Raises:
        InputError: no street of the area carries vehicles.
    """
    points, way, weight = _stretches(city, area, load_capture().plate.height_m)
    if not len(points):
        raise InputError("plan for plates", "no street of the area carries vehicles")
    scenario, model, needs = read_scenario(scenario_name), load_fitted(), load_capture().plate
    zoned = scenario.start.replace(tzinfo=ZoneInfo(str(city.manifest["timezone"])))
    light, weather = SkyOver(city, zoned, scenario.weather).light_at(scenario.duration_ms // 2)
    most = np.cos(np.radians([needs.most_horizontal_deg, needs.most_vertical_deg]))

    def cover(fleet: CameraFleet, seen: Visibility) -> csr_array:
        row = np.repeat(np.arange(len(seen)), np.diff(seen.indptr))
        east, north = fleet.x_m[row] - points[seen.point, 0], fleet.y_m[row] - points[seen.point, 1]
        far = np.maximum(np.hypot(east, north), 1e-9)
        level = np.abs(east * way[seen.point, 0] + north * way[seen.point, 1]) / far
        steep = far / np.hypot(far, fleet.height_m[row] - needs.height_m)
        density = model.density(seen.px_per_m, fleet.width_px[row])
        chance = model.plate.p_read(density, light, weather, facing=True) * time_shares(fleet)[row]
        kept = (level >= most[0]) & (steep >= most[1]) & (chance > 0)
        indptr = np.concatenate([[0], np.cumsum(kept)])[seen.indptr]
        return csr_of(indptr, seen.point[kept], chance[kept].astype(np.float32), (len(seen), seen.points))

    unit = f"traffic, plates read by the fitted model, {light}"
    return points, model.plate.px_per_m.low * NARROWEST, Elements(weight / weight.sum(), cover, unit)


def _stretches(city: City, area: shapely.Geometry, height_m: float) -> tuple[Floats, Floats, Floats]:
    """Return middles (n, 3) of stretches of drivable street in the area, the unit way there, and their traffic."""
    streets = city.streets[city.streets["drive"].to_numpy(dtype=bool)]
    streets = streets[shapely.intersects(streets.geometry.to_numpy(), area)]
    lines, length_m = streets.geometry.to_numpy(), streets["length_m"].to_numpy(np.float64)
    count = np.maximum(np.rint(length_m / EVERY_M), 1).astype(np.int64)
    street = np.repeat(np.arange(len(lines)), count)
    along = (np.arange(len(street)) - np.repeat(np.cumsum(count) - count, count) + 0.5) / count[street]
    near = [
        shapely.get_coordinates(shapely.line_interpolate_point(lines[street], part, normalized=True)).reshape(-1, 2)
        for part in (along, np.maximum(along - 1e-3, 0.0), np.minimum(along + 1e-3, 1.0))
    ]
    way = near[2] - near[1]
    way /= np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-9)[:, None]
    traffic = streets["street_class"].map(TRAFFIC_BY_CLASS).fillna(0.0).to_numpy(np.float64)
    weight = (traffic * length_m / count)[street]
    inside = shapely.contains_xy(area, near[0][:, 0], near[0][:, 1]) & (weight > 0)
    points = np.column_stack([near[0], np.full(len(street), height_m)])
    return points[inside], way[inside], weight[inside]
