"""Which demand each site reaches: around red zones and above roofs, in time with any wind, and home with reserve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from agents.drones.settings import Operations
from agents.drones.sky_ways import SkyWays
from agents.flight.drone_class import DroneClass
from agents.flight.fitted import FittedFlight, flight_times
from agents.flight.missions import Missions
from agents.flight.orders import AS_FAST, FINAL_M
from experiments.docks.sites import DockSites
from experiments.request import Tell, silent

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


def trip_of(ways: SkyWays, site: int, start: Floats, place: int, goal: Floats) -> Trip | None:
    """Return the shortest way at the lowest height that clears its roofs, None where there is none."""
    way = ways.way(start, goal)
    if way is None or not way.heights_m:
        return None
    xy_m = np.repeat(way.xy_m, 2, axis=0) if len(way.xy_m) == 1 else way.xy_m  # straight above its dock
    return Trip(site, place, xy_m, way.heights_m[0])


def reach_of(
    sites: DockSites, xy_m: Floats, ways: SkyWays, drone: DroneClass, fitted: FittedFlight, asked: Asked,
    tell: Tell = silent,
) -> Reach:  # fmt: skip
    """Return which places (m, 2) each site reaches within the time, and home with the reserve untouched."""
    allowed = np.array([ways.is_free(x, y) for x, y in xy_m.tolist()], dtype=bool)
    arrive, spent = [], []
    at: list[tuple[int, int]] = []
    usable_wh = usable_of(drone, fitted)
    for trips in _trips(sites, xy_m, allowed, ways, drone, asked):
        tell("who reaches what", trips[-1].site / len(sites))
        loops = [loop_of(trip, float(sites.pad_m[trip.site]), asked.hover_s) for trip in trips]
        worst = worst_of(loops, drone, fitted, asked.wind_ms)
        fits = (worst.arrive_s + asked.launch_s <= asked.within_s) & (worst.spent_wh <= usable_wh)
        at += [(trip.site, trip.place) for trip, ok in zip(trips, fits, strict=True) if ok]
        arrive += (worst.arrive_s[fits] + asked.launch_s).tolist()
        spent += worst.spent_wh[fits].tolist()
    rows, columns = np.array(at, dtype=np.int64).reshape(-1, 2).T
    shape = (len(sites), len(xy_m))
    return Reach(
        csr_array((np.array(arrive), (rows, columns)), shape=shape),
        csr_array((np.array(spent), (rows, columns)), shape=shape), allowed,
    )  # fmt: skip


def usable_of(drone: DroneClass, fitted: FittedFlight) -> float:
    """Return the Wh that a plan may count on: what is above the reserve, less what 19 of 20 fits are off at most."""
    above = (1.0 - drone.battery.reserve.value) * drone.battery.energy_wh.value
    return float(above / (1.0 + fitted.unseen.energy.p95))


def _trips(
    sites: DockSites, xy_m: Floats, allowed: NDArray[np.bool_], ways: SkyWays, drone: DroneClass, asked: Asked
) -> Iterator[list[Trip]]:  # fmt: skip
    """Yield the trips of some hundred sites at a time, to places near enough to be in question."""
    far_m = drone.limits.speed_ms.value * (asked.within_s - asked.launch_s)
    rows = np.flatnonzero(allowed)
    near = cKDTree(xy_m[rows])
    for first in range(0, len(sites), 100):
        found = []
        for site in range(first, min(first + 100, len(sites))):
            ways.keep(*sites.xy_m[site].tolist())
            for k in sorted(near.query_ball_point(sites.xy_m[site], far_m)):
                trip = trip_of(ways, site, sites.xy_m[site], int(rows[k]), xy_m[rows[k]])
                found += [trip] if trip is not None else []
        if found:
            yield found


@dataclass(frozen=True, eq=False)
class Loop:
    """A flight from a dock and back to it, at one height.

    Attributes:
        pad_m: height of the dock.
        way: (k, 2) over the ground, beginning and ending at the dock.
        level_m: height it is flown at.
        stay_s: (k - 1,) how long it stays at the end of each piece of the way.
        goal: the piece at whose end it is there.
    """

    pad_m: float
    way: Floats
    level_m: float
    stay_s: Floats
    goal: int


def loop_of(trip: Trip, pad_m: float, hover_s: float) -> Loop:
    """Return a trip out, a stay, and the same way home."""
    out = len(trip.way) - 1
    stay_s = np.zeros(2 * out)
    stay_s[out - 1] = hover_s
    return Loop(pad_m, np.vstack([trip.way, trip.way[-2::-1]]), trip.level_m, stay_s, out - 1)


@dataclass(frozen=True, eq=False)
class Worst:
    """(n,) of flights in the worst of winds from all sides; infinite where one of them cannot be flown in.

    Attributes:
        arrive_s: since the start, until it is there.
        takes_s: until it is down again.
        spent_wh: for all of it.
    """

    arrive_s: Floats
    takes_s: Floats
    spent_wh: Floats


def worst_of(loops: Sequence[Loop], drone: DroneClass, fitted: FittedFlight, wind_ms: float) -> Worst:
    """Return what flights take with the wind from the side that is worst for each."""
    worst = np.zeros((3, len(loops)))
    for turn in range(WINDS if wind_ms > 0 else 1):
        angle = 2 * np.pi * turn / WINDS
        wind = np.tile([wind_ms * np.sin(angle), wind_ms * np.cos(angle)], (len(loops), 1))
        missions, there = _missions(loops, wind, drone)
        times = flight_times(missions, drone, fitted)
        figures = np.stack([times.arrive_s[there], times.duration_s, times.energy_wh])
        worst = np.maximum(worst, np.where(times.possible, figures, np.inf))
    return Worst(*worst)


def _missions(loops: Sequence[Loop], wind_ms: Floats, drone: DroneClass) -> tuple[Missions, NDArray[np.int64]]:
    """Return the flights up, round and down, and (n,) the leg at whose end each is there."""
    move, speed, hold, legs, there = [], [], [], [], []
    for loop in loops:
        flat = np.diff(loop.way, axis=0)
        moved = (flat**2).sum(axis=1) > 0.01
        rise = loop.level_m - loop.pad_m
        flat = np.column_stack([flat[moved], np.zeros(int(moved.sum()))])
        move.append(np.vstack([[0.0, 0.0, rise], flat, [0.0, 0.0, FINAL_M - rise], [0.0, 0.0, -FINAL_M]]))
        speed.append(np.array([AS_FAST, *[CRUISE_MS] * len(flat), AS_FAST, drone.limits.landing_ms.value]))
        hold.append(np.concatenate([[loop.stay_s[~moved].sum()], loop.stay_s[moved], [0.0, 0.0]]))
        there.append(sum(legs) + int(moved[: loop.goal + 1].sum()))
        legs.append(len(move[-1]))
    first = np.concatenate([[0], np.cumsum(legs)]).astype(np.int64)
    n = len(loops)
    missions = Missions(
        first, np.concatenate(move), np.concatenate(speed), np.concatenate(hold), wind_ms, np.zeros(n),
        np.full(n, DENSITY_KG_M3),
    )  # fmt: skip
    return missions, np.array(there, dtype=np.int64)
