"""Cells: what a superblock is divided into, and which cells become schools, kindergartens, clinics, bazaars."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.city.fabric.divide import cut_across, divide, divide_rows
from twin.city.fabric.flats import flat_shares, share_cells
from twin.city.fabric.names import NameGiver
from twin.city.fabric.plan import Plan
from twin.city.fabric.ways import DRIVE, LANE, MAHALLA, PASSAGE, QUARTER, Way
from twin.city.fabric.zoning import Zones
from twin.city.frame import District, Frame
from twin.streams import stream

CELL_HA: Final = {
    "flats": 5.0, "mahalla": 4.9, "village": 8.0, "campus": 8.5, "industry": 24.0, "field": 40.0, "park": 60.0,
    "stadium": 90.0, "bazaar": 12.0, "square": 90.0, "cemetery": 200.0,
}  # fmt: skip
HOUSE_BLOCK_M: Final = {"mahalla": (69.0, 260.0), "village": (90.0, 300.0)}  # two rows of plots deep, and long
WEAVE_M2: Final = 6800.0  # a house block of the old city
WOVEN: Final = 0.12  # share of the other mahallas' cells with an irregular weave (assumed)
PEOPLE_HA: Final = {"flats": 280.0, "mahalla": 80.0, "village": 35.0}
PLOT_HA: Final = {
    "school": 1.9, "kindergarten": 0.75, "clinic": 0.7, "fire_station": 0.7, "police": 0.5, "data_centre": 0.8,
    "bazaar": 3.0, "hospital": 4.0,
}  # fmt: skip
WIDEST: Final = 3.5  # a plot is at most so many times as large as its use wants
ROOM_M: Final = {"school": 30.0, "bazaar": 45.0, "hospital": 50.0}  # radius of the largest circle on the plot


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of land with one use.

    Attributes:
        face: its face in the plan.
        block: index of its superblock.
        use: the superblock's kind, the kind of its flats, or the public use it was given.
        epoch: of flats, ``old`` or ``new`` (built before 2015 or since); else "".
    """

    face: int
    block: int
    use: str
    epoch: str = ""


def lay_cells(
    plan: Plan, blocks: Sequence[int], zones: Zones, frame: Frame, district: District, names: NameGiver, seed: int
) -> list[Cell]:
    """Divide the superblocks into cells, give the public ones their places and the flats their kinds."""
    cells: list[list[Cell]] = []
    for block, (face, kind) in enumerate(zip(blocks, zones.kinds, strict=True)):
        rng = stream(seed, "city", district.name, "cells", str(block))
        straight = kind not in ("mahalla", "village")
        parts = divide(
            plan, face, rng, target_m2=CELL_HA[kind] * 1e4, way_of=_way_inside(kind, names),
            bend=0.03 if straight else 0.09, skew=0.05 if straight else 0.25, snap_m=26.0,
        )  # fmt: skip
        cells.append([Cell(part, block, kind) for part in parts])
    _give_public_uses(plan, cells, zones.kinds, frame, district, seed)
    laid = [cell for group in cells for cell in group]
    return _with_flats(plan, laid, zones, district, stream(seed, "city", district.name, "flats"))


def _with_flats(
    plan: Plan, cells: Sequence[Cell], zones: Zones, district: District, rng: np.random.Generator
) -> list[Cell]:
    """Return the cells, those of flats with the kind and epoch of their blocks; a superblock has mostly one."""
    flats = [i for i, cell in enumerate(cells) if cell.use == "flats"]
    area_ha = np.array([plan.polygon(cells[i].face).area / 1e4 for i in flats])
    own = rng.normal(0.0, 500.0, len(zones.kinds))
    rank = np.array([zones.remote_m[cells[i].block] + own[cells[i].block] for i in flats])
    kinds = share_cells(area_ha, rank, flat_shares(district), rng)
    out = list(cells)
    for i, (kind, epoch) in zip(flats, kinds, strict=True):
        out[i] = replace(cells[i], use=kind, epoch=epoch)
    return out


def lay_passages(
    plan: Plan, cells: Sequence[Cell], zones: Zones, district: str, names: NameGiver, seed: int
) -> list[Cell]:
    """Divide the cells of courtyard houses into house blocks along passages; other cells are returned as they are.

    In the old city, and here and there elsewhere, passages form an irregular weave; in later mahallas and in villages
    house blocks are two rows of plots deep and long.
    """
    out: list[Cell] = []
    for cell in cells:
        if cell.use not in ("mahalla", "village"):
            out.append(cell)
            continue
        rng = stream(seed, "city", district, "passages", str(cell.face))
        way_of = _passage(names)
        if zones.old[cell.block] or (cell.use == "mahalla" and rng.uniform() < WOVEN):
            target = WEAVE_M2 * zones.plot_size
            parts = divide(plan, cell.face, rng, target_m2=target, way_of=way_of, bend=0.08, skew=0.25, snap_m=12.0)
        else:
            depth_m, length_m = (zones.plot_size**0.5 * side for side in HOUSE_BLOCK_M[cell.use])
            parts = divide_rows(
                plan, cell.face, rng, depth_m=depth_m, length_m=length_m, way_of=way_of, bend=0.06, skew=0.18,
                snap_m=14.0,
            )  # fmt: skip
        out.extend(Cell(part, cell.block, cell.use) for part in parts)
    return out


def _way_inside(kind: str, names: NameGiver) -> Callable[[float], Way]:
    """Return what is laid inside a superblock: one name for a quarter's roads, one for each street of a mahalla."""
    if kind == "flats":
        way = QUARTER.named(names.quarter())
        return lambda _: way
    if kind in ("mahalla", "village"):
        return lambda _: MAHALLA.named(names.street())
    return lambda _: DRIVE


def _passage(names: NameGiver) -> Callable[[float], Way]:
    return lambda area_m2: (PASSAGE if area_m2 > 14_000.0 else LANE).named(names.mark())


def _give_public_uses(
    plan: Plan, cells: list[list[Cell]], kinds: Sequence[str], frame: Frame, district: District, seed: int
) -> None:
    rng = stream(seed, "city", district.name, "public uses")
    areas = [sum(plan.polygon(c.face).area for c in group) for group in cells]
    people = np.array([area * PEOPLE_HA.get(kind, 0.0) for area, kind in zip(areas, kinds, strict=True)])
    of = np.array(kinds)
    work = np.where(np.isin(of, ["campus", "industry"]), 1.0, 0.0)
    campus = np.where(of == "campus", 1.0, 0.0) if (of == "campus").any() else people
    weights = {
        "school": people, "kindergarten": people, "clinic": people,
        "hospital": campus, "fire_station": work if work.any() else people, "police": campus, "data_centre": campus,
    }  # fmt: skip
    known = _known_blocks(plan, cells, frame)
    anywhere = [int(i) for i in np.argsort(-people, kind="stable") if people[i] > 0.0]
    for use, weight in weights.items():
        real = known.get(use, [])
        drawn = spread(weight, int(district.figures.counts.get(use, 0)) - len(real), rng) if weight.any() else []
        for block in [*real, *drawn]:
            others = [int(i) for i in np.argsort(-weight, kind="stable") if weight[i] > 0.0]
            next((b for b in [block, *others, *anywhere] if _give(plan, cells[b], use, rng)), None)


def _known_blocks(plan: Plan, cells: list[list[Cell]], frame: Frame) -> dict[str, list[int]]:
    """Return, for each public use with known places, the superblocks they lie in."""
    shapes = [shapely.union_all([plan.polygon(cell.face) for cell in group]) for group in cells]
    found: dict[str, list[int]] = {}
    for spot in frame.spots:
        inside: NDArray[np.intp] = np.flatnonzero(shapely.contains_xy(np.array(shapes, dtype=object), *spot.at))
        if spot.kind in ("hospital", "data_centre") and len(inside):
            found.setdefault(spot.kind, []).append(int(inside[0]))
    return found


def spread(weight: NDArray[np.float64], count: int, rng: np.random.Generator) -> list[int]:
    """Return ``count`` row numbers, evenly along the cumulated weight (systematic sampling)."""
    if count <= 0:
        return []
    edges = np.cumsum(weight)
    marks = (np.arange(count) + rng.uniform()) / count * edges[-1]
    return [int(i) for i in np.searchsorted(edges, marks, side="right")]


def _give(plan: Plan, group: list[Cell], use: str, rng: np.random.Generator) -> bool:
    """Turn one ordinary cell of a superblock, or a part of it, over to a public use; False where none is roomy."""
    wanted = PLOT_HA[use] * 1e4
    common = [cell for cell in group if cell.use in CELL_HA]
    for cell in sorted(common, key=lambda cell: abs(np.log(plan.polygon(cell.face).area / (2.2 * wanted)))):
        plot, rest = _carve(plan, cell, wanted, rng)
        given = _roomy(plan, plot, use) and plan.polygon(plot).area < WIDEST * wanted
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
