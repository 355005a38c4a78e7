"""What a plan is asked to see: cells painted by hand, weights, zones."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from experiments.placement.demand import demand_in
from experiments.placement.grid import Grid
from experiments.placement.walks import sampled_walks
from experiments.placement.watched import checked_weights, load_watched
from experiments.placement.zones import area_of, read_zones
from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.city.heights import heights_of
from twin.errors import InputError

AREA = shapely.box(WEST_M, SOUTH_M, WEST_M + 300, SOUTH_M + 300)


def polygon(shape: shapely.Geometry, name: str = "") -> dict:
    back = Transformer.from_crs("EPSG:32642", "EPSG:4326", always_xy=True)
    ring = [list(back.transform(x, y)) for x, y in shape.exterior.coords]
    return {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def collection(*features: dict) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


def test_a_line_paints_the_cells_whose_middles_lie_within_its_half_width():
    grid = Grid.over(shapely.box(0, 0, 8, 4), 1.0)
    layer = grid.empty()
    grid.paint_lines(layer, np.array([shapely.LineString([(2, 2), (6, 2)])]), np.array([1.0]), 7)
    # middles at half metres: rows 1.5 and 2.5 are 0.5 away; from 2 to 6 along it, and half a metre beyond each end
    assert layer.tolist() == [
        [0, 0, 0, 0, 0, 0, 0, 0],
        [0, 7, 7, 7, 7, 7, 7, 0],
        [0, 7, 7, 7, 7, 7, 7, 0],
        [0, 0, 0, 0, 0, 0, 0, 0],
    ]


@pytest.mark.parametrize("seed", range(5))
def test_a_shapes_cells_are_those_shapely_says(seed):
    rng = np.random.default_rng(seed)
    shape = shapely.convex_hull(shapely.MultiPoint(rng.random((9, 2)) * 40)).difference(shapely.box(15, 15, 22, 24))
    grid = Grid.over(shapely.box(0, 0, 40, 40), 1.0)
    row, column = np.divmod(np.arange(grid.rows * grid.columns), grid.columns)
    x_m, y_m = grid.middles(row, column)
    inside = shapely.contains_xy(shape, x_m, y_m).reshape(grid.rows, grid.columns)
    assert (grid.inside(shape) == inside).all()


def test_streets_are_to_be_seen_and_roofs_are_not():
    city = grid_town()
    demand = demand_in(city, AREA, heights_of(city, 1.0), load_watched(), 2.0)
    assert demand.weight.sum() == pytest.approx(1.0)
    away = np.minimum(np.abs((demand.x_m - WEST_M + 50) % 100 - 50), np.abs((demand.y_m - SOUTH_M + 50) % 100 - 50))
    hospital = np.hypot(demand.x_m - WEST_M, demand.y_m - SOUTH_M) <= 40.0  # its surroundings are a gate's
    assert (away[~hospital] <= 3.5 + 3.0).all()  # half of 7 m, and 3 m for walkers
    named = [demand.classes[i - 1] for i in np.unique(demand.ground)]
    assert named == ["residential", "junction", "gate"]
    assert (demand.mahalla == 0).all()


def test_weights_follow_the_class_of_ground():
    city = grid_town()
    watched = load_watched()
    demand = demand_in(city, AREA, heights_of(city, 1.0), watched, 2.0)
    worth = {
        name: demand.weight[demand.ground == i].max()
        for i, name in enumerate(demand.classes, 1)
        if (demand.ground == i).any()
    }
    assert worth["junction"] / worth["residential"] == pytest.approx(4.0 / 1.5)
    assert worth["gate"] / worth["residential"] == pytest.approx(5.0 / 1.5)


def test_a_must_see_yard_is_to_be_seen_though_it_is_no_street():
    city, yard = grid_town(), shapely.box(WEST_M + 10, SOUTH_M + 110, WEST_M + 25, SOUTH_M + 125)
    plain, more = (demand_in(city, AREA, heights_of(city, 1.0), load_watched(), 2.0, zone) for zone in (None, yard))
    inside = shapely.contains_xy(yard, more.x_m, more.y_m)
    assert inside.sum() > shapely.contains_xy(yard, plain.x_m, plain.y_m).sum()


def test_class_weights_are_shares_and_wrong_ones_are_told():
    assert checked_weights({"detect": 1.0, "identify": 3.0}) == {
        "detect": 0.25, "observe": 0.0, "recognise": 0.0, "identify": 0.75,
    }  # fmt: skip
    with pytest.raises(ValueError, match="there is no class of picture 'see'"):
        checked_weights({"see": 1.0})
    with pytest.raises(ValueError, match="all zero"):
        checked_weights({"detect": 0.0})


def test_walks_go_along_streets_from_junction_to_junction():
    city = grid_town()
    demand = demand_in(city, AREA, heights_of(city, 1.0), load_watched(), 2.0)
    walks = sampled_walks(city, AREA, demand, load_watched(), drive=False, n=50, seed=3)
    again = sampled_walks(city, AREA, demand, load_watched(), drive=False, n=50, seed=3)
    assert (walks != again).nnz == 0
    assert walks.shape[0] > 10
    for row in range(walks.shape[0]):
        cells = walks.indices[walks.indptr[row] : walks.indptr[row + 1]]
        along = np.minimum(
            np.abs((demand.x_m[cells] - WEST_M + 50) % 100 - 50), np.abs((demand.y_m[cells] - SOUTH_M + 50) % 100 - 50)
        )
        assert (along <= 2.0).all()
        assert len(cells) * 2.0 >= 150.0


def test_an_area_is_a_district_a_mahalla_or_a_file(tmp_path: Path):
    city = grid_town()
    assert area_of(city, "town").name == "Town"
    assert area_of(city, None).shape.area == pytest.approx(300.0**2)
    path = tmp_path / "corner.geojson"
    path.write_text(collection(polygon(shapely.box(WEST_M, SOUTH_M, WEST_M + 50, SOUTH_M + 50), "Corner")))
    assert area_of(city, str(path)).shape.area == pytest.approx(2500.0, rel=1e-3)
    with pytest.raises(InputError, match=r"--area Twon: .*did you mean 'Town'\? districts: Town"):
        area_of(city, "Twon")


def test_all_faults_of_a_zone_file_are_told_at_once(tmp_path: Path):
    path = tmp_path / "zones.geojson"
    line = {
        "type": "Feature",
        "properties": {},
        "geometry": {"type": "LineString", "coordinates": [[69, 41], [69, 42]]},
    }
    bow = {"type": "Polygon", "coordinates": [[[69.2, 41.3], [69.3, 41.4], [69.3, 41.3], [69.2, 41.4], [69.2, 41.3]]]}
    far = polygon(shapely.box(WEST_M + 9e4, SOUTH_M, WEST_M + 9.1e4, SOUTH_M + 900), "Far")
    path.write_text(collection(line, {"type": "Feature", "properties": {}, "geometry": bow}, far))
    with pytest.raises(InputError) as refused:
        read_zones(path, grid_town(), "read the zones")
    told = [fault.what for fault in refused.value.faults]
    assert "zone 1: its geometry is LineString; a Polygon was wanted" in told
    assert any(what.startswith("zone 2: it is not valid: Self-intersection") for what in told)
    assert any(what.startswith("zone 'Far': it lies outside the city") for what in told)
