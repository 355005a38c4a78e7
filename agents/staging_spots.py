"""Where an incident shows: on the carriageway, at its edge, at a wall, or on the lane to a junction."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely

from agents.ambient.rates import LANE_OCCUPANCY
from twin.city import City
from twin.records import Incident, Visual
from twin.streams import draw_unit

SHORT_M: Final = 35.0
KERB_STEP_M: Final = 4.0
KERB_STEPS: Final = 15  # how far along its street an incident may be shifted to find a free kerb: 56 m
OTHERS_M: Final = 4.0
WALL_M: Final = 12.0
LANE_M: Final = 3.5
STAND_BACK_M: Final = 24.0  # before the junction's middle, where a listed car stops


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an incident shows, and how the street lies there.

    Attributes:
        x_m, y_m: the middle of it.
        along_deg: the street's bearing; for a listed car the way it drives.
        half_m: half the carriageway's width.
        off_m: how far the spot lies to the right of the street's middle line.
        wall: nearest point of a wall that a fire may climb and the bearing out of it, or None.
    """

    x_m: float
    y_m: float
    along_deg: float
    half_m: float
    off_m: float
    wall: tuple[float, float, float] | None = None


def spot_of(incident: Incident, city: City) -> Spot:
    """Return where an incident shows: on the carriageway, at its edge, at a wall, or on the lane to the junction."""
    street = _nearest_street(city, incident.x_m, incident.y_m, incident.visual)
    if street is None:
        return Spot(incident.x_m, incident.y_m, 0.0, 3.5, 0.0)
    line, half_m, oneway = street
    if incident.visual == Visual.LISTED_PLATE:
        return _lane_spot(incident, line, half_m)
    spot = _beside(line, half_m, incident.x_m, incident.y_m)
    if incident.visual == Visual.CRASH:
        near = max(-half_m + 1.5, min(spot.off_m, half_m - 1.5)) if half_m > 1.5 else 0.0
        return moved(_middle(spot), spot.off_m if abs(spot.off_m) <= half_m else near)
    return _at_edge(incident, line, oneway, spot, city)


def _beside(line: shapely.LineString, half_m: float, x_m: float, y_m: float) -> Spot:
    """Return a place as seen from a street: how far it lies to the right of its middle line."""
    point = shapely.Point(x_m, y_m)
    return _along(line, half_m, line.project(point), point)


def _along(line: shapely.LineString, half_m: float, along_m: float, point: shapely.Point | None = None) -> Spot:
    """Return the spot at a distance along a street, on its middle line or, with a point, as far off as that lies."""
    foot, ahead = line.interpolate(along_m), line.interpolate(min(along_m + 1.0, line.length))
    behind = line.interpolate(max(along_m - 1.0, 0.0))
    along_deg = math.degrees(math.atan2(ahead.x - behind.x, ahead.y - behind.y)) % 360.0
    if point is None:
        return Spot(foot.x, foot.y, along_deg, half_m, 0.0)
    right = right_of(along_deg)
    off_m = (point.x - foot.x) * right[0] + (point.y - foot.y) * right[1]
    return moved(Spot(foot.x, foot.y, along_deg, half_m, 0.0), off_m)


def _middle(spot: Spot) -> Spot:
    """Return the place on the street's middle line beside a spot."""
    right = right_of(spot.along_deg)
    x_m, y_m = spot.x_m - right[0] * spot.off_m, spot.y_m - right[1] * spot.off_m
    return Spot(x_m, y_m, spot.along_deg, spot.half_m, 0.0)


def _nearest_street(
    city: City, x_m: float, y_m: float, visual: Visual
) -> tuple[shapely.LineString, float, bool] | None:
    """Return line, half width and one-way of the nearest street with traffic; among equals the busiest, the lowest row.

    But for a crash, streets shorter than ``SHORT_M`` (the inside of a crossing) count as 25 m farther than they are;
    for a listed car those do that lead away from the place, and the line runs towards it.
    """
    point, streets = shapely.Point(x_m, y_m), city.streets
    for reach_m in (60.0, 400.0):
        rows = np.sort(streets.sindex.query(point, predicate="dwithin", distance=reach_m))
        part = streets.iloc[rows]
        kept = (part["drive"] & part["street_class"].isin(list(LANE_OCCUPANCY))).to_numpy(dtype=bool)
        if kept.any():
            break
    else:
        return None
    part, lines = part[kept], np.asarray(part.geometry.to_numpy())[kept]
    away = shapely.distance(lines, point)
    away += 25.0 * ((visual != Visual.CRASH) & (shapely.length(lines) < SHORT_M))
    leaves = shapely.line_locate_point(lines, point) < shapely.length(lines) / 2
    away += 25.0 * ((visual == Visual.LISTED_PLATE) & leaves & part["oneway"].to_numpy(dtype=bool))
    busy = np.array([LANE_OCCUPANCY[name] for name in part["street_class"]])
    best = int(np.lexsort((rows[kept], -busy, np.round(away, 1)))[0])
    oneway = bool(part["oneway"].iat[best])
    turned = visual == Visual.LISTED_PLATE and leaves[best] and not oneway
    return shapely.reverse(lines[best]) if turned else lines[best], float(part["width_m"].iat[best]) / 2, oneway


def _lane_spot(incident: Incident, line: shapely.LineString, half_m: float) -> Spot:
    """Return where a listed car stops: on the kerb lane, short of the end of its street."""
    along_m = line.project(shapely.Point(incident.x_m, incident.y_m))
    stop_m = max(min(along_m, line.length - STAND_BACK_M), line.length / 2)
    return moved(_along(line, half_m, stop_m), max(half_m - LANE_M / 2, half_m / 2))


def _at_edge(incident: Incident, line: shapely.LineString, oneway: bool, spot: Spot, city: City) -> Spot:
    """Return a place at the carriageway's edge or on the pavement, outdoors and off all other carriageways.

    The street is followed away from the incident until such a place is found; a wall is named where one is near.
    Left of a one-way street there is often only a strip between two carriageways, so it is not taken.
    """
    side = math.copysign(1.0, spot.off_m) if abs(spot.off_m) > 0.2 else (1.0 if drawn(incident, "side") < 0.5 else -1.0)
    sides = (1.0,) if oneway else (side, -side)
    out_m = max(min(abs(spot.off_m), spot.half_m + 2.4), spot.half_m - 0.6 + 2.2 * drawn(incident, "edge"))
    start_m = line.project(shapely.Point(incident.x_m, incident.y_m))
    steps_m = [sign * KERB_STEP_M * k for k in range(KERB_STEPS) for sign in (1.0, -1.0)]
    tries = [start_m + step for step in steps_m if 0.0 <= start_m + step <= line.length] or [start_m]
    for along_m, way in [(along_m, way) for along_m in tries for way in sides]:
        placed = moved(_along(line, spot.half_m, along_m), way * out_m)
        if _clear(placed, line, city):
            return _with_wall(placed, city)
    return _with_wall(moved(_along(line, spot.half_m, start_m), side * max(spot.half_m - 0.9, 0.0)), city)


def _clear(spot: Spot, own: shapely.LineString, city: City) -> bool:
    """Return whether a place is a metre off every house and 4 m off every carriageway but its own street's.

    That keeps it out of junctions and off the strips between carriageways.
    """
    point, streets = shapely.Point(spot.x_m, spot.y_m), city.streets
    if len(city.buildings.sindex.query(point, predicate="dwithin", distance=1.0)):
        return False
    rows = streets.sindex.query(point, predicate="dwithin", distance=25.0)
    lines, half_m = streets.geometry.to_numpy()[rows], streets["width_m"].to_numpy()[rows] / 2
    others = streets["drive"].to_numpy()[rows] & ~shapely.equals(lines, own)
    return not (shapely.distance(lines, point) < half_m + OTHERS_M)[others].any()


def _with_wall(spot: Spot, city: City) -> Spot:
    """Return the spot with the nearest wall within 12 m that a fire may climb."""
    point, houses = shapely.Point(spot.x_m, spot.y_m), city.buildings.geometry.to_numpy()
    near = np.sort(city.buildings.sindex.query(point, predicate="dwithin", distance=WALL_M))
    if not len(near):
        return spot
    nearest = houses[near[int(shapely.distance(houses[near], point).argmin())]]
    foot = shapely.shortest_line(nearest, point).coords[0]
    outward = math.degrees(math.atan2(point.x - foot[0], point.y - foot[1])) % 360.0
    return replace(spot, wall=(foot[0], foot[1], outward))


def right_of(bearing_deg: float) -> tuple[float, float]:
    """Return the unit step (east, north) to the right of a bearing."""
    angle = math.radians(bearing_deg)
    return math.cos(angle), -math.sin(angle)


def ahead_of(bearing_deg: float) -> tuple[float, float]:
    """Return the unit step (east, north) along a bearing."""
    angle = math.radians(bearing_deg)
    return math.sin(angle), math.cos(angle)


def moved(spot: Spot, right_m: float) -> Spot:
    """Return the spot so far to the right of a place on the street's middle line."""
    right = right_of(spot.along_deg)
    return Spot(spot.x_m + right[0] * right_m, spot.y_m + right[1] * right_m, spot.along_deg, spot.half_m, right_m)


def drawn(incident: Incident, purpose: str, *ids: int) -> float:
    """Return a uniform number in (0, 1) tied to the incident's place."""
    return float(draw_unit(0, f"staging {purpose}", round(10 * incident.x_m), round(10 * incident.y_m), *ids))
