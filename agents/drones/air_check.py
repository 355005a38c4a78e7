"""The independent look at all flights of a run: what was flown, read from the log alone, against the rules of the air.

It shares no code with the tower: flights are sampled twice a second and compared point by point, red zones are measured
from their own outlines, and energy is counted anew from the class's table of steady flight. Closing at 30 m/s,
nothing that comes nearer than the rules allow by more than 0.6 m slips between two samples.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from agents.flight.drone_class import drone_class
from agents.flight.power_table import air_column, power_table, watts_at
from twin.airspace import AirSpace
from twin.records import Kind

STEP_MS: Final = 500
SLACK_M: Final = 0.3
"""The log rounds places to decimetres."""
_A_METRE_A_MS: Final = 1e3

Floats = NDArray[np.float64]
Told = tuple[int, str, str, float | None, dict[str, Any]]
"""Time, kind, drone, value and detail of one event."""


@dataclass(frozen=True)
class Violation:
    """Something that must not happen.

    Attributes:
        t_ms: when it is seen first.
        what: ``separation``, ``red_zone``, ``height`` or ``charge``.
        drone_id: whose; of two the first by name.
        other: the other drone, or "".
        fault: the drone whose injected fault explains it, or "".
        value: how near in metres, how deep in metres, or the charge left.
    """

    t_ms: int
    what: str
    drone_id: str
    other: str
    fault: str
    value: float


@dataclass(eq=False)
class FlownTrack:
    """One flight as the log tells it.

    Attributes:
        rows: t_ms, x, y, z.
        wind_ms, charge, drone: as it took off.
        failed_ms: when its motors failed, None where they did not.
        landed: the charge it landed with, None where it did not.
    """

    drone_id: str
    drone: str
    charge: float
    wind_ms: list[float]
    rows: list[list[float]]
    failed_ms: int | None = None
    landed: float | None = None
    ended_ms: int | None = None
    array: Floats = field(default_factory=lambda: np.zeros((0, 4)))

    def turn(self, rows: list[list[float]]) -> None:
        """It flies something else from the first of some rows on."""
        self.rows = [row for row in self.rows if row[0] < rows[0][0]] + rows


def told_of(events: pa.Table) -> Iterator[Told]:
    """Yield the drones' events of a log, with the columns of ``twin.log.EVENT_SCHEMA``."""
    columns = [events.column(name).to_pylist() for name in ("t_ms", "kind", "team_id", "value", "detail")]
    for t_ms, kind, drone_id, value, detail in zip(*columns, strict=True):
        if kind.startswith("drone_"):
            yield t_ms, kind, drone_id, value, json.loads(detail)


def flown_tracks(told: Iterable[Told], until_ms: int | None = None) -> list[FlownTrack]:
    """Return the flights of a log, by their beginning; those that a run cut off end at ``until_ms``."""
    flights: list[FlownTrack] = []
    of: dict[str, FlownTrack] = {}
    for t_ms, kind, drone_id, value, detail in told:
        if kind == Kind.DRONE_LAUNCHED:
            of[drone_id] = FlownTrack(drone_id, detail["drone"], detail["charge"], detail["wind_ms"], detail["track"])
            flights.append(of[drone_id])
        elif drone_id in of:
            flight = of[drone_id]
            if "track" in detail:
                flight.turn(detail["track"])
            if kind == Kind.DRONE_FAILED and detail["what"] == "motor":
                flight.failed_ms = t_ms
                if flight.rows[0][0] >= t_ms:  # it never left its dock
                    flights.remove(of.pop(drone_id))
            elif kind == Kind.DRONE_LANDED:
                flight.landed, flight.ended_ms = value, t_ms
                del of[drone_id]
    for flight in flights:
        flight.array = np.array(flight.rows, dtype=np.float64)
        if until_ms is not None:
            flight.array = _cut(flight.array, until_ms)
    return [flight for flight in flights if len(flight.array)]


def _cut(rows: Floats, until_ms: int) -> Floats:
    if rows[-1, 0] <= until_ms:
        return rows
    kept = rows[rows[:, 0] < until_ms]
    if not len(kept):
        return kept
    end = [until_ms, *(np.interp(until_ms, rows[:, 0], rows[:, axis]) for axis in (1, 2, 3))]
    return np.vstack([kept, end])


def violations(told: Iterable[Told], space: AirSpace, density_kg_m3: float, until_ms: int) -> list[Violation]:
    """Return all there are, by time, [] for none.

    Args:
        told: the drones' events, in the order of the log.
        space: zones and rules.
        density_kg_m3: of the air.
        until_ms: when the run ended.
    """
    flights = flown_tracks(told, until_ms)
    if not flights:
        return []
    t_ms, which, xyz = _sampled(flights)
    found = [*_too_near(flights, t_ms, which, xyz, space), *_in_red(flights, t_ms, which, xyz, space)]
    found += [*_too_high(flights, t_ms, which, xyz, space), *_out_of_charge(flights, density_kg_m3)]
    return sorted(found, key=lambda one: (one.t_ms, one.what, one.drone_id, one.other))


def _sampled(flights: list[FlownTrack]) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Return times (k,), rows of flights (k,) and places (k, 3), at whole steps while in the air."""
    times, which, places = [], [], []
    for row, flight in enumerate(flights):
        track = flight.array
        at = np.arange(-(-track[0, 0] // STEP_MS), track[-1, 0] // STEP_MS + 1) * STEP_MS
        times.append(at.astype(np.int64))
        which.append(np.full(len(at), row, dtype=np.int64))
        places.append(np.column_stack([np.interp(at, track[:, 0], track[:, axis]) for axis in (1, 2, 3)]))
    return np.concatenate(times), np.concatenate(which), np.concatenate(places)


def _too_near(
    flights: list[FlownTrack], t_ms: NDArray[np.int64], which: NDArray[np.int64], xyz: Floats, space: AirSpace
) -> Iterator[Violation]:
    rules = space.rules
    tree = cKDTree(np.column_stack([xyz[:, :2], t_ms * (_A_METRE_A_MS / STEP_MS)]))
    pairs = tree.query_pairs(rules.apart_level_m - SLACK_M, output_type="ndarray")
    first, second = pairs.T if len(pairs) else (np.zeros(0, int), np.zeros(0, int))
    close = np.abs(xyz[first, 2] - xyz[second, 2]) < rules.apart_up_m - SLACK_M
    close &= which[first] != which[second]
    seen: dict[tuple[int, int], tuple[int, float]] = {}
    for a, b in zip(first[close].tolist(), second[close].tolist(), strict=True):
        pair = (min(which[a], which[b]), max(which[a], which[b]))
        near = float(np.linalg.norm(xyz[a] - xyz[b]))
        began, nearest = seen.get(pair, (int(t_ms[a]), near))
        seen[pair] = min(began, int(t_ms[a])), min(nearest, near)
    for (a, b), (began, nearest) in seen.items():
        one, other = sorted((flights[a], flights[b]), key=lambda flight: flight.drone_id)
        yield Violation(began, "separation", one.drone_id, other.drone_id, _fault(began, one, other), nearest)


def _in_red(
    flights: list[FlownTrack], t_ms: NDArray[np.int64], which: NDArray[np.int64], xyz: Floats, space: AirSpace
) -> Iterator[Violation]:
    least_m = space.rules.red_margin_m - SLACK_M
    points = shapely.points(xyz[:, :2])
    for zone in space.zones:
        if zone.colour == "red":
            west, south, east, north = zone.area.buffer(least_m).bounds
            near = np.flatnonzero(
                (xyz[:, 0] >= west) & (xyz[:, 0] <= east) & (xyz[:, 1] >= south) & (xyz[:, 1] <= north)
            )
            far_m = shapely.distance(points[near], zone.area)
            yield from _worst(flights, t_ms, which, near, least_m - far_m, "red_zone")


def _too_high(
    flights: list[FlownTrack], t_ms: NDArray[np.int64], which: NDArray[np.int64], xyz: Floats, space: AirSpace
) -> Iterator[Violation]:
    capped = [zone for zone in space.zones if zone.colour != "red"]
    for zone in capped:
        high = np.flatnonzero(xyz[:, 2] > zone.most_height_m + SLACK_M)
        inside = shapely.contains(zone.area, shapely.points(xyz[high, :2]))
        over_m = np.where(inside, xyz[high, 2] - zone.most_height_m, -1.0)
        yield from _worst(flights, t_ms, which, high, over_m, "height")
    rows = np.arange(len(xyz))
    yield from _worst(flights, t_ms, which, rows, xyz[:, 2] - space.rules.green_height_m - SLACK_M, "height")


def _worst(
    flights: list[FlownTrack], t_ms: NDArray[np.int64], which: NDArray[np.int64], rows: NDArray[np.int64],
    over_m: Floats, what: str,
) -> Iterator[Violation]:  # fmt: skip
    """One violation for each flight that has any sample over a limit: when first, and how much at worst."""
    rows, over_m = rows[over_m > 0], over_m[over_m > 0]
    for flight in np.unique(which[rows]).tolist():
        mine = which[rows] == flight
        began, one = int(t_ms[rows[mine]].min()), flights[flight]
        yield Violation(began, what, one.drone_id, "", _fault(began, one), float(over_m[mine].max()))


def _out_of_charge(flights: list[FlownTrack], density_kg_m3: float) -> Iterator[Violation]:
    for flight in flights:
        if flight.failed_ms is not None:
            continue
        left = flight.charge - energy_wh(flight, density_kg_m3) / drone_class(flight.drone).battery.energy_wh.value
        left = left if flight.landed is None else min(left, flight.landed)
        if left <= 0:
            yield Violation(int(flight.array[-1, 0]), "charge", flight.drone_id, "", "", left)


def energy_wh(flight: FlownTrack, density_kg_m3: float) -> float:
    """Return what a flight takes by the class's steady power along its track, without the fit's coefficients."""
    drone = drone_class(flight.drone)
    table = power_table(drone)
    column = np.empty(table.watts.shape[2:])
    air_column(table.watts, table.loads_kg, density_kg_m3, 0.0, column)
    seconds = np.diff(flight.array[:, 0]) / 1000
    moved = np.diff(flight.array[:, 1:], axis=0)
    joule = 0.0
    for span_s, (east, north, up) in zip(seconds.tolist(), moved.tolist(), strict=True):
        if span_s > 0:
            through = np.hypot(east / span_s - flight.wind_ms[0], north / span_s - flight.wind_ms[1])
            joule += span_s * watts_at(column, float(through), up / span_s)
    return joule / 3600


def _fault(t_ms: int, *flights: FlownTrack) -> str:
    """The drone whose failed motors explain what is seen at a time, "" where none do."""
    for flight in flights:
        if flight.failed_ms is not None and t_ms >= flight.failed_ms:
            return flight.drone_id
    return ""
