"""What is painted on carriageways: lane lines, centre lines, stop lines, zebra crossings, arrows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPolygon, Polygon

from vision.render.still import flat
from vision.render.textures import Tile

ROOM_M: Final = 4.0
"""Traffic stops this far before the edge of the widest street it meets (agents/ambient/gates.py)."""

STOP_LINE_M: Final = 0.4
ZEBRA_M: Final = 2.8
LEAST_M: Final = 30.0  # shorter streets lie inside a junction and get no crossing
_WHITE: Final = (0.86, 0.86, 0.84)
_UNPAINTED: Final = ("service", "track", "living_street")


@dataclass(frozen=True)
class Crossing:
    """One arm of a junction as it is painted.

    Attributes:
        street: row of the street.
        area: (polygon) the zebra crossing's ground, across the whole carriageway.
        middle: (2,) its middle.
        against: whether the junction is at the street's first node, so that its arm runs against the street.
        inward: (2,) unit vector along the street into the junction.
        width_m: of the carriageway.
        lanes_in: lanes that enter the junction here; 0 where none may.
        oneway: whether the whole carriageway enters.
        stop_m: from the junction's node to the stop line.
        signal: whether traffic lights stand here.
        zebra: whether a zebra is painted, or the stop line alone.
    """

    street: int
    area: Polygon
    middle: NDArray[np.float64]
    against: bool
    inward: NDArray[np.float64]
    width_m: float
    lanes_in: int
    oneway: bool
    stop_m: float
    signal: bool
    zebra: bool


def crossings_of(streets: Any, signal: NDArray[np.bool_]) -> list[Crossing]:
    """Return the arms of every junction of three arms or more, in the streets' order; ``signal``: (nodes,) lights."""
    drive = streets[streets["drive"].to_numpy(bool)]
    painted = drive[~drive["street_class"].isin(_UNPAINTED).to_numpy()]
    ends = np.concatenate([painted["u"].to_numpy(), painted["v"].to_numpy()]).astype(np.int64)
    widths = np.tile(painted["width_m"].to_numpy(float), 2)
    nodes, place = np.unique(ends, return_inverse=True)
    arms, widest_m = np.bincount(place), np.zeros(len(nodes))
    np.maximum.at(widest_m, place, widths)
    room_m = {int(node): 0.5 * w + ROOM_M for node, w, n in zip(nodes, widest_m, arms, strict=True) if n >= 3}
    found = []
    for street in painted.itertuples():
        for node, backwards in ((int(street.u), True), (int(street.v), False)):
            if node in room_m and street.geometry.length >= LEAST_M:
                found.append(_crossing(street, room_m[node], backwards, bool(signal[node])))
    return [crossing for crossing in found if not _run_over(crossing, painted)]


def _run_over(crossing: Crossing, painted: Any) -> bool:
    """Return whether another street runs through the crossing, as where junctions lie side by side."""
    inner = crossing.area.buffer(-0.6)
    near = painted.iloc[painted.sindex.query(inner)]
    others = near[near.index != crossing.street]
    return bool(shapely.intersects(others.geometry.to_numpy(), inner).any())


def _crossing(street: Any, room_m: float, backwards: bool, signal: bool) -> Crossing:
    line, length = street.geometry, float(street.geometry.length)
    room_m = min(room_m, 0.35 * length)
    at = room_m - 0.8 - ZEBRA_M / 2
    near, far = (np.array(line.interpolate(d if backwards else length - d).coords[0]) for d in (at - 0.5, at + 0.5))
    inward = (near - far) / max(float(np.linalg.norm(near - far)), 1e-9)
    across, middle, width = np.array([-inward[1], inward[0]]), (near + far) / 2, float(street.width_m)
    half = across * width / 2
    area = LineString([middle - half, middle + half]).buffer(ZEBRA_M / 2, cap_style="flat")
    lanes = max(int(street.lanes), 1)
    enters = not (street.oneway and backwards)
    lanes_in = (lanes if street.oneway else max(lanes // 2, 1)) if enters else 0
    zebra = width >= 6.0 and room_m > ZEBRA_M + 2.0
    return Crossing(
        int(street.Index), area, middle, backwards, inward, width, lanes_in, bool(street.oneway), room_m, signal, zebra
    )


def markings(streets: Any, crossings: list[Crossing], middle: NDArray[np.float64]) -> list[NDArray[np.float32]]:
    """Return all paint relative to ``middle``."""
    taken: list[Polygon] = []
    parts = []
    for crossing in crossings:
        if crossing.zebra and not any(_clash(crossing.area, area) for area in taken):
            taken.append(crossing.area)
            parts.append(flat(_zebra(crossing), middle, Tile.PAINT, _WHITE))
        if crossing.lanes_in and crossing.width_m >= 6.0:
            parts += [flat(shape, middle, Tile.PAINT, _WHITE) for shape in _stop_line_and_arrows(crossing)]
    room_m = _rooms(crossings)
    for street in streets[streets["drive"].to_numpy(bool)].itertuples():
        if str(street.street_class) not in _UNPAINTED:
            parts += [flat(shape, middle, Tile.PAINT, _WHITE) for shape in _lane_lines(street, room_m)]
    return parts


def _clash(one: Polygon, other: Polygon) -> bool:
    """Return whether two zebras lie on each other by more than their corners."""
    return bool(one.intersection(other).area > 0.15 * min(one.area, other.area))


def _rooms(crossings: list[Crossing]) -> dict[int, float]:
    """Return how far from its ends a street's lane lines begin: behind its stop lines."""
    room_m: dict[int, float] = {}
    for crossing in crossings:
        room_m[crossing.street] = max(room_m.get(crossing.street, 0.0), crossing.stop_m)
    return room_m


def _zebra(crossing: Crossing) -> MultiPolygon:
    across = np.array([-crossing.inward[1], crossing.inward[0]])
    reach = crossing.inward * ZEBRA_M / 2
    steps = np.arange(-crossing.width_m / 2 + 0.5, crossing.width_m / 2 - 0.2, 1.0)
    feet = [crossing.middle + across * k for k in steps]
    return MultiPolygon([LineString([a - reach, a + reach]).buffer(0.25, cap_style="flat") for a in feet])


def _stop_line_and_arrows(crossing: Crossing) -> Iterator[Polygon]:
    """Yield the line before which traffic stops, on the right side or all across, and an arrow in each of its lanes."""
    right = np.array([crossing.inward[1], -crossing.inward[0]])
    line = crossing.middle - crossing.inward * (ZEBRA_M / 2 + 0.8 + STOP_LINE_M / 2)
    half = crossing.width_m / 2 - 0.15
    ends = line + right * (0.1 if not crossing.oneway else -half), line + right * half
    yield LineString(ends).buffer(STOP_LINE_M / 2, cap_style="flat")
    if crossing.lanes_in < 2:
        return
    span = (crossing.width_m if crossing.oneway else crossing.width_m / 2) / crossing.lanes_in
    first = -crossing.width_m / 2 if crossing.oneway else 0.0
    for k in range(crossing.lanes_in):
        foot = line + right * (first + (k + 0.5) * span) - crossing.inward * 8.0
        shape = np.array([(-0.09, 0), (0.09, 0), (0.09, 2.4), (0.38, 2.4), (0, 4.0), (-0.38, 2.4), (-0.09, 2.4)])
        yield Polygon(foot + shape[:, :1] * right + shape[:, 1:] * crossing.inward)


def _lane_lines(street: Any, room_m: dict[int, float]) -> Iterator[Polygon | MultiPolygon]:
    lanes, width = max(int(street.lanes), 1), float(street.width_m)
    clear = max(room_m.get(int(street.Index), 0.0), width / 2 + 2.0) + STOP_LINE_M
    if street.geometry.length < max(2 * clear + 6, LEAST_M):
        return
    line = shapely.ops.substring(street.geometry, clear, street.geometry.length - clear)
    for k in range(1, lanes):
        offset = width * (k / lanes - 0.5)
        centre = not street.oneway and abs(offset) < 0.1
        solid = centre and lanes >= 4
        for aside in (-0.15, 0.15) if solid else (0.0,):
            yield _line(line, offset + aside, 0.12, solid)
    if lanes >= 4:
        for side in (-1, 1):
            yield _line(line, side * (width / 2 - 0.35), 0.12, True)


def _line(line: LineString, offset: float, width: float, solid: bool) -> Polygon | MultiPolygon:
    along = np.arange(0.0, line.length, line.length if solid else 8.0)
    dashes = [shapely.ops.substring(line, at, at + (line.length if solid else 3.0)) for at in along]
    moved = [dash.offset_curve(-offset) if abs(offset) > 0.01 else dash for dash in dashes if dash.length > 0.5]
    return shapely.union_all([dash.buffer(width / 2, cap_style="flat") for dash in moved]) if moved else Polygon()
