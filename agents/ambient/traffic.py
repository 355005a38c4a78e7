"""Where vehicles are at a second: every vehicle has a place in its lane's cycle, and its whole drive follows from that.

A lane's cycle has places every ``HEADWAY_S`` while it may go; a hashed draw says which are taken. The first vehicles
of a turn came while the lane had to wait, and stand in a queue; the others drive through. Nothing depends on what was
asked before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.ambient.bodies import TRACK_TAGS, looks_by_share, vehicle_sizes, vehicles_scene
from agents.ambient.gates import HEADWAY_S, TURN_MS, GateTable
from agents.ambient.rates import Hours
from twin.scene import Scene
from twin.streams import draw_u32, draw_unit, threshold_u32

ACCELERATION_MS2: Final = 2.0
QUEUE_GAP_M: Final = 2.5
LONG_M: Final = 6.0  # longer vehicles go straight on where they can
_CYCLES: Final = 1 << 20


@dataclass(frozen=True)
class Closure:
    """A spot that no vehicle passes from a moment on, such as a crash.

    Attributes:
        x_m, y_m, radius_m: the spot.
        from_ms, to_ms: while it is closed.
    """

    x_m: float
    y_m: float
    radius_m: float
    from_ms: int
    to_ms: int


@dataclass(frozen=True)
class _Vehicles:
    """Vehicles under way near a moment, one row each."""

    path: NDArray[np.int64]
    release_s: NDArray[np.float64]
    speed_ms: NDArray[np.float64]
    stop_m: NDArray[np.float64]  # how far before the stop line it queues; NaN for one that does not
    queued_s: NDArray[np.float64]  # when it comes to rest there
    look: NDArray[np.uint8]
    length_m: NDArray[np.float64]
    track_id: NDArray[np.int64]


def traffic_scene(table: GateTable, hours: Hours, seed: int, t_ms: int, closures: tuple[Closure, ...] = ()) -> Scene:
    """Return the vehicles on all paths of a table at a moment."""
    t_s = t_ms / 1000.0
    vehicles = _alive(table, hours, seed, t_s)
    front = _front_m(table, vehicles, t_s)
    before = _front_m(table, vehicles, t_s - 0.1)
    stop = table.stop_m[vehicles.path]
    middle = front + stop - vehicles.length_m / 2
    inside = (middle >= 0) & (middle <= table.lines.length_m[vehicles.path])
    for closure in closures:
        if t_ms >= closure.from_ms and t_ms < closure.to_ms + 60_000:
            inside &= _may_be_there(table, vehicles, closure, middle, stop)
    xy, bearing = table.lines.at(vehicles.path[inside], middle[inside])
    speed = np.maximum(front - before, 0.0)[inside] / 0.1
    return vehicles_scene(t_ms, seed, vehicles.look[inside], xy, bearing, speed, vehicles.track_id[inside])


def _alive(table: GateTable, hours: Hours, seed: int, t_s: float) -> _Vehicles:
    """Return the vehicles whose drive may include a moment, from all places of the cycles around it."""
    gate, cycle, place, first_s = _places(table, t_s)
    chance = table.occupancy[gate] * hours.traffic(first_s)
    track = TRACK_TAGS["traffic"] + (table.key[gate] << 28) + ((cycle % _CYCLES) << 8) + place
    taken = draw_u32(seed, "place", table.key[gate], cycle, place).astype(np.uint64) < threshold_u32(chance)
    gate, cycle, place, first_s, chance, track = (a[taken] for a in (gate, cycle, place, first_s, chance, track))
    look = looks_by_share(seed, "kind", table.mix[gate], track)
    length = vehicle_sizes(look, draw_u32(seed, "variant", track))[:, 0]
    way = draw_unit(seed, "way", track) * np.where(length > LONG_M, table.straight[gate], 1.0)
    path = np.minimum(np.searchsorted(table.choice, 2.0 * gate + way), len(table.choice) - 1)
    release = first_s + place * HEADWAY_S + table.late_s[path]
    speed = table.speed_ms[gate]
    stop, queued = _queue(table, gate, cycle, place, first_s, release, length, speed)
    return _Vehicles(path, release, speed, stop, queued, look, length, track)


def _places(
    table: GateTable, t_s: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return gate, cycle, place and start of the turn for every place that can matter at a moment."""
    since = t_s - table.shift_s - table.begin_s
    first = np.floor((since - table.reach_s[:, 1] - table.green_s) / table.cycle_s).astype(np.int64)
    last = np.floor((since + table.reach_s[:, 0] + table.cycle_s) / table.cycle_s).astype(np.int64)
    count = last - first + 1
    per_cycle = np.maximum(np.floor(table.green_s / HEADWAY_S + 0.01), 1).astype(np.int64)
    gate = np.repeat(np.arange(len(table)), count * per_cycle)
    nth = np.arange(len(gate)) - np.repeat(np.cumsum(count * per_cycle) - count * per_cycle, count * per_cycle)
    cycle, place = first[gate] + nth // per_cycle[gate], nth % per_cycle[gate]
    return gate, cycle, place, table.shift_s[gate] + table.begin_s[gate] + cycle * table.cycle_s[gate]


def _queue(
    table: GateTable,
    gate: NDArray[np.int64],
    cycle: NDArray[np.int64],
    place: NDArray[np.int64],
    first_s: NDArray[np.float64],
    release: NDArray[np.float64],
    length: NDArray[np.float64],
    speed: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how far before the stop line each vehicle queues and when it gets there; NaN for those that do not.

    As large a part of a cycle's vehicles as the lane waits of the cycle comes while it waits.
    """
    wait_s = table.cycle_s[gate] - table.green_s[gate]
    per_cycle = np.maximum(np.floor(table.green_s[gate] / HEADWAY_S + 0.01), 1)
    queue_places = np.floor(per_cycle * wait_s / table.cycle_s[gate])
    ahead = _length_ahead(gate, cycle, length)
    arrives = first_s - wait_s + 3.0 + (wait_s - 3.0) * (place + 0.5) / np.maximum(queue_places, 1)
    leaves = release - _pull_away_s(ahead, speed)
    queues = (
        (place < queue_places) & (leaves > arrives + 1.0) & (ahead + length < table.stop_m[_first_path(table)[gate]])
    )
    return np.where(queues, ahead, np.nan), arrives


def _first_path(table: GateTable) -> NDArray[np.int64]:
    return np.searchsorted(table.choice, 2.0 * np.arange(len(table)))


def _length_ahead(
    gate: NDArray[np.int64], cycle: NDArray[np.int64], length: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the metres taken by the vehicles of the same lane and cycle that stand before each one."""
    room = length + QUEUE_GAP_M
    before = np.cumsum(room) - room
    new = np.ones(len(gate), dtype=bool)
    new[1:] = (gate[1:] != gate[:-1]) | (cycle[1:] != cycle[:-1])
    start = np.maximum.accumulate(np.where(new, np.arange(len(gate)), 0))
    return before - before[start] if len(gate) else before


def _pull_away_s(distance_m: NDArray[np.float64], speed_ms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the time from rest over a distance, speeding up at ``ACCELERATION_MS2`` to a speed and keeping it."""
    ramp = speed_ms**2 / (2 * ACCELERATION_MS2)
    slow = np.sqrt(2 * np.maximum(distance_m, 0.0) / ACCELERATION_MS2)
    return np.where(distance_m < ramp, slow, distance_m / speed_ms + speed_ms / (2 * ACCELERATION_MS2))


def _pulled_m(since_s: NDArray[np.float64], speed_ms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the distance from rest after a time, the inverse of :func:`_pull_away_s`."""
    ramp_s = speed_ms / ACCELERATION_MS2
    since = np.maximum(since_s, 0.0)
    return np.where(since < ramp_s, 0.5 * ACCELERATION_MS2 * since**2, speed_ms * since - 0.5 * speed_ms * ramp_s)


def _front_m(table: GateTable, v: _Vehicles, t_s: float) -> NDArray[np.float64]:
    """Return where each vehicle's front is, in metres past the stop line."""
    curve = table.curve_m[v.path] - table.stop_m[v.path]
    curve_ms = np.where(table.turning[v.path], np.minimum(v.speed_ms, TURN_MS), v.speed_ms)
    left = t_s - v.release_s
    beyond = table.after_ms[v.path] * np.maximum(left - curve / curve_ms, 0.0)
    driving = np.where(left < 0, v.speed_ms * left, np.minimum(curve_ms * left, curve) + beyond)
    leaves = v.release_s - _pull_away_s(v.stop_m, v.speed_ms)
    coming = -v.stop_m - _pulled_m(v.queued_s - t_s, v.speed_ms)
    going = -v.stop_m + _pulled_m(t_s - leaves, v.speed_ms)
    waiting = np.where(t_s < v.queued_s, coming, going)
    return np.where(np.isnan(v.stop_m) | (left >= 0), driving, waiting)


def _may_be_there(
    table: GateTable,
    v: _Vehicles,
    closure: Closure,
    middle_m: NDArray[np.float64],
    stop_m: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Return whether a closure lets a vehicle be where it is: it passed before, or has not come near yet."""
    at = _blocked_at(table, closure)[v.path]
    was = _front_m(table, v, closure.from_ms / 1000.0) + stop_m - v.length_m / 2
    return np.isnan(at) | (was > at) | (middle_m < at - 4.0 - v.length_m / 2)


def _blocked_at(table: GateTable, closure: Closure) -> NDArray[np.float64]:
    """Return the first distance along each path that lies within a closure, NaN where the path keeps clear of it."""
    count = np.ceil(table.lines.length_m / 2.0).astype(np.int64) + 1
    path = np.repeat(np.arange(len(count)), count)
    along = 2.0 * (np.arange(len(path)) - np.repeat(np.cumsum(count) - count, count))
    xy, _ = table.lines.at(path, along)
    hit = np.hypot(xy[:, 0] - closure.x_m, xy[:, 1] - closure.y_m) < closure.radius_m
    first = np.full(len(count), np.inf)
    np.minimum.at(first, path[hit], along[hit])
    return np.where(np.isfinite(first), first, np.nan)
