"""A fleet over a whole city, one window of cells at a time: each window's figures are added up and forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sensors.cameras import CameraFleet
from sensors.coverage import TARGET_M, is_open
from sensors.kernels import kernel
from sensors.masking import unmasked
from sensors.night import Lamps, night_reach_m
from sensors.optics import Dori
from sensors.pictured import may_picture
from sensors.poses import Poses, poses_of, take_poses
from sensors.region_sums import NOT_OPEN, UNSEEN, FailureSums, RegionSums, mark_inside
from sensors.regions import Grid, by_row, in_window
from sensors.samples import Samples
from sensors.sighting_odds import SightingOdds
from sensors.sightline import PTZ_PRESETS, Heights_dm
from sensors.tally import CellTally, tally
from sensors.visibility import visibility
from twin.city.heights import HeightRaster

WINDOW_CELLS: Final = 1024
MOST_CENTRES: Final = 64
OTHERS: Final = "others"

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Window:
    """Cells of a raster: rows ``top`` to ``bottom``, columns ``left`` to ``right``, the last ones not.

    Attributes:
        slots: (rows, columns) int32 where each cell is in ``cells``; NOT_OPEN, UNSEEN.
        cells: figures of those that somebody sees.
    """

    top: int
    bottom: int
    left: int
    right: int
    slots: NDArray[np.int32]
    cells: CellTally


@dataclass(frozen=True)
class FleetTally:
    """What a fleet sees of a city.

    Attributes:
        fleet: n cameras.
        grid: the cells.
        dori: the classes.
        odds: what can be noticed.
        regions: sums over the areas of each level (``city``, ``district``, ``mahalla``), in cells.
        samples: sums over named ground, in the weight of its points.
        failures: who alone sees what.
        centres: names of the data centres, in the order of the sums.
    """

    fleet: CameraFleet
    grid: Grid
    dori: Dori
    odds: SightingOdds
    regions: Mapping[str, RegionSums]
    samples: RegionSums
    failures: FailureSums
    centres: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """What a fleet is asked: which areas and named ground, in which light, for what.

    Attributes:
        areas: stretches (k, 4) and the number of areas by level; ``city`` must be there, and is one area.
        samples: named ground.
        lamps: street lamps.
        dori: classes.
        odds: what is to be noticed.
        ptz_presets: bearings a rotating camera without presets tours.
    """

    areas: Mapping[str, tuple[Ints, int]]
    samples: Samples
    lamps: Lamps
    dori: Dori
    odds: SightingOdds
    ptz_presets: int = PTZ_PRESETS


def grid_of(heights: HeightRaster) -> Grid:
    """Return the cells of a height raster."""
    return Grid(heights.cell_m, heights.west_m, heights.north_m, *heights.height_dm.shape)


def fleet_tally(
    fleet: CameraFleet, heights: HeightRaster, asked: Asked, also: Callable[[Window], None] | None = None
) -> FleetTally:
    """Return what a fleet sees of open ground, of a target 1.5 m up in the middle of each cell.

    The same bytes with any number of threads.

    Args:
        fleet: n cameras; lenses, presets and masks count.
        heights: what stands in the way; its cells are those counted.
        asked: areas, named ground, lamps, classes.
        also: called with each window that is in the city or in view, from the north-west.
    """
    grid, poses = grid_of(heights), poses_of(fleet, asked.ptz_presets)
    classes, things = len(asked.dori.bounds_px_m), len(asked.odds.what)
    centres, centre = _centres(fleet)
    regions = {level: RegionSums.none(count, classes, things) for level, (_, count) in asked.areas.items()}
    rows = {level: by_row(stretches) for level, (stretches, _) in asked.areas.items()}
    by_window = _samples_by_window(asked.samples, grid)
    named = RegionSums.none(len(asked.samples.kind), classes, things)
    failures = FailureSums.none(len(fleet), classes, len(centres))
    for top, bottom, left, right in _windows(grid):
        near = _near(poses, grid, top, bottom, left, right)
        areas = {level: in_window(stretches, top, bottom, left, right) for level, stretches in rows.items()}
        if not len(near) and not any(map(len, areas.values())) and (top, left) not in by_window:
            continue
        inside = mark_inside(areas["city"], bottom - top, right - left)
        window = _window(poses, near, grid, heights, asked, centre, (top, bottom, left, right), inside, failures.seen)
        for level, stretches in areas.items():
            regions[level].add_stretches(stretches, window.slots, window.cells)
        failures.add_stretches(areas["city"], window.slots, window.cells)
        _add_samples(named, asked.samples, by_window.get((top, left)), grid, window)
        if also is not None:
            also(window)
    return FleetTally(fleet, grid, asked.dori, asked.odds, regions, named, failures, centres)


def _windows(grid: Grid) -> Iterator[tuple[int, int, int, int]]:
    for top in range(0, grid.rows, WINDOW_CELLS):
        for left in range(0, grid.columns, WINDOW_CELLS):
            yield top, min(top + WINDOW_CELLS, grid.rows), left, min(left + WINDOW_CELLS, grid.columns)


def _centres(fleet: CameraFleet) -> tuple[tuple[str, ...], NDArray[np.uint64]]:
    """Return the names of data centres and each camera's bit; those beyond 63 share the last, ``others``."""
    names, counts = np.unique(fleet.data_centre[fleet.data_centre != ""], return_counts=True)
    if len(names) > MOST_CENTRES:
        kept = np.sort(names[np.argsort(-counts, kind="stable")[: MOST_CENTRES - 1]])
        told = (*kept.tolist(), OTHERS)
    else:
        kept, told = names, tuple(names.tolist())
    if not len(kept):
        return (), np.zeros(len(fleet), np.uint64)
    row = np.minimum(np.searchsorted(kept, fleet.data_centre), len(kept) - 1)
    row = np.where(kept[row] == fleet.data_centre, row, len(told) - 1)
    bits = np.left_shift(np.uint64(1), row.astype(np.uint64))
    return told, np.where(fleet.data_centre == "", np.uint64(0), bits)


def _near(poses: Poses, grid: Grid, top: int, bottom: int, left: int, right: int) -> Ints:
    """Return the rows of poses whose range reaches into a window."""
    west, north = grid.west_m + left * grid.cell_m, grid.north_m - top * grid.cell_m
    east, south = grid.west_m + right * grid.cell_m, grid.north_m - bottom * grid.cell_m
    x, y, reach = poses.fleet.x_m, poses.fleet.y_m, poses.fleet.range_m
    away = np.hypot(np.clip(x, west, east) - x, np.clip(y, south, north) - y)
    return np.flatnonzero(away <= reach)


def _window(
    poses: Poses, near: Ints, grid: Grid, heights: HeightRaster, asked: Asked, centre: NDArray[np.uint64],
    edges: tuple[int, int, int, int], inside: NDArray[np.bool_], seen_by_camera: Ints,
) -> Window:  # fmt: skip
    top, bottom, left, right = edges
    open_cells = _open(heights.height_dm[top:bottom, left:right])
    slots = np.where(open_cells, UNSEEN, NOT_OPEN).astype(np.int32)
    classes, things = len(asked.dori.bounds_px_m), len(asked.odds.what)
    if not len(near):
        return Window(*edges, slots, CellTally.empty(0, classes, things))
    here = take_poses(poses, near)
    row, column = np.nonzero(open_cells & may_picture(here.fleet, grid, top, left, bottom - top, right - left))
    points = np.column_stack(
        [
            grid.west_m + (left + column + 0.5) * grid.cell_m,
            grid.north_m - (top + row + 0.5) * grid.cell_m,
            np.full(len(row), TARGET_M),
        ]
    )
    fleet, camera = here.fleet, here.camera
    found = visibility(fleet, heights, points, least_px_m=float(asked.dori.bounds_px_m[0]))
    starts, point, density = unmasked(here.lenses, found.indptr, found.point.astype(np.int64), found.px_per_m, points)
    hit = np.zeros(len(points), dtype=bool)
    hit[point] = True
    seen = np.flatnonzero(hit)
    slot = np.full(len(points), UNSEEN, np.int32)
    slot[seen] = np.arange(len(seen))
    slots[row[seen], column[seen]] = slot[seen]
    pose = np.repeat(np.arange(len(near)), np.diff(starts))
    at = points[point]
    reach = night_reach_m(fleet)[pose]
    away = np.hypot(at[:, 0] - fleet.x_m[pose], at[:, 1] - fleet.y_m[pose])
    by_night = (away <= reach) | asked.lamps.light(points[seen])[slot[point]]
    cells = CellTally.empty(len(seen), classes, things)
    tally(
        starts, slot[point].astype(np.int64), density, by_night, camera, here.share, centre[camera],
        asked.dori.bounds_px_m, asked.odds.picture_width_px / here.lenses.width_px,
        (fleet.kind == "plate").astype(np.int64), asked.odds.missed, *cells.columns(),
    )  # fmt: skip
    _count_seen(starts, slot[point].astype(np.int64), camera, inside[row[seen], column[seen]], seen_by_camera)
    return Window(*edges, slots, cells)


@kernel
def _open(height_dm: Heights_dm) -> NDArray[np.bool_]:
    found = np.empty(height_dm.shape, np.bool_)
    none = np.zeros((0, 0), np.bool_)
    for row in range(height_dm.shape[0]):
        for column in range(height_dm.shape[1]):
            found[row, column] = is_open(height_dm, none, row, column)
    return found


@kernel
def _count_seen(starts: Ints, cell: Ints, camera: Ints, inside: NDArray[np.bool_], seen: Ints) -> None:
    """Add to each camera the cells inside the city that its poses see, each once."""
    last = np.full(len(inside), -1, np.int64)
    for pose in range(len(camera)):
        for e in range(starts[pose], starts[pose + 1]):
            at = cell[e]
            if inside[at] and last[at] != camera[pose]:
                last[at] = camera[pose]
                seen[camera[pose]] += 1


def _samples_by_window(samples: Samples, grid: Grid) -> dict[tuple[int, int], Ints]:
    """Return the rows of the points that fall into each window, by its top and left."""
    down = np.floor((grid.north_m - samples.xy_m[:, 1]) / (grid.cell_m * WINDOW_CELLS)).astype(np.int64)
    along = np.floor((samples.xy_m[:, 0] - grid.west_m) / (grid.cell_m * WINDOW_CELLS)).astype(np.int64)
    order = np.lexsort((along, down))
    moved = (np.diff(down[order]) != 0) | (np.diff(along[order]) != 0)
    runs = np.split(order, np.flatnonzero(moved) + 1) if len(order) else []
    return {(int(down[run[0]]) * WINDOW_CELLS, int(along[run[0]]) * WINDOW_CELLS): run for run in runs}


def _add_samples(named: RegionSums, samples: Samples, rows: Ints | None, grid: Grid, window: Window) -> None:
    if rows is None:
        return
    xy = samples.xy_m[rows]
    row = np.floor((grid.north_m - xy[:, 1]) / grid.cell_m).astype(np.int64) - window.top
    column = np.floor((xy[:, 0] - grid.west_m) / grid.cell_m).astype(np.int64) - window.left
    inside = (row < window.slots.shape[0]) & (column < window.slots.shape[1])
    rows, row, column = rows[inside], row[inside], column[inside]
    named.add(samples.group[rows], window.slots[row, column], samples.weight[rows], window.cells)
