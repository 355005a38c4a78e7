"""One district filled: its faces of the skeleton become superblocks, streets, buildings, people, mahallas, places.

A district draws from its own streams and reads only the skeleton, so it comes out the same alone, beside others and in
any process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from twin.city.fabric.borders import join_mahallas, outline_of, parcels_of
from twin.city.fabric.cells import CELL_HA, Cell, lay_cells, lay_passages
from twin.city.fabric.deadends import close_passages, drop_islands, make_oneways, open_fields
from twin.city.fabric.divide import divide, divide_strip
from twin.city.fabric.flats import flat_shares
from twin.city.fabric.houses import draw_houses
from twin.city.fabric.names import NameGiver, name_passages
from twin.city.fabric.people import settle, share_out
from twin.city.fabric.places import Place, district_places, parks_of
from twin.city.fabric.plan import XY, Edge, Plan, edge_of
from twin.city.fabric.public import PATTERNS, build_airport, build_park, build_public, build_stadium
from twin.city.fabric.quarters import STYLES, build_rows
from twin.city.fabric.rows import as_array
from twin.city.fabric.skeleton import Ground, Skeleton
from twin.city.fabric.stock import Building
from twin.city.fabric.ways import COLLECTOR, DISTRICT, MEDIAN_M, Way
from twin.city.fabric.years import built_years
from twin.city.fabric.zoning import Zones, zone
from twin.city.frame import District, Frame
from twin.streams import stream

SUPERBLOCK_HA: Final = 33.0
KERB_M: Final = 0.4
OPEN: Final = {
    "park": "park", "stadium": "park", "field": "field", "industry": "industry", "square": "square",
    "cemetery": "cemetery",
}  # fmt: skip


@dataclass(frozen=True)
class Fabric:
    """What one district is filled with. Geometry as WKB, so that it travels between processes as bytes.

    Attributes:
        district: its number in the frame.
        own: skeleton number of each of the first points of ``points``; the others are the district's own.
        points: metres.
        ways: ways that the district laid, by two of its points.
        inserted: for each edge of the skeleton, the district's points on it, from the lower number to the higher.
        shapes, columns: the buildings.
        mahallas: name, residents, outline.
        places: as they stand, not yet tied to nodes.
        areas: kind, name, outline.
        counts: what came of it.
    """

    district: int
    own: tuple[int, ...]
    points: list[XY]
    ways: dict[Edge, Way]
    inserted: dict[Edge, list[int]]
    shapes: NDArray[np.object_]
    columns: dict[str, NDArray[np.generic] | list[str]]
    mahallas: list[tuple[str, int, bytes]]
    places: list[Place]
    areas: list[tuple[str, str, bytes]]
    counts: dict[str, int]


def fill_district(skeleton: Skeleton, frame: Frame, number: int, seed: int) -> Fabric:
    """Lay out, build and people one district: the greatest streets first, buildings and their lanes last."""
    district = frame.districts[number]

    def rng(*purpose: str) -> np.random.Generator:
        return stream(seed, "city", district.name, *purpose)

    plan, own, grounds = _start(skeleton, number)
    names = NameGiver([*frame.figures.street_words, *district.mahallas], district.name, seed)
    blocks, known, whole = _superblocks(plan, grounds, names, rng("superblocks"))
    parcels = parcels_of(plan, [*blocks, *whole])
    dwellings = int(_dwellings(frame)[number])
    shapes = as_array([parcel.shape for parcel in parcels[: len(blocks)]])
    zones = zone(shapes, known, frame, district, dwellings, rng("zones"))
    open_fields(plan, [face for face, kind in zip(blocks, zones.kinds, strict=True) if kind == "field"])
    cells = lay_cells(plan, blocks, zones, frame, district, names, seed)
    cells = lay_passages(plan, cells, zones, district.name, names, seed)
    dead_ends = close_passages(plan, rng("dead ends"))
    stock = [b for cell in cells for b in _build(plan, cell, frame, zones.plot_size, rng("build", str(cell.face)))]
    airports = [i for i, face in enumerate(whole) if grounds[face].use == "airport"]
    stock += [b for i in airports for b in build_airport(parcels[len(blocks) + i].shape, len(blocks) + i)]
    areas = [*_areas(plan, cells, zones, district.name), *_strip_areas(plan, grounds)]
    drop_islands(plan)
    oneways = make_oneways(plan, rng("one-way"))
    name_passages(plan, district.name)
    kept = clear_of_streets(stock, plan)
    homes, people = settle(
        kept, dwellings, district.figures.residents, zones.flats_share, flat_shares(district), rng("people")
    )
    in_block = np.bincount([b.block for b in kept], weights=people, minlength=len(parcels)).astype(np.int64)
    group = np.array(join_mahallas(parcels, in_block, len(district.mahallas)))
    mahallas = _mahallas(
        district,
        [outline_of(parcels, np.flatnonzero(group == i).tolist()) for i in range(group.max() + 1)],
        np.bincount(group, weights=in_block).astype(np.int64),
        rng("mahalla names"),
    )
    counts = Counter(f"{kind} superblocks" for kind in zones.kinds)
    counts.update(
        {"dead ends": dead_ends, "one-way ways": oneways, "buildings dropped for streets": len(stock) - len(kept)}
    )
    ways, inserted = _laid(plan, own)
    return Fabric(
        number, own, plan.points, ways, inserted, shapely.to_wkb(as_array([b.shape for b in kept])),
        _columns(kept, homes, people, rng("years")), mahallas,
        [*district_places(frame, district, kept, people, mahallas), *parks_of(areas)], areas,
        dict(sorted(counts.items())),
    )  # fmt: skip


def _dwellings(frame: Frame) -> NDArray[np.int64]:
    """Return the dwellings of each district: the city's, shared out by residents."""
    people = np.array([district.figures.residents for district in frame.districts], dtype=np.float64)
    return share_out(people, frame.figures.city.dwellings)


def _start(skeleton: Skeleton, number: int) -> tuple[Plan, tuple[int, ...], list[Ground]]:
    """Return a plan of the district's faces, the skeleton's number of each of its points, and what each face is."""
    grounds = [ground for ground in skeleton.grounds if ground.district == number]
    own = tuple(sorted({point for ground in grounds for point in ground.ring}))
    local = {point: i for i, point in enumerate(own)}
    faces = {i: [local[point] for point in ground.ring] for i, ground in enumerate(grounds)}
    sides = {edge_of(u, v) for ring in faces.values() for u, v in zip(ring, [*ring[1:], ring[0]], strict=True)}
    ways = {(u, v): skeleton.ways[own[u], own[v]] for u, v in sorted(sides)}
    return Plan([skeleton.points[p] for p in own], ways, faces), own, grounds


def _superblocks(
    plan: Plan, grounds: Sequence[Ground], names: NameGiver, rng: np.random.Generator
) -> tuple[list[int], dict[int, tuple[str, str]], list[int]]:
    """Return the superblocks to be filled, what those are that the frame knows, and the faces left as they are."""

    def way_of(area_m2: float) -> Way:
        return (DISTRICT if area_m2 > 1.3e6 else COLLECTOR).named(names.street())

    blocks: list[int] = []
    known: dict[int, tuple[str, str]] = {}
    for face, ground in enumerate(grounds):
        if not ground.use:
            blocks += divide(
                plan, face, rng, target_m2=SUPERBLOCK_HA * 1e4, way_of=way_of, bend=0.05, skew=0.12, snap_m=70.0
            )
        elif ground.use in CELL_HA:
            known[len(blocks)] = ground.use, ground.name
            blocks.append(face)
    for i, block in enumerate(list(blocks)):  # last, so that what is drawn for the others stays
        if i not in known and plan.polygon(block).area > 1.6 * SUPERBLOCK_HA * 1e4:
            first, *rest = divide_strip(plan, block, target_m2=SUPERBLOCK_HA * 1e4, way_of=way_of, snap_m=70.0)
            blocks[i] = first
            blocks += rest
    return blocks, known, [face for face, ground in enumerate(grounds) if ground.use and ground.use not in CELL_HA]


def _build(plan: Plan, cell: Cell, frame: Frame, plot_size: float, rng: np.random.Generator) -> list[Building]:
    if cell.use in ("mahalla", "village"):
        ground, front = plan.ground(cell.face), plan.main_sides(cell.face)
        return draw_houses(ground, front, cell.use, plot_size, cell.block, rng)
    if cell.use in PATTERNS:
        return build_public(plan, cell, rng)
    if cell.use in ("field", "cemetery", "square"):
        return []
    if cell.use == "park":
        return build_park(plan, cell, rng)
    if cell.use == "stadium":
        inner = plan.polygon(cell.face)
        known = [s.at for s in frame.spots if s.kind == "stadium" and inner.buffer(300.0).contains(shapely.Point(s.at))]
        found = build_stadium(plan, cell, known[0]) if known else []
        return found if found else build_park(plan, cell, rng)
    if cell.use in STYLES:
        return build_rows(plan, cell, rng)
    raise AssertionError(f"nobody builds {cell.use!r}")


def clear_of_streets(stock: Sequence[Building], plan: Plan) -> list[Building]:
    """Return the buildings that stand on no carriageway and on no other building."""
    shapes = as_array([b.shape for b in stock])
    driven = [(u, v, way) for (u, v), way in sorted(plan.ways.items()) if way is not None and way.drive]
    lines = shapely.linestrings([[plan.points[u], plan.points[v]] for u, v, _ in driven])
    half = np.array([way.width_m / 2 + (MEDIAN_M / 2 if way.dual else 0.0) + KERB_M for _, _, way in driven])
    tree = STRtree(shapes)
    hit = np.zeros(len(shapes), dtype=bool)
    hit[tree.query(shapely.buffer(lines, half, cap_style="flat"), predicate="intersects")[1]] = True
    one, two = tree.query(shapes, predicate="intersects")
    pairs = one < two
    one, two = one[pairs], two[pairs]
    deep = shapely.area(shapely.intersection(shapes[one], shapes[two])) > 0.05
    for i, j in zip(one[deep].tolist(), two[deep].tolist(), strict=True):
        if not hit[i]:
            hit[j] = True
    return [building for building, gone in zip(stock, hit.tolist(), strict=True) if not gone]


def _areas(plan: Plan, cells: Sequence[Cell], zones: Zones, district: str) -> list[tuple[str, str, bytes]]:
    out, parks = [], 0
    for cell in cells:
        kind = OPEN.get(cell.use)
        if kind is None:
            continue
        ground = plan.ground(cell.face)
        if ground.is_empty or ground.area < 500.0:
            continue
        parks += kind == "park"
        name = zones.names[cell.block] or (f"{district} {parks}-bog‘" if kind == "park" else "")
        out.append((kind, name, shapely.to_wkb(ground)))
    return out


def _strip_areas(plan: Plan, grounds: Sequence[Ground]) -> list[tuple[str, str, bytes]]:
    return [
        (ground.use, ground.name, shapely.to_wkb(plan.polygon(face)))
        for face, ground in enumerate(grounds)
        if ground.use in ("water", "rail", "airport")
    ]


def _mahallas(
    district: District, outlines: Sequence[shapely.Geometry], people: NDArray[np.int64], rng: np.random.Generator
) -> list[tuple[str, int, bytes]]:
    order = rng.permutation(len(district.mahallas))[: len(outlines)]
    return [
        (district.mahallas[i], count, shapely.to_wkb(outline))
        for i, count, outline in zip(order, people.tolist(), outlines, strict=True)
    ]


def _laid(plan: Plan, own: Sequence[int]) -> tuple[dict[Edge, Way], dict[Edge, list[int]]]:
    """Return the ways that the district laid, and its points on the skeleton's edges, in their order."""
    ways = {edge: way for edge, way in sorted(plan.ways.items()) if way is not None and edge not in plan.origin}
    inserted: dict[Edge, set[int]] = {}
    for edge, origin in plan.origin.items():
        inserted.setdefault(origin, set()).update(point for point in edge if point >= len(own))
    out = {}
    for (u, v), points in sorted(inserted.items()):
        (x, y), (x2, y2) = plan.points[u], plan.points[v]
        along = {p: (plan.points[p][0] - x) * (x2 - x) + (plan.points[p][1] - y) * (y2 - y) for p in points}
        if points:
            out[own[u], own[v]] = sorted(points, key=lambda p: (along[p], p))
    return ways, out


def _columns(
    stock: Sequence[Building], dwellings: NDArray[np.int64], residents: NDArray[np.int64], rng: np.random.Generator
) -> dict[str, NDArray[np.generic] | list[str]]:
    return {
        "use": [b.use for b in stock],
        "storeys": np.array([b.storeys for b in stock], dtype=np.int64),
        "height_m": np.array([b.height_m for b in stock], dtype=np.float64),
        "dwellings": dwellings,
        "residents": residents,
        "entrances": np.array([b.entrances for b in stock], dtype=np.int64),
        "built_year": built_years(stock, rng),
    }
