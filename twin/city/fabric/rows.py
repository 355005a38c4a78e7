"""Rows of long buildings in a cell, with yards between them and service lanes in every second gap.

The pattern is that of Soviet quarters: blocks 12 m deep and 50 to 100 m long, gaps of about twice the height on the
yard side (general knowledge; assumed).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon, box
from shapely.geometry.base import BaseGeometry

from twin.city.fabric.bearings import Axes

STEP_M: Final = 4.0


@dataclass(frozen=True, slots=True)
class RowStyle:
    """How the rows of a cell are drawn; metres.

    Attributes:
        depth_m: of a building.
        section_m: length of one section (stairwell); a building has whole sections.
        sections: fewest and most.
        end_gap_m: fewest and most between the ends of two buildings.
        lane_gap_m: between rows that share a service lane.
        yard_gap_m: between rows that share a yard.
        cross: whether yards wide enough are closed by buildings that stand across.
        fill: share of the places that are built on.
    """

    depth_m: float
    section_m: float
    sections: tuple[int, int]
    end_gap_m: tuple[float, float]
    lane_gap_m: float
    yard_gap_m: float
    cross: bool = False
    fill: float = 1.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn: boxes in local axes with their sections, and the lanes' distances into the cell."""

    boxes: list[Polygon]
    sections: list[int]
    rows: list[int]
    lanes_v: list[float]


def draw_rows(ground: BaseGeometry, axes: Axes, style: RowStyle, rng: np.random.Generator) -> Drawn:
    """Fill the ground of a cell with rows.

    Args:
        ground: what may be built on, metres of the city.
        axes: rows run along them, the first row nearest the front.
        style: sizes and gaps.
        rng: lengths and gaps of single buildings.
    """
    local = axes.local(ground)
    shapely.prepare(local)
    drawn = Drawn([], [], [], [])
    if local.is_empty:
        return drawn
    west, south, east, north = local.bounds
    stretch = _stretch(north - south - 1.0, style)
    v, row = south + 0.5, 0
    while v + style.depth_m <= north:
        if not _draw_row(drawn, local, (west, east), v, row, style, rng):
            v += STEP_M
            continue
        lane = row % 2 == 0
        gap = stretch * (style.lane_gap_m if lane else style.yard_gap_m)
        after = v + style.depth_m
        if lane:
            drawn.lanes_v.append(after + gap / 2)
        elif style.cross and gap > 50.0:
            _draw_across(drawn, local, (west, east), (after + 13.0, after + gap - 13.0), style, rng)
        v, row = after + gap, row + 1
    return drawn


def _stretch(room_m: float, style: RowStyle) -> float:
    """Return by how much the gaps widen so that the last row stands at the back of the cell (at most 1.35)."""
    used, gaps, row = style.depth_m, 0.0, 0
    while True:
        gap = style.lane_gap_m if row % 2 == 0 else style.yard_gap_m
        if used + gap + style.depth_m > room_m:
            break
        used, gaps, row = used + gap + style.depth_m, gaps + gap, row + 1
    return min(1.35, 1.0 + max(0.0, room_m - used - 0.01) / gaps) if gaps else 1.0


def runs_inside(
    local: BaseGeometry, span_m: tuple[float, float], v: float, depth_m: float
) -> Iterator[tuple[float, float]]:
    """Yield the stretches (from, to) of a strip that lie wholly inside a shape, found in steps of 4 m."""
    starts = np.arange(span_m[0], span_m[1] - STEP_M, STEP_M)
    inside = shapely.contains_properly(local, shapely.box(starts, v, starts + STEP_M, v + depth_m))
    edges = np.flatnonzero(np.diff(np.concatenate([[0], inside.astype(np.int8), [0]])))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        yield float(starts[first]), float(starts[last - 1] + STEP_M)


def _draw_row(
    drawn: Drawn, local: BaseGeometry, span_m: tuple[float, float], v: float, row: int, style: RowStyle,
    rng: np.random.Generator,
) -> bool:  # fmt: skip
    """Draw the buildings of one row; False when not one has room there."""
    room = False
    for start, end in runs_inside(local, span_m, v, style.depth_m):
        pieces = _pieces(end - start, style, rng)
        slack = (end - start) - sum(length + gap for _, length, gap in pieces) + (pieces[-1][2] if pieces else 0.0)
        u = start + slack / 2
        for sections, length, gap in pieces:
            room = True
            if rng.uniform() < style.fill:
                drawn.boxes.append(box(u, v, u + length, v + style.depth_m))
                drawn.sections.append(sections)
                drawn.rows.append(row)
            u += length + gap
    return room


def _pieces(room_m: float, style: RowStyle, rng: np.random.Generator) -> list[tuple[int, float, float]]:
    """Return (sections, length, gap after it) of the buildings that fit into a stretch."""
    pieces = []
    fewest, most = style.sections
    if 2 * style.section_m <= room_m < fewest * style.section_m:  # a corner: one short building
        fewest = 2
    while room_m >= fewest * style.section_m:
        sections = min(int(rng.integers(fewest, most + 1)), int(room_m // style.section_m))
        gap = float(rng.uniform(*style.end_gap_m))
        pieces.append((sections, sections * style.section_m, gap))
        room_m -= sections * style.section_m + gap
    return pieces


def _draw_across(
    drawn: Drawn, local: BaseGeometry, span_m: tuple[float, float], v: tuple[float, float], style: RowStyle,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    sections = int((v[1] - v[0]) // style.section_m)
    if sections < 2:
        return
    u = span_m[0] + rng.uniform(10.0, 30.0)
    while u + style.depth_m < span_m[1]:
        house = box(u, v[0], u + style.depth_m, v[0] + sections * style.section_m)
        if rng.uniform() < 0.8 and local.contains_properly(house):
            drawn.boxes.append(house)
            drawn.sections.append(sections)
            drawn.rows.append(-1)
        u += rng.uniform(70.0, 115.0)


def as_array(shapes: list[Polygon]) -> NDArray[np.object_]:
    """Return polygons as an object array, which shapely's vector functions want."""
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array
