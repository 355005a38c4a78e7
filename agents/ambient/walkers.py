"""People on foot: along both sides of streets, on footways, standing about, and crossing at junctions.

Each walkway and direction has places in time; a hashed draw says which are taken, and a walker's whole walk follows.
A walker exists from one end of a walkway to the other (a simplification).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from agents.ambient.bodies import TRACK_TAGS, people_scene
from agents.ambient.lines import Lines, cut, lengths_along, offset
from agents.ambient.rates import LANE_OCCUPANCY, WALKERS_PER_KM, Hours
from twin.city import City
from twin.scene import Scene, join_scenes
from twin.streams import draw_u32, draw_unit, threshold_u32

SLOW_MS: Final = 0.9
FAST_MS: Final = 1.7
PAVEMENT_M: Final = 2.0  # middle of the pavement beyond the carriageway's edge
STAND_EVERY_M: Final = 12.0
STAND_S: Final = 240.0
_STANDING_PER_WALKING: Final = 0.35
_PLACES: Final = 1 << 20


@dataclass(frozen=True)
class WalkTable:
    """Walkways as columns, each direction a row.

    Attributes:
        key: (n,) int64, stable id: street row times 4, plus 2 for the right side, plus 1 against the street.
        lines: their middle lines, in walking direction.
        per_km: (n,) walkers on a kilometre of this row at the peak.
        half_m: (n,) how far to either side of the line people keep.
    """

    key: NDArray[np.int64]
    lines: Lines
    per_km: NDArray[np.float64]
    half_m: NDArray[np.float64]


class Walkways:
    """Streets of a city on which people walk, found by place."""

    def __init__(self, city: City) -> None:
        streets = city.streets
        walkable = streets["street_class"].isin(list(WALKERS_PER_KM)) & (streets["walk"] | streets["drive"])
        self.rows = np.flatnonzero(walkable.to_numpy(dtype=bool))
        part = streets.iloc[self.rows]
        self.geometry = np.asarray(part.geometry.to_numpy())
        self.street_class = part["street_class"].to_numpy(str)
        self.width_m = part["width_m"].to_numpy(np.float64)
        self.tree = shapely.STRtree(self.geometry)

    def near(self, x_m: float, y_m: float, radius_m: float) -> WalkTable:
        """Return the walkways within a radius of a point."""
        rows = np.sort(self.tree.query(shapely.Point(x_m, y_m), predicate="dwithin", distance=radius_m))
        ways = [way for row in rows for way in self._ways(int(row))]
        return WalkTable(
            key=np.array([way[0] for way in ways], dtype=np.int64),
            lines=Lines.of([way[1] for way in ways]),
            per_km=np.array([way[2] for way in ways]),
            half_m=np.array([way[3] for way in ways]),
        )

    def _ways(self, row: int) -> list[tuple[int, NDArray[np.float64], float, float]]:
        """Key, line, walkers per km and half width of each direction on one street."""
        kind, width = str(self.street_class[row]), float(self.width_m[row])
        points = shapely.get_coordinates(self.geometry[row])
        key, per_km = int(self.rows[row]) * 4, WALKERS_PER_KM[kind] / 2
        if kind in LANE_OCCUPANCY:
            sides = [(side, offset(points, sign * (width / 2 + PAVEMENT_M))) for side, sign in ((0, -1), (2, 1))]
            half, setback = 0.8, width / 2 + 3.0
        else:
            sides, half, setback = [(0, points)], min(0.4 * width, 1.5), 0.0
        ways = []
        for side, line in sides:
            length = lengths_along(line)[-1]
            if length > 2 * setback + 4.0:
                line = cut(line, setback, length - setback)
                ways += [(key + side, line, per_km, half), (key + side + 1, line[::-1], per_km, half)]
        return ways


def walkers_scene(table: WalkTable, hours: Hours, seed: int, t_ms: int) -> Scene:
    """Return everybody on foot at a moment, walking and standing."""
    return join_scenes(t_ms, [_walking(table, hours, seed, t_ms), _standing(table, hours, seed, t_ms)])


def _walking(table: WalkTable, hours: Hours, seed: int, t_ms: int) -> Scene:
    t_s = t_ms / 1000.0
    # a place in time for each walker: at the mean speed, `per_km` walkers are then on each kilometre
    place_s = 1000.0 / np.maximum(table.per_km, 0.1) / 1.3
    first = np.floor((t_s - table.lines.length_m / SLOW_MS) / place_s).astype(np.int64) - 1
    count = np.floor(t_s / place_s).astype(np.int64) - first + 1
    way = np.repeat(np.arange(len(first)), count)
    place = first[way] + np.arange(len(way)) - np.repeat(np.cumsum(count) - count, count)
    enters_s = (place + draw_unit(seed, "enters", table.key[way], place)) * place_s[way]
    speed = SLOW_MS + (FAST_MS - SLOW_MS) * draw_unit(seed, "pace", table.key[way], place)
    walked = speed * (t_s - enters_s)
    taken = draw_u32(seed, "walker", table.key[way], place).astype(np.uint64) < threshold_u32(hours.walking(enters_s))
    on = taken & (walked >= 0) & (walked <= table.lines.length_m[way])
    way, place, speed, walked = way[on], place[on], speed[on], walked[on]
    track = TRACK_TAGS["walkers"] + (table.key[way] << 20) + place % _PLACES
    aside = table.half_m[way] * (2 * draw_unit(seed, "aside", track) - 1)
    xy, bearing = _beside(table.lines, way, walked, aside)
    return people_scene(t_ms, seed, xy, bearing, speed, walked, track)


def _standing(table: WalkTable, hours: Hours, seed: int, t_ms: int) -> Scene:
    """People who wait or talk: each spot of a walkway may hold one, for four minutes at a time."""
    count = np.floor(table.lines.length_m / STAND_EVERY_M).astype(np.int64)
    way = np.repeat(np.arange(len(count)), count)
    spot = np.arange(len(way)) - np.repeat(np.cumsum(count) - count, count)
    shift = draw_unit(seed, "stand shift", table.key[way], spot)
    spell = np.floor(t_ms / 1000.0 / STAND_S + shift).astype(np.int64)
    often = table.per_km[way] / 1000.0 * STAND_EVERY_M * _STANDING_PER_WALKING
    chance = np.minimum(often, 0.3) * hours.walking((spell - shift) * STAND_S)
    there = draw_u32(seed, "stands", table.key[way], spot, spell).astype(np.uint64) < threshold_u32(chance)
    way, spot, spell = way[there], spot[there], spell[there]
    track = TRACK_TAGS["standing"] + (table.key[way] << 24) + ((spot % 1024) << 14) + spell % (1 << 14)
    along = (spot + draw_unit(seed, "stand along", track)) * STAND_EVERY_M
    aside = table.half_m[way] * (2 * draw_unit(seed, "aside", track) - 1)
    xy, _ = _beside(table.lines, way, along, aside)
    facing = 360.0 * draw_unit(seed, "faces", track)
    return people_scene(t_ms, seed, xy, facing, np.zeros(len(way)), np.zeros(len(way)), track)


def _beside(
    lines: Lines, way: NDArray[np.int64], along_m: NDArray[np.float64], aside_m: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return positions to the right of a line, and the line's bearing there."""
    xy, bearing = lines.at(way, along_m)
    angle = np.radians(bearing)
    return xy + aside_m[:, None] * np.column_stack([np.cos(angle), -np.sin(angle)]), bearing
