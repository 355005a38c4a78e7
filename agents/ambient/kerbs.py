"""Parked cars: places along the kerbs of small streets, each taken or free by a hashed draw and the hour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from agents.ambient.bodies import TRACK_TAGS, vehicles_scene
from agents.ambient.lines import Lines, lengths_along, offset
from agents.ambient.rates import PARKED_SHARE, Hours
from agents.ambient.roads import Roads
from twin.scene import Look, Scene, State, empty_scene
from twin.streams import draw_u32, draw_unit, threshold_u32

PLACE_M: Final = 6.5
CORNER_M: Final = 12.0  # kept free at junctions
_STAY_S: Final = 3 * 3600.0


@dataclass(frozen=True)
class KerbTable:
    """Parking places as columns, one row each.

    Attributes:
        key: (n,) int64, stable id: street row times 4096, plus side, plus place.
        xy_m: (n, 2), bearing_deg: (n,), where a car stands.
        share: (n,) how often it is taken at night.
    """

    key: NDArray[np.int64]
    xy_m: NDArray[np.float64]
    bearing_deg: NDArray[np.float64]
    share: NDArray[np.float64]


def kerbs_of(roads: Roads, streets: NDArray[np.int64], buildings: shapely.STRtree) -> KerbTable:
    """Return the parking places of streets (rows of ``roads``); none inside a building."""
    parts = [_places(roads, int(i), side) for i in streets for side in (0, 1)]
    parts = [part for part in parts if len(part.key)]
    if not parts:
        return KerbTable(np.zeros(0, np.int64), np.zeros((0, 2)), np.zeros(0), np.zeros(0))
    joined = [np.concatenate([getattr(p, name) for p in parts]) for name in ("key", "xy_m", "bearing_deg", "share")]
    free = np.ones(len(joined[0]), dtype=bool)
    hit = buildings.query(shapely.points(joined[1]), predicate="dwithin", distance=1.2)[0]
    free[hit] = False
    return KerbTable(*(column[free] for column in joined))


def _places(roads: Roads, street: int, side: int) -> KerbTable:
    share = PARKED_SHARE.get(str(roads.street_class[street]), 0.0)
    if side == 1 and roads.oneway[street] and roads.width_m[street] < 6.0:
        share = 0.0
    count = int((roads.length_m[street] - 2 * CORNER_M) // PLACE_M) if share else 0
    if count < 1:
        return KerbTable(np.zeros(0, np.int64), np.zeros((0, 2)), np.zeros(0), np.zeros(0))
    points = shapely.get_coordinates(roads.geometry[street])
    points = points[::-1] if side else points
    kerb = offset(points, float(roads.width_m[street]) / 2 + 0.35)
    begin = (lengths_along(kerb)[-1] - count * PLACE_M) / 2
    xy, bearing = Lines.of([kerb]).at(np.zeros(count, np.int64), begin + PLACE_M * (np.arange(count) + 0.5))
    key = int(roads.rows[street]) * 4096 + side * 2048 + np.minimum(np.arange(count), 2047)
    return KerbTable(key.astype(np.int64), xy, bearing, np.full(count, share))


def parked_scene(table: KerbTable, hours: Hours, seed: int, t_ms: int) -> Scene:
    """Return the parked cars at a moment.

    A place's guest changes every three hours, at a moment of its own; whether it is taken follows the hour of day.
    """
    if not len(table.key):
        return empty_scene(t_ms)
    shift = draw_unit(seed, "stay", table.key)
    stay = np.floor(t_ms / 1000.0 / _STAY_S + shift).astype(np.int64)
    chance = table.share * hours.parked((stay - shift) * _STAY_S)
    there = draw_u32(seed, "parked", table.key, stay).astype(np.uint64) < threshold_u32(chance)
    key, stay = table.key[there], stay[there]
    track = TRACK_TAGS["parked"] + (key << 20) + (stay % (1 << 20))
    truck = draw_u32(seed, "parked kind", track) % 24 == 0
    look = np.where(truck, np.uint8(Look.TRUCK), np.uint8(Look.CAR)).astype(np.uint8)
    turned = 180.0 * (draw_u32(seed, "parked way", track) % 5 == 0)
    bearing = (table.bearing_deg[there] + turned) % 360.0
    return vehicles_scene(t_ms, seed, look, table.xy_m[there], bearing, np.zeros(len(key)), track, State.PARKED)
