"""The height raster against polygons worked by hand and against shapely's own answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.city import City
from twin.city.heights import HeightRaster, heights_of
from twin.city.heights.contents import Contents, filled_tiles
from twin.city.heights.raster import Frame
from twin.city.schema import layer_table
from twin.errors import InputError

CRS = "EPSG:32642"


def town_with(shapes: list[shapely.Polygon], heights: list[float]) -> City:
    """A grid town of one block, 100 m square, with these buildings; outlines in metres from its corner."""
    moved = [shapely.affinity.translate(shape, WEST_M, SOUTH_M) for shape in shapes]
    columns = {
        "use": "residential", "storeys": 1, "height_m": heights, "dwellings": 0, "residents": 0, "entrances": 1,
        "osm_id": -1, "inferred": "",
    }  # fmt: skip
    return replace(grid_town(2, 2), buildings=layer_table("buildings", columns, moved, CRS))


def middles(raster: HeightRaster) -> tuple[np.ndarray, np.ndarray]:
    """The middles of all cells as (rows, columns) arrays."""
    rows, columns = raster.height_dm.shape
    x = raster.west_m + (np.arange(columns) + 0.5) * raster.cell_m
    y = raster.north_m - (np.arange(rows) + 0.5) * raster.cell_m
    return np.meshgrid(x, y)


def test_a_building_of_ten_by_twenty_metres_covers_two_hundred_cells() -> None:
    raster = heights_of(town_with([shapely.box(10, 20, 20, 40)], [12.34]), bare=True)
    assert (raster.west_m, raster.north_m) == (WEST_M, SOUTH_M + 100)
    assert raster.height_dm.shape == (100, 100)
    assert np.argwhere(raster.height_dm).min(axis=0).tolist() == [60, 10]
    assert np.argwhere(raster.height_dm).max(axis=0).tolist() == [79, 19]
    assert set(raster.height_dm[raster.height_dm > 0].tolist()) == {123}


def test_a_courtyard_is_ground_and_a_tower_in_it_stands() -> None:
    ring = shapely.box(10, 10, 50, 50).difference(shapely.box(20, 20, 40, 40))
    raster = heights_of(town_with([ring, shapely.box(28, 28, 32, 32)], [15.0, 30.0]))
    x, y = WEST_M + np.array([15.0, 25.0, 30.0, 60.0]), SOUTH_M + np.array([15.0, 25.0, 30.0, 60.0])
    assert raster.at(x, y).tolist() == [15.0, 0.0, 30.0, 0.0]
    assert raster.at(np.array([WEST_M - 1.0]), np.array([SOUTH_M + 5.0])).tolist() == [0.0]


@pytest.mark.parametrize("heights", [[9.0, 21.0], [21.0, 9.0]])
def test_where_buildings_overlap_the_higher_counts_in_either_order(heights: list[float]) -> None:
    raster = heights_of(town_with([shapely.box(10, 10, 30, 30), shapely.box(20, 20, 40, 40)], heights))
    assert raster.at(np.array([WEST_M + 25.0]), np.array([SOUTH_M + 25.0])).tolist() == [21.0]


@st.composite
def outlines(draw: st.DrawFn) -> list[shapely.Polygon]:
    """Up to four triangles and squares with a hole, anywhere in the block."""
    at = st.integers(1, 988).map(lambda v: v / 10.0 + 0.013)
    shapes = []
    for _ in range(draw(st.integers(1, 4))):
        triangle = shapely.Polygon([(draw(at), draw(at)) for _ in range(3)])
        hole = shapely.affinity.scale(triangle, 0.5, 0.5, origin="centroid")
        shapes.append(triangle.difference(hole) if draw(st.booleans()) else triangle)
    return [shape for shape in shapes if shape.geom_type == "Polygon" and shape.area > 1.0 and shape.is_valid]


@settings(max_examples=25, deadline=None)
@given(outlines(), st.sampled_from([1.0, 2.5, 7.0]))
def test_a_cell_is_as_high_as_the_highest_building_over_its_middle(
    shapes: list[shapely.Polygon], cell_m: float
) -> None:
    heights = [3.0 * (i + 1) for i in range(len(shapes))]
    town = town_with(shapes, heights)
    raster = heights_of(town, cell_m, bare=True)
    x, y = middles(raster)
    wanted = np.zeros(raster.height_dm.shape)
    near = np.zeros(raster.height_dm.shape, dtype=bool)
    for shape, height in zip(town.buildings.geometry, heights, strict=True):
        wanted = np.where(shapely.contains_xy(shape, x, y), np.maximum(wanted, height), wanted)
        near |= shapely.distance(shapely.points(x, y), shape.boundary) < 1e-6
    assert (raster.height_dm[~near] == np.rint(wanted * 10)[~near]).all()


@settings(max_examples=25, deadline=None)
@given(outlines(), st.sampled_from([1.0, 2.5]), st.integers(1, 40))
def test_the_heights_do_not_depend_on_the_tiles(shapes: list[shapely.Polygon], cell_m: float, side: int) -> None:
    town = town_with(shapes, [3.0 * (i + 1) for i in range(len(shapes))])
    at_once = heights_of(town, cell_m).height_dm
    frame = replace(Frame.of(town, cell_m), tile_cells=side)
    joined = np.zeros_like(at_once)
    tiles = frame.tiles_in(None)
    for tile, height_dm in filled_tiles(Contents.of(town, frame, tiles), tiles):
        top, bottom, left, right = frame.cells_of(tile)
        joined[top:bottom, left:right] = height_dm
    assert (joined == at_once).all()


def test_a_window_makes_the_tiles_it_touches() -> None:
    frame = Frame(2.0, 1000.0, 9000.0, 3000, 2500)
    assert frame.tiles == (3, 3)
    assert frame.tiles_in(None).tolist() == list(range(9))
    assert frame.tiles_in((1000.0, 8990.0, 1010.0, 8999.0)).tolist() == [0]
    assert frame.tiles_in((3000.0, 6900.0, 3100.0, 7000.0)).tolist() == [0, 1, 3, 4]
    assert frame.tiles_in((-5000.0, -5000.0, 500.0, 50000.0)).tolist() == []
    assert frame.cells_of(8) == (2048, 3000, 2048, 2500)


def test_a_raster_of_a_window_is_not_asked_outside_it() -> None:
    window = (WEST_M + 20.0, SOUTH_M + 20.0, WEST_M + 80.0, SOUTH_M + 80.0)
    raster = heights_of(grid_town(), 1.0, window)
    assert raster.at(np.array([WEST_M + 50.0]), np.array([SOUTH_M + 50.0])).tolist() == [12.0]
    with pytest.raises(ValueError, match="outside the window"):
        raster.at(np.array([WEST_M + 150.0]), np.array([SOUTH_M + 50.0]))


def test_a_cell_too_small_to_be_meant_is_refused_with_one_that_works() -> None:
    with pytest.raises(InputError, match=r"cells of 0\.00\d m or more would work"):
        heights_of(grid_town(), 0.001)


def test_a_town_without_buildings_is_flat() -> None:
    town = grid_town(2, 2)
    raster = heights_of(replace(town, buildings=town.buildings.iloc[:0]), bare=True)
    assert raster.height_dm.shape == (100, 100)
    assert not raster.height_dm.any()


def test_the_raster_cannot_be_written_to_and_a_cell_of_no_size_is_refused() -> None:
    with pytest.raises(ValueError, match="read-only"):
        heights_of(grid_town()).height_dm[0, 0] = 1
    with pytest.raises(ValueError, match="cell_m must be above 0, found 0"):
        heights_of(grid_town(), 0)
