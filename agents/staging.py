"""Incidents as actors: a crash, somebody lying, a fire, a car with a listed plate.

``stage`` is a pure function of incident, moment and city. Nothing of an incident is there before it begins; afterwards
it can be seen for ``visible_ms``. Draws are tied to its place,
so that a camera can be aimed at what will show there before the day is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from agents.actors import Actor, scene_of
from agents.ambient.bodies import EMERGENCY_SIZES_M, SIZE_M, car_size, person_size
from agents.staging_spots import Spot, ahead_of, drawn, right_of, spot_of
from twin.city import City
from twin.plates import plate_of
from twin.records import Incident, Service, Visual
from twin.scene import Look, Scene, State, empty_scene
from twin.streams import draw_u32

STAGED_TAG: Final = 6 << 56
SLIDE_S: Final = 1.2  # a crash comes to rest within this time
APPROACH_MS: Final = 8.0  # a listed car's speed
BRAKING_MS2: Final = 2.5
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
        actors += _team(incident, (t_ms - incident.t_ms) / 1000.0, spot)
    return scene_of(t_ms, actors)


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
    first_deg = spot.along_deg + 15.0 + 50.0 * drawn(incident, "first") + 180.0 * (drawn(incident, "way") < 0.5)
    second_deg = first_deg + (70.0 + 40.0 * drawn(incident, "second")) * (1 if drawn(incident, "from") < 0.5 else -1)
    roll = _roll(incident)
    left = max(0.0, 1.0 - since_s / SLIDE_S)
    slide_m = 9.0 * left**2
    ahead_1, ahead_2 = ahead_of(first_deg), ahead_of(second_deg)
    gap_m = 0.5 * (SIZE_M[Look.CAR][0] + SIZE_M[Look.CAR][1]) + 0.1
    x1, y1 = spot.x_m - ahead_1[0] * slide_m, spot.y_m - ahead_1[1] * slide_m
    x2, y2 = (c - a * (gap_m + slide_m) for c, a in zip((spot.x_m, spot.y_m), ahead_2, strict=True))
    speed = 18.0 * left / SLIDE_S
    struck = State.CRUSHED_LEFT if drawn(incident, "from") < 0.5 else State.CRUSHED_RIGHT
    hurt = (struck, State.CRUSHED_NOSE) if since_s >= SLIDE_S else (State.BRAKING, State.BRAKING)
    actors = [
        _car(incident, 0, x1, y1, first_deg, roll_deg=roll * (1 - left), speed_ms=speed, state=hurt[0]),
        _car(incident, 1, x2, y2, second_deg, speed_ms=speed, state=hurt[1]),
    ]
    if since_s > SLIDE_S and drawn(incident, "hurt") < 0.4:
        side = right_of(first_deg)
        reach = 2.6 if drawn(incident, "hurt side") < 0.5 else -2.6
        actors.append(
            _lying(incident, 2, spot.x_m + side[0] * reach, spot.y_m + side[1] * reach, 360 * drawn(incident, "l"))
        )
    return actors + _onlookers(incident, since_s, spot, 2 + int(4 * drawn(incident, "crowd")), 5.0)


def _roll(incident: Incident) -> float:
    """Return 0 for a car on its wheels (7 in 10), or that of one on its side or its roof."""
    u = drawn(incident, "roll")
    return 0.0 if u < 0.7 else 90.0 if u < 0.8 else -90.0 if u < 0.9 else 180.0


def _onlookers(incident: Incident, since_s: float, spot: Spot, count: int, ring_m: float) -> list[Actor]:
    """People who walk up to a spot, from 4 s after it began, and stand around it facing it."""
    people = []
    for k in range(count):
        angle = 360.0 * (k + 0.7 * drawn(incident, "where", k)) / max(count, 1)
        stop_m, pace = ring_m + 1.5 * drawn(incident, "ring", k), 1.2 + 0.6 * drawn(incident, "pace", k)
        starts_s = 4.0 + 12.0 * drawn(incident, "comes", k)
        walked = pace * (since_s - starts_s)
        away_m = max(stop_m, stop_m + 10.0 - walked)
        if walked > 0:
            out = ahead_of(angle)
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
    actors = [_lying(incident, 0, spot.x_m, spot.y_m, 360.0 * drawn(incident, "lies"))]
    late_s = since_s - 15.0 - 30.0 * drawn(incident, "noticed")
    return actors + _onlookers(incident, late_s, spot, int(3 * drawn(incident, "stop")), 1.6)


def _fire(incident: Incident, since_s: float, spot: Spot) -> list[Actor]:
    """A car, a bin or a wall on fire: flames grow for about a minute, smoke stands above them."""
    grown = min(1.0, 0.4 + 0.6 * since_s / (30.0 + 30.0 * drawn(incident, "grows")))
    thing, wide_m, tall_m = _what_burns(incident, spot)
    burning = [_car(incident, 0, spot.x_m, spot.y_m, spot.along_deg)] if thing == "car" else []
    return burning + _flames(incident, since_s, shows_at(incident, spot), wide_m * grown, tall_m * grown)


def _what_burns(incident: Incident, spot: Spot) -> tuple[str, float, float]:
    """Return what burns, and width and height of its flames in the end."""
    kind = drawn(incident, "burns")
    if kind < 0.3 and spot.wall is not None:
        return "wall", 2.2, 3.2
    return ("car", 2.4, 3.0) if kind < 0.65 else ("bin", 1.6, 2.0)


def shows_at(incident: Incident, spot: Spot) -> tuple[float, float, float]:
    """Return the point (x, y, z, city metres) to look at: flames may be up a wall, beside the spot itself."""
    thing = _what_burns(incident, spot)[0] if incident.visual == Visual.FIRE else ""
    if thing == "wall" and spot.wall is not None:
        x_m, y_m, out_deg = spot.wall
        out = ahead_of(out_deg)
        return x_m + 0.6 * out[0], y_m + 0.6 * out[1], 1.0 + 4.0 * drawn(incident, "storey")
    if thing == "car":  # under its bonnet
        ahead = ahead_of(spot.along_deg)
        return spot.x_m + 1.3 * ahead[0], spot.y_m + 1.3 * ahead[1], 0.8
    return spot.x_m, spot.y_m, 0.1


def _flames(
    incident: Incident, since_s: float, at: tuple[float, float, float], wide_m: float, tall_m: float
) -> list[Actor]:
    """Flames at a point and the smoke over them, which leans and drifts with the wind."""
    x_m, y_m, z_m = at
    wind = ahead_of(360.0 * drawn(incident, "wind"))
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
    ahead, way_m = ahead_of(spot.along_deg), after_m - before_m
    speed = min(APPROACH_MS, BRAKING_MS2 * (left_s or gone_s))
    x_m, y_m = spot.x_m + ahead[0] * way_m, spot.y_m + ahead[1] * way_m
    state = State.BRAKING if left_s < braking_s and not gone_s else State(0)
    return [_car(incident, 0, x_m, y_m, spot.along_deg, plate=incident.plate, speed_ms=speed, state=state)]


def _team(incident: Incident, since_s: float, spot: Spot) -> list[Actor]:
    """The team's vehicle a few metres off along the street, and two of its people at the spot."""
    which = _TEAM_VEHICLE[incident.service]
    along = ahead_of(spot.along_deg)
    right, inward = right_of(spot.along_deg), 0.0
    if abs(spot.off_m) > spot.half_m - 1.6:  # the vehicle stays on the carriageway
        inward = -math.copysign(abs(spot.off_m) - (spot.half_m - 1.6), spot.off_m)
    x_m, y_m = (spot.x_m - 9.0 * along[0] + inward * right[0], spot.y_m - 9.0 * along[1] + inward * right[1])
    variant = _variant(incident, 30) // 3 * 3 + which
    vehicle = Actor(
        Look.EMERGENCY, x_m, y_m, spot.along_deg, EMERGENCY_SIZES_M[which], variant % (1 << 32), _track(incident, 30),
        incident.id, phase=since_s + drawn(incident, "light"), plate=plate_of(_track(incident, 30)),
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
