"""Which demand each site reaches: around red zones and above roofs, in time with any wind, and home with reserve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from agents.drones.settings import Operations
from agents.flight.drone_class import DroneClass
from agents.flight.fitted import FittedFlight, flight_times
from agents.flight.missions import Missions
from agents.flight.orders import AS_FAST, FINAL_M
from experiments.docks.sites import DockSites
from experiments.request import Tell, silent
from twin.airspace import AirSpace, AirWays, Corners, Roofs, levels_m

Floats = NDArray[np.float64]
WINDS: Final = 8
"""Sides that the wind is taken to blow from."""
CRUISE_MS: Final = Operations.speed_ms
DENSITY_KG_M3: Final = 1.13
"""Of Tashkent's air at 25 degrees and 432 m, by :func:`agents.flight.drone_class.air_density_kg_m3`."""


@dataclass(frozen=True)
class Asked:
    """What counts as reached; see :class:`experiments.docks.request.DocksRequest`."""

    within_s: float
    launch_s: float
    wind_ms: float
    hover_s: float


@dataclass(frozen=True, eq=False)
class Trip:
    """A way from a site to a place and back.

    Attributes:
        site, place: rows.
        way: (k, 2) over the ground, both ends included.
        level_m: height it is flown at.
    """

    site: int
    place: int
    way: Floats
    level_m: float


@dataclass(frozen=True, eq=False)
class Reach:
    """What sites reach; both matrices (sites, places) hold entries where a place is reached.

    Attributes:
        arrive_s: from the order to being above the place, with the worst wind.
        spent_wh: for the whole flight, the stay included, with the worst wind.
        allowed: (places,) whether a drone may be over the place at all.
    """

    arrive_s: csr_array
    spent_wh: csr_array
    allowed: NDArray[np.bool_]


class Sky:
    """Ways and heights over one city, found once for whoever asks."""

    def __init__(self, space: AirSpace, roofs: Roofs) -> None:
        self.space, self.roofs, self.ways = space, roofs, AirWays(space)
        self._corners: dict[tuple[float, float], Corners] = {}

    def allowed(self, xy_m: Floats) -> NDArray[np.bool_]:
        """Return over which of the points (n, 2) a drone may be."""
        return np.asarray(self.space.ceiling_m(*np.asarray(xy_m, dtype=np.float64).reshape(-1, 2).T) > 0)

    def trip(self, site: int, start: Floats, place: int, goal: Floats) -> Trip | None:
        """Return the shortest way at the lowest height that clears its roofs, None where there is none."""
        way = self.ways.way(self._seen(start), self._seen(goal))
        if way is None:
            return None
        levels = levels_m(self.space, self.roofs, way)
        return Trip(site, place, way, levels[0]) if levels else None

    def _seen(self, at: Floats) -> Corners:
        key = (float(at[0]), float(at[1]))
        if key not in self._corners:
            self._corners[key] = self.ways.corners(*key)
        return self._corners[key]


def reach_of(
    sites: DockSites, xy_m: Floats, sky: Sky, drone: DroneClass, fitted: FittedFlight, asked: Asked,
    tell: Tell = silent,
) -> Reach:  # fmt: skip
    """Return which places (m, 2) each site reaches within the time, and home with the reserve untouched."""
    allowed = sky.allowed(xy_m)
    arrive, spent = [], []
    at: list[tuple[int, int]] = []
    usable_wh = (1.0 - drone.battery.reserve.value) * drone.battery.energy_wh.value
    for trips in _trips(sites, xy_m, allowed, sky, drone, asked):
        tell("who reaches what", trips[-1].site / len(sites))
        seconds, watt_hours = worst_of(trips, sites.pad_m, drone, fitted, asked.wind_ms, asked.hover_s)
        fits = (seconds + asked.launch_s <= asked.within_s) & (watt_hours <= usable_wh)
        at += [(trip.site, trip.place) for trip, ok in zip(trips, fits, strict=True) if ok]
        arrive += (seconds[fits] + asked.launch_s).tolist()
        spent += watt_hours[fits].tolist()
    rows, columns = np.array(at, dtype=np.int64).reshape(-1, 2).T
    shape = (len(sites), len(xy_m))
    return Reach(
        csr_array((np.array(arrive), (rows, columns)), shape=shape),
        csr_array((np.array(spent), (rows, columns)), shape=shape), allowed,
    )  # fmt: skip


def _trips(
    sites: DockSites, xy_m: Floats, allowed: NDArray[np.bool_], sky: Sky, drone: DroneClass, asked: Asked
) -> Iterator[list[Trip]]:  # fmt: skip
    """Yield the trips of some hundred sites at a time, to places near enough to be in question."""
    far_m = drone.limits.speed_ms.value * (asked.within_s - asked.launch_s)
    rows = np.flatnonzero(allowed)
    near = cKDTree(xy_m[rows])
    for first in range(0, len(sites), 100):
        found = []
        for site in range(first, min(first + 100, len(sites))):
            for k in sorted(near.query_ball_point(sites.xy_m[site], far_m)):
                trip = sky.trip(site, sites.xy_m[site], int(rows[k]), xy_m[rows[k]])
                found += [trip] if trip is not None else []
        if found:
            yield found


def worst_of(
    trips: Sequence[Trip], pad_m: Floats, drone: DroneClass, fitted: FittedFlight, wind_ms: float, hover_s: float
) -> tuple[Floats, Floats]:  # fmt: skip
    """Return (n,) seconds to be above the place and (n,) Wh of the whole flight, the worst of winds from all sides.

    Infinite where a wind cannot be flown in.
    """
    arrive, spent = np.zeros(len(trips)), np.zeros(len(trips))
    for turn in range(WINDS if wind_ms > 0 else 1):
        angle = 2 * np.pi * turn / WINDS
        wind = np.tile([wind_ms * np.sin(angle), wind_ms * np.cos(angle)], (len(trips), 1))
        missions, out = _missions(trips, pad_m, wind, hover_s, drone)
        times = flight_times(missions, drone, fitted)
        seconds = np.where(times.possible, times.arrive_s[out], np.inf)
        arrive = np.maximum(arrive, seconds)
        spent = np.maximum(spent, np.where(times.possible, times.energy_wh, np.inf))
    return arrive, spent


def _missions(
    trips: Sequence[Trip], pad_m: Floats, wind_ms: Floats, hover_s: float, drone: DroneClass
) -> tuple[Missions, NDArray[np.int64]]:  # fmt: skip
    """Return the flights up, out, a stay, home and down, and (n,) the leg at whose end each is at its place."""
    move, speed, hold, legs, out = [], [], [], [], []
    for trip in trips:
        there = np.diff(trip.way, axis=0)
        there = there[(there**2).sum(axis=1) > 0.01]
        level = np.zeros((len(there), 1))
        rise = trip.level_m - pad_m[trip.site]
        up = np.array([[0.0, 0.0, rise]])
        down = np.array([[0.0, 0.0, -(rise - FINAL_M)], [0.0, 0.0, -FINAL_M]])
        flat = np.hstack([there, level])
        move.append(np.concatenate([up, flat, -flat[::-1], down]))
        speed.append(np.full(len(move[-1]), AS_FAST))
        speed[-1][1 : 1 + 2 * len(flat)] = CRUISE_MS
        speed[-1][-1] = drone.limits.landing_ms.value
        hold.append(np.zeros(len(move[-1])))
        hold[-1][len(flat)] = hover_s
        out.append(sum(legs) + len(flat))
        legs.append(len(move[-1]))
    first = np.concatenate([[0], np.cumsum(legs)]).astype(np.int64)
    n = len(trips)
    missions = Missions(
        first, np.concatenate(move), np.concatenate(speed), np.concatenate(hold), wind_ms, np.zeros(n),
        np.full(n, DENSITY_KG_M3),
    )  # fmt: skip
    return missions, np.array(out, dtype=np.int64)


def length_m(way: Floats) -> float:
    """Return how long a way (k, 2) is."""
    return float(shapely.length(shapely.LineString(way)))
