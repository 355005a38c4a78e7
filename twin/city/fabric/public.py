"""Single public buildings on their plots: schools, kindergartens, clinics, stations, the stadium; parks."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from twin.city.fabric.bearings import axes_of, front_axes
from twin.city.fabric.cells import Cell
from twin.city.fabric.plan import XY, Plan
from twin.city.fabric.rows import as_array
from twin.city.fabric.stock import Building
from twin.city.fabric.ways import DRIVE, FOOTWAY

# Outline round its own middle (metres), storeys, storey height, entrances.
PATTERNS: Final = {
    "school": ([box(-34, -7, 34, 7), box(-34, 7, -20, 40), box(20, 7, 34, 40)], 3, 3.4, 4),
    "kindergarten": ([box(-22, -20, 22, -8), box(-5, -8, 5, 8), box(-22, 8, 22, 20)], 2, 3.2, 4),
    "clinic": ([box(-27, -8, 27, 8), box(-8, 8, 8, 22)], 4, 3.3, 2),
    "fire_station": ([box(-20, -10, 20, 10)], 2, 4.0, 5),
    "police": ([box(-24, -8, 24, 8), box(10, 8, 24, 22)], 4, 3.3, 2),
    "data_centre": ([box(-26, -18, 26, 18)], 2, 5.0, 1),
}
SCALES: Final = (1.0, 0.88, 0.75, 0.62, 0.5, 0.4)
STADIUM_M: Final = (115.0, 95.0, 26.0)  # half axes of the stands and height; Milliy: 34,000 seats, sizes assumed


def build_public(plan: Plan, cell: Cell, rng: np.random.Generator) -> list[Building]:
    """Place the building of a public use on its plot, as large as the plot allows."""
    pieces, storeys, storey_m, entrances = PATTERNS[cell.use]
    ground, axes = plan.ground(cell.face), front_axes(plan, cell.face)
    local = axes.local(ground)
    if local.is_empty:
        return []
    pattern = shapely.union_all(pieces)
    middle = Point(shapely.get_coordinates(shapely.maximum_inscribed_circle(local, tolerance=1.0))[0])
    for scale in SCALES:
        for turn in (0, 90):
            shape = affinity.translate(
                affinity.rotate(affinity.scale(pattern, scale, scale, origin=(0, 0)), turn, origin=(0, 0)),
                middle.x,
                middle.y,
            )
            if local.contains(shape):
                real = axes.world(as_array([shape]))[0]
                return [Building(real, cell.use, storeys, round(storeys * storey_m + 1.0, 1), entrances, cell.block)]
    return []


def build_stadium(plan: Plan, cell: Cell, at: XY) -> list[Building]:
    """Place the stadium at its real position, or as near to it as the block's streets allow: stands round a pitch."""
    a, b, height_m = STADIUM_M
    ground = plan.ground(cell.face)
    if ground.is_empty:
        return []
    inner = ground.centroid if ground.contains(ground.centroid) else ground.point_on_surface()
    for scale in (1.0, 0.85, 0.7, 0.55, 0.45, 0.35):
        bowl = affinity.scale(Point(0.0, 0.0).buffer(1.0, quad_segs=8), a * scale, b * scale)
        for step in range(11):
            share = step / 10
            middle = (at[0] + share * (inner.x - at[0]), at[1] + share * (inner.y - at[1]))
            outer = affinity.translate(bowl, *middle)
            if ground.contains(outer):
                stands = outer.difference(affinity.scale(outer, 0.58, 0.55))
                _lay_ring_road(plan, cell.face, affinity.scale(outer, 1.12, 1.14))
                return [Building(_rounded(stands), "stadium", 3, height_m, 12, cell.block)]
    return []


def _lay_ring_road(plan: Plan, face: int, ring: Polygon) -> None:
    """Lay a drive round the stadium and join it to the streets on up to three sides."""
    loop = [plan.add_point((x, y)) for x, y in list(ring.exterior.coords)[:-1:2]]
    for u, v in zip(loop, loop[1:] + loop[:1], strict=True):
        plan.add_way(u, v, DRIVE)
    block = plan.polygon(face).buffer(0.1)
    for start in loop[:: len(loop) // 3][:3]:
        (x, y), (mx, my) = plan.points[start], (ring.centroid.x, ring.centroid.y)
        ray = LineString([(x, y), (x + 9 * (x - mx), y + 9 * (y - my))]).intersection(plan.polygon(face))
        end = (float(ray.coords[-1][0]), float(ray.coords[-1][1])) if ray.geom_type == "LineString" else (x, y)
        if plan.side_at(face, end) is not None and block.contains(LineString([(x, y), end])):
            plan.add_way(start, plan.attach(face, end, 12.0), DRIVE)


def build_airport(ground: Polygon, block: int) -> list[Building]:
    """Place a terminal on a long side of the airport."""
    axes = axes_of(ground)
    local = axes.local(ground)
    west, south, east, north = local.bounds
    for v in (north - 60.0, south + 60.0, (north + south) / 2):
        hall = box((west + east) / 2 - 150.0, v - 28.0, (west + east) / 2 + 150.0, v + 28.0)
        if local.buffer(-6.0).contains(hall):
            return [Building(axes.world(as_array([hall]))[0], "airport", 3, 16.0, 12, block)]
    return []


def build_park(plan: Plan, cell: Cell, rng: np.random.Generator) -> list[Building]:
    """Lay footways from the corners of a park to its middle and set a few pavilions between them."""
    block, ground = plan.polygon(cell.face), plan.ground(cell.face, extra_m=15.0)
    if ground.is_empty:
        return []
    middle = ground.point_on_surface() if not ground.contains(ground.centroid) else ground.centroid
    spokes = [
        start
        for start in _spread_round(plan.faces[cell.face], plan, (middle.x, middle.y))
        if block.buffer(0.1).contains(LineString([plan.points[start], (middle.x, middle.y)]))
    ]
    paths = _lay_paths(plan, (middle.x, middle.y), spokes)
    lawn = ground.difference(shapely.union_all([path.buffer(6.0) for path in paths])) if paths else ground
    return _pavilions(lawn, cell, rng)


def _lay_paths(plan: Plan, middle: XY, spokes: list[int]) -> list[LineString]:
    """Lay footways from the given points to the middle and, half-way, one that joins them; return their lines."""
    if not spokes:
        return []
    hub = plan.add_point(middle)
    half = []
    pairs = []
    for start in spokes:
        (x, y), (mx, my) = plan.points[start], middle
        half.append(plan.add_point(((x + mx) / 2, (y + my) / 2)))
        pairs += [(start, half[-1]), (half[-1], hub)]
    if len(half) > 2:
        pairs += list(zip(half, half[1:] + half[:1], strict=True))
    for u, v in pairs:
        plan.add_way(u, v, FOOTWAY)
    return [LineString([plan.points[u], plan.points[v]]) for u, v in pairs]


def _spread_round(ring: list[int], plan: Plan, middle: XY) -> list[int]:
    """Return up to six points of a ring, the longest way apart in bearing from the middle."""
    chosen: list[int] = []
    bearings = {i: np.arctan2(plan.points[i][1] - middle[1], plan.points[i][0] - middle[0]) for i in ring}
    for sector in range(6):
        target = -np.pi + (sector + 0.5) * np.pi / 3
        best = min(ring, key=lambda i: (abs(bearings[i] - target), i))
        if best not in chosen:
            chosen.append(best)
    return chosen


def _pavilions(lawn: BaseGeometry, cell: Cell, rng: np.random.Generator) -> list[Building]:
    if lawn.is_empty:
        return []
    west, south, east, north = lawn.bounds
    out: list[Building] = []
    wanted = int(lawn.area / 40_000) + 1
    for x, y, size in zip(*rng.uniform(0.0, 1.0, (3, 12 * wanted)), strict=True):
        w, h = 8.0 + 10.0 * size, 8.0 + 6.0 * size
        corner = (round(west + x * (east - west), 2), round(south + y * (north - south), 2))
        shape = box(corner[0], corner[1], round(corner[0] + w, 2), round(corner[1] + h, 2))
        if len(out) < wanted and lawn.contains(shape) and all(shape.distance(b.shape) > 10.0 for b in out):
            out.append(Building(shape, "retail", 1, 4.0, 1, cell.block))
    return out


def _rounded(shape: BaseGeometry) -> Polygon:
    return shapely.transform(shape, lambda xy: np.round(xy, 2))
