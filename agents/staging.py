"""Incidents as actors: a crash, somebody lying, a fire, a car with a listed plate.

``stage`` is a pure function of incident, moment and city. Nothing of an incident is there before it begins; afterwards
it can be seen for ``visible_ms``. Draws are tied to its place,
so that a camera can be aimed at what will show there before the day is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely

from agents.actors import Actor, scene_of
from agents.ambient.bodies import EMERGENCY_SIZES_M, SIZE_M, car_size, person_size
from agents.ambient.rates import LANE_OCCUPANCY
from twin.city import City
from twin.plates import plate_of
from twin.records import Incident, Service, Visual
from twin.scene import Look, Scene, empty_scene
from twin.streams import draw_u32, draw_unit

STAGED_TAG: Final = 6 << 56
SLIDE_S: Final = 1.2  # a crash comes to rest within this time
APPROACH_MS: Final = 8.0  # a listed car's speed
BRAKING_MS2: Final = 2.5
SHORT_M: Final = 35.0
KERB_STEP_M: Final = 4.0
KERB_STEPS: Final = 15  # how far along its street an incident may be shifted to find a free kerb: 56 m
OTHERS_M: Final = 4.0
WALL_M: Final = 12.0
LANE_M: Final = 3.5
STAND_BACK_M: Final = 24.0  # before the junction's middle, where a listed car stops
LEAVES_BEFORE_END_S: Final = 6.0
_TEAM_VEHICLE: Final = {Service.AMBULANCE: 0, Service.FIRE: 1, Service.POLICE: 2, Service.SECURITY: 2}


def stage(incident: Incident, t_ms: int, city: City, arrived_ms: int | None = None, spot: Spot | None = None) -> Scene:
    """Return the actors of an incident at a moment.

    Args:
        incident: what happened; ``Visual.NONE`` shows nothing.
        t_ms: the moment; before ``incident.t_ms`` or ``visible_ms`` after it the scene is empty.
        city: where it happened; streets and buildings decide where things stand.
        arrived_ms: when the first team arrived; its vehicle stands there from then on.
        spot: what :func:`spot_of` says of the incident, where the caller knows it already.
    """
    if incident.visual == Visual.NONE or not 0 <= t_ms - incident.t_ms < incident.visible_ms:
        return empty_scene(t_ms)
    play = _PLAYS[incident.visual]
    spot = spot or spot_of(incident, city)
    actors = play(incident, (t_ms - incident.t_ms) / 1000.0, spot)
    if arrived_ms is not None and t_ms >= arrived_ms:
        actors += _team(incident, spot)
    return scene_of(t_ms, actors)


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
        return _moved(_middle(spot), spot.off_m if abs(spot.off_m) <= half_m else near)
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
    right = _right(along_deg)
    off_m = (point.x - foot.x) * right[0] + (point.y - foot.y) * right[1]
    return _moved(Spot(foot.x, foot.y, along_deg, half_m, 0.0), off_m)


def _middle(spot: Spot) -> Spot:
    """Return the place on the street's middle line beside a spot."""
    right = _right(spot.along_deg)
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
    return _moved(_along(line, half_m, stop_m), max(half_m - LANE_M / 2, half_m / 2))


def _at_edge(incident: Incident, line: shapely.LineString, oneway: bool, spot: Spot, city: City) -> Spot:
    """Return a place at the carriageway's edge or on the pavement, outdoors and off all other carriageways.

    The street is followed away from the incident until such a place is found; a wall is named where one is near.
    Left of a one-way street there is often only a strip between two carriageways, so it is not taken.
    """
    side = math.copysign(1.0, spot.off_m) if abs(spot.off_m) > 0.2 else (1.0 if _u(incident, "side") < 0.5 else -1.0)
    sides = (1.0,) if oneway else (side, -side)
    out_m = max(min(abs(spot.off_m), spot.half_m + 2.4), spot.half_m - 0.6 + 2.2 * _u(incident, "edge"))
    start_m = line.project(shapely.Point(incident.x_m, incident.y_m))
    steps_m = [sign * KERB_STEP_M * k for k in range(KERB_STEPS) for sign in (1.0, -1.0)]
    tries = [start_m + step for step in steps_m if 0.0 <= start_m + step <= line.length] or [start_m]
    for along_m, way in [(along_m, way) for along_m in tries for way in sides]:
        placed = _moved(_along(line, spot.half_m, along_m), way * out_m)
        if _clear(placed, line, city):
            return _with_wall(placed, city)
    return _with_wall(_moved(_along(line, spot.half_m, start_m), side * max(spot.half_m - 0.9, 0.0)), city)


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


def _right(bearing_deg: float) -> tuple[float, float]:
    angle = math.radians(bearing_deg)
    return math.cos(angle), -math.sin(angle)


def _ahead(bearing_deg: float) -> tuple[float, float]:
    angle = math.radians(bearing_deg)
    return math.sin(angle), math.cos(angle)


def _moved(spot: Spot, right_m: float) -> Spot:
    right = _right(spot.along_deg)
    return Spot(spot.x_m + right[0] * right_m, spot.y_m + right[1] * right_m, spot.along_deg, spot.half_m, right_m)


def _u(incident: Incident, purpose: str, *ids: int) -> float:
    return float(draw_unit(0, f"staging {purpose}", round(10 * incident.x_m), round(10 * incident.y_m), *ids))


def _track(incident: Incident, nth: int) -> int:
    return STAGED_TAG + incident.id * 64 + nth


def _variant(incident: Incident, nth: int) -> int:
    return int(draw_u32(0, "staging variant", incident.id, nth))


def _person(incident: Incident, nth: int, x_m: float, y_m: float, bearing_deg: float) -> Actor:
    variant = _variant(incident, nth)
    size = person_size(variant)
    return Actor(Look.PERSON, x_m, y_m, bearing_deg, size, variant, _track(incident, nth), incident.id)


def _lying(incident: Incident, nth: int, x_m: float, y_m: float, bearing_deg: float) -> Actor:
    variant = _variant(incident, nth)
    tall = person_size(variant)[2]
    size = (tall, 0.34 * tall, 0.2 * tall)
    return Actor(Look.PERSON_LYING, x_m, y_m, bearing_deg, size, variant, _track(incident, nth), incident.id)


def _car(incident: Incident, nth: int, x_m: float, y_m: float, bearing_deg: float, **more: float | str) -> Actor:
    variant, track = _variant(incident, nth), _track(incident, nth)
    values: dict[str, float | str] = {"plate": plate_of(track), **more}
    return Actor(Look.CAR, x_m, y_m, bearing_deg, car_size(variant), variant, track, incident.id, **values)  # type: ignore[arg-type]


def _crash(incident: Incident, since_s: float, spot: Spot) -> list[Actor]:
    """Two cars, one against the side of the other; one may lie on its side or roof; people gather."""
    first_deg = spot.along_deg + 15.0 + 50.0 * _u(incident, "first") + 180.0 * (_u(incident, "way") < 0.5)
    second_deg = first_deg + (70.0 + 40.0 * _u(incident, "second")) * (1 if _u(incident, "from") < 0.5 else -1)
    roll = _roll(incident)
    left = max(0.0, 1.0 - since_s / SLIDE_S)
    slide_m = 9.0 * left**2
    ahead_1, ahead_2 = _ahead(first_deg), _ahead(second_deg)
    gap_m = 0.5 * (SIZE_M[Look.CAR][0] + SIZE_M[Look.CAR][1]) + 0.1
    x1, y1 = spot.x_m - ahead_1[0] * slide_m, spot.y_m - ahead_1[1] * slide_m
    x2, y2 = (c - a * (gap_m + slide_m) for c, a in zip((spot.x_m, spot.y_m), ahead_2, strict=True))
    speed = 18.0 * left / SLIDE_S
    actors = [
        _car(incident, 0, x1, y1, first_deg, roll_deg=roll * (1 - left), speed_ms=speed),
        _car(incident, 1, x2, y2, second_deg, speed_ms=speed),
    ]
    if since_s > SLIDE_S and _u(incident, "hurt") < 0.4:
        side = _right(first_deg)
        reach = 2.6 if _u(incident, "hurt side") < 0.5 else -2.6
        actors.append(
            _lying(incident, 2, spot.x_m + side[0] * reach, spot.y_m + side[1] * reach, 360 * _u(incident, "l"))
        )
    return actors + _onlookers(incident, since_s, spot, 2 + int(4 * _u(incident, "crowd")), 5.0)


def _roll(incident: Incident) -> float:
    """Return 0 for a car on its wheels (7 in 10), or that of one on its side or its roof."""
    u = _u(incident, "roll")
    return 0.0 if u < 0.7 else 90.0 if u < 0.8 else -90.0 if u < 0.9 else 180.0


def _onlookers(incident: Incident, since_s: float, spot: Spot, count: int, ring_m: float) -> list[Actor]:
    """People who walk up to a spot, from 4 s after it began, and stand around it facing it."""
    people = []
    for k in range(count):
        angle = 360.0 * (k + 0.7 * _u(incident, "where", k)) / max(count, 1)
        stop_m, pace = ring_m + 1.5 * _u(incident, "ring", k), 1.2 + 0.6 * _u(incident, "pace", k)
        starts_s = 4.0 + 12.0 * _u(incident, "comes", k)
        walked = pace * (since_s - starts_s)
        away_m = max(stop_m, stop_m + 10.0 - walked)
        if walked > 0:
            out = _ahead(angle)
            person = _person(incident, 8 + k, spot.x_m + out[0] * away_m, spot.y_m + out[1] * away_m, angle + 180.0)
            moving = away_m > stop_m
            people.append(_walking(person, min(walked, 10.0), pace if moving else 0.0))
    return people


def _walking(person: Actor, walked_m: float, speed_ms: float) -> Actor:
    phase = walked_m / (0.82 * person.size_m[2]) % 1.0 if speed_ms else 0.0
    return Actor(
        person.look, person.x_m, person.y_m, person.bearing_deg, person.size_m, person.variant, person.track_id,
        person.incident_id, phase=phase, speed_ms=speed_ms,
    )  # fmt: skip


def _fallen(incident: Incident, since_s: float, spot: Spot) -> list[Actor]:
    """Somebody on the ground; after a while one or two people stop."""
    actors = [_lying(incident, 0, spot.x_m, spot.y_m, 360.0 * _u(incident, "lies"))]
    late_s = since_s - 15.0 - 30.0 * _u(incident, "noticed")
    return actors + _onlookers(incident, late_s, spot, int(3 * _u(incident, "stop")), 1.6)


def _fire(incident: Incident, since_s: float, spot: Spot) -> list[Actor]:
    """A car, a bin or a wall on fire: flames grow for about a minute, smoke stands above them."""
    grown = min(1.0, 0.4 + 0.6 * since_s / (30.0 + 30.0 * _u(incident, "grows")))
    thing, wide_m, tall_m = _what_burns(incident, spot)
    burning = [_car(incident, 0, spot.x_m, spot.y_m, spot.along_deg)] if thing == "car" else []
    return burning + _flames(incident, since_s, shows_at(incident, spot), wide_m * grown, tall_m * grown)


def _what_burns(incident: Incident, spot: Spot) -> tuple[str, float, float]:
    """Return what burns, and width and height of its flames in the end."""
    kind = _u(incident, "burns")
    if kind < 0.3 and spot.wall is not None:
        return "wall", 2.2, 3.2
    return ("car", 2.4, 3.0) if kind < 0.65 else ("bin", 1.6, 2.0)


def shows_at(incident: Incident, spot: Spot) -> tuple[float, float, float]:
    """Return the point (x, y, z, city metres) to look at: flames may be up a wall, beside the spot itself."""
    thing = _what_burns(incident, spot)[0] if incident.visual == Visual.FIRE else ""
    if thing == "wall" and spot.wall is not None:
        x_m, y_m, out_deg = spot.wall
        out = _ahead(out_deg)
        return x_m + 0.6 * out[0], y_m + 0.6 * out[1], 1.0 + 4.0 * _u(incident, "storey")
    if thing == "car":  # under its bonnet
        ahead = _ahead(spot.along_deg)
        return spot.x_m + 1.3 * ahead[0], spot.y_m + 1.3 * ahead[1], 0.8
    return spot.x_m, spot.y_m, 0.1


def _flames(
    incident: Incident, since_s: float, at: tuple[float, float, float], wide_m: float, tall_m: float
) -> list[Actor]:
    """Flames at a point and the smoke over them, which leans and drifts with the wind."""
    x_m, y_m, z_m = at
    wind = _ahead(360.0 * _u(incident, "wind"))
    smoke = (wide_m * 1.5, wide_m * 1.5, tall_m * 2.2)
    return [
        Actor(
            Look.FIRE, x_m, y_m, 0.0, (wide_m, wide_m, tall_m), _variant(incident, 20), _track(incident, 20),
            incident.id, z_m, phase=since_s / 1.6 % 1.0,
        ),
        Actor(
            Look.SMOKE, x_m + 0.3 * wide_m * wind[0], y_m + 0.3 * wide_m * wind[1], 0.0, smoke, _variant(incident, 21),
            _track(incident, 21), incident.id, z_m + 0.7 * tall_m, phase=since_s / 6.0 % 1.0,
        ),
    ]  # fmt: skip


def _listed(incident: Incident, since_s: float, spot: Spot) -> list[Actor]:
    """A car that drives up to the junction, waits, and drives on; it wears the listed plate all the time."""
    stay_s = incident.visible_ms / 1000.0 - LEAVES_BEFORE_END_S
    braking_s = APPROACH_MS / BRAKING_MS2
    stops_s = min(6.0, max(stay_s - 1.0, 0.5))
    left_s, gone_s = max(stops_s - since_s, 0.0), max(since_s - stay_s, 0.0)
    short = min(left_s, braking_s)
    before_m = 0.5 * BRAKING_MS2 * short**2 + APPROACH_MS * max(left_s - braking_s, 0.0)
    after_m = 0.5 * BRAKING_MS2 * gone_s**2
    ahead, way_m = _ahead(spot.along_deg), after_m - before_m
    speed = min(APPROACH_MS, BRAKING_MS2 * (left_s or gone_s))
    x_m, y_m = spot.x_m + ahead[0] * way_m, spot.y_m + ahead[1] * way_m
    return [_car(incident, 0, x_m, y_m, spot.along_deg, plate=incident.plate, speed_ms=speed)]


def _team(incident: Incident, spot: Spot) -> list[Actor]:
    """The team's vehicle a few metres off along the street, and two of its people at the spot."""
    which = _TEAM_VEHICLE[incident.service]
    along = _ahead(spot.along_deg)
    right, inward = _right(spot.along_deg), 0.0
    if abs(spot.off_m) > spot.half_m - 1.6:  # the vehicle stays on the carriageway
        inward = -math.copysign(abs(spot.off_m) - (spot.half_m - 1.6), spot.off_m)
    x_m, y_m = (spot.x_m - 9.0 * along[0] + inward * right[0], spot.y_m - 9.0 * along[1] + inward * right[1])
    variant = _variant(incident, 30) // 3 * 3 + which
    vehicle = Actor(
        Look.EMERGENCY, x_m, y_m, spot.along_deg, EMERGENCY_SIZES_M[which], variant % (1 << 32), _track(incident, 30),
        incident.id, phase=_u(incident, "light"), plate=plate_of(_track(incident, 30)),
    )  # fmt: skip
    crew = []
    for k, aside in enumerate((1.5, -1.5)):
        x_m = spot.x_m + aside * right[0] - 2.2 * along[0]
        y_m = spot.y_m + aside * right[1] - 2.2 * along[1]
        crew.append(_person(incident, 31 + k, x_m, y_m, spot.along_deg))
    return [vehicle, *crew]


_PLAYS: Final[dict[Visual, Callable[[Incident, float, Spot], list[Actor]]]] = {
    Visual.CRASH: _crash,
    Visual.PERSON_LYING: _fallen,
    Visual.FIRE: _fire,
    Visual.LISTED_PLATE: _listed,
}
