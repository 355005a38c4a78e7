"""Cells: what a superblock is divided into, and which cells become schools, kindergartens, clinics, bazaars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.fabric.divide import cut_across, divide
from twin.city.fabric.frame import Frame
from twin.city.fabric.names import NameGiver
from twin.city.fabric.plan import Plan
from twin.city.fabric.ways import DRIVE, LANE, MAHALLA, PASSAGE, QUARTER, Way
from twin.city.fabric.zoning import FLATS
from twin.streams import stream

CELL_HA: Final = {
    "rows4": 3.4, "rows5": 3.6, "rows9": 4.4, "towers": 3.6, "mahalla": 3.6, "village": 5.5, "campus": 4.5,
    "industry": 6.5, "field": 9.0, "park": 60.0, "stadium": 90.0,
}  # fmt: skip
PEOPLE_HA: Final = {"rows4": 230.0, "rows5": 280.0, "rows9": 400.0, "towers": 500.0, "mahalla": 80.0, "village": 35.0}
PLOT_HA: Final = {
    "school": 1.9, "kindergarten": 0.75, "clinic": 0.7, "fire_station": 0.7, "police": 0.5, "data_centre": 0.8,
    "bazaar": 3.0, "hospital": 4.0,
}  # fmt: skip
ROOM_M: Final = {"school": 30.0, "bazaar": 45.0, "hospital": 50.0}  # radius of the largest circle on the plot


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of land with one use.

    Attributes:
        face: its face in the plan.
        block: index of its superblock.
        use: the superblock's kind, or the public use it was given.
    """

    face: int
    block: int
    use: str


def lay_cells(plan: Plan, blocks: Sequence[int], kinds: Sequence[str], frame: Frame, seed: int) -> list[Cell]:
    """Divide the superblocks into cells and give the public ones their places."""
    names = NameGiver(frame.figures["street_words"], seed)
    cells: list[list[Cell]] = []
    for block, (face, kind) in enumerate(zip(blocks, kinds, strict=True)):
        rng = stream(seed, "city", "cells", str(block))
        way = _way_inside(kind).named(names.numbered(f"{block + 1}-mavze", "yo‘l"))
        straight = kind not in ("mahalla", "village")
        parts = divide(
            plan, face, rng, target_m2=CELL_HA[kind] * 1e4, way_of=lambda _, way=way: way,  # type: ignore[misc]
            bend=0.03 if straight else 0.09, skew=0.05 if straight else 0.25, snap_m=26.0,
        )  # fmt: skip
        cells.append([Cell(part, block, kind) for part in parts])
    _give_public_uses(plan, cells, kinds, frame, seed)
    return [cell for group in cells for cell in group]


def lay_passages(plan: Plan, cells: Sequence[Cell], seed: int) -> list[Cell]:
    """Divide the cells of courtyard houses into house blocks along passages; other cells are returned as they are."""
    out: list[Cell] = []
    for cell in cells:
        if cell.use not in ("mahalla", "village"):
            out.append(cell)
            continue
        rng = stream(seed, "city", "passages", str(cell.face))
        target = 5200.0 if cell.use == "mahalla" else 9500.0
        parts = divide(
            plan, cell.face, rng, target_m2=target, way_of=_passage, bend=0.07, skew=0.22, snap_m=12.0
        )  # fmt: skip
        out.extend(Cell(part, cell.block, cell.use) for part in parts)
    return out


def _way_inside(kind: str) -> Way:
    if kind in FLATS:
        return QUARTER
    return MAHALLA if kind in ("mahalla", "village") else DRIVE


def _passage(area_m2: float) -> Way:
    return PASSAGE if area_m2 > 14_000.0 else LANE


def _give_public_uses(plan: Plan, cells: list[list[Cell]], kinds: Sequence[str], frame: Frame, seed: int) -> None:
    rng = stream(seed, "city", "public uses")
    counts = frame.figures["counts"]
    people = np.array(
        [
            sum(plan.polygon(c.face).area for c in group) * PEOPLE_HA.get(kind, 0.0)
            for group, kind in zip(cells, kinds, strict=True)
        ]
    )
    flats = np.where(np.isin(kinds, list(FLATS)), people, 0.0)
    campus = np.where(np.array(kinds) == "campus", 1.0, 0.0)
    for use, weight, count in (
        ("school", people, counts["schools"]),
        ("kindergarten", people, counts["kindergartens"]),
        ("clinic", people, counts["clinics"]),
        ("bazaar", flats, counts["bazaars"]),
        ("hospital", campus, counts["hospitals"]),
        ("fire_station", np.where(np.isin(kinds, ["campus", "industry"]), 1.0, 0.0), counts["fire_stations"]),
        ("police", campus, 1),
        ("data_centre", campus, 1),
    ):
        for block in spread(weight, count, rng):
            others = [int(i) for i in np.argsort(-weight, kind="stable") if weight[i] > 0.0]
            next((b for b in [block, *others] if _give(plan, cells[b], use, rng)), None)


def spread(weight: NDArray[np.float64], count: int, rng: np.random.Generator) -> list[int]:
    """Return ``count`` row numbers, evenly along the cumulated weight (systematic sampling)."""
    edges = np.cumsum(weight)
    marks = (np.arange(count) + rng.uniform()) / count * edges[-1]
    return [int(i) for i in np.searchsorted(edges, marks, side="right")]


def _give(plan: Plan, group: list[Cell], use: str, rng: np.random.Generator) -> bool:
    """Turn one ordinary cell of a superblock, or a part of it, over to a public use; False where none is roomy."""
    wanted = PLOT_HA[use] * 1e4
    common = [cell for cell in group if cell.use in CELL_HA]
    for cell in sorted(common, key=lambda cell: abs(np.log(plan.polygon(cell.face).area / (2.2 * wanted)))):
        plot, rest = _carve(plan, cell, wanted, rng)
        given = _roomy(plan, plot, use)
        group.remove(cell)
        group.append(Cell(plot, cell.block, use if given else cell.use))
        group.extend(Cell(face, cell.block, cell.use) for face in rest)
        if given:
            return True
    return False


def _carve(plan: Plan, cell: Cell, wanted_m2: float, rng: np.random.Generator) -> tuple[int, list[int]]:
    """Return a plot of about the wanted size, cut off a cell by a fence, and what is left of the cell."""
    area = plan.polygon(cell.face).area
    if area < 1.7 * wanted_m2:
        return cell.face, []
    halves = cut_across(plan, cell.face, rng, None, share=wanted_m2 / area, snap_m=4.0)
    if halves is None:
        return cell.face, []
    one, two = sorted(halves, key=lambda face: abs(plan.polygon(face).area - wanted_m2))
    return one, [two]


def _roomy(plan: Plan, face: int, use: str) -> bool:
    """Return whether a plot is wide enough behind its sidewalks for a building of this use."""
    ground = plan.ground(face)
    if ground.is_empty:
        return False
    return bool(shapely.maximum_inscribed_circle(ground, tolerance=1.0).length >= ROOM_M.get(use, 19.0))
