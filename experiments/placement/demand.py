"""What a plan is asked to see: cells of streets, squares and the surroundings of schools and gates, with weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from experiments.placement.grid import Grid, Ground
from experiments.placement.watched import GroundClass, Watched
from sensors.coverage import TARGET_M
from sensors.sightline import Floats
from twin.city import City
from twin.city.heights import HeightRaster

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Demand:
    """Cells to be seen, row by row from the north; n of them.

    Attributes:
        grid: they lie on.
        cell: (n,) flat index in the grid, ascending.
        x_m, y_m: (n,) their middles.
        weight: (n,) what seeing each is worth; they add to 1.
        ground: (n,) uint8, row of ``classes`` counted from 1.
        classes: names of the classes of ground.
        mahalla: (n,) row of the mahalla each lies in, -1 for none.
    """

    grid: Grid
    cell: Ints
    x_m: Floats
    y_m: Floats
    weight: Floats
    ground: Ground
    classes: Sequence[str]
    mahalla: Ints

    def __len__(self) -> int:
        return len(self.cell)

    @property
    def xyz_m(self) -> Floats:
        """The (n, 3) targets: 1.5 m above the middles."""
        return np.column_stack([self.x_m, self.y_m, np.full(len(self), TARGET_M)])


def demand_in(
    city: City, area: shapely.Geometry, heights: HeightRaster, watched: Watched, cell_m: float,
    must_see: shapely.Geometry | None = None,
) -> Demand:  # fmt: skip
    """Return the cells of an area that are to be seen.

    Ground under a roof is left out. Must-see zones are cells too, whatever ground they are.

    Args:
        city: whose streets, areas and places make the ground.
        area: in the city's metres.
        heights: what stands there.
        watched: classes and weights.
        cell_m: side of a cell.
        must_see: zones all of whose open ground is to be seen, or None.
    """
    grid = Grid.over(area, cell_m)
    ground = _painted(city, grid, watched)
    if must_see is not None:
        wanted = grid.inside(must_see)
        ground[wanted & (ground == 0)] = 1
    ground[~grid.inside(area)] = 0
    row, column = np.nonzero(ground)
    x_m, y_m = grid.middles(row, column)
    open_air = heights.at(x_m, y_m) <= TARGET_M
    row, column, x_m, y_m = row[open_air], column[open_air], x_m[open_air], y_m[open_air]
    kinds = ground[row, column]
    weights = np.array([0.0, *(spec.weight for spec in watched.classes.values())])[kinds]
    total = float(weights.sum())
    return Demand(
        grid, row * grid.columns + column, x_m, y_m, weights / total if total else weights, kinds,
        list(watched.classes), _mahallas(city, grid, row, column),
    )  # fmt: skip


def _painted(city: City, grid: Grid, watched: Watched) -> Ground:
    layer = grid.empty()
    for value, spec in enumerate(watched.classes.values(), 1):
        _paint_streets(city, grid, layer, spec, watched.beside_m, value)
        _paint_junctions(city, grid, layer, spec, value)
        shapes = city.areas.geometry.to_numpy()[city.areas["kind"].isin(spec.areas).to_numpy(dtype=bool)]
        box = shapely.box(*_box(grid))
        for shape in shapes[shapely.intersects(shapes, box)] if len(shapes) else ():
            grid.paint_polygon(layer, shape, value)
        if spec.places:
            chosen = city.places["kind"].isin(spec.places).to_numpy(dtype=bool)
            grid.paint_discs(layer, _xy(city.places.geometry.to_numpy()[chosen]), spec.within_m, value)
    return layer


def _paint_streets(city: City, grid: Grid, layer: Ground, spec: GroundClass, beside_m: float, value: int) -> None:
    streets = city.streets[city.streets["street_class"].isin(spec.streets).to_numpy(dtype=bool)]
    if len(streets):
        lines = streets.geometry.to_numpy()
        half_m = streets["width_m"].to_numpy(np.float64) / 2.0 + beside_m
        near = shapely.intersects(lines, shapely.box(*_box(grid)))
        grid.paint_lines(layer, lines[near], half_m[near], value)


def _paint_junctions(city: City, grid: Grid, layer: Ground, spec: GroundClass, value: int) -> None:
    """Streets near a junction of three through ways or more; yards and lanes make none."""
    if not spec.junctions_m:
        return
    streets = city.streets[city.streets["drive"].to_numpy(dtype=bool)]
    streets = streets[~streets["street_class"].isin(["service", "living_street", "track"]).to_numpy(dtype=bool)]
    ends = np.concatenate([streets["u"].to_numpy(np.int64), streets["v"].to_numpy(np.int64)])
    nodes = np.flatnonzero(np.bincount(ends, minlength=len(city.nodes)) >= 3)
    near = grid.empty()
    grid.paint_discs(near, _xy(city.nodes.geometry.to_numpy()[nodes]), spec.junctions_m, 1)
    layer[(near > 0) & (layer > 0)] = value


def _mahallas(city: City, grid: Grid, row: Ints, column: Ints) -> Ints:
    """Return the mahalla of each cell, the lower row where borders touch."""
    layer = np.full((grid.rows, grid.columns), -1, dtype=np.int32)
    shapes = city.mahallas.geometry.to_numpy()
    box = shapely.box(*_box(grid))
    for i in np.flatnonzero(shapely.intersects(shapes, box))[::-1].tolist() if len(shapes) else ():
        west, south, east, north = shapes[i].bounds
        top = max(0, int((grid.north_m - north) / grid.cell_m) - 1)
        left = max(0, int((west - grid.west_m) / grid.cell_m) - 1)
        part = Grid(
            grid.cell_m, grid.west_m + left * grid.cell_m, grid.north_m - top * grid.cell_m,
            min(grid.rows - top, int((north - south) / grid.cell_m) + 3),
            min(grid.columns - left, int((east - west) / grid.cell_m) + 3),
        )  # fmt: skip
        if part.rows > 0 and part.columns > 0:
            layer[top : top + part.rows, left : left + part.columns][part.inside(shapes[i])] = i
    found: Ints = layer[row, column].astype(np.int64)
    return found


def _box(grid: Grid) -> tuple[float, float, float, float]:
    side = grid.cell_m
    return grid.west_m, grid.north_m - grid.rows * side, grid.west_m + grid.columns * side, grid.north_m


def _xy(points: NDArray[np.object_]) -> Floats:
    xy: Floats = shapely.get_coordinates(points).reshape(-1, 2)
    return xy
