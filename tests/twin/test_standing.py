"""Trees, lamp posts, walls and bridges: worked by hand on small towns, and held against shapely's own answers."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box

from tests.towns import SOUTH_M, WEST_M, grid_town
from twin.city import City
from twin.city.schema import layer_table
from twin.city.standing import decks_in, lamp_posts_in, trees_in, walls_in
from twin.city.standing.trees import MAPPED_M, SHARE

CRS = "EPSG:32642"


def at(*xy: tuple[float, float]) -> np.ndarray:
    return np.asarray(xy, dtype=np.float64) + np.array([WEST_M, SOUTH_M])


def with_houses(town: City, shapes: list[shapely.Polygon], use: str = "courtyard") -> City:
    """The town with these houses alone; outlines in metres from its corner."""
    columns = {
        "use": use, "storeys": 1, "height_m": 4.0, "dwellings": 1, "residents": 4, "entrances": 1, "osm_id": -1,
        "inferred": "",
    }  # fmt: skip
    moved = [shapely.affinity.translate(shape, WEST_M, SOUTH_M) for shape in shapes]
    return replace(town, buildings=layer_table("buildings", columns, moved, CRS))


def with_trees(town: City, *xy: tuple[float, float], kind: str = "broadleaved") -> City:
    columns = {"kind": kind, "height_m": 12.0, "crown_m": 8.0, "osm_id": 5, "inferred": ""}
    return replace(town, trees=layer_table("trees", columns, shapely.points(at(*xy)), CRS))


def with_barrier(town: City, *xy: tuple[float, float], kind: str = "wall", height_m: float = 2.2) -> City:
    columns = {"kind": [kind], "height_m": height_m, "osm_id": 6, "inferred": ""}
    return replace(town, barriers=layer_table("barriers", columns, [LineString(at(*xy))], CRS))


def closed_road(town: City) -> shapely.Geometry:
    """The asphalt as footage draws it: corners of 4 m filled."""
    streets = town.streets[town.streets["drive"]]
    wide = shapely.union_all(shapely.buffer(streets.geometry.to_numpy(), streets["width_m"].to_numpy() / 2))
    return wide.buffer(4.0).buffer(-4.0)


def test_trees_stand_two_metres_off_the_street_by_turns() -> None:
    """A street of 100 m and 7 m wide has twelve spots, at 6, 14, ... 94 m, 5.5 m from its middle."""
    town = with_houses(grid_town(2, 1), [])
    trees = trees_in(town)
    along, across = (trees.xy_m - at((0, 0))).T
    steps = np.rint((along - 6.0) / 8.0).astype(int)
    assert along == pytest.approx(6.0 + 8.0 * steps)
    assert across == pytest.approx(np.where(steps % 2, 5.5, -5.5))
    assert 0 < len(trees) <= 12


def test_three_spots_in_five_hold_a_tree() -> None:
    trees = trees_in(with_houses(grid_town(41, 2, block_m=1000.0), []))
    spots = 121 * 124  # streets of 1,000 m, less what lies at their corners
    assert len(trees) / spots == pytest.approx(SHARE, abs=0.03)
    assert sorted(set(trees.kind.tolist())) == [0, 1, 2]
    assert trees.wide.min() >= 0.75
    assert trees.wide.max() <= 1.25


@settings(max_examples=20, deadline=None)
@given(st.floats(0.0, 6.28), st.floats(20.0, 160.0), st.floats(3.0, 20.0), st.floats(3.0, 20.0))
def test_nothing_stands_on_the_asphalt_or_in_a_house(turn: float, angle_deg: float, one_m: float, two_m: float) -> None:
    """Two streets that meet at any angle, one house in the corner."""
    town = grid_town(3, 1)
    bend = np.radians(angle_deg)
    ends = [
        (0.0, 0.0),
        (120 * np.cos(turn), 120 * np.sin(turn)),
        (120 * np.cos(turn + bend), 120 * np.sin(turn + bend)),
    ]
    points = at(*[(x + 200, y + 200) for x, y in ends])
    lines = [LineString([points[0], points[1]]), LineString([points[0], points[2]])]
    streets = town.streets.assign(width_m=[one_m, two_m], u=[0, 0], v=[1, 2]).set_geometry(
        gpd.GeoSeries(lines, crs=CRS)
    )
    town = with_houses(replace(town, streets=streets), [shapely.affinity.rotate(box(215, 215, 240, 230), 30.0)])
    road, house = closed_road(town), town.buildings.geometry[0]
    trees, posts = trees_in(town), lamp_posts_in(town)
    assert shapely.distance(shapely.points(trees.xy_m), road).min(initial=9.0) > 1.3 - 0.05
    assert shapely.distance(shapely.points(trees.xy_m), house).min(initial=9.0) >= 1.3
    assert shapely.distance(shapely.points(posts.foot_m), road).min(initial=9.0) > 0.3 - 0.05
    assert shapely.distance(shapely.points(posts.foot_m), house).min(initial=9.0) >= 0.3


def test_a_median_too_narrow_to_be_green_has_no_trees() -> None:
    """Two carriageways of 7 m whose middles are 14 m apart leave 7 m of asphalt; 18 m leave 11 m of lawn."""
    town = grid_town(2, 2, block_m=14.0)
    for apart_m, planted in ((14.0, False), (18.0, True)):
        lines = [LineString(at((0, 0), (400, 0))), LineString(at((0, apart_m), (400, apart_m)))]
        streets = town.streets.iloc[:2].assign(u=[0, 2], v=[1, 3]).set_geometry(gpd.GeoSeries(lines, crs=CRS))
        trees = trees_in(with_houses(replace(town, streets=streets), []))
        across = trees.xy_m[:, 1] - SOUTH_M
        assert bool(((across > 0) & (across < apart_m)).any()) == planted
        assert (across < 0).any()


def test_a_tree_stands_alike_in_any_window_and_part() -> None:
    town = grid_town(6, 6)
    whole = trees_in(town)
    window = (WEST_M + 130.0, SOUTH_M + 95.0, WEST_M + 390.0, SOUTH_M + 310.0)
    some = trees_in(town, window)
    inside = (whole.xy_m >= window[:2]).all(axis=1) & (whole.xy_m < window[2:]).all(axis=1)
    for name in ("xy_m", "kind", "wide", "tall"):
        assert (getattr(whole, name)[inside] == getattr(some, name)).all()
    assert 0 < len(some) < len(whole)
    fewer = replace(town, streets=town.streets.iloc[20:].reset_index(drop=True))
    left = {tuple(row) for row in trees_in(fewer).xy_m.tolist()}
    near = shapely.distance(shapely.points(whole.xy_m), shapely.union_all(town.streets.geometry[:20])) < 20
    assert {tuple(row) for row in whole.xy_m[~near].tolist()} <= left


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 500), st.floats(0, 500), st.floats(5, 300))
def test_posts_and_walls_are_those_of_the_whole_town_in_any_window(x: float, y: float, side: float) -> None:
    yard = shapely.union(box(0, 0, 20, 7), box(0, 0, 6, 15))
    yards = [shapely.affinity.translate(yard, 20 + 31 * k % 480, 15 + 47 * k % 480) for k in range(60)]
    town = with_houses(grid_town(6, 6), yards)
    window = (WEST_M + x, SOUTH_M + y, WEST_M + x + side, SOUTH_M + y + side)
    posts, some = lamp_posts_in(town), lamp_posts_in(town, window)
    inside = (posts.foot_m >= window[:2]).all(axis=1) & (posts.foot_m < window[2:]).all(axis=1)
    assert some.lamp_m.tolist() == posts.lamp_m[inside].tolist()
    whole, part = walls_in(town), walls_in(town, window)
    all_walls = {(*ends, high) for ends, high in zip(whole.ends_m.tolist(), whole.height_m.tolist(), strict=True)}
    walls = {(*ends, high) for ends, high in zip(part.ends_m.tolist(), part.height_m.tolist(), strict=True)}
    assert walls <= all_walls
    missed = np.array([wall[:4] for wall in sorted(all_walls - walls)]).reshape(-1, 2, 2)
    assert not shapely.intersects(shapely.linestrings(missed), shapely.box(*window)).any()


def test_mapped_trees_stand_in_place_of_assumed_ones() -> None:
    town = grid_town(3, 3)
    before = trees_in(town)
    spot = before.xy_m[10] + (0.0, 1.0)
    after = trees_in(with_trees(town, tuple(spot - (WEST_M, SOUTH_M))))
    assert after.xy_m[-1].tolist() == pytest.approx(spot.tolist())
    assert after.top_m[-1] == pytest.approx(12.0)
    assert after.crown_m[-1] == pytest.approx(4.0)
    away = np.hypot(*(before.xy_m - spot).T)
    assert after.xy_m[:-1].tolist() == before.xy_m[away > MAPPED_M].tolist()


def test_a_mapped_tree_in_a_house_or_on_a_street_is_not_planted() -> None:
    town = with_trees(grid_town(3, 3), (50, 50), (50, 1), (20, 20), kind="needleleaved")
    mapped = trees_in(town).xy_m[-1]
    assert mapped.tolist() == at((20, 20))[0].tolist()
    assert len(town.trees) == 3


def test_lamp_posts_light_the_street_from_both_sides() -> None:
    """At 14, 42 and 70 m, and 98 m; 0.8 m off; the arm reaches 1.6 m inwards, 8 m up."""
    town = with_houses(grid_town(2, 1), [])
    posts = lamp_posts_in(town)
    feet = posts.foot_m - at((0, 0))
    assert feet == pytest.approx(np.array([[14, -4.3], [42, 4.3], [70, -4.3], [98, 4.3]]))
    lamps = posts.lamp_m - [WEST_M, SOUTH_M, 0.0]
    assert lamps == pytest.approx(np.array([[14, -2.7, 8], [42, 2.7, 8], [70, -2.7, 8], [98, 2.7, 8]]))
    wide = replace(town, streets=town.streets.assign(width_m=14.0))
    assert set(lamp_posts_in(wide).lamp_m[:, 2].tolist()) == {11.0}


def test_an_l_shaped_house_and_its_walls_close_the_yard() -> None:
    """The bar along the south, 20 m, and a wing to the north, 6 m of 15: walls to the east, 8 m, and north, 14 m."""
    house = shapely.union(box(30, 30, 50, 37), box(30, 30, 36, 45))
    walls = walls_in(with_houses(grid_town(2, 2), [house]))
    found = {
        tuple(np.sort(np.round(ends.reshape(2, 2) - (WEST_M, SOUTH_M), 6), axis=0).ravel()) for ends in walls.ends_m
    }
    assert found == {(50.0, 37.0, 50.0, 45.0), (36.0, 45.0, 50.0, 45.0)}
    assert ((walls.height_m >= 2.0) & (walls.height_m <= 2.5)).all()


def test_houses_of_other_uses_have_no_yard_walls() -> None:
    house = shapely.union(box(30, 30, 50, 37), box(30, 30, 36, 45))
    assert not len(walls_in(with_houses(grid_town(2, 2), [house], use="school")))


@pytest.mark.parametrize("turn_deg", [0.0, 33.0, 71.0])
def test_a_wall_is_cut_where_it_crosses_a_street(turn_deg: float) -> None:
    """A wall of 100 m square across a street of 7 m keeps 0.3 m off either kerb: 7.6 m are gone, more if aslant."""
    town = with_barrier(with_houses(grid_town(2, 1), []), (50, -60), (50, 60))
    line = shapely.affinity.rotate(town.barriers.geometry[0], turn_deg, origin="centroid")
    town = replace(town, barriers=town.barriers.set_geometry(gpd.GeoSeries([line], crs=CRS)))
    walls = walls_in(town)
    left = shapely.linestrings(walls.ends_m.reshape(-1, 2, 2))
    assert shapely.length(left).sum() == pytest.approx(120.0 - 7.6 / np.cos(np.radians(turn_deg)))
    assert shapely.distance(left, town.streets.geometry[0]).min() == pytest.approx(3.8)


def test_a_fence_can_be_seen_through_and_a_hedge_cannot() -> None:
    town = with_houses(grid_town(2, 1), [])
    assert not len(walls_in(with_barrier(town, (0, 20), (100, 20), kind="fence")))
    assert len(walls_in(with_barrier(town, (0, 20), (100, 20), kind="hedge"))) == 1


def bridged(layer: int = 1, under: bool = True) -> City:
    """A street 16 m wide on a bridge across the middle of another, with which it shares no node."""
    town = with_houses(grid_town(2, 2), [])
    lines = [LineString(at((0, 0), (100, 0))), LineString(at((50, -30), (50, 30)))]
    streets = town.streets.iloc[:2].assign(
        u=[0, 2], v=[1, 3], structure=["", "bridge"], layer=[0, layer], width_m=[7.0, 16.0]
    )
    streets = streets.set_geometry(gpd.GeoSeries(lines, crs=CRS))
    return replace(town, streets=streets if under else streets.iloc[1:].reset_index(drop=True))


def test_a_bridge_over_a_street_hangs_five_metres_up() -> None:
    decks = decks_in(bridged())
    assert (decks.underside_m.tolist(), decks.top_m.tolist()) == ([5.0], [6.0])
    assert decks.shapes[0].area == pytest.approx(60 * 17)
    assert decks_in(bridged(layer=2)).underside_m.tolist() == [11.0]
    assert len(decks_in(bridged(), (WEST_M + 70, SOUTH_M, WEST_M + 90, SOUTH_M + 10))) == 0


def test_a_bridge_over_water_alone_is_level_with_its_street() -> None:
    town = bridged(under=False)
    water = {"kind": ["water"], "name": "", "osm_id": -1, "inferred": ""}
    rail = {**water, "kind": ["rail"]}
    across = [shapely.affinity.translate(box(0, -5, 100, 5), WEST_M, SOUTH_M)]
    assert not len(decks_in(replace(town, areas=layer_table("areas", water, across, CRS))))
    assert len(decks_in(replace(town, areas=layer_table("areas", rail, across, CRS)))) == 1


def test_nothing_is_planted_or_lit_beside_a_bridge() -> None:
    town = bridged(under=False)
    assert not len(trees_in(town))
    assert not len(lamp_posts_in(town))


def test_a_town_without_streets_to_drive_has_nothing_beside_them() -> None:
    town = grid_town(2, 2)
    town = replace(town, streets=town.streets.assign(drive=False))
    for found in (trees_in(town), lamp_posts_in(town), walls_in(town), decks_in(town)):
        assert len(found) == 0
    assert Point(at((0, 0))[0]).distance(town.streets.geometry[0]) == 0
