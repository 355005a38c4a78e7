"""The fabric as a whole: the order in which a district is laid out and built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely import STRtree

from twin.city.fabric.borders import Parcel, parcels_of
from twin.city.fabric.cells import Cell, lay_cells, lay_passages
from twin.city.fabric.deadends import close_passages, drop_islands, make_oneways
from twin.city.fabric.frame import Frame
from twin.city.fabric.houses import draw_houses
from twin.city.fabric.names import NameGiver
from twin.city.fabric.network import Network, network_of
from twin.city.fabric.plan import XY, Plan
from twin.city.fabric.public import PATTERNS, build_park, build_public, build_stadium
from twin.city.fabric.quarters import STYLES, build_rows
from twin.city.fabric.rows import as_array
from twin.city.fabric.skeleton import lay_skeleton
from twin.city.fabric.stock import Building
from twin.city.fabric.zoning import zone
from twin.streams import stream

KERB_M: Final = 0.4


@dataclass(frozen=True)
class Town:
    """A laid-out district: superblocks, streets, buildings, and what came of it.

    Attributes:
        parcels: superblocks as laid.
        kinds: what each superblock is.
        network: streets and junctions.
        stock: buildings.
        parks: a point in each park.
        gates: where main streets leave the district, with the street's name.
        dead_ends: passages closed at one end.
        oneways: quarter roads made one-way.
        dropped: buildings left out because a street came too near.
    """

    parcels: list[Parcel]
    kinds: list[str]
    network: Network
    stock: list[Building]
    parks: list[XY]
    gates: list[tuple[XY, str]]
    dead_ends: int
    oneways: int
    dropped: int


def build_town(frame: Frame, seed: int) -> Town:
    """Lay out and build the district: streets from the greatest to the least, then buildings and their lanes."""
    plan, blocks = lay_skeleton(frame, seed, NameGiver(frame.figures["street_words"], seed))
    parcels = parcels_of(plan, blocks)
    gates = _gates(plan, frame)
    kinds = zone(plan, blocks, frame, seed)
    cells = lay_passages(plan, lay_cells(plan, blocks, kinds, frame, seed), seed)
    dead_ends = close_passages(plan, seed)
    stock = [building for cell in cells for building in _build(plan, cell, frame, seed)]
    drop_islands(plan)
    oneways = make_oneways(plan, seed)
    network = network_of(plan)
    kept = clear_of_streets(stock, network)
    parks = [_middle(plan, cell) for cell in cells if cell.use == "park"]
    return Town(parcels, kinds, network, kept, parks, gates, dead_ends, oneways, len(stock) - len(kept))


def clear_of_streets(stock: Sequence[Building], network: Network) -> list[Building]:
    """Return the buildings that stand on no carriageway and on no other building."""
    shapes = as_array([b.shape for b in stock])
    roads = [
        shapely.LineString(s.line).buffer(s.way.width_m / 2 + KERB_M, cap_style="flat")
        for s in network.streets
        if s.way.drive
    ]
    tree = STRtree(shapes)
    hit = set(np.unique(tree.query(roads, predicate="intersects")[1]).tolist())
    one, two = tree.query(shapes, predicate="intersects")
    for i, j in zip(one.tolist(), two.tolist(), strict=True):
        if i < j and i not in hit and shapes[i].intersection(shapes[j]).area > 0.05:
            hit.add(j)
    return [building for i, building in enumerate(stock) if i not in hit]


def _build(plan: Plan, cell: Cell, frame: Frame, seed: int) -> list[Building]:
    rng = stream(seed, "city", "build", str(cell.face))
    if cell.use in ("mahalla", "village"):
        return draw_houses(plan.ground(cell.face), plan.main_sides(cell.face), cell.use, cell.block, rng)
    if cell.use in PATTERNS:
        return build_public(plan, cell, rng)
    if cell.use == "field":
        return []
    if cell.use == "park":
        return build_park(plan, cell, rng)
    if cell.use == "stadium":
        found = build_stadium(plan, cell, frame.stadium)
        return found if found else build_park(plan, cell, rng)
    if cell.use in STYLES:
        return build_rows(plan, cell, rng)
    raise AssertionError(f"nobody builds {cell.use!r}")


def _gates(plan: Plan, frame: Frame) -> list[tuple[XY, str]]:
    """Return where streets of rank end on the outline (corners of the outline itself are not gates)."""
    corners = set(frame.outline)
    rim = shapely.LinearRing(frame.outline)
    ends: list[tuple[XY, str]] = []
    for (u, v), way in sorted(plan.ways.items()):
        if way is None or way.street_class not in ("primary", "secondary"):
            continue
        on_rim = [i for i in (u, v) if rim.distance(shapely.Point(plan.points[i])) < 0.05]
        if len(on_rim) == 1 and plan.points[on_rim[0]] not in corners:
            ends.append((plan.points[on_rim[0]], way.name))
    return sorted(set(ends))


def _middle(plan: Plan, cell: Cell) -> XY:
    point = plan.polygon(cell.face).representative_point()
    return round(point.x, 2), round(point.y, 2)
