"""Cells that are built in rows: flats of 4, 5, 9 and more storeys, campuses, industry, bazaars; with their lanes."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from twin.city.fabric.bearings import Axes, front_axes
from twin.city.fabric.cells import Cell
from twin.city.fabric.divide import longest_piece
from twin.city.fabric.flats import FLAT_STOREYS
from twin.city.fabric.plan import XY, Plan
from twin.city.fabric.rows import Drawn, RowStyle, as_array, draw_rows
from twin.city.fabric.stock import Building
from twin.city.fabric.ways import DRIVE, FOOTWAY, YARD, Way, is_main

STYLES: Final = {
    "rows4": RowStyle(12.0, 16.0, (3, 6), (14.0, 24.0), 25.0, 34.0),
    "rows4 yards": RowStyle(12.0, 16.0, (3, 5), (14.0, 24.0), 24.0, 74.0, cross=True),
    "rows5": RowStyle(12.0, 16.5, (3, 6), (15.0, 26.0), 28.0, 38.0),
    "rows5 yards": RowStyle(12.0, 16.5, (3, 5), (15.0, 26.0), 26.0, 80.0, cross=True),
    "low": RowStyle(12.0, 14.0, (2, 4), (12.0, 20.0), 20.0, 26.0),
    "rows7": RowStyle(12.5, 18.0, (3, 5), (18.0, 28.0), 32.0, 46.0),
    "rows9": RowStyle(12.5, 19.0, (3, 5), (20.0, 34.0), 38.0, 56.0),
    "towers": RowStyle(20.0, 21.0, (1, 2), (26.0, 42.0), 34.0, 46.0, fill=0.8),
    "high": RowStyle(24.0, 24.0, (1, 2), (28.0, 44.0), 38.0, 52.0, fill=0.8),
    "campus": RowStyle(17.0, 14.0, (3, 6), (22.0, 40.0), 30.0, 40.0, fill=0.88),
    "hospital": RowStyle(18.0, 15.0, (3, 6), (24.0, 40.0), 30.0, 40.0, fill=0.9),
    "industry": RowStyle(34.0, 18.0, (3, 7), (16.0, 40.0), 26.0, 20.0, fill=0.8),
    "bazaar": RowStyle(22.0, 12.0, (4, 9), (9.0, 14.0), 12.0, 9.0),
    "shops": RowStyle(15.0, 12.0, (2, 4), (10.0, 60.0), 400.0, 400.0, fill=0.55),
}
USES: Final = {"campus": ("office", "university", "office", "retail"), "industry": ("industrial", "warehouse")}
STOREY_M: Final = {"residential": 2.9, "industrial": 6.5, "warehouse": 8.0, "bazaar": 6.0}
ENTRANCE_CLEAR_M: Final = 70.0
YARD_LANES: Final = 0.55  # of the yards between two rows that have a lane of their own (assumed)
CLEAR_OF_SIDE_M: Final = 15.0
YARD_DEPTH_M: Final = 150.0  # of a cell that has room for a yard closed by buildings across


def build_rows(plan: Plan, cell: Cell, rng: np.random.Generator) -> list[Building]:
    """Build up a cell in rows and lay its service lanes; the plan is changed in place."""
    ground, axes = plan.ground(cell.face), front_axes(plan, cell.face)
    buildings: list[Building] = []
    if cell.epoch and _faces_avenue(plan, cell.face, axes) and rng.uniform() < 0.45:
        shops = draw_rows(ground, axes, STYLES["shops"], rng)
        buildings += _as_shops(shops, axes, cell.block, rng)
        ground = plan.ground(cell.face, extra_m=STYLES["shops"].depth_m + 14.0)
    drawn = draw_rows(ground, axes, _style(cell.use, _depth_m(ground, axes), rng), rng)
    buildings += _as_buildings(drawn, axes, cell, rng)
    if cell.use != "bazaar":
        yards = cell.use not in ("campus", "industry")
        for v in drawn.lanes_v if yards else drawn.lanes_v[::3]:
            if not yards or rng.uniform() < YARD_LANES:
                _lay_lane(plan, cell.face, axes, v, YARD if yards else DRIVE, rng)
    return buildings


def _depth_m(ground: BaseGeometry, axes: Axes) -> float:
    if ground.is_empty:
        return 0.0
    _, south, _, north = axes.local(ground).bounds
    return float(north - south)


def _style(use: str, depth_m: float, rng: np.random.Generator) -> RowStyle:
    if use in ("rows4", "rows5") and depth_m > YARD_DEPTH_M and rng.uniform() < 0.6:
        return STYLES[f"{use} yards"]
    style = STYLES[use]
    return replace(style, yard_gap_m=style.yard_gap_m * float(rng.uniform(0.9, 1.15)))


def _faces_avenue(plan: Plan, face: int, axes: Axes) -> bool:
    way = plan.side_at(face, axes.point(1.0, 0.0))
    return way is not None and is_main(way)


def _as_buildings(drawn: Drawn, axes: Axes, cell: Cell, rng: np.random.Generator) -> list[Building]:
    shapes = axes.world(as_array(drawn.boxes))
    use = "residential" if cell.epoch else cell.use
    out = []
    usual = _storeys(cell, rng)
    for shape, sections in zip(shapes, drawn.sections, strict=True):
        kind = str(rng.choice(USES[cell.use])) if cell.use in USES else use
        storeys = usual if rng.uniform() < 0.6 else _storeys(cell, rng)
        height = storeys * STOREY_M.get(kind, 3.3) + 1.2
        out.append(Building(shape, kind, storeys, round(height, 1), max(1, sections), cell.block, cell.use, cell.epoch))
    return out


def _storeys(cell: Cell, rng: np.random.Generator) -> int:
    if cell.epoch:
        values, chances = zip(*FLAT_STOREYS[cell.use, cell.epoch], strict=True)
        return int(rng.choice(values, p=chances))
    low, high = {"campus": (2, 6), "hospital": (3, 7)}.get(cell.use, (1, 1))
    return int(rng.integers(low, high + 1))


def _as_shops(drawn: Drawn, axes: Axes, block: int, rng: np.random.Generator) -> list[Building]:
    shapes = axes.world(as_array(drawn.boxes))
    first = [(shape, row) for shape, row in zip(shapes, drawn.rows, strict=True) if row == 0]
    out = []
    for shape, _ in first:
        office = rng.uniform() < 0.25
        storeys = int(rng.integers(3, 7)) if office else int(rng.integers(1, 3))
        use = "office" if office else "retail"
        out.append(Building(shape, use, storeys, round(storeys * 3.6 + 0.8, 1), 2, block))
    return out


def _lay_lane(plan: Plan, face: int, axes: Axes, v: float, way: Way, rng: np.random.Generator) -> None:
    """Lay a service lane along a row; it meets quarter roads but stops before avenues, where a footway goes on."""
    block = plan.polygon(face)
    piece = longest_piece(block, [axes.point(-3000.0, v), axes.point(3000.0, v)])
    if piece is None or LineString(piece).length < ENTRANCE_CLEAR_M or _hugs_side(block, piece):
        return
    sides = [plan.side_at(face, end) for end in piece]
    open_ends = [side is not None and side.street_class not in ("primary", "secondary") for side in sides]
    if not any(open_ends):
        if all(side is None for side in sides):
            return
        open_ends = [side is not None for side in sides]
        if all(open_ends):
            open_ends = [True, False]
    ends = []
    for at, other, side, is_open in zip(piece, piece[::-1], sides, open_ends, strict=True):
        if is_open:
            ends.append(plan.attach(face, at, 7.0))
            continue
        stop = plan.add_point(_toward(at, other, (side.clear_m if side else 4.0) + 6.0))
        ends.append(stop)
        if side is not None and rng.uniform() < 0.7:
            plan.add_way(stop, plan.attach(face, at, 7.0), FOOTWAY)
    if ends[0] != ends[1]:
        plan.add_way(ends[0], ends[1], way)


def _hugs_side(block: Polygon, piece: list[XY]) -> bool:
    """Return whether the middle of a lane runs close beside a street that bounds the cell."""
    line = LineString(piece)
    middle = [line.interpolate(share, normalized=True) for share in (0.25, 0.4, 0.5, 0.6, 0.75)]
    return bool(min(block.exterior.distance(point) for point in middle) < CLEAR_OF_SIDE_M)


def _toward(a: XY, b: XY, distance_m: float) -> XY:
    length = LineString([a, b]).length
    t = distance_m / length
    return a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t
